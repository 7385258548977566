"""Decides: functions that call each other -> one definition, which is told by its first argument which of them it is.

    def even(n): return True if n == 0 else odd(n - 1)        def even_odd(which, n):
    def odd(n): return False if n == 0 else even(n - 1)           if which == 0: return True if n == 0 else even_odd(1, n - 1)
                                                                  return False if n == 0 else even_odd(0, n - 1)

What is read is a function that calls itself, so what is said of recursion says all. The comparison and the branch by which it
chooses count as ticks. CPython runs the functions as they were written.
"""

import ast
import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeVar

from verify.annotation import read_type
from verify.ir import Name, Type
from verify.reasons import Refusal, Unsupported
from verify.source import Source
from verify.types import ListOf, TupleOf

Node = TypeVar("Node", bound=ast.AST)
WHICH: Final = "which"
"""the first parameter, unless the functions use the name"""


class Ring:
    """Functions of one file that call each other."""

    def __init__(self, source: Source, nodes: Sequence[ast.FunctionDef], taken: frozenset[Name]) -> None:
        """Take the functions, in source order; `taken` are the names of the file's functions. Raises Refusal(Unsupported)."""
        self.nodes = tuple(nodes)
        names = {n.id for f in nodes for n in ast.walk(f) if isinstance(n, ast.Name)} | taken
        names |= {a.arg for f in nodes for a in ast.walk(f) if isinstance(a, ast.arg)}
        self.name = _free("_".join(f.name for f in nodes), names)
        self.which = _free(WHICH, names)
        types = [{a.arg: read_type(source, a.annotation) for a in f.args.args} for f in nodes]
        if other := next((f for f in nodes[1:] if _result(f) != _result(nodes[0])), None):
            what = f"`{nodes[0].name}` and `{other.name}` call each other, and return {_result(nodes[0])} and {_result(other)}."
            raise Refusal(Unsupported(what=what, where=source.where(other), do="Give them one result type."))
        # a parameter that several have is one, so that what falls with each call is one number
        self.parameters: dict[Name, Type] = {}
        self.annotations: dict[Name, ast.expr | None] = {}
        self.own: list[dict[Name, Name]] = []
        for f, known in zip(nodes, types, strict=True):
            renamed = {}
            for a in f.args.args:
                same = self.parameters.get(a.arg, known[a.arg]) == known[a.arg]
                renamed[a.arg] = a.arg if same else _free(f"{f.name}_{a.arg}", names | self.parameters.keys())
                self.parameters[renamed[a.arg]] = known[a.arg]
                self.annotations[renamed[a.arg]] = a.annotation
            for n in ast.walk(f):
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id not in renamed:
                    renamed[n.id] = _free(f"{f.name}_{n.id}", names | self.parameters.keys())
            self.own.append(renamed)

    def definition(self) -> ast.FunctionDef:
        """Return the one function, without decorators."""
        bodies = [_Renamed(self, own).body(f) for f, own in zip(self.nodes, self.own, strict=True)]
        measures = [_measure(body) for body in bodies]
        body = bodies[-1]
        for k in range(len(bodies) - 2, -1, -1):
            body = [_at(ast.If(test=self._is(k), body=bodies[k], orelse=body), self.nodes[k])]
        known = [m for m in measures if m is not None]
        if len(known) == len(measures):
            chosen = known[-1]
            for k in range(len(known) - 2, -1, -1):
                chosen = _at(ast.IfExp(test=self._is(k), body=known[k], orelse=chosen), self.nodes[k])
            call = ast.Call(func=ast.Name(id="decreases", ctx=ast.Load()), args=[chosen], keywords=[])
            body = [_at(ast.Expr(value=call), self.nodes[0]), *body]
        arguments = [ast.arg(arg=self.which, annotation=ast.Name(id="int", ctx=ast.Load()))]
        arguments += [ast.arg(arg=n, annotation=a) for n, a in self.annotations.items()]
        made = ast.FunctionDef(
            name=self.name, body=body, decorator_list=[], returns=self.nodes[0].returns,
            args=ast.arguments(posonlyargs=[], args=arguments, kwonlyargs=[], kw_defaults=[], defaults=[]),
        )  # fmt: skip
        made.type_params = []  # type: ignore[attr-defined, unused-ignore]  # a field from Python 3.12 on
        return _at(made, self.nodes[0])

    def wrapper(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Return one of the functions as a call of the one that stands for all."""
        k = self.nodes.index(node)
        plain = copy.copy(node)
        arguments = [ast.Name(id=a.arg, ctx=ast.Load()) for a in node.args.args]
        plain.body = [_at(ast.Return(value=self.call(k, arguments)), node)]
        return plain

    def call(self, k: int, arguments: Sequence[ast.expr]) -> ast.Call:
        """Return the call that stands for a call of function number `k`; what the others take is blank."""
        given = dict(zip((self.own[k][a.arg] for a in self.nodes[k].args.args), arguments, strict=True))
        filled = [given.get(n) or _blank(t) for n, t in self.parameters.items()]
        return ast.Call(func=ast.Name(id=self.name, ctx=ast.Load()), args=[ast.Constant(value=k), *filled], keywords=[])

    def conditions(self) -> list[tuple[ast.expr | None, ast.expr]]:
        """Return what the functions require: each condition, and a test of which of them it is about; None for all."""
        which = ast.Name(id=self.which, ctx=ast.Load())
        ends: list[ast.expr] = [which, ast.Constant(value=len(self.nodes))]
        known = ast.Compare(left=ast.Constant(value=0), ops=[ast.LtE(), ast.Lt()], comparators=ends)
        found: list[tuple[ast.expr | None, ast.expr]] = [(None, _at(known, self.nodes[0]))]
        for k, (f, own) in enumerate(zip(self.nodes, self.own, strict=True)):
            for d in reversed(f.decorator_list):
                match d:
                    case ast.Call(func=ast.Name(id="require"), args=[ast.Lambda(body=body), *_]):
                        found.append((self._is(k), _Renamed(self, own).visit(copy.deepcopy(body))))
        return found

    def _is(self, k: int) -> ast.expr:
        test = ast.Compare(left=ast.Name(id=self.which, ctx=ast.Load()), ops=[ast.Eq()], comparators=[ast.Constant(value=k)])
        return _at(test, self.nodes[k])


class _Renamed(ast.NodeTransformer):
    """Renames a function's variables, and writes the calls of the ring's functions as calls of the one."""

    def __init__(self, ring: Ring, names: Mapping[Name, Name]) -> None:
        self.ring, self.names = ring, names
        self.places = {f.name: k for k, f in enumerate(ring.nodes)}

    def body(self, node: ast.FunctionDef) -> list[ast.stmt]:
        return [self.visit(copy.deepcopy(s)) for s in node.body]

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(id=self.names.get(node.id, node.id), ctx=node.ctx), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        k = self.places.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if k is None or len(node.args) != len(self.ring.nodes[k].args.args) or node.keywords:
            return self.generic_visit(node)
        return _at(self.ring.call(k, [self.visit(a) for a in node.args]), node)


def _at(node: Node, place: ast.AST) -> Node:
    """Return a node that is made here, at the place of one of the source."""
    return ast.fix_missing_locations(ast.copy_location(node, place))


def _measure(body: list[ast.stmt]) -> ast.expr | None:
    """Take the measure out of a body that begins with one."""
    for i, s in enumerate(body[:2]):
        match s:
            case ast.Expr(value=ast.Call(func=ast.Name(id="decreases"), args=[measure])):
                del body[i]
                return measure
    return None


def _result(node: ast.FunctionDef) -> str:
    return "no type" if node.returns is None else f"`{ast.unparse(node.returns)}`"


def _free(name: Name, taken: Collection[Name]) -> Name:
    """Return a name that is not taken."""
    while name in taken:
        name += "_"
    return name


def _blank(t: Type) -> ast.expr:
    """Return what is passed for a parameter of another function."""
    match t:
        case ListOf():
            return ast.List(elts=[], ctx=ast.Load())
        case TupleOf(parts):
            return ast.Tuple(elts=[_blank(p) for p in parts], ctx=ast.Load())
        case _:
            return ast.Constant(value=0 if t == "int" else False)
