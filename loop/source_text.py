"""Programs as Python source, for proposals: text that reads back as the same program, or nothing."""

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from loop.hints import python_text
from verify import ir
from verify.body import HIDDEN
from verify.calls import helpers_in
from verify.functions import definitions, to_functions
from verify.interpreter import SYMBOL
from verify.ir import Block, Expr, ListOf, Name, Program, TupleOf, Var, type_text
from verify.limits import DEFAULT
from verify.reasons import Refusal
from verify.source import RESERVED, to_source

BOUND: Final = ("x", "y", "z", "u", "v", "w")
"""names of variables that comprehensions bind"""


def to_source_text(program: Program) -> str | None:
    """Return a program as a Python file that holds its function, and those that it calls.

    None where there is no such text, or none that `verify/program.py` reads as this very program. Names that are the reader's
    own and the numbers of loops do not count.
    """
    due = _numbered(program)
    try:
        text = _helper_text(due) + _Writer(due).text()
        source = to_source(text.encode(), "proposal", DEFAULT)
        nodes = definitions(source)
        read = to_functions(source, nodes, frozenset({program.name}))[program.name].program(source)
    except (_NoText, Refusal, RecursionError):
        return None
    return text if _same(_numbered(read), due) else None


def _helper_text(program: Program) -> str:
    """Return the definitions of the functions that a program calls, with the import that they need."""
    texts = [h.text for h in helpers_in(program.body)]
    needed = [n for n in ("ensure", "require") if any(re.search(rf"^@{n}\(", t, re.MULTILINE) for t in texts)]
    imports = f"from icontract import {', '.join(needed)}\n\n\n" if needed else ""
    return imports + "".join(f"{t}\n\n\n" for t in texts)


def _same(a: Program, b: Program) -> bool:
    """Say whether two programs are one; a measure says something only of one that calls itself."""
    return (a.name, a.parameters, a.result, a.body) == (b.name, b.parameters, b.result, b.body) and (
        a.measure == b.measure or not a.recursive
    )


def expression(e: Expr) -> str:
    """Return an expression as Python source with only the parentheses that it needs."""
    return ast.unparse(ast.parse(python_text(_bare(e)), mode="eval"))


def _bare(e: Expr) -> Expr:
    """Return an expression without the marks that an int or a list is taken for its truth: a test needs none in Python."""
    return _bare(e.operand) if isinstance(e, ir.Unary) and e.op == "truth" else ir.rebuilt(e, _bare)


class _NoText(Exception):  # noqa: N818 - an outcome of writing
    """A tree has a form that no Python text has."""


# -- the reader's own names -----------------------------------------------------------------------------------------------------


def _numbered(program: Program) -> Program:
    """Return a program with its loops numbered in source order, and the reader's own names in the order in which they come."""
    return replace(program, body=_Numbering(program).block(program.body))


class _Numbering:
    """Gives new numbers to loops and names."""

    def __init__(self, program: Program) -> None:
        self.loops = {s.index: i for i, s in enumerate((s for s in ir.statements(program.body) if isinstance(s, ir.LOOPS)), 1)}
        self.names: dict[Name, Name] = {}
        self.free = itertools.count(1)

    def name(self, name: Name) -> Name:
        if not HIDDEN.fullmatch(name):
            return name
        kind, _, number = name.partition("_")
        if kind in ("held", "each"):
            return self.names.setdefault(name, f"{kind}_{next(self.free)}")
        return f"{kind}_{self.loops.get(int(number), number)}"

    def expression(self, e: Expr) -> Expr:
        match e:
            case Var(name, t):
                return Var(self.name(name), t)
            case ir.Each(element, variable, source, test):
                go = self.expression
                over, name = go(source), self.name(variable.name)
                return ir.Each(go(element), Var(name, variable.type), over, None if test is None else go(test))
        return ir.rebuilt(e, self.expression)

    def block(self, block: Block) -> Block:
        return tuple(map(self.statement, block))

    def statement(self, s: ir.Statement) -> ir.Statement:
        go = self.expression
        match s:
            case ir.Assign(targets, values):
                return replace(s, values=tuple(map(go, values)), targets=tuple(map(self.name, targets)))
            case ir.Call(target, _, arguments):
                return replace(s, arguments=tuple(map(go, arguments)), target=self.name(target))
            case ir.Return(value):
                return replace(s, value=go(value))
            case ir.If(test, then, orelse):
                return replace(s, test=go(test), then=self.block(then), orelse=self.block(orelse))
            case ir.While(index, test, body, notes, measure):
                measure = None if measure is None else go(measure)
                notes = tuple(map(go, notes))
                return ir.While(self.loops[index], go(test), self.block(body), notes, measure, s.line)
            case ir.For(index, variable, start, stop, step, body, notes):
                bounds = go(start), go(stop), go(step)
                return ir.For(self.loops[index], self.name(variable), *bounds, self.block(body), tuple(map(go, notes)), s.line)
            case ir.ForEach(index, variable, source, body, notes):
                over = go(source)
                return ir.ForEach(self.loops[index], self.name(variable), over, self.block(body), tuple(map(go, notes)), s.line)
        return s


# -- statements -----------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Writer:
    """Writes a program whose loops are numbered in source order."""

    program: Program
    lines: list[str] = field(default_factory=list)
    calls: dict[Name, Expr] = field(default_factory=dict)
    """what holds the value of a call that is not written yet, and that call; Python writes it where the value is read"""
    known: set[Name] = field(default_factory=set)
    """names that hold a value by now, or did at some line above"""
    bound: dict[Name, Name] = field(default_factory=dict)
    """what comprehensions bind, and what it is called"""

    def text(self) -> str:
        p = self.program
        self.known = {v.name for v in p.parameters}
        taken = {v.name for v in p.variables} | RESERVED | {p.name} | {h.program.name for h in helpers_in(p.body)}
        numbers = itertools.count(1)
        free = itertools.chain((n for n in BOUND if n not in taken), (n for i in numbers if (n := f"x{i}") not in taken))
        self.bound = {x.variable.name: n for x, n in zip(_eaches(p), free, strict=False)}
        head = ", ".join(f"{v.name}: {type_text(v.type)}" for v in p.parameters)
        self.lines = [f"def {p.name}({head}) -> {type_text(p.result)}:"]
        if p.recursive and p.measure is not None:
            self.put(1, f"decreases({self.of(p.measure)})")
        self.block(p.body, 1)
        return "\n".join(self.lines) + "\n"

    def put(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def of(self, e: Expr) -> str:
        return expression(self.renamed(e))

    def renamed(self, e: Expr) -> Expr:
        """Return an expression with calls in place of what holds their values, and with names for what comprehensions bind."""
        if isinstance(e, Var):
            return self.calls.get(e.name) or Var(self.bound.get(e.name, e.name), e.type)
        match e:
            case ir.Divided((ir.Binary(_, a, b), _)):
                return Var(f"divmod({self.of(a)}, {self.of(b)})", e.type)
        e = ir.rebuilt(e, self.renamed)
        return replace(e, variable=Var(self.bound[e.variable.name], e.variable.type)) if isinstance(e, ir.Each) else e

    def block(self, block: Block, depth: int) -> None:
        rest = block
        while rest:
            rest = rest[self.statements(rest, depth) :]
        if not block:
            self.put(depth, "pass")

    def statements(self, block: Block, depth: int) -> int:
        """Write the first statement of a block, or the first few that are one line of Python; return how many."""
        match block[0]:
            case ir.Assign(free=True):
                return self.held(block, depth)
            case ir.Assign() as s:
                self.put(depth, self.assignment(s))
            case ir.Call(target, function, arguments):
                self.calls[target] = Var(f"{function}({', '.join(map(self.of, arguments))})", self.program.result)
            case ir.Return(value):
                self.put(depth, f"return {self.of(value)}")
            case ir.Break():
                self.put(depth, "break")
            case ir.Continue():
                self.put(depth, "continue")
            case ir.If(test, then, orelse):
                self.put(depth, f"if {self.of(test)}:")
                self.block(then, depth + 1)
                if orelse:
                    self.put(depth, "else:")
                    self.block(orelse, depth + 1)
            case ir.While() | ir.For() | ir.ForEach() as s:
                self.loop(s, depth)
        return 1

    def loop(self, s: ir.Loop, depth: int) -> None:
        body, measure = s.body, s.measure if isinstance(s, ir.While) else None
        match s:
            case ir.While(test=test):
                self.put(depth, f"while {self.of(test)}:")
            case ir.For(variable=variable, start=start, stop=stop, step=step):
                bounds = [start, stop, step] if step != ir.Const(1) else [start, stop] if start != ir.Const(0) else [stop]
                self.known.add(variable)
                self.put(depth, f"for {variable} in range({', '.join(map(self.of, bounds))}):")
            case ir.ForEach(index=k, variable=variable, source=source):
                over = self.of(source)
                if variable == f"item_{k}":
                    match body:
                        case (ir.Assign(targets), *_):
                            variable, body = ", ".join(targets), body[1:]
                            self.known.update(targets)
                self.known.add(variable)
                self.put(depth, f"for {variable} in {over}:")
        for note in s.invariants:
            self.put(depth + 1, f"invariant({self.of(note)})")
        if measure is not None:
            self.put(depth + 1, f"decreases({self.of(measure)})")
        self.block(body, depth + 1)

    # -- assignments ----------------------------------------------------------------------------------------------------

    def assignment(self, s: ir.Assign) -> str:
        match s.targets, s.values:
            case (name,), (ir.Appended(Var(own), item),) if own == name:
                return f"{name}.append({self.of(item)})"
            case (name,), (ir.Extended(Var(own), more),) if own == name:
                return f"{name}.extend({self.of(more)})"
            case (name,), (ir.Popped(Var(own)),) if own == name:
                return f"{name}.pop()"
            case (name,), (ir.Updated(Var(own)) as change,) if own == name:
                place, _, value = self.place(change)
                return f"{place} = {self.of(value)}"
            case (name,), (value,):
                first = name not in self.known
                self.known.add(name)
                note = f": {type_text(value.type)}" if first and _has_empty(value) else ""
                return f"{name}{note} = {self.of(value)}"
            case targets, values:
                self.known.update(targets)
                return f"{', '.join(targets)} = {', '.join(map(self.of, values))}"

    def place(self, change: Expr) -> tuple[str, Expr, Expr]:
        """Return the element that a change of a list is about, as Python and as the tree has it, and what is put there."""
        if not isinstance(change, ir.Updated) or not isinstance(change.operand, Var):
            raise _NoText
        place, value = f"{change.operand.name}[{self.of(change.index)}]", change.value
        inner: Expr = ir.Item(change.operand, change.index)
        while isinstance(value, ir.Updated) and value.operand == inner:
            place, inner, value = f"{place}[{self.of(value.index)}]", ir.Item(inner, value.index), value.value
        return place, inner, value

    def held(self, block: Block, depth: int) -> int:
        """Write what begins by holding values that Python keeps on its stack: `x, y = e`, `x[i], x[j] = e, f`, `x = y.pop()`."""
        first = block[0]
        if not isinstance(first, ir.Assign):
            raise _NoText
        kept, values = first.targets, [*first.values]
        if count := self.augmented(block, depth):
            return count
        match block[1:]:
            case (ir.Assign((stack,), (ir.Popped(Var(own)),)), ir.Assign() as store, *_) if stack == own and len(kept) == 1:
                self.put(depth, f"{self.stored(store, kept[0])} = {stack}.pop()")
                return 3
            case (ir.Assign(targets, parts, free=False), *_) if len(kept) == 1 and _apart(kept[0], parts) and len(parts) > 1:
                self.known.update(targets)
                self.put(depth, f"{', '.join(targets)} = {self.of(values[0])}")
                return 2
            case (ir.Assign(inner, parts, free=True), *_) if len(kept) == 1 and _apart(kept[0], parts):
                # the parts are held in turn, since they go to elements of lists
                self.put(depth, f"{', '.join(self.stores(block[2:], inner))} = {self.of(values[0])}")
                return 2 + len(inner)
        self.put(depth, f"{', '.join(self.stores(block[1:], kept))} = {', '.join(map(self.of, values))}")
        return 1 + len(kept)

    def augmented(self, block: Block, depth: int) -> int:
        """Write `xs[i + 1] += e`, whose indices are held; return how many statements that is, 0 where it is something else."""
        kept = [s for s in itertools.takewhile(_is_held, block) if isinstance(s, ir.Assign)]
        match block[len(kept) :]:
            case (ir.Assign((target,), (ir.Updated(Var(own)) as change,)), *_) if own == target:
                _, taken, value = self.place(change)
                if isinstance(value, ir.Binary) and value.left == taken:
                    self.calls |= {s.targets[0]: self.renamed(s.values[0]) for s in kept}
                    self.put(depth, f"{self.place(change)[0]} {SYMBOL[value.op]}= {self.of(value.right)}")
                    return len(kept) + 1
        return 0

    def stores(self, block: Block, kept: Sequence[Name]) -> Iterator[str]:
        """Yield the targets to which held values go, one statement for each."""
        if len(block) < len(kept):
            raise _NoText
        for s, name in zip(block, kept, strict=False):
            yield self.stored(s, name)

    def stored(self, s: ir.Statement, kept: Name) -> str:
        match s:
            case ir.Assign((target,), (Var(name),)) if name == kept:
                self.known.add(target)
                return target
            case ir.Assign((target,), (ir.Updated(Var(own)) as change,)) if own == target:
                place, _, value = self.place(change)
                if isinstance(value, Var) and value.name == kept:
                    return place
        raise _NoText


def _eaches(program: Program) -> Iterator[ir.Each]:
    """Yield what binds variables in a program's expressions and notes."""
    for s in ir.statements(program.body):
        notes = s.invariants if isinstance(s, ir.LOOPS) else ()
        for e in (*ir.expressions(s), *notes):
            yield from (x for x in ir.subexpressions(e) if isinstance(x, ir.Each))


def _is_held(s: ir.Statement) -> bool:
    """Say whether a statement holds one value."""
    return isinstance(s, ir.Assign) and s.free and len(s.targets) == 1


def _apart(kept: Name, parts: Sequence[Expr]) -> bool:
    """Say whether expressions are the components of a held tuple, in order."""
    return all(isinstance(p, ir.Part) and isinstance(p.operand, Var) and p.operand.name == kept for p in parts) and [
        p.index for p in parts if isinstance(p, ir.Part)
    ] == list(range(len(parts)))


def _has_empty(e: Expr) -> bool:
    """Say whether an empty list is written out in a list or tuple, so that its type must be told."""
    return isinstance(e.type, ListOf | TupleOf) and any(isinstance(x, ir.List) and not x.items for x in ir.subexpressions(e))
