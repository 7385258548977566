"""Decides: a checked expression -> Expr, the typed tree of it.

What a construct means is fixed here, so a construct that this module does not name is refused, with the nearest one that it
does. A list's type may not be known where it is made, as in `found = []`: then `Untyped` is raised, and whoever reads the whole
function finds out.
"""

import ast
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from verify import ir
from verify.advice import ARITIES, CALLS, METHODS, PLACES
from verify.expr import Arithmetic, Expr, Folding, Name, Relation, Var
from verify.reasons import IllTyped, Reason, Refusal, Unsupported
from verify.source import Source
from verify.types import ListOf, TupleOf, Type, type_text

OPERATORS: Final[dict[type[ast.operator], Arithmetic]] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.Pow: "pow",
    ast.LShift: "lshift", ast.RShift: "rshift", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
}  # fmt: skip
RELATIONS: Final[dict[type[ast.cmpop], Relation]] = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
FOLDS: Final[dict[str, Folding]] = {"sum": "sum", "min": "min", "max": "max", "all": "all", "any": "any", "sorted": "sorted"}
BUILTINS: Final = "abs, all, any, divmod, len, list, max, min, pow, range, sorted and sum"


class Untyped(Exception):  # noqa: N818 - an outcome of reading
    """The type of an empty list is not known where it stands."""


@dataclass(slots=True)
class Expressions:
    """Reads expressions over the names of `scope`; `assigned` are those that surely hold a value here."""

    source: Source
    scope: Mapping[Name, Type | None]
    """types by name; None where that is not known yet"""
    assigned: frozenset[Name]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    """for the names of bound variables; the readers of one function share it"""
    bound: Mapping[Name, Expr] = field(default_factory=dict)
    """what the names stand for that a comprehension binds"""
    call_function: "Callable[[Expressions, ast.Call], Expr] | None" = None
    """reads a call of a function of the file; None where what is evaluated depends on a test"""
    functions: frozenset[Name] = frozenset()
    """the functions of the file, whose names nothing else may take"""
    helpers: Mapping[Name, ir.Helper] = field(default_factory=dict)
    """those of them that may be called anywhere"""
    ghost: bool = False
    """whether this is a contract or a note, which may hold what would be too dear to run"""

    def refuse(self, kind: type[Reason], node: ast.AST, what: str, do: str = "") -> Refusal:
        """Return a refusal that names the node's place."""
        return Refusal(kind(what=what, where=self.source.where(node), do=do))

    def read(self, node: ast.expr, due: Type) -> Expr:
        """Read an expression of a given type; `int` and `bool` never stand for each other."""
        match node, due:
            case ast.List(elts=items), ListOf(element):
                return ir.List(tuple(self.read(i, element) for i in items), element)
            case ast.Tuple(elts=items), TupleOf(parts) if len(items) == len(parts):
                return ir.Tuple(tuple(map(self.read, items, parts)))
            case ast.IfExp(test=test, body=body, orelse=orelse), _:
                there = self.sometimes()
                return ir.Choice(self.test(test), there.read(body, due), there.read(orelse, due))
        e = self.any(node)
        if e.type != due:
            do = "Write a comparison." if due == "bool" else "Write `1 if ... else 0`." if e.type == "bool" else ""
            what = f"`{ast.unparse(node)[:60]}` is {type_text(e.type)}, and {type_text(due)} is due."
            raise self.refuse(IllTyped, node, what, do)
        return e

    def test(self, node: ast.expr) -> Expr:
        """Read what stands in a test; there an int counts as true where it is not zero, and a list where it is not empty."""
        match node:
            case ast.BoolOp(op=op, values=values):
                parts = (self.test(values[0]), *map(self.sometimes().test, values[1:]))
                return ir.Logic("and" if isinstance(op, ast.And) else "or", parts)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ir.Unary("not", self.test(operand))
        e = self.any(node)
        if isinstance(e.type, TupleOf):
            raise self.refuse(IllTyped, node, "a tuple is always true.", "Compare its components.")
        return e if e.type == "bool" else ir.Unary("truth", e)

    def any(self, node: ast.expr) -> Expr:
        """Read an expression of whatever type."""
        match node:
            case ast.Constant(value=bool() | int() as value):
                return ir.Const(value)
            case ast.Name(id=name):
                return self.variable(node, name)
            case ast.UnaryOp(op=op, operand=operand):
                return self.unary(node, op, operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return self.operator(node, OPERATORS[type(op)], self.any(left), right)
            case ast.BoolOp(op=op, values=values):
                there = self.sometimes()
                parts = (self.read(values[0], "bool"), *(there.read(v, "bool") for v in values[1:]))
                return ir.Logic("and" if isinstance(op, ast.And) else "or", parts)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self.comparison(node, [left, *comparators], ops)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                there = self.sometimes()
                then = there.any(body)
                return ir.Choice(self.test(test), then, there.read(orelse, then.type))
        return self.sequence(node)

    def sequence(self, node: ast.expr) -> Expr:
        """Read a tuple, what makes a list or takes one apart, or a call."""
        match node:
            case ast.Tuple(elts=items) if len(items) > 1:
                return ir.Tuple(tuple(map(self.any, items)))
            case ast.List(elts=items):
                return self.written_out(node, items)
            case ast.Subscript():
                return self.subscript(node)
            case ast.ListComp(elt=element, generators=generators):
                return self.each(node, element, generators)
            case ast.Call():
                return self.call(node)
        raise self.refuse(Unsupported, node, f"`{ast.unparse(node)[:60]}` is not supported here.", PLACES.get(type(node), ""))

    def sometimes(self) -> "Expressions":
        """Return a reader of what is evaluated only where a test says so: no function can be called there."""
        return self if self.call_function is None else replace(self, call_function=None)

    def unary(self, node: ast.expr, op: ast.unaryop, operand: ast.expr) -> Expr:
        """Read `-x`, `~x`, `+x` or `not x`."""
        match op, operand:
            case ast.Not(), _:
                return self.test(node)
            case ast.USub(), ast.Constant(value=int() as value) if not isinstance(value, bool):
                return ir.Const(-value)  # CPython folds it too: a negative literal costs nothing
            case ast.UAdd(), _:
                return self.read(operand, "int")
        return ir.Unary("neg" if isinstance(op, ast.USub) else "invert", self.read(operand, "int"))

    def variable(self, node: ast.expr, name: Name) -> Expr:
        """Read a name that surely holds a value."""
        if name in self.bound:
            return self.bound[name]
        if name not in self.scope:
            raise self.refuse(IllTyped, node, f"`{name}` is not a parameter or a local of the function.", "Assign it first.")
        if name not in self.assigned:
            do = "Assign it before the branch or loop."
            raise self.refuse(IllTyped, node, f"`{name}` may be unassigned here.", do)
        known = self.scope[name]
        if known is None:
            raise Untyped
        return Var(name, known)

    def operator(self, node: ast.AST, op: Arithmetic, left: Expr, right_node: ast.expr) -> Expr:
        """Read `left op right`: of ints, or `+` of two lists and `*` of a list and an int."""
        line = getattr(node, "lineno", 0)
        if isinstance(left.type, ListOf) and op == "add":
            return ir.Join(left, self.read(right_node, left.type))
        if isinstance(left.type, ListOf) and op == "mul":
            return self.repeated(node, left, self.read(right_node, "int"))
        if left.type == "int" and op == "mul":
            right = self.any(right_node)
            if isinstance(right.type, ListOf):
                if ir.TRUE not in (ir.safe(left), ir.safe(right)):  # the tree evaluates the list first
                    raise self.refuse(Unsupported, node, "both sides of this `*` can raise.", "Write the list on the left.")
                return self.repeated(node, right, left)
        if left.type != "int":
            what = f"this operator is not supported for {type_text(left.type)}."
            do = "Write `and`, `or`, `not` or `!=`." if left.type == "bool" else ""
            raise self.refuse(IllTyped, node, what, do)
        return ir.Binary(op, left, self.read(right_node, "int"), line)

    def repeated(self, node: ast.AST, operand: Expr, count: Expr) -> Expr:
        """Return a repeated list; one whose elements hold lists would hold each of them several times."""
        if ir.has_list(ir.element_type(operand)):
            what, do = "its elements would be one list under several names.", "Write `[... for _ in range(n)]`."
            raise self.refuse(Unsupported, node, what, do)
        return ir.Repeat(operand, count)

    def comparison(self, node: ast.expr, nodes: list[ast.expr], ops: list[ast.cmpop]) -> Expr:
        """Read a chain; what is not an int may be compared for equality only."""
        if any(isinstance(op, ast.In | ast.NotIn) for op in ops):
            if len(ops) > 1:
                raise self.refuse(Unsupported, node, "a chain with `in`.", "Write two tests, joined by `and`.")
            return self.membership(nodes[0], nodes[1], ops[0])
        try:
            first = self.any(nodes[0])
        except Untyped:
            first = self.read(nodes[0], self.any(nodes[1]).type)
        there = self if len(nodes) == 2 else self.sometimes()  # noqa: PLR2004 - a single comparison
        operands = (first, *(there.read(n, first.type) for n in nodes[1:]))
        if not all(type(op) in RELATIONS for op in ops):
            raise self.refuse(Unsupported, node, "this comparison is not supported in a chain.", "Write `==` and `!=`.")
        if first.type != "int" and not all(isinstance(op, ast.Eq | ast.NotEq) for op in ops):
            what = f"{type_text(first.type)} is compared with `==` and `!=` only."
            raise self.refuse(IllTyped, node, what, "Compare the ints in it.")
        return ir.Compare(operands, tuple(RELATIONS[type(op)] for op in ops))

    def membership(self, item_node: ast.expr, node: ast.expr, op: ast.cmpop) -> Expr:
        """Read `item in list` or `item not in list`."""
        operand = self.any(node)
        if not isinstance(operand.type, ListOf):
            raise self.refuse(Unsupported, node, "`in` is supported for lists.", "Compare with each component.")
        found = ir.Member(self.read(item_node, operand.type.element), operand)
        return found if isinstance(op, ast.In) else ir.Unary("not", found)

    # -- lists and tuples -----------------------------------------------------------------------------------------------

    def written_out(self, node: ast.expr, items: list[ast.expr]) -> Expr:
        """Read a list that is written out; all elements have the type of the first."""
        if not items:
            raise Untyped
        if any(isinstance(i, ast.Starred) for i in items):
            raise self.refuse(Unsupported, node, "`*` in a list.", "Write `left + right`.")
        element = (first := self.any(items[0])).type
        return ir.List((first, *(self.read(i, element) for i in items[1:])), element)

    def subscript(self, node: ast.Subscript) -> Expr:
        """Read `list[i]`, `list[i:j]`, `list[::-1]` and `tuple[literal]`."""
        operand = self.any(node.value)
        match operand.type, node.slice:
            case ListOf(), ast.Slice(lower=None, upper=None, step=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))):
                return ir.Reverse(operand)
            case ListOf(), ast.Slice(lower=lower, upper=upper, step=None):
                start, stop = (None if b is None else self.read(b, "int") for b in (lower, upper))
                return ir.Slice(operand, start, stop)
            case ListOf(), ast.Slice():
                do = "Write a comprehension over range(start, stop, step)."
                raise self.refuse(Unsupported, node, "a slice with a step other than -1 of the whole list.", do)
            case ListOf(), index:
                return ir.Item(operand, self.read(index, "int"), node.lineno)
            case TupleOf(parts), index:
                match self.read(index, "int"):
                    case ir.Const(k) if -len(parts) <= k < len(parts):
                        return ir.Part(operand, k % len(parts))
                do = f"Write a literal from 0 to {len(parts) - 1}, or use a list."
                raise self.refuse(Unsupported, node, "the index of a tuple must be a literal within its length.", do)
        raise self.refuse(IllTyped, node, f"{type_text(operand.type)} cannot be indexed.", "Index a list or a tuple.")

    def span(self, node: ast.expr, args: list[ast.expr]) -> ir.Span:
        """Read `range(...)` of one to three arguments."""
        if not 1 <= len(args) <= 3:  # noqa: PLR2004 - range's own arity
            raise self.refuse(Unsupported, node, f"range of {len(args)} arguments.", "Write one to three.")
        bounds = [self.read(a, "int") for a in args]
        start, stop = (ir.Const(0), bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
        step = bounds[2] if len(bounds) == 3 else ir.Const(1)  # noqa: PLR2004 - as above
        if step == ir.Const(0):
            raise self.refuse(IllTyped, node, "range() with step 0 raises.", "Write another step.")
        return ir.Span(start, stop, step)

    def gone_over(self, node: ast.expr) -> Expr:
        """Read what something goes over: a range, or a list."""
        match node:
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
                return self.span(node, args)
            case ast.Call(func=ast.Name(id="reversed"), args=[inner], keywords=[]):
                return ir.Reverse(self.of_list(inner))
        return self.of_list(node)

    def of_list(self, node: ast.expr) -> Expr:
        """Read a list of whatever type."""
        e = self.any(node)
        if not isinstance(e.type, ListOf):
            what = f"`{ast.unparse(node)[:60]}` is {type_text(e.type)}; a list or a range is due."
            raise self.refuse(Unsupported, node, what, "Go over a list, or over range(...).")
        return e

    def each(self, node: ast.expr, element: ast.expr, generators: list[ast.comprehension]) -> Expr:
        """Read a comprehension of one `for`; its variables are known in it alone."""
        if len(generators) != 1:
            raise self.refuse(Unsupported, node, "a comprehension with two `for`.", "Write nested loops, or nest it in another.")
        (own,) = generators
        source = self.gone_over(own.iter)
        variable = Var(f"each_{next(self.numbers)}", ir.element_type(source))
        inner = replace(self.sometimes(), bound={**self.bound, **self.bindings(own.target, variable)})
        test = ir.conjunction([inner.test(t) for t in own.ifs]) if own.ifs else None
        return ir.Each(inner.any(element), variable, source, test)

    def bindings(self, target: ast.expr, value: Expr) -> dict[Name, Expr]:
        """Return what the names of a comprehension's target stand for."""
        match target, value.type:
            case ast.Name(id=name), _ if name in self.functions:
                raise self.refuse(IllTyped, target, f"the name `{name}` is a function's.", "Choose another name.")
            case ast.Name(id=name), _:
                return {name: value}
            case ast.Tuple(elts=names), TupleOf(parts) if len(names) == len(parts):
                found: dict[Name, Expr] = {}
                for i, n in enumerate(names):
                    found |= self.bindings(n, ir.Part(value, i))
                return found
        do = "Name each component."
        raise self.refuse(Unsupported, target, f"`{ast.unparse(target)}` does not fit {type_text(value.type)}.", do)

    # -- calls ----------------------------------------------------------------------------------------------------------

    def call(self, node: ast.Call) -> Expr:
        """Read a call of one of the builtins of the language, or `list.count` and `list.copy`."""
        if node.keywords:
            what = f"`{ast.unparse(node.func)}` is called with keywords."
            raise self.refuse(Unsupported, node, what, "Pass the arguments by position.")
        match node.func:
            case ast.Attribute(value=owner, attr="count") if len(node.args) == 1:
                operand = self.of_list(owner)
                return ir.Count(self.read(node.args[0], ir.element_type(operand)), operand)
            case ast.Attribute(value=owner, attr="copy") if not node.args:
                return ir.Slice(self.of_list(owner), None, None)
            case ast.Name(id=name) if name in self.helpers:
                return self.applied(node, self.helpers[name])
            case ast.Name(id=name) if name in self.functions:
                if self.call_function is None:
                    what = f"the call of `{name}` stands where it is not always evaluated, or in a contract or a loop."
                    do = f"Write `value = {name}(...)` on a line of its own, under an `if`."
                    raise self.refuse(Unsupported, node, what, do)
                return self.call_function(self, node)
            case ast.Name(id=name):
                return self.builtin(node, name, node.args)
        do = METHODS[node.func.attr] if isinstance(node.func, ast.Attribute) else "Call a function by its name."
        raise self.refuse(Unsupported, node, f"the call of `{ast.unparse(node.func)[:60]}` is not supported.", do)

    def applied(self, node: ast.Call, helper: ir.Helper) -> Expr:
        """Read a call of another function of the file."""
        parameters = helper.program.parameters
        if len(node.args) != len(parameters):
            what = f"`{helper.program.name}` takes {len(parameters)} argument(s), by position."
            raise self.refuse(IllTyped, node, what, "Pass all of them.")
        if self.ghost and not helper.pure:
            what = f"a contract calls `{helper.program.name}`, which is not marked as pure."
            raise self.refuse(Unsupported, node, what, "Put `@pure` above it, from `verify`.")
        return ir.Apply(helper, tuple(map(self.read, node.args, (p.type for p in parameters))), line=node.lineno)

    def builtin(self, node: ast.Call, name: str, args: list[ast.expr]) -> Expr:
        """Read a call of a builtin."""
        match name, len(args):
            case "abs", 1:
                return ir.Unary("abs", self.read(args[0], "int"))
            case (("min" | "max"), n) if n > 1:
                return ir.Extremum("min" if name == "min" else "max", tuple(self.read(a, "int") for a in args))
            case "len", 1:
                return ir.Length(self.of_list(args[0]))
            case "list", 1:
                source = self.gone_over(args[0])
                return source if isinstance(source, ir.Reverse) else ir.Slice(source, None, None)
            case "divmod", 2:
                a, b = (self.read(x, "int") for x in args)
                return ir.Divided((ir.Binary("floordiv", a, b, node.lineno), ir.Binary("mod", a, b, node.lineno)))
            case "pow", 2:
                return ir.Binary("pow", self.read(args[0], "int"), self.read(args[1], "int"), node.lineno)
            case "pow", 3:
                base, exponent, modulus = (self.read(a, "int") for a in args)
                return ir.ModularPower(base, exponent, modulus, node.lineno)
            case _, 1 if name in FOLDS:
                return self.fold(node, FOLDS[name], args[0])
        if name in FOLDS or name in ("abs", "len", "divmod", "pow", "list"):
            what, do = f"`{name}` of {len(args)} argument(s) is not supported.", ARITIES.get(name, "Write one argument.")
            raise self.refuse(Unsupported, node, what, do)
        do = CALLS.get(name, f"The builtins {BUILTINS} may be called.")
        raise self.refuse(Unsupported, node, f"the call of `{name}` is not supported.", do)

    def fold(self, node: ast.Call, op: Folding, argument: ast.expr) -> Expr:
        """Read a builtin over a list, a range, or a generator, whose several `for` are nested folds."""
        if op == "sorted" and not self.ghost:
            raise self.refuse(Unsupported, node, "`sorted` is for contracts only.", "Write the sort out.")
        match argument:
            case ast.GeneratorExp(elt=element, generators=[first, *rest]) if rest and op in ("sum", "all", "any"):
                if early := _too_early(argument.generators):
                    what = f"`{early.id}` belongs to a later `for` of this generator, and has no value here."
                    raise self.refuse(IllTyped, early, what, "Give that variable another name.")
                inner = ast.copy_location(ast.GeneratorExp(elt=element, generators=rest), argument)
                call = ast.copy_location(ast.Call(func=node.func, args=[inner], keywords=[]), node)
                operand = self.each(argument, call, [first])
            case ast.GeneratorExp(elt=element, generators=generators):
                operand = self.each(argument, element, generators)
            case ast.ListComp() if op in ("all", "any"):
                # the list is made whole, where a generator stops at the element that decides
                operand = ir.Slice(self.gone_over(argument), None, None)
            case _:
                operand = self.gone_over(argument)
        due: Type = "bool" if op in ("all", "any") else "int"
        if ir.element_type(operand) != due:
            what = f"`{op}` goes over {type_text(ir.element_type(operand))}; {type_text(due)} is due."
            raise self.refuse(IllTyped, argument, what, f"Write `{op}(... for x in xs)` of what is {type_text(due)}.")
        return ir.Fold(op, operand)


def _too_early(generators: list[ast.comprehension]) -> ast.Name | None:
    """Return a name that is read before the `for` of a generator that binds it: all of them are the generator's own in Python."""
    bound: set[str] = set()
    for i, own in enumerate(generators):
        later = {n.id for g in generators[i:] for n in ast.walk(g.target) if isinstance(n, ast.Name)} - bound
        places = [own.iter] if i else []
        bound |= {n.id for n in ast.walk(own.target) if isinstance(n, ast.Name)}
        read = [n for p in places for n in ast.walk(p) if isinstance(n, ast.Name) and n.id in later]
        read += [n for t in own.ifs for n in ast.walk(t) if isinstance(n, ast.Name) and n.id in later - bound]
        if read:
            return read[0]
    return None
