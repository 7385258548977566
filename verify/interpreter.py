"""Refuses only: the reference reading of the typed tree: values and ticks, by generated Python with counters.

It exists to find wrong candidates fast and to measure; nothing is accepted because of what it returns. The generated text is
made from the tree alone, with names of its own, and holds no construct that the tree does not have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from verify import ir
from verify.ir import Expr, Program, Value
from verify.limits import Limits
from verify.ticks import TABLE, cost

State = list[Value]
SYMBOL: Final = {"add": "+", "sub": "-", "floordiv": "//", "mod": "%"}
RELATION: Final = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}


class OutOfFuel(Exception):  # noqa: N818 - an outcome, not an error
    """A run passed its limit of ticks or of integer length."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave: a value, or the name of what it raised; and the ticks up to then."""

    value: Value | None
    ticks: int
    raised: str = ""


def text(e: Expr, prefix: str = "v_", product: str = "times({}, {})") -> str:
    """Return an expression as Python text: `prefix` goes before each variable, `product` is how a multiplication is written."""

    def go(x: Expr) -> str:
        return text(x, prefix, product)

    match e:
        case ir.Const(value):
            return f"({value!r})" if value < 0 else repr(value)
        case ir.Var(name):
            return prefix + name
        case ir.Unary(op, operand):
            return {"neg": "(-{})", "abs": "abs({})", "not": "(not {})", "truth": "({} != 0)"}[op].format(go(operand))
        case ir.Binary("mul", left, right):
            return product.format(go(left), go(right))
        case ir.Binary(op, left, right):
            return f"({go(left)} {SYMBOL[op]} {go(right)})"
        case ir.Extremum(op, operands):
            return f"{op}({', '.join(map(go, operands))})"
        case ir.Compare(operands, relations):
            links = "".join(f" {RELATION[r]} {go(o)}" for r, o in zip(relations, operands[1:], strict=True))
            return f"({go(operands[0])}{links})"
        case ir.Logic(op, operands):
            return "(" + f" {op} ".join(map(go, operands)) + ")"
        case ir.Choice(test, then, orelse):
            return f"({go(then)} if {go(test)} else {go(orelse)})"


class _Writer:
    """Writes statements as Python lines that keep the tick count `t`."""

    def __init__(self, watch: bool) -> None:  # noqa: FBT001 - private
        self.lines: list[str] = []
        self.watch = watch

    def put(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def pay(self, depth: int, *amounts: Expr) -> None:
        fixed = sum(a.value for a in amounts if isinstance(a, ir.Const))
        varying = [text(a) for a in amounts if not isinstance(a, ir.Const)]
        if parts := ([str(fixed)] if fixed else []) + varying:
            self.put(depth, f"t += {' + '.join(parts)}")

    def block(self, block: ir.Block, depth: int) -> None:
        if not block:
            self.put(depth, "pass")
        for s in block:
            self.statement(s, depth)

    def statement(self, s: ir.Statement, depth: int) -> None:
        one = ir.Const
        match s:
            case ir.Assign(targets, values):
                self.put(depth, f"{', '.join('w_' + n for n in targets)}, = {', '.join(map(text, values))},")
                self.pay(depth, *map(cost, values), one(TABLE["assignment"] * len(targets)))
                self.put(depth, f"{', '.join('v_' + n for n in targets)}, = {', '.join('w_' + n for n in targets)},")
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
            case ir.While():
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

    def turns(self, s: ir.Loop, depth: int) -> None:
        """Write a loop's turns, from whatever state its variables are in."""
        if isinstance(s, ir.While):
            self.loop(s, s.test, [], depth)
            return
        step = text(s.step) if isinstance(s.step, ir.Const) else f"v_step_{s.index}"
        advance = [
            f"v_{s.variable} = v_next_{s.index}",
            f"v_next_{s.index} = v_next_{s.index} + {step}",
            f"t += {TABLE['assignment']}",
        ]
        self.loop(s, going(s), advance, depth)

    def loop(self, s: ir.Loop, test: Expr, advance: list[str], depth: int) -> None:
        self.put(depth, "while True:")
        if self.watch:
            self.put(depth + 1, f"watch({s.index}, locals(), t)")
        # the test of a range compares inside the loop step: only a written test costs more than the step
        self.put(depth + 1, f"c = {text(test)}")
        self.pay(depth + 1, ir.Const(TABLE["loop_step"]), *([cost(test)] if isinstance(s, ir.While) else []))
        self.put(depth + 1, "if t > fuel: raise OutOfFuel")
        self.put(depth + 1, "if not c: break")
        for line in advance:
            self.put(depth + 1, line)
        self.block(s.body, depth + 1)


def going(loop: ir.For) -> Expr:
    """Return the condition under which a range has another element, over its hidden variables."""
    following, stop, step = (ir.Var(f"{kind}_{loop.index}", "int") for kind in ("next", "stop", "step"))
    up, down = ir.Compare((following, stop), ("lt",)), ir.Compare((following, stop), ("gt",))
    if isinstance(loop.step, ir.Const):
        return up if loop.step.value > 0 else down
    return ir.Choice(ir.Compare((step, ir.Const(0)), ("gt",)), up, down)


class _Done(Exception):  # noqa: N818 - control flow of the generated code
    pass


Watch = Callable[[int, dict[str, Value], int], None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A block as a function from the values of `names` to their last values, the ticks, and the returned value if any."""

    names: tuple[str, ...]
    run: Callable[[Sequence[Value], int, Watch | None], tuple[list[Value | None], int, Value | None, str]]


def compile_block(block: ir.Block, names: Sequence[str], limits: Limits, *, watched: bool = False) -> Compiled:
    """Compile a block over the given variables.

    `run(values, fuel, watch)` returns last values (None where unassigned), ticks, the value of `Return` (None where the block
    fell through) and the name of what it raised. Raises OutOfFuel. `watch(loop index, variables, ticks)` is called whenever a
    loop's test is reached; the keys of the variables are prefixed with `v_`.
    """
    writer = _Writer(watched)
    writer.block(block, 2)
    return _compiled(writer, names, limits)


def compile_turns(loop: ir.Loop, names: Sequence[str], limits: Limits) -> Compiled:
    """Compile a loop from the state in which its variables are, the hidden ones of its range included.

    It is run as `compile_block` says; the evaluation of the range itself is not part of it.
    """
    writer = _Writer(watch=False)
    writer.turns(loop, 2)
    return _compiled(writer, names, limits)


def _compiled(writer: _Writer, names: Sequence[str], limits: Limits) -> Compiled:
    head = ["def run(values, fuel, watch):", "    t = 0; r = None; raised = ''"]
    head += [f"    v_{n} = values[{i}]" for i, n in enumerate(names)]
    foot = ["    except Done: pass", "    except (ZeroDivisionError, ValueError) as fault: raised = type(fault).__name__"]
    foot += [f"    return [{', '.join('v_' + n for n in names)}], t, r, raised"]
    bits = limits.run_bits

    def times(a: int, b: int) -> int:
        if a.bit_length() + b.bit_length() > bits:
            raise OutOfFuel
        return a * b

    builtins = {"abs": abs, "min": min, "max": max, "locals": locals, "type": type,
                "ZeroDivisionError": ZeroDivisionError, "ValueError": ValueError}  # fmt: skip
    space: dict[str, object] = {"__builtins__": builtins, "times": times, "OutOfFuel": OutOfFuel, "Done": _Done}
    code = "\n".join([*head, "    try:", *writer.lines, *foot])
    exec(compile(code, "<reference>", "exec"), space)  # noqa: S102 - text made here from a typed tree, never from a file
    return Compiled(tuple(names), space["run"])  # type: ignore[arg-type]  # the function just defined


class Interpreter:
    """Runs one program on many inputs."""

    def __init__(self, program: Program, limits: Limits, *, watched: bool = False) -> None:
        """Compile the program; `watched` makes `run` call its `watch`."""
        self.program = program
        self._fuel = limits.run_ticks
        self._locals = [0 if v.type == "int" else False for v in program.locals]
        names = [v.name for v in program.variables]
        self._compiled = compile_block(program.body, names, limits, watched=watched)

    def run(self, arguments: Sequence[Value], watch: Watch | None = None) -> Outcome:
        """Run on one input. Raises OutOfFuel."""
        _, ticks, value, raised = self._compiled.run([*arguments, *self._locals], self._fuel, watch)
        return Outcome(value, ticks, raised)


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
