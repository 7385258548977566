"""The commands by which the loop gets better: `qed rules`, `lemmas`, `policy`, `tune`, `dataset` and `evolve`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from loop.commands.common import preference
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Json, Lean, Time
from loop.commands.run_arguments import parse_budget

if TYPE_CHECKING:
    from loop.commands.policy import TryArguments

rules = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
lemmas = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
policy = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Specs = Annotated[Path, typer.Option(metavar="DIR", help="the spec files; a target's family is its folder")]
HeldOut = Annotated[list[str] | None, typer.Option(metavar="FAMILY", help="a family to measure on alone")]
Jobs = Annotated[int | None, typer.Option(metavar="N", help="judgements at a time")]
Trials = Annotated[Path, typer.Argument(metavar="DIR", help="a folder for the runs; what is over there is not done again")]
EachTime = Annotated[str, typer.Option("--time", metavar="TIME", help="wall clock of each run over the held-out targets")]
Seeds = Annotated[int, typer.Option(metavar="N", help="runs of each side")]
SPECS: Final = Path("specs")


@rules.command()
def find(
    grammar: Annotated[list[str] | None, typer.Option(metavar="G", help="ints, bits, comparisons, folds; default all")] = None,
    size: Annotated[int, typer.Option(metavar="N", help="most leaves and operators of a side")] = 4,
    budget: Time = None,
    seed: Annotated[int, typer.Option(metavar="S", help="of the samples by which terms are told apart")] = 0,
    accepted: Accepted = GRAPH,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Conjecture rewrite rules, prove them, and admit those that are accepted."""

    def action() -> int:
        from loop.commands.rules import FindArguments, find_rules  # noqa: PLC0415 - only where it is asked for

        return find_rules(FindArguments(
            grammars=tuple(grammar or ()), size=size, seed=seed, seconds=parse_budget(budget), accepted=accepted,
            lean=preference(lean), as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


@rules.command()
def play(
    rounds: Annotated[int | None, typer.Option(metavar="N", help="most rounds; default: until nothing is left")] = None,
    budget: Time = None,
    grammar: Annotated[list[str] | None, typer.Option(metavar="G", help="ints, bits, comparisons, folds; default all")] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="of all samples")] = 0,
    accepted: Accepted = GRAPH,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Self-play: conjecture rules at the edge of what can be proved, try to break them, prove them, and learn from all of it."""

    def action() -> int:
        from loop.commands.play import PlayArguments, play as command  # noqa: I001, PLC0415 - only where it is asked for

        return command(PlayArguments(
            grammars=tuple(grammar or ()), rounds=rounds, seed=seed, seconds=parse_budget(budget), accepted=accepted,
            lean=preference(lean), as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


@rules.command()
def show(
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """Print the rewrite rules of the graph, and which versions' proofs hold them."""

    def action() -> int:
        from loop.commands.rules import show_rules  # noqa: PLC0415 - only where it is asked for

        return show_rules(accepted, as_json=as_json)

    guarded(action, as_json=as_json)


@lemmas.command()
def weigh(
    budget: Time = None,
    goals: Annotated[int | None, typer.Option(metavar="N", help="most past goals that are looked at; default all")] = None,
    accepted: Accepted = GRAPH,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Prove past goals again with and without each lemma; what helps nowhere is offered no more."""

    def action() -> int:
        from loop.commands.lemmas import WeighArguments, weigh as command  # noqa: I001, PLC0415

        return command(WeighArguments(
            accepted=accepted, seconds=parse_budget(budget), goals=goals, lean=preference(lean), as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


@lemmas.command("show")
def show_lemmas(
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """Print the lemmas of the graph: what each says, what it is worth, and whether proofs are offered it."""

    def action() -> int:
        from loop.commands.lemmas import show as command  # noqa: PLC0415 - only where it is asked for

        return command(accepted, as_json=as_json)

    guarded(action, as_json=as_json)


def dataset(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="a folder that is new or empty")],
    accepted: Accepted = GRAPH,
    specs: Specs = SPECS,
    held_out: Annotated[list[str] | None, typer.Option(metavar="FAMILY", help="a family that is for testing only")] = None,
    licence: Annotated[str, typer.Option(metavar="SPDX", help="of the programs")] = "LicenseRef-unstated",
    as_json: Json = False,
) -> None:
    """Write what the graph and its journal teach, for training: programs, preferences, and proofs by steps."""

    def action() -> int:
        from loop.commands.dataset import DatasetArguments, dataset as command  # noqa: I001, PLC0415

        return command(DatasetArguments(
            out=out, accepted=accepted, specs=specs, held_out=tuple(held_out or ()), licence=licence, as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


def evolve(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="a folder that is new, or that this was interrupted in")],
    generations: Annotated[int, typer.Option(metavar="N", help="how many")] = 4,
    seeds: Annotated[int, typer.Option(metavar="N", help="times that each generation is measured")] = 3,
    specs: Specs = SPECS,
    held_out: HeldOut = None,
    train: Annotated[str, typer.Option(metavar="TIME", help="wall clock of a generation on the other families")] = "4m",
    learn: Annotated[str, typer.Option(metavar="TIME", help="wall clock of a generation's conjectures")] = "2m",
    test: Annotated[str, typer.Option(metavar="TIME", help="wall clock of each measurement")] = "3m",
    trial: Annotated[str, typer.Option(metavar="TIME", help="wall clock of each run that tries a ranking; 0s for none")] = "40s",
    ablate: Annotated[bool, typer.Option("--ablate", help="measure the last generation without each of its parts, too")] = False,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Run generations that learn, and measure each on targets that it never learned from."""

    def action() -> int:
        from loop.commands.evolve import EvolveArguments, evolve as command  # noqa: I001, PLC0415

        train_seconds, learn_seconds, test_seconds, trial_seconds = (
            int(parse_budget(text) or 0) for text in (train, learn, test, trial)
        )
        return command(EvolveArguments(
            specs=specs, out=out, held_out=tuple(held_out or ()), generations=generations, seeds=seeds, ablate=ablate, jobs=jobs,
            train_seconds=train_seconds, learn_seconds=learn_seconds, test_seconds=test_seconds, trial_seconds=trial_seconds,
            as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


def _trying(
    out: Path, accepted: Path, specs: Path, held_out: list[str] | None, time: str, seeds: int, jobs: int | None, *, as_json: bool
) -> "TryArguments":
    from loop.commands.policy import TryArguments  # noqa: PLC0415 - only where it is asked for

    return TryArguments(
        out=out, accepted=accepted, specs=specs, held_out=tuple(held_out or ()), seconds=int(parse_budget(time) or 0),
        seeds=seeds, jobs=jobs, as_json=as_json,
    )  # fmt: skip


@policy.command("learn")
def learn_policy(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="ranking (of proposals) or tactics")],
    out: Trials,
    accepted: Accepted = GRAPH,
    specs: Specs = SPECS,
    held_out: HeldOut = None,
    time: EachTime = "3m",
    seeds: Seeds = 3,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Fit a model on the journal, try it on held-out targets, and admit it where it does better."""

    def action() -> int:
        from loop.commands.policy import learn  # noqa: PLC0415 - only where it is asked for

        return learn(_trying(out, accepted, specs, held_out, time, seeds, jobs, as_json=as_json), kind)

    guarded(action, as_json=as_json)


@policy.command("try")
def try_policy(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the policy")],
    out: Trials,
    accepted: Accepted = GRAPH,
    specs: Specs = SPECS,
    held_out: HeldOut = None,
    time: EachTime = "3m",
    seeds: Seeds = 3,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Try a policy on held-out targets, and admit it where it does better."""

    def action() -> int:
        from loop.commands.policy import try_out  # noqa: PLC0415 - only where it is asked for

        return try_out(_trying(out, accepted, specs, held_out, time, seeds, jobs, as_json=as_json), file)

    guarded(action, as_json=as_json)


@policy.command("show")
def show_policies(accepted: Accepted = GRAPH, as_json: Json = False) -> None:
    """Print the policies of the graph with their evidence, and those that were tried and left out."""

    def action() -> int:
        from loop.commands.policy import show as command  # noqa: PLC0415 - only where it is asked for

        return command(accepted, as_json=as_json)

    guarded(action, as_json=as_json)


def tune(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="a folder that is new, or that this was interrupted in")],
    accepted: Accepted = GRAPH,
    specs: Specs = SPECS,
    tune_on: Annotated[list[str] | None, typer.Option(metavar="FAMILY", help="a family to tune on; default: all others")] = None,
    held_out: HeldOut = None,
    trials: Annotated[int, typer.Option(metavar="N", help="settings that are tried, those in use included")] = 20,
    time: Annotated[str, typer.Option(metavar="TIME", help="wall clock of each run over the targets that are tuned on")] = "2m",
    seeds: Annotated[int, typer.Option(metavar="N", help="runs of each trial, and of each side on held-out targets")] = 2,
    final: Annotated[str, typer.Option(metavar="TIME", help="wall clock of each run over the held-out targets")] = "3m",
    jobs: Jobs = None,
    seed: Annotated[int, typer.Option(metavar="S", help="of the choice of settings")] = 0,
    as_json: Json = False,
) -> None:
    """Search for settings of the loop that yield more, try them on held-out targets, and admit them where they do there."""

    def action() -> int:
        from loop.commands.tune import TuneArguments, tune as command  # noqa: I001, PLC0415

        seconds, final_seconds = (int(parse_budget(text) or 0) for text in (time, final))
        return command(TuneArguments(
            out=out, accepted=accepted, specs=specs, tune_on=tuple(tune_on or ()), held_out=tuple(held_out or ()), trials=trials,
            seconds=seconds, seeds=seeds, final_seconds=final_seconds, jobs=jobs, seed=seed, as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)
