"""The command `qed serve`."""

from pathlib import Path
from typing import Annotated

import typer

from loop.commands.common import preference
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Json, Lean


def serve(
    accepted: Accepted = GRAPH,
    generations: Annotated[Path | None, typer.Option(metavar="DIR", help="a folder of `qed evolve`, for its curve")] = None,
    port: Annotated[int, typer.Option(metavar="N", help="the port; 0 for any that is free")] = 8765,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="127.0.0.1 or ::1; no other is served")] = "127.0.0.1",
    browse: Annotated[bool, typer.Option("--open/--no-open", help="open the pages in a browser")] = False,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Show the graph, its history, runs and what waits for review as web pages, to this machine alone."""

    def action() -> int:
        from loop.commands.serve import ServeArguments, serve as command  # noqa: I001, PLC0415 - `qed --help` is quick

        return command(ServeArguments(
            accepted=accepted, generations=generations, host=host, port=port, browse=browse, lean=preference(lean),
            as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)
