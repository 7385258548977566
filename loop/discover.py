"""Guesses lemmas for a theorem that did not go through: definitions and a statement -> Conjectures, most plausible first.

Each guess was fitted on reference runs and holds on runs that were held back, as the text that is yielded. It is a guess all the
same: who asks for it proves it or drops it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from loop import families, shapes
from loop.evaluate import Evaluate, Query
from loop.lean_defs import Definition, atom, read_definition, tokens
from loop.lean_forms import SMALL, reach, sample
from loop.statement_form import Form, generalised, read_form, renamed
from loop.study import Conjecture, Draft, Study, calls_in

MOST: Final = 25
"""conjectures about one theorem"""
MOST_USED: Final = 8
"""lemmas found before that a script is given"""
ENOUGH: Final = 8
"""held back runs that meet a guess's conditions, below which it is dropped"""
HELD_BACK: Final = 90
_SEED: Final = 101

Family = Callable[[Study], Iterator[Draft]]
FIRST: Final[tuple[Family, ...]] = (
    families.related, families.multiplied, families.shifted, shapes.combined, families.closed,
    shapes.flags, shapes.lists, shapes.library,
)  # fmt: skip
"""what says what a function is"""
LATER: Final[tuple[Family, ...]] = (shapes.orbits, shapes.splits, shapes.far_end, shapes.bounds, shapes.unfolded)
"""what helps a proof along"""


@dataclass(slots=True)
class _Search:
    evaluate: Evaluate
    reach: int
    taken: set[str]
    kept: Collection[str] | None
    goal: str
    yielded: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def checked(self, prefix: str, drafts: Sequence[Draft]) -> Iterator[Conjecture]:
        """Yield the drafts that hold on held back runs as they are printed."""
        queries = []
        for d in drafts:
            points = sample(d.variables, _SEED, HELD_BACK, self.reach + (self.reach > SMALL)) or []
            queries.append(Query(d.variables, d.test, tuple(points)))
        results = self.evaluate(queries) if queries else []
        for draft, values in zip(drafts, results, strict=True):
            if values is None or 0 in values or values.count(1) < ENOUGH or (key := _key(draft)) in self.seen:
                continue
            if len(self.yielded) >= MOST:
                return
            name = self._name(f"{prefix}_{draft.label}")
            scripts = self._scripts(draft.scripts)
            self.seen.add(key)
            self.yielded.append(name)
            yield Conjecture(name, draft.statement, scripts)
            if draft.start and (self.kept is None or name in self.kept):
                yield self._started(name, draft)

    def _started(self, name: str, draft: Draft) -> Conjecture:
        """Return the theorem itself, from the same claim about any starting values."""
        goals = " ".join(["(by first | assumption | omega)"] * len(draft.conditions))
        use = f"have key := {name} {' '.join(map(atom, draft.start))} {goals}".rstrip()
        scripts = (f"{use}\n  grind", f"{use}\n  simp at key\n  first | exact key | omega | grind")
        return Conjecture(self._name(f"{name}_start"), self.goal, scripts)

    def _name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.taken:
            number += 1
            name = f"{wanted}_{number}"
        self.taken.add(name)
        return name

    def _scripts(self, scripts: Sequence[str]) -> tuple[str, ...]:
        """Return scripts with those that use what was kept before first; where that is not known, such a one comes last."""
        if self.kept is None:
            more = [with_lemmas(scripts[0], self.yielded)] if self.yielded and scripts else []
            return tuple(dict.fromkeys([*scripts, *more]))
        # an equation that unfolds a step would be used again and again
        known = [n for n in self.yielded if n in self.kept and "_step" not in n][:MOST_USED]
        more = [with_lemmas(s, known) for s in scripts[:2]] if known else []
        return tuple(dict.fromkeys([*more, *scripts]))


def conjectures(
    definitions: Sequence[str], statement: str, evaluate: Evaluate, kept: Collection[str] | None = None
) -> Iterator[Conjecture]:
    """Yield at most MOST lemmas that may help to prove `theorem NAME STATEMENT`, callees first.

    `kept` may be a live view of the names that were proved so far: scripts of later conjectures then use these lemmas. Names are
    the same whenever the texts are. Raises what `evaluate` raises.
    """
    read = [d for text in definitions if (d := read_definition(text)) is not None]
    form = read_form(statement)
    if form is None:
        return
    due = reachable(read, statement)
    taken = {d.name for d in read} | {t.text for t in tokens(statement)}
    search = _Search(evaluate, reach(due), taken, kept, form.text)
    studies = [_study(d, due, form, evaluate) for d in due if d.recursive]
    studies = [s for s in studies if s.points]
    for study in studies:
        for family in FIRST:
            yield from search.checked(study.definition.name, list(family(study)))
    yield from search.checked("goal", list(generalised(form, studies, evaluate)))
    for family, study in ((f, s) for f in LATER for s in studies):
        yield from search.checked(study.definition.name, list(family(study)))


def _key(draft: Draft) -> str:
    """Return what drafts have in common that say the same in another order."""
    return " ".join(sorted(t.text for t in tokens(f"{draft.claim} {' '.join(draft.conditions)}")))


def reachable(definitions: Sequence[Definition], statement: str) -> list[Definition]:
    """Return the definitions that a statement leads to, in their order: callees first."""
    due = {t.text.split(".")[0] for t in tokens(statement)}
    found: set[str] = set()
    while new := [d for d in definitions if d.name in due and d.name not in found]:
        for d in new:
            found.add(d.name)
            due |= d.words
    return [d for d in definitions if d.name in found]


def with_lemmas(script: str, names: Sequence[str]) -> str:
    """Return a script whose calls of `grind` may use lemmas as well."""
    listed = ", ".join(names)
    script = re.sub(r"\bgrind \[(.*?)\]", lambda m: f"grind [{', '.join(x for x in (m[1], listed) if x)}]", script)
    return re.sub(r"\bgrind(?! \[)", f"grind [{listed}]", script)


def _study(definition: Definition, due: Sequence[Definition], form: Form, evaluate: Evaluate) -> Study:
    others = tuple(d for d in due if d.name != definition.name)
    initial: dict[str, dict[str, str]] = {}
    for d in due:
        for given in calls_in(form.text, d)[:1]:
            initial[d.name] = {p.name: a for p, a in zip(d.parameters, given, strict=True)}
    return Study(definition, others, initial, _facts(definition, initial.get(definition.name, {}), form), evaluate)


def _facts(definition: Definition, given: dict[str, str], form: Form) -> tuple[str, ...]:
    """Return the hypotheses of the statement that speak of fixed parameters only, in their names."""
    named = {given[p.name]: p.name for p in definition.role("fixed") if p.name in given}
    known = {n for n, _ in form.variables}
    out = []
    for condition in form.conditions:
        used = {t.text for t in tokens(condition)} & known
        if used and used <= set(named):
            out.append(renamed(condition, named))
    return tuple(out)


__all__ = ["Conjecture", "conjectures", "reachable", "with_lemmas"]
