"""The commands by which the loop gets better: `qed rules ...`, `qed dataset`, `qed evolve`."""

from pathlib import Path
from typing import Annotated

import typer

from loop.commands.common import preference
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Json, Lean, Time
from loop.commands.run_arguments import parse_budget

rules = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


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


def dataset(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="a folder that is new or empty")],
    accepted: Accepted = GRAPH,
    specs: Annotated[Path, typer.Option(metavar="DIR", help="the spec files; a target's family is its folder")] = Path("specs"),
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
    specs: Annotated[Path, typer.Option(metavar="DIR", help="the spec files; a target's family is its folder")] = Path("specs"),
    held_out: Annotated[list[str] | None, typer.Option(metavar="FAMILY", help="a family to measure on alone")] = None,
    train: Annotated[str, typer.Option(metavar="TIME", help="wall clock of a generation on the other families")] = "4m",
    learn: Annotated[str, typer.Option(metavar="TIME", help="wall clock of a generation's conjectures")] = "2m",
    test: Annotated[str, typer.Option(metavar="TIME", help="wall clock of each measurement")] = "3m",
    ablate: Annotated[bool, typer.Option("--ablate", help="measure the last generation without each of its parts, too")] = False,
    jobs: Annotated[int | None, typer.Option(metavar="N", help="judgements at a time")] = None,
    as_json: Json = False,
) -> None:
    """Run generations that learn, and measure each on targets that it never learned from."""

    def action() -> int:
        from loop.commands.evolve import EvolveArguments, evolve as command  # noqa: I001, PLC0415

        train_seconds, learn_seconds, test_seconds = (int(parse_budget(text) or 0) for text in (train, learn, test))
        return command(EvolveArguments(
            specs=specs, out=out, held_out=tuple(held_out or ()), generations=generations, seeds=seeds, ablate=ablate, jobs=jobs,
            train_seconds=train_seconds, learn_seconds=learn_seconds, test_seconds=test_seconds, as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)
