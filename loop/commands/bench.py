"""`qed bench`: how fast this machine judges, on a loop against its closed form. Nothing is kept, and nothing decided."""

import statistics
import time
from dataclasses import dataclass
from typing import Final

from rich.table import Table

from loop.commands.common import DONE, ERROR, UsageError, prepare_sandbox, print_json, reason_data
from loop.commands.lasting import status_on
from loop.examine import Examiner
from loop.words import console, reason_lines
from verify.ci_formats import plain
from verify.limits import DEFAULT
from verify.reasons import Reason
from verify.spec import to_candidate, to_specs
from verify.task import Task, Version
from verify.toolchain import Preference
from verify.verdict import Accept

SPEC: Final = b"""from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result == n * (2 * n + 1))
def measured(n: int) -> int:
    total = 0
    for i in range(n):
        total += 4 * i + 3
    return total
"""
CANDIDATE: Final = b"def measured(n: int) -> int:\n    return n * (2 * n + 1)\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchArguments:
    """The options of `bench`."""

    times: int = 5
    lean: Preference = "auto"
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """Seconds of one check: all of it, and of that the accepting check in a fresh process."""

    whole: float
    kernel: float


def bench(arguments: BenchArguments) -> int:
    """Measure and print. Raises UsageError, Refusal, ToolchainMissing; 4 where a check that must be accepted is not."""
    if arguments.times < 1:
        raise UsageError("--times must be at least 1.")
    prepare_sandbox()
    (spec,) = to_specs(SPEC, "the spec of qed bench", DEFAULT)
    new = Version(*to_candidate(CANDIDATE, "the candidate of qed bench", spec, DEFAULT))
    task, found = Task(spec, Version(spec.source, spec.program), new), []
    with Examiner(arguments.lean, DEFAULT) as examiner, status_on(console(stderr=True), "measuring") as status:
        for number in range(arguments.times + 1):
            status.update(f"check {number + 1} of {arguments.times + 1}")
            begun = time.perf_counter()
            verdict = examiner.examine(task).verdict
            if not isinstance(verdict, Accept):
                return _refused(arguments, verdict.gate, verdict.reason)
            found.append(Check(time.perf_counter() - begun, dict(verdict.seconds).get("kernel", 0.0)))
    first, *warm = found
    _show(arguments, first, warm)
    return DONE


def _refused(arguments: BenchArguments, gate: str, reason: Reason) -> int:
    if arguments.as_json:
        print_json({"verdict": "error", "gate": gate, **reason_data(reason), "exit_code": ERROR})
    else:
        for line in reason_lines(reason, gate):
            console(stderr=True).print(plain(line), soft_wrap=True)
    return ERROR


def _show(arguments: BenchArguments, first: Check, warm: list[Check]) -> None:
    """Print the first check and the spread of those after it."""
    rows = {"whole": [c.whole for c in warm], "before the accepting check": [c.whole - c.kernel for c in warm]}
    if arguments.as_json:
        warm_data = {
            name: {"median": round(statistics.median(v), 3), "all": [round(s, 3) for s in v]} for name, v in rows.items()
        }
        print_json({"first": {"whole": round(first.whole, 3), "kernel": round(first.kernel, 3)}, "warm": warm_data})
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("seconds of a check", "median", "least", "most"):
        table.add_column(column, justify="left" if column == "seconds of a check" else "right")
    table.add_row("the first, Lean starting", f"{first.whole:.1f}", "", "")
    for name, values in rows.items():
        table.add_row(f"warm, {name}", *(f"{v:.1f}" for v in (statistics.median(values), min(values), max(values))))
    console().print(table)
