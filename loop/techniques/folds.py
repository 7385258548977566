"""Loops over lists made into the builtin or the comprehension that does the same.

A turn of such a loop adds to sums, keeps a largest or a smallest element, sets a flag or appends an element, and looks at nothing
that another turn has left.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from loop.observe import read_outside
from loop.simplify import replaced, tidy
from loop.techniques.study import Draft, Study
from verify import ir
from verify.ir import Block, Expr, Name, Program, Var
from verify.types import ListOf

Counted: TypeAlias = ir.For | ir.ForEach


@dataclass(frozen=True, slots=True)
class Step:
    """What a turn does to one variable: `value` goes into it, in the way of `op`, where `test` holds."""

    variable: Var
    op: Literal["add", "sub", "max", "min", "any", "append"]
    value: Expr
    test: Expr | None = None


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the head with all of its loops that are folds made into such; the prover needs no help where none is left."""
    head, body = study.head, list[ir.Statement]()
    inside = (x for s in ir.statements(head.body) for e in ir.expressions(s) for x in ir.subexpressions(e))
    taken = {v.name for v in head.variables} | {x.variable.name for x in inside if isinstance(x, ir.Each)}
    for s in head.body:
        folds = _folds(head, s, body, taken) if isinstance(s, Counted) else None
        body += [s] if folds is None else folds
    folded = _plain(tuple(body))
    if folded != head.body and not any(isinstance(s, ir.LOOPS) for s in ir.statements(folded)):
        yield Draft(tidy(replace(head, body=folded)), "the loop is a fold of a list")


def _plain(block: Block) -> Block:
    """Return a block without values that are given up before they are read, and with a list returned where it is made."""
    kept = tuple(s for i, s in enumerate(block) if not _given_up(s, block[i + 1 :]))
    match kept:
        case (*before, ir.Assign((name,), (value,)), ir.Return(Var(returned)) as last) if name == returned:
            return (*before, replace(last, value=value))
    return kept


def _given_up(s: ir.Statement, rest: Block) -> bool:
    """Say whether a statement gives a name a literal, or a list's first element, that it loses before it is read."""
    match s:
        case ir.Assign((name,), (ir.Const() | ir.List(()) | ir.Item(Var(), ir.Const(0)),)):
            later = next((i for i, t in enumerate(rest) if isinstance(t, ir.Assign) and name in t.targets), None)
            return later is not None and name not in ir.reads(rest[: later + 1])
    return False


def _folds(head: Program, loop: Counted, before: Sequence[ir.Statement], taken: set[Name]) -> list[ir.Statement] | None:
    """Return assignments that leave what a loop leaves, None where it is no fold, or nothing over a list."""
    later = read_outside(head.body, loop.index)
    steps = _steps(loop.body, None)
    if steps is None or loop.variable in later | ir.writes(loop.body):
        return None
    written = ir.writes(loop.body)
    if len({s.variable.name for s in steps}) != len(steps) or {s.variable.name for s in steps} != written:
        return None
    looked_at = [e for s in steps for e in (s.value, s.test) if e is not None]
    if any(ir.variables(e) & written for e in looked_at):
        return None
    kind = ir.element_type(loop.source) if isinstance(loop, ir.ForEach) else "int"
    element = Var(_free(taken), kind)
    source, put = _over(loop, element, looked_at)
    lists = (x for e in looked_at for x in ir.subexpressions(e) if isinstance(x.type, ListOf))
    if isinstance(source, ir.Span) and next(lists, None) is None:
        return None  # sums over ranges alone are a matter of closed forms
    begun = {n: v for s in before if isinstance(s, ir.Assign) for n, v in zip(s.targets, s.values, strict=True)}
    out: list[ir.Statement] = []
    for step in steps:
        value = _folded(step, element, source, put, begun)
        if value is None:
            return None
        out.append(ir.Assign((step.variable.name,), (value,), loop.line))
    return out


def _free(taken: set[Name]) -> Name:
    name = next(n for n in (f"each_{k}" for k in range(1, len(taken) + 2)) if n not in taken)
    taken.add(name)
    return name


def _steps(block: Block, test: Expr | None) -> list[Step] | None:
    """Return what a turn does to each variable; None where it does something else."""
    out: list[Step] = []
    for s in block:
        match s:
            case ir.Assign((name,), (value,)):
                step = _step(name, value, test)
                if step is None:
                    return None
                out.append(step)
            case ir.If(condition, (ir.Assign((a,), (new,)),), ()) if test is None and (kept := _extreme(condition, a, new)):
                out.append(kept)
            case ir.If(condition, then, ()):
                inside = _steps(then, condition if test is None else ir.Logic("and", (test, condition)))
                if inside is None:
                    return None
                out += inside
            case ir.If(condition, (ir.Assign((a,), (x,)),), (ir.Assign((b,), (y,)),)) if a == b:
                sides = _step(a, x, test), _step(b, y, test)
                if sides[0] is None or sides[1] is None or sides[0].op != sides[1].op or sides[0].op == "any":
                    return None
                out.append(replace(sides[0], value=ir.Choice(condition, sides[0].value, sides[1].value)))
            case _:
                return None
    return out


def _step(name: Name, value: Expr, test: Expr | None) -> Step | None:
    match value:
        case ir.Binary("add", Var(n) as own, more) | ir.Binary("add", more, Var(n) as own) if n == name:
            return Step(own, "add", more, test)
        case ir.Binary("sub", Var(n) as own, less) if n == name:
            return Step(own, "sub", less, test)
        case ir.Extremum(op, (Var(n) as own, other)) | ir.Extremum(op, (other, Var(n) as own)) if n == name and test is None:
            return Step(own, op, other)
        case ir.Appended(Var(n) as own, item) if n == name:
            return Step(own, "append", item, test)
        case ir.Const(bool() as truth) if truth and test is not None:
            return Step(Var(name, "bool"), "any", test)
    return None


def _extreme(test: Expr, name: Name, new: Expr) -> Step | None:
    """Return what `if new > name: name = new` does, or its like."""
    own = Var(name, "int")
    match test:
        case ir.Compare((a, b), ("lt" | "le" | "gt" | "ge" as relation,)) if new.type == "int" and {a, b} == {own, new}:
            larger = (relation in ("gt", "ge")) == (a == new)
            return Step(own, "max" if larger else "min", new)
    return None


def _over(loop: Counted, element: Var, looked_at: Sequence[Expr]) -> tuple[Expr, Mapping[Expr, Expr]]:
    """Return what a fold goes over, and what stands for what in the elements that it folds."""
    if isinstance(loop, ir.ForEach):
        return loop.source, {Var(loop.variable, element.type): element}
    index = Var(loop.variable, "int")
    span = ir.Span(loop.start, loop.stop, loop.step)
    match loop:
        case ir.For(start=ir.Const(0 | 1 as start), stop=ir.Length(Var() as xs), step=ir.Const(1)):
            item = ir.Item(xs, index)
            if item.type == element.type and all(index.name not in ir.variables(replaced(e, item, element)) for e in looked_at):
                return xs if start == 0 else ir.Slice(xs, ir.Const(1), None), {item: element}
    return span, {index: element}


def _folded(step: Step, element: Var, source: Expr, put: Mapping[Expr, Expr], begun: Mapping[Name, Expr]) -> Expr | None:
    """Return what a variable holds after the loop, over what it held before."""

    def of_element(e: Expr) -> Expr:
        for old, new in put.items():
            e = replaced(e, old, new)
        return e

    own, start = step.variable, begun.get(step.variable.name)
    value, test = of_element(step.value), None if step.test is None else of_element(step.test)
    alone = value == element and test is None and not isinstance(source, ir.Span)
    whole = source if alone else ir.Each(value, element, source, test)
    match step.op:
        case "add" | "sub":
            return ir.Binary(step.op, own, _sum(value, test, element, source) or ir.Fold("sum", whole))
        case "max" | "min":
            return _extremum(step.op, whole, start)
        case "any":
            return _found(value, element, source) if start == ir.FALSE else None
        case "append":
            return whole if isinstance(start, ir.List) and not start.items and not alone else ir.Extended(own, whole)


def _sum(value: Expr, test: Expr | None, element: Var, source: Expr) -> Expr | None:
    """Return a sum of ones over the elements that are equal to something, as their count."""
    match test:
        case ir.Compare((a, b), ("eq",)) if value == ir.Const(1) and element in (a, b) and not isinstance(source, ir.Span):
            other = b if a == element else a
            return ir.Count(other, source) if element.name not in ir.variables(other) else None
    return None


def _extremum(op: Literal["max", "min"], whole: Expr, start: Expr | None) -> Expr | None:
    """Return the largest or smallest of elements of which the first is where the loop begins."""
    match whole, start:
        case Var() | ir.Slice(_, ir.Const(1), None), ir.Item(xs, ir.Const(0)) if xs in (whole, getattr(whole, "operand", None)):
            return ir.Fold(op, xs)
    return None


def _found(test: Expr, element: Var, source: Expr) -> Expr:
    match test:
        case ir.Compare((a, b), ("eq",)) if element in (a, b) and not isinstance(source, ir.Span):
            other = b if a == element else a
            if element.name not in ir.variables(other):
                return ir.Member(other, source)
    return ir.Fold("any", ir.Each(test, element, source))
