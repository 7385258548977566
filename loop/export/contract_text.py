"""A head -> the text of the module that calls it within its contract, which icontract checks at every call.

The contract is the text of the spec's decorators, with the functions of the spec that it calls.
"""

import ast
from typing import Final

from loop.export.heads import Head
from loop.export.module_text import docstring, imports, label_of, parts_of, quoted, source, to_module
from loop.export.recheck import HEADS, PROVED, clauses, compare_contract, functions, reached

ADDED: Final = "Here its contract is checked at every call: icontract.ViolationError where it does not hold."


def contract_text(head: Head, package: str) -> str:
    """Return the module of a head's checked version. Raises Differs where it would not be the contract of the spec."""
    spec = head.spec.source.content.decode("ascii")
    found, lines = functions(head.spec.source.tree), spec.split("\n")
    own = found[head.function]
    helpers = [found[n] for n in reached(found, clauses(own), contracts=True)]
    pieces = [p for node in helpers for p in [*clauses(node), *parts_of(node)]]
    pieces += [*clauses(own), own.args, own.returns or own.args]
    used = sorted({ast.unparse(d.func) for node in [*helpers, own] for d in clauses(node) if isinstance(d, ast.Call)})
    needed = f"from icontract import {', '.join(used)}\n" if used else ""
    needed += f"from {package}.{HEADS}.{head.name} import {head.function} as {PROVED}\n" + imports(pieces, package)
    bodies = [above(lines, node) + source(lines, node) for node in helpers]
    signature = f"def {own.name}({ast.unparse(own.args)})" + (f" -> {ast.unparse(own.returns)}" if own.returns else "") + ":"
    call = f"    return {PROVED}({', '.join(a.arg for a in own.args.args)})"
    label, *rest = docstring(head)
    bodies.append(above(lines, own) + "\n".join([signature, *quoted([label, "", ADDED, *rest], "    "), call]))
    about = f'"""`{head.function}` within the contract of the spec {head.stands.spec.id}."""'
    text = to_module(about, needed, bodies)
    compare_contract(text, package, head.name, spec, head.function, label_of(head))
    return text


def above(lines: list[str], node: ast.FunctionDef) -> str:
    """Return the decorators of a function that are its contract, as they stand."""
    return "".join(f"@{segment(lines, d)}\n" for d in clauses(node))


def segment(lines: list[str], node: ast.expr) -> str:
    """Return the text of an expression."""
    kept = lines[node.lineno - 1 : node.end_lineno]
    kept[-1] = kept[-1][: node.end_col_offset]
    kept[0] = kept[0][node.col_offset :]
    return "\n".join(kept)
