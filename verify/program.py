"""Decides: a checked function definition -> Program, the typed tree; and a checked expression -> Expr.

What a construct means is fixed here, so a construct that this module does not name is refused. It makes sure of what the
readings of the tree take for granted: types, definite assignment, a `return` on every path, loops numbered in source order.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from verify import ir
from verify.ir import Expr, Name, Type, Var
from verify.reasons import IllTyped, Reason, Refusal, Unsupported
from verify.source import Source

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.FloorDiv: "floordiv", ast.Mod: "mod",
}  # fmt: skip
RELATIONS: dict[type[ast.cmpop], ir.Relation] = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip


@dataclass(slots=True)
class Expressions:
    """Reads expressions over the names of `scope`; `assigned` are those that surely hold a value here."""

    source: Source
    scope: Mapping[Name, Type]
    assigned: frozenset[Name]

    def refuse(self, kind: type[Reason], node: ast.AST, what: str, do: str = "") -> Refusal:
        """Return a refusal that names the node's place."""
        return Refusal(kind(what=what, where=self.source.where(node), do=do))

    def read(self, node: ast.expr, due: Type) -> Expr:
        """Read an expression of a given type; `int` and `bool` never stand for each other."""
        e = self.any(node)
        if e.type != due:
            do = "Write a comparison." if due == "bool" else "Write `1 if ... else 0`."
            raise self.refuse(IllTyped, node, f"`{ast.unparse(node)}` is {e.type}, and {due} is due.", do)
        return e

    def test(self, node: ast.expr) -> Expr:
        """Read what stands in a test; there an int counts as true where it is not zero, as in Python."""
        match node:
            case ast.BoolOp(op=op, values=values):
                return ir.Logic("and" if isinstance(op, ast.And) else "or", tuple(map(self.test, values)))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ir.Unary("not", self.test(operand))
        e = self.any(node)
        return e if e.type == "bool" else ir.Unary("truth", e)

    def any(self, node: ast.expr) -> Expr:
        """Read an expression of either type."""
        match node:
            case ast.Constant(value=bool() | int() as value):
                return ir.Const(value)
            case ast.Name(id=name):
                return self.variable(node, name)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)) if not isinstance(value, bool):
                return ir.Const(-value)  # CPython folds it too: a negative literal costs nothing
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return ir.Unary("neg", self.read(operand, "int"))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, "int")
            case ast.UnaryOp(op=ast.Not()):
                return self.test(node)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return ir.Binary(OPERATORS[type(op)], self.read(left, "int"), self.read(right, "int"), node.lineno)  # type: ignore[arg-type]  # a key of the table
            case ast.BoolOp(op=op, values=values):
                return ir.Logic("and" if isinstance(op, ast.And) else "or", tuple(self.read(v, "bool") for v in values))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self.comparison(node, [left, *comparators], ops)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                then = self.any(body)
                return ir.Choice(self.test(test), then, self.read(orelse, then.type))
            case ast.Call():
                return self.call(node)
        raise self.refuse(Unsupported, node, f"`{ast.unparse(node)[:60]}` is not supported here.")

    def variable(self, node: ast.expr, name: Name) -> Expr:
        """Read a name that surely holds a value."""
        if name not in self.scope:
            raise self.refuse(IllTyped, node, f"`{name}` is not a parameter or a local of the function.")
        if name not in self.assigned:
            do = "Assign it before the branch or loop."
            raise self.refuse(IllTyped, node, f"`{name}` may be unassigned here.", do)
        return Var(name, self.scope[name])

    def comparison(self, node: ast.expr, nodes: list[ast.expr], ops: list[ast.cmpop]) -> Expr:
        """Read a chain; bools may be compared for equality only."""
        first = self.any(nodes[0])
        operands = (first, *(self.read(n, first.type) for n in nodes[1:]))
        if first.type == "bool" and not all(isinstance(op, ast.Eq | ast.NotEq) for op in ops):
            raise self.refuse(IllTyped, node, "bools are compared with `==` and `!=` only.")
        return ir.Compare(operands, tuple(RELATIONS[type(op)] for op in ops))

    def call(self, node: ast.Call) -> Expr:
        """Read a call of one of the builtins of the language."""
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if node.keywords:
            raise self.refuse(Unsupported, node, f"`{name}` is called with keywords.", "Pass the arguments by position.")
        match name, len(node.args):
            case "abs", 1:
                return ir.Unary("abs", self.read(node.args[0], "int"))
            case ("min" | "max"), n if n > 1:
                return ir.Extremum("min" if name == "min" else "max", tuple(self.read(a, "int") for a in node.args))
            case ("min" | "max" | "abs"), n:
                raise self.refuse(Unsupported, node, f"`{name}` of {n} argument(s) is not supported.")
        do = "Only abs, min, max and, in a `for`, range may be called."
        raise self.refuse(Unsupported, node, f"the call of `{name}` is not supported.", do)


@dataclass(slots=True)
class _Function:
    """Reads one function's body, statement by statement."""

    source: Source
    scope: dict[Name, Type]
    result: Type
    loops: int = 0
    hidden: dict[Name, Type] = field(default_factory=dict)

    def at(self, assigned: frozenset[Name]) -> Expressions:
        return Expressions(self.source, self.scope, assigned)

    def block(self, nodes: list[ast.stmt], assigned: frozenset[Name]) -> tuple[ir.Block, frozenset[Name] | None]:
        """Read a block; the second part is what is surely assigned after it, None where no path goes on."""
        out: list[ir.Statement] = []
        after: frozenset[Name] | None = assigned
        for node in nodes:
            if after is None:
                raise self.at(assigned).refuse(Unsupported, node, "this line can never be reached.", "Delete it.")
            parts, after = self.statement(node, after)
            out += parts
        return tuple(out), after

    def statement(self, node: ast.stmt, assigned: frozenset[Name]) -> tuple[list[ir.Statement], frozenset[Name] | None]:
        at = self.at(assigned)
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                return [], assigned
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                parts = self.assignment(node, at)
                return [*parts], assigned.union(*(p.targets for p in parts))
            case ast.Return(value=value):
                if value is None:
                    raise at.refuse(IllTyped, node, "`return` without a value.", f"Return an {self.result}.")
                return [ir.Return(at.read(value, self.result), node.lineno)], None
            case ast.If(test=test, body=body, orelse=orelse):
                then, then_after = self.block(body, assigned)
                other, other_after = self.block(orelse, assigned)
                ends = [a for a in (then_after, other_after) if a is not None]
                after = frozenset.intersection(*ends) if ends else None
                return [ir.If(at.test(test), then, other, node.lineno)], after
            case ast.While():
                return [self.while_loop(node, at)], assigned
            case ast.For():
                return [self.for_loop(node, at)], assigned
        raise at.refuse(Unsupported, node, f"`{ast.unparse(node).splitlines()[0][:60]}` is not supported as a statement.")

    def bind(self, at: Expressions, node: ast.expr, due: Type) -> Name:
        """Return the name that an assignment's target binds; a name keeps one type throughout the function."""
        if not isinstance(node, ast.Name):
            raise at.refuse(Unsupported, node, f"`{ast.unparse(node)}` cannot be assigned to.", "Assign to a plain name.")
        if self.scope.setdefault(node.id, due) != due:
            what = f"`{node.id}` is {self.scope[node.id]} elsewhere and {due} here."
            raise at.refuse(IllTyped, node, what, "Use two names.")
        return node.id

    def assignment(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign, at: Expressions) -> list[ir.Assign]:
        """Read `x = e`, `x = y = e`, `x, y = e, f`, `x op= e` and `x: int = e`."""
        match node:
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value) if type(op) in OPERATORS:
                left, right = at.variable(target, name), at.read(value, "int")
                if left.type != "int":
                    raise at.refuse(IllTyped, node, f"`{name}` is a bool.")
                e: Expr = ir.Binary(OPERATORS[type(op)], left, right, node.lineno)  # type: ignore[arg-type]  # a key of the table
                return [ir.Assign((name,), (e,), node.lineno)]
            case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as value, simple=1):
                e = at.read(value, read_type(self.source, annotation))
                return [ir.Assign((self.bind(at, target, e.type),), (e,), node.lineno)]
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(values) > 0:
                es = tuple(at.any(v) for v in values)
                names = tuple(self.bind(at, t, e.type) for t, e in zip(targets, es, strict=True))
                if len(set(names)) < len(names):
                    raise at.refuse(Unsupported, node, "a name is assigned twice in one assignment.")
                return [ir.Assign(names, es, node.lineno)]
            case ast.Assign(targets=[*targets], value=value) if not any(isinstance(t, ast.Tuple) for t in targets):
                e = at.any(value)
                names = tuple(self.bind(at, t, e.type) for t in targets)
                first = ir.Assign(names[:1], (e,), node.lineno)
                return [first] + [ir.Assign((n,), (Var(names[0], e.type),), node.lineno) for n in names[1:]]
        what = f"`{ast.unparse(node)[:60]}` is not supported as an assignment."
        raise at.refuse(Unsupported, node, what, "Assign one value to each name.")

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

    def while_loop(self, node: ast.While, at: Expressions) -> ir.While:
        """Read a `while`; the body may run no turn at all, so nothing that it assigns is sure afterwards."""
        if isinstance(node.test, ast.Constant):
            do = "Write the loop's condition as its test."
            raise at.refuse(Unsupported, node, f"`while {ast.unparse(node.test)}` is not supported.", do)
        self.loops += 1
        index = self.loops
        calls, rest = self.notes(node.body)
        test = at.test(node.test)
        body, _ = self.block(rest, at.assigned)
        invariants = tuple(at.read(c.args[0], "bool") for c in calls if _named(c, "invariant"))
        measures = [at.read(c.args[0], "int") for c in calls if _named(c, "decreases")]
        if len(measures) > 1:
            raise at.refuse(Unsupported, node, "a loop with two `decreases` lines.", "Give one measure.")
        return ir.While(index, test, body, invariants, measures[0] if measures else None, node.lineno)

    def for_loop(self, node: ast.For, at: Expressions) -> ir.For:
        """Read a `for` over a range of one to three arguments."""
        self.loops += 1
        index = self.loops
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]) if 1 <= len(args) <= 3:  # noqa: PLR2004 - range's own arity
                bounds = [at.read(a, "int") for a in args]
            case _:
                what = f"a loop over `{ast.unparse(node.iter)[:60]}` is not supported."
                raise at.refuse(Unsupported, node.iter, what, "Loop over range(...).")
        start, stop = (ir.Const(0), bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
        step = bounds[2] if len(bounds) == 3 else ir.Const(1)  # noqa: PLR2004 - range's own arity
        if step == ir.Const(0):
            raise at.refuse(IllTyped, node.iter, "range() with step 0 raises.")
        variable = self.bind(at, node.target, "int")
        calls, rest = self.notes(node.body)
        body, _ = self.block(rest, at.assigned | {variable})
        loop = ir.For(index, variable, start, stop, step, body, line=node.lineno)
        self.hidden.update(dict.fromkeys(ir.hidden(loop), "int"))
        noted = Expressions(self.source, {**self.scope, **self.hidden}, at.assigned | set(ir.hidden(loop)))
        if any(_named(c, "decreases") for c in calls):
            raise at.refuse(Unsupported, node, "a `for` over a range needs no `decreases`.", "Delete the line.")
        invariants = tuple(noted.read(c.args[0], "bool") for c in calls)
        return ir.For(index, variable, start, stop, step, body, invariants, node.lineno)


def _named(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name


def read_type(source: Source, node: ast.expr | None) -> Type:
    """Read a type annotation: `int` or `bool`."""
    match node:
        case ast.Name(id="int"):
            return "int"
        case ast.Name(id="bool"):
            return "bool"
    what = "the annotation is missing." if node is None else f"the type `{ast.unparse(node)}` is not supported."
    raise Refusal(Unsupported(what=what, where=source.where(node) if node else source.label, do="Write `int` or `bool`."))


def to_program(source: Source, node: ast.FunctionDef) -> ir.Program:
    """Make the typed tree of a function definition of a Source.

    Decorators are the caller's business. Raises Refusal (Unsupported, IllTyped) naming file, line and column.
    """
    parameters = []
    for a in node.args.args:
        if a.annotation is None:
            what, do = f"the parameter `{a.arg}` has no type.", f"Write `{a.arg}: int` or `{a.arg}: bool`."
            raise Refusal(Unsupported(what=what, where=source.where(a), do=do))
        parameters.append(Var(a.arg, read_type(source, a.annotation)))
    if node.returns is None:
        what, do = f"`{node.name}` has no result type.", "Write `-> int` or `-> bool`."
        raise Refusal(Unsupported(what=what, where=source.where(node), do=do))
    if clash := next((p.name for p in parameters if p.name in ("result", node.name)), None):
        raise Refusal(IllTyped(what=f"a parameter may not be called `{clash}`.", where=source.where(node)))
    reader = _Function(source, {p.name: p.type for p in parameters}, read_type(source, node.returns))
    body, after = reader.block(node.body, frozenset(p.name for p in parameters))
    if after is not None:
        what = f"`{node.name}` can end without a `return`."
        raise Refusal(IllTyped(what=what, where=source.where(node), do="Return a value on every path."))
    if clash := next((n for n in reader.hidden if n in reader.scope), None):
        raise Refusal(IllTyped(what=f"the name `{clash}` is kept for a loop's own state.", where=source.where(node)))
    names = {p.name for p in parameters}
    found = {**reader.scope, **reader.hidden}
    locals_ = tuple(Var(n, found[n]) for n in found if n not in names)
    return ir.Program(node.name, tuple(parameters), locals_, reader.result, body)


def to_expression(source: Source, node: ast.expr, scope: Mapping[Name, Type], due: Type) -> Expr:
    """Read a contract's condition, or a loop's note, over the names of `scope`."""
    reader = Expressions(source, scope, frozenset(scope))
    return reader.test(node) if due == "bool" else reader.read(node, due)
