"""Lemmas that say what number a function gives: Study -> Draft, each fitted on reference runs.

Every family looks at one shape of fact. What it yields holds at the sample points, and is run once more as printed before anyone
tries to prove it.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from loop.evaluate import Value
from loop.lean_defs import atom, bare, components
from loop.lean_forms import Column, combination, equation, fitted, monomials, one, times
from loop.study import NUMBERS, Draft, Region, Study

DEGREE: Final = 4


def label(path: str, stem: str) -> str:
    """Return how a draft about a component is called."""
    return stem + path.replace(".", "_")


def cast(text: str, kind: str, *, natural: bool) -> str:
    """Return a numeric term as it stands in an equation."""
    return f"({text} : Int)" if kind == "Nat" and not natural else text


def component(study: Study, path: str) -> str:
    """Return one component of the function's value, as a term that stands for itself."""
    return f"({study.call}){path}" if path else study.call


def as_columns(study: Study, named: Sequence[tuple[str, str]], *, natural: bool) -> list[Column]:
    """Return the columns of numeric terms, given with their types."""
    return study.columns([(cast(t, kind, natural=natural), t) for t, kind in named if kind in NUMBERS])


def integers(values: Sequence[Value] | None) -> list[int] | None:
    """Return values that are all numbers, or flags taken as 0 and 1; None for others."""
    if values is None or not all(isinstance(v, int) for v in values):
        return None
    return [int(v) for v in values if isinstance(v, int)]


# -- numbers ------------------------------------------------------------------------------------------------------------------


def related(study: Study) -> Iterator[Draft]:
    """Yield a value as a combination of the accumulators and of other functions: `f n acc = acc * g n`."""
    for path, kind in components(study.definition.result):
        values = integers(study.run([component(study, path)])[0]) if kind in NUMBERS else None
        if values is None:
            continue
        natural = study.natural(kind)
        unit = one(len(study.points))
        accs = [c for p in study.accumulators for c in study.numeric(p, natural=natural)]
        calls = [c for p in study.drivers for c in study.others_at(p)]
        gs = as_columns(study, calls, natural=natural)
        shapes = [c for p in study.drivers for c in study.numeric(p, natural=natural)]
        left = cast(component(study, path), kind, natural=natural)
        groups = [
            [*accs, *gs, unit],
            times([*accs, unit], gs),
            [*times([*accs, unit], [*gs, unit]), *monomials(shapes, 2, len(study.points))],
        ]
        names = {c.text for c in gs}
        for region, columns in product(study.regions() if gs else (), groups):
            found = fitted(_distinct(columns), values, region.chosen)
            if found and any(n in text for n in names for text in found[0]):
                yield draft_of(study, label(path, "eq"), region, equation(left, *found, natural=natural))
                break


def multiplied(study: Study) -> Iterator[Draft]:
    """Yield what a value times another function's value is: `up n i acc * fact i = acc * fact n`, for loops that multiply."""
    for path, kind in components(study.definition.result):
        values = integers(study.run([component(study, path)])[0]) if kind in NUMBERS and study.accumulators else None
        if values is None or study.definition.by_patterns:
            continue
        natural = study.natural(kind)
        accs = [c for p in study.accumulators for c in study.numeric(p, natural=natural)]
        left = cast(component(study, path), kind, natural=natural)
        for p in study.definition.role("counter"):
            at = as_columns(study, study.others_at(p), natural=natural)
            ends = [c for q in study.drivers if q != p for c in as_columns(study, study.others_at(q), natural=natural)]
            for g, region in product(at, study.regions() if ends else ()):
                target = [a * b for a, b in zip(values, g.values, strict=True)]
                found = fitted(times(accs, ends), target, region.chosen)
                if found:
                    yield draft_of(study, label(path, "times"), region, equation(f"{left} * {g.text}", *found, natural=natural))
                    break


def shifted(study: Study) -> Iterator[Draft]:
    """Yield a value one or two steps on: `f (n + 1) a b = a * g n + b * g (n + 1)`, for recurrences of the second order."""
    main = study.structural
    if main is None or bare(main.type) != "Nat" or not study.accumulators:
        return
    for path, kind in components(study.definition.result):
        for shift in (1, 2) if kind in NUMBERS else ():
            natural = study.natural(kind)
            ahead = study.applied({main.name: f"{main.name} + {shift}"})
            term = f"({ahead}){path}" if path else ahead
            values = integers(study.run([term])[0])
            calls = [c for s in range(shift + 1) for c in study.others_at(main, s)]
            gs = as_columns(study, calls, natural=natural)
            accs = [c for p in study.accumulators for c in study.numeric(p, natural=natural)]
            found = fitted(times(accs, gs), values, range(len(study.points))) if values and gs else None
            if found:
                claim = equation(cast(term, kind, natural=natural), *found, natural=natural)
                names = ", ".join(d.name for d in (*study.others, study.definition))
                script = f"{study.induction()} <;> grind [{names}]"
                yield Draft(label(path, f"ahead{shift}"), study.variables, (), claim, (script,))
                break


def closed(study: Study) -> Iterator[Draft]:
    """Yield closed forms of numeric components: polynomials, with powers, by residue, and in the number of turns left."""
    for path, kind in components(study.definition.result):
        values = integers(study.run([component(study, path)])[0]) if kind in NUMBERS else None
        if values is None:
            continue
        for region in study.regions():
            draft = (
                _polynomial(study, path, kind, values, region)
                or _by_turns(study, path, kind, values, region)
                or _with_powers(study, path, kind, values, region)
                or _by_residue(study, path, kind, values, region)
            )
            if draft is not None:
                yield draft
                break


def _polynomial(study: Study, path: str, kind: str, values: Sequence[int], region: Region) -> Draft | None:
    natural, count = study.natural(kind), len(study.points)
    left = cast(component(study, path), kind, natural=natural)
    accs = [c for p in study.accumulators for c in study.numeric(p, natural=natural)]
    shapes = [c for p in study.drivers for c in study.numeric(p, natural=natural)]
    outer = [one(count), *accs]
    for degree in range(1, DEGREE + 1):
        for columns in (
            _distinct([*monomials(shapes, degree, count), *accs]),
            _distinct(times(outer, monomials(shapes, degree, count))) if degree < DEGREE else (),
        ):
            found = fitted(columns, values, region.chosen)
            if found:
                return draft_of(study, label(path, "closed"), region, equation(left, *found, natural=natural))
    return None


def _with_powers(study: Study, path: str, kind: str, values: Sequence[int], region: Region) -> Draft | None:
    natural, count = study.natural(kind), len(study.points)
    left = cast(component(study, path), kind, natural=natural)
    accs = [c for p in study.accumulators for c in study.numeric(p, natural=natural)]
    shapes = [c for p in study.drivers for c in study.numeric(p, natural=natural)]
    outer = [one(count), *accs]
    powers = _powers(study, natural=natural)
    for columns in (times(outer, [one(count), *powers]), times([*outer, *shapes], [one(count), *powers])) if powers else ():
        found = fitted(_distinct(columns), values, region.chosen)
        if found:
            facts = ("Int.pow_succ", "Nat.pow_succ")
            return draft_of(study, label(path, "closed"), region, equation(left, *found, natural=natural), facts)
    return None


def _powers(study: Study, *, natural: bool) -> list[Column]:
    """Return powers whose exponent is a natural parameter: of literals of the body, and of parameters that do not count."""
    bases = [(w, "Nat") for w in sorted(study.definition.words, key=lambda w: (len(w), w)) if w.isdigit() and 2 <= int(w) <= 12]  # noqa: PLR2004
    bases = list(dict.fromkeys([("2", "Nat"), *bases]))
    bases += [(p.name, bare(p.type)) for p in study.definition.role("fixed", "accumulator") if bare(p.type) in NUMBERS]
    exponents = [p.name for p in study.drivers if bare(p.type) == "Nat"]
    named = []
    for (base, kind), n in product(bases, exponents):
        if base != n:
            text = base if natural or kind == "Int" else f"({base} : Int)"
            named.append((f"{text} ^ {n}", f"{text} ^ {n}"))
    return study.columns(named)


def _by_residue(study: Study, path: str, kind: str, values: Sequence[int], region: Region) -> Draft | None:
    natural, count = study.natural(kind), len(study.points)
    left = cast(component(study, path), kind, natural=natural)
    accs = [c for p in study.accumulators for c in study.numeric(p, natural=natural)]
    shapes = [c for p in study.drivers for c in study.numeric(p, natural=natural)]
    for selector, modulus in product(selectors(study), (2, 3)):
        residues = integers(study.run([f"{atom(selector)} % {modulus}"])[0])
        if residues is None:
            continue
        pieces = []
        for r in range(modulus):
            chosen = [i for i in region.chosen if residues[i] == r]
            tries = (_distinct([*monomials(shapes, d, count), *accs]) for d in (0, 1, 2))
            found = next((f for columns in tries if (f := fitted(columns, values, chosen))), None)
            if found is None:
                break
            pieces.append(found)
        if len(pieces) == modulus and not (natural and any(c < 0 for p, _ in pieces for c in p.values())):
            scale = max(s for _, s in pieces)
            if any(scale % s for _, s in pieces):
                continue
            texts = [combination({t: c * (scale // s) for t, c in p.items()}) for p, s in pieces]
            right = texts[-1]
            for r in range(modulus - 2, -1, -1):
                right = f"(if {atom(selector)} % {modulus} = {r} then {texts[r]} else {right})"
            start = left if scale == 1 else f"{scale} * {left}"
            return draft_of(study, label(path, "closed"), region, f"{start} = {right}")
    return None


def selectors(study: Study) -> list[str]:
    """Return what a value may depend on by its remainder: a counter, or how far it is from its end."""
    out = [p.name for p in study.definition.role("structural", "counter") if bare(p.type) in NUMBERS]
    trip = study.trip()
    if trip is not None and trip.small != "0":
        out.insert(0, f"{trip.big} - {atom(trip.small)}")
    return out


def _by_turns(study: Study, path: str, kind: str, values: Sequence[int], region: Region) -> Draft | None:
    """Return a form in the number of turns left; its proof lets that number fall by one a turn."""
    trip = study.trip()
    if trip is None or trip.stride == 1 or trip.entered not in region.conditions or study.natural(kind):
        return None
    if any(bare(p.type) == "Nat" for p in study.definition.role("counter")):
        return None
    turns = study.columns([(f"({trip.turns})", trip.turns)])
    accs = [c for p in study.accumulators for c in study.numeric(p, natural=False)]
    shapes = [*turns, *(c for p in study.drivers for c in study.numeric(p, natural=False))]
    for degree in range(1, DEGREE):
        found = fitted(_distinct([*monomials(shapes, degree, len(study.points)), *accs]), values, region.chosen)
        if found:
            goals = " ".join(["(by omega)"] * len(study.carried(region.conditions)))
            turn = f"(rename_i ih; have step := ih {goals} (T - 1) (by omega); first | omega | grind)"
            done = "(have zero : T = 0 := (by omega); subst zero; first | omega | grind)"
            names = f"generalize hT : {trip.turns} = T"
            script = f"{names}\n  fun_induction {study.call} generalizing T <;> first | {turn} | {done}"
            left = cast(component(study, path), kind, natural=False)
            claim = equation(left, *found, natural=False)
            return Draft(label(path, "closed"), study.variables, region.conditions, claim, (script, *study.scripts()))
    return None


def _distinct(columns: Sequence[Column]) -> list[Column]:
    return list({c.text: c for c in columns}.values())


def draft_of(study: Study, name: str, region: Region, claim: str, facts: Sequence[str] = ()) -> Draft:
    """Return a draft over the function's parameters in a region; `facts` are lemmas of Lean's library that may help."""
    scripts = study.scripts(conditions=region.conditions)
    more = study.scripts(facts, region.conditions)[:1] if facts else ()
    return Draft(name, study.variables, region.conditions, claim, (*scripts[:1], *more, *scripts[1:]))
