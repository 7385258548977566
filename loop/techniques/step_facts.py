"""Lemmas about a version to beat that is a recursion at fixed distances: its starting values, its step, its cost from below.

What only leads to other lemmas is a `def`, since the search for a proof hands each `theorem` to its tactics.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from loop.techniques.recurrence import Recurrence
from loop.techniques.study import Study
from loop.techniques.written import applied, binders, premise
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Name, Program
from verify.lean_expr import field as lean_name
from verify.lean_expr import value

UNFOLD = "simp (disch := omega) only [if_pos, if_neg] <;> first | rfl | omega | grind"


class StepFacts:
    """Writes them, and says how they are applied; `hp`, in what it writes, is that the contract allows all larger drivers."""

    def __init__(self, study: Study, f: Recurrence) -> None:
        """Take a recurrence of the study's head."""
        self.study, self.f = study, f
        self.parameters = f.program.parameters
        self.all = binders(self.parameters)
        self.fixed = binders(f.fixed) + (" " if f.fixed else "")
        self.fixed_names = "".join(f"{lean_name(p.name)} " for p in f.fixed)
        self.reach = f"(hp : ∀ t : Int, {f.low} ≤ t → {self.at('Pre', 't')})"

    def at(self, function: str, term: str) -> str:
        """Return a function of the parameters, at another driver."""
        return applied(function, self.parameters, {self.f.driver.name: term})

    def run(self, term: str) -> str:
        """Return the value at a driver."""
        return f"({self.at('Old.run', term)}).1"

    def ticks(self, term: str) -> str:
        """Return the cost at a driver."""
        return f"({self.at('Old.run', term)}).2"

    def applied(self, lemma: str) -> str:
        """Return a lemma applied to the parameters but the driver."""
        return f"{lemma} {self.fixed_names}".rstrip()

    def step(self, held: Mapping[Name, str], driver: str) -> str:
        """Return the step over terms for its values and its driver."""
        return value(self.f.step, lambda n: held.get(n, driver if n == self.f.driver.name else lean_name(n)))

    def stepped(self, term: str, proof: str) -> str:
        """Return the equation of the step at a driver, given that it is no start."""
        return f"{self.at('step_value', term)} (hp _ (by omega)) {proof}"

    def start(self, n: int) -> str:
        """Return the equation of a starting value, as a term."""
        return f"{self.at(f'start_{label(n)}', term(n))} (hp _ (by omega)) rfl"

    def start_of(self, n: int, driver: str, proof: str) -> str:
        """Return the equation of a starting value at a driver that equals it."""
        return f"{self.at(f'start_{label(n)}', driver)} h {proof}"

    def text(self) -> Iterator[str]:
        """Yield the lemmas on values."""
        f, driver = self.f, lean_name(self.f.driver.name)
        yield (
            f"def allowed {self.all} {premise(self.study)} (t : Int) (ht : {f.low} ≤ t) : {self.at('Pre', 't')} := by\n"
            "  simp only [Pre] <;> first | omega | grind"
        )
        opened = "  simp only [Pre] at h\n  rw [Old.run, if_pos h]\n  "
        for k, (start, ticks) in enumerate(zip(f.starts, f.start_ticks, strict=True)):
            n = f.low + k
            head = f"{self.all} (h : {self.at('Pre', driver)}) (e : {driver} = {n})"
            yield f"def start_{label(n)} {head} : {self.run(driver)} = {value(start, lean_name)} := by\n{opened}{UNFOLD}"
            yield f"def start_ticks_{label(n)} {head} : {self.ticks(driver)} = {ticks} := by\n{opened}{UNFOLD}"
        head = f"{self.all} (h : {self.at('Pre', driver)}) (b : {f.first} ≤ {driver})"
        held = {h: self.run(f"({driver} - {d})") for h, d in f.distances.items()}
        total = " + ".join([str(f.step_ticks), *(self.ticks(f"({driver} - {d})") for d in f.distances.values())])
        yield f"def step_value {head} :\n    {self.run(driver)} = {self.step(held, driver)} := by\n{opened}{UNFOLD}"
        yield f"def step_ticks {head} :\n    {self.ticks(driver)} = {total} := by\n{opened}{UNFOLD}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line below the cost from the driver `begin` on; from `solid` on, that it is below follows from smaller drivers."""

    slope: int
    height: int
    begin: int
    solid: int


def lines_below(study: Study, f: Recurrence, new: Program) -> Iterator[str]:
    """Yield lemmas by which the recursion costs at least what a line says: one as steep as the new version, and a steeper one."""
    found = _line(study, f, new)
    if found is None:
        return
    slope, height = found
    gaps = [t - (slope * n + height) for n, t in enumerate(f.ticks, f.low)]
    begin = next((k for k in range(len(gaps)) if all(g >= j for j, g in enumerate(gaps[k:]))), None)
    lines = {"at_least": _below(f, slope, f.low)}
    if begin is not None:
        lines["steep"] = _below(f, slope + 1, f.low + begin)
    facts = StepFacts(study, f)
    for n in range(f.low, max((x.solid for x in lines.values() if x), default=f.low)):
        yield _small(facts, f, n)
    for name, x in lines.items():
        if x is not None:
            yield from _proved(facts, name, x)


def _line(study: Study, f: Recurrence, new: Program) -> tuple[int, int] | None:
    """Return slope and height of the line that the new version's ticks are, from where its loop turns."""
    interpreter = Interpreter(new, study.limits)
    at = f.program.parameters.index(f.driver)
    seed = study.runs[0]
    begin = f.first + 1
    try:
        ticks = [interpreter.run((*seed[:at], n, *seed[at + 1 :])).ticks for n in range(begin, begin + 5)]
    except OutOfFuel:
        return None
    slope = ticks[1] - ticks[0]
    return (slope, ticks[0] - slope * begin) if all(b - a == slope for a, b in pairwise(ticks)) else None


def _below(f: Recurrence, slope: int, begin: int) -> Line | None:
    """Return the highest line of a slope that the cost is never below, from `begin` on; None where there is none."""
    known = dict(enumerate(f.ticks, f.low))
    height = min(t - slope * n for n, t in known.items() if n >= begin)

    def carries(n: int) -> bool:
        return f.step_ticks + sum(slope * (n - d) + height for d in f.distances.values()) >= slope * n + height

    solid = next((n for n in range(max(f.first, begin + f.order), max(known) + 2) if carries(n)), None)
    return None if solid is None else Line(slope, height, begin, solid)


def _proved(facts: StepFacts, name: str, x: Line) -> Iterator[str]:
    """Yield the lemmas on a line: by induction, and then for all that the contract allows."""
    f = facts.f
    driver = lean_name(f.driver.name)
    claim = f"{x.slope} * {driver} + {term(x.height)} ≤ ({facts.ticks(driver)} : Int)"
    cases = [*(f"{driver} = {n}" for n in range(x.begin, x.solid)), f"{x.solid} ≤ {driver}"]
    lines = [
        f"def {name}_from {facts.fixed}{facts.reach} (k : Nat) : ∀ {driver} : Int, {driver} = {x.begin} + k →",
        f"    {claim} := by",
        "  induction k using Nat.strongRecOn with",
        "  | ind k ih =>",
        f"    intro {driver} e",
        f"    rcases (show {' ∨ '.join(cases)} by omega) with {' | '.join(['q'] * len(cases))}",
        *(f"    · subst q; have t := {facts.applied(f'ticks_{label(n)}')} hp; omega" for n in range(x.begin, x.solid)),
        f"    · have s := {facts.at('step_ticks', driver)} (hp _ (by omega)) (by omega)",
    ]
    for i, d in enumerate(dict.fromkeys(f.distances.values())):
        lines.append(f"      have i{i} := ih (k - {d}) (by omega) ({driver} - {d}) (by omega)")
    yield "\n".join([*lines, "      omega"])
    least = "" if x.begin == f.low else f" (b : {x.begin} ≤ {driver})"
    allowed = applied("allowed", f.program.parameters, {})
    yield (
        f"theorem {name} {facts.all} {premise(facts.study)}{least} : {claim} :=\n"
        f"  {name}_from {facts.fixed_names}({allowed} h) ({driver} - {term(x.begin)}).toNat {driver} (by omega)"
    )


def _small(facts: StepFacts, f: Recurrence, n: int) -> str:
    """Return the lemma on the cost at one driver."""
    head = f"def ticks_{label(n)} {facts.fixed}{facts.reach} : {facts.ticks(term(n))} = {f.ticks[n - f.low]} := by\n"
    if n < f.first:
        return f"{head}  exact {facts.at(f'start_ticks_{label(n)}', term(n))} (hp _ (by omega)) rfl"
    rewrites = []
    for d in dict.fromkeys(f.distances.values()):
        rewrites += [f"show ({term(n)} : Int) - {d} = {n - d} by omega", f"{facts.applied(f'ticks_{label(n - d)}')} hp"]
    return f"{head}  rw [{facts.at('step_ticks', term(n))} (hp _ (by omega)) (by omega), {', '.join(rewrites)}]"


def label(n: int) -> str:
    """Return a number as it stands in a lemma's name."""
    return str(n) if n >= 0 else f"m{-n}"


def term(n: int) -> str:
    """Return a number as a Lean term."""
    return str(n) if n >= 0 else f"({n})"
