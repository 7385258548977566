"""The command `ci`: the gate of the graph, without anything of loop/.

Decides: the exit code. 0 accept, 1 reject, 2 wrong usage, 3 decline, 4 a broken tool or a bug.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.base import repository_of
from verify.canonical import Data
from verify.ci import Progress, Report, Row, ci
from verify.ci_formats import journal_line, plain, problem_lines, row_text, summary, to_json, to_junit, to_sarif
from verify.ci_markdown import to_markdown
from verify.environment import ROOT, environment, solver, trusted_files
from verify.graph import Graph
from verify.limits import DEFAULT
from verify.node import Node
from verify.reasons import NoBase, Refusal
from verify.sandbox import notice
from verify.snapshot import private_snapshots
from verify.toolchain import Preference, ToolchainMissing, find
from verify.verdict import Verdict

USAGE, ERROR = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CiArguments:
    """The options of `ci`; files are written only where they are named.

    `tree` is the repository that is judged, with the graph in it, wherever the code of the judge lies; without it, it is the
    repository that the graph lies in.
    """

    everything: bool = False
    base: str | None = None
    accepted: Path = Path("accepted")
    tree: Path | None = None
    trust_change: bool = False
    as_json: bool = False
    sarif: Path | None = None
    junit: Path | None = None
    markdown: Path | None = None
    lean: Preference = "auto"
    workers: int = 2


def run_ci(arguments: CiArguments) -> int:
    """Check the graph, print the report, write the files that were asked for, and return the exit code.

    With `as_json` one object goes to stdout; progress goes to stderr.
    """
    if complaint := _complaint(arguments):
        return _say(complaint, USAGE)
    if said := notice():
        sys.stderr.write(f"qed: {said}\n")

    def reprove(graph: Graph, node: Node) -> Verdict:
        from verify.judge import rejudge  # noqa: PLC0415 - a graph that is not sound needs no judge

        return rejudge(graph, node, arguments.lean, DEFAULT)

    folder = arguments.accepted if arguments.tree is None else arguments.tree / arguments.accepted
    with private_snapshots() if arguments.everything else contextlib.nullcontext():
        report = ci(
            folder,
            everything=arguments.everything,
            base=arguments.base,
            reprove=reprove,
            current=judge_now(arguments.lean),
            workers=arguments.workers,
            on_progress=_progress(arguments),
            tree=_around(folder) if arguments.tree is None else arguments.tree,
            trust_change=arguments.trust_change,
        )
    if none := next((p for p in report.problems if isinstance(p, NoBase)), None):
        return _say(str(none), USAGE)
    sys.stdout.write(to_json(report) if arguments.as_json else _text(report))
    try:
        for path, to_form in zip(_files(arguments), (to_sarif, to_junit, to_markdown), strict=True):
            if path is not None:
                path.write_text(to_form(report), encoding="utf-8")
    except OSError as error:
        return _say(f"{error.filename} cannot be written: {error.strerror}.", ERROR)
    return report.exit_code


def _around(folder: Path) -> Path | None:
    """Return the repository that a graph lies in; None where it lies in none, or there is no git, which a base needs anyway."""
    try:
        return repository_of(folder.absolute().parent)
    except Refusal:
        return None


def _files(arguments: CiArguments) -> tuple[Path | None, Path | None, Path | None]:
    """Return the files that are to be written, in the order of the forms that `run_ci` writes."""
    return arguments.sarif, arguments.junit, arguments.markdown


def _text(report: Report) -> str:
    """Return the problems and the summary; the rows were shown while they came."""
    return "".join(f"{line}\n" for line in [*problem_lines(report), journal_line(report), summary(report)])


def _complaint(arguments: CiArguments) -> str | None:
    """Return what is wrong with the options, None where nothing is."""
    for path in _files(arguments):
        if path is not None and not path.absolute().parent.is_dir():
            return f"the folder of {path} does not exist; make it first."
    if arguments.workers < 1:
        return "--workers must be at least 1."
    if arguments.trust_change and arguments.base is None:
        return "--trust-change is about what changed since a base; name it with --base."
    if arguments.tree is None:
        folder = arguments.accepted
    elif not arguments.tree.is_dir():
        return f"there is no folder {arguments.tree}; --tree names the repository that is judged."
    elif not (folder := arguments.tree / arguments.accepted).absolute().is_relative_to(arguments.tree.absolute()):
        return f"{arguments.accepted} does not lie in {arguments.tree}; --accepted names a folder of the tree."
    if not folder.exists() and not arguments.everything and arguments.base is None:
        return f"there is no graph at {folder}; name its folder with --accepted."
    return None


def judge_now(lean: Preference) -> dict[str, Data]:
    """Return the judge as it is now; without a Lean every certificate counts as stale, and proving again says what is missing."""
    try:
        found = find(lean)
    except ToolchainMissing:
        return environment(trusted_files(ROOT), DEFAULT, solver(), None)
    return environment(trusted_files(ROOT), DEFAULT, solver(), (found.kind, found.version, found.digest))


def _progress(arguments: CiArguments) -> Progress:
    stream = sys.stderr if arguments.as_json else sys.stdout

    def show(row: Row, done: int, due: int) -> None:
        stream.write(f"[{done}/{due}] {row_text(row)}\n")
        stream.flush()

    return show


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"qed ci: {plain(message)}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m verify", description="Check what was proved, without the loop.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True)
    gate = commands.add_parser("ci", help="check the graph, and prove again what is due", allow_abbrev=False)
    gate.add_argument("--all", action="store_true", dest="everything", help="prove every node again")
    gate.add_argument("--base", metavar="REF", help="the graph may only add to the one at this commit")
    gate.add_argument("--accepted", type=Path, default=Path("accepted"), metavar="DIR", help="the graph's folder")
    gate.add_argument("--tree", type=Path, metavar="DIR", help="the repository that is judged, with the graph in it")
    gate.add_argument("--trust-change", action="store_true", help="list what changed in trusted files, and go on")
    gate.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    gate.add_argument("--sarif", type=Path, metavar="FILE", help="write SARIF 2.1.0")
    gate.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    gate.add_argument("--markdown", type=Path, metavar="FILE", help="write a summary for a pull request")
    gate.add_argument("--lean", choices=("auto", "portable", "native"), default="auto", help="whose kernel decides")
    gate.add_argument("--workers", type=int, default=2, metavar="N", help="nodes that are proved at the same time")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; a bug is one line on stderr and code 4."""
    options = vars(_parser().parse_args(argv))
    del options["command"]
    try:
        code = run_ci(CiArguments(**options))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _say("stopped.", ERROR)
    except OSError as error:
        with contextlib.suppress(OSError):
            # what could not be written would be tried again at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _say(f"{f'{error.filename}: ' if error.filename else ''}{error.strerror or error}.", ERROR)
    except Exception as error:  # noqa: BLE001 - a bug must not look like a verdict
        return _say(f"a bug: {type(error).__name__}: {error}", ERROR)
    return code


if __name__ == "__main__":
    sys.exit(main())
