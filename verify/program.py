"""Decides: a checked function definition -> Program, the typed tree; and a checked condition -> Expr.

It makes sure of what the readings of the tree take for granted: types, definite assignment, a `return` on every path, loops
numbered in source order, and (`verify/ownership.py`) that no two names for one list can be told apart.
"""

import ast
import itertools
from collections.abc import Mapping
from typing import Final

from verify import ir
from verify.annotation import read_type
from verify.body import HIDDEN, Function
from verify.calls import Functions
from verify.expressions import Expressions, Untyped
from verify.ir import Expr, Name, Type, Var
from verify.ownership import check_ownership
from verify.reasons import IllTyped, Refusal, Unsupported
from verify.source import Source

ALONE: Final = Functions()
"""what a function of a file without others may call"""


def to_program(source: Source, node: ast.FunctionDef, others: Functions = ALONE, first: int = 1) -> ir.Program:
    """Make the typed tree of a function definition of a Source, which may call `others` of the file.

    Decorators are the caller's business. Names that the reader gives are numbered from `first` on. Raises Refusal
    (Unsupported, IllTyped) naming file, line and column.
    """
    parameters = []
    for a in node.args.args:
        if a.annotation is None:
            what, do = f"the parameter `{a.arg}` has no type.", f"Write `{a.arg}: int`, or another type."
            raise Refusal(Unsupported(what=what, where=source.where(a), do=do))
        parameters.append(Var(a.arg, read_type(source, a.annotation)))
    if node.returns is None:
        what, do = f"`{node.name}` has no result type.", "Write `-> int`, or another type."
        raise Refusal(Unsupported(what=what, where=source.where(node), do=do))
    taken = {"result", node.name, *others.names}
    if clash := next((p.name for p in parameters if p.name in taken or HIDDEN.fullmatch(p.name)), None):
        raise Refusal(IllTyped(what=f"a parameter may not be called `{clash}`.", where=source.where(node)))
    result = read_type(source, node.returns)
    hints: dict[Name, Type] = {}
    own, inputs = (node.name, tuple(p.type for p in parameters)), frozenset(p.name for p in parameters)
    while True:
        scope: dict[Name, Type | None] = {p.name: p.type for p in parameters}
        reader = Function(source, scope, result, hints, numbers=itertools.count(first), own=own, others=others)
        try:
            measures, lines = reader.measures(node.body, inputs)
            body, after = reader.block(lines, inputs)
        except Refusal:
            # what was left out for its types may be all that is missing: it is read again where more is known
            if not reader.untyped or reader.learned.keys() <= hints.keys():
                raise
        if not reader.untyped:
            break
        if reader.learned.keys() <= hints.keys():
            what, do = "the type of this empty list is not known.", "Annotate it: `found: list[int] = []`."
            raise Refusal(IllTyped(what=what, where=source.where(reader.untyped[0]), do=do))
        hints |= reader.learned
    if after is not None:
        what = f"`{node.name}` can end without a `return`."
        raise Refusal(IllTyped(what=what, where=source.where(node), do="Return a value on every path."))
    names = {p.name for p in parameters}
    found = {**reader.scope, **reader.hidden}
    locals_ = tuple(Var(n, t) for n, t in found.items() if n not in names and t is not None)
    program = ir.Program(node.name, tuple(parameters), locals_, result, body, measures[0] if measures else None)
    if measures and not program.recursive:
        what = f"`{node.name}` has a `decreases` and does not call itself."
        raise Refusal(Unsupported(what=what, where=source.where(node), do="Put it in the loop that it is about."))
    check_ownership(source, program)
    return program


def to_expression(
    source: Source, node: ast.expr, scope: Mapping[Name, Type], due: Type, others: Functions = ALONE, first: int = 1
) -> Expr:
    """Read a contract's condition, or a loop's note, over the names of `scope`; of `others` it may call those that are pure."""
    numbers = itertools.count(first)
    reader = Expressions(
        source, scope, frozenset(scope), numbers, functions=others.names, helpers=others.helpers, ghost=True
    )  # fmt: skip
    try:
        return reader.test(node) if due == "bool" else reader.read(node, due)
    except Untyped:
        do = "Compare with a list, or with `len(xs) == 0`."
        raise reader.refuse(IllTyped, node, "the type of an empty list is not known here.", do) from None
