"""A policy, tried: the same held-out targets under the same budget, without it and with it, in turns; what comes is evidence.

Each side begins with a frozen copy of what the loop of a graph has learned, without its accepted implementations. What counts is
how soon a target is improved, in judgements, since these do not depend on what else a machine does.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

from loop.budget import stop, stopped_by
from loop.generations.frozen import freeze
from loop.generations.measure import measure
from loop.generations.stages import stage
from loop.journal import Journal, journal_path
from verify.policy import Evidence

MOST: Final = 32
"""judgements of a target: an improvement that comes later counts as none"""
MEASURE: Final = f"judgements of {MOST} that were left when the target was first improved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a policy is tried on; what is over is not done again."""

    source: Path
    """the graph's folder whose loop learned"""
    specs: tuple[Path, ...]
    """files of the held-out targets"""
    out: Path
    """a folder for the runs; another policy needs another one"""
    seconds: int
    """wall clock of each run over all targets"""
    seeds: int
    jobs: int | None = None
    more: tuple[str, ...] = ()
    """options of the runs of both sides, such as which proposer is asked"""
    limits: str = ""
    """what these options limit besides the time, for people"""
    say: Callable[[str], None] = field(default=lambda _: None)

    def of(self, policy: bytes) -> Evidence:
        """Return what was measured. Raises RunLost, RunStopped, Refusal, OSError."""
        file = self._begun(policy)
        sides: dict[str, list[Mapping[str, int]]] = {"without": [], "with": []}
        for seed in range(self.seeds):
            # which side is first changes, so that none has the warmer machine throughout
            for side in sorted(sides, reverse=bool(seed % 2)):
                sides[side].append(self._side(side, seed, file))
        names = sorted({n for of in sides.values() for one in of for n in one})
        before, after = (tuple(one.get(n, 0) for n in names for one in sides[side]) for side in ("without", "with"))
        budget = f"{self.seconds} s{self.limits and f', {self.limits}'} for {len(names)} targets"
        return Evidence(MEASURE, budget, tuple(names), tuple(range(self.seeds)), before, after)

    def found(self, policy: bytes) -> int:
        """Return how much is found with a policy, over all targets and seeds, whatever it is without. Raises as `of`."""
        file = self._begun(policy)
        return sum(sum(self._side("with", seed, file).values()) for seed in range(self.seeds))

    def _begun(self, policy: bytes) -> Path:
        """Return the policy's file, in a folder that holds no runs of another one."""
        file = self.out / "policy.json"
        self.out.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.read_bytes() != policy:
            rmtree(self.out)
            self.out.mkdir(parents=True)
        file.write_bytes(policy)
        return file

    def _side(self, side: str, seed: int, file: Path) -> Mapping[str, int]:
        name = f"{side} seed {seed}"
        folder = self.out / name.replace(" ", "-") / "accepted"

        def work() -> dict[str, Any]:
            rmtree(folder.parent, ignore_errors=True)
            freeze(self.source, folder)
            more = [*self.more, *(("--policy", str(file)) if side == "with" else ())]
            measure(self.specs, folder, self.seconds, seed, self.jobs, more, look=look)
            return dict(left_of(folder))

        def look() -> None:
            # who stops the loop of the graph means the run in hand, too
            if stopped_by(self.source) is not None:
                stop(folder)

        found = stage(self.out / "stages", name, work, self.say)
        return {str(n): int(v) for n, v in found.items()}


def left_of(folder: Path) -> Mapping[str, int]:
    """Return how many judgements of MOST were left when each target was first improved, 0 for none, from a run's journal."""
    spent: dict[str, int] = {}
    left: dict[str, int] = {}
    with closing(Journal(journal_path(folder))) as journal:
        for entry in journal.entries:
            if entry.head is None:
                left.setdefault(entry.target, 0)
                continue
            spent[entry.target] = spent.get(entry.target, 0) + 1
            if entry.verdict == "accept" and not left.get(entry.target):
                left[entry.target] = max(MOST - spent[entry.target] + 1, 0)
    return left

