"""Runs every attack that there is a case for, and prints what became of each: `python -m tests.attacks [ID ...]`.

The cases are the tests that are marked with `attack`, and nothing else: each is held to the reason that its mark names. With
numbers as arguments (`L03 Z05 G`), only attacks whose number begins so. Exit code 1 where one was accepted, had another reason
than the one that is due or could not be tried, or where an attack of `cases/attacks.toml` has no case and no word on why.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from verify import reasons
from verify.ci_formats import plain

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "tests" / "cases" / "attacks.toml"
KINDS = {"L": "Lean", "Z": "solvers", "P": "Python", "G": "graph and git", "S": "process", "X": "Lean"}


@dataclass(frozen=True, slots=True)
class Row:
    """One attack that was tried: what the case says of it, what it met, and whether that is what is due."""

    id: str
    tries: str
    due: str
    control: str
    found: str
    right: bool

    @property
    def verdict(self) -> str:
        """Reject, decline or error where the reason is one of the verifier's, else that it was refused."""
        if self.found == "Passed":
            return "ACCEPTED"
        kind = getattr(reasons, self.found, None)
        return str(getattr(kind, "verdict", "refused"))


@dataclass(slots=True, eq=False)
class Collected:
    """Takes down what became of the marked tests, as a plugin of pytest; other tests are not run."""

    only: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """tests that said nothing of an attack: skipped, or broken before"""
    _failed: set[str] = field(default_factory=set)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the tests of attacks, of those that are asked for."""
        marks = {item: item.get_closest_marker("attack") for item in items}
        chosen = [i for i, mark in marks.items() if mark and (not self.only or mark.args[0].startswith(self.only))]
        config.hook.pytest_deselected(items=[i for i in items if i not in set(chosen)])
        items[:] = chosen

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take down a file that cannot be read, in which there may be attacks."""
        if report.failed:
            self.lost.append(f"{report.nodeid}: {str(report.longrepr).strip().splitlines()[-1][:200]}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down a test: its own phase may say that it failed, the one after it what was met."""
        if report.skipped or (report.when == "setup" and report.failed):
            self.lost.append(f"{report.nodeid}: {str(report.longrepr).strip().splitlines()[-1][:200]}")
        elif report.when == "call" and report.failed:
            self._failed.add(report.nodeid)
        elif report.when == "teardown":
            told = dict(report.user_properties).get("attack")
            if any(line.startswith(f"{report.nodeid}: ") for line in self.lost):
                return
            if told is None or told[-1] == "nothing":
                self.lost.append(f"{report.nodeid}: it says nothing of an attack, or broke before")
            else:
                id_, tries, due, control, found = map(str, told)
                right = report.passed and report.nodeid not in self._failed
                self.rows.append(Row(id_, tries, due, control, found, right and found == due))


def catalogue() -> tuple[dict[str, str], dict[str, str]]:
    """Return the attacks that are known, with a few words on each, and those that nothing here can be tried with, and why."""
    data = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return data["attacks"], data["no_case"]


def show(found: Collected, console: Console) -> bool:
    """Print the table, and the counts as the last line; return whether all is as it should be."""
    known, without = catalogue()
    table = Table("attack", "what it tries", "verdict", "reason", "control", title="attacks")
    for row in sorted(found.rows, key=lambda r: (r.id, r.tries)):
        reason = row.found if row.right else f"{row.found}, and not {row.due}"
        cells = (row.id, plain(row.tries), row.verdict, reason, row.control)
        table.add_row(*cells, style="" if row.right else "bold red")
    asked = [i for i in known if not found.only or i.startswith(found.only)]
    for number in (i for i in asked if i in without):
        table.add_row(number, known[number], "no case", without[number], "", style="dim")
    console.print(table)
    tried = {r.id for r in found.rows}
    missing = [i for i in asked if i not in tried and i not in without]
    for line in found.lost:
        console.print(f"not tried: {line}", markup=False, style="red")
    if missing:
        console.print(f"without a case: {', '.join(missing)}", style="red")
    counts = Counter(KINDS[r.id[0]] for r in found.rows)
    accepted, other = sum(r.found == "Passed" for r in found.rows), sum(not r.right and r.found != "Passed" for r in found.rows)
    each = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    said = f"{len(found.rows)} attacks under {len(tried & set(asked))} of {len(asked)} numbers ({each}): "
    said += f"{sum(r.right for r in found.rows)} refused for the reason that is due, {other} for another one, {accepted} accepted"
    console.print(f"{said}, {len(found.lost)} not tried.", highlight=False)
    return bool(found.rows) and not (missing or found.lost or accepted or other) and all(r.right for r in found.rows)


def main(arguments: Sequence[str]) -> int:
    """Run the attacks and return the exit code."""
    found = Collected(tuple(arguments))
    console = Console(width=None if sys.stdout.isatty() else 160)
    quiet = ["-q", "-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    files = [str(p) for p in sorted((ROOT / "tests").rglob("test_*.py")) if "mark.attack(" in p.read_text(encoding="utf-8")]
    code = pytest.main([*quiet, "-m", "attack", *files], plugins=[found])
    good = show(found, console)
    return 0 if good and code == pytest.ExitCode.OK else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
