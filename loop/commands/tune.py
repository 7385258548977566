"""`qed tune`: settings of the search that yield more on some targets, tried on held-out ones, and admitted if they do there."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from loop.budget import stopped_by
from loop.commands.begun import alone, begin
from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.commands.governed import unless_stopped
from loop.generations.frozen import freeze
from loop.generations.measure import RunLost, RunStopped, given_up
from loop.generations.stages import stage
from loop.journal import Journal, journal_path
from loop.policies.deciding import TRIED, Decided, decide
from loop.policies.in_use import SETTINGS, policies_of, policy_data
from loop.policies.trial import Trial
from loop.search.settings import BOUNDS, Settings
from loop.tuning.report import Report
from loop.tuning.settings_study import SettingsStudy, Tried, best_of
from loop.tuning.targets import Targets, targets_of
from loop.words import console, moving
from verify.canonical import to_json
from verify.ci_formats import plain
from verify.graph import Graph, policies
from verify.policy import POLICY_FILE

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneArguments:
    """What the command line asked for; seconds are wall clock, of each run over all targets of a side."""

    out: Path
    specs: Path
    accepted: Path
    tune_on: tuple[str, ...]
    held_out: tuple[str, ...]
    trials: int
    seeds: int
    """runs of each trial, and of each side of the last comparison"""
    seconds: int
    final_seconds: int
    jobs: int | None
    seed: int
    as_json: bool

    def as_data(self) -> dict[str, Any]:
        """Return what must be the same for a folder to be gone on with; more trials may be asked for than before."""
        return {
            "accepted": str(self.accepted.absolute()), "seeds": self.seeds, "seconds": self.seconds,
            "final_seconds": self.final_seconds, "seed": self.seed, "bounds": {name: list(of) for name, of in BOUNDS.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tuning:
    """A tuning that is begun or gone on with in a folder."""

    arguments: TuneArguments
    targets: Targets
    out: Path
    """the folder, whole"""

    @property
    def source(self) -> Path:
        """The frozen copy of what the loop had learned when the tuning began, which every run begins with."""
        return self.out / "learned" / "accepted"

    def report(self, say: Say) -> Report:
        """Go through the trials that are due, and decide on the best settings. Raises UsageError, and as `Trial.of`."""
        stage(self.out / "stages", "learned", self._freeze, say)
        begun = read_graph(self.source)
        in_use = policies_of(begun).settings
        study = SettingsStudy(self.out / "study.sqlite", self.arguments.seed, in_use, partial(self._measured, say))
        self._still(begun, study)
        tried = list(study.run(self.arguments.trials))
        best = best_of(tried)
        decided, before = (None, 0) if best.settings == in_use else self._decided(best, say)
        return Report(
            targets=self.targets, in_use=in_use, tried=tried, importance=study.importance(), decided=decided, before=before,
        )  # fmt: skip

    def _freeze(self) -> dict[str, Any]:
        rmtree(self.source.parent, ignore_errors=True)
        freeze(self.arguments.accepted, self.source)
        return {}

    def _still(self, begun: Graph, study: SettingsStudy) -> None:
        """See that the graph's settings are those that the tuning began with, or those that it ended with. Raises UsageError."""
        now, then = (policies(graph).get(SETTINGS) for graph in (read_graph(self.arguments.accepted), begun))
        if now == then:
            return
        last = self._final(lambda _: None).out / POLICY_FILE
        if now is None or not last.exists() or last.read_bytes() != now.content(POLICY_FILE):
            raise UsageError(f"the graph has other settings than when {self.out} was begun; name a new folder.")
        if self.arguments.trials > len(list(study.run(0))):
            raise UsageError(f"the settings that {self.out} came to are in the graph; name a new folder to go on from them.")

    def _measured(self, say: Say, number: int, settings: Settings) -> int:
        a, out = self.arguments, self.out / "trials" / str(number)
        return Trial(
            source=self.source, specs=self.targets.tune, out=out, seconds=a.seconds, seeds=a.seeds, jobs=a.jobs,
            stops=a.accepted, say=lambda what: say(f"trial {number} of {a.trials}: {what}"),
        ).found(_policy(settings))  # fmt: skip

    def _final(self, say: Say) -> Trial:
        a = self.arguments
        return Trial(
            source=self.source, specs=self.targets.held_out, out=self.out / "final", seconds=a.final_seconds, seeds=a.seeds,
            jobs=a.jobs, stops=a.accepted, say=lambda what: say(f"held out: {what}"),
        )  # fmt: skip

    def _decided(self, best: Tried, say: Say) -> tuple[Decided, int]:
        """Return what becomes of the best settings, and how many others were tried on held-out targets before."""
        policy, folder = _policy(best.settings), self.arguments.accepted
        evidence = self._final(say).of(policy)
        with closing(Journal(journal_path(folder))) as journal:
            told = [e.content for e in journal.events(TRIED) if e.content.get("kind") == SETTINGS]
        before = sum(one.get("policy") != policy.decode() for one in told)
        graph = read_graph(folder)
        decided = decide(graph, folder, policy, evidence)[1]
        return decided, before


def tune(arguments: TuneArguments) -> int:
    """Tune, or go on with it, and print what came of it; return the exit code, which is the same whatever that is.

    Raises UsageError, and Refusal where a run was lost or a graph cannot be read or written.
    """
    for name in ("trials", "seeds", "seconds", "final_seconds", "jobs"):
        if (value := getattr(arguments, name)) is not None and value < 1:
            said = {"seconds": "time", "final_seconds": "final"}.get(name, name)
            raise UsageError(f"--{said} must be at least 1.")
    unless_stopped(arguments.accepted)
    graph = read_graph(arguments.accepted)
    targets = targets_of(arguments.specs, graph, arguments.accepted, arguments.tune_on, arguments.held_out)
    out = arguments.out.absolute()
    begin(out, {**arguments.as_data(), **targets.as_data()})
    with alone(out), _shown() as say:
        try:
            report = Tuning(arguments, targets, out).report(say)
        except RunStopped:
            return _stopped(arguments)
        except RunLost as lost:
            if stopped_by(arguments.accepted) is not None:
                return _stopped(arguments)  # it was stopped as it began
            raise given_up(lost, out) from None
    if arguments.as_json:
        print_json(report.as_data())
    else:
        console().print(report.table())
        for line in report.words():
            console().print(plain(line), soft_wrap=True)
    return DONE


def _stopped(arguments: TuneArguments) -> int:
    """Say that somebody stopped it."""
    if arguments.as_json:
        print_json({"ended": "stopped"})
    console(stderr=True).print("stopped; what is over is kept, and the same command goes on.")
    return DONE


def _policy(settings: Settings) -> bytes:
    return to_json(policy_data(SETTINGS, {**settings.to_data()}))


@contextmanager
def _shown() -> Iterator[Say]:
    """Show which run goes on, on a terminal only."""
    err = console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not moving(err)) as progress:
        task = progress.add_task("", total=None)
        yield lambda what: progress.update(task, description=plain(what))
