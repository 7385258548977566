"""Algebraic clean-up of programs: fewer ticks, the same function. Each step is a guess that the gates judge."""

import operator
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from loop.fit import Poly, horner
from verify import ir
from verify.body import HIDDEN
from verify.ir import Block, Expr, Name, Program
from verify.ticks import cost

MONOMIALS = 40
"""a polynomial with more is left as it was written"""
LENGTH = 8
"""elements that a list is taken to have where costs are compared"""
SHORT = 64
"""literals up to this are shifted and raised to a power, by as much at most"""
POWER = 4
"""the highest power that is taken for a product"""


def static_cost(e: Expr) -> int:
    """Return the ticks of an expression if every part of it is evaluated, and every list has LENGTH elements."""
    return _amount(cost(e))


def _amount(c: Expr) -> int:
    """Return the value of a cost: a sum, with choices between costs in it, and multiples of lengths."""
    match c:
        case ir.Const(v):
            return int(v)
        case ir.Binary("mul", left, right):
            return _amount(left) * _amount(right)
        case ir.Binary(_, left, right) | ir.Choice(_, left, right):
            return _amount(left) + _amount(right)
        case ir.Fold(_, ir.Each(element)):
            return LENGTH * _amount(element)
        case ir.Length(ir.List(items)):
            return len(items)
    return LENGTH


def simplified(e: Expr) -> Expr:
    """Return an expression with the same value where it does not raise, at most as costly.

    Ints are brought into polynomial form over what is no sum or product, and written in Horner's way where that costs less.
    """
    e = _folded(ir.rebuilt(e, simplified))
    if e.type != "int" or not isinstance(e, ir.Binary | ir.Unary):
        return e
    atoms: list[Expr] = []
    poly = _poly(e, atoms)
    if poly is None:
        return e
    short = horner(poly, atoms)
    return short if static_cost(short) < static_cost(e) else e


RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne,
}  # fmt: skip
"""what each relation between two ints says"""


_OPERATORS: dict[str, Callable[[int, int], int]] = {
    "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow, "lshift": operator.lshift,
    "rshift": operator.rshift, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
}  # fmt: skip


def _plain(op: str, a: int, b: int) -> bool:
    """Say whether an operation on literals raises nothing and gives a literal of a sensible length."""
    match op:
        case "floordiv" | "mod":
            return b != 0
        case "pow" | "lshift":
            return 0 <= b <= SHORT and abs(a) <= SHORT
        case _:
            return op != "rshift" or b >= 0


def _folded(e: Expr) -> Expr:
    """Return an expression of literals as the literal that it is, where it is plain."""
    match e:
        case ir.Binary(op, ir.Const(a), ir.Const(b)) if op in _OPERATORS and _plain(op, int(a), int(b)):
            return ir.Const(_OPERATORS[op](int(a), int(b)))
        case ir.Unary("invert", ir.Const(a)):
            return ir.Const(~int(a))
        case (
            ir.Binary("floordiv" | "pow", left, ir.Const(1))
            | ir.Binary("lshift" | "rshift" | "or" | "xor", left, ir.Const(0))
            | ir.Binary("and", left, ir.Const(-1))
        ):
            return left
        case ir.Compare((ir.Const(a), ir.Const(b)), (relation,)):
            return ir.Const(RELATIONS[relation](int(a), int(b)))
        case ir.Choice(ir.Const(test), then, orelse):
            return then if test else orelse
        case ir.Choice(_, then, orelse) if then == orelse and ir.safe(e.test) == ir.TRUE:
            return then
    return e


def _poly(e: Expr, atoms: list[Expr]) -> Poly | None:
    """Return an expression as a polynomial over atoms, which are collected; None where it grows too large."""
    raw = terms(e, atoms)
    if raw is None:
        return None
    width = len(atoms)
    return {m + (0,) * (width - len(m)): c for m, c in raw.items()}


def terms(e: Expr, atoms: list[Expr]) -> dict[tuple[int, ...], int] | None:
    """Return an expression as coefficients by exponents over atoms, which are collected; None where it grows too large."""
    match e:
        case ir.Const(v):
            return {(): int(v)} if v else {}
        case ir.Unary("neg", operand):
            inner = terms(operand, atoms)
            return None if inner is None else {m: -c for m, c in inner.items()}
        case ir.Binary("pow", base, ir.Const(k)) if 1 <= k <= POWER:
            return terms(base if k == 1 else ir.Binary("mul", base, ir.Binary("pow", base, ir.Const(k - 1))), atoms)
        case ir.Binary("lshift", operand, ir.Const(k)) if 0 <= k <= SHORT:
            return terms(ir.Binary("mul", operand, ir.Const(1 << k)), atoms)
        case ir.Binary("add" | "sub" | "mul" as op, left, right):
            a, b = terms(left, atoms), terms(right, atoms)
            return None if a is None or b is None else _combine(op, a, b)
    if e not in atoms:
        atoms.append(e)
    i = atoms.index(e)
    return {(0,) * i + (1,): 1}


def _combine(op: str, a: dict[tuple[int, ...], int], b: dict[tuple[int, ...], int]) -> dict[tuple[int, ...], int] | None:
    out: Counter[tuple[int, ...]] = Counter()
    if op == "mul":
        for m, c in a.items():
            for n, d in b.items():
                width = max(len(m), len(n))
                powers = [(m[i] if i < len(m) else 0) + (n[i] if i < len(n) else 0) for i in range(width)]
                while powers and not powers[-1]:
                    powers.pop()
                out[tuple(powers)] += c * d
    else:
        out.update(a)
        for n, d in b.items():
            out[n] += d if op == "add" else -d
    kept = {m: c for m, c in out.items() if c}
    return kept if len(kept) <= MONOMIALS else None


def tidy(program: Program) -> Program:
    """Return a program with expressions simplified, values that are read once put where they are read, and dead ones dropped."""
    body = program.body
    for _ in range(12):
        shorter = _without_dead(_inlined(_map(body)))
        if shorter == body:
            break
        body = shorter
    return _shared(replace(program, body=body))


def _shared(program: Program) -> Program:
    """Give a name to what the only statement of a function computes twice, where that costs less."""
    match program.body:
        case (ir.Return(value, line),):
            taken = {v.name for v in program.parameters}
            free = (x for x in ir.subexpressions(value) if x.type == "int" and ir.variables(x) <= taken)
            counts = Counter(x for x in free if ir.safe(x) == ir.TRUE)
            twice = [x for x, n in counts.items() if n > 1 and static_cost(x) * (n - 1) > 1]
            name = next((n for n in ("t", "u", "w", "shared") if n not in taken), None)
            if twice and name is not None:
                best = max(twice, key=lambda x: (static_cost(x) * (counts[x] - 1), -len(repr(x))))
                short = replaced(value, best, ir.Var(name, "int"))
                body = (ir.Assign((name,), (best,), line), ir.Return(short, line))
                return replace(program, body=body, locals=(ir.Var(name, "int"),))
    return program


def after(block: Block) -> dict[Name, Expr] | None:
    """Return what names hold after a block, over what they held before; None where it does more than assign."""
    env: dict[Name, Expr] = {}
    for s in block:
        if not isinstance(s, ir.Assign):
            return None
        env |= dict(zip(s.targets, [ir.substitute(e, env) for e in s.values], strict=True))
    return env


def replaced(e: Expr, old: Expr, new: Expr) -> Expr:
    """Return an expression with each occurrence of a subexpression replaced."""
    return new if e == old else ir.rebuilt(e, lambda x: replaced(x, old, new))


def _map(block: Block) -> Block:
    out: list[ir.Statement] = []
    for s in block:
        match s:
            case ir.Assign(_, values):
                out.append(replace(s, values=tuple(map(simplified, values))))
            case ir.Return(value):
                out.append(replace(s, value=simplified(value)))
            case ir.If(test, then, orelse):
                out.append(replace(s, test=simplified(test), then=_map(then), orelse=_map(orelse)))
            case ir.While(test=test, body=body):
                out.append(replace(s, test=simplified(test), body=_map(body)))
            case ir.For(start=start, stop=stop, body=body):
                out.append(replace(s, start=simplified(start), stop=simplified(stop), body=_map(body)))
            case ir.ForEach(source=source, body=body):
                out.append(replace(s, source=simplified(source), body=_map(body)))
            case ir.Call(arguments=arguments):
                out.append(replace(s, arguments=tuple(map(simplified, arguments))))
            case ir.Break() | ir.Continue():
                out.append(s)
        if unpacked := _unpacked(out[-2:]):
            out[-2:] = [unpacked]
    return tuple(out)


def _unpacked(pair: list[ir.Statement]) -> ir.Assign | None:
    """Return `x, y = a, b` for two statements that make a tuple of the values and take it apart."""
    match pair:
        case [ir.Assign((kept,), (ir.Tuple(items),), free=True), ir.Assign(targets, parts, line, free=False)]:
            whole = ir.Var(kept, ir.Tuple(items).type)
            if parts == tuple(ir.Part(whole, i) for i in range(len(items))):
                return ir.Assign(targets, items, line)
    return None


def _inlined(block: Block, later: frozenset[Name] = frozenset()) -> Block:
    """Put `x = e` into what follows, at the level of one block, where that costs no tick more and changes no meaning.

    `later` are the names that are read after the block.
    """
    for i, s in enumerate(block):
        if isinstance(s, ir.Assign) and len(s.targets) == 1 and _movable(s.values[0]) and not s.free:
            rest = _put(block[i + 1 :], s.targets[0], s.values[0], later)
            if rest is not None:
                return _inlined((*block[:i], *rest), later)
    return tuple(_deep(s, later | ir.reads(block[i + 1 :])) for i, s in enumerate(block))


def _movable(e: Expr) -> bool:
    """Say whether a value may go where its name is read: no list, whose changes would lose it, and none of the reader's names."""
    return e.type in ("int", "bool") and not any(map(HIDDEN.fullmatch, ir.variables(e)))


def _deep(s: ir.Statement, later: frozenset[Name]) -> ir.Statement:
    match s:
        case ir.If(then=then, orelse=orelse):
            return replace(s, then=_inlined(then, later), orelse=_inlined(orelse, later))
        case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
            return replace(s, body=_inlined(body, later | ir.reads((s,))))
    return s


def _put(rest: Block, name: Name, value: Expr, later: frozenset[Name]) -> Block | None:
    """Return what follows an assignment with the value put in, None where that is not possible.

    Only as far as the next straight-line statements, while nothing that the value reads is assigned; loops and branches that
    read the name end it.
    """
    reads = ir.variables(value)
    cheap = isinstance(value, ir.Const | ir.Var)
    out: list[ir.Statement] = []
    used = 0
    for i, s in enumerate(rest):
        if isinstance(s, ir.Assign | ir.Return):
            used += sum(_times(e, ir.Var(name, value.type)) for e in ir.expressions(s))
            if used > 1 and not cheap:
                return None
            env = {name: value}
            if isinstance(s, ir.Return):
                return (*out, replace(s, value=ir.substitute(s.value, env)))
            out.append(replace(s, values=tuple(ir.substitute(v, env) for v in s.values)))
            if name in s.targets:
                return (*out, *rest[i + 1 :])
            if reads & set(s.targets):
                return None if name in ir.reads(rest[i + 1 :]) | later else (*out, *rest[i + 1 :])
        elif name in ir.reads((s,)) or reads & ir.writes((s,)) or _jumps((s,)) or _replaced(s, name, rest[i + 1 :], later):
            return None
        else:
            out.append(s)
    return None


def _replaced(s: ir.Statement, name: Name, rest: Block, later: frozenset[Name]) -> bool:
    """Say whether a statement may give a name another value that is read afterwards."""
    return name in ir.writes((s,)) and name in ir.reads(rest) | later


def _times(e: Expr, variable: ir.Var) -> int:
    """Return how often a variable is read; what a comprehension does for each element counts twice."""
    inner = ir.children(e)
    if isinstance(e, ir.Each):
        return _times(e.source, variable) + 2 * sum(_times(x, variable) for x in inner[1:])
    return int(e == variable) + sum(_times(x, variable) for x in inner)


def _jumps(block: Block) -> bool:
    """Say whether a block may leave a turn of the loop around it, after which names are read that are not read in it."""
    for s in block:
        match s:
            case ir.Break() | ir.Continue():
                return True
            case ir.If(_, then, orelse) if _jumps(then) or _jumps(orelse):
                return True
    return False


def _without_dead(block: Block) -> Block:
    """Drop single assignments to names that nothing in the whole block reads."""
    read = ir.reads(block)
    return _drop(block, read)


def _drop(block: Block, read: frozenset[Name]) -> Block:
    out: list[ir.Statement] = []
    for s in block:
        match s:
            case ir.Assign((name,), _) | ir.Call(name) if name not in read:
                continue
            case ir.Assign((name,), (ir.Var(same),)) if name == same:
                continue
            case ir.If(then=then, orelse=orelse):
                out.append(replace(s, then=_drop(then, read), orelse=_drop(orelse, read)))
            case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                out.append(replace(s, body=_drop(body, read)))
            case _:
                out.append(s)
    return tuple(out)
