"""The vocabulary of spec and candidate files; nothing in it has an effect at run time."""

from collections.abc import Callable
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
    allows); `better` is `"always"`, `"eventually"`, `"worst-case"`, or `"strongest"`: the strongest order that can be proved.
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
