"""The options of `qed report`."""

from pathlib import Path
from typing import Annotated

import typer

from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Json

TARGETS = "targets by name, or by any node of theirs; default: all of the graph"


def report(
    targets: Annotated[list[str] | None, typer.Argument(metavar="TARGET", help=TARGETS)] = None,
    accepted: Accepted = GRAPH,
    generations: Annotated[Path | None, typer.Option(metavar="DIR", help="a folder that `qed evolve` wrote")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="write all of it as one page of HTML")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="write the Markdown into a file")] = None,
    plots: Annotated[Path | None, typer.Option(metavar="DIR", help="write the drawings as SVG files")] = None,
    measure: Annotated[bool, typer.Option("--measure", help="measure heads against baselines now, in the sandbox")] = False,
    as_json: Json = False,
) -> None:
    """Say what the graph holds, for people: Markdown for a pull request on stdout, or files.

    A page holds targets with costs, code side by side and cost curves, what rests on what, the last run, what waits for review,
    and with --generations the curve of `qed evolve`. It asks no server for anything and needs no script.
    """

    def action() -> int:
        from loop.commands.report import ReportArguments, run  # noqa: PLC0415 - `qed --help` is quick

        return run(ReportArguments(
            targets=tuple(targets or ()), accepted=accepted, generations=generations, html=html, markdown=markdown, plots=plots,
            measure=measure, as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)
