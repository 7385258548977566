"""Refuses only: the reference reading of the typed tree: values and ticks, by generated Python with counters.

It exists to find wrong candidates fast and to measure; nothing is accepted because of what it returns. The generated text is
made from the tree alone, with names of its own, and holds no construct that the tree does not have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from verify import ir
from verify.calls import helpers_in
from verify.ir import Expr, Program, Value
from verify.limits import Limits
from verify.run_guards import Calls, OutOfFuel, guards
from verify.ticks import TABLE, cost
from verify.types import blank

__all__ = ["Compiled", "Interpreter", "OutOfFuel", "Outcome", "compile_block", "compile_turns", "holds", "text"]

SYMBOL: Final = {"add": "+", "sub": "-", "mul": "*", "floordiv": "//", "mod": "%", "pow": "**", "lshift": "<<", "rshift": ">>",
                 "and": "&", "or": "|", "xor": "^"}  # fmt: skip
RELATION: Final = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
GUARDS: Final = {"mul": "times", "pow": "power", "lshift": "shifted"}
"""operators whose results may be too long to compute, and the functions that look at that first"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave: a value, or the name of what it raised; and the ticks up to then."""

    value: Value | None
    ticks: int
    raised: str = ""


def text(e: Expr, prefix: str = "v_", *, guarded: bool = True) -> str:
    """Return an expression as Python text; `prefix` goes before each variable.

    Where it is `guarded`, functions stand for the operators that can make what is too long to keep.
    """

    def go(x: Expr) -> str:
        return text(x, prefix, guarded=guarded)

    match e:
        case ir.Const(value):
            return f"({value!r})" if value < 0 else repr(value)
        case ir.Var(name):
            return prefix + name
        case ir.Unary("truth", operand):
            return f"({go(operand)} != 0)" if operand.type == "int" else f"(len({go(operand)}) != 0)"
        case ir.Unary(op, operand):
            return {"neg": "(-{})", "abs": "abs({})", "not": "(not {})", "invert": "(~{})"}[op].format(go(operand))
        case ir.Binary(op, left, right):
            return _operator(op, left, right, go, guarded=guarded)
        case ir.ModularPower(base, exponent, modulus):
            return f"{'modular' if guarded else 'pow'}({go(base)}, {go(exponent)}, {go(modulus)})"
        case ir.Extremum(op, operands):
            return f"{op}({', '.join(map(go, operands))})"
        case ir.Compare(operands, relations):
            links = "".join(f" {RELATION[r]} {go(o)}" for r, o in zip(relations, operands[1:], strict=True))
            return f"({go(operands[0])}{links})"
        case ir.Logic(op, operands):
            return "(" + f" {op} ".join(map(go, operands)) + ")"
        case ir.Choice(test, then, orelse):
            return f"({go(then)} if {go(test)} else {go(orelse)})"
        case _:
            return _sequence(e, go, prefix, guarded=guarded)


def _operator(op: ir.Arithmetic, left: Expr, right: Expr, go: Callable[[Expr], str], *, guarded: bool) -> str:
    """Return an operator of two ints as Python text; a long sum is written without parentheses inside, which Python limits."""
    if guarded and op in GUARDS:
        return f"{GUARDS[op]}({go(left)}, {go(right)})"
    first = go(left)[:-1] if op == "add" and isinstance(left, ir.Binary) and left.op == "add" else f"({go(left)}"
    return f"{first} {SYMBOL[op]} {go(right)})"


def _sequence(e: Expr, go: Callable[[Expr], str], prefix: str, *, guarded: bool) -> str:  # noqa: PLR0912 - one arm a construct
    """Return an expression over tuples and lists as Python text."""
    match e:
        case ir.Divided((ir.Binary(_, left, right), _)):
            return f"divmod({go(left)}, {go(right)})"
        case ir.Tuple(items):
            return f"({', '.join(map(go, items))})"
        case ir.List(items):
            return f"[{', '.join(map(go, items))}]"
        case ir.Part(operand, index) | ir.Item(operand, ir.Const(index)):
            return f"{go(operand)}[{index}]"
        case ir.Item(operand, index):
            return f"{go(operand)}[{go(index)}]"
        case ir.Slice(ir.Span() as span, None, None):
            return f"list({go(span)})"
        case ir.Slice(operand, start, stop):
            return f"{go(operand)}[{'' if start is None else go(start)}:{'' if stop is None else go(stop)}]"
        case ir.Reverse(operand):
            return f"{go(operand)}[::-1]"
        case ir.Join(left, right) | ir.Extended(left, right):
            return f"({go(left)} + {go(right)})"
        case ir.Repeat(operand, count):
            return f"repeated({go(operand)}, {go(count)})" if guarded else f"({go(operand)} * {go(count)})"
        case ir.Length(operand):
            return f"len({go(operand)})"
        case ir.Member(item, operand):
            return f"({go(item)} in {go(operand)})"
        case ir.Count(item, operand):
            return f"{go(operand)}.count({go(item)})"
        case ir.Fold(op, operand):
            inner = go(operand)
            # a generator, so that `all` and `any` stop where Python's do
            return f"{op}({inner[1:-1] if isinstance(operand, ir.Each) else inner})"
        case ir.Span(start, stop, step):
            bounds = [go(b) for b in ((start, stop, step) if step != ir.Const(1) else (start, stop))]
            return f"{'span' if guarded else 'range'}({', '.join(bounds)})"
        case ir.Each(element, variable, source, test):
            condition = "" if test is None else f" if {go(test)}"
            return f"[{go(element)} for {prefix}{variable.name} in {go(source)}{condition}]"
        case ir.Updated(operand, index, value):
            return f"updated({go(operand)}, {go(index)}, {go(value)})"
        case ir.Appended(operand, item):
            return f"({go(operand)} + [{go(item)}])"
        case ir.Popped(operand):
            return f"popped({go(operand)})"
        case ir.Apply(helper, arguments, what):
            called = f"{'f' if what == 'value' else 't'}_{helper.label}" if guarded else helper.program.name
            return f"{called}({', '.join(map(go, arguments))})"
    raise TypeError(f"{type(e).__name__} is no expression")


class _Writer:
    """Writes statements as Python lines that keep the tick count `t`."""

    def __init__(self, watch: bool, own: str = "") -> None:  # noqa: FBT001 - private
        self.lines: list[str] = []
        self.watch = watch
        self.own = own
        """what the function is called that the statements may call because they stand in it"""

    def put(self, depth: int, line: str) -> None:
        if line:
            self.lines.append("    " * depth + line)

    def pay(self, depth: int, *amounts: Expr) -> None:
        fixed = sum(a.value for a in amounts if isinstance(a, ir.Const))
        varying = [text(a) for a in amounts if not isinstance(a, ir.Const)]
        if not (parts := ([str(fixed)] if fixed else []) + varying):
            return
        line = f"t += {' + '.join(parts)}"
        if any(isinstance(x, ir.Each) for a in amounts for x in ir.subexpressions(a)):
            # the expressions have been evaluated, so this can only be an element after the one that decided an `all` or `any`
            self.put(depth, "try:")
            self.put(depth + 1, line)
            line = "except (ZeroDivisionError, ValueError, IndexError): raise OutOfFuel"
        self.put(depth, line)

    def block(self, block: ir.Block, depth: int) -> None:
        if not block:
            self.put(depth, "pass")
        for s in block:
            self.statement(s, depth)

    def statement(self, s: ir.Statement, depth: int) -> None:
        one = ir.Const
        match s:
            case ir.Assign((target,), (ir.Updated() | ir.Appended() | ir.Extended() | ir.Popped() as change,)):
                self.change(target, change, depth)
            case ir.Assign(targets, values):
                self.put(depth, f"{', '.join('w_' + n for n in targets)}, = {', '.join(map(text, values))},")
                self.pay(depth, *map(cost, values), one(0 if s.free else TABLE["assignment"] * len(targets)))
                self.put(depth, f"{', '.join('v_' + n for n in targets)}, = {', '.join('w_' + n for n in targets)},")
            case ir.Call(target, _, arguments):
                if self.watch:
                    self.put(depth, f"watch(0, {{'callee': [{', '.join(map(text, arguments))}], **locals()}}, t)")
                handed_on = ["watch", *map(text, arguments)] if self.watch else list(map(text, arguments))
                self.put(depth, f"v_{target}, d = fn_{self.own}({', '.join([*handed_on, 'fuel - t'])})")
                self.pay(depth, *map(cost, arguments), one(TABLE["call"]))
                self.put(depth, "t += d")
            case ir.Return(value):
                self.put(depth, f"r = {text(value)}")
                self.pay(depth, cost(value))
                self.put(depth, "raise Done")
            case ir.If(test, then, orelse):
                self.put(depth, f"c = {text(test)}")
                self.pay(depth, cost(test), one(TABLE["branch_test"]))
                self.put(depth, "if c:")
                self.block(then, depth + 1)
                self.put(depth, "else:")
                self.block(orelse, depth + 1)
            case ir.Break():
                self.put(depth, "break")
            case ir.Continue():
                self.put(depth, "continue")
            case ir.While():
                self.turns(s, depth)
            case ir.ForEach(index, _, source):
                self.put(depth, f"v_rest_{index} = {text(source)}")
                self.pay(depth, cost(source))
                self.turns(s, depth)
            case ir.For(index, _, start, stop, step, _):
                bounds = [stop, start] if len(ir.hidden(s)) == 2 else [stop, start, step]  # noqa: PLR2004 - next and stop
                # CPython's order of evaluation; the three cannot see each other, so any order of storing will do
                names = [f"v_stop_{index}", f"v_next_{index}", f"v_step_{index}"][: len(bounds)]
                self.put(depth, f"v_next_{index} = {text(start)}")
                self.put(depth, f"v_stop_{index} = {text(stop)}")
                if len(names) == 3:  # noqa: PLR2004 - a step that is no literal
                    self.put(depth, f"v_step_{index} = {text(step)}")
                    self.put(depth, f"if v_step_{index} == 0: raise ValueError")
                self.pay(depth, cost(start), cost(stop), cost(step), one(TABLE["call"]))
                self.turns(s, depth)

    def change(self, target: str, change: ir.Change, depth: int) -> None:
        """Write a change of a list in place: no other name holds the list.

        What can raise comes first, in Python's order; then what it costs, which is a matter of the list as it was.
        """
        place = f"v_{target}"
        match change:
            case ir.Appended(_, item):
                self.put(depth, f"x = {text(item)}")
                done = f"{place}.append(x)"
            case ir.Extended(_, more):
                self.put(depth, f"x = {text(more)}")
                done = f"{place}.extend(x)"
            case ir.Popped():
                self.put(depth, f"x = {place}[-1]")
                done = f"{place}.pop()"
            case ir.Updated():
                indices, value = [change.index], change.value
                while isinstance(value, ir.Updated):
                    indices, value = [*indices, value.index], value.value
                self.put(depth, f"x = {text(value)}")
                for index in indices:
                    self.put(depth, f"l = {place}; i = {text(index)}; l[i]")
                    place = "l[i]"
                done = "l[i] = x"
        self.pay(depth, cost(change), ir.Const(TABLE["assignment"]))
        self.put(depth, done)

    def turns(self, s: ir.Loop, depth: int) -> None:
        """Write a loop's turns, from whatever state its variables are in."""
        match s:
            case ir.While(test=test):
                self.loop(s, text(test), [], depth)
            case ir.ForEach(index=k, variable=variable):
                # by position, since taking the first element off would copy the rest in each turn
                self.put(depth, f"s_{k} = v_rest_{k}; i_{k} = 0")
                advance = [f"v_{variable} = s_{k}[i_{k}]; i_{k} += 1; t += {TABLE['assignment']}"]
                self.loop(s, f"i_{k} < len(s_{k})", advance, depth, f"v_rest_{k} = s_{k}[i_{k}:]")
            case ir.For(index=k, variable=variable, step=step):
                width = text(step) if isinstance(step, ir.Const) else f"v_step_{k}"
                advance = [f"v_{variable} = v_next_{k}; v_next_{k} += {width}; t += {TABLE['assignment']}"]
                self.loop(s, text(ir.going(s)), advance, depth)

    def loop(self, s: ir.Loop, test: str, advance: list[str], depth: int, leave: str = "") -> None:
        self.put(depth, "while True:")
        if self.watch:
            self.put(depth + 1, leave)
            self.put(depth + 1, f"watch({s.index}, locals(), t)")
        # the test of a `for` compares inside the loop step: only a written test costs more than the step
        self.put(depth + 1, f"c = {test}")
        self.pay(depth + 1, ir.Const(TABLE["loop_step"]), *([cost(s.test)] if isinstance(s, ir.While) else []))
        self.put(depth + 1, "if t > fuel: raise OutOfFuel")
        self.put(depth + 1, "if not c: break")
        for line in advance:
            self.put(depth + 1, line)
        self.block(s.body, depth + 1)
        self.put(depth, leave)


class _Done(Exception):  # noqa: N818 - control flow of the generated code
    pass


Watch = Callable[[int, dict[str, Value], int], None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A block as a function from the values of `names` to their last values, the ticks, and the returned value if any."""

    names: tuple[str, ...]
    run: Callable[[Sequence[Value], int, Watch | None], tuple[list[Value | None], int, Value | None, str]]
    calls: Calls
    """what other functions of the file were called with of late"""


def compile_block(
    block: ir.Block, names: Sequence[str], limits: Limits, *, watched: bool = False, function: Program | None = None
) -> Compiled:
    """Compile a block over the given variables; `function` is the program that it may call.

    `run(values, fuel, watch)` returns last values (None where unassigned), ticks, the value of `Return` (None where the block
    fell through) and the name of what it raised. Raises OutOfFuel. `watch(loop index, variables, ticks)` is called whenever a
    loop's test is reached, and with 0 for the index before a call of the function itself, whose arguments are then under
    `callee`; the keys of the variables are prefixed with `v_`. What it is given lives on: lists are to be copied.
    """
    writer = _Writer(watched, "" if function is None else function.name)
    writer.block(block, 2)
    return _compiled(writer, names, limits, helpers_in(block), function)


def compile_turns(loop: ir.Loop, names: Sequence[str], limits: Limits) -> Compiled:
    """Compile a loop from the state in which its variables are, the hidden ones of its range included.

    It is run as `compile_block` says; the evaluation of the range itself is not part of it.
    """
    writer = _Writer(watch=False)
    writer.turns(loop, 2)
    return _compiled(writer, names, limits, helpers_in((loop,)))


def _called(program: Program, own: str, require: Expr, *, watched: bool) -> list[str]:
    """Return the definition of a program as a function from its arguments and the fuel to its value and ticks.

    It is called `own`, and raises where `require` does not hold.
    """
    writer = _Writer(watched, own)
    if require != ir.TRUE:
        writer.put(2, f"if not {text(require)}: raise ValueError")
    writer.block(program.body, 2)
    handed_on = "watch, " if watched else ""
    head = [f"def fn_{own}({handed_on}{''.join(f'v_{p.name}, ' for p in program.parameters)}fuel):"]
    head += ["    if fuel < 0: raise OutOfFuel", "    t = 0; r = None"]
    return [*head, "    try:", *writer.lines, "    except Done: pass", "    return r, t"]


def _compiled(
    writer: _Writer, names: Sequence[str], limits: Limits, helpers: Sequence[ir.Helper], function: Program | None = None
) -> Compiled:
    spent, calls = [0], Calls(limits.run_ticks)
    head = ["def run(values, fuel, watch):", "    t = 0; r = None; raised = ''; spent[0] = 0"]
    head += [f"    v_{n} = values[{i}]" for i, n in enumerate(names)]
    foot = ["    except Done: pass"]
    foot += ["    except RecursionError: raise OutOfFuel"]
    foot += ["    except (ZeroDivisionError, ValueError, IndexError) as fault: raised = type(fault).__name__"]
    foot += [f"    return [{', '.join('v_' + n for n in names)}], t, r, raised"]
    builtins = {f.__name__: f for f in (abs, min, max, sum, len, all, any, sorted, list, divmod, locals, type)}
    faults = {f.__name__: f for f in (ZeroDivisionError, ValueError, IndexError, RecursionError)}
    own_names = {"spent": spent, "applied": calls.applied, "OutOfFuel": OutOfFuel, "Done": _Done}
    space: dict[str, object] = {"__builtins__": builtins | faults, **guards(limits, spent), **own_names}
    own = []
    for h in helpers:
        own += _called(h.program, h.label, h.require, watched=False)
        own.append(f"f_{h.label}, t_{h.label} = applied({h.label!r}, fn_{h.label})")
    if function is not None and function.recursive:
        own += _called(function, function.name, ir.TRUE, watched=writer.watch)
    code = "\n".join([*own, *head, "    try:", *writer.lines, *foot])
    exec(compile(code, "<reference>", "exec"), space)  # noqa: S102 - text made here from a typed tree, never from a file
    return Compiled(tuple(names), space["run"], calls)  # type: ignore[arg-type]  # the function just defined


class Interpreter:
    """Runs one program on many inputs."""

    def __init__(self, program: Program, limits: Limits, *, watched: bool = False) -> None:
        """Compile the program; `watched` makes `run` call its `watch`."""
        self.program = program
        self._fuel = limits.run_ticks
        self._locals = [blank(v.type) for v in program.locals]
        names = [v.name for v in program.variables]
        self._compiled = compile_block(program.body, names, limits, watched=watched, function=program)

    def run(self, arguments: Sequence[Value], watch: Watch | None = None) -> Outcome:
        """Run on one input. Raises OutOfFuel."""
        _, ticks, value, raised = self._compiled.run([*arguments, *self._locals], self._fuel, watch)
        return Outcome(value, ticks, raised)

    def called(self, helper: ir.Helper) -> list[tuple[Value, ...]]:
        """Return arguments with which runs called another function of the file, those of late."""
        return self._compiled.calls.seen(helper.label)


def holds(condition: Expr, names: Sequence[str], limits: Limits) -> Callable[[Sequence[Value]], bool]:
    """Return a condition as a function of the values of `names`; where it raises, it does not hold."""
    compiled = compile_block((ir.Return(condition),), names, limits)

    def test(values: Sequence[Value]) -> bool:
        try:
            _, _, value, raised = compiled.run(values, limits.run_ticks, None)
        except OutOfFuel:
            return False
        return value is True and not raised

    return test
