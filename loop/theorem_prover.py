"""Finds the proof of a theorem that no one wrote one for: a portfolio in a learned order, discovered lemmas, a search over goals.

It only proposes. What it returns is text, which whoever asked judges by the kernel gate in a fresh session.
"""

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import Final, Protocol

from loop.bench import BenchLost
from loop.discover import conjectures
from loop.evaluate import Runs
from loop.goal_search import GoalSearch
from loop.goal_text import declarations, functions, to_head
from loop.interact import Interaction, declaration
from loop.minimise import Script, minimised, needed
from loop.portfolio import MOST_LEMMAS, Setting, Tactic, closers, portfolio
from loop.retrieval import Lemma, Retrieval, names
from loop.steady_bench import LOST, Budget, Start, SteadyBench
from loop.tactic_order import Outcome, TacticOrder, setting_class
from verify.gates.kernel import Kernel
from verify.session import Session, SessionLost

QUICK: Final = 40_000
"""thousands of heartbeats for a tactic that is one of many"""
FIRST: Final = 20
"""tactics of the portfolio that are tried before lemmas are looked for"""
PER_CONJECTURE: Final = 6
"""tactics of the portfolio that a conjecture is tried with after its own scripts"""
PER_LEMMA: Final = 4
"""tactics of the portfolio that the theorem is tried with after each new lemma"""
MINIMISING: Final = 40
"""most attempts at making a found script smaller"""


class Conjecture(Protocol):
    """A lemma that may hold, with scripts to try; `statement` is a head without `theorem` and the name."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def statement(self) -> str:
        """Binders, a colon and the claim."""

    @property
    def scripts(self) -> tuple[str, ...]:
        """Scripts, cheapest first; each is what follows `by` and two spaces, later lines with their own indent."""


Discover = Callable[[Session, int, tuple[str, ...], str, Collection[str]], Iterator[Conjecture]]
"""takes a session with the environment to stand on, the definitions, a statement that could not be proved directly, and a live
view of the names of those of its lemmas that were proved; yields lemmas that may help, and raises BenchLost with the session"""


def discovered(
    session: Session, base: int, definitions: tuple[str, ...], statement: str, kept: Collection[str]
) -> Iterator[Conjecture]:
    """Yield the lemmas that `loop.discover` guesses from runs in the session. It is a `Discover`."""
    runs = Runs(session, base, definitions)
    try:
        yield from conjectures(definitions, statement, runs, kept)
    finally:
        with contextlib.suppress(SessionLost):  # the next request says so
            runs.close()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace: what was tried on which theorem, and whether Lean accepted it."""

    theorem: str
    tactic: str
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    attempts: int
    trace: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    """what a `TacticOrder` may learn from"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(_Ended):
    """A proof: all declarations, the definitions first and the theorem last."""

    text: str
    lemmas: tuple[str, ...]
    """names of the discovered lemmas that the proof uses"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp(_Ended):
    """No proof was found; `goals` is what the search came closest with, as Lean shows it, or empty."""

    reason: str
    goals: str


class TheoremProver:
    """Proves theorems one after another in one session, which is started anew where it is lost."""

    def __init__(
        self, kernel: Kernel, base: int, restart: Start, order: TacticOrder | None = None, discover: Discover | None = None
    ) -> None:
        """Take a session with what to stand on; `discover` proposes lemmas where the direct proof fails."""
        self.kernel, self.base = kernel, base
        self._restart, self._order, self._discover = restart, order or TacticOrder(), discover

    def prove(self, name: str, definitions: str, statement: str, budget: Budget) -> Found | GivenUp:
        """Search for a proof of `theorem NAME STATEMENT` over the definitions, which are added first.

        Raises ValueError where Lean does not accept a definition.
        """
        bench = SteadyBench(self.kernel, self.base, self._restart, budget)
        hunt = _Hunt(bench, self._order, declarations(definitions), name, statement, budget)
        try:
            for text in hunt.definitions:
                error = bench.add(text)
                if error is not None and error.startswith(LOST):
                    error = bench.add(text)  # the session that the last theorem lost is replaced by now
                if error is not None:
                    raise ValueError(f"Lean does not accept a definition: {error[:300]}")
            lines = hunt.run(self._discover)
            if lines is None:
                return hunt.given_up("no tactic, lemma or search closed it" if bench.within(budget) else "the budget is used up")
            return hunt.found(lines)
        except BenchLost as lost:
            return hunt.given_up(f"Lean was lost twice: {lost}")
        finally:
            self.kernel, self.base = bench.place
            bench.close()


@dataclass(slots=True)
class _Hunt:
    """The search for one proof."""

    bench: SteadyBench
    order: TacticOrder
    definitions: tuple[str, ...]
    name: str
    statement: str
    budget: Budget
    lemmas: list[Lemma] = field(default_factory=list)
    lemma_texts: list[str] = field(default_factory=list)
    trace: list[Step] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    goals: str = ""
    proved: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)

    def run(self, discover: Discover | None) -> Script | None:
        """Return the lines of a proof, or None."""
        self.bench.effort(QUICK)
        setting = self.setting(self.statement)
        first = self.attempt(self.name, self.statement, self.ordered(setting)[:FIRST], self.budget.of(1, 4))
        if first is not None:
            return first
        if discover is not None and (lines := self.with_lemmas(discover)) is not None:
            return lines
        setting = self.setting(self.statement)
        rest = self.attempt(self.name, self.statement, self.ordered(setting), self.budget.of(7, 10))
        if rest is not None:
            return rest
        lines = self.search(setting, self.budget.of(9, 10))
        if lines is not None:
            return lines
        self.bench.effort(None)
        self.tried.clear()
        dear = [t for t in self.ordered(setting) if "grind" in t.label or "mixed" in t.label]
        return self.attempt(self.name, self.statement, dear, self.budget)

    # -- tries ----------------------------------------------------------------------------------------------------------

    def setting(self, statement: str) -> Setting:
        """Return what tactics for a statement are made from, the lemmas that fit it best included."""
        fit = names(Retrieval(self.lemmas).best(statement, MOST_LEMMAS))
        return Setting(functions("\n".join(self.definitions)), to_head(statement), fit)

    def ordered(self, setting: Setting) -> tuple[Tactic, ...]:
        """Return the portfolio in the order in which to try it."""
        return self.order.ordered(setting_class(setting), portfolio(setting))

    def attempt(self, name: str, statement: str, tactics: Iterable[Tactic], share: Budget) -> Script | None:
        """Try whole scripts within a share of the budget; return the first that Lean accepts. No text is tried twice."""
        goal = setting_class(self.setting(statement))
        for tactic in tactics:
            text = self.text(name, statement, tactic.lines)
            if text in self.tried:
                continue
            if not self.bench.within(share):
                return None
            self.tried.add(text)
            accepted = self.bench.look(text).accepted
            self.trace.append(Step(name, tactic.label, accepted))
            if tactic.label != "script":
                self.outcomes.append(Outcome(goal, tactic.label, accepted))
            if accepted:
                return tactic.lines
        return None

    def search(self, setting: Setting, share: Budget) -> Script | None:
        """Search over goals within a share of the budget."""
        search = GoalSearch(setting, self.order, lambda: self.bench.within(share))
        searched = search.run(Interaction(self.bench, self.name, self.statement))
        self.outcomes += searched.outcomes
        self.trace.append(Step(self.name, f"search of {len(searched.outcomes)} steps", searched.lines is not None))
        self.goals = searched.left
        return searched.lines

    # -- lemmas ---------------------------------------------------------------------------------------------------------

    def with_lemmas(self, discover: Discover) -> Script | None:
        """Prove conjectures; with each one that holds try the theorem again."""
        share = self.budget.of(8, 10)
        for conjecture in self.conjectures(discover):
            if not self.bench.within(share):
                return None
            if not self.keep(conjecture, share):
                continue
            setting = self.setting(self.statement)
            ready = [*_with_newest(setting, self.lemmas[-1].name), *islice(self.ordered(setting), PER_LEMMA)]
            if (lines := self.attempt(self.name, self.statement, ready, share)) is not None:
                return lines
        return None

    def conjectures(self, discover: Discover) -> Iterator[Conjecture]:
        """Yield what is discovered; where the session is lost on the way, begin again in the next one, once."""
        for last in (False, True):
            kernel, base = self.bench.place
            try:
                yield from discover(kernel.session, base, self.definitions, self.statement, self.proved)
            except BenchLost:
                if last:
                    return
                # any request makes the bench start anew
                self.bench.look(self.text(self.name, ": True", ("trivial",)))
            else:
                return

    def keep(self, conjecture: Conjecture, share: Budget) -> bool:
        """Prove a conjecture and keep it on the bench, under a name that nothing else has."""
        taken = {m.name for m in self.lemmas} | {f.name for f in functions("\n".join(self.definitions))} | {self.name}
        name = next(n for n in _variants(conjecture.name) if n not in taken)
        scripts = [Tactic("script", 1, _lines(s)) for s in conjecture.scripts]
        setting = self.setting(conjecture.statement)
        tactics = [*scripts, *islice(self.ordered(setting), PER_CONJECTURE)]
        lines = self.attempt(name, conjecture.statement, tactics, share)
        if lines is None:
            return False
        text = self.text(name, conjecture.statement, lines)
        if self.bench.add(text) is not None:
            return False
        self.lemmas.append(Lemma(name, conjecture.statement))
        self.proved.add(name)
        self.lemma_texts.append(text)
        return True

    # -- the end --------------------------------------------------------------------------------------------------------

    def found(self, lines: Script) -> Found:
        """Return a proof with the lemmas that it needs, each script made smaller as far as the budget goes."""
        small = self.smaller(self.name, self.statement, lines)
        kept = list(needed(self.lemma_texts, self.text(self.name, self.statement, small)))
        statements = {m.name: m.statement for m in self.lemmas}
        for i, text in enumerate(kept):
            name, script = text.split()[1], tuple(line[2:] for line in text.rstrip("\n").split("\n")[1:])
            # under another name, since the bench holds this one
            kept[i] = self.text(name, statements[name], self.smaller(f"{name}_again", statements[name], script))
        last = self.text(self.name, self.statement, small)
        kept = list(needed(kept, last))
        return Found(
            text="\n".join([*self.definitions, *kept, last]),
            lemmas=tuple(t.split()[1] for t in kept),
            attempts=self.bench.tried,
            trace=tuple(self.trace),
            outcomes=tuple(self.outcomes),
        )

    def smaller(self, name: str, statement: str, lines: Script) -> Script:
        """Return a script that Lean accepts, from which nothing more can be left out."""

        def accepts(script: Script) -> bool:
            return self.bench.within(self.budget) and self.bench.look(self.text(name, statement, script)).accepted

        return minimised(lines, accepts, MINIMISING)

    def text(self, name: str, statement: str, lines: Script) -> str:
        """Return a theorem's text."""
        return declaration(f"theorem {name} {statement} := by", lines)

    def given_up(self, reason: str) -> GivenUp:
        """Return that there is no proof, and why."""
        return GivenUp(
            reason=reason,
            goals=self.goals,
            attempts=self.bench.tried,
            trace=tuple(self.trace),
            outcomes=tuple(self.outcomes),
        )


def _with_newest(setting: Setting, newest: str) -> tuple[Tactic, ...]:
    """Return closers that use the newest lemma, by itself and with those that were there before."""
    alone = replace(setting, lemmas=(newest,))
    quick = Tactic("grind lemma", 2, (f"grind [{newest}]",))
    rewritten = Tactic("rewrite", 3, (f"rw [{newest}]", *(c.lines[0] for c in closers(alone) if c.label == "mixed")))
    due = [quick, rewritten, *(t for t in closers(setting) if newest in t.lines[0])]
    return tuple({t.lines: t for t in due}.values())


def _lines(script: str) -> tuple[str, ...]:
    """Return the lines of a script; the indent of those after the first is that of the first, or deeper."""
    first, *rest = script.split("\n")
    return (first, *(line.removeprefix("  ") for line in rest))


def _variants(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{i}" for i in count(1))
