"""Generations: run on training targets, learn, and measure a frozen copy on held-out targets; what is done is not done again.

The baselines of the held-out targets are proved once, before all generations: their proofs are no yield.

A stage writes what it came to into a file of its own when it is over. Who was interrupted goes on with the first stage that has
none; a graph that a stage had begun to fill is gone on with, and a frozen copy is made anew.
"""

import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from loop.budget import stop, stopped_by
from loop.generations.frozen import PARTS, add_versions, freeze
from loop.generations.measure import Measured, RunLost, RunStopped, measure, measured_from, summary_of
from loop.generations.stages import stage
from loop.hosting.hosted import SWITCH

OWN_CODE: Final = "own code"
"""what is left out where the loop runs its own functions as they were written, and not their accepted versions"""
WEIGHED: Final = 4
"""one part in so many of the time for learning goes into weighing lemmas"""
BASELINES: Final = 3_600
"""most seconds for the proofs of the baselines of all held-out targets"""
PARTS_TRIED: Final = 3
"""one training family in so many is tried on in a generation"""


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
    specs: Path
    """the folder of all spec files"""
    trial_seconds: int = 0
    """of each run in which a ranking is tried, on training families; 0 for no ranking"""
    trial_families: tuple[str, ...] = ()
    """training families, of which each generation tries its ranking on some"""
    ablate: bool = False
    jobs: int | None = None

    def as_data(self) -> dict[str, Any]:
        """Return what must be the same for a folder to be gone on with; more generations may be asked for than before."""
        return {
            "train": list(map(str, self.train)), "test": list(map(str, self.test)), "seeds": self.seeds,
            "train_seconds": self.train_seconds, "learn_seconds": self.learn_seconds, "test_seconds": self.test_seconds,
            "trial_seconds": self.trial_seconds,
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
    kept: int = 0
    """lemmas and rules that shorten past goals"""
    forgotten: int = 0
    """likewise that shorten none of those that they were measured on"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of the ranking that a generation fitted."""

    accepted: bool
    won: int
    """targets that did better with it"""
    lost: int
    why: str
    """why it is not in use"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One generation; the one of number 0 has learned nothing."""

    number: int
    trained: Measured | None
    learnt: Learnt | None
    tested: tuple[Measured, ...]
    """one for each seed"""
    tried: Tried | None = None


@dataclass(slots=True)
class Evolution:
    """Goes through a plan; `say` hears which stage begins."""

    plan: Plan
    say: Callable[[str], None] = field(default=lambda _: None)

    @property
    def work(self) -> Path:
        """The graph of the training targets, which all generations fill."""
        return self.plan.out / "work" / "accepted"

    @property
    def baselines(self) -> Path:
        """The graph of the baselines of the held-out targets, which each test begins with: they are what is to be improved."""
        return self.plan.out / "baselines" / "accepted"

    def run(self) -> Iterator[Generation]:
        """Yield each generation when it is over. Raises RunLost, RunStopped, Refusal, OSError."""
        self._stage("baselines", self._baselines)
        yield Generation(number=0, trained=None, learnt=None, tested=self._tested("0", ()))
        for g in range(1, self.plan.generations + 1):
            trained = self._stage(f"train {g}", partial(self._run, self.plan.train, self.work, self.plan.train_seconds, g))
            learnt = Learnt(**self._stage(f"learn {g}", partial(self._learn, g)))
            tried = Tried(**self._stage(f"ranking {g}", partial(self._rank, g))) if self.plan.trial_seconds else None
            tested = self._tested(str(g), ())
            yield Generation(number=g, trained=measured_from(trained), learnt=learnt, tried=tried, tested=tested)

    def ablations(self) -> Mapping[str, tuple[Measured, ...]]:
        """Return what the last generation's frozen copy comes to without each of its parts, and without any. Raises as `run`."""
        every = (*PARTS, OWN_CODE)
        last, parts = str(self.plan.generations), {**{p: (p,) for p in every}, "all": every}
        return {name: self._tested(f"{last} without {name}", without) for name, without in parts.items()}

    def _baselines(self) -> dict[str, Any]:
        """Prove the baselines of the held-out targets, and look for nothing better."""
        silent = self.baselines.parent / "none.jsonl"
        silent.parent.mkdir(parents=True, exist_ok=True)
        silent.touch()
        return self._run(self.plan.test, self.baselines, BASELINES, 0, "--proposer", f"replay:{silent}", "--rounds", "1")

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
        add_versions(self.baselines, folder)
        return self._run(self.plan.test, folder, self.plan.test_seconds, seed, own_code=name != "0" and OWN_CODE not in without)

    def _run(
        self, specs: Sequence[Path], folder: Path, seconds: int, seed: int, *more: str, own_code: bool = True
    ) -> dict[str, Any]:
        def look() -> None:
            # a stop of this work is one of the run in hand, whose graph may be another one
            if stopped_by(self.work) is not None:
                stop(folder)

        environment = {} if own_code else {SWITCH: "0"}
        found = measure(specs, folder, seconds, seed, self.plan.jobs, more, environment=environment, look=look)
        return found.as_data()

    def _learn(self, generation: int) -> dict[str, Any]:
        """Play for conjectures, and weigh the lemmas of the graph for a part of the time."""
        weighing = max(1, self.plan.learn_seconds // WEIGHED)
        playing = max(1, self.plan.learn_seconds - weighing)
        played, spent = self._command("rules", "play", "--seed", str(generation), seconds=playing)
        weighed, more = self._command("lemmas", "weigh", seconds=weighing)
        total = played["total"]
        return {
            "conjectures": total["conjectured"], "rules": total["accepted"], "processor_seconds": round(spent + more, 3),
            "success_rate": total["success_rate"], "refuted": total["refuted_by_falsifier"], "kept": weighed["kept"],
            "forgotten": weighed["forgotten"],
        }  # fmt: skip

    def _command(self, *words: str, seconds: int) -> tuple[dict[str, Any], float]:
        """Return what a command came to that works on the graph for so many seconds, and its processor seconds."""
        command = [sys.executable, "-m", "loop", *words, "--budget", f"{seconds}s", "--accepted", str(self.work), "--json"]
        return summary_of(command, seconds)

    def _rank(self, generation: int) -> dict[str, Any]:
        """Fit a ranking on the journal, and try it on some of the training families, other ones in each generation."""
        families = self.plan.trial_families
        held = families[(generation - 1) % PARTS_TRIED :: PARTS_TRIED] or families
        command = [
            sys.executable, "-m", "loop", "policy", "learn", "ranking", str(self.plan.out / f"ranking-{generation}"), "--specs",
            str(self.plan.specs), "--accepted", str(self.work), "--time", f"{self.plan.trial_seconds}s", "--seeds", "2", "--json",
            *(option for family in held for option in ("--held-out", family)),
        ]  # fmt: skip
        found, _ = summary_of(command, 4 * self.plan.trial_seconds)
        said = str(found.get("why") or found.get("message") or "")
        return {
            "accepted": bool(found.get("accepted")), "won": int(found.get("won", 0)), "lost": int(found.get("lost", 0)),
            "why": said,
        }  # fmt: skip

    def _stage(self, name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what a stage came to: from its file where it is over, else by carrying it out."""
        def stoppable() -> dict[str, Any]:
            if (file := stopped_by(self.work)) is not None:
                raise RunStopped(f"{file}")
            try:
                return work()
            except RunLost:
                if (file := stopped_by(self.work)) is not None:
                    raise RunStopped(f"{file}") from None
                raise

        return stage(self.plan.out / "stages", name, stoppable, self.say)
