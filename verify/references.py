"""Decides: which accepted components a file names, and under which names."""

import ast
from dataclasses import dataclass

from verify.canonical import Digest
from verify.certificate import DIGEST
from verify.functions import component_name
from verify.ir import Name
from verify.limits import Limits
from verify.reasons import Malformed, Refusal
from verify.source import Source, to_source


@dataclass(frozen=True, slots=True)
class Reference:
    """A component that a file names: the name that it has there, its node, and file and line."""

    name: Name
    node: Digest
    where: str


def references(source: Source) -> tuple[Reference, ...]:
    """Return the components that a file names, in source order. Raises Refusal(Malformed)."""
    found = []
    for statement in source.tree.body:
        name = component_name(statement)
        if name is None:
            continue
        match statement:
            case ast.Assign(value=ast.Call(args=[ast.Constant(value=str(node))], keywords=[])) if DIGEST.fullmatch(node):
                found.append(Reference(name, node, source.where(statement)))
            case _:
                what = f"`{name}` names no node: 64 lower-case hexadecimal digits are due."
                do = 'Write `name = component("...")` with a name that `qed graph show` prints.'
                raise Refusal(Malformed(what=what, where=source.where(statement), do=do))
    names = [r.name for r in found]
    if twice := next((r for r in found if names.count(r.name) > 1), None):
        raise Refusal(Malformed(what=f"`{twice.name}` stands for two components.", where=twice.where, do="Give each a name."))
    return tuple(found)


def named(content: bytes, limits: Limits) -> tuple[Digest, ...]:
    """Return the nodes of the components that a file names, each once, by name. Raises Refusal as `to_source` does."""
    return tuple(sorted({r.node for r in references(to_source(content, "file", limits))})) if b"component(" in content else ()
