"""`qed evolve`: generations of the loop, each measured on held-out targets, and what the curve says."""

import json
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from loop.budget import stopped_by
from loop.commands.begun import alone, begin
from loop.commands.common import DONE, UsageError, print_json
from loop.commands.governed import unless_stopped
from loop.commands.held_out import divided
from loop.dataset.families import family_of
from loop.generations.evolve import Evolution, Generation, Plan
from loop.generations.measure import RunLost, RunStopped, given_up
from loop.generations.report import COLUMNS, Report, cells, markdown, report, words
from loop.words import console
from verify.ci_formats import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class EvolveArguments:
    """What the command line asked for; seconds are wall clock."""

    specs: Path
    out: Path
    held_out: tuple[str, ...]
    generations: int
    seeds: int
    train_seconds: int
    learn_seconds: int
    test_seconds: int
    trial_seconds: int
    ablate: bool
    jobs: int | None
    as_json: bool


def evolve(arguments: EvolveArguments) -> int:
    """Go through the generations, or go on with them, and print what came of them; return the exit code.

    Raises UsageError, and Refusal where a run was lost or a graph cannot be read.
    """
    plan = _plan(arguments)
    with alone(plan.out):
        return _evolved(arguments, plan)


def _evolved(arguments: EvolveArguments, plan: Plan) -> int:
    err = console(stderr=True)
    evolution = Evolution(plan, lambda name: err.print(plain(name)))
    unless_stopped(evolution.work)
    found: list[Generation] = []
    try:
        for generation in evolution.run():
            found.append(generation)
            if generation.number:
                counts = ", ".join(str(m.found) for m in generation.tested)
                err.print(f"generation {generation.number}: {counts} held-out targets improved", soft_wrap=True)
        ablations = evolution.ablations() if plan.ablate else {}
    except RunStopped:
        return _stopped(arguments, evolution)
    except RunLost as lost:
        raise given_up(lost, plan.out) from None
    told = report(found, ablations)
    data = {"plan": plan.as_data(), **told.as_data()}
    (plan.out / "report.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    (plan.out / "report.md").write_text(markdown(told), encoding="utf-8")
    if arguments.as_json:
        print_json(data)
    else:
        _show(told)
    return DONE


def _stopped(arguments: EvolveArguments, evolution: Evolution) -> int:
    """Say that somebody stopped it; what is over is kept."""
    if arguments.as_json:
        print_json({"plan": evolution.plan.as_data(), "ended": "stopped"})
    stop = stopped_by(evolution.work) or "a stop file"
    console(stderr=True).print(plain(f"stopped by {stop}; what is over is kept, and the same command goes on."), soft_wrap=True)
    return DONE


def _plan(arguments: EvolveArguments) -> Plan:
    for name in ("generations", "seeds", "train_seconds", "learn_seconds", "test_seconds"):
        if getattr(arguments, name) < 1:
            raise UsageError(f"--{name.removesuffix('_seconds').replace('_', '-')} must be at least 1.")
    train, test = divided(arguments.specs, arguments.held_out)
    plan = Plan(
        out=arguments.out.absolute(), train=train, test=test, generations=arguments.generations, seeds=arguments.seeds,
        train_seconds=arguments.train_seconds, learn_seconds=arguments.learn_seconds, test_seconds=arguments.test_seconds,
        specs=arguments.specs.absolute(), trial_seconds=arguments.trial_seconds,
        trial_families=tuple(sorted({family_of(p, arguments.specs.absolute()) for p in train})),
        ablate=arguments.ablate, jobs=arguments.jobs,
    )  # fmt: skip
    begin(plan.out, plan.as_data())
    return plan


def _show(told: Report) -> None:
    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "alarm" else "right")
    for row in told.rows:
        table.add_row(*cells(row))
    out.print(table)
    for line in words(told):
        out.print(plain(line), soft_wrap=True)
