"""Generations: run on training targets, learn, and measure a frozen copy on held-out targets; what is done is not done again.

A stage writes what it came to into a file of its own when it is over. Who was interrupted goes on with the first stage that has
none; a graph that a stage had begun to fill is gone on with, and a frozen copy is made anew.
"""

import json
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from loop.generations.frozen import PARTS, freeze
from loop.generations.measure import Measured, measure, measured_from, summary_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done; seconds are wall clock."""

    out: Path
    train: tuple[Path, ...]
    test: tuple[Path, ...]
    generations: int
    seeds: int
    train_seconds: int
    learn_seconds: int
    test_seconds: int
    ablate: bool = False
    jobs: int | None = None

    def as_data(self) -> dict[str, Any]:
        """Return what must be the same for a folder to be gone on with; more generations may be asked for than before."""
        return {
            "train": list(map(str, self.train)), "test": list(map(str, self.test)), "seeds": self.seeds,
            "train_seconds": self.train_seconds, "learn_seconds": self.learn_seconds, "test_seconds": self.test_seconds,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What a generation's self-play came to."""

    conjectures: int
    rules: int
    """rules that entered the graph"""
    processor_seconds: float
    success_rate: float | None = None
    """share of the conjectures that were proved, of those that samples let pass; None where there were none"""
    refuted: int = 0
    """conjectures that the falsifier broke"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One generation; the one of number 0 has learned nothing."""

    number: int
    trained: Measured | None
    learnt: Learnt | None
    tested: tuple[Measured, ...]
    """one for each seed"""


@dataclass(slots=True)
class Evolution:
    """Goes through a plan; `say` hears which stage begins."""

    plan: Plan
    say: Callable[[str], None] = field(default=lambda _: None)

    @property
    def work(self) -> Path:
        """The graph of the training targets, which all generations fill."""
        return self.plan.out / "work" / "accepted"

    def run(self) -> Iterator[Generation]:
        """Yield each generation when it is over. Raises RunLost, Refusal, OSError."""
        yield Generation(number=0, trained=None, learnt=None, tested=self._tested("0", ()))
        for g in range(1, self.plan.generations + 1):
            trained = self._stage(f"train {g}", partial(self._run, self.plan.train, self.work, self.plan.train_seconds, g))
            learnt = Learnt(**self._stage(f"learn {g}", partial(self._learn, g)))
            yield Generation(number=g, trained=measured_from(trained), learnt=learnt, tested=self._tested(str(g), ()))

    def ablations(self) -> Mapping[str, tuple[Measured, ...]]:
        """Return what the last generation's frozen copy comes to without each of its parts, and without any. Raises as `run`."""
        last, parts = str(self.plan.generations), {**{p: (p,) for p in PARTS if p != "policies"}, "all": PARTS}
        return {name: self._tested(f"{last} without {name}", without) for name, without in parts.items()}

    def _tested(self, name: str, without: Collection[str]) -> tuple[Measured, ...]:
        seeds = range(self.plan.seeds)
        found = (self._stage(f"test {name} seed {s}", partial(self._test, name, s, without)) for s in seeds)
        return tuple(map(measured_from, found))

    def _test(self, name: str, seed: int, without: Collection[str]) -> dict[str, Any]:
        folder = self.plan.out / "frozen" / f"{name} seed {seed}" / "accepted"
        shutil.rmtree(folder.parent, ignore_errors=True)
        if name == "0":
            folder.mkdir(parents=True)
        else:
            freeze(self.work, folder, without)
        return self._run(self.plan.test, folder, self.plan.test_seconds, seed)

    def _run(self, specs: Sequence[Path], folder: Path, seconds: int, seed: int) -> dict[str, Any]:
        return measure(specs, folder, seconds, seed, self.plan.jobs).as_data()

    def _learn(self, generation: int) -> dict[str, Any]:
        command = [
            sys.executable, "-m", "loop", "rules", "play", "--budget", f"{self.plan.learn_seconds}s", "--seed", str(generation),
            "--accepted", str(self.work), "--json",
        ]  # fmt: skip
        found, spent = summary_of(command, self.plan.learn_seconds)
        total = found["total"]
        return {
            "conjectures": total["conjectured"], "rules": total["accepted"], "processor_seconds": round(spent, 3),
            "success_rate": total["success_rate"], "refuted": total["refuted_by_falsifier"],
        }  # fmt: skip

    def _stage(self, name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what a stage came to: from its file where it is over, else by carrying it out."""
        path = self.plan.out / "stages" / f"{name.replace(' ', '-')}.json"
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return found
        self.say(name)
        found = work()
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        temporary.replace(path)
        return found
