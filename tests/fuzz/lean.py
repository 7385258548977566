"""The Lean reading at points: value and ticks as the interpreter gives them, proved of the printed functions."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Self

from loop.gains import DEFINITIONS, printed_functions
from loop.helpers import notes_of, observed_alone
from loop.hints import to_notes
from loop.observe import observe
from tests.fuzz.values import Arguments
from verify.calls import helpers_in
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import TRUE, Program, Value
from verify.lean_expr import field, lean_type, space
from verify.lean_text import to_lean
from verify.limits import DEFAULT
from verify.notes import annotate
from verify.reasons import Refusal
from verify.standby import start_kernel
from verify.statement import OPENING, helper_text
from verify.toolchain import find

LARGE: Final = 10**4
"""ints and ticks above this are left out: the evaluation goes step by step"""
Said = Literal["agrees", "differs", "does not say"]


@dataclass(frozen=True, slots=True)
class Point:
    """What Lean says of one input."""

    arguments: Arguments
    claim: str
    said: Said


class Lean:
    """A session with the library; use it as a context manager."""

    def __init__(self) -> None:
        """Start a process. Raises ToolchainMissing and SessionLost."""
        kernel = start_kernel(find("portable"), DEFAULT)
        self._session, self._library = kernel.session, kernel.library
        self._opening = OPENING.format(heartbeats=40_000) + "namespace QED\n"

    def __enter__(self) -> Self:
        """Return the reading itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._session.close()

    def check(self, program: Program, inputs: Sequence[Arguments]) -> list[Point]:
        """Ask about every input on which the interpreter ends with a value, large ones left out. Raises SessionLost."""
        claims = [(a, c) for a in inputs if (c := _claim(program, a)) is not None]
        with contextlib.suppress(Refusal):  # it has no measure that the printer could use
            return list(self._asked(program, claims)) if claims else []
        return []

    def _asked(self, program: Program, claims: list[tuple[Arguments, str]]) -> Iterator[Point]:
        binders = " ".join(f"({field(p.name)} : {lean_type(p.type)})" for p in program.parameters)
        # what ties the functions to the program is left out: it takes long, and does not hold where an input raises
        noted = _noted(program, [a for a, _ in claims])
        called = "".join(helper_text(h, DEFAULT) for h in helpers_in(noted.body))
        parts = (called + to_lean(noted, "QED.Old", DEFAULT, TRUE)).split("\n\n")
        functions = "\n\n".join(p for p in parts if not p.startswith(("theorem ", "grind_pattern ")))
        printed = f"{self._opening}def Pre {binders} : Prop := True\nend QED\n{functions}"
        base = self._session.elaborate(self._library, printed, keep=True)
        if base.env is None:
            return
        spaces = [("Old", program), *((space(h), h.program) for h in helpers_in(program.body))]
        names = [f"{own}.{name}" for own, p in spaces for name in printed_functions(p)]
        shown = f"simp [{', '.join([*names, *DEFINITIONS])}]"
        for arguments, claim in claims:
            yield Point(arguments, claim, self._said(base.env, claim, shown))
        self._session.forget(base.env)

    def _said(self, env: int, claim: str, shown: str) -> Said:
        for said, text in (("agrees", claim), ("differs", f"¬({claim})")):
            script = f"first | ({shown}; done) | ({shown}; decide +kernel) | decide +kernel"
            done = self._session.elaborate(env, f"{self._opening}theorem at_point : {text} := by {script}\nend QED\n", keep=False)
            if not done.errors:
                return "agrees" if said == "agrees" else "differs"
        return "does not say"


def _noted(program: Program, runs: Sequence[Arguments]) -> Program:
    """Return a program with measures for its `while` loops, guessed from a few runs.

    Invariants are left out: a shadow stops where one does not hold, and few runs show too little.
    """
    notes = to_notes(observe(program, runs, DEFAULT), DEFAULT)
    notes += notes_of([observed_alone(h, DEFAULT) for h in helpers_in(program.body)], DEFAULT, 0)
    return annotate(program, tuple(replace(n, invariants=()) for n in notes if n.measure is not None), DEFAULT)


def _claim(program: Program, arguments: Arguments) -> str | None:
    """Return that the printed functions give what the interpreter gives; None where it raises, does not end, or is large."""
    try:
        outcome = Interpreter(program, DEFAULT).run(arguments)
    except OutOfFuel:
        return None
    if outcome.raised or outcome.value is None or outcome.ticks > LARGE or any(map(_is_large, (*arguments, outcome.value))):
        return None
    args = " ".join(map(literal, arguments))
    return f"Old.value {args} = {literal(outcome.value)} ∧ Old.ticks {args} = {outcome.ticks}"


def _is_large(value: Value) -> bool:
    return any(map(_is_large, value)) if isinstance(value, list | tuple) else abs(value) > LARGE


def literal(value: Value) -> str:
    """Return a value as a Lean term."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case tuple():
            return f"({', '.join(map(literal, value))})"
        case _:
            return f"({value})"
