"""Refuses only: a file of Python or TOML -> the numbers in it by name, and the tests in it by name.

What a file that does not parse holds is nothing: whoever compares it with an older one finds everything gone.
"""

import ast
import contextlib
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

Number: TypeAlias = int | float
_BITS: Final = 4096
"""longest number that is computed"""
_DAMAGE: Final = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class Case:
    """A test function, or a table of cases: where it is, whether it is skipped, and how many entries a table of it has."""

    kind: str
    line: int
    skipped: bool = False
    entries: int = 0


def numbers(path: str, content: bytes) -> dict[str, tuple[Number, int]]:
    """Return the numbers that a module, its classes, calls in its constants, or a TOML file give a name, each with its line."""
    if path.endswith(".toml"):
        return dict(_toml_numbers(content))
    tree = _module(content)
    return dict(_numbers(tree.body, "")) if tree and path.endswith(".py") else {}


def cases_in(path: str, content: bytes) -> dict[str, Case]:
    """Return the tests of a file of Python, and the tables of cases that stand in it: by key, or by how long they are."""
    tree = _module(content) if path.endswith(".py") else None
    return dict(_tests(tree.body, "")) if tree else {}


def _module(content: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what another's file escapes wrongly is none of the reader's concern
            return ast.parse(content)
    except _DAMAGE:
        return None


def _named(statements: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.expr, int]]:
    """Yield what assignments give a name, those of classes too."""
    for s in statements:
        match s:
            case (
                ast.Assign(targets=[ast.Name(name)], value=value)
                | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value)
            ):
                yield prefix + name, value, s.lineno
            case ast.ClassDef(name=name, body=body):
                yield from _named(body, f"{prefix}{name}.")


def _numbers(statements: list[ast.stmt], prefix: str) -> Iterator[tuple[str, tuple[Number, int]]]:
    for name, value, line in _named(statements, prefix):
        parts: list[tuple[str, ast.expr]] = [(name, value)]
        if isinstance(value, ast.Call):
            parts = [(f"{name}.{k.arg}", k.value) for k in value.keywords if k.arg]
            parts += [(f"{name}.{i}", a) for i, a in enumerate(value.args)]
        for full, part in parts:
            if (number := _number(part)) is not None:
                yield full, (number, line)


def _number(e: ast.expr) -> Number | None:
    """Return the number that an expression of literals is, None where it is none or a long one."""
    match e:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            found = _number(operand)
            return None if found is None else -found
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _number(left), _number(right)
            with contextlib.suppress(OverflowError):  # an int too long for the float beside it
                return None if a is None or b is None else _computed(a, op, b)
    return None


def _computed(a: Number, op: ast.operator, b: Number) -> Number | None:
    match op:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult() if isinstance(a, float) or isinstance(b, float) or a.bit_length() + b.bit_length() <= _BITS:
            return a * b
        case ast.Pow() if isinstance(a, int) and isinstance(b, int) and 0 <= b * max(a.bit_length(), 1) <= _BITS:
            return int(a**b)
        case ast.LShift() if isinstance(a, int) and isinstance(b, int) and 0 <= b <= _BITS and a.bit_length() <= _BITS:
            return a << b
    return None


def _toml_numbers(content: bytes) -> Iterator[tuple[str, tuple[Number, int]]]:
    try:
        data = tomllib.loads(content.decode())
    except _DAMAGE:
        return
    lines = content.decode().split("\n")
    for name, value in _leaves(data, ""):
        key = name.rpartition(".")[2]
        yield name, (value, next((i for i, line in enumerate(lines, 1) if line.lstrip().startswith(key)), 1))


def _leaves(data: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Number]]:
    for key, value in data.items():
        match value:
            case dict():
                yield from _leaves(value, f"{prefix}{key}.")
            case int() | float():
                yield prefix + key, value


def _tests(statements: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Case]]:
    """Yield tests, those of classes too, and tables of cases at the level of the module."""
    skipped = any(name.rpartition(".")[2] == "pytestmark" and _skips(value) for name, value, _ in _named(statements, ""))
    for s in statements:
        match s:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if s.name.startswith("test"):
                entries = sum(_length(a) for d in s.decorator_list if isinstance(d, ast.Call) for a in d.args)
                yield prefix + s.name, Case("the test", s.lineno, skipped or any(map(_skips, s.decorator_list)), entries)
            case ast.ClassDef() if s.name.startswith("Test"):
                off = skipped or any(map(_skips, s.decorator_list))
                for name, test in _tests(s.body, f"{prefix}{s.name}."):
                    yield name, Case(test.kind, test.line, off or test.skipped, test.entries)
    if not prefix:
        for name, value, line in _named(statements, ""):
            yield from _table(name, value, line)


def _table(name: str, value: ast.expr, line: int) -> Iterator[tuple[str, Case]]:
    """Yield the entries of a table: each by its key, or all by their number."""
    match value:
        case ast.Dict(keys=keys):
            for key in keys:
                if key is not None:
                    yield f"{name}[{ast.unparse(key)[:80]}]", Case("the case", key.lineno)
        case ast.List() | ast.Tuple() | ast.Set():
            yield name, Case("the table", line, entries=_length(value))


def _length(e: ast.expr) -> int:
    return len(e.elts) if isinstance(e, ast.List | ast.Tuple | ast.Set) else 0


def _skips(decorator: ast.expr) -> bool:
    """Return whether a mark, or one of a list of marks, keeps tests from running or from failing."""
    marks = decorator.elts if isinstance(decorator, ast.List | ast.Tuple) else [decorator]
    names = (ast.unparse(m.func if isinstance(m, ast.Call) else m).rpartition(".")[2] for m in marks)
    return any(name in ("skip", "skipif", "xfail") for name in names)
