"""`qed report`: what a graph holds, for people: Markdown on stdout, one file of HTML, drawings, or data."""

import sys
from dataclasses import dataclass
from pathlib import Path

from loop.commands.common import DONE, UsageError, prepare_sandbox, print_json, read_graph
from loop.commands.graph import find_target
from loop.report.report import Report, measured_now, report, to_data
from loop.views.targets import standings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportArguments:
    """What the command line asked for."""

    targets: tuple[str, ...] = ()
    accepted: Path = Path("accepted")
    generations: Path | None = None
    html: Path | None = None
    markdown: Path | None = None
    plots: Path | None = None
    measure: bool = False
    as_json: bool = False


def run(arguments: ReportArguments) -> int:
    """Write the report; return the exit code. Raises UsageError, and Refusal where the graph is not sound."""
    graph = read_graph(arguments.accepted)
    named = [find_target(graph, name, arguments.accepted).id for name in arguments.targets]
    specs = tuple(dict.fromkeys(named))
    times = None
    if arguments.measure:
        prepare_sandbox()
        times = measured_now(arguments.accepted, graph, specs or [s.spec.id for s in standings(graph)])
    curves = bool(arguments.html or arguments.plots or arguments.as_json or specs)
    found = report(
        arguments.accepted, graph, specs, curves=curves, times=times, evolved=arguments.generations,
    )  # fmt: skip
    files = _written(arguments, found)
    if arguments.as_json:
        data = to_data(found)
        print_json({"files": files, **data} if isinstance(data, dict) else {})
    elif files:
        sys.stdout.write("".join(f"{name}\n" for name in files))
    else:
        from loop.report.markdown import to_markdown  # noqa: PLC0415 - only what is asked for is made

        sys.stdout.write(to_markdown(found))
    return DONE


def _written(arguments: ReportArguments, found: Report) -> list[str]:
    """Write the files that were asked for, and return their names."""
    texts: dict[Path, str] = {}
    if arguments.html:
        from loop.report.html import to_html  # noqa: PLC0415 - as above

        texts[arguments.html] = to_html(found)
    if arguments.markdown:
        from loop.report.markdown import to_markdown  # noqa: PLC0415 - as above

        texts[arguments.markdown] = to_markdown(found)
    if arguments.plots:
        from loop.report.html import plot_files  # noqa: PLC0415 - as above

        texts |= {arguments.plots / name: text for name, text in plot_files(found)}
    for path, text in texts.items():
        _write(path, text)
    return [str(path) for path in texts]


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
