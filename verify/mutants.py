"""Refuses only: a Spec -> programs that are almost its baseline, and trivial ones, which its contract should refute.

A mutant is the baseline's checked syntax tree with one place changed. Its text is read as any candidate's is, so that what is
outside the language, or ill-typed, is no mutant.
"""

import ast
import copy
import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from verify.functions import decorator_name, definitions, reached
from verify.ir import Name
from verify.limits import Limits
from verify.reasons import Refusal
from verify.spec import Spec, signature, to_candidate
from verify.task import Version
from verify.types import ListOf, TupleOf, Type

NOTES: Final = ("invariant", "decreases")
OPERATORS: Final[dict[type[ast.operator], tuple[type[ast.operator], ...]]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add,), ast.Mult: (ast.Add, ast.FloorDiv), ast.FloorDiv: (ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv, ast.Mult), ast.Pow: (ast.Mult,), ast.LShift: (ast.RShift,), ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr, ast.BitXor), ast.BitOr: (ast.BitAnd, ast.BitXor), ast.BitXor: (ast.BitAnd, ast.BitOr),
}  # fmt: skip
RELATIONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
BUILTINS: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
ORDERED: Final = (ast.Sub, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift)
"""operators whose operands do not change places without consequence"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A program beside the baseline: its text, and what is read from it."""

    text: str
    version: Version


def mutants(spec: Spec, limits: Limits, seed: int) -> tuple[Mutant, ...]:
    """Return mutants of a baseline, in source order; where there are more than the limit, some that the seed draws."""
    functions = _functions(spec)
    original = _text(functions, spec.name)
    names = reached(list(functions.values()), spec.name)
    changes = [c for name, node in functions.items() if name in names for c in _changes(node, of_bool=_of_bool(spec, node))]
    order = list(range(len(changes)))
    if len(order) > limits.mutants:
        random.Random(seed).shuffle(order)  # noqa: S311 - a choice of tests, no secret
    found: dict[str, tuple[int, Mutant]] = {}
    for i in order[: 2 * limits.mutants]:
        text = changes[i].text(functions, spec.name)
        if text != original and text not in found and len(found) < limits.mutants:
            found.update((text, (i, m)) for m in _read(spec, [text], limits))
    return tuple(m for _, m in sorted(found.values(), key=lambda pair: pair[0]))


def trivial(spec: Spec, limits: Limits) -> tuple[Mutant, ...]:
    """Return the programs that return a small constant of the result's type, an argument, or a tuple or list of such."""
    head = f"def {signature(spec.program)}:\n    return "
    known = [(p.name, p.type) for p in spec.program.parameters]
    known += [(f"{n}[{i}]", part) for n, t in known if isinstance(t, TupleOf) for i, part in enumerate(t.parts)]
    values = itertools.islice(_values(spec.program.result, known), limits.trivial_programs)
    return tuple(_read(spec, (f"{head}{v}\n" for v in values), limits))


def _values(t: Type, known: Sequence[tuple[str, Type]]) -> Iterator[str]:
    """Yield expressions of a type without an operator, over what has a name: constants first."""
    match t:
        case "int":
            yield from ("0", "1", "-1")
        case "bool":
            yield from ("False", "True")
        case ListOf(element):
            yield "[]"
            yield from (f"[{v}]" for v in itertools.islice(_values(element, known), 4))
        case TupleOf(parts):
            # the first few of each part, so that every part has its turn
            most = max(2, int(48 ** (1 / len(parts))))
            each = [_mixed(p, known)[:most] for p in parts]
            yield from (f"({', '.join(values)})" for values in itertools.product(*each))
    yield from (name for name, kind in known if kind == t)


def _mixed(t: Type, known: Sequence[tuple[str, Type]]) -> list[str]:
    """Return such expressions with arguments and constants in turn."""
    found = list(_values(t, known))
    names = {n for n, _ in known}
    pairs = itertools.zip_longest([v for v in found if v not in names], [v for v in found if v in names])
    return [v for pair in pairs for v in pair if v is not None]


def _read(spec: Spec, texts: Iterable[str], limits: Limits) -> list[Mutant]:
    """Return those texts that are programs of the target's signature."""
    found = []
    for text in texts:
        try:
            found.append(Mutant(text, Version(*to_candidate(text.encode(), "mutant.py", spec, limits))))
        except Refusal:
            continue
    return found


def _functions(spec: Spec) -> dict[Name, ast.FunctionDef]:
    """Return copies of a file's functions, of whose decorators and notes only what a call requires is kept."""
    found = {}
    for node in map(copy.deepcopy, definitions(spec.source)):
        own = node.name == spec.name
        node.decorator_list = [d for d in node.decorator_list if not own and decorator_name(d) == "require"]
        found[node.name] = _Bare().visit(node)
    return found


def _text(functions: dict[Name, ast.FunctionDef], name: Name) -> str:
    """Return a function's text and those that it calls, which the file must not have more of."""
    names = reached(list(functions.values()), name)
    return "\n\n\n".join(ast.unparse(ast.fix_missing_locations(node)) for n, node in functions.items() if n in names) + "\n"


class _Bare(ast.NodeTransformer):
    """Takes docstrings and proof notes out."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | None:
        match node.value:
            case ast.Constant() | ast.Call(func=ast.Name(id="invariant" | "decreases")):
                return None
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.FunctionDef | ast.If | ast.While | ast.For) and not node.body:
            node.body = [ast.Pass()]
        return node


# -- one place changed ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    """A node to put in a place of a tree, instead of the one that is there: a field, or an entry of one that is a list."""

    parent: ast.AST
    field: str
    entry: int | None
    node: ast.AST

    def text(self, functions: dict[Name, ast.FunctionDef], name: Name) -> str:
        """Return the text of a function with the change made, and of those that it then calls."""
        held = getattr(self.parent, self.field)
        own = held if self.entry is None else held[self.entry]
        _put(self.parent, self.field, self.entry, self.node)
        text = _text(functions, name)
        _put(self.parent, self.field, self.entry, own)
        return text


def _of_bool(spec: Spec, node: ast.FunctionDef) -> bool:
    """Say whether what a function returns is a bool."""
    return spec.program.result == "bool" if node.name == spec.name else ast.unparse(node.returns or node) == "bool"


def _changes(function: ast.FunctionDef, *, of_bool: bool) -> Iterator[_Change]:
    """Yield every change of every place of a function, outer places first."""
    names = list(dict.fromkeys(
        [*(a.arg for a in function.args.args), *(n.id for n in ast.walk(function) if _is_stored(n))]  # type: ignore[attr-defined]
    ))  # fmt: skip
    ahead: list[ast.AST] = [function]
    while ahead:
        node = ahead.pop(0)
        for field in node._fields if node is not function else ("body",):
            value = getattr(node, field)
            for i, part in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(part, ast.stmt | ast.expr) or field in ("annotation", "target", "targets", "func"):
                    continue
                ahead.append(part)
                others = _others(part, names, of_bool=of_bool)
                yield from (_Change(node, field, i if isinstance(value, list) else None, other) for other in others)
            ahead += [p for p in (value if isinstance(value, list) else [value]) if isinstance(p, ast.comprehension)]


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _put(parent: ast.AST, field: str, i: int | None, node: ast.AST) -> None:
    """Put a node in its place; the tree is this module's own copy."""
    if i is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[i] = node


def _others(node: ast.AST, names: Sequence[Name], *, of_bool: bool) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a statement or an expression; `names` are the variables of the function."""
    if isinstance(node, ast.stmt):
        yield from _other_statements(node, of_bool=of_bool)
    elif isinstance(node, ast.Name) and node.id in names:
        yield from (ast.Name(id=n, ctx=ast.Load()) for n in names if n != node.id)
    elif isinstance(node, ast.expr):
        yield from _other_expressions(node)


def _other_statements(node: ast.stmt, *, of_bool: bool) -> Iterator[ast.stmt]:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(test=_negated(test), body=body, orelse=orelse)
            yield ast.If(test=ast.Constant(value=True), body=body, orelse=orelse)
            yield ast.If(test=ast.Constant(value=False), body=body, orelse=orelse)
        case ast.AugAssign(target=target, op=op, value=value):
            yield from (ast.AugAssign(target=target, op=other(), value=value) for other in OPERATORS[type(op)])
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Return(value=ast.expr() as value):
            more = [_negated(value)] if of_bool else [_moved(value, 1), _moved(value, -1)]
            yield from (ast.Return(value=v) for v in (*more, *_shortened(value)))
            parts = value.elts if isinstance(value, ast.Tuple) else []
            for i, part in enumerate(parts):
                for by in (1, -1):
                    moved = [*parts[:i], _moved(part, by), *parts[i + 1 :]]
                    yield ast.Return(value=ast.Tuple(elts=moved, ctx=ast.Load()))
        case ast.For(target=target, iter=source, body=body) if not isinstance(source, ast.Call):
            yield from (ast.For(target=target, iter=s, body=body, orelse=[]) for s in _shortened(source))
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method, args=[item])):
            items = (_moved(item, 1), _moved(item, -1), *_shortened(item))
            yield from (ast.Expr(value=ast.Call(func=method, args=[e], keywords=[])) for e in items)
    if not isinstance(node, ast.Pass):
        yield ast.Pass()


def _other_expressions(node: ast.expr) -> Iterator[ast.expr]:  # noqa: PLR0912 - one arm a construct
    match node:
        case ast.Constant(value=bool() as truth):
            yield ast.Constant(value=not truth)
        case ast.Constant(value=int() as number):
            yield ast.Constant(value=number + 1)
            yield ast.Constant(value=number - 1) if number else ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))
        case ast.BinOp(left=left, op=op, right=right):
            yield from (ast.BinOp(left=left, op=other(), right=right) for other in OPERATORS[type(op)])
            if isinstance(op, ORDERED) or any(isinstance(e, ast.List | ast.ListComp) for e in (left, right)):
                yield ast.BinOp(left=right, op=op, right=left)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for i, relation in enumerate(ops):
                for turned in RELATIONS[type(relation)]:
                    yield ast.Compare(left=left, ops=[*ops[:i], turned(), *ops[i + 1 :]], comparators=comparators)
            for i, bound in enumerate(comparators):
                if not isinstance(bound, ast.Constant):
                    for by in (1, -1):
                        moved = [*comparators[:i], _moved(bound, by), *comparators[i + 1 :]]
                        yield ast.Compare(left=left, ops=ops, comparators=moved)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(op=ast.Or() if isinstance(op, ast.And) else ast.And(), values=values)
            yield from (_joined(op, [*values[:i], *values[i + 1 :]]) for i in range(len(values)))
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield operand
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test=test, body=orelse, orelse=body)
        case ast.Call(func=ast.Name(id="range"), args=bounds):
            for i, bound in enumerate(bounds[:2]):
                if not isinstance(bound, ast.Constant):  # literals change by themselves
                    yield from (_range(bounds, i, _moved(bound, by)) for by in (1, -1))
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name == "abs":
            yield argument
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in BUILTINS:
            yield ast.Call(func=ast.Name(id=BUILTINS[name], ctx=ast.Load()), args=arguments, keywords=[])
        case ast.Subscript(value=value, slice=ast.expr() as index) if not isinstance(index, ast.Constant | ast.Slice):
            if isinstance(node.ctx, ast.Load):
                yield from (ast.Subscript(value=value, slice=_moved(index, by), ctx=ast.Load()) for by in (1, -1))


def _range(bounds: list[ast.expr], i: int, bound: ast.expr) -> ast.expr:
    return ast.Call(func=ast.Name(id="range", ctx=ast.Load()), args=[*bounds[:i], bound, *bounds[i + 1 :]], keywords=[])


def _joined(op: ast.boolop, values: list[ast.expr]) -> ast.expr:
    return values[0] if len(values) == 1 else ast.BoolOp(op=op, values=values)


def _moved(e: ast.expr, by: int) -> ast.expr:
    """Return an expression plus or minus a little."""
    return ast.BinOp(left=e, op=ast.Add() if by > 0 else ast.Sub(), right=ast.Constant(value=abs(by)))


def _shortened(e: ast.expr) -> Iterator[ast.expr]:
    """Yield a list without its first element, and without its last."""
    first, last = ast.Constant(value=1), ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))
    for part in (ast.Slice(lower=first), ast.Slice(upper=last)):
        yield ast.Subscript(value=e, slice=part, ctx=ast.Load())


def _negated(e: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=e)
