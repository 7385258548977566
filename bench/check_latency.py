"""How long a check takes on loop-to-closed-form candidates: `qed check` as a stranger sees it, and with Lean warm.

Each of several candidates is checked `--runs` times by a process of its own, and as often by one examiner that stays. The peer,
in the same run, is what a check would cost without a snapshot before it does anything: the start of two Lean processes that load
the library (one to search in, one to accept in).

    python bench/check_latency.py [--runs N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from loop.examine import Examiner
from verify.lean_library import load_library
from verify.limits import DEFAULT
from verify.session import DEFAULT_LIMITS, Session
from verify.spec import to_candidate, to_specs
from verify.task import Task, Version
from verify.toolchain import find

SPEC = """from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: {contract})
def f(n: int) -> int:
    total = 0
    for i in range({range}):
        total += {term}
    return total
"""
CANDIDATE = "def f(n: int) -> int:\n    return {value}\n"


@dataclass(frozen=True)
class Case:
    """A sum and its closed form."""

    name: str
    range: str
    term: str
    contract: str
    value: str


CASES = (
    Case("first n numbers", "1, n + 1", "i", "2 * result == n * (n + 1)", "n * (n + 1) // 2"),
    Case("4 * i + 3", "n", "4 * i + 3", "result == n * (2 * n + 1)", "n * (2 * n + 1)"),
    Case("i * (i + 1)", "n", "i * (i + 1)", "3 * result == (n - 1) * n * (n + 1)", "(n - 1) * n * (n + 1) // 3"),
)


def checked(case: Case, folder: Path) -> dict[str, float]:
    """Check a case in a process of its own and return seconds: `whole`, and `before` the accepting check began."""
    spec, candidate = folder / "spec.py", folder / "candidate.py"
    spec.write_text(SPEC.format(range=case.range, term=case.term, contract=case.contract), encoding="utf-8")
    candidate.write_text(CANDIDATE.format(value=case.value), encoding="utf-8")
    begun = time.perf_counter()
    command = [sys.executable, "-m", "loop", "check", str(spec), str(candidate), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    whole = time.perf_counter() - begun
    said = json.loads(done.stdout)
    if said["verdict"] != "accept" or said["tier"] != "kernel":
        raise SystemExit(f"{case.name}: {said['verdict']}, {said['message']}")
    return {"whole": whole, "before": whole - said["seconds"]["kernel"], **said["seconds"]}


def warm(case: Case, runs: int) -> list[dict[str, float]]:
    """Check a case again and again with one examiner, as a run does, and return the seconds of all but the first check."""
    spec = to_specs(SPEC.format(range=case.range, term=case.term, contract=case.contract).encode(), "spec.py", DEFAULT)[0]
    content = CANDIDATE.format(value=case.value).encode()
    found = []
    with Examiner() as examiner:
        for _ in range(runs + 1):
            new = Version(*to_candidate(content, "candidate.py", spec, DEFAULT))
            begun = time.perf_counter()
            verdict = examiner.examine(Task(spec, Version(spec.source, spec.program), new)).verdict
            whole = time.perf_counter() - begun
            if verdict.name != "accept":
                raise SystemExit(f"{case.name}: {verdict.name}")
            found.append({"whole": whole, "before": whole - dict(verdict.seconds)["kernel"]})
    return found[1:]


def cold_start() -> float:
    """Return the seconds that a Lean process takes to start and load the library by itself."""
    begun = time.perf_counter()
    with Session.start(find("auto"), DEFAULT_LIMITS) as session:
        load_library(session)
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="time of qed check on closed forms")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each case")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    peers: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        checked(CASES[0], Path(folder))  # the snapshot is made once on a machine
        for case in CASES:
            peers.append(cold_start())
            runs = [checked(case, Path(folder)) for _ in range(options.runs)]
            found[case.name] = {k: round(statistics.median(r[k] for r in runs), 2) for k in runs[0]}
            runs = warm(case, options.runs)
            found[f"{case.name}, warm"] = {k: round(statistics.median(r[k] for r in runs), 2) for k in runs[0]}
    peer = statistics.median(peers)
    columns = ("case", "before the accepting check, s", "whole, s", "of two cold starts")
    table = Table(*columns, title=f"median of {options.runs} runs")
    for name, seconds in found.items():
        ratio = seconds["whole"] / (2 * peer)
        table.add_row(name, f"{seconds['before']:.1f}", f"{seconds['whole']:.1f}", f"{ratio:.2f}")
    Console().print(table, f"one cold start with the library: {peer:.1f} s")
    if options.json:
        options.json.write_text(json.dumps({"cases": found, "cold_start": round(peer, 2)}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
