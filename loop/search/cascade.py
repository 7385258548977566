"""The cheap gates before a judge is asked: language policy, novelty, runs; and what a candidate that passed them is worth.

What runs show to be wrong, or not cheaper anywhere, is dropped. What is left has a rank: expected gain by expected provability.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import Final, Literal, TypeAlias

from loop.orders import gains_far
from loop.proposal import Proposal
from loop.search.archive import Elite
from loop.search.bandit import ONE
from loop.search.novelty import Mark, Seen, behaviour, mark
from loop.search.parts import parts
from loop.search.provability import claim
from loop.search.settings import DEFAULT
from loop.search.shape import Arguments, Shape, ladder, nodes, shape
from loop.simplify import tidy
from loop.source_text import to_source_text
from loop.techniques.study import Draft, Study
from verify.interpreter import Interpreter, Outcome, OutOfFuel, holds
from verify.ir import Program, Value
from verify.limits import Limits
from verify.reasons import Refusal
from verify.source import Source
from verify.spec import Spec, to_candidate

Stage: TypeAlias = Literal["policy", "known", "wrong", "dearer"]
"""where a draft was dropped: outside the language, seen before, another result on a run, cheaper on none"""
KILLERS: Final = 8
"""inputs that refuted candidates of late, which are tried first"""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A draft that no judge is asked about; `elite` where it is right all the same."""

    stage: Stage
    elite: Elite | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """A candidate that passed the cheap gates."""

    technique: str
    proposal: Proposal
    mark: Mark
    behaviour: Mark
    ticks: tuple[int | None, ...]
    """on each run; None for one that raised"""
    gain: int
    """what is saved, in 64ths of a bit: 64 where it costs half, on the runs or on the largest inputs"""
    claim: str
    """its class, see `loop.search.provability`"""
    elite: Elite

    def worth(self, proved: Fraction) -> Fraction:
        """Return the gain to be expected, of ONE, given how likely it is to be proved."""
        return min(self.gain, ONE) * proved


class Cascade:
    """Screens drafts for one study; the version to beat is run once."""

    def __init__(self, study: Study, seen: Seen, origin: str, ticks: int | None = None, fuel: int = DEFAULT.fuel) -> None:
        """Run nothing yet; candidates that are screened are added to `seen`.

        With `ticks`, only so many runs are looked at as the version to beat gets through with that, the cheap ones; `fuel` is a
        setting of the search.
        """
        self._spend = fuel
        self._study, self._seen, self._origin, self._most = study, seen, origin, ticks
        self._killers: list[int] = []

    @cached_property
    def _due(self) -> tuple[tuple[Arguments, Outcome], ...]:
        """Inputs with what the version to beat does, cheap ones first; one that it does not get through tells nothing."""
        interpreter = Interpreter(self._study.head, self._study.limits)
        reached = self._rungs[: len(self.head_shape.ticks)]
        found = [(a, o) for a in (*self._study.runs, *(a for rung in reached for a in rung)) if (o := _run(interpreter, a))]
        found.sort(key=lambda pair: pair[1].ticks)
        spent = accumulate(o.ticks for _, o in found)
        return tuple(pair for pair, so_far in zip(found, spent, strict=True) if self._most is None or so_far <= self._most)

    @cached_property
    def runs(self) -> tuple[Arguments, ...]:
        """The inputs: small ones, and a few that double in size."""
        return tuple(a for a, _ in self._due)

    @cached_property
    def head(self) -> tuple[Outcome, ...]:
        """What the version to beat does on the inputs."""
        return tuple(o for _, o in self._due)

    @cached_property
    def _rungs(self) -> tuple[tuple[Arguments, ...], ...]:
        return ladder(self._study.spec, self._study.limits, self._study.brief.seed)

    @cached_property
    def _fuel(self) -> Limits:
        """What a candidate may spend on a run: more than any that is worth judging needs."""
        most = max((o.ticks for o in self.head), default=0)
        spend = self._spend * (most + self._study.limits.slack)
        return replace(self._study.limits, run_ticks=min(self._study.limits.run_ticks, spend))

    @cached_property
    def head_shape(self) -> Shape:
        """How the cost of the version to beat grows."""
        return shape(self._study.head, self._rungs, self._study.limits)

    @cached_property
    def _judged(self) -> Callable[[Arguments, Outcome, Outcome], bool]:
        return judged(self._study.spec, self._study.limits)

    def screen(self, technique: str, draft: Draft) -> Screened | Dropped:
        """Put a draft through the gates: its tidy form first, and as it stands where that one was refuted."""
        last, mine = Dropped("policy"), set[Mark]()
        for text, source, program in read(self._study, draft):
            of = mark(self._study.spec.digest, source, self._study.spec.name, draft.lemmas.encode())
            if of in mine:
                continue
            mine.add(of)
            if not self._seen.add(of):
                return Dropped("known")  # the tidy form came up before, and the untidy one is no better
            found = self._measured(technique, draft, text, of, program)
            if isinstance(found, Screened):
                return found
            last = found
        return last

    def _measured(self, technique: str, draft: Draft, text: str, of: Mark, program: Program) -> Screened | Dropped:
        outcomes = self.outcomes(program)
        if outcomes is None:
            self._seen.refuse(of)
            return Dropped("wrong")
        ticks = tuple(None if o.raised else o.ticks for o in outcomes)
        pairs = [(a.ticks, t) for a, t in zip(self.head, ticks, strict=True) if not a.raised and t is not None]
        rising = shape(program, self._rungs, self._study.limits)
        length = nodes(program)
        average = 1000 * sum(t for t in ticks if t is not None) // max(len(ticks), 1)
        elite = Elite(text, technique, rising.growth, length, average)
        excess = max((new - old for old, new in pairs), default=0)
        order = self._order(excess)
        gains = any(new < old for old, new in pairs) or gains_far(self._study.spec, self._study.head, program, self._study.limits)
        if not gains or order is None:
            return Dropped("dearer", elite)
        proposal = Proposal(self._study.spec.name, text.encode(), draft.lemmas.encode(), self._origin, draft.idea)
        gain = self._gain(pairs, rising)
        what = claim(program, order, lemmas=bool(draft.lemmas))
        return Screened(technique, proposal, of, behaviour(outcomes), ticks, gain, what, elite)

    def outcomes(self, program: Program) -> tuple[Outcome, ...] | None:
        """Return what a program does on all inputs; None as soon as one shows it wrong, or many times as dear."""
        interpreter, runs, head = Interpreter(program, self._fuel), self.runs, self.head
        found: dict[int, Outcome] = {}
        for i in (*self._killers, *range(len(runs))):
            if i in found:
                continue
            new = _run(interpreter, runs[i])
            if new is None or not self._judged(runs[i], head[i], new):
                self._killers = [i, *(k for k in self._killers if k != i)][:KILLERS]
                return None
            found[i] = new
        return tuple(found[i] for i in range(len(runs)))

    def _order(self, excess: int) -> str | None:
        """Return the strongest order that the runs leave; None where the target asks for a stronger one."""
        study = self._study
        if excess <= 0 and "always" in study.spec.orders:
            return "always"
        if excess <= study.limits.slack and "eventually" in study.spec.orders:
            return "eventually"
        return "worst-case" if "worst-case" in study.spec.orders else None

    def _gain(self, pairs: Sequence[tuple[int, int]], rising: Shape) -> int:
        """Return what is saved on all runs, or on the largest inputs that both get through, whichever is more; at least 1."""
        old, new = sum(a for a, _ in pairs), sum(b for _, b in pairs)
        gains = [parts(max(old, 1), max(new, 1))]
        mine = self.head_shape.ticks
        both = min(len(mine), len(rising.ticks))
        if both:
            gains.append(parts(max(mine[both - 1], 1), max(rising.ticks[both - 1], 1)))
        if len(rising.ticks) > len(mine):
            # the version to beat ran out of fuel there
            gains.append(parts(self._study.limits.run_ticks, max(rising.ticks[len(mine)], 1)))
        return max(*gains, 1)


def read(study: Study, draft: Draft) -> Iterator[tuple[str, Source, Program]]:
    """Yield the texts of a draft with what they mean, the tidy one first; none outside the language."""
    candidates: Iterator[str | None]
    if isinstance(draft.candidate, str):
        candidates = iter((draft.candidate,))
    else:
        candidates = map(to_source_text, (tidy(draft.candidate), draft.candidate))
    for text in candidates:
        if text is not None:
            try:
                source, program = to_candidate(text.encode(), draft.idea, study.spec, study.limits)
            except Refusal:
                continue
            yield text, source, program


def judged(spec: Spec, limits: Limits) -> Callable[[Arguments, Outcome, Outcome], bool]:
    """Return a test of whether a new outcome will do where an old one was this, as the target asks."""
    if spec.result == "same":
        return lambda _, old, new: (old.value, old.raised) == (new.value, new.raised)
    allowed = holds(spec.ensure, [*(p.name for p in spec.program.parameters), "result"], limits)

    def test(arguments: Arguments, _: Outcome, new: Outcome) -> bool:
        return not new.raised and new.value is not None and allowed([*arguments, new.value])

    return test


def _run(interpreter: Interpreter, arguments: Sequence[Value]) -> Outcome | None:
    try:
        return interpreter.run(arguments)
    except OutOfFuel:
        return None
