"""Searches that go through an ordered list until an element stops them, by halving.

Such a search may end at once, where halving takes as many turns as ever, so that what is proved is the order `worst-case`. Drafts
are yielded where runs leave no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from loop.simplify import replaced, simplified, tidy
from loop.techniques.claim_facts import claimed
from loop.techniques.halving import NAMES, halving
from loop.techniques.ordered import offset
from loop.techniques.scans import SIDES, Outcome, Side, outcome, scan_of
from loop.techniques.sorted_searches_proof import Search, lemmas
from loop.techniques.study import Draft, Study
from loop.techniques.written import fresh, written
from loop.worst_case import proposals
from verify import ir
from verify.ir import Block, Expr, Name, Var
from verify.reasons import Reason, Refusal
from verify.statement import Claim


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the search by halving."""
    search = _search(study)
    if search is None or "worst-case" not in study.spec.orders:
        return
    names = fresh(NAMES, {v.name for v in study.head.variables} | {study.head.name}, 3)
    body = _body(search, names)
    made = written(study, tidy(replace(study.head, body=body, locals=(*study.head.locals, *(Var(n, "int") for n in names)))))
    if made is None:
        return
    task, _, left = claimed(study, made[1])
    if not isinstance(left, Reason):
        return
    worst = next(iter(proposals(task, study.limits)), None)
    if worst is None:
        return
    try:
        text = lemmas(study, search, made[1], Claim("worst-case", 0, worst))
    except Refusal:
        return
    if text:
        yield Draft(made[0], "what a search stops at is found by halving", text)


def _search(study: Study) -> Search | None:
    """Return the search that a version is, None where it is none."""
    scan = scan_of(study)
    if scan is None or (not isinstance(scan.loop, ir.While) and scan.loop.variable in scan.wanted):
        return None
    ends = {s: outcome(scan, s) for s in SIDES}
    found: dict[Side, Outcome] = {s: o for s, o in ends.items() if o is not None}
    if len(found) != len(SIDES) or found[-1].kind != "go":
        return None
    changes = {n: _change(found[-1], n) for n in sorted(scan.wanted)}
    stops = {s for s, o in found.items() if o.kind != "go"}
    counted: dict[Name, int] = {n: c for n, c in changes.items() if c is not None}
    if counted.keys() != changes.keys() or not stops:
        return None
    if stops == {1} and any(_change(found[0], n) != c for n, c in counted.items()):
        return None
    if stops == {0} and any((_change(found[1], n), c) != (0, 0) for n, c in counted.items()):
        return None
    return Search(scan, found, counted, strict=0 in stops, passes=stops == {0})


def _change(o: Outcome, n: Name) -> int | None:
    return offset(o.gives.get(n, Var(n, "int")), Var(n, "int"))


def _body(search: Search, names: list[Name]) -> Block:
    """Return the body of the new version."""
    scan, low = search.scan, Var(names[0], "int")
    reached: dict[Name, Expr] = {
        n: simplified(ir.Binary("add", scan.begun.get(n, Var(n, "int")), ir.Binary("mul", ir.Const(c), low)))
        for n, c in search.changes.items()
    }
    left = tuple(ir.Assign((n,), (e,)) for n, e in reached.items())
    found = halving(scan.loop.index, scan.order.xs, scan.value, search.relation, names)
    stopped = {s: _stopped(search, s, low, reached) for s in search.stops}
    inner = next(iter(stopped.values()))
    element = ir.Item(scan.order.xs, low)
    if len(set(stopped.values())) > 1 or search.passes:
        equal = ir.Compare((element, scan.value), ("eq",))
        inner = (ir.If(equal, stopped[0], stopped.get(1, ())),)
    if inner == left:
        return (*scan.before, *found, *left, *scan.after)
    within = ir.If(ir.Compare((low, ir.Length(scan.order.xs)), ("lt",)), inner, ())
    return (*scan.before, *found, *left, within, *scan.after)


def _stopped(search: Search, side: Side, low: Var, reached: Mapping[Name, Expr]) -> Block:
    """Return what the turn that stops does, where the lower end says at which element."""
    o, scan = search.ends[side], search.scan

    def there(e: Expr) -> Expr:
        place = {scan.counter: low} if scan.counter is not None else {}
        element = ir.Item(scan.order.xs, low)
        if isinstance(scan.loop, ir.ForEach):
            e = replaced(e, Var(scan.loop.variable, "int"), element)
        return simplified(ir.substitute(e, {**reached, **place}))

    if o.value is not None:
        return (ir.Return(there(o.value)),)
    return tuple(ir.Assign((n,), (there(o.gives.get(n, Var(n, "int"))),)) for n in search.changes)
