"""CPython, the reference interpreter, the tick table and the SMT reading agree on random programs."""

import ast
import functools
import random
from collections.abc import Callable
from typing import Any

import generate
import pytest
import z3  # type: ignore[import-untyped]

from verify import ir, smt
from verify.interpreter import Interpreter, OutOfFuel, compile_block
from verify.ir import Expr, Program, Value
from verify.limits import DEFAULT
from verify.program import to_program
from verify.source import to_source
from verify.ticks import TABLE, cost

SEED = 20240607
EXPRESSIONS = 400
PROGRAMS = 400
INPUTS = 8
NAMES = list(generate.PARAMETERS)
Case = tuple[str, Program, list[tuple[Value, ...]]]


def cases(make: Callable[[random.Random], str], count: int) -> list[Case]:
    rng = random.Random(SEED)
    found = []
    for _ in range(count):
        text = make(rng)
        source = to_source(text.encode(), "generated.py", DEFAULT)
        (definition,) = source.tree.body
        assert isinstance(definition, ast.FunctionDef)
        found.append((text, to_program(source, definition), generate.inputs(rng, INPUTS)))
    return found


def in_python(text: str) -> Callable[[tuple[Value, ...]], tuple[Value | None, str]]:
    space: dict[str, Any] = {}
    exec(compile(text, "<generated>", "exec"), space)  # noqa: S102 - text from the generator beside this file

    def run(arguments: tuple[Value, ...]) -> tuple[Value | None, str]:
        try:
            return space["f"](*arguments), ""
        except Exception as fault:  # noqa: BLE001 - whatever it raises is the outcome
            return None, type(fault).__name__

    return run


def same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def value_of(term: z3.ExprRef, kind: str) -> Value:
    term = z3.simplify(term)
    if kind == "bool":
        assert z3.is_true(term) or z3.is_false(term), term
        return bool(z3.is_true(term))
    assert z3.is_int_value(term), term
    return int(term.as_long())


def expressions() -> list[tuple[str, Expr, list[tuple[Value, ...]]]]:
    found = []
    for kind in ("int", "bool"):
        for text, program, inputs in cases(functools.partial(generate.expression, kind=kind), EXPRESSIONS // 2):
            (only,) = program.body
            assert isinstance(only, ir.Return)
            found.append((text, only.value, inputs))
    return found


class Counting:
    """The meaning of the tree and its ticks once more, as plainly as can be, so as not to share the interpreter's mistakes."""

    def __init__(self, state: dict[str, Value]) -> None:
        self.state, self.ticks = state, 0

    def pay(self, what: str, times: int = 1) -> None:
        self.ticks += TABLE[what] * times

    def value(self, e: Expr) -> Any:  # noqa: PLR0912 - one case a construct
        match e:
            case ir.Const(value):
                return value
            case ir.Var(name):
                return self.state[name]
            case ir.Unary("truth", operand):
                return self.value(operand) != 0
            case ir.Unary(op, operand):
                value = self.value(operand)
                self.pay("call" if op == "abs" else "operator")
                return abs(value) if op == "abs" else -value if op == "neg" else not value
            case ir.Binary(op, left, right):
                a, b = self.value(left), self.value(right)
                self.pay("operator")
                return {"add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b,
                        "floordiv": lambda: a // b, "mod": lambda: a % b}[op]()  # fmt: skip
            case ir.Extremum(op, operands):
                values = [self.value(o) for o in operands]
                self.pay("extremum_operand", len(values))
                return min(values) if op == "min" else max(values)
            case ir.Choice(test, then, orelse):
                c = self.value(test)
                self.pay("branch_test")
                return self.value(then if c else orelse)
            case ir.Logic(op, operands):
                value = self.value(operands[0])
                for operand in operands[1:]:
                    if value == (op == "or"):
                        return value
                    self.pay("operator")
                    value = self.value(operand)
                return value
            case ir.Compare(operands, relations):
                left = self.value(operands[0])
                for relation, operand in zip(relations, operands[1:], strict=True):
                    right = self.value(operand)
                    self.pay("comparison")
                    if not {"lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right,
                            "eq": left == right, "ne": left != right}[relation]:  # fmt: skip
                        return False
                    left = right
                return True

    def run(self, block: ir.Block) -> tuple[Value] | None:
        for s in block:
            match s:
                case ir.Assign(targets, values):
                    found = [self.value(v) for v in values]
                    self.pay("assignment", len(targets))
                    self.state.update(zip(targets, found, strict=True))
                case ir.Return(value):
                    return (self.value(value),)
                case ir.If(test, then, orelse):
                    c = self.value(test)
                    self.pay("branch_test")
                    if (out := self.run(then if c else orelse)) is not None:
                        return out
                case ir.While(test=test, body=body):
                    while True:
                        self.pay("loop_step")
                        if not self.value(test):
                            break
                        if (out := self.run(body)) is not None:
                            return out
                case ir.For(variable=variable, start=start, stop=stop, step=step, body=body):
                    bounds = [self.value(start), self.value(stop), self.value(step)]
                    self.pay("call")
                    for i in range(*bounds):
                        self.pay("loop_step")
                        self.pay("assignment")
                        self.state[variable] = i
                        if (out := self.run(body)) is not None:
                            return out
                    self.pay("loop_step")
        return None


def test_expressions_agree_in_value_raise_safety_and_ticks() -> None:
    raised = 0
    for text, e, inputs in expressions():
        python = in_python(text)
        evaluate, safe, ticks = (compile_block((ir.Return(x),), NAMES, DEFAULT) for x in (e, ir.safe(e), cost(e)))
        for arguments in inputs:
            value, fault = python(arguments)
            raised += bool(fault)
            _, counted, read, seen = evaluate.run(arguments, DEFAULT.run_ticks, None)
            assert seen == fault, (text, arguments)
            _, _, fine, unsafe = safe.run(arguments, DEFAULT.run_ticks, None)
            assert (fine, unsafe) == (not fault, ""), (text, arguments)
            if fault:
                continue
            assert same(read, value), (text, arguments)
            plain = Counting(dict(zip(NAMES, arguments, strict=True)))
            assert same(plain.value(e), value), (text, arguments)
            _, _, due, _ = ticks.run(arguments, DEFAULT.run_ticks, None)
            assert plain.ticks == counted == due, (text, arguments)
    assert raised > EXPRESSIONS // 4  # the generator does reach what raises


def test_expressions_mean_in_smt_what_they_mean_in_python() -> None:
    variables = smt.variables([ir.Var(n, "int" if t == "int" else "bool") for n, t in generate.PARAMETERS.items()])
    for text, e, inputs in expressions():
        python = in_python(text)
        value, raises = smt.read(e, variables)
        for arguments in inputs:
            swap = [(variables[n], smt.literal(v)) for n, v in zip(NAMES, arguments, strict=True)]
            due, fault = python(arguments)
            assert value_of(z3.substitute(raises, swap), "bool") == bool(fault), (text, arguments)
            if not fault:
                assert same(value_of(z3.substitute(value, swap), e.type), due), (text, arguments)


def test_programs_agree_in_value_raise_and_ticks() -> None:
    ran = 0
    for text, program, inputs in cases(generate.program, PROGRAMS):
        python, interpreter = in_python(text), Interpreter(program, DEFAULT)
        for arguments in inputs:
            try:
                outcome = interpreter.run(arguments)
            except OutOfFuel:
                continue
            ran += 1
            value, fault = python(arguments)
            assert outcome.raised == fault, (text, arguments)
            assert same(outcome.value, value), (text, arguments)
            if not fault:
                plain = Counting(dict(zip(NAMES, arguments, strict=True)))
                assert plain.run(program.body) == (value,), (text, arguments)
                assert plain.ticks == outcome.ticks, (text, arguments)
    assert ran > PROGRAMS * INPUTS * 9 // 10


@pytest.mark.parametrize("symbolic", [True, False])
def test_programs_mean_in_smt_what_they_mean_in_python(symbolic: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Executed over variables with values put in afterwards, and executed over the values themselves."""
    ended = 0
    for text, program, inputs in cases(generate.program, PROGRAMS // 4):
        python, interpreter = in_python(text), Interpreter(program, DEFAULT)
        variables = smt.variables(program.parameters)
        general = smt.execute(program, variables, 3)
        for arguments in inputs[:3]:
            try:
                interpreter.run(arguments)
            except OutOfFuel:
                continue
            literals = {n: smt.literal(v) for n, v in zip(NAMES, arguments, strict=True)}
            swap = [(variables[n], literals[n]) for n in NAMES] if symbolic else []
            execution = general if symbolic else smt.execute(program, literals, 12)
            parts = [z3.substitute(x, swap) for x in (execution.returned, execution.raised, execution.cut)]
            returned, raised, cut = (value_of(p, "bool") for p in parts)
            assert returned + raised + cut == 1, (text, arguments)
            if cut:
                continue
            ended += 1
            value, fault = python(arguments)
            assert bool(fault) == raised, (text, arguments)
            if not fault:
                assert execution.value is not None
                assert same(value_of(z3.substitute(execution.value, swap), program.result), value), (text, arguments)
    assert ended > PROGRAMS // 2


def test_floor_division_and_modulo_for_all_signs() -> None:
    a, b = z3.Ints("a b")
    for x in range(-9, 10):
        for y in [n for n in range(-4, 5) if n]:
            swap = [(a, z3.IntVal(x)), (b, z3.IntVal(y))]
            assert value_of(z3.substitute(smt.floor_div(a, b), swap), "int") == x // y
            assert value_of(z3.substitute(smt.floor_mod(a, b), swap), "int") == x % y
            assert value_of(smt.floor_div(z3.IntVal(x), z3.IntVal(y)), "int") == x // y
            assert value_of(smt.floor_mod(z3.IntVal(x), z3.IntVal(y)), "int") == x % y
