"""Decides: what a change of a list in place is about, and the list that comes of it."""

import ast

from verify import ir
from verify.expressions import Expressions
from verify.ir import Expr, Var
from verify.reasons import IllTyped, Unsupported
from verify.types import ListOf, type_text


def owned(at: Expressions, node: ast.expr) -> Var:
    """Read the name of a list that is changed in place."""
    if isinstance(node, ast.Name) and node.id not in at.bound:
        e = at.variable(node, node.id)
        if isinstance(e, Var) and isinstance(e.type, ListOf):
            return e
    raise at.refuse(Unsupported, node, f"`{ast.unparse(node)[:60]}` cannot be changed.", "Change a list that has a name.")


def element(at: Expressions, target: ast.Subscript) -> tuple[Var, list[Expr]]:
    """Read what is assigned to: a list that has a name, and the indices from it inwards."""
    nodes: list[ast.expr] = []
    owner: ast.expr = target
    while isinstance(owner, ast.Subscript):
        nodes.insert(0, owner.slice)
        owner = owner.value
    changed = owned(at, owner)
    inner, indices = changed.type, []
    for node in nodes:
        if not isinstance(inner, ListOf) or isinstance(node, ast.Slice):
            raise at.refuse(Unsupported, target, "only elements of lists can be assigned to.", "Make a new list or tuple.")
        inner = inner.element
        indices.append(at.read(node, "int"))
    return changed, indices


def updated(at: Expressions, node: ast.expr, operand: Expr, indices: list[Expr], value: Expr) -> Expr:
    """Return a list in which the element that indices name, from the outer list inwards, is another one."""
    index, *inner = indices
    held = ir.Item(operand, index, node.lineno)
    if inner:
        return ir.Updated(operand, index, updated(at, node, held, inner, value), node.lineno)
    if value.type != held.type:
        what = f"an element is {type_text(held.type)}, and {type_text(value.type)} is assigned."
        raise at.refuse(IllTyped, node, what, "Assign a value of the element's type.")
    return ir.Updated(operand, index, value, node.lineno)
