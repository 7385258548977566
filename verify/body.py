"""Decides: the checked lines of a function -> the statements of its typed tree.

Here are definite assignment, one type for each name, loops numbered in source order, and what assignments, changes of lists and
calls of the function itself stand for.
"""

import ast
import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from verify import ir
from verify.advice import METHODS, instead
from verify.annotation import read_type
from verify.branched import Decided, branched
from verify.calls import Functions
from verify.elements import element, owned, updated
from verify.expr import Arithmetic
from verify.expressions import OPERATORS, Expressions, Untyped
from verify.ir import Expr, Name, Type, Var
from verify.reasons import IllTyped, Unsupported
from verify.source import Source
from verify.types import ListOf, TupleOf, type_text

HIDDEN: Final = re.compile(r"(next|stop|step|rest|item|each|held)_[0-9]+")
"""names that the reader gives to what has none in the source"""
Statements = list[ir.Statement]
Caller: TypeAlias = Callable[[Expressions, ast.Call], Expr]
"""reads a call of the function itself"""


@dataclass(slots=True)
class Function:
    """Reads one function's body, statement by statement."""

    source: Source
    scope: dict[Name, Type | None]
    result: Type
    hints: Mapping[Name, Type]
    """types of names that are first assigned an empty list"""
    loops: int = 0
    hidden: dict[Name, Type] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    learned: dict[Name, Type] = field(default_factory=dict)
    own: tuple[Name, tuple[Type, ...]] = ("", ())
    """the function's name and its parameters' types"""
    others: Functions = field(default_factory=Functions)
    """the other functions of the file"""
    within: int = 0
    """how many loops are around what is read"""
    calls: dict[ast.Call, ir.Call] = field(default_factory=dict)
    """calls of the function itself that the statement which is being read holds; one that is looked at twice is made once"""
    untyped: list[ast.AST] = field(default_factory=list)
    """statements whose types rest on a list's that is not known yet"""

    def at(self, assigned: frozenset[Name]) -> Expressions:
        """Return the reader of expressions at a place where these names surely hold a value."""
        called = None if self.within else self.called
        return self.reader(assigned, call_function=called)

    def reader(self, assigned: frozenset[Name], *, ghost: bool = False, call_function: Caller | None = None) -> Expressions:
        """Return a reader of expressions; `ghost` where they are notes."""
        functions, helpers = self.others.names | {self.own[0]}, self.others.helpers
        return Expressions(
            self.source, self.scope, assigned, self.numbers, call_function=call_function, functions=functions, helpers=helpers,
            ghost=ghost,
        )  # fmt: skip

    def called(self, at: Expressions, node: ast.Call) -> Expr:
        """Read a call of the function itself; it is made before the statement that it stands in."""
        name, types = self.own
        if len(node.args) != len(types) or node.keywords:
            raise at.refuse(IllTyped, node, f"`{name}` takes {len(types)} argument(s), by position.", "Pass all of them.")
        if node not in self.calls:
            arguments = tuple(map(at.read, node.args, types))
            self.calls[node] = ir.Call(self.hide("held", self.result), name, arguments, node.lineno)
        return Var(self.calls[node].target, self.result)

    def hide(self, kind: str, t: Type, number: int | None = None) -> Name:
        """Return a new hidden variable."""
        name = f"{kind}_{next(self.numbers) if number is None else number}"
        self.hidden[name] = self.scope[name] = t
        return name

    def block(self, nodes: list[ast.stmt], assigned: frozenset[Name]) -> tuple[ir.Block, frozenset[Name] | None]:
        """Read a block; the second part is what is surely assigned after it, None where no path goes on."""
        out: Statements = []
        after: frozenset[Name] | None = assigned
        for node in nodes:
            if after is None:
                raise self.at(assigned).refuse(Unsupported, node, "this line can never be reached.", "Delete it.")
            parts, after = self.statement(node, after)
            out += parts
        return tuple(out), after

    def statement(self, node: ast.stmt, assigned: frozenset[Name]) -> tuple[Statements, frozenset[Name] | None]:
        """Read a statement; one whose types are not known yet is left out, and what stands in it may teach them."""
        try:
            parts, after = self.typed(branched(node, self.own[0]), assigned)
        except Untyped:
            self.calls.clear()
            self.untyped.append(node)
            stores = (n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
            after = assigned | {n.id for n in stores if self.scope.setdefault(n.id, None) or True}
            for inner in (getattr(node, "body", []), getattr(node, "orelse", [])):
                self.block(inner, after)
            return [], None if isinstance(node, ast.Return) else after
        before, self.calls = self.calls, {}
        return [*before.values(), *parts], after

    def typed(self, node: ast.stmt, assigned: frozenset[Name]) -> tuple[Statements, frozenset[Name] | None]:
        """Read a statement of which all types are known. Raises Untyped where they are not."""
        at = self.at(assigned)
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                return [], assigned
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                parts = self.assignment(node, at)
                return [*parts], assigned.union(*(p.targets for p in parts))
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr=method), args=args, keywords=[])):
                return [self.method(node, at, owner, method, args)], assigned
            case ast.Return(value=value):
                if value is None:
                    raise at.refuse(IllTyped, node, "`return` without a value.", f"Return {type_text(self.result)}.")
                if isinstance(value, ast.Name) and self.scope.get(value.id, 0) is None:
                    self.learned[value.id] = self.result
                return [ir.Return(at.read(value, self.result), node.lineno)], None
            case ast.Break():
                return [ir.Break(node.lineno)], None
            case ast.Continue():
                return [ir.Continue(node.lineno)], None
            case ast.If(test=test, body=body, orelse=orelse):
                condition = at.read(test, "bool") if isinstance(node, Decided) else at.test(test)
                before, self.calls = self.calls, {}
                then, then_after = self.block(body, assigned)
                other, other_after = self.block(orelse, assigned)
                ends = [a for a in (then_after, other_after) if a is not None]
                after = frozenset.intersection(*ends) if ends else None
                return [*before.values(), ir.If(condition, then, other, node.lineno)], after
            case ast.While():
                loop = self.while_loop(node, at)
                return [loop], None if loop.test == ir.TRUE and not ir.leaves(loop.body) else assigned
            case ast.For():
                return [self.for_loop(node, at)], assigned
        raise at.refuse(
            Unsupported, node, f"`{ast.unparse(node).splitlines()[0][:60]}` is not supported as a statement.", instead(node)
        )

    # -- assignments ----------------------------------------------------------------------------------------------------

    def bind(self, at: Expressions, node: ast.expr, due: Type) -> Name:
        """Return the name that an assignment's target binds; a name keeps one type throughout the function."""
        if not isinstance(node, ast.Name):
            raise at.refuse(Unsupported, node, f"`{ast.unparse(node)}` cannot be assigned to here.", "Assign to a plain name.")
        if HIDDEN.fullmatch(node.id):
            raise at.refuse(IllTyped, node, f"the name `{node.id}` is kept for a loop's own state.", "Choose another name.")
        if node.id in at.functions:  # a local of that name would hide the function from its calls
            whose = "the function's own" if node.id == self.own[0] else "a function's"
            raise at.refuse(IllTyped, node, f"the name `{node.id}` is {whose}.", "Choose another name.")
        known = self.scope.get(node.id)
        if known is None:
            if node.id in self.scope:
                self.learned[node.id] = due
            self.scope[node.id] = known = due
        if known != due:
            what = f"`{node.id}` is {type_text(known)} elsewhere and {type_text(due)} here."
            raise at.refuse(IllTyped, node, what, "Use two names.")
        return node.id

    def assigned_value(self, at: Expressions, target: ast.expr, value: ast.expr) -> Expr:
        """Read the right side of an assignment; the type of an empty list is that of its name."""
        if isinstance(target, ast.Name) and (t := self.scope.get(target.id) or self.hints.get(target.id)) is not None:
            return at.read(value, t) if isinstance(t, ListOf | TupleOf) else at.any(value)
        if isinstance(target, ast.Subscript) and isinstance(value, ast.List) and not value.elts:
            return at.read(value, at.any(_loaded(target)).type)
        return at.any(value)

    def assignment(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign, at: Expressions) -> list[ir.Assign]:
        """Read `x = e`, `x = y = e`, `x, y = e, f`, `x, y = e`, `x op= e`, `x: T = e`, `x[i] = e` and `x = y.pop()`."""
        line = node.lineno
        match node:
            case ast.AugAssign(op=op) if type(op) in OPERATORS:
                return self.augmented(node, at, OPERATORS[type(op)])
            case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as value, simple=1):
                e = at.read(value, read_type(self.source, annotation))
                return [ir.Assign((self.bind(at, target, e.type),), (e,), line)]
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(values) > 0:
                es = tuple(map(lambda t, v: self.assigned_value(at, t, v), targets, values))
                return self.several(node, at, targets, es)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
                e = at.any(value)
                first, kept = ([], e) if isinstance(e, Var) else self.held(e, line)
                return [*first, *self.unpacked(node, at, targets, kept)]
            case ast.Assign(targets=[target], value=ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr="pop"), args=[])):
                stack = owned(at, owner)
                last = ir.Item(stack, ir.Const(-1), line)
                first, kept = self.held(last, line)
                return [*first, ir.Assign((stack.name,), (ir.Popped(stack, line),), line), self.store(at, target, kept, line)]
            case ast.Assign(targets=[*targets], value=value) if not any(isinstance(t, ast.Tuple) for t in targets):
                e = self.assigned_value(at, targets[0], value)
                one = self.store(at, targets[0], e, line)
                if len(targets) == 1:
                    return [one]
                if not all(isinstance(t, ast.Name) for t in targets):
                    raise at.refuse(Unsupported, node, "a chained assignment to an element.", "Write one assignment a line.")
                names = [self.bind(at, t, e.type) for t in targets]
                return [one] + [ir.Assign((n,), (Var(names[0], e.type),), line) for n in names[1:]]
        what = f"`{ast.unparse(node)[:60]}` is not supported as an assignment."
        raise at.refuse(Unsupported, node, what, "Assign one value to each name.")

    def unpacked(self, node: ast.Assign | ast.For, at: Expressions, targets: list[ast.expr], whole: Var) -> list[ir.Assign]:
        """Assign the components of a tuple that a variable holds."""
        if not isinstance(whole.type, TupleOf) or len(whole.type.parts) != len(targets):
            what = f"{len(targets)} names are assigned {type_text(whole.type)}."
            raise at.refuse(IllTyped, node, what, "Assign a tuple of as many components.")
        return self.several(node, at, targets, tuple(ir.Part(whole, i) for i in range(len(targets))))

    def several(
        self, node: ast.Assign | ast.For, at: Expressions, targets: list[ast.expr], values: tuple[Expr, ...]
    ) -> list[ir.Assign]:
        """Assign several values at once; elements of lists are stored after all values are there, from left to right."""
        line = node.lineno
        if all(isinstance(t, ast.Name) for t in targets):
            names = tuple(self.bind(at, t, e.type) for t, e in zip(targets, values, strict=True))
            if len(set(names)) < len(names):
                raise at.refuse(Unsupported, node, "a name is assigned twice in one assignment.", "Use two names.")
            return [ir.Assign(names, values, line)]
        held = [self.held(e, line) for e in values]
        first = ir.Assign(tuple(k.name for _, k in held), values, line, free=True)
        stored = [first]
        for target, (_, kept) in zip(targets, held, strict=True):
            if isinstance(target, ast.Tuple):
                stored += self.unpacked(node, at, target.elts, kept)
            else:
                stored.append(self.store(at, target, kept, line))
        return stored

    def held(self, e: Expr, line: int) -> tuple[list[ir.Assign], Var]:
        """Return the assignment of a value to a hidden variable, and that variable."""
        name = self.hide("held", e.type)
        return [ir.Assign((name,), (e,), line, free=True)], Var(name, e.type)

    def store(self, at: Expressions, target: ast.expr, value: Expr, line: int) -> ir.Assign:
        """Assign a value to a name, or to an element of a list."""
        if not isinstance(target, ast.Subscript):
            return ir.Assign((self.bind(at, target, value.type),), (value,), line)
        changed, indices = element(at, target)
        return ir.Assign((changed.name,), (updated(at, target, changed, indices, value),), line)

    def augmented(self, node: ast.AugAssign, at: Expressions, op: Arithmetic) -> list[ir.Assign]:
        """Read `x op= e`; on a list `+=` changes it."""
        target, line = node.target, node.lineno
        if isinstance(target, ast.Subscript):
            return self.augmented_element(node, at, target, op)
        left = at.any(target)
        if not isinstance(left.type, ListOf):
            return [self.store(at, target, at.operator(node, op, left, node.value), line)]
        if op != "add":
            raise at.refuse(Unsupported, node, "this change of a list is not supported.", "Assign a new list.")
        changed = owned(at, target)
        return [ir.Assign((changed.name,), (ir.Extended(changed, at.read(node.value, changed.type)),), line)]

    def augmented_element(self, node: ast.AugAssign, at: Expressions, target: ast.Subscript, op: Arithmetic) -> list[ir.Assign]:
        """Read `xs[i] op= e`; the indices are evaluated before all else, and once."""
        changed, indices = element(at, target)
        first: list[ir.Assign] = []
        for k, index in enumerate(indices):
            if k > 0 and ir.safe(index) != ir.TRUE:  # Python takes the element that it is about before that
                what = "an index after the first can raise here."
                raise at.refuse(Unsupported, target, what, "Give it a name on a line of its own.")
            if not isinstance(index, Var | ir.Const):
                made, indices[k] = self.held(index, node.lineno)
                first += made
        taken: Expr = changed
        for index in indices:
            taken = ir.Item(taken, index, node.lineno)
        if isinstance(taken.type, ListOf):
            raise at.refuse(Unsupported, node, "this change of a list is not supported.", "Assign a new list.")
        value = at.operator(node, op, taken, node.value)
        return [*first, ir.Assign((changed.name,), (updated(at, target, changed, indices, value),), node.lineno)]

    def method(self, node: ast.stmt, at: Expressions, owner: ast.Name, method: str, args: list[ast.expr]) -> ir.Assign:
        """Read `xs.append(e)`, `xs.extend(ys)` and `xs.pop()`."""
        if method == "append" and len(args) == 1 and self.scope.get(owner.id, 0) is None:
            self.learned[owner.id] = ListOf(at.any(args[0]).type)
        if (method, len(args)) not in (("append", 1), ("extend", 1), ("pop", 0)):
            what = f"`{owner.id}.{method}` of {len(args)} argument(s) is not supported."
            raise at.refuse(Unsupported, node, what, METHODS[method])
        changed = owned(at, owner)
        if method == "append":
            e: Expr = ir.Appended(changed, at.read(args[0], ir.element_type(changed)))
        elif method == "extend":
            e = ir.Extended(changed, at.read(args[0], changed.type))
        else:
            e = ir.Popped(changed, node.lineno)
        return ir.Assign((changed.name,), (e,), node.lineno)

    # -- loops ----------------------------------------------------------------------------------------------------------

    def notes(self, nodes: list[ast.stmt]) -> tuple[list[ast.Call], list[ast.stmt]]:
        """Split a loop's body into its leading `invariant` and `decreases` lines and the rest."""
        calls: list[ast.Call] = []
        for node in nodes:
            match node:
                case ast.Expr(value=ast.Call(func=ast.Name(id="invariant" | "decreases"), args=[_], keywords=[]) as call):
                    calls.append(call)
                case _:
                    break
        return calls, nodes[len(calls) :]

    def measures(self, nodes: list[ast.stmt], inputs: frozenset[Name]) -> tuple[list[Expr], list[ast.stmt]]:
        """Split a function's body into the measure before its first other line, if there is one, and the rest."""
        skip = [n for n in nodes[:1] if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
        calls, rest = self.notes(nodes[len(skip) :])
        if len(calls) > 1 or any(not _named(c, "decreases") for c in calls):
            do = "Write one `decreases(...)` there, and invariants in loops."
            raise self.at(inputs).refuse(Unsupported, calls[-1], "a function starts with one measure at most.", do)
        ghost = self.reader(inputs, ghost=True)
        return [ghost.read(c.args[0], "int") for c in calls], rest

    def while_loop(self, node: ast.While, at: Expressions) -> ir.While:
        """Read a `while`; the body may run no turn at all, so nothing that it assigns is sure afterwards."""
        self.loops += 1
        index = self.loops
        calls, rest = self.notes(node.body)
        test = at.sometimes().test(node.test)
        self.within += 1
        body, _ = self.block(rest, at.assigned)
        self.within -= 1
        if isinstance(test, ir.Const) and test != ir.TRUE:
            do = "Write the loop's condition as its test."
            raise at.refuse(Unsupported, node, f"`while {ast.unparse(node.test)}` is not supported.", do)
        ghost = self.reader(at.assigned, ghost=True)
        invariants = tuple(ghost.read(c.args[0], "bool") for c in calls if _named(c, "invariant"))
        measures = [ghost.read(c.args[0], "int") for c in calls if _named(c, "decreases")]
        if len(measures) > 1:
            raise at.refuse(Unsupported, node, "a loop with two `decreases` lines.", "Give one measure.")
        return ir.While(index, test, body, invariants, measures[0] if measures else None, node.lineno)

    def for_loop(self, node: ast.For, at: Expressions) -> ir.For | ir.ForEach:
        """Read a `for` over a range or a list."""
        self.loops += 1
        index = self.loops
        source = at.gone_over(node.iter)
        element = ir.element_type(source)
        first: Statements = []
        if isinstance(node.target, ast.Tuple):
            variable = self.hide("item", element, index)
            if not all(isinstance(n, ast.Name | ast.Tuple | ast.Store) for n in ast.walk(node.target)):
                raise at.refuse(Unsupported, node.target, "only names can go over a list.", "Assign to the element in the body.")
            first = [*self.unpacked(node, at, node.target.elts, Var(variable, element))]
        else:
            variable = self.bind(at, node.target, element)
        calls, rest = self.notes(node.body)
        sure = at.assigned.union({variable}, *(s.targets for s in first if isinstance(s, ir.Assign)))
        before, self.calls = self.calls, {}
        self.within += 1
        body, _ = self.block(rest, sure)
        self.within -= 1
        self.calls = before
        loop: ir.For | ir.ForEach = ir.ForEach(index, variable, source, (*first, *body), line=node.lineno)
        if isinstance(source, ir.Span):
            loop = ir.For(index, variable, source.start, source.stop, source.step, loop.body, line=node.lineno)
        for name in ir.hidden(loop):
            self.hidden[name] = self.scope[name] = ListOf(element) if isinstance(loop, ir.ForEach) else "int"
        noted = self.reader(at.assigned | set(ir.hidden(loop)), ghost=True)
        if any(_named(c, "decreases") for c in calls):
            raise at.refuse(Unsupported, node, "a `for` needs no `decreases`.", "Delete the line.")
        return dataclasses.replace(loop, invariants=tuple(noted.read(c.args[0], "bool") for c in calls))


def _loaded(target: ast.expr) -> ast.expr:
    """Return an assignment's target as the expression of what it holds."""
    match target:  # its parts are the same objects, so that a call within is known again
        case ast.Subscript(value=value, slice=index):
            return ast.copy_location(ast.Subscript(value, index, ast.Load()), target)
        case ast.Name(id=name):
            return ast.copy_location(ast.Name(name, ast.Load()), target)
    return target


def _named(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name
