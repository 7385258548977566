"""One function, run by CPython, by the interpreter, and by an evaluator in which lists are plainly values."""

import ast
from collections.abc import Callable
from typing import Any

from verify import ir
from verify.interpreter import Interpreter, text
from verify.ir import Expr, Name, Program, Value
from verify.limits import DEFAULT
from verify.program import to_program
from verify.source import to_source
from verify.types import blank, copied

Ran = tuple[Value | None, str]
"""a value, or the name of what was raised"""
RAISED = (ZeroDivisionError, ValueError, IndexError)


def program_of(source_text: str) -> Program:
    """Return the one function of a file as its typed tree."""
    source = to_source(source_text.encode(), "f.py", DEFAULT)
    (node,) = (n for n in source.tree.body if isinstance(n, ast.FunctionDef))
    return to_program(source, node)


def in_cpython(source_text: str, name: Name = "f") -> Callable[..., Ran]:
    """Return the function as CPython runs it; the notes of `verify` do nothing."""
    space: dict[str, Any] = {"invariant": lambda _: None, "decreases": lambda _: None}
    exec(compile(source_text, "<f>", "exec"), space)  # noqa: S102 - text of the tests

    def run(*arguments: Value) -> Ran:
        try:
            return space[name](*map(copied, arguments)), ""
        except RAISED as fault:
            return None, type(fault).__name__

    return run


def interpreted(program: Program) -> Callable[..., Ran]:
    """Return the function as the interpreter runs it."""
    made = Interpreter(program, DEFAULT)

    def run(*arguments: Value) -> Ran:
        outcome = made.run([copied(a) for a in arguments])
        return outcome.value, outcome.raised

    return run


class _Left(Exception):  # noqa: N818 - control flow
    pass


class _Broken(_Left):
    pass


class _Continued(_Left):
    pass


class _Returned(_Left):
    def __init__(self, value: Value) -> None:
        self.value = value


def by_value(program: Program) -> Callable[..., Ran]:
    """Return the function with every assignment storing a copy, so that no two names ever hold one list."""

    def run(*arguments: Value) -> Ran:
        try:
            return _call(program, arguments), ""
        except RAISED as fault:
            return None, type(fault).__name__

    return run


def _call(program: Program, arguments: tuple[Value, ...]) -> Value:
    state = {v.name: blank(v.type) for v in program.locals}
    state |= {p.name: copied(a) for p, a in zip(program.parameters, arguments, strict=True)}
    try:
        _block(program, program.body, state)
    except _Returned as done:
        return done.value
    raise AssertionError("a program ends in a return")


def _updated(operand: list[Value], index: int, value: Value) -> list[Value]:
    out = operand[:]
    out[index] = value
    return out


def _popped(operand: list[Value]) -> list[Value]:
    operand[-1]
    return operand[:-1]


def evaluate(e: Expr, state: dict[Name, Value]) -> Value:
    """Return the value of an expression."""
    space = {f"v_{name}": value for name, value in state.items()}
    return copied(eval(text(e, guarded=False), {"updated": _updated, "popped": _popped, **space}))  # type: ignore[no-any-return]  # noqa: S307


def _block(program: Program, block: ir.Block, state: dict[Name, Value]) -> None:
    for s in block:
        _statement(program, s, state)


def _statement(program: Program, s: ir.Statement, state: dict[Name, Value]) -> None:  # noqa: PLR0912 - one arm a kind
    match s:
        case ir.Assign(targets, values):
            state |= dict(zip(targets, [evaluate(e, state) for e in values], strict=True))
        case ir.Call(target, _, arguments):
            state[target] = _call(program, tuple(evaluate(e, state) for e in arguments))
        case ir.Return(value):
            raise _Returned(evaluate(value, state))
        case ir.If(test, then, orelse):
            _block(program, then if evaluate(test, state) else orelse, state)
        case ir.Break():
            raise _Broken
        case ir.Continue():
            raise _Continued
        case ir.While(test=test, body=body):
            while evaluate(test, state) and _turn(program, body, state):
                pass
        case ir.For(variable=variable, body=body):
            for i in range(*(evaluate(e, state) for e in ir.expressions(s))):  # type: ignore[arg-type]  # ints
                state[variable] = i
                if not _turn(program, body, state):
                    break
        case ir.ForEach(variable=variable, source=source, body=body):
            for x in evaluate(source, state):  # type: ignore[union-attr]  # a list
                state[variable] = copied(x)
                if not _turn(program, body, state):
                    break


def _turn(program: Program, body: ir.Block, state: dict[Name, Value]) -> bool:
    try:
        _block(program, body, state)
    except _Continued:
        pass
    except _Broken:
        return False
    return True


def readings(source_text: str, *arguments: Value) -> Ran:
    """Return what a function gives, having seen that all three readings give the same."""
    program = program_of(source_text)
    found = in_cpython(source_text, program.name)(*arguments)
    for other in (interpreted(program), by_value(program)):
        got = other(*arguments)
        assert (type(got[0]), got) == (type(found[0]), found), source_text
    return found
