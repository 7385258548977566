"""Makes mutants of a checked function: one to three small faults in its syntax tree, as people make them."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator
from typing import Final

Edit = Callable[[], None]
"""changes the tree in place"""
COUNTS: Final = (0.55, 0.3, 0.15)
"""how likely one, two and three faults are"""
ARITHMETIC: Final = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)
BITS: Final = (ast.BitAnd, ast.BitOr, ast.BitXor)
SHIFTS: Final = (ast.LShift, ast.RShift)
RELATIONS: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
FOLDS: Final = {"min": "max", "max": "min", "all": "any", "any": "all", "sum": "len", "len": "sum"}


def mutant(text: str, name: str, rng: random.Random) -> str:
    """Return a file in which the function `name` has faults; it may be equal to the old one, or no program at all."""
    tree = ast.parse(text)
    (function,) = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    for _ in range(rng.choices((1, 2, 3), COUNTS)[0]):
        edits = list(faults(function))
        if edits:
            rng.choice(edits)()
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def faults(function: ast.FunctionDef) -> Iterator[Edit]:
    """Yield every single fault that the body of a function can get."""
    names = sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})
    names = [*(a.arg for a in function.args.args), *names]
    for part in function.body:
        for parent in (function, *ast.walk(part)) if part is function.body[0] else ast.walk(part):
            yield from _of_blocks(parent)
            if parent is not function:
                yield from _of_operators(parent)
                yield from _of_children(parent, names)


def _setter(parent: ast.AST, field: str, at: int | None, value: object) -> Edit:
    def edit() -> None:
        if at is None:
            setattr(parent, field, value)
        else:
            getattr(parent, field)[at] = value

    return edit


def _of_operators(node: ast.AST) -> Iterator[Edit]:
    """Yield other operators and swapped operands."""
    match node:
        case ast.BinOp() | ast.AugAssign():
            kinds = next((k for k in (ARITHMETIC, BITS, SHIFTS) if isinstance(node.op, k)), ())
            yield from (_setter(node, "op", None, kind()) for kind in kinds if not isinstance(node.op, kind))
            if isinstance(node, ast.BinOp):
                yield _swapped(node)
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                if isinstance(op, RELATIONS):
                    yield from (_setter(node, "ops", i, kind()) for kind in RELATIONS if not isinstance(op, kind))
        case ast.BoolOp(op=op):
            yield _setter(node, "op", None, ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.IfExp():
            yield _branches(node)


def _swapped(node: ast.BinOp) -> Edit:
    def edit() -> None:
        node.left, node.right = node.right, node.left

    return edit


def _branches(node: ast.IfExp) -> Edit:
    def edit() -> None:
        node.body, node.orelse = node.orelse, node.body

    return edit


def _of_children(parent: ast.AST, names: list[str]) -> Iterator[Edit]:
    """Yield other expressions in the places of a node: constants, names, bounds, operands, negations."""
    if isinstance(parent, ast.AnnAssign):
        places = [("value", None, parent.value)]
    else:
        places = []
        for field, value in ast.iter_fields(parent):
            places += [(field, i, v) for i, v in enumerate(value)] if isinstance(value, list) else [(field, None, value)]
    for field, at, child in places:
        if isinstance(child, ast.expr) and isinstance(getattr(child, "ctx", ast.Load()), ast.Load):
            yield from (_setter(parent, field, at, new) for new in _instead(parent, field, child, names))


def _instead(parent: ast.AST, field: str, child: ast.expr, names: list[str]) -> Iterator[ast.expr]:
    """Yield what may stand in the place of an expression by mistake."""
    called = isinstance(parent, ast.Call) and field == "func"
    match child:
        case ast.Constant(value=bool() as truth):
            yield ast.Constant(value=not truth)
        case ast.Constant(value=int() as number):
            near = dict.fromkeys((number + 1, max(0, number - 1), 0, 1, 2 * number))
            yield from (ast.Constant(value=n) for n in near if n != number)
            yield ast.UnaryOp(op=ast.USub(), operand=copy.deepcopy(child))
        case ast.Name(id=name) if called and name in FOLDS:
            yield ast.Name(id=FOLDS[name], ctx=ast.Load())
        case ast.Name(id=name) if not called:
            yield from (ast.Name(id=n, ctx=ast.Load()) for n in names if n != name)
        case ast.BinOp(left=left, right=right):
            yield from (copy.deepcopy(left), copy.deepcopy(right))
        case ast.UnaryOp(operand=operand):
            yield copy.deepcopy(operand)
    if field == "test" and isinstance(parent, ast.If | ast.While | ast.IfExp):
        yield ast.UnaryOp(op=ast.Not(), operand=copy.deepcopy(child))
    if (isinstance(parent, ast.Call) and field == "args") or field in ("value", "slice"):
        # a bound, an index or a result that is off by one
        for op in (ast.Add(), ast.Sub()):
            yield ast.BinOp(left=copy.deepcopy(child), op=op, right=ast.Constant(value=1))


def _of_blocks(node: ast.AST) -> Iterator[Edit]:
    """Yield blocks with a statement less, or with two that stand next to each other in the other order."""
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        if not isinstance(block, list):
            continue
        for i, statement in enumerate(block):
            if not isinstance(statement, ast.Return):
                yield _setter(node, field, i, ast.Pass())
            if i + 1 < len(block):
                yield _exchanged(block, i)


def _exchanged(block: list[ast.stmt], i: int) -> Edit:
    def edit() -> None:
        block[i], block[i + 1] = block[i + 1], block[i]

    return edit
