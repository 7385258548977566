"""Decides: which functions of a file what is read may call, and which ones it does call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from verify import ir
from verify.ir import Block, Expr, Helper, Name


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions of a file: those that may be called, and the names of all, which nothing else may take."""

    helpers: Mapping[Name, Helper] = field(default_factory=dict)
    names: frozenset[Name] = frozenset()


def helpers_of(es: Iterable[Expr]) -> tuple[Helper, ...]:
    """Return the functions that expressions call, at any remove, each after those that it calls itself."""
    found: dict[Helper, None] = {}
    for e in es:
        for x in ir.subexpressions(e):
            if isinstance(x, ir.Apply) and x.helper not in found:
                inner = (*helpers_in(x.helper.program.body), *helpers_of((x.helper.require, x.helper.ensure)))
                found |= dict.fromkeys((*inner, x.helper))
    return tuple(found)


def helpers_in(block: Block) -> tuple[Helper, ...]:
    """Return the functions that a block calls, as `helpers_of`."""
    return helpers_of(e for s in ir.statements(block) for e in (*ir.expressions(s), *ir.noted(s)))
