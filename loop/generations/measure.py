"""One run in a process of its own, and what came of it: yield, what it took, and what the proofs rest on."""

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from loop.journal import CAME, Journal, journal_path
from verify.canonical import Digest
from verify.graph import Graph, load
from verify.node import Node, tier_of
from verify.proof import PROOF_FILE
from verify.reasons import Refusal, ToolBroken

LOOK: Final = 1.0
"""seconds between two looks at whether somebody stopped the work"""
LATE: Final = 900
"""seconds after the end of a run's budget at which it is given up: a judgement that began in time is brought to its end"""


class RunStopped(Exception):  # noqa: N818 - as below
    """Somebody stopped a run; what it came to is not all that it was to come to."""


class RunLost(Exception):  # noqa: N818 - an outcome that the command reports
    """A run printed no summary."""


def given_up(lost: RunLost, where: Path) -> Refusal:
    """Return what a command reports that goes on in a folder when it is called again."""
    return Refusal(ToolBroken(what=f"{lost}.", where=str(where), do="What is over is kept; run this again to go on."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """A target that was improved."""

    name: str
    family: str
    """the folder of its spec file"""
    tier: str
    order: str
    proof_lines: int
    """of the proofs of all its versions"""
    rules: int
    """rules that these hold"""
    lemmas: int
    ideas: tuple[str, ...]
    after: float
    """seconds of judgement that the run had spent when its first improvement came"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run came to."""

    targets: int
    families: Mapping[str, int]
    """targets of each family"""
    seen: int
    """targets that a judge saw"""
    improved: tuple[Improved, ...]
    proposals: int
    seconds: float
    processor_seconds: float
    judged: Mapping[str, float] = field(default_factory=dict)
    """seconds of judgement by what was judged: "baselines", "accepted" versions and "refused" ones"""

    @property
    def found(self) -> int:
        """How many targets were improved."""
        return len(self.improved)

    @property
    def cost(self) -> float | None:
        """Processor seconds for each improved target, None where there is none."""
        return self.processor_seconds / self.found if self.improved else None

    def until(self, count: int) -> float | None:
        """Return the seconds of judgement after which so many targets were improved, None where they never were."""
        times = sorted(i.after for i in self.improved)
        return times[count - 1] if 0 < count <= len(times) else 0.0 if count == 0 else None

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)


def measured_from(data: Mapping[str, Any]) -> Measured:
    """Read what `Measured.as_data` wrote. Raises ValueError, KeyError or TypeError."""
    improved = tuple(Improved(**{**i, "ideas": tuple(i["ideas"])}) for i in data["improved"])
    return Measured(**{**data, "improved": improved})


def measure(
    specs: Sequence[Path], folder: Path, seconds: int, seed: int, jobs: int | None = None, more: Sequence[str] = (),
    environment: Mapping[str, str] | None = None, look: Callable[[], object] = bool,
) -> Measured:  # fmt: skip
    """Run the loop on specs with a graph's folder, for so many seconds and with `more` options.

    `environment` and `look` are as `summary_of` has them. Raises RunLost, RunStopped.
    """
    command = [
        sys.executable, "-m", "loop", "run", *map(str, specs), "--accepted", str(folder), "--budget", f"{seconds}s", "--seed",
        str(seed), "--json", *(["--jobs", str(jobs)] if jobs else []), *more,
    ]  # fmt: skip
    summary, spent = summary_of(command, seconds, environment, look)
    if "targets" not in summary:
        raise RunLost(f"run failed: {summary.get('reason')}: {summary.get('message')}")
    graph = load(folder)
    if not isinstance(graph, Graph):
        raise RunLost(f"the graph that the run left cannot be read: {graph}")
    ideas, after, judged = _told(folder)
    rows, told = summary["targets"], summary["spent"]
    found = [_improved(graph, row, ideas, after) for row in rows if row["improved"]]
    return Measured(
        targets=len(rows), families=dict(Counter(map(_family, rows))),
        seen=sum(row["outcome"] != "not reached" for row in rows), improved=tuple(found),
        proposals=int(told["proposals"]), seconds=float(told["seconds"]), processor_seconds=round(spent, 3),
        judged={what: round(seconds, 3) for what, seconds in sorted(judged.items())},
    )  # fmt: skip


def summary_of(
    command: Sequence[str], seconds: int, environment: Mapping[str, str] | None = None, look: Callable[[], object] = bool
) -> tuple[dict[str, Any], float]:
    """Return what a command printed as JSON, and its processor seconds with those of all that it started.

    `environment` holds variables that are added to those of this process; `look` is called every now and then while the command
    goes on. Raises RunLost, and RunStopped where somebody stopped it.
    """
    before, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() + seconds + LATE
    with subprocess.Popen(  # noqa: S603 - of this file
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
    ) as child:
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    out, err = child.communicate(timeout=LOOK)
                    break
                look()
                if time.monotonic() > end:
                    child.terminate()
                    raise RunLost(f"{command[3]} was not over {LATE} seconds after its budget")
        except KeyboardInterrupt:
            child.wait()  # it was interrupted, too, and leaves its graph sound
            raise
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        found = json.loads(out)
    except ValueError:
        said = " ".join(err.split())[-300:]
        raise RunLost(f"{command[3]} ended with {child.returncode} and no summary: {said}") from None
    if not isinstance(found, dict):
        raise RunLost(f"{command[3]} printed something else than an object")
    if "stopped" in (found.get("ended"), found.get("ended_early")):
        raise RunStopped
    if found.get("reason") == "Usage":
        raise RunLost(f"{command[3]} could not begin: {found.get('message')}")
    return found, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _told(folder: Path) -> tuple[dict[tuple[str, bytes], str], dict[Digest, float], dict[str, float]]:
    """Return what a journal tells of a run.

    That is the idea behind each program that came, the seconds of judgement before each node that was accepted, and the seconds
    of judgement by what was judged.
    """
    ideas: dict[tuple[str, bytes], str] = {}
    after: dict[Digest, float] = {}
    judged = defaultdict[str, float](float)
    with closing(Journal(journal_path(folder))) as journal:
        for content in journal.before(CAME):
            if isinstance(program := content.get("program"), str):
                ideas.setdefault((str(content["target"]), program.encode()), str(content["idea"]))
        for entry in journal.entries:
            what = "baselines" if entry.head is None else "accepted" if entry.verdict == "accept" else "refused"
            judged[what] += entry.seconds
            if entry.node is not None:
                after.setdefault(entry.node, sum(judged.values()))
    return ideas, after, judged


def _family(row: Mapping[str, Any]) -> str:
    return Path(row["spec"]).parent.name


def _improved(
    graph: Graph, row: Mapping[str, Any], ideas: Mapping[tuple[str, bytes], str], after: Mapping[Digest, float]
) -> Improved:
    line: list[Node] = []
    node = graph.nodes.get(row["node"])
    while node is not None and (edge := node.edge("supersedes")):
        line.append(node)
        node = graph.nodes.get(edge.to)
    used = [graph.nodes[i].kind for n in line for i in n.uses]
    proofs = [n.content(PROOF_FILE) for n in line if tier_of(n) == "kernel"]
    return Improved(
        name=row["name"], family=_family(row), tier=row["tier"], order=row["order"],
        proof_lines=sum(p.count(b"\n") for p in proofs), rules=used.count("rule"), lemmas=used.count("lemma"),
        ideas=tuple(re.sub(r"[0-9]+", "#", ideas.get((row["name"], n.content("program.py")), "?")) for n in reversed(line)),
        after=round(after.get(line[-1].id, 0.0), 3) if line else 0.0,
    )  # fmt: skip
