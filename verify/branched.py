"""Decides: a `return` that calls its own function in an arm -> the `if` that stands for it, so that no call waits for a test."""

import ast

from verify.ir import Name


class Decided(ast.If):
    """An `if` that stands for `and` or `or`, whose operand is a bool: what Python returns is the operand itself."""


def branched(node: ast.stmt, own: Name) -> ast.stmt:
    """Return a `return` that calls the function in an arm of `a if c else b`, or behind `and` or `or`, as an `if`.

    Its ticks are those of the `if`.
    """
    if not isinstance(node, ast.Return) or node.value is None or not _calls(node.value, own):
        return node
    match node.value:
        case ast.IfExp(test=test, body=body, orelse=orelse) if _calls(body, own) or _calls(orelse, own):
            made, arms = ast.If, (body, orelse)
        case ast.BoolOp(op=op, values=[test, *rest]) if any(_calls(v, own) for v in rest):
            other = rest[0] if len(rest) == 1 else ast.copy_location(ast.BoolOp(op=op, values=rest), rest[0])
            known = ast.copy_location(ast.Constant(value=isinstance(op, ast.Or)), test)
            made, arms = Decided, (known, other) if isinstance(op, ast.Or) else (other, known)
        case _:
            return node
    then, orelse_ = ([branched(ast.copy_location(ast.Return(value=v), v), own)] for v in arms)
    return ast.copy_location(made(test=test, body=then, orelse=orelse_), node)


def _calls(node: ast.expr, own: Name) -> bool:
    return any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == own for n in ast.walk(node))
