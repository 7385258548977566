"""The commands `qed rules ...`."""

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
def show(
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """Print the rewrite rules of the graph, and which versions' proofs hold them."""

    def action() -> int:
        from loop.commands.rules import show_rules  # noqa: PLC0415 - only where it is asked for

        return show_rules(accepted, as_json=as_json)

    guarded(action, as_json=as_json)
