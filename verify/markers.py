"""The vocabulary of spec and candidate files; only `component` does anything at run time."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])


@overload
def target(function: F, /) -> F: ...
@overload
def target(*, result: str = ..., better: str = ..., tier: str = ...) -> Callable[[F], F]: ...
def target(
    function: F | None = None, /, *, result: str = "same", better: str = "strongest", tier: str = "kernel"
) -> F | Callable[[F], F]:
    """Mark a function as a target whose body is the baseline.

    `result` is `"same"` (a better version returns what the baseline returns) or `"contract"` (any result that the contract
    allows; the contract then has to refute what other functions return: mutants of the baseline, constants, the arguments).
    `better` is `"always"`, `"eventually"`, `"worst-case"`, or `"strongest"`: the strongest order that can be proved.
    `tier` is `"kernel"` (a version is accepted only where Lean's kernel proves it) or `"smt"` (where it does not, a version on
    which Z3 and cvc5 agree is accepted too, and is labelled so).
    """
    del result, better, tier  # read from the source text, never at run time
    return (lambda marked: marked) if function is None else function


def pure(function: F) -> F:
    """Mark a total function that contracts may call."""
    return function


def invariant(condition: bool) -> None:  # noqa: FBT001 - it reads as a sentence: invariant(0 <= i)
    """State, first thing in a loop's body, what holds whenever the loop's test is reached."""


def decreases(measure: int) -> None:
    """State, first thing in a loop's body, a measure that is never negative there and falls with every turn."""


def component(node: str) -> Callable[..., Any]:
    """Return the accepted version that a node of the graph holds, to be called like any function.

    A judge reads the call off the source text, and writes the version out below the file. In plain Python the node is read when
    the function is first called, from the folder that the environment variable QED_ACCEPTED names, else from `accepted` in the
    working directory. Raises Refusal then, where there is no such node or its bytes are not those that were accepted.
    """
    held: list[Callable[..., Any]] = []

    @wraps(component, assigned=("__module__",), updated=())
    def called(*arguments: object) -> Any:
        if not held:
            held.append(_function(Path(os.environ.get("QED_ACCEPTED", "accepted")) / node))
        return held[0](*arguments)

    return called


def _function(folder: Path) -> Callable[..., Any]:
    # the judge's own reader: what is not exactly what was accepted is not run
    from verify.node_folder import node_from_folder  # noqa: PLC0415 - spec files import this module, and need no judge

    read = node_from_folder(folder)
    space: dict[str, Any] = {"__name__": f"component_{read.id}"}
    exec(compile(read.content("program.py"), str(folder / "program.py"), "exec"), space)  # noqa: S102 - an accepted program
    found: Callable[..., Any] = space[read.target]
    return found
