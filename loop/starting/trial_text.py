"""A spec -> the text of a test that runs it as plain Python, on examples that were found and on inputs that Hypothesis draws."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Final

from loop.timing import growing_inputs
from verify.interpreter import Interpreter, holds
from verify.ir import Value
from verify.limits import DEFAULT
from verify.reasons import literal
from verify.run_guards import OutOfFuel
from verify.spec import Spec
from verify.types import ListOf, TupleOf, Type

SIZES: Final = (0, 1, 2, 3, 5, 8, 13, 21)
LARGER: Final = (50, 100, 300, 1_000, 3_000)
"""sizes that are tried where no small input is allowed"""
TICKS: Final = 20_000
"""after which a run is too long for a test of a hundred of them"""
LISTED: Final = 300
"""characters of an example"""


class Form(Template):
    """A file with places such as `@@{name}`; a dollar sign means nothing in it."""

    delimiter = "@@"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of running a spec on growing inputs."""

    examples: tuple[tuple[tuple[Value, ...], Value], ...]
    """allowed inputs, each with what the baseline returns, as far as that meets the contract"""
    largest: int
    """size up to which runs are short"""
    broken: tuple[Value, ...] | None
    """an allowed input on which the baseline raises or breaks the contract"""


def form(name: str) -> Form:
    """Return a template of this package."""
    return Form((files("loop.starting") / "templates" / name).read_text(encoding="utf-8"))


def tried(spec: Spec) -> Trial:
    """Run a spec's baseline in the reference interpreter on inputs that grow."""
    names = [p.name for p in spec.program.parameters]
    meets = holds(spec.ensure, [*names, "result"], DEFAULT)
    running = Interpreter(spec.program, DEFAULT)
    examples: list[tuple[tuple[Value, ...], Value]] = []
    largest, broken = 1, None
    for size, arguments in _inputs(spec):
        try:
            outcome = running.run(arguments)
        except OutOfFuel:
            break
        if outcome.ticks > TICKS:
            break
        largest = size
        if outcome.raised or outcome.value is None or not meets([*arguments, outcome.value]):
            broken = broken or arguments
        elif arguments not in [a for a, _ in examples] and len(literal(arguments)) <= LISTED:
            examples.append((arguments, outcome.value))
    return Trial(tuple(examples), max(1, largest), broken)


def _inputs(spec: Spec) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Yield allowed inputs with their sizes: small ones, or where there are none, larger ones."""
    for sizes in (SIZES, LARGER):
        found = [(size, arguments) for size in sizes for arguments in growing_inputs(spec, DEFAULT, (size,))]
        if found:
            yield from found
            return


def trial_text(spec: Spec, trial: Trial, path: str) -> str:
    """Return the text of the test; `path` is where the spec lies, from the folder above the test's."""
    parameters = [p.name for p in spec.program.parameters]
    drawn = f"st.tuples({', '.join(strategy(p.type, trial.largest) for p in spec.program.parameters)})"
    if trial.examples:
        drawn = f"st.sampled_from([arguments for arguments, _ in EXAMPLES]) | {drawn}"
    return form("test.py.txt").substitute(
        name=spec.name,
        path=" / ".join(f'"{part}"' for part in path.split("/")),
        examples="".join(f"    ({_tuple(arguments)}, {literal(value)}),\n" for arguments, value in trial.examples),
        drawn=drawn,
        parameters=json.dumps(parameters),
    )


def _tuple(values: tuple[Value, ...]) -> str:
    """Return a tuple as Python writes it, also of one value."""
    return f"({literal(values[0])},)" if len(values) == 1 else literal(values)


def strategy(t: Type, largest: int) -> str:
    """Return what draws values of a type, as text: ints to a size, lists up to as long, inner ones short.

    >>> strategy(ListOf("int"), 8)
    'st.lists(st.integers(-8, 8), max_size=8)'
    """
    match t:
        case "bool":
            return "st.booleans()"
        case ListOf(element):
            return f"st.lists({strategy(element, min(largest, 8))}, max_size={min(largest, 8)})"
        case TupleOf(parts):
            return f"st.tuples({', '.join(strategy(p, largest) for p in parts)})"
    return f"st.integers({-largest}, {largest})"
