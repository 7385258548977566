"""How fast the reference interpreter runs loops: ticks a second, and its time against CPython's own on the same functions."""

import argparse
import ast
import dataclasses
import statistics
import time
from collections.abc import Callable

from verify.interpreter import Interpreter
from verify.limits import DEFAULT
from verify.program import to_program
from verify.source import to_source

LIMITS = dataclasses.replace(DEFAULT, run_ticks=10**9)
PROGRAMS = {
    "arithmetic in two loops": ("""
def f(n: int) -> int:
    t = 0
    for i in range(n):
        for j in range(100):
            if (i + j) % 3 == 0:
                t += i * j % 7
            else:
                t -= 1
    return t
""", 2_000),
    "a `while` on two variables": ("""
def f(n: int) -> int:
    a, b, k = 0, 1, 0
    while k < n and a >= 0:
        a, b = b, (a + b) % 1000007
        k += 1
    return a
""", 200_000),
    "a sieve in a list": ("""
def f(n: int) -> int:
    prime = [True] * n
    count = 0
    for i in range(2, n):
        if prime[i]:
            count += 1
            for j in range(i * i, n, i):
                prime[j] = False
    return count
""", 100_000),
    "a list, appended to and gone over": ("""
def f(n: int) -> int:
    found: list[int] = []
    for i in range(n):
        if i % 3 != 1:
            found.append(i * i)
    t = 0
    for x in found:
        t += x if x % 2 == 0 else -x
    return t
""", 100_000),
    "a sum over a generator": ("""
def f(n: int) -> int:
    return sum(i * i for i in range(n) if i % 3 == 0)
""", 100_000),
}  # fmt: skip


def seconds(run: Callable[[], object], times: int) -> float:
    """Return the median time of a call, in seconds."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def measure(name: str, text: str, n: int, runs: int) -> str:
    """Return the line of one program. Raises ValueError where the two disagree."""
    source = to_source(text.lstrip().encode(), "f.py", LIMITS)
    (definition,) = source.tree.body
    if not isinstance(definition, ast.FunctionDef):
        raise TypeError(name)
    machine = Interpreter(to_program(source, definition), LIMITS)
    space: dict[str, Callable[[int], object]] = {}
    exec(text, space)
    outcome = machine.run([n])
    if outcome.value != space["f"](n):
        raise ValueError(name)
    mine, python = seconds(lambda: machine.run([n]), runs), seconds(lambda: space["f"](n), runs)
    return f"{name:36} {outcome.ticks / mine / 1e6:6.1f} million ticks a second, {mine / python:5.1f} times CPython's time"


def main() -> None:
    """Print one line a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    for name, (text, n) in PROGRAMS.items():
        print(measure(name, text, n, runs))


if __name__ == "__main__":
    main()
