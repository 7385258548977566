"""The command line of the server for coding agents; `loop.cli` registers it."""

from pathlib import Path
from typing import Annotated

import typer

from loop.commands.common import preference
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Lean

SUBMIT_HELP = "let agents hand in candidates, which enter the graph where they are proved (default: only look and try)"


def mcp(
    accepted: Accepted = GRAPH,
    specs: Annotated[Path, typer.Option(metavar="DIR", help="the folder of spec files")] = Path("specs"),
    allow_submit: Annotated[bool, typer.Option("--allow-submit/--read-only", help=SUBMIT_HELP)] = False,
    lean: Lean = "auto",
) -> None:
    """Serve targets, checks and proofs to a coding agent, by the Model Context Protocol on standard input and output."""

    def action() -> int:
        from loop.agents.session import Place  # noqa: PLC0415 - `qed --help` is quick
        from loop.commands.mcp import mcp as command  # noqa: PLC0415

        return command(Place(accepted=accepted, specs=specs, may_submit=allow_submit, lean=preference(lean)))

    guarded(action)
