"""Invariants of a loop that a contract about lists suggests: what it demands at the end, said of the part gone through so far.

A contract speaks of a whole list or of a whole range. Where `result` stands for what the loop holds, and the list for the
elements that it has seen, a part of the contract is often what each turn keeps. Runs say which parts held; Lean proves that they
carry on.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from loop.fit import is_linear
from loop.observe import MANY, Loop, State, inductive, sample
from loop.simplify import RELATIONS
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Expr, ListOf, Name, Program, Value
from verify.lean_expr import Naming, plain
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.types import copied

SEEN: Final = "seen"
"""begins the name of what a loop has seen of a list; in Lean the variable for what a loop over a list has seen of it"""
GIVEN: Final = "given_"
"""begins the name of what a parameter was that the function overwrites"""
EACH: Final = "each_0"
"""the variable of a quantifier that no contract states"""
MOST: Final = 8
"""most invariants that one lemma is given"""
TRIED: Final = 300
"""states, most of them never seen, in which what holds needs no proof of ours"""


@dataclass(frozen=True, slots=True)
class View:
    """What a loop has seen of a list `whole`: in the runs, and in Lean; None there where the lemma binds a variable for it."""

    whole: ir.Var
    part: Expr
    counter: Name | None = None

    @property
    def seen(self) -> ir.Var:
        """The variable that stands for it in an invariant."""
        return ir.Var(f"{SEEN}_{self.whole.name}" if self.counter else SEEN, self.whole.type)

    @property
    def lean(self) -> str:
        """It in Lean."""
        return SEEN if self.counter is None else f"(List.take ({plain(self.counter)}).toNat {plain(self.whole.name)})"


def speaks_of_many(ensure: Expr) -> bool:
    """Say whether a contract speaks of lists or ranges."""
    kinds = (ir.Fold, ir.Member, ir.Length, ir.Each, ir.Span, ir.Count, ir.Item)
    return any(isinstance(x, kinds) or isinstance(x.type, ListOf) for x in ir.subexpressions(ensure))


def overwritten(program: Program) -> dict[Name, ir.Var]:
    """Return the parameters that a function overwrites, each with a variable for what it was."""
    return {p.name: ir.Var(f"{GIVEN}{p.name}", p.type) for p in program.parameters if p.name in ir.writes(program.body)}


def watched(program: Program, own: Loop, runs: Sequence[tuple[Value, ...]], limits: Limits) -> Loop:
    """Return a loop with all variables of its program in its states, and what the parameters were that it overwrites."""
    interpreter = Interpreter(program, limits, watched=True)
    before = overwritten(program)
    types = {v.name: v.type for v in program.variables} | {v.name: v.type for v in before.values()}
    states: list[State] = []
    begun: State = {}

    def watch(index: int, variables: dict[str, Value], _ticks: int) -> None:
        if index == own.loop.index and len(states) < 4 * MANY:
            states.append({n: copied(variables.get(f"v_{n}", begun.get(n, ir.blank(t)))) for n, t in types.items()})

    for arguments in runs:
        given = {p.name: a for p, a in zip(program.parameters, arguments, strict=True)}
        begun = {v.name: copied(given[n]) for n, v in before.items()}
        try:
            interpreter.run(arguments, watch)
        except OutOfFuel:
            continue
    names = tuple(types)
    ints = tuple(n for n in names if types[n] == "int")
    return replace(own, names=names, ints=ints, types=types, states=states, chains=[])


def views(program: Program, own: Loop, limits: Limits) -> list[View]:
    """Return what a loop, as `watched`, has seen of the lists among the parameters, so far as every state agrees."""
    lists = [p for p in program.parameters if isinstance(p.type, ListOf) and p.name not in ir.writes(program.body)]
    if isinstance(own.loop, ir.ForEach):
        rest = ir.rest_of(own.loop)
        alike = [p for p in lists if p.type == rest.type]
        return [v for v in (_before(p, rest) for p in alike) if _always(_link(v, rest), own, limits)][:1]
    counted = itertools.product(counters(own), lists)
    return [View(p, ir.Slice(p, None, c), c.name) for c, p in counted if _always(_within(c, p), own, limits)]


def _before(whole: ir.Var, rest: ir.Var) -> View:
    return View(whole, ir.Slice(whole, None, ir.Binary("sub", ir.Length(whole), ir.Length(rest))))


def _link(view: View, rest: ir.Var) -> Expr:
    return ir.Compare((ir.Join(view.part, rest), view.whole), ("eq",))


def _within(counter: ir.Var, whole: ir.Var) -> Expr:
    return ir.Compare((ir.Const(0), counter, ir.Length(whole)), ("le", "le"))


def counters(own: Loop) -> list[ir.Var]:
    """Return the ints that say how far a loop has come."""
    if isinstance(own.loop, ir.For):
        return [ir.Var(f"next_{own.loop.index}", "int")] if own.loop.step == ir.Const(1) else []
    if isinstance(own.loop, ir.ForEach):
        return []
    return [ir.Var(n, "int") for n in own.written if n in own.ints and n in ir.variables(own.test)]


def _always(e: Expr, own: Loop, limits: Limits) -> bool:
    test = holds(e, own.names, limits)
    return bool(own.states) and all(test([s[n] for n in own.names]) for s in own.states)


def results(program: Program, own: Loop, after: Expr) -> list[Expr]:
    """Return what `result` may stand for while a loop runs: variables, what follows it, and what its turns return."""
    arms = [after.then, after.orelse] if isinstance(after, ir.Choice) else []
    found = [ir.Var(n, own.types[n]) for n in own.written if own.types[n] == program.result and n in ir.variables(after)]
    taken = ir.advance(own.loop) if isinstance(own.loop, ir.For) else None
    begun = {} if taken is None else dict(zip(taken.targets, taken.values, strict=True))
    returned = (ir.substitute(s.value, begun) for s in ir.statements(own.loop.body) if isinstance(s, ir.Return))
    return list(dict.fromkeys((after, *arms, *found, *returned)))


def guesses(program: Program, own: Loop, ensure: Expr, after: Expr, seen: Sequence[View]) -> Iterator[Expr]:
    """Yield parts of a contract, said of what a loop holds and has seen."""
    moving = set(own.written) | {v.seen.name for v in seen}
    by_counter: dict[Name | None, list[View]] = {}
    for v in seen:
        by_counter.setdefault(v.counter, []).append(v)
    chosen: list[Sequence[View]] = [(), *((v,) for v in seen), *(vs for vs in by_counter.values() if len(vs) > 1)]
    stops: list[Expr | None] = [None, *(ir.plus_constant(c, k) for c in counters(own) for k in (0, -1, 1))]
    ends = _ends(program, own.loop)
    for result, part in itertools.product(results(program, own, after), links(ir.held(ensure))):
        said = _with_result(part, result)
        for some, stop in itertools.product(chosen, stops):
            # a number that the loop counts to stands for how far it has come
            so_far = [] if stop is None else [ir.substitute(said, {n: stop}) for n in ends & ir.variables(said)]
            for e in (x for way in (_up_to(said, some, stop), *so_far) for x in links(folded(way))):
                if ir.variables(e) & moving:
                    yield e


def _ends(program: Program, loop: ir.Loop) -> frozenset[Name]:
    """Return the int parameters, never overwritten, that say how far a loop goes."""
    bound = ir.variables(loop.stop) if isinstance(loop, ir.For) else ir.variables(ir.going(loop))
    return bound & {p.name for p in program.parameters if p.type == "int"} - ir.writes(program.body)


def counts_on(e: Expr) -> bool:
    """Say whether a value is linear but for quotients, remainders, choices and extrema: what turns keep of it is linear, too."""

    def bends(x: Expr) -> bool:
        return isinstance(x, ir.Choice | ir.Extremum) or (isinstance(x, ir.Binary) and x.op in ("mod", "floordiv"))

    return any(map(bends, ir.subexpressions(e))) and is_linear(e)


def _with_result(part: Expr, result: Expr) -> Expr:
    return ir.substitute(part, {"result": result})


def _up_to(e: Expr, seen: Sequence[View], stop: Expr | None) -> Expr:
    """Return a condition of the lists as far as seen, and of ranges up to `stop`; an element by its index is what it was."""
    parts = {v.whole.name: v.seen for v in seen}
    lengths = {v.whole.name: ir.Var(v.counter, "int") for v in seen if v.counter}

    def go(x: Expr) -> Expr:
        match x:
            case ir.Length(ir.Var(name)) if name in lengths:
                return lengths[name]
            case ir.Var(name):
                return parts.get(name, x)
            case ir.Item(ir.Var(), index):
                return replace(x, index=go(index))
            case ir.Span(start, _, ir.Const(1) as step) if stop is not None:
                return ir.Span(go(start), stop, step)
        return ir.rebuilt(x, go)

    return go(e)


def links(e: Expr) -> Iterator[Expr]:
    """Yield the conditions that make up one; that an int is the largest of a list says that it is in it and none is larger."""
    match e:
        case ir.Logic("and", operands):
            for operand in operands:
                yield from links(operand)
        case ir.Compare((a, ir.Fold("max" | "min" as op, elements)), ("eq",)) | ir.Compare(
            (ir.Fold("max" | "min" as op, elements), a), ("eq",)
        ):
            one = ir.Var(EACH, "int")
            relation: ir.Relation = "le" if op == "max" else "ge"
            yield ir.Member(a, elements)
            yield ir.Fold("all", ir.Each(ir.Compare((one, a), (relation,)), one, elements))
        case ir.Compare(operands, relations):
            yield from (ir.Compare(operands[i : i + 2], (r,)) for i, r in enumerate(relations))
        case ir.Unary("not", ir.Logic("or", operands)):
            for operand in operands:
                yield from links(ir.negation(operand))
        case _:
            yield e


def folded(e: Expr) -> Expr:
    """Return a condition in which what literals decide is decided."""
    e = ir.rebuilt(e, folded)
    match e:
        case ir.Compare((ir.Const(a), ir.Const(b)), (relation,)):
            return ir.Const(RELATIONS[relation](a, b))
        case ir.Compare((ir.Const(bool() as truth), other), ("eq",)) | ir.Compare((other, ir.Const(bool() as truth)), ("eq",)):
            return other if truth else _denied(other)
        case ir.Logic(op, operands):
            decisive = ir.FALSE if op == "and" else ir.TRUE
            left = tuple(o for o in operands if not isinstance(o, ir.Const))
            if decisive in operands or not left:
                return decisive if decisive in operands else ir.negation(decisive)
            return left[0] if len(left) == 1 else ir.Logic(op, left)
        case ir.Unary("not", ir.Const() as c):
            return ir.negation(c)
        case ir.Part(ir.Tuple(items), index):
            return items[index]
    return e


def _denied(e: Expr) -> Expr:
    """Return that a condition is false, as a quantifier over the opposite where it is one."""
    match e:
        case ir.Fold("any", ir.Each(element, variable, source, test)):
            return ir.Fold("all", ir.Each(_denied(element), variable, source, test))
        case ir.Unary("not", operand):
            return operand
    return ir.negation(e)


def kept(program: Program, own: Loop, ensure: Expr, after: Expr, limits: Limits) -> tuple[list[View], tuple[Expr, ...]]:
    """Return what a loop, as `watched`, has seen, and the parts of a contract that its turns keep, so far as runs show."""
    seen = views(program, own, limits)
    shown = {v.seen.name: v.part for v in seen}
    in_runs = {e: ir.substitute(e, shown) for e in dict.fromkeys(guesses(program, own, ensure, after, seen))}
    held = {e: x for e, x in in_runs.items() if _always(x, own, limits)}
    known = [*(own.loop.invariants or own.facts)]
    if isinstance(own.loop, ir.ForEach):
        known += [_link(v, ir.rest_of(own.loop)) for v in seen]
    else:
        known += [_within(ir.Var(v.counter, "int"), v.whole) for v in seen if v.counter]
    holding = [test for f in known if _always(f, own, limits) for test in [holds(f, own.names, limits)]]
    others = sample(own, holding, TRIED, spread=True)
    held = {e: x for e, x in held.items() if not all(map(holds(x, own.names, limits), others))}
    safe = set(inductive(own, [*known, *held.values()], limits))
    found = _plainest([e for e, x in held.items() if x in safe], seen, own, known, limits)[:MOST]
    used = frozenset[Name]().union(*map(ir.variables, found))
    unchanged = (ir.Compare((v, ir.Var(n, v.type)), ("eq",)) for n, v in overwritten(program).items() if n not in own.written)
    fixed = (*_fixed(program, own.loop), *(e for e in unchanged if _always(e, own, limits)))
    return [v for v in seen if v.counter is None or v.seen.name in used], (*fixed, *found)


def _fixed(program: Program, loop: ir.Loop) -> tuple[Expr, ...]:
    """Return that a range ends where parameters say, which the loop itself need not know."""
    if not isinstance(loop, ir.For) or not ir.variables(loop.stop):
        return ()
    kept_as_given = {p.name for p in program.parameters} - ir.writes(program.body)
    stop = ir.Var(f"stop_{loop.index}", "int")
    return (ir.Compare((stop, loop.stop), ("eq",)),) if ir.variables(loop.stop) <= kept_as_given else ()


def _longer(e: Expr) -> Expr:
    """Return what is said of ranges of one more where they end before or at a variable."""
    match e:
        case ir.Span(start, ir.Binary("sub", ir.Var() as stop, ir.Const(1)), step):
            return ir.Span(start, stop, step)
        case ir.Span(start, ir.Var() as stop, step):
            return ir.Span(start, ir.plus_constant(stop, 1), step)
    return ir.rebuilt(e, _longer)


def _plainest(found: Sequence[Expr], seen: Sequence[View], own: Loop, known: list[Expr], limits: Limits) -> tuple[Expr, ...]:
    """Return invariants without those that others make idle: what is said of shorter ranges, and twice of a list.

    What is said of a whole list and of what was seen of it is kept of the whole where it stands by itself.
    """
    found = [e for e in found if _longer(e) == e or _longer(e) not in found]
    wholes: dict[Name, Expr] = {v.seen.name: v.whole for v in seen}
    twins = {e: whole for e in found if (whole := ir.substitute(e, wholes)) != e and whole in found}
    shown = {e: ir.substitute(e, {v.seen.name: v.part for v in seen}) for e in twins.values()}
    alone = {whole for whole, e in shown.items() if e in inductive(own, [*known, e], limits)}
    dropped = {e if whole in alone else whole for e, whole in twins.items()}
    return tuple(e for e in found if e not in dropped)


def tail(block: ir.Block, env: dict[Name, Expr]) -> Expr | None:
    """Return what a block without loops returns, over what its variables hold when it begins; None where it is more than that."""
    for i, s in enumerate(block):
        match s:
            case ir.Assign(targets, values):
                now = [ir.substitute(v, env) for v in values]
                env = env | dict(zip(targets, now, strict=True))
            case ir.Return(value):
                return ir.substitute(value, env)
            case ir.If(test, then, orelse):
                arms = (tail((*then, *block[i + 1 :]), env), tail((*orelse, *block[i + 1 :]), env))
                return None if arms[0] is None or arms[1] is None else ir.Choice(ir.substitute(test, env), arms[0], arms[1])
            case _:
                return None
    return None


def naming(seen: Sequence[View]) -> Naming:
    """Return how variables and what has been seen are called in an invariant."""
    texts = {v.seen.name: v.lean for v in seen}
    return lambda n: texts.get(n, lean_name(n))
