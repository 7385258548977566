"""One function, run by CPython, by the interpreter, and by an evaluator in which lists are plainly values."""

from collections.abc import Callable
from typing import Any

from tests.fuzz.counting import FAULTS, Counting
from verify.functions import definitions, to_functions
from verify.interpreter import Interpreter
from verify.ir import Name, Program, Value
from verify.limits import DEFAULT
from verify.source import to_source
from verify.types import copied

Ran = tuple[Value | None, str]
"""a value, or the name of what was raised"""
RAISED = (ZeroDivisionError, ValueError, IndexError)


def program_of(source_text: str) -> Program:
    """Return the last function of a file as its typed tree."""
    source = to_source(source_text.encode(), "f.py", DEFAULT)
    nodes = definitions(source)
    return to_functions(source, nodes, frozenset())[nodes[-1].name].program(source)


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


def by_value(program: Program) -> Callable[..., Ran]:
    """Return the function with every change of a list made as a new one, so that no two names ever hold one list."""

    def run(*arguments: Value) -> Ran:
        given = {p.name: copied(a) for p, a in zip(program.parameters, arguments, strict=True)}
        try:
            return Counting(given).run(program), ""
        except FAULTS as fault:
            return None, type(fault).__name__

    return run


def readings(source_text: str, *arguments: Value) -> Ran:
    """Return what a function gives, having seen that all three readings give the same."""
    program = program_of(source_text)
    found = in_cpython(source_text, program.name)(*arguments)
    for other in (interpreted(program), by_value(program)):
        got = other(*arguments)
        assert (type(got[0]), got) == (type(found[0]), found), source_text
    return found
