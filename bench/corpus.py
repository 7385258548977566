"""What `qed run` finds from an empty graph, beside what is known to be best: a row for each target.

    python bench/corpus.py [SPEC ...] [--budget 30m] [--rounds N] [--seed S] [--accepted DIR] [--json FILE] [--markdown FILE]

A spec is a file or a folder, specs/ by default. The graph is made anew, in a folder of its own that is thrown away, or in DIR,
which must not exist or be empty. Seconds are wall clock; processor seconds are those of the run with all that it started. Whether
what was found is as good as what is known is for the reader to say; what the run says of order, tier and cost was proved.
"""

import argparse
import contextlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console
from rich.table import Table

from bench.corpus_table import Row, read
from loop.recording import to_entries
from loop.words import cost_text
from verify.graph import load
from verify.reasons import Reason

ROOT: Final = Path(__file__).resolve().parent.parent
WIDE: Final = 200
"""columns of a table that goes to a file or a pipe"""
LATE: Final = 600
"""seconds after the end of a run's budget at which it is given up: a judgement that began in time is brought to its end"""
UNITS: Final = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one target."""

    name: str
    spec: str
    outcome: str
    tier: str | None
    order: str | None
    old_cost: str | None
    new_cost: str | None
    ideas: tuple[str, ...]
    """those of the versions from the baseline to the head, in their order"""
    program: str | None
    """the head's text, where it is better than the baseline"""
    proposals: int
    seconds: float
    reason: str | None
    """why the baseline was not accepted"""

    @property
    def improved(self) -> bool:
        """Whether the head is better than the baseline."""
        return self.program is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run."""

    outcomes: tuple[Outcome, ...]
    seconds: float
    processor_seconds: float
    summary: Mapping[str, object]
    """what `qed run --json` printed"""


class RunLost(Exception):  # noqa: N818 - a benchmark's own end
    """The run printed no summary."""


def ran(specs: Sequence[str], folder: Path, recording: Path, budget: str, rounds: int, seed: int) -> Ran:
    """Run the loop on specs into an empty graph, in a process of its own. Raises RunLost."""
    command = [
        sys.executable, "-m", "loop", "run", *specs, "--accepted", str(folder), "--record", str(recording), "--budget", budget,
        "--rounds", str(rounds), "--seed", str(seed), "--json",
    ]  # fmt: skip
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    try:
        most = seconds_of(budget) + LATE
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=most, check=False)
    except subprocess.TimeoutExpired:
        raise RunLost(f"the run was not over {LATE} seconds after its budget") from None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        summary = json.loads(done.stdout)
    except ValueError:
        raise RunLost(f"the run ended with {done.returncode} and no summary") from None
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    outcomes = tuple(_outcomes(summary, folder, ideas_of(recording)))
    return Ran(outcomes=outcomes, seconds=time.monotonic() - start, processor_seconds=spent, summary=summary)


def seconds_of(budget: str) -> int:
    """Return the seconds of a budget as `--budget` has it. Raises ValueError for any other text."""
    if not (match := re.fullmatch(r"([0-9]{1,6})([smh])", budget)):
        raise ValueError("a budget is a number and a unit, such as 30s, 5m or 1h")
    return int(match[1]) * UNITS[match[2]]


def ideas_of(recording: Path) -> dict[tuple[str, bytes], str]:
    """Return the idea behind each recorded program, by its target and its text; the first where several had it."""
    ideas: dict[tuple[str, bytes], str] = {}
    for entry in to_entries(recording.read_bytes(), recording.name) if recording.exists() else ():
        p = entry.proposal
        ideas.setdefault((p.target, p.program), p.idea)
    return ideas


def _outcomes(summary: Mapping[str, object], folder: Path, ideas: Mapping[tuple[str, bytes], str]) -> Iterator[Outcome]:
    graph = load(folder)
    if isinstance(graph, Reason):
        raise RunLost(f"the graph that the run left cannot be read: {graph}")
    targets = summary["targets"]
    assert isinstance(targets, list)
    for t in targets:
        line = []
        node = graph.nodes.get(t["node"])
        while node is not None and (edge := node.edge("supersedes")):
            line.append(node.content("program.py"))
            node = graph.nodes.get(edge.to)
        yield Outcome(
            name=t["name"], spec=t["spec"], outcome=t["outcome"], tier=t["tier"] if line else None, order=t["order"],
            old_cost=t["cost"]["old"], new_cost=t["cost"]["new"], proposals=t["proposals"], seconds=t["seconds"],
            reason=t["reason"], program=line[0].decode() if line else None,
            ideas=tuple(ideas.get((t["name"], text), "?") for text in reversed(line)),
        )  # fmt: skip


def show(out: Console, run: Ran, rows: Mapping[str, Row]) -> None:
    """Print a row for each target, then the counts."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("family", "target", "outcome", "tier", "order", "ticks, old -> new", "found by", "known best", "seconds"):
        table.add_column(column, justify="right" if column == "seconds" else "left", overflow="fold")
    for o in run.outcomes:
        row = rows.get(o.name)
        costs = f"{cost_text(o.old_cost)} -> {cost_text(o.new_cost)}" if o.improved else "-"
        table.add_row(
            row.family if row else "-", o.name, o.reason or o.outcome, o.tier or "-", o.order or "-", costs,
            "; then ".join(o.ideas) or "-", f"{row.cost}: {row.best}" if row else "not in the table", f"{o.seconds:.1f}",
        )  # fmt: skip
    out.print(table)
    for line in counts(run, rows):
        out.print(line, soft_wrap=True)


def counts(run: Ran, rows: Mapping[str, Row]) -> Iterator[str]:
    """Yield the run in figures: all targets, each family, the time."""
    improved = [o for o in run.outcomes if o.improved]
    tiers = Counter(o.tier for o in improved)
    by_tier = ", ".join(f"{count} {tier}" for tier, count in sorted(tiers.items(), key=str)) or "none"
    yield f"{len(run.outcomes)} targets, {len(improved)} improved ({by_tier})."
    families = Counter(rows[o.name].family for o in run.outcomes if o.name in rows)
    better = Counter(rows[o.name].family for o in improved if o.name in rows)
    yield "by family: " + ", ".join(f"{family} {better[family]} of {count}" for family, count in families.items())
    yield f"{run.seconds:.0f} s, {run.processor_seconds:.0f} processor seconds."


def markdown(run: Ran, rows: Mapping[str, Row]) -> str:
    """Return what was found beside what is known as a page of Markdown."""
    lines = ["# The corpus, as a run found it", "", *(f"- {line}" for line in counts(run, rows)), ""]
    heads = ("family", "target", "tier", "order", "ticks, old -> new", "found by", "known to be best")
    lines += [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for o in run.outcomes:
        row = rows.get(o.name)
        costs = f"{cost_text(o.old_cost)} -> {cost_text(o.new_cost)}" if o.improved else ""
        cells = (
            row.family if row else "-", f"`{o.name}`", o.tier or o.reason or o.outcome, o.order or "", costs,
            "; then ".join(o.ideas), f"{row.cost}: `{row.best}`" if row else "-",
        )  # fmt: skip
        lines.append(f"| {' | '.join(c.replace('|', chr(92) + '|') for c in cells)} |")
    return "\n".join([*lines, ""])


def to_data(run: Ran, rows: Mapping[str, Row]) -> dict[str, object]:
    """Return the run for `--json`: each target with its row of the table, and the run's own summary."""
    known = {name: asdict(row) for name, row in rows.items()}
    targets = [{**asdict(o), "improved": o.improved, "known": known.get(o.name)} for o in run.outcomes]
    return {
        "targets": targets,
        "improved": sum(o.improved for o in run.outcomes),
        "seconds": round(run.seconds, 3),
        "processor_seconds": round(run.processor_seconds, 3),
        "run": dict(run.summary),
    }


def main() -> int:
    """Run, print, and end with 0 where the run came to its end, 2 on wrong use, 4 where it was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("specs", nargs="*", default=["specs"], metavar="SPEC")
    parser.add_argument("--budget", default="30m")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--accepted", type=Path)
    parser.add_argument("--json", type=Path, dest="file")
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    try:
        seconds_of(options.budget)
    except ValueError as error:
        parser.error(str(error))
    if options.accepted and options.accepted.exists() and any(options.accepted.iterdir()):
        parser.error(f"{options.accepted} is not empty; what a graph holds would pass for found")
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = (options.accepted or scratch / "accepted").absolute()
        try:
            specs = [str(Path(s).absolute()) if Path(s).exists() else s for s in options.specs]
            run = ran(specs, folder, scratch / "recording.jsonl", options.budget, options.rounds, options.seed)
        except RunLost as lost:
            print(f"corpus: {lost}", file=sys.stderr)
            return 4
    rows = read()
    out = Console(highlight=False, markup=False, emoji=False)
    show(out if out.is_terminal else Console(highlight=False, markup=False, emoji=False, width=WIDE), run, rows)
    if options.file:
        options.file.write_text(json.dumps(to_data(run, rows), indent=1) + "\n", encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(markdown(run, rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
