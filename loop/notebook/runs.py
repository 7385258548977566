"""`run`: verification rounds from a cell, with the rows of `qed run` as they change; the kernel's interrupt stops it."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop.commands.common import KEYS, preference
from loop.commands.run import exit_code, prepared, searched, timed, to_data
from loop.commands.run_arguments import ModelArguments, RunArguments
from loop.journal import Journal, journal_path
from loop.notebook.live import cell_board
from loop.notebook.sheet import Block, Items, Line, Sheet, Shown, Table, Title
from loop.notebook.specs import Targets
from loop.notebook.texts import Given, placed, shown
from loop.notebook.trouble import told
from loop.notebook.words import Why, reason_blocks, why
from loop.words import RUN_COLUMNS, run_remarks, run_row, spent_line


@dataclass(frozen=True, slots=True, repr=False)
class Run(Shown):
    """What came of a run; `data` is what `qed run --json` prints."""

    data: dict[str, Any]
    rows: tuple[tuple[str, ...], ...]
    """by `loop.words.RUN_COLUMNS`"""
    remarks: tuple[str, ...]
    problems: tuple[tuple[str, Why], ...]
    """spec files that do not read, with the reason"""

    @property
    def improved(self) -> tuple[str, ...]:
        """The targets whose head is better than their baseline."""
        return tuple(t["name"] for t in self.data["targets"] if t["improved"])

    @property
    def sheet(self) -> Sheet:
        """What a cell shows."""
        return Sheet(tuple(self._blocks()))

    def _blocks(self) -> Iterator[Block]:
        yield Title(f"run over {self.data['accepted_folder']}", self.data["ended"])
        for name, found in self.problems:
            yield Title(name, found.reason.verdict)
            yield from reason_blocks(found, "")
        if self.rows:
            yield Table(self.rows, RUN_COLUMNS, (RUN_COLUMNS.index("seconds"),))
        *remarks, last = self.remarks
        if remarks:
            yield Items(tuple(remarks))
        yield Line(last)


def run(
    specs: Given | Targets | Sequence[Given | Targets] | None = None,
    *,
    budget: str | None = None,
    rounds: int = 4,
    accepted: Path | str = "accepted",
    proposer: str = "symbolic",
    seed: int = 0,
    max_proposals: int | None = None,
    max_judgements: int | None = None,
    max_tokens: int | None = None,
    max_money: str | None = None,
    model: Sequence[str] = (),
    base_url: str | None = None,
    jobs: int | None = None,
    review: bool = False,
    lean: str = "auto",
) -> Run:
    """Look for better versions of targets, and add what is proved to the graph `accepted`, as `qed run` does.

    `specs` are files and folders by their paths, texts of several lines, or what `spec` returned; without any, the folder specs/.
    Times are like "30s" or "5m". Raises Trouble for what makes no sense as a call, and Interrupted by the kernel's interrupt;
    what was accepted until then is in the graph.
    """
    with told(), _keys_kept():
        arguments = RunArguments(
            specs=tuple(_paths(specs)), rounds=rounds, proposer=proposer, budget=budget, seed=seed, accepted=Path(accepted),
            max_proposals=max_proposals, max_judgements=max_judgements, max_tokens=max_tokens, max_money=max_money,
            models=ModelArguments(models=tuple(model), base_url=base_url), lean=preference(lean), jobs=jobs, review=review,
        )  # fmt: skip
        return _carried_out(arguments)


def _carried_out(arguments: RunArguments) -> Run:
    budget = arguments.to_budget()
    with contextlib.closing(Journal(journal_path(arguments.accepted))) as journal:
        ready = prepared(arguments, budget, journal)
        rounds, complaint = searched(ready, cell_board())
        timings = timed(ready.journal, rounds)
    data = to_data(ready.arguments, ready.files, rounds, timings, exit_code(ready.files, rounds))
    complaints = [complaint] if complaint else []
    return Run(
        data=data, rows=tuple(run_row(t, timings.get(t.spec.digest)) for t in rounds.targets),
        remarks=tuple(map(shown, (*run_remarks(rounds), *complaints, spent_line(rounds)))),
        problems=tuple((shown(str(f.path)), why(f.reason)) for f in ready.files if f.reason),
    )  # fmt: skip


def _paths(specs: Given | Targets | Sequence[Given | Targets] | None) -> Iterator[Path]:
    """Yield the spec files and folders that are meant."""
    if specs is None:
        return
    for given in [specs] if isinstance(specs, (str, bytes, Path, Targets)) else specs:
        if isinstance(given, Targets):
            yield given.path
        elif isinstance(given, str) and given.isprintable():
            yield Path(given)
        else:
            yield placed(given, "spec.py")


@contextlib.contextmanager
def _keys_kept() -> Iterator[None]:
    """Give the kernel its API keys back, which a run takes out of the environment so that no child of it inherits them."""
    keys = {name: value for name in KEYS if (value := os.environ.get(name)) is not None}
    try:
        yield
    finally:
        os.environ.update(keys)
