"""Measured times of two versions of a target, paired: in turns, on the same inputs, in one CPython process.

A measurement decides nothing. Only accepted versions are measured: both are proved to end and to raise nothing, and hold
nothing but the checked language; the child that runs them is isolated, limited and killed when its time is over.
"""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verify.interpreter import holds
from verify.ir import Value
from verify.limits import Limits
from verify.python_run import function_text, tagged
from verify.spec import Spec
from verify.task import Version

SECONDS: Final = 3
"""wall clock of the whole measurement"""
SIZES: Final = (3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
TRIES: Final = 2_000
"""inputs that are tried for each size"""
SLOWER: Final = 1.10
"""from this ratio on a version counts as slower"""

CHILD: Final = """
import json, resource, sys, time
job = json.loads(sys.stdin.read())
for what, amount in ((resource.RLIMIT_AS, job["bytes"]), (resource.RLIMIT_CPU, job["seconds"]), (resource.RLIMIT_NOFILE, 3),
                     (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(what, (amount, amount))
space = {"__builtins__": {"abs": abs, "min": min, "max": max, "range": range}}
exec(compile(job["code"], "<functions>", "exec"), space)
clock, pair = time.perf_counter_ns, (space["old"], space["new"])
def once(f, values, turns):
    start = clock()
    for _ in range(turns):
        f(*values)
    return (clock() - start) // turns
for number, given in enumerate(job["inputs"]):
    values = [bool(v["bool"]) if "bool" in v else int(v["int"], 16) for v in given]
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
        "code": function_text(old, spec.name, "old") + function_text(new, spec.name, "new"),
        "inputs": [[tagged(v) for v in values] for values in inputs],
        "bytes": limits.python_bytes,
        "seconds": SECONDS + 1,
    }
    out = []
    for line in _output(json.dumps(job).encode()).split(b"\n")[:-1]:
        match json.loads(line):
            case [int(number), int(old_ns), int(new_ns)]:
                out.append(Timing(inputs[number], old_ns, new_ns))
    return tuple(out)


def growing_inputs(spec: Spec, limits: Limits) -> Iterator[tuple[Value, ...]]:
    """Yield an allowed input for each size that has one, smallest first."""
    parameters = spec.program.parameters
    allowed = holds(spec.require, [p.name for p in parameters], limits)
    seen = set()
    for size in SIZES:
        numbers = (size, size * 2 // 3, size + 1, size - 1, 1, 2, 3, 0, -size)
        # two equal numbers are a special case of many functions, so every other parameter starts from the second choice
        turns = (numbers, (*numbers[1:], size))
        columns: list[tuple[Value, ...]] = [turns[i % 2] if p.type == "int" else (True, False) for i, p in enumerate(parameters)]
        tried = itertools.islice(itertools.product(*columns), TRIES)
        found = next((values for values in tried if allowed(values)), None)
        if found is not None and found not in seen:
            seen.add(found)
            yield found


def _output(request: bytes) -> bytes:
    """Run the child and return what it wrote by the end of its time."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own text; the job comes over stdin
        [os.path.realpath(sys.executable), "-I", "-S", "-c", CHILD],
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
