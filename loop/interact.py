"""Interaction with a goal, tactic by tactic, over any Lean session, in LeanDojo's types.

A state is a prefix of a script that is replayed on each step: Lean's message on unsolved goals shows where it leads. All text
goes through the kernel gate's `attempt`, its allow-list included. `loop.dojo` is imported when the first goal is opened.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from loop.bench import Bench
from verify.gates.kernel import Kernel
from verify.reasons import ProofForbidden, Reason

if TYPE_CHECKING:
    from loop.dojo import LeanError, ProofFinished, ProofGivenUp, TacticState

    TacticResult: TypeAlias = TacticState | ProofFinished | LeanError | ProofGivenUp

UNSOLVED: Final = "unsolved goals\n"
_CUT: Final = "[cut]"
_GIVEN_UP: Final = re.compile(r"\b(sorry|admit)\b")


@dataclass(frozen=True, slots=True)
class Told:
    """What Lean said of a declaration: its errors, none where it was accepted."""

    errors: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether Lean accepted it."""
        return not self.errors


class Workbench(Bench):
    """A bench that remembers what it holds, and can look at a declaration without keeping it."""

    def __init__(self, kernel: Kernel, base: int) -> None:
        """Begin at a base environment of the kernel's session, which stays the caller's."""
        super().__init__(kernel, base)
        self._heartbeats: int | None = None
        self.texts: list[str] = []
        self.stand_on(kernel, base)

    def stand_on(self, kernel: Kernel, base: int) -> None:
        """Go over to a kernel, with nothing on top of its base environment; what the bench remembers stays."""
        self._whole, self._views = kernel, {kernel.limits.lean_heartbeats: kernel}
        self._base = self._env = base
        self.effort(self._heartbeats)

    def effort(self, heartbeats: int | None) -> None:
        """Let Lean spend so many thousand heartbeats on each later declaration; None is what the kernel came with."""
        self._heartbeats = heartbeats
        due = self._whole.limits.lean_heartbeats if heartbeats is None else heartbeats
        if due not in self._views:
            whole = self._whole
            limits = replace(whole.limits, lean_heartbeats=due)
            self._views[due] = Kernel(whole.session, self._base, whole.toolchain, limits)
        self._kernel = self._views[due]

    def add(self, text: str) -> str | None:
        """Keep a declaration if Lean accepts it; else return what is wrong with it. Raises BenchLost."""
        error = super().add(text)
        if error is None:
            self.texts.append(text)
        return error

    def look(self, text: str) -> Told:
        """Say what Lean says of a declaration, and keep nothing. Raises BenchLost."""
        done = self._attempted(text)
        if isinstance(done, Reason):
            return Told((f"{type(done).__name__}: {done}",))
        if done.env is not None:
            self._kernel.forget(done.env)
        errors = tuple(m.text for m in done.messages if m.severity == "error")
        if (done.errors or done.env is None) and not errors:
            errors = ("no message",)
        return Told(errors)


class Interaction:
    """One theorem that is being proved on a bench; states are values, so that a search may go back to any of them."""

    def __init__(self, bench: Workbench, name: str, statement: str, opened: Sequence[str] = ()) -> None:
        """Take the theorem's name, its head without `theorem` and the name, and lines that every script begins with.

        Nothing is asked of Lean yet.
        """
        self._bench, self._head, self._opened = bench, f"theorem {name} {statement} := by", tuple(opened)
        self._lines: list[tuple[str, ...]] = []

    def open(self) -> "TacticResult":
        """Return the state before any tactic, or a LeanError where the statement does not elaborate. Raises BenchLost."""
        return self._replayed(())

    def run(self, state: "TacticState", tactic: str) -> "TacticResult":
        """Run a tactic, of one line or more, on the first goal of a state. Raises BenchLost, and IndexError for a foreign one."""
        from loop.dojo import ProofGivenUp  # noqa: PLC0415 - it takes seconds

        if _GIVEN_UP.search(tactic):
            return ProofGivenUp()
        return self._replayed((*self._lines[state.id], *tactic.split("\n")))

    def script(self, result: "TacticState | ProofFinished") -> tuple[str, ...]:
        """Return the lines that lead to a result."""
        number: int = result.tactic_state_id if is_finished(result) else result.id
        return self._lines[number]

    def text(self, lines: Sequence[str]) -> str:
        """Return the declaration with a script."""
        return declaration(self._head, (*self._opened, *lines))

    def _replayed(self, lines: tuple[str, ...]) -> "TacticResult":
        from loop.dojo import LeanError, ProofFinished  # noqa: PLC0415 - it takes seconds

        told = self._bench.look(self.text(lines or ("skip",)))
        self._lines.append(lines)
        number = len(self._lines) - 1
        if told.accepted:
            return ProofFinished(number)
        if told.errors[0].startswith(ProofForbidden.__name__):
            return LeanError(told.errors[0])
        if len(told.errors) != 1 or not told.errors[0].startswith(UNSOLVED):
            fault = next((e for e in told.errors if not e.startswith(UNSOLVED)), "goals are left in several places")
            return LeanError(fault)
        return to_state(told.errors[0].removeprefix(UNSOLVED), number)


def is_state(result: "TacticResult") -> bool:
    """Whether goals are left."""
    from loop.dojo import TacticState  # noqa: PLC0415 - it takes seconds

    return isinstance(result, TacticState)


def is_finished(result: "TacticResult") -> bool:
    """Whether the proof is complete."""
    from loop.dojo import ProofFinished  # noqa: PLC0415 - it takes seconds

    return isinstance(result, ProofFinished)


def declaration(head: str, lines: Sequence[str]) -> str:
    """Return a declaration: a head that ends in `by`, and the lines of its script.

    >>> print(declaration("theorem t : 1 = 1 := by", ["rfl"]), end="")
    theorem t : 1 = 1 := by
      rfl
    """
    return head + "".join(f"\n  {line}" for line in lines) + "\n"


def to_state(shown: str, number: int) -> "TacticState | LeanError":
    """Read goals as Lean shows them; what was cut off, or is no list of whole goals, is a LeanError."""
    from loop.dojo import LeanError, TacticState  # noqa: PLC0415 - it takes seconds

    if shown.rstrip().endswith(_CUT):
        return LeanError("the goals are too long to be read in full")
    try:
        state = TacticState(shown.strip(), number)
    except AssertionError:
        return LeanError("the goals as shown cannot be read")
    if not state.goals or any("⋯" in g.conclusion for g in state.goals):
        return LeanError("the goals as shown are not whole")
    return state


@dataclass(frozen=True, slots=True)
class Premise:
    """A fact that a proof may use: its full name and its type as text."""

    name: str
    type: str


class PremisesMissing(Exception):  # noqa: N818 - an outcome
    """No premises can be had here; the message says why."""


def premises(traced: "object | None") -> tuple[Premise, ...]:
    """Return the premises of a repository that LeanDojo traced, a `lean_dojo.TracedRepo`.

    Raises PremisesMissing where there is none: tracing needs a native Lean and a Git repository, and the portable Lean has
    neither. Who has no premises retrieves from accepted lemmas instead, see `loop.retrieval`.
    """
    if traced is None:
        raise PremisesMissing(
            "there is no traced repository: LeanDojo's tracing needs a native Lean toolchain, which is not here."
        )
    from loop.dojo import TracedRepo  # noqa: PLC0415 - it takes seconds

    if not isinstance(traced, TracedRepo):
        raise PremisesMissing(f"a {type(traced).__name__} is no traced repository of LeanDojo.")
    found = (p for file in traced.traced_files for p in file.get_premise_definitions())
    return tuple(Premise(p["full_name"], p["code"]) for p in found)
