"""Counts over a list that the contract puts in order, from where its elements pass a value, which halving finds.

A turn of the loop adds the same for all elements on one side of a value. The elements before it come first, so that how many they
are says what the loop leaves.
"""

from collections.abc import Iterator
from dataclasses import replace

from loop.simplify import simplified, tidy
from loop.techniques.claim_facts import claimed
from loop.techniques.halving import NAMES, halving, turn_of
from loop.techniques.scans import SIDES, Scan, Turn, scan_of, sides_of
from loop.techniques.sorted_counts_proof import Costs, Cut, lemmas
from loop.techniques.study import Draft, Study
from loop.techniques.written import fresh, written
from verify import ir
from verify.interpreter import Interpreter
from verify.ir import Block, Expr, Program, Var
from verify.reasons import Reason, Refusal
from verify.statement import Claim


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the count by halving."""
    scan = scan_of(study)
    if scan is None or any(not isinstance(s, ir.Assign | ir.If | ir.Continue) for s in ir.statements(scan.loop.body)):
        return
    if isinstance(scan.loop, ir.While) and not isinstance(scan.loop.test, ir.Compare):
        return
    cut = _cut(study, scan)
    if cut is None:
        return
    names = fresh(NAMES, {v.name for v in study.head.variables} | {study.head.name}, 3)
    body = _body(scan, cut, names)
    made = written(study, tidy(replace(study.head, body=body, locals=(*study.head.locals, *(Var(n, "int") for n in names)))))
    if made is None:
        return
    found = _costs(study, scan, cut, made[1])
    if found is None:
        return
    try:
        text = lemmas(study, cut, found[0], made[1], found[1])
    except Refusal:
        return
    if text:
        yield Draft(made[0], "how many elements come before a value is found by halving", text)


def _cut(study: Study, scan: Scan) -> Cut | None:
    """Return where the turns of a loop begin to add something else; None where that is nowhere, or at two places."""
    turns = sides_of(study, scan)
    if turns is None or turns.keys() != set(SIDES) or not scan.wanted:
        return None
    if any(scan.wanted - t.changes.keys() for t in turns.values()):
        return None
    by_side = [{n: turns[s].changes[n] for n in sorted(scan.wanted)} for s in SIDES]
    if len({tuple(c.items()) for c in by_side}) != 2 or by_side[0] == by_side[2]:  # noqa: PLR2004 - what is before, and the others
        return None
    strict = by_side[1] == by_side[2]
    ticks = [turns[s].ticks for s in SIDES]
    first, last = (ticks[0], min(ticks[1:])) if strict else (min(ticks[:2]), ticks[2])
    return Cut(scan, strict, Turn(by_side[0], first), Turn(by_side[2], last))


def _body(scan: Scan, cut: Cut, names: list[str]) -> Block:
    found = halving(scan.loop.index, scan.order.xs, scan.value, cut.relation, names)
    return (*scan.before, *found, *_left(scan, cut, Var(names[0], "int")), *scan.after)


def _left(scan: Scan, cut: Cut, low: Var) -> Iterator[ir.Assign]:
    """Yield what gives each variable that is read later what the loop leaves in it."""
    for n in sorted(scan.wanted):
        before, others = cut.first.changes[n], cut.last.changes[n]
        begun = scan.begun.get(n, Var(n, "int"))
        rest = ir.Binary("mul", ir.Const(others), ir.Length(scan.order.xs))
        more = ir.Binary("mul", ir.Const(before - others), low)
        value: Expr = ir.Binary("add", ir.Binary("add", begun, rest), more)
        yield ir.Assign((n,), (simplified(value),))


def _costs(study: Study, scan: Scan, cut: Cut, new: Program) -> tuple[Costs, Claim] | None:
    """Return the ticks, and the claim that they allow; None where the new version is too dear on short lists."""
    at = [p.name for p in study.head.parameters].index(scan.order.xs.name)
    empty = next((a for a in study.runs if a[at] == []), None)
    if empty is None or cut.last.ticks <= 1 or cut.first.ticks <= 2:  # noqa: PLR2004 - one for each turn is what halving may take
        return None
    more = Interpreter(new, study.limits).run(empty).ticks - Interpreter(study.head, study.limits).run(empty).ticks
    costs = Costs(turn_of(scan.value), more)
    *_, left = claimed(study, new)
    if isinstance(left, Reason) or left[0].order != "eventually":
        return None
    return (costs, left[0]) if costs.most(cut) <= left[0].slack else None
