"""Decides: a type annotation -> Type."""

import ast

from verify.reasons import Refusal, Unsupported
from verify.source import Source
from verify.types import ListOf, TupleOf, Type


def read_type(source: Source, node: ast.expr | None) -> Type:
    """Read a type annotation."""
    match node:
        case ast.Name(id="int"):
            return "int"
        case ast.Name(id="bool"):
            return "bool"
        case ast.Subscript(value=ast.Name(id="list" | "List"), slice=inner):
            return ListOf(read_type(source, inner))
        case ast.Subscript(value=ast.Name(id="tuple" | "Tuple"), slice=ast.Tuple(elts=parts)) if len(parts) > 1:
            return TupleOf(tuple(read_type(source, p) for p in parts))
    what = "the annotation is missing." if node is None else f"the type `{ast.unparse(node)}` is not supported."
    do = "Write `int`, `bool`, `list[...]` or `tuple[..., ...]`."
    raise Refusal(Unsupported(what=what, where=source.where(node) if node else source.label, do=do))
