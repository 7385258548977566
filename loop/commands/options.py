"""Options that many commands have."""

from pathlib import Path
from typing import Annotated, Final

import typer

from loop import completion
from loop.commands.common import LEAN_HELP

Accepted = Annotated[Path, typer.Option(metavar="DIR", help="the graph's folder")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object on stdout")]
Lean = Annotated[str, typer.Option(metavar="KIND", help=LEAN_HELP, autocompletion=completion.leans)]
Time = Annotated[str | None, typer.Option(metavar="TIME", help="wall clock, such as 30s, 5m or 1h")]
ProposerName = Annotated[
    str, typer.Option(metavar="P", help="symbolic, openai or replay:FILE", autocompletion=completion.proposers)
]
ExecutorName = Annotated[
    str, typer.Option(metavar="E", help="who judges: local (of this machine) or ray", autocompletion=completion.executors)
]
GRAPH: Final = Path("accepted")
