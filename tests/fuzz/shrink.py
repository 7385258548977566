"""Makes a failing program and its input smaller while it fails."""

import ast
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.fuzz.values import Arguments
from verify.types import Value

Fails = Callable[[str, Arguments], bool]
Edit = Callable[[], None]
ATTEMPTS: Final = 4_000
"""programs that are tried for one failure"""


def shrink(text: str, arguments: Arguments, fails: Fails) -> tuple[str, Arguments]:
    """Return the smallest program and input found for which `fails` holds, as it does for those given."""
    left = [ATTEMPTS]

    def still(candidate: str, values: Arguments) -> bool:
        left[0] -= 1
        return left[0] >= 0 and fails(candidate, values)

    size = -1
    while size != (size := len(text) + len(repr(arguments))) and left[0] > 0:
        arguments = _inputs(text, arguments, still)
        text, arguments = _parameters(text, arguments, still)
        text = _program(text, arguments, still)
    return text, arguments


def _program(text: str, arguments: Arguments, still: Fails) -> str:
    number = 0
    while True:
        tree = ast.parse(text)
        edit = next((e for i, e in enumerate(_edits(tree)) if i == number), None)
        if edit is None:
            return text
        edit()
        try:
            smaller = ast.unparse(tree) + "\n"
        except (ValueError, AttributeError, TypeError):
            smaller = text
        if len(smaller) < len(text) and still(smaller, arguments):
            text = smaller
        else:
            number += 1


def _edits(tree: ast.Module) -> Iterator[Edit]:
    """Yield changes of a tree, large ones first; one is done, and then the tree is done with."""
    yield from (_splice(tree.body, i, []) for i in range(len(tree.body) - 1))
    nodes, function = list(ast.walk(tree)), _last(tree)
    inner = [e for e in ast.walk(function) if isinstance(e, ast.expr)]
    yield from (_returned(function, e, t) for e in inner for t in ("int", "bool"))
    for node in nodes:
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, ast.Module):
                yield from _block_edits(block, may_be_empty=name == "orelse")
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.arguments | ast.arg):
            continue
        for name, old in ast.iter_fields(node):
            if isinstance(old, ast.expr) and name not in ("target", "annotation"):
                yield from (_setter(node, name, new) for new in _smaller(old))
            elif isinstance(old, list) and name in ("elts", "values", "args", "ifs", "comparators"):
                yield from _list_edits(node, name, old)


def _last(tree: ast.Module) -> ast.FunctionDef:
    """Return the function that is run; those that it calls stand before it."""
    function = tree.body[-1]
    if not isinstance(function, ast.FunctionDef):
        raise TypeError("a program is a function")
    return function


def _block_edits(block: list[ast.stmt], *, may_be_empty: bool) -> Iterator[Edit]:
    # a list and the line that changes it go together
    for i in range(len(block) - 1):
        yield _splice(block, i, [] if len(block) > 2 or may_be_empty else [ast.Pass()], 2)
    for i, s in enumerate(block):
        if len(block) > 1 or may_be_empty:
            yield _splice(block, i, [])
        elif not isinstance(s, ast.Pass):
            yield _splice(block, i, [ast.Pass()])
        for inner in (getattr(s, "body", None), getattr(s, "orelse", None)):
            if isinstance(inner, list) and inner:
                yield _splice(block, i, inner)
        match s:
            case ast.AugAssign(target=target, op=op, value=value):
                left = ast.parse(ast.unparse(target), mode="eval").body
                yield _splice(block, i, [ast.Assign([target], ast.BinOp(left, op, value), lineno=0)])
            case ast.For(target=ast.Name() as target, body=body):
                yield from (_splice(block, i, [ast.Assign([target], ast.Constant(v), lineno=0), *body]) for v in (0, 1, 2))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield _splice(block, i, [ast.Assign([target], value, lineno=0)])
            case ast.Assign(targets=[*targets], value=value) if len(targets) > 1:
                yield _splice(block, i, [ast.Assign(targets[:1], value, lineno=0)])
                yield _splice(block, i, [ast.Assign(targets[1:], value, lineno=0)])
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for k in range(len(names)):
                    yield _splice(block, i, [ast.Assign([names[k]], values[k], lineno=0)])


def _returned(function: ast.FunctionDef, e: ast.expr, t: str) -> Edit:
    """Return an expression at once, where the statement is that it stands in."""

    def edit() -> None:
        parts = (getattr(n, name, None) for n in ast.walk(function) for name in ("body", "orelse"))
        blocks = [b for b in parts if isinstance(b, list)]
        for block in blocks:
            for i, s in enumerate(block):
                if not isinstance(s, ast.If | ast.For | ast.While) and any(n is e for n in ast.walk(s)):
                    block[i:] = [ast.Return(e)]
                    function.returns = ast.Name(t, ast.Load())

    return edit


def _splice(block: list[ast.stmt], i: int, new: list[ast.stmt], count: int = 1) -> Edit:
    def edit() -> None:
        block[i : i + count] = new

    return edit


def _setter(node: ast.AST, name: str, new: ast.AST | list[Any] | None) -> Edit:
    return lambda: setattr(node, name, new)


def _smaller(e: ast.expr) -> Iterator[ast.expr | None]:
    """Yield what may stand for an expression: a part of it, or a constant."""
    if isinstance(e, ast.Constant):
        if type(e.value) is int and abs(e.value) > 1:
            yield from (ast.Constant(v) for v in (0, 1, e.value // 2))
        return
    yield from (c for c in ast.iter_child_nodes(e) if isinstance(c, ast.expr))
    if isinstance(e, ast.ListComp | ast.GeneratorExp):
        yield from (g.iter for g in e.generators)
    if isinstance(e, ast.Subscript) and isinstance(e.slice, ast.Slice):
        yield ast.Subscript(e.value, ast.Slice(), ast.Load())
    yield from (ast.Constant(v) for v in (0, 1, False, True))
    if not isinstance(e, ast.List) or e.elts:
        yield from (ast.List([*items], ast.Load()) for items in ([], [ast.Constant(0)], [ast.Constant(value=False)]))


def _list_edits(node: ast.AST, name: str, old: list[Any]) -> Iterator[Edit]:
    for i, item in enumerate(old):
        if isinstance(node, ast.Compare):
            if len(old) > 1:
                yield _link(node, i)
        elif name != "args":
            yield _setter(node, name, old[:i] + old[i + 1 :])
        if isinstance(item, ast.expr):
            yield from (_setter(node, name, [*old[:i], new, *old[i + 1 :]]) for new in _smaller(item))


def _link(node: ast.Compare, i: int) -> Edit:
    def edit() -> None:
        del node.comparators[i], node.ops[i]

    return edit


def _parameters(text: str, arguments: Arguments, still: Fails) -> tuple[str, Arguments]:
    """Leave out parameters."""
    i = 0
    while i < len(arguments):
        tree = ast.parse(text)
        del _last(tree).args.args[i]
        fewer = arguments[:i] + arguments[i + 1 :]
        smaller = ast.unparse(tree) + "\n"
        if still(smaller, fewer):
            text, arguments = smaller, fewer
        else:
            i += 1
    return text, arguments


def _inputs(text: str, arguments: Arguments, still: Fails) -> Arguments:
    """Make each argument smaller."""
    for i in range(len(arguments)):
        again = True
        while again:
            again = False
            for v in _values(arguments[i]):
                candidate = (*arguments[:i], v, *arguments[i + 1 :])
                if still(text, candidate):
                    arguments, again = candidate, True
                    break
    return arguments


def _values(value: Value) -> Iterator[Value]:
    match value:
        case bool():
            if value:
                yield False
        case int():
            yield from (v for v in (0, 1, value // 2, value - 1) if abs(v) < abs(value))
        case list():
            for i in range(len(value)):
                yield value[:i] + value[i + 1 :]
            for i, item in enumerate(value):
                yield from ([*value[:i], v, *value[i + 1 :]] for v in _values(item))
        case tuple():
            for i, item in enumerate(value):
                yield from ((*value[:i], v, *value[i + 1 :]) for v in _values(item))
