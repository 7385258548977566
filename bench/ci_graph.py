"""How long `qed ci` takes on a graph of some 200 nodes: with nothing changed, with one node added, and with `--all`.

The graph is made once, of generated specs with a baseline and an improvement each: every version in it was accepted by the
examiner, so that `--all` proves real theorems. It is kept in `.qed/ci_graph`, under the name of the judge that accepted it; a run
that is stopped goes on where it was. With fewer nodes than asked for (`--build-seconds`), what is measured is what is there, and
the time of `--all` for all of them is reckoned from it.

    python bench/ci_graph.py [--nodes N] [--build-seconds S] [--workers N] [--runs N] [--skip-all] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from loop.examine import Examiner
from loop.journal import judge_digest
from loop.keep import baseline_task, keep, standing
from verify.graph import Graph, load
from verify.judge import version_of
from verify.limits import DEFAULT
from verify.node import Node
from verify.reasons import Reason
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Task, Version

ROOT = Path(__file__).resolve().parent.parent
HEAD = "from icontract import require\n\nfrom verify import target\n\n\n@target\n@require(lambda n: n >= 0)\n"
TEMPLATES = {
    "steps": ("total = 0\n    for _ in range(n):\n        total += {a}\n    return total", "return {a} * n"),
    "series": (
        "total = {b}\n    for i in range(n):\n        total += {a} * i\n    return total",
        "return {b} + {a} * (n * (n - 1) // 2)",
    ),
    "terms": ("x = {a} * n\n    y = {b} * n + x\n    return y + {a} * n + {b}", "return {c} * n + {b}"),
}
"""body of the baseline and of the improvement, with constants that make each target another one"""
GOALS = {"nothing changed": 2.0, "one node added": 20.0, "all": 600.0}
"""seconds that the design allows for 200 nodes on 2 cores"""


@dataclass(frozen=True)
class Made:
    """A generated target and its improvement."""

    spec: Spec
    better: bytes


@dataclass(frozen=True)
class Timed:
    """What a call of `qed ci` took, in seconds: wall clock, and processor time of it and of what it started."""

    wall: float
    processor: float
    reproved: int


def made(number: int) -> Made:
    """Return the target with this number."""
    template = sorted(TEMPLATES)[number % len(TEMPLATES)]
    a, b = 2 + number, 3 + 7 * number % 101
    name = f"{template}_{a}_{b}"
    old, new = (text.format(a=a, b=b, c=2 * a + b) for text in TEMPLATES[template])
    line = f"def {name}(n: int) -> int:\n    "
    (spec,) = to_specs(f"{HEAD}{line}{old}\n".encode(), f"{name}.py", DEFAULT)
    return Made(spec, f"{line}{new}\n".encode())


def kept(graph: Graph, folder: Path, examiner: Examiner, task: Task) -> tuple[Graph, Node]:
    """Have a version judged and admitted. Raises SystemExit where it is not accepted: then there is nothing to measure."""
    found = examiner.examine(task)
    if found.verdict.name != "accept":
        raise SystemExit(f"{task.spec.name}: {found.verdict.name}: {found.verdict.reason}")
    after = keep(graph, folder, standing(graph, task.spec), task, found)
    if isinstance(after, Reason):
        raise SystemExit(str(after))
    return after


def build(folder: Path, nodes: int, seconds: float) -> int:
    """Bring the graph to this many nodes and one more, or as far as the time allows; return the targets that are whole."""
    graph = load(folder)
    if isinstance(graph, Reason):
        raise SystemExit(str(graph))
    whole, end = 0, time.monotonic() + seconds
    targets = (nodes - 2) // 3 + 1
    with Examiner() as examiner, Progress() as progress:
        bar = progress.add_task("versions accepted", total=2 * targets)
        for number in range(targets):
            target = made(number)
            stands = standing(graph, target.spec)
            if not stands.line:
                if time.monotonic() > end:
                    break
                graph, _ = kept(graph, folder, examiner, baseline_task(target.spec))
            progress.advance(bar)
            stands = standing(graph, target.spec)
            if not stands.improved and stands.head is not None:
                new = Version(*to_candidate(target.better, "better.py", target.spec, DEFAULT))
                task = Task(target.spec, version_of(stands.head, target.spec, DEFAULT), new)
                graph, _ = kept(graph, folder, examiner, task)
            progress.advance(bar)
            whole += 1
    return whole


def split(folder: Path, whole: int) -> tuple[list[str], str]:
    """Return the names of the nodes of so many targets but the last improvement, and the name of that one."""
    graph = load(folder)
    if isinstance(graph, Reason):
        raise SystemExit(str(graph))
    names: list[str] = []
    for number in range(whole):
        stands = standing(graph, made(number).spec)
        names += [stands.spec.id, *(n.id for n in stands.line)]
    return names[:-1], names[-1]


def timed(accepted: Path, *options: str) -> Timed:
    """Run `qed ci` in a process of its own. Raises SystemExit where it does not accept."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "loop", "ci", "--accepted", str(accepted), "--json", *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    said = json.loads(done.stdout)
    if done.returncode or said["verdict"] != "accept":
        raise SystemExit(f"qed ci: {said['verdict']}: {said['problems'] or said['rows']}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timed(wall, used, said["reproved"])


def middle(runs: list[Timed]) -> Timed:
    """Return the run with the median wall clock."""
    return sorted(runs, key=lambda t: t.wall)[len(runs) // 2]


def git(repository: Path, *arguments: str) -> None:
    """Run git with nobody's settings."""
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    fixed = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True, env={**os.environ, **fixed})


def measured(folder: Path, whole: int, runs: int, workers: int, *, everything: bool) -> dict[str, Timed]:
    """Measure on a copy of the graph in a repository of its own, whose one commit lacks the last improvement."""
    base, added = split(folder, whole)
    out: dict[str, Timed] = {}
    with tempfile.TemporaryDirectory() as name:
        accepted = Path(name) / "accepted"
        for node in base:
            shutil.copytree(folder / node, accepted / node)
        git(Path(name), "init", "-q", "-b", "main")
        git(Path(name), "add", "-A")
        git(Path(name), "commit", "-qm", "the graph")
        options = ("--base", "HEAD", "--workers", str(workers))
        out["nothing changed"] = middle([timed(accepted, *options) for _ in range(runs)])
        if everything:
            out["all"] = timed(accepted, "--all", "--workers", str(workers))
        shutil.copytree(folder / added, accepted / added)
        out["one node added"] = middle([timed(accepted, *options) for _ in range(runs)])
    due = {"nothing changed": 0, "one node added": 1, "all": 2 * whole - 1}
    if wrong := [what for what, t in out.items() if t.reproved != due[what]]:
        raise SystemExit(f"another number was proved again than was due: {', '.join(wrong)}")
    return out


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=200, help="nodes of the graph, 3 k + 2 of them")
    parser.add_argument("--build-seconds", type=float, default=float("inf"), help="measure what is there after this time")
    parser.add_argument("--workers", type=int, default=2, help="nodes that are proved at the same time")
    parser.add_argument("--runs", type=int, default=3, help="calls of which the median counts")
    parser.add_argument("--skip-all", action="store_true", help="leave out `--all`, which takes minutes")
    parser.add_argument("--folder", type=Path, default=ROOT / ".qed" / "ci_graph", help="where the graph is kept")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    with Examiner() as examiner:
        judge = judge_digest(DEFAULT, examiner.toolchain.digest)
    folder = options.folder / judge[:16] / "accepted"
    folder.mkdir(parents=True, exist_ok=True)
    whole = build(folder, options.nodes, options.build_seconds)
    if whole < 1:
        raise SystemExit("no target was built within the time.")
    found = measured(folder, whole, options.runs, options.workers, everything=not options.skip_all)
    nodes, console = 3 * whole - 1, Console()
    table = Table(
        "qed ci", "proved again", "wall, s", "processor, s", "goal for 200 nodes, s",
        title=f"{nodes} nodes, {2 * whole - 1} versions, {options.workers} workers, load {os.getloadavg()[0]:.1f}",
    )  # fmt: skip
    for what, t in found.items():
        table.add_row(what, str(t.reproved), f"{t.wall:.1f}", f"{t.processor:.1f}", f"{GOALS[what]:.0f}")
    console.print(table)
    if (every := found.get("all")) and nodes < options.nodes:
        asked = 2 * ((options.nodes - 2) // 3) + 1
        one = every.wall / every.reproved
        console.print(f"{options.nodes} nodes would be {asked} versions: {one * asked:.0f} s at {one:.2f} s a version (reckoned)")
    if options.json:
        figures = {"nodes": nodes, "workers": options.workers, **{k: asdict(v) for k, v in found.items()}}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
