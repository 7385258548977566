"""A head -> the text of its module: the functions of its node as they stand there, and a docstring that says what is claimed.

What stands in a node for the judge alone is left out: imports, decorators, functions that the target does not call. The last word
on whether a text is right has `recheck.compare_version`, which every text that is made here is held against.
"""

import ast
import textwrap
from collections.abc import Iterable
from typing import Final

from loop.export.heads import Head
from loop.export.recheck import GHOSTS, VOCABULARY, compare_version, documentation, program_of, title
from loop.words import cost_text
from verify.ci_formats import plain
from verify.claim_words import TIERS, claims

WIDE: Final = 110
TYPING: Final = ("List", "Tuple")
UNTYPED: Final = """\
# The judge has given every expression below a type of its own; mypy, which takes 2**n for Any, need not agree.
# mypy: ignore-errors
"""


def version_text(head: Head, package: str) -> str:
    """Return the module of a head. Raises Differs where it would not be what the node holds."""
    program = head.node.content("program.py").decode("ascii")
    kept = program_of(program, head.function)
    lines = program.split("\n")
    bodies = [
        documented(lines, node, docstring(head)) if name == head.function else source(lines, node) for name, node in kept.items()
    ]
    about = f'"""The functions of the node {head.node.id}, as it holds them."""'
    needed = imports((part for node in kept.values() for part in parts_of(node)), package)
    text = to_module(about, needed, bodies)
    compare_version(text, package, program, head.function, label_of(head))
    return text


def to_module(about: str, imported: str, bodies: list[str]) -> str:
    """Return the text of a module: what it is about, what it imports, its functions."""
    top = "\n\n".join(filter(None, [about, UNTYPED.rstrip("\n"), imported.rstrip("\n")]))
    return "\n\n\n".join([top, *bodies]) + "\n"


def label_of(head: Head) -> str:
    """Return the label under which a head stands."""
    return title(head.function, head.certificate.tier, head.stands.order)


def docstring(head: Head) -> list[str]:
    """Return the lines of a docstring: label, claim, cost, nodes, and at the end what the target's author wrote."""
    first, *claimed = claims(head.spec, head.certificate, head.old)
    versions, weakest, known = len(head.stands.line), head.stands.order, head.costs.old or head.costs.new
    costs = f"{head.costs}, baseline to this version" if head.old else cost_text(head.costs.old)
    costs = costs if known else "not known"
    parts: list[tuple[str, str]] = [
        ("", ""), ("", f"Tier {head.certificate.tier}: {TIERS[head.certificate.tier]}."),
        ("", f"Claimed {first}"), *(("- ", c) for c in claimed),
        ("", "Of inputs that the contract does not allow nothing is claimed."), ("", ""),
        ("", f"Ticks, which are not seconds: {costs}"),
        ("", f"Versions from the baseline on: {versions}" + (f"; weakest order of their steps: {weakest}" if weakest else "")),
        *(("", f"Holds the text of `{c.target}`, node {c.id}") for c in head.components),
        ("", f"Node: {head.node.id}"), ("", f"Spec: {head.stands.spec.id}"),
    ]  # fmt: skip
    if author := author_lines(head):
        parts += [("", ""), ("", "The target's author says:"), *(("> ", line) for line in author)]
    out = [label_of(head)]
    for mark, line in parts:
        wrapped = textwrap.wrap(line, WIDE - len(mark), break_long_words=False, break_on_hyphens=False) or [""]
        out += [(mark if i == 0 or mark == "> " else " " * len(mark)) + part for i, part in enumerate(wrapped)]
    return out


def author_lines(head: Head) -> list[str]:
    """Return the docstring that the target has in its spec, line by line."""
    node = next(n for n in head.spec.source.tree.body if isinstance(n, ast.FunctionDef) and n.name == head.function)
    return (ast.get_docstring(node) or "").splitlines()


def quoted(lines: list[str], indent: str) -> list[str]:
    """Return the source of a docstring, in which nothing but its end ends it and nothing is read as an escape."""
    safe = [plain(line).encode("unicode_escape").decode("ascii").replace('"', '\\"') for line in lines]
    return [f'{indent}"""{safe[0]}', *(f"{indent}{line}".rstrip() for line in safe[1:]), f'{indent}"""']


def imports(pieces: Iterable[ast.AST], package: str) -> str:
    """Return the imports of the names that pieces of code use of the vocabulary and of typing, "" where they use none."""
    used = {n.id for piece in pieces for n in ast.walk(piece) if isinstance(n, ast.Name)}
    found = [(f"{package}.{VOCABULARY}", GHOSTS), ("typing", TYPING)]
    lines = [f"from {module} import {', '.join(here)}\n" for module, names in found if (here := [n for n in names if n in used])]
    return "".join(lines)


def parts_of(node: ast.FunctionDef) -> list[ast.AST]:
    """Return a function without its decorators."""
    return [node.args, *node.body, *([node.returns] if node.returns else [])]


def source(lines: list[str], node: ast.FunctionDef) -> str:
    """Return the lines of a definition without its decorators, byte for byte."""
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def documented(lines: list[str], node: ast.FunctionDef, doc: list[str]) -> str:
    """Return the lines of a definition with another docstring in the place of its own; all else stays byte for byte."""
    own = documentation(node)
    first = node.body[0]
    at, column = (first.lineno, first.col_offset) if own is None else (own.end_lineno or own.lineno, own.end_col_offset or 0)
    rest = lines[at - 1][column:]
    if own is not None:
        # what else stands on the docstring's last line, behind a semicolon
        rest = rest.partition("#")[0].strip().removeprefix(";").strip()
    below = lines[at : node.end_lineno]
    above = lines[node.lineno - 1 : first.lineno - 1]
    same_line = lines[first.lineno - 1][: first.col_offset].strip()
    if same_line:
        above = [*above, lines[first.lineno - 1][: first.col_offset].rstrip()]
    indent = " " * (4 if same_line else first.col_offset)
    return "\n".join([*above, *quoted(doc, indent), *([indent + rest] if rest else []), *below])
