"""The commands by which people have a say: `qed review ...`, `qed stop`."""

from typing import Annotated

import typer

from loop.commands.common import preference
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Json, Lean

review = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Entry = Annotated[str, typer.Argument(metavar="ENTRY", help="the node that waits, the beginning of its name, or its target")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="who says so; policy.toml may name who may")]


@review.command("list")
def list_(accepted: Accepted = GRAPH, as_json: Json = False) -> None:
    """List what was proved and waits for a person's word."""

    def action() -> int:
        from loop.commands.review import ReviewArguments, list_entries  # noqa: PLC0415 - only where it is asked for

        return list_entries(ReviewArguments(accepted=accepted, as_json=as_json))

    guarded(action, as_json=as_json)


@review.command()
def show(entry: Entry, accepted: Accepted = GRAPH, as_json: Json = False) -> None:
    """Say what there is to judge: the change, what was proved of it, its cost, and what that rests on."""

    def action() -> int:
        from loop.commands.review import ReviewArguments, show_entry  # noqa: PLC0415 - only where it is asked for

        return show_entry(ReviewArguments(accepted=accepted, name=entry, as_json=as_json))

    guarded(action, as_json=as_json)


@review.command()
def approve(
    entry: Entry,
    by: By,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="for the journal")] = "",
    accepted: Accepted = GRAPH,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Prove it again from its bytes, and admit it; nothing enters that is not proved."""

    def action() -> int:
        from loop.commands.review import ReviewArguments, approve as command  # noqa: I001, PLC0415
        from loop.commands.run import proving_again  # noqa: PLC0415

        arguments = ReviewArguments(accepted=accepted, name=entry, by=by, why=why, as_json=as_json)
        return command(arguments, proving_again(preference(lean)))

    guarded(action, as_json=as_json)


@review.command()
def reject(
    entry: Entry,
    by: By,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="for the journal")],
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """Take it out of the queue for good; it is not proposed against the same head again."""

    def action() -> int:
        from loop.commands.review import ReviewArguments, reject as command  # noqa: I001, PLC0415

        return command(ReviewArguments(accepted=accepted, name=entry, by=by, why=why, as_json=as_json))

    guarded(action, as_json=as_json)


def stop(
    accepted: Accepted = GRAPH,
    clear: Annotated[bool, typer.Option("--clear", help="let runs begin again")] = False,
    as_json: Json = False,
) -> None:
    """Stop whatever works on a graph, and let nothing begin until it is cleared."""

    def action() -> int:
        from loop.commands.stop import StopArguments, stop as command  # noqa: I001, PLC0415

        return command(StopArguments(accepted=accepted, clear=clear, as_json=as_json))

    guarded(action, as_json=as_json)
