"""Measured times of two versions of a target, paired: in turns, on the same inputs, in one CPython process.

A measurement decides nothing. Only accepted versions are measured: both are proved to end and to raise nothing, and hold
nothing but the checked language; the child that runs them is isolated, in the sandbox, limited and killed when its time is over.
"""

import contextlib
import itertools
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from loop.hosting.baselines import strided
from loop.hosting.hosted import hosted
from verify.interpreter import holds
from verify.ir import Value
from verify.limits import Limits
from verify.python_run import MODULES as RUNNING
from verify.python_run import function_text, tagged
from verify.reasons import literal
from verify.sandbox import CLOSED, sandbox
from verify.spec import Spec
from verify.task import Version
from verify.types import Key, ListOf, TupleOf, Type, has_list, key

SECONDS: Final = 3
"""wall clock of the whole measurement"""
SIZES: Final = (3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
TRIES: Final = 2_000
"""inputs that are tried for each size; fewer where there are long lists among them, down to LEAST"""
LEAST: Final = 30
STRIDE: Final = 7_919
"""a prime: its multiples go through the numbers below any size in an order that is not sorted"""
SHOWN: Final = 12
"""elements of a list that is shown whole"""
SLOWER: Final = 1.10
"""from this ratio on a version counts as slower"""

MODULES: Final = (*RUNNING, "json", "time")
CHILD: Final = """
job = json.loads(sys.stdin.read())
names = (abs, all, any, divmod, len, list, max, min, pow, range, reversed, sorted, sum)
space = {"__builtins__": {f.__name__: f for f in names}}
exec(compile(job["code"], "<functions>", "exec"), space)
clock, pair = time.perf_counter_ns, (space["__old__"], space["__new__"])
def read(v):
    (kind, held), = v.items()
    if kind in ("list", "tuple"):
        return (list if kind == "list" else tuple)([read(x) for x in held])
    return held if kind == "bool" else int(held, 16)
def once(f, values, turns):
    start = clock()
    for _ in range(turns):
        f(*values)
    return (clock() - start) // turns
for number, given in enumerate(job["inputs"]):
    values = [read(v) for v in given]
    first = [once(f, values, 1) for f in pair]
    turns = [max(1, min(1000, 100_000 // max(1, ns))) for ns in first]
    best = [min(column) for column in zip(*([once(f, values, n) for f, n in zip(pair, turns)] for _ in range(5)))]
    print(json.dumps([number, *best]), flush=True)
    if max(first) > 20_000_000:
        break
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """The best of five runs of each version on one input, in nanoseconds."""

    arguments: tuple[Value, ...]
    old: int
    new: int

    @property
    def slower(self) -> bool:
        """Whether the new version takes longer by more than a tenth."""
        return self.new > SLOWER * self.old

    @property
    def ratio(self) -> float:
        """How many times as fast the new version is."""
        return self.old / max(1, self.new)


def measure(spec: Spec, old: Version, new: Version, limits: Limits) -> tuple[Timing, ...]:
    """Measure two accepted versions on allowed inputs that grow, up to one on which a run takes 20 milliseconds or so.

    Returns what was measured before the time was over; nothing where no allowed input was found.
    """
    inputs = list(growing_inputs(spec, limits))
    job = {
        "code": "".join(
            function_text(v, spec.name, n, guarded=False) for v, n in ((old, "__old__"), (new, "__new__"))
        ),
        "inputs": [[tagged(v) for v in values] for values in inputs],
    }
    out = []
    for line in _output(json.dumps(job).encode(), limits).split(b"\n")[:-1]:
        match json.loads(line):
            case [int(number), int(old_ns), int(new_ns)]:
                out.append(Timing(inputs[number], old_ns, new_ns))
    return tuple(out)


def growing_inputs(spec: Spec, limits: Limits, sizes: Sequence[int] = SIZES) -> Iterator[tuple[Value, ...]]:
    """Yield an allowed input for each size that has one, in the order of the sizes."""
    parameters = spec.program.parameters
    allowed = holds(spec.require, [p.name for p in parameters], limits)
    seen: set[Key] = set()
    for size in sizes:
        # two equal numbers are a special case of many functions, so every other parameter starts from the second choice
        columns = [_of_size(p.type, size, i % 2) for i, p in enumerate(parameters)]
        # looking at a long list takes its time, too
        tries = TRIES // max(1, size // 100) if any(has_list(p.type) for p in parameters) else TRIES
        tried = itertools.islice(itertools.product(*columns), max(LEAST, tries))
        found = next((values for values in tried if allowed(values)), None)
        if found is not None and key(found) not in seen:
            seen.add(key(found))
            yield found


def _of_size(t: Type, size: int, turn: int) -> list[Value]:
    """Return values of a type that go with a size, the likeliest first: about that number, about so many elements."""
    match t:
        case "int":
            numbers: list[Value] = [size, size * 2 // 3, size + 1, size - 1, 1, 2, 3, 0, -size]
            return numbers[turn:] + numbers[:turn]
        case "bool":
            return [True, False]
        case TupleOf(parts):
            columns = [_of_size(p, size, (turn + i) % 2) for i, p in enumerate(parts)]
            return [tuple(c[i % len(c)] for c in columns) for i in range(max(map(len, columns)))]
        case ListOf(element):
            # a list of lists has as many of them as each has elements
            count = max(1, int(size**0.5)) if has_list(element) else size
            mixed = [_element(element, number, count) for number in hosted(strided)(count, STRIDE)]
            rising = [_element(element, i, count) for i in range(count)]
            return [mixed, rising, rising[::-1], [_element(element, 1, count)] * count, [_element(element, 0, count)] * count]


def _element(t: Type, number: int, count: int) -> Value:
    """Return an element of a list: a number, or what holds such numbers."""
    match t:
        case "int":
            return number
        case "bool":
            return number % 3 == 0
        case TupleOf(parts):
            return tuple(_element(p, number + i, count) for i, p in enumerate(parts))
        case ListOf(element):
            return [_element(element, (number + i) % (count + 1), count) for i in range(count)]


def literal_or_size(value: Value) -> str:
    """Return a value as a Python literal, or what it is where that would be long.

    >>> literal_or_size((3, [0] * 1000))
    '(3, <1000 elements>)'
    """
    match value:
        case list() if len(value) > SHOWN:
            return f"<{len(value)} elements>"
        case list():
            return f"[{', '.join(map(literal_or_size, value))}]"
        case tuple():
            return f"({', '.join(map(literal_or_size, value))})"
    return literal(value)


def _output(request: bytes, limits: Limits) -> bytes:
    """Run the child and return what it wrote by the end of its time."""
    amounts = {"RLIMIT_AS": limits.python_bytes, "RLIMIT_CPU": SECONDS + 1, **CLOSED}
    process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own text; the job comes over stdin
        sandbox().command(MODULES, CHILD, amounts),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={}, start_new_session=True,
    )  # fmt: skip
    try:
        return process.communicate(request, timeout=SECONDS)[0]
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
