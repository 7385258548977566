"""Decides: a file that calls accepted components -> the same file with their text at its end, which is all that a judge reads.

`name = component("<node>")` at the top of a file lets it call the version that a node of the graph holds, under that name. The
version is written out below the file, with the functions that it calls and with what its target requires; so what is judged,
kept and proved again is one whole text, and a component can never turn into another one under it. What the component was proved
to return is no premise of any proof about its callers.
"""

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import networkx as nx  # type: ignore[import-untyped]  # it ships no types

from verify.canonical import Digest
from verify.functions import decorator_name, definitions, reached
from verify.ir import Name
from verify.limits import Limits
from verify.node import Node
from verify.reasons import NoComponent, Refusal
from verify.references import Reference, references
from verify.source import Source, to_source

MARK: Final = b"# Accepted components, written out from the graph:\n"
"""the line below which a file holds them"""
SHORT: Final = 12
"""digits of a node's name by which the functions of a component are told from those of the file"""


def linked(content: bytes, label: str, nodes: Mapping[Digest, Node], limits: Limits, replaced: Digest | None = None) -> bytes:
    """Return a file with the text of the components that it names; one that names none stays as it is.

    What stands below the mark already is written anew. `nodes` is the graph; `replaced` is the node of the target that the file
    is to be a version of, which nothing that it calls may be a version of. Raises Refusal: NoComponent, or as `references` does.
    """
    if b"component(" not in content:
        return content
    own = content.partition(MARK)[0].rstrip(b"\n") + b"\n"
    source = to_source(own, label, limits)
    found = references(source)
    if not found:
        return content
    for r in found:
        node = nodes.get(r.node)
        if node is None or node.kind != "implementation":
            what = f"the graph holds no version of a function under the name {r.node[:SHORT]}."
            raise Refusal(NoComponent(what=what, where=r.where, do="Name the graph that holds it with --accepted."))
        if replaced is not None and replaced in targets_of(nodes, [r.node]):
            what = f"`{r.name}` is, or calls, a version of the very target that this file is to replace."
            raise Refusal(NoComponent(what=what, where=r.where, do="Write out what it does."))
    taken = {n.name for n in source.tree.body if isinstance(n, ast.FunctionDef)} | {r.name for r in found}
    texts = [text for r in found for text in _texts(nodes, r, taken, limits)]
    whole = b"\n\n\n".join([own.rstrip(b"\n"), MARK + _imports(texts).encode(), *(t.encode() for t in texts)])
    return whole + b"\n"


def targets_of(nodes: Mapping[Digest, Node], ids: Iterable[Digest]) -> frozenset[Digest]:
    """Return the spec nodes of which these implementations, and all that they call at any remove, are versions."""
    calls = nx.DiGraph()
    for node in nodes.values():
        calls.add_edges_from((node.id, e.to) for e in node.edges if e.type != "supersedes")
    reach = {i for root in ids for i in (root, *(nx.descendants(calls, root) if root in calls else ()))}
    return frozenset(i for i in reach if i in nodes and nodes[i].kind == "spec")


def _texts(nodes: Mapping[Digest, Node], r: Reference, taken: set[Name], limits: Limits) -> Iterator[str]:
    """Yield the definitions of a component: the function that is called first, then what it and its precondition call."""
    node = nodes[r.node]
    edge = node.edge("implements")
    if edge is None or edge.to not in nodes:
        raise Refusal(NoComponent(what=f"the node {r.node[:SHORT]} implements nothing in this graph.", where=r.where))
    program = _File(to_source(node.content("program.py"), f"{node.id[:SHORT]}/program.py", limits))
    spec = _File(to_source(nodes[edge.to].content("spec.py"), f"{edge.to[:SHORT]}/spec.py", limits))
    if node.target not in program.nodes or node.target not in spec.nodes:
        raise Refusal(NoComponent(what=f"the node {r.node[:SHORT]} does not define `{node.target}`.", where=r.where))
    called = program.reached([program.bare(node.target)])
    names = {n: _marked(n, r.node) for n in called} | ({} if node.target in called else {node.target: r.name})
    require = [d for d in spec.nodes[node.target].decorator_list if decorator_name(d) == "require"]
    needed = spec.reached(require)
    of_contract = {n: _marked(n, r.node, "c") for n in needed}
    above = "@pure\n" + "".join(f"@{spec.text(d, of_contract, taken, r.node)}\n" for d in require)
    own = program.text(program.bare(node.target), names, taken, r.node)
    if node.target in called:
        # one that calls itself may do so with what its contract does not allow
        yield above + _outer(program.nodes[node.target], r.name, names[node.target], taken, r.node)
        yield own
    else:
        yield above + own
    rest = called - {node.target}
    yield from (program.text(program.nodes[n], names, taken, r.node) for n in program.nodes if n in rest)
    yield from (spec.text(spec.nodes[n], of_contract, taken, r.node) for n in spec.nodes if n in needed)


def _outer(node: ast.FunctionDef, name: Name, inner: Name, taken: set[Name], mark: Digest) -> str:
    """Return a function that does nothing but call the one that `node` defines, under its new name."""
    arguments = ", ".join(a.arg for a in node.args.args)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    rest = _renamed(f"({ast.unparse(node.args)}){returns}:\n    return {inner}({arguments})", _clashing(node.args, taken, mark))
    return f"def {name}{rest}"


def _marked(name: Name, node: Digest, more: str = "") -> Name:
    return f"{name}_{more}{node[:SHORT]}"


class _File:
    """A file of a node, of which single functions are copied."""

    def __init__(self, source: Source) -> None:
        self.lines = source.content.decode("ascii").split("\n")
        self.nodes = {n.name: n for n in definitions(source)}

    def bare(self, name: Name) -> ast.FunctionDef:
        """Return a function without its decorators."""
        node = self.nodes[name]
        return ast.FunctionDef(**{**vars(node), "decorator_list": []})

    def reached(self, pieces: Iterable[ast.AST]) -> frozenset[Name]:
        """Return the functions that pieces of the file name, and those that these name, at any remove."""
        direct = {n.id for piece in pieces for n in ast.walk(piece) if isinstance(n, ast.Name)} & self.nodes.keys()
        return frozenset().union(*(reached(list(self.nodes.values()), n) for n in direct))

    def text(self, node: ast.FunctionDef | ast.expr, names: Mapping[Name, Name], taken: set[Name], mark: Digest) -> str:
        """Return the text of a function or an expression with the file's functions renamed, and what has a name that is taken."""
        above = node.decorator_list if isinstance(node, ast.FunctionDef) else []
        first, last = min([node.lineno, *(d.lineno for d in above)]), node.end_lineno or node.lineno
        kept = self.lines[first - 1 : last]
        if isinstance(node, ast.expr):
            kept[-1] = kept[-1][: node.end_col_offset]
            kept[0] = kept[0][node.col_offset :]
        return _renamed("\n".join(kept), {**_clashing(node, taken, mark), **names})


def _clashing(node: ast.AST, taken: set[Name], mark: Digest) -> dict[Name, Name]:
    """Return new names for what a piece of a component calls as the file that it is written into calls a function."""
    local = {n.arg if isinstance(n, ast.arg) else n.id for n in ast.walk(node) if isinstance(n, ast.arg | ast.Name)}
    return {n: _marked(n, mark) for n in local & taken}


def _renamed(text: str, names: Mapping[Name, Name]) -> str:
    """Return a text with names changed wherever they are names, and not methods of a list."""
    lines, before, shift, row = text.split("\n"), "", 0, 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        (line, start), (_, end) = token.start, token.end
        shift = shift if line == row else 0
        row = line
        if token.type == tokenize.NAME and token.string in names and before != ".":
            new, at = names[token.string], line - 1
            lines[at] = lines[at][: start + shift] + new + lines[at][end + shift :]
            shift += len(new) - (end - start)
        before = token.string
    return "\n".join(lines)


def _imports(texts: Iterable[str]) -> str:
    """Return the imports without which the definitions would not run in plain Python."""
    contracts = [n for n in ("ensure", "require") if any(f"@{n}(" in t for t in texts)]
    notes = [n for n in ("decreases", "invariant") if any(f"{n}(" in t for t in texts)]
    lines = [f"from icontract import {', '.join(contracts)}\n"] if contracts else []
    return "".join([*lines, f"from verify import {', '.join([*notes, 'pure'])}"])
