"""The command `qed export`; `loop.cli` registers it."""

from pathlib import Path
from typing import Annotated

import typer

from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Json

TARGETS_HELP = "a target, by name or by a node; once for each, or with commas; default: all"
TIER_HELP = "the lowest tier that is exported: kernel, or smt for both; each function says which it is"
ORDER_HELP = "the weakest order that is exported: always, eventually or worst-case; default: any, and baselines"


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="the folder of the package, which is made")],
    more: Annotated[list[str] | None, typer.Argument(metavar="TARGET", help="the same as --targets")] = None,
    name: Annotated[str | None, typer.Option(metavar="PACKAGE", help="the package's name; default: the folder's")] = None,
    targets: Annotated[list[str] | None, typer.Option(metavar="NAME", help=TARGETS_HELP)] = None,
    tier: Annotated[str, typer.Option(metavar="TIER", help=TIER_HELP)] = "smt",
    order: Annotated[str | None, typer.Option(metavar="ORDER", help=ORDER_HELP)] = None,
    checked: Annotated[bool, typer.Option("--checked", help="also write versions whose contract icontract checks")] = False,
    force: Annotated[bool, typer.Option("--force", help="write over what an earlier export left in the folder")] = False,
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """Write the accepted heads as an importable, typed package, with their nodes and a command that checks both again."""

    def action() -> int:
        from loop.commands.export import ExportArguments, export as command, to_asked  # noqa: I001, PLC0415 - `qed --help` is quick

        return command(ExportArguments(
            folder=folder, accepted=accepted, asked=to_asked([*(more or ()), *(targets or ())], tier, order), name=name,
            checked=checked, force=force, as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)
