"""The reference interpreter and the SMT reading agree on random expressions and programs over tuples, lists and bits."""

import ast
import random
from collections.abc import Callable

import sequences
import z3  # type: ignore[import-untyped]

from verify import ir, smt
from verify.interpreter import Interpreter, OutOfFuel, compile_block
from verify.ir import Expr, Program, Value
from verify.limits import DEFAULT
from verify.program import read_type, to_expression, to_program
from verify.reasons import Refusal
from verify.source import Source, to_source

SEED = 20261121
EXPRESSIONS = 250
PROGRAMS = 60
INPUTS = 3
NAMES = list(sequences.PARAMETERS)
Evaluate = Callable[[z3.ExprRef], z3.ExprRef]


def source_of(text: str) -> Source:
    return to_source(text.encode(), "generated.py", DEFAULT)


TYPES = {n: read_type(source_of(t), ast.parse(t, mode="eval").body) for n, t in sequences.PARAMETERS.items()}
VARIABLES = smt.variables([ir.Var(n, t) for n, t in TYPES.items()])


def zero(term: smt.Term) -> Value:
    """Return a value for what an input does not have, the elements of a list beyond its length."""
    match term:
        case smt.Lists():
            return []
        case tuple():
            return tuple(map(zero, term))
        case _:
            return 0 if z3.is_int(term) else False


def swaps(term: smt.Term, value: Value) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
    """Return what to put in for the unknowns of a parameter."""
    match term:
        case smt.Lists(ways):
            assert isinstance(value, list)
            elements = ways[-1][1]
            row = value + [zero(x) for x in elements[len(value) :]]
            inner = [pair for x, v in zip(elements, row, strict=True) for pair in swaps(x, v)]
            return [(ways[0][0].arg(0), smt.literal(len(value))), *inner]
        case tuple():
            assert isinstance(value, tuple)
            return [pair for x, v in zip(term, value, strict=True) for pair in swaps(x, v)]
        case _:
            return [(term, smt.literal(value))]


def at(arguments: tuple[Value, ...]) -> Evaluate:
    """Return what evaluates terms over the parameters at a point."""
    swap = [pair for n, v in zip(NAMES, arguments, strict=True) for pair in swaps(VARIABLES[n], v)]
    return lambda term: z3.simplify(z3.substitute(term, swap))


def literals(arguments: tuple[Value, ...]) -> smt.Terms:
    return {n: smt.literal(v) for n, v in zip(NAMES, arguments, strict=True)}


def decided(term: z3.BoolRef, evaluate: Evaluate) -> bool:
    found = smt.concrete(term, evaluate)
    assert isinstance(found, bool)
    return found


def same(one: Value | None, other: Value | None) -> bool:
    """Say whether two values are equal, and of one type all the way down."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def expressions(rng: random.Random) -> list[tuple[str, Expr]]:
    found = []
    for i in range(EXPRESSIONS):
        name = NAMES[i % len(NAMES)]
        text = sequences.expression(rng, sequences.PARAMETERS[name])
        source = source_of(text)
        (only,) = source.tree.body
        assert isinstance(only, ast.Expr)
        found.append((text, to_expression(source, only.value, TYPES, TYPES[name])))
    return found


def programs(rng: random.Random) -> list[tuple[str, Program]]:
    found: list[tuple[str, Program]] = []
    while len(found) < PROGRAMS:
        text = sequences.program(rng)
        source = source_of(text)
        (definition,) = source.tree.body
        assert isinstance(definition, ast.FunctionDef)
        try:
            found.append((text, to_program(source, definition)))
        except Refusal:
            continue  # a list that is changed while a loop goes over it
    return found


def test_expressions_mean_in_smt_what_they_mean_in_the_interpreter() -> None:
    rng = random.Random(SEED)
    raised = read = cut = 0
    for text, e in expressions(rng):
        general, run = smt.read(e, VARIABLES, DEFAULT.smt_unroll), compile_block((ir.Return(e),), NAMES, DEFAULT).run
        for arguments in sequences.inputs(rng, INPUTS):
            try:
                _, _, due, fault = run(arguments, DEFAULT.run_ticks, None)
            except OutOfFuel:
                continue
            plain = smt.read(e, literals(arguments), DEFAULT.smt_unroll)
            for reading, evaluate in ((general, at(arguments)), (plain, z3.simplify)):
                if decided(reading.cut, evaluate):
                    cut += 1
                    continue
                assert decided(reading.raises, evaluate) == bool(fault), (text, arguments)
                raised, read = raised + bool(fault), read + (not fault)
                if not fault:
                    assert same(smt.concrete(reading.value, evaluate), due), (text, arguments)
    assert raised > EXPRESSIONS // 4
    assert read > EXPRESSIONS * INPUTS
    assert cut < EXPRESSIONS * INPUTS // 20  # what is small is hardly ever cut off


def test_programs_mean_in_smt_what_they_mean_in_the_interpreter() -> None:
    rng = random.Random(SEED)
    raised = read = cut = 0
    for text, program in programs(rng):
        general, interpreter = smt.execute(program, VARIABLES, 3), Interpreter(program, DEFAULT)
        for arguments in sequences.inputs(rng, INPUTS):
            try:
                outcome = interpreter.run(arguments)
            except OutOfFuel:
                continue
            for execution, evaluate in ((general, at(arguments)), (smt.execute(program, literals(arguments), 12), z3.simplify)):
                ways = [decided(c, evaluate) for c in (execution.returned, execution.raised, execution.cut)]
                assert sum(ways) == 1, (text, arguments)
                if ways[2]:
                    cut += 1
                    continue
                assert ways[1] == bool(outcome.raised), (text, arguments)
                raised, read = raised + ways[1], read + ways[0]
                if ways[0]:
                    assert execution.value is not None
                    assert same(smt.concrete(execution.value, evaluate), outcome.value), (text, arguments)
    assert min(raised, read) > PROGRAMS
    assert cut < PROGRAMS * INPUTS // 4
