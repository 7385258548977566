"""Makes mutants of a module's text: one small fault each, as people make them, with the rest of the bytes as they are.

Left alone is what no verdict rests on: docstrings, annotations, imports, and the texts of messages to people (`what=`, `do=`,
`where=`, f-strings, and the names that such texts are put together in).
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import Final

COMPARED: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}  # fmt: skip
OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.Pow: ast.Mult,
}  # fmt: skip
CALLED: Final = {
    "any": "all", "all": "any", "min": "max", "max": "min", "fullmatch": "match", "startswith": "endswith",
    "endswith": "startswith", "isdisjoint": "issubset", "issubset": "issuperset", "partition": "rpartition",
    "rpartition": "partition",
}  # fmt: skip
FOR_PEOPLE: Final = frozenset({"what", "do", "where", "said", "message", "help", "note"})
"""keywords and names that hold texts for people"""
TYPED: Final = frozenset({"cast", "TypeVar", "NewType"})
"""calls whose arguments are types"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module's text with one fault: in which function ("" at the top of the module), of what kind, on which lines."""

    function: str
    kind: str
    first: int
    last: int
    before: str
    after: str
    text: str

    @property
    def label(self) -> str:
        """What was changed, on one line."""
        return f"{self.first}: {_line(self.before)} -> {_line(self.after)}"


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is to stand in the place of a node of the tree."""

    node: ast.expr | ast.stmt
    kind: str
    text: str
    function: str
    statement: ast.stmt


def mutants(text: str) -> list[Mutant]:
    """Return every mutant of a module's text that reads as Python and as something else, each once, in the order of the text."""
    tree = ast.parse(text)
    lines = text.encode().split(b"\n")
    seen, out = {ast.dump(tree)}, []
    for fault in _Faults(tree).found:
        node = fault.node
        made = _spliced(lines, node, fault.text)
        try:
            shape = ast.dump(ast.parse(made))
        except SyntaxError:
            continue
        if shape not in seen:
            seen.add(shape)
            first, last = fault.statement.lineno, node.end_lineno or node.lineno
            before = ast.get_source_segment(text, node) or ""
            out.append(Mutant(fault.function, fault.kind, first, last, before, fault.text, made))
    return out


def _spliced(lines: list[bytes], node: ast.expr | ast.stmt, new: str) -> str:
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    above, below = lines[:first], lines[last + 1 :]
    middle = lines[first][: node.col_offset] + new.encode() + lines[last][node.end_col_offset or 0 :]
    return b"\n".join([*above, middle, *below]).decode()


def _line(text: str) -> str:
    short = " ".join(text.split())
    return short if len(short) <= 90 else f"{short[:87]}..."


class _Faults(ast.NodeVisitor):
    """Finds every fault of a tree; a fault stands in the smallest statement around it."""

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[_Fault] = []
        self._function: list[str] = []
        self._statement: ast.stmt = ast.Pass()
        self.visit(tree)

    def visit(self, node: ast.AST) -> None:
        """Note the faults of a node, then those below it."""
        match node:
            case ast.Import() | ast.ImportFrom() | ast.JoinedStr():
                return
            case ast.FunctionDef() | ast.ClassDef():
                self._inside(node)
                return
            case ast.keyword(arg=str(name)) if name in FOR_PEOPLE:
                return
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)) if name in FOR_PEOPLE:
                return
            case ast.Assign(targets=[ast.Tuple(elts=names)]) if all(_is_for_people(n) for n in names):
                return
            case ast.Call(func=ast.Name(id=name)) if name in TYPED:
                return
        outer = self._statement
        if isinstance(node, ast.stmt):
            self._statement = node
            self._of_statement(node)
        elif isinstance(node, ast.expr):
            self._of_expression(node)
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.visit(node.value)
        else:
            self.generic_visit(node)
        self._statement = outer

    def _inside(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        """Go into a function or a class; its decorators, bases and annotations stay as they are, defaults do not."""
        self._function.append(node.name)
        outer, self._statement = self._statement, node
        if isinstance(node, ast.FunctionDef):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None:
                    self.visit(default)
        for statement in node.body:
            self.visit(statement)
        self._statement = outer
        self._function.pop()

    def _note(self, node: ast.expr | ast.stmt, kind: str, new: str) -> None:
        self.found.append(_Fault(node, kind, new, ".".join(self._function), self._statement))

    def _instead(self, node: ast.expr, kind: str, new: ast.expr) -> None:
        self._note(node, kind, f"({ast.unparse(new)})")

    def _of_statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Raise():
                self._note(node, "dropped raise", "pass")
            case ast.Return(value=value):
                if value is not None and not _is_none(value):
                    self._note(node, "dropped return", "pass")
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Expr() | ast.AugAssign():
                self._note(node, "dropped statement", "pass")
            case ast.Continue():
                self._note(node, "loop", "break")
            case ast.Break():
                self._note(node, "loop", "continue")
            case ast.If(test=test) | ast.While(test=test):
                self._negated(test)
            case ast.Match(cases=cases):
                for case in cases:
                    if case.guard is not None:
                        self._note(case.guard, "dropped condition", "True")
                        self._negated(case.guard)

    def _negated(self, test: ast.expr) -> None:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return  # that its `not` is dropped is a fault of the operator
        self._instead(test, "negated condition", ast.UnaryOp(op=ast.Not(), operand=test))

    def _of_expression(self, node: ast.expr) -> None:  # noqa: PLR0912 - one table over the kinds of expressions
        match node:
            case ast.Compare(ops=ops):
                for i, op in enumerate(ops):
                    for other in COMPARED[type(op)]:
                        self._instead(node, "comparison", _with(node, ops=[*ops[:i], other(), *ops[i + 1 :]]))
            case ast.BoolOp(op=op, values=values):
                self._instead(node, "and/or", _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And()))
                for i in range(len(values)):
                    rest = [*values[:i], *values[i + 1 :]]
                    self._instead(node, "dropped condition", rest[0] if len(rest) == 1 else _with(node, values=rest))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._instead(node, "dropped not", operand)
            case ast.BinOp(op=op) if type(op) in OPERATORS:
                if not (isinstance(op, ast.Add | ast.Mod) and _is_text(node)):
                    self._instead(node, "operator", _with(node, op=OPERATORS[type(op)]()))
            case ast.IfExp(test=test):
                self._negated(test)
            case ast.Constant(value=bool() as truth):
                self._note(node, "constant", str(not truth))
            case ast.Constant(value=int() as number):
                self._note(node, "constant", f"({number + 1})")
                if number > 0:
                    self._note(node, "constant", f"({number - 1})")
            case ast.Set(elts=elts) | ast.Tuple(elts=elts, ctx=ast.Load()) | ast.List(elts=elts, ctx=ast.Load()):
                self._fewer(node, elts)
            case ast.Dict(keys=keys, values=values) if len(keys) > 1:
                for i in range(len(keys)):
                    rest = _with(node, keys=[*keys[:i], *keys[i + 1 :]], values=[*values[:i], *values[i + 1 :]])
                    self._instead(node, "dropped element", rest)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self._of_comprehension(node)
            case ast.Call():
                self._of_call(node)

    def _fewer(self, node: ast.expr, elts: list[ast.expr]) -> None:
        """Note a set, or a tuple or list of constants, with an element less."""
        if len(elts) < 2 or not (isinstance(node, ast.Set) or all(isinstance(e, ast.Constant) for e in elts)):
            return
        for i in range(len(elts)):
            self._instead(node, "dropped element", _with(node, elts=[*elts[:i], *elts[i + 1 :]]))

    def _of_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        for generator in node.generators:
            for test in generator.ifs:
                self._note(test, "dropped condition", "True")
                self._negated(test)

    def _of_call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id=name) if name in CALLED:
                self._note(node.func, "function", CALLED[name])
            case ast.Attribute(attr=name) if name in CALLED:
                self._instead(node.func, "function", _with(node.func, attr=CALLED[name]))
        plain = not any(isinstance(a, ast.Starred) for a in node.args)
        for i in range(len(node.args) - 1 if plain else 0):
            first, second = node.args[i : i + 2]
            if not isinstance(first, ast.JoinedStr) and not isinstance(second, ast.JoinedStr):
                swapped = [*node.args[:i], second, first, *node.args[i + 2 :]]
                self._instead(node, "swapped arguments", _with(node, args=swapped))


def _with(node: ast.expr, **changed: object) -> ast.expr:
    made = copy.copy(node)
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def _is_for_people(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in FOR_PEOPLE


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.BinOp) -> bool:
    """Return whether one side of an operator is written as text."""
    return any(isinstance(n, ast.JoinedStr) or (isinstance(n, ast.Constant) and isinstance(n.value, str | bytes))
               for n in ast.walk(node))  # fmt: skip

