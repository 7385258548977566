"""Decides: the functions of a checked file -> how each of them is to be read, and what it may call.

A function may call those that come before it in the order of calls, and itself; several that call each other are read as one
(`verify/rings.py`).
"""

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx  # type: ignore[import-untyped]  # it ships no types

from verify.calls import Functions, helpers_in
from verify.canonical import Digest, digest
from verify.ir import TRUE, Expr, Helper, Logic, Name, Program, conjunction, negation
from verify.program import to_expression, to_program
from verify.reasons import BadContract, Malformed, NoComponent, Refusal, Unsupported
from verify.rings import Ring
from verify.source import Source
from verify.types import Type

DECORATORS: Final = ("pure", "require", "ensure")
"""what may stand above a function that is no target"""


def definitions(source: Source) -> tuple[ast.FunctionDef, ...]:
    """Return the top-level functions of a file; imports, docstrings and components may stand beside them, and nothing else."""
    out, components = [], {}
    for node in source.tree.body:
        match node:
            case ast.FunctionDef():
                out.append(node)
            case ast.Assign() if (component := component_name(node)) is not None:
                components[component] = node
            case ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
                pass
            case _:
                what = f"`{ast.unparse(node).splitlines()[0][:60]}` at the top of a file is not supported."
                raise Refusal(Unsupported(what=what, where=source.where(node), do="Write the value where it is used."))
    names = [f.name for f in out]
    if twice := next((f for f in out if names.count(f.name) > 1), None):
        raise Refusal(Malformed(what=f"`{twice.name}` is defined twice.", where=source.where(twice)))
    if missing := next((n for n in components if n not in names), None):
        what = f"the text of the component `{missing}` is not there."
        raise Refusal(NoComponent(what=what, where=source.where(components[missing]), do="Name its graph with --accepted."))
    return tuple(out)


def component_name(node: ast.stmt) -> Name | None:
    """Return the name under which a statement lets a file call an accepted component; None for any other statement."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="component"))):
            return name
    return None


@dataclass(frozen=True, slots=True)
class Definition:
    """A function of a file as it is read, and what it may call."""

    node: ast.FunctionDef
    others: Functions

    def program(self, source: Source) -> Program:
        """Return its typed tree. Raises Refusal as `to_program` does."""
        return to_program(source, self.node, self.others)


def to_functions(source: Source, nodes: Sequence[ast.FunctionDef], targets: frozenset[Name]) -> dict[Name, Definition]:
    """Return the functions of a file as they are to be read; `targets` are those with contracts of their own.

    Raises Refusal: Unsupported for decorators, or what reading the functions that are called refuses.
    """
    for n in nodes:
        for d in n.decorator_list if n.name not in targets else ():
            if decorator_name(d) not in DECORATORS:
                what = f"the decorator `{decorator_name(d)}` is not supported for a function that is no target."
                raise Refusal(Unsupported(what=what, where=source.where(d), do="Use @require, @ensure and @pure."))
    reader = _Reader(source, {n.name: n for n in nodes}, targets)
    for group in reader.groups():
        reader.read(group)
    return reader.found


class _Reader:
    """Reads functions in the order of calls."""

    def __init__(self, source: Source, nodes: dict[Name, ast.FunctionDef], targets: frozenset[Name]) -> None:
        self.source, self.nodes, self.names, self.targets = source, nodes, frozenset(nodes), targets
        self.calls = {n: _called(node, self.names) for n, node in nodes.items()}
        self.helpers: dict[Name, Helper] = {}
        self.found: dict[Name, Definition] = {}

    def groups(self) -> list[list[Name]]:
        """Return the functions, those that call each other together, each group after those that it calls."""
        graph = nx.DiGraph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from((n, c) for n, called in self.calls.items() for c in sorted(called))
        places = list(self.nodes)
        rings = nx.condensation(graph)
        order = reversed(list(nx.lexicographical_topological_sort(rings, key=lambda k: min(rings.nodes[k]["members"]))))
        return [sorted(rings.nodes[k]["members"], key=places.index) for k in order]

    def read(self, group: list[Name]) -> None:
        """Read functions that call each other, or one by itself."""
        others = Functions(dict(self.helpers), self.names)
        for name in group:
            self.found[name] = Definition(self.nodes[name], others)
        if len(group) > 1:
            ring = Ring(self.source, [self.nodes[n] for n in group], self.names)
            joint = {ring.name: self.joint(ring, others)}
            for name in group:
                self.found[name] = Definition(ring.wrapper(self.nodes[name]), Functions({**self.helpers, **joint}, self.names))
        for name in group:
            if any(name in called and n not in group for n, called in self.calls.items()):
                self.helpers[name] = self.helper(name)

    def helper(self, name: Name) -> Helper:
        """Return a function that others call."""
        node, others = self.nodes[name], self.found[name].others
        program = self.found[name].program(self.source)
        scope = {p.name: p.type for p in program.parameters}
        first = self.first(name)
        require = conjunction([to_condition(self.source, d, scope, others, first) for d in _above(node, "require")])
        # a target's own contract is proved where it is judged, and may take a search
        promised = () if name in self.targets else _above(node, "ensure")
        with_result = {**scope, "result": program.result}
        ensure = conjunction([to_condition(self.source, d, with_result, others, first) for d in promised])
        pure = any(decorator_name(d) == "pure" for d in node.decorator_list)
        text = _text(node)
        return Helper(program, require, ensure, text, self.digest(text, program), pure)

    def joint(self, ring: Ring, others: Functions) -> Helper:
        """Return the function that stands for several that call each other; contracts may call it where they may call each."""
        names = Functions(others.helpers, others.names | {ring.name})
        program = to_program(self.source, ring.definition(), names)
        scope = {p.name: p.type for p in program.parameters}
        first = self.first(ring.nodes[0].name)
        parts: list[Expr] = []
        for which, condition in ring.conditions():
            due = to_expression(self.source, condition, scope, "bool", others, first)
            if which is not None:
                due = Logic("or", (negation(to_expression(self.source, which, scope, "bool")), due))
            parts.append(due)
        text = "\n\n\n".join(map(_text, ring.nodes))
        return Helper(program, conjunction(parts), TRUE, text, self.digest(text, program), pure=True)

    def first(self, name: Name) -> int:
        """Return from where on the bound names of a contract are numbered, so that they are told from all others of the file."""
        # no function holds more names than the file has bytes
        return (list(self.nodes).index(name) + 1) * (len(self.source.content) + 1)

    @staticmethod
    def digest(text: str, program: Program) -> Digest:
        """Return what a function is known by: its text and what it calls."""
        return digest("helper", {"text": text, "calls": sorted(h.digest for h in helpers_in(program.body))})


def reached(nodes: Sequence[ast.FunctionDef], name: Name) -> frozenset[Name]:
    """Return a function of a file and those that it calls, at any remove."""
    known = {n.name: n for n in nodes}
    found, ahead = {name}, [name]
    while ahead:
        more = _called(known[ahead.pop()], frozenset(known)) - found
        found |= more
        ahead += sorted(more)
    return frozenset(found)


def decorator_name(node: ast.expr) -> str:
    """Return the name of a decorator, called or not."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def to_condition(source: Source, decorator: ast.expr, scope: Mapping[Name, Type], others: Functions, first: int = 1) -> Expr:
    """Read `require(lambda ...: condition)`; a description may follow it. Raises Refusal(BadContract)."""
    match decorator:
        case ast.Call(args=[ast.Lambda(args=arguments, body=body), *rest], keywords=[]) if all(_is_text(r) for r in rest):
            names = [a.arg for a in arguments.args]
            if stray := next((n for n in names if n not in scope), None):
                what = f"the contract's lambda takes `{stray}`, which is not a parameter" + (
                    " or `result`." if "result" in scope else "."
                )
                raise Refusal(BadContract(what=what, where=source.where(decorator)))
            try:
                return to_expression(source, body, {n: scope[n] for n in names}, "bool", others, first)
            except Refusal as refusal:
                r = refusal.reason
                raise Refusal(BadContract(what=f"the contract does not read: {r.what}", where=r.where, do=r.do)) from None
    do = "Write `@require(lambda x: x >= 0)`."
    raise Refusal(BadContract(what=f"`{ast.unparse(decorator)[:80]}` is not a contract.", where=source.where(decorator), do=do))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _called(node: ast.AST, names: frozenset[Name]) -> frozenset[Name]:
    """Return the functions among `names` that stand anywhere in a definition."""
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in names)


def _above(node: ast.FunctionDef, clause: str) -> Iterator[ast.expr]:
    """Yield the decorators of one name, in the order in which icontract checks them."""
    yield from (d for d in reversed(node.decorator_list) if decorator_name(d) == clause)


def _text(node: ast.FunctionDef) -> str:
    """Return a definition without the decorators that say nothing of what it does."""
    plain = copy.deepcopy(node)
    plain.decorator_list = [d for d in plain.decorator_list if decorator_name(d) in ("require", "ensure")]
    return ast.unparse(plain)
