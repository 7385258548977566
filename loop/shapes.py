"""Lemmas of other kinds about one function: Study -> Draft.

Lists, flags and functions of Lean's library; how a function splits, steps and grows.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from loop.families import as_columns, cast, component, draft_of, integers, label, selectors
from loop.lean_defs import Parameter, atom, bare, components
from loop.lean_forms import equation, fitted, monomials, times
from loop.study import NUMBERS, Draft, Region, Study

_OPERATIONS: Final = {
    "Nat": ("max {0} {1}", "min {0} {1}", "Nat.gcd {0} {1}"),
    "Int": ("max {0} {1}", "min {0} {1}"),
    "Bool": ("({0} && {1})", "({0} || {1})", "({0} != {1})", "({0} == {1})"),
}
"""operations that neither a sum nor a product shows, by type"""
_GCD: Final = ("Nat.gcd_sub_self_left", "Nat.gcd_sub_self_right", "Nat.gcd_zero_left", "Nat.gcd_zero_right", "Nat.gcd_rec")
_LIBRARY: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Nat.gcd {0} {1}", (*_GCD, "Nat.gcd_comm")),
    ("max {0} {1}", ("Nat.max_def",)),
    ("min {0} {1}", ("Nat.min_def",)),
    ("{0} - {1}", ()),
    ("{0} * {1}", ("Nat.add_mul", "Nat.mul_add")),
    ("{0} / {1}", ("Nat.div_eq",)),
    ("{0} % {1}", ("Nat.mod_eq",)),
    ("{0} ^ {1}", ("Nat.pow_succ",)),
    ("Nat.lcm {0} {1}", ()),
)
"""functions of two naturals in Lean's library, and facts that prove that a function is one of them"""


def lists(study: Study) -> Iterator[Draft]:
    """Yield list-valued functions as concatenations of known lists, and their lengths."""
    everywhere = Region((), tuple(range(len(study.points))))
    for path, kind in components(study.definition.result):
        if not kind.startswith("List "):
            continue
        term = component(study, path)
        same = [p.name for p in study.definition.parameters if bare(p.type) == kind]
        calls = [t for p in study.drivers for t, k in study.others_at(p) if k == kind]
        pieces = ["[]", *same, *calls, *(f"{atom(t)}.reverse" for t in (*same, *calls))]
        terms = [*pieces, *(f"{p} ++ {q}" for p, q in product(pieces[1:], repeat=2))]
        target, *found = study.run([term, *(f"({t} : {kind})" for t in terms)])
        equal = [t for t, v in zip(terms, found, strict=True) if target is not None and v == target]
        if equal:
            yield draft_of(
                study, label(path, "eq"), everywhere, f"{term} = {equal[0]}", ("List.reverse_cons", "List.append_assoc")
            )
        yield from _lengths(study, path, term)


def _lengths(study: Study, path: str, term: str) -> Iterator[Draft]:
    sizes = [c for p in study.definition.parameters for c in study.numeric(p, natural=True) if not c.text.endswith(".sum")]
    values = integers(study.run([f"{atom(term)}.length"])[0])
    if values is None or any("Int" in p.type.split() for p in study.definition.parameters):
        return
    for degree in (1, 2):
        found = fitted(monomials(sizes, degree, len(study.points)), values, range(len(study.points)))
        if found:
            region = Region((), ())
            yield draft_of(study, label(path, "length"), region, equation(f"{atom(term)}.length", *found, natural=True))
            return


def flags(study: Study) -> Iterator[Draft]:
    """Yield bools by the remainder of a counter, or of how far it is from its end: `if (n - i) % 2 = 0 then b else !b`."""
    for path, kind in components(study.definition.result):
        if kind != "Bool":
            continue
        term = component(study, path)
        own = [p.name for p in study.accumulators if bare(p.type) == "Bool"]
        values = ["true", "false", *own, *(f"!{b}" for b in own)]
        tests = [f"{atom(s)} % {m} = {r}" for s in selectors(study) for m, r in ((2, 0), (3, 0), (3, 1), (3, 2))]
        terms = [f"if {t} then {p} else {q}" for t in tests for p, q in product(values, repeat=2) if p != q]
        target, *found = study.run([term, *(f"({t} : Bool)" for t in [*values, *terms])])
        if target is None:
            continue
        for region, (text, v) in product(study.regions(), zip([*values, *terms], found, strict=True)):
            if v is not None and len(region.chosen) > 12 and all(v[i] == target[i] for i in region.chosen):  # noqa: PLR2004
                yield draft_of(study, label(path, "flag"), region, f"{term} = ({text})")
                break


def combined(study: Study) -> Iterator[Draft]:
    """Yield a value as the accumulator and another function's value under one operation: `f xs m = max m (g xs)`."""
    everywhere = Region((), tuple(range(len(study.points))))
    for path, kind in components(study.definition.result):
        signs = _OPERATIONS.get(kind, ())
        gathers = [p.name for p in study.accumulators if bare(p.type) == kind]
        calls = [t for p in study.drivers for t, k in study.others_at(p) if k == kind]
        terms = [sign.format(a, atom(t)) for sign in signs for a, t in product(gathers, calls)]
        target, *found = study.run([component(study, path), *terms])
        equal = [t for t, v in zip(terms, found, strict=True) if target is not None and v == target]
        if equal:
            yield draft_of(study, label(path, "with"), everywhere, f"{component(study, path)} = {equal[0]}", ("Nat.gcd_assoc",))


def library(study: Study) -> Iterator[Draft]:
    """Yield a function of naturals as one of Lean's library: `f a b = Nat.gcd a b`."""
    if bare(study.definition.result) != "Nat" or any(bare(p.type) != "Nat" for p in study.definition.parameters):
        return
    names = [p.name for p in study.drivers]
    if len(names) != 2 or study.accumulators:  # noqa: PLR2004 - functions of two
        return
    terms = [(t.format(*pair), facts) for t, facts in _LIBRARY for pair in (names, names[::-1])]
    target, *found = study.run([study.call, *(t for t, _ in terms)])
    for (text, facts), values in zip(terms, found, strict=True):
        if target is not None and values == target:
            everywhere = Region((), tuple(range(len(study.points))))
            yield draft_of(study, "library", everywhere, f"{study.call} = {text}", facts)
            return


def splits(study: Study) -> Iterator[Draft]:
    """Yield what a function does with `xs ++ ys`, and with `m + n`."""
    main = study.structural
    if main is None or len(components(study.definition.result)) > 1:
        return
    kind, result = bare(main.type), bare(study.definition.result)
    second = next(n for n in ("ys", "m", "other", "second") if n not in {p.name for p in study.definition.parameters})
    join = "++" if kind.startswith("List ") else "+"
    whole = study.applied({main.name: f"{main.name} {join} {second}"})
    variables = (*study.variables, (second, kind))
    names = ", ".join(d.name for d in (*study.others, study.definition))
    script = f"{study.induction()} <;> grind [{names}]"
    more = f"{study.induction()} <;> simp_all [{names}, Nat.succ_add, Nat.add_assoc] <;> grind"
    same = [p for p in study.accumulators if bare(p.type) == result]
    claims = []
    other = study.applied({main.name: second})
    if len(study.accumulators) == len(same) == 1:
        for a, b in ((main.name, second), (second, main.name)):
            claims.append(f"{whole} = {study.applied({main.name: b, same[0].name: study.applied({main.name: a})})}")
    elif not study.accumulators:
        left, right = study.call, other
        signs = ("+", "*") if result in NUMBERS else ("++",) if result.startswith("List ") else ("&&", "||", "!=", "==")
        orders = ((left, right), (right, left)) if result.startswith("List ") else ((left, right),)
        claims += [f"{whole} = ({p} {sign} {q})" for sign in signs for p, q in orders]
    for i, claim in enumerate(claims):
        yield Draft(f"split{i}", variables, (), claim, (script, more))


def far_end(study: Study) -> Iterator[Draft]:
    """Yield what one more turn at the far end of a loop does: `f (n + 1) i acc = f n i acc + n`."""
    trip = study.trip()
    if trip is None or trip.stride != 1 or not re.fullmatch(r"[A-Za-z_]\w*", trip.big):
        return
    if trip.big not in {p.name for p in study.definition.role("fixed")}:
        return
    ahead = study.applied({trip.big: f"{trip.big} + 1"})
    for path, kind in components(study.definition.result):
        if kind not in NUMBERS:
            continue
        natural, term = study.natural(kind), f"({ahead}){path}" if path else ahead
        values = integers(study.run([term])[0])
        shapes = [c for p in study.drivers for c in study.numeric(p, natural=natural)]
        base = as_columns(study, [(component(study, path), kind)], natural=natural)
        for region in study.regions()[1:2] if values else ():
            for columns in (
                [*base, *monomials(shapes, 2, len(study.points))],
                times(base, monomials(shapes, 1, len(study.points))),
            ):
                found = fitted(columns, values or [], region.chosen)
                if found:
                    yield draft_of(
                        study, label(path, "last"), region, equation(cast(term, kind, natural=natural), *found, natural=natural)
                    )
                    break


def bounds(study: Study) -> Iterator[Draft]:
    """Yield signs, bounds by a parameter, and monotony."""
    for path, kind in components(study.definition.result):
        values = integers(study.run([component(study, path)])[0]) if kind in NUMBERS else None
        if not values:
            continue
        term = component(study, path)
        floors = ["1 ≤ {}"] if kind == "Nat" else ["1 ≤ {}", "0 ≤ {}"]
        region = study.regions()[-1]
        signs = tuple(f"0 ≤ {p.name}" for p in study.definition.parameters if bare(p.type) == "Int" and p.role != "counter")
        for floor in floors:
            lowest = int(floor[0])
            chosen = [i for i in region.chosen if all(_at_least_zero(study, p, i) for p in study.definition.parameters)]
            if chosen and all(values[i] >= lowest for i in chosen):
                wide = Region(tuple(dict.fromkeys((*region.conditions, *signs))), region.chosen)
                yield draft_of(study, label(path, "low"), wide, floor.format(term), ("Nat.mul_pos", "Int.mul_pos"))
                break
        main = study.structural
        if main is not None and bare(main.type) == "Nat" and not path and not study.accumulators:
            larger = study.applied({main.name: f"{main.name} + 1"})
            yield draft_of(study, "grows", Region((), ()), f"{term} ≤ {larger}")


def _at_least_zero(study: Study, p: Parameter, i: int) -> bool:
    v = study.points[i][study.definition.parameters.index(p)]
    return not isinstance(v, int) or v >= 0


def orbits(study: Study) -> Iterator[Draft]:
    """Yield that a function which walks along another one's values arrives there: `f n (g k) (g (k + 1)) = g (n + k)`."""
    main, accs = study.structural, [p.name for p in study.accumulators]
    if main is None or bare(main.type) != "Nat" or not 1 <= len(accs) <= 3 or bare(study.definition.result) not in NUMBERS:  # noqa: PLR2004
        return
    names = ", ".join(d.name for d in (*study.others, study.definition))
    for g in study.others:
        if len(g.parameters) != 1 or bare(g.parameters[0].type) != "Nat" or bare(g.result) != bare(study.definition.result):
            continue
        variables = (*(v for v in study.variables if v[0] not in accs), ("k", "Nat"))
        for shift, order in product((0, 1), (1, -1) if len(accs) > 1 else (1,)):
            steps = [f"{g.name} (k + {s})" if s else f"{g.name} k" for s in range(len(accs))][::order]
            left = study.applied(dict(zip(accs, steps, strict=True)))
            right = f"{g.name} ({main.name} + k{f' + {shift}' if shift else ''})"
            script = f"induction {main.name} generalizing k <;> grind [{names}]"
            yield Draft(f"walk{g.name}{shift}{'r' if order < 0 else ''}", variables, (), f"{left} = {right}", (script,))


def unfolded(study: Study) -> Iterator[Draft]:
    """Yield one equation for each way through a body with tests: what a step is, under its test."""
    if study.definition.by_patterns:
        return
    for i, case in enumerate(study.definition.cases):
        if not case.tests:
            continue
        given = ", ".join(f"h{k}" for k in range(1, len(case.tests) + 1))
        script = f"rw [{study.definition.name}]; simp [{given}]"
        yield Draft(
            f"step{i}",
            study.variables,
            case.tests,
            f"{study.call} = {case.value}",
            (script, "unfold " + study.definition.name + "; grind"),
        )
