"""The commands that look at the graph as a whole: `qed graph show`, `log`, `export`."""

from typing import Annotated

import typer

from loop import completion
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Json

graphs = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@graphs.command()
def show(accepted: Accepted = GRAPH, as_json: Json = False) -> None:
    """List the targets and their heads."""

    def action() -> int:
        from loop.commands.graph import show as command  # noqa: PLC0415 - `qed --help` is quick

        return command(accepted, as_json=as_json)

    guarded(action, as_json=as_json)


@graphs.command()
def log(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="a target, or a node of it", autocompletion=completion.nodes)
    ],
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """List the versions of a target, from the baseline to the head."""

    def action() -> int:
        from loop.commands.graph import log as command  # noqa: PLC0415 - as above

        return command(target, accepted, as_json=as_json)

    guarded(action, as_json=as_json)


@graphs.command()
def export(
    file: Annotated[str, typer.Argument(metavar="FILE", help="where it is written; - is stdout")],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="graphml, dot or json; default: by the file's name, else graphml",
            autocompletion=completion.one_of("graphml", "dot", "json"),
        ),
    ] = None,
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """Write the graph for other programs: every node with its kind, target, tier and order, every edge with its type."""

    def action() -> int:
        from loop.commands.graph_export import export as command  # noqa: PLC0415 - as above

        return command(file, form, accepted, as_json=as_json)

    guarded(action, as_json=as_json)
