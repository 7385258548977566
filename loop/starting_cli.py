"""The commands by which somebody begins: `qed init` and `qed new`; and `qed bench`, which says what the machine is good for."""

from pathlib import Path
from typing import Annotated

import typer

from loop import completion
from loop.commands.common import preference
from loop.commands.guarded import guarded
from loop.commands.options import Json, Lean

PARAMETERS_HELP = "parameters with their types; default: n: int"
FROM_HELP = "a function of your own that is the baseline, with its text as it stands"
CI_HELP = "whose pipeline runs the gate: github, gitlab or none"


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="the folder; default: the current one")] = Path(),
    ci: Annotated[
        str, typer.Option(metavar="SERVICE", help=CI_HELP, autocompletion=completion.one_of("github", "gitlab", "none"))
    ] = "github",
    pre_commit: Annotated[bool, typer.Option("--pre-commit/--no-pre-commit", help="write a configuration of pre-commit")] = True,
    git: Annotated[bool, typer.Option("--git", help="make a git repository where there is none")] = False,
    as_json: Json = False,
) -> None:
    """Set up a folder of your own: a spec with its test, an empty graph, policy.toml, CI, pre-commit, README.

    What is there stays as it is; it says what it wrote and what it left.
    """

    def action() -> int:
        from loop.commands.init import InitArguments, init as command  # noqa: I001, PLC0415 - `qed --help` is quick

        return command(InitArguments(folder=folder, ci=ci, pre_commit=pre_commit, git=git, as_json=as_json))

    guarded(action, as_json=as_json)


def new(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="the target: the function's name")] = None,
    family: Annotated[str | None, typer.Option(metavar="FOLDER", help="a folder below specs/; default: general")] = None,
    parameters: Annotated[str | None, typer.Option(metavar="TEXT", help=PARAMETERS_HELP)] = None,
    returns: Annotated[str | None, typer.Option(metavar="TYPE", help="the type of the result; default: int")] = None,
    require: Annotated[list[str] | None, typer.Option(metavar="EXPR", help="what holds of every input")] = None,
    ensure: Annotated[list[str] | None, typer.Option(metavar="EXPR", help="what holds of the result, called result")] = None,
    source: Annotated[str | None, typer.Option("--from", metavar="FILE::FUNCTION", help=FROM_HELP)] = None,
    result: Annotated[
        str,
        typer.Option(
            metavar="WHICH", help="same (as the baseline) or contract (any it allows)", autocompletion=completion.results
        ),
    ] = "same",
    better: Annotated[
        str | None, typer.Option(metavar="ORDER", help="the weakest order that is taken", autocompletion=completion.orders)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="write over files that are there")] = False,
    as_json: Json = False,
) -> None:
    """Write a spec within the language, specs/FOLDER/NAME.py, and a test that runs it, tests/test_NAME.py.

    On a terminal it asks for what is not said. The spec is read as the judge reads it before anything is written.
    """

    def action() -> int:
        from loop.commands.new import NewArguments, new as command  # noqa: I001, PLC0415 - as above

        return command(NewArguments(
            name=name, family=family, parameters=parameters, returns=returns, require=tuple(require or ()),
            ensure=tuple(ensure or ()), source=source, result=result, better=better, force=force, as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


def bench(
    times: Annotated[int, typer.Option(metavar="N", help="checks that are measured")] = 5,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Measure how fast this machine judges: the start of Lean, a first check, and checks after it.

    Each check is of a loop against its closed form, accepting check in a fresh process included. Nothing is kept.
    """

    def action() -> int:
        from loop.commands.bench import BenchArguments, bench as command  # noqa: I001, PLC0415 - as above

        return command(BenchArguments(times=times, lean=preference(lean), as_json=as_json))

    guarded(action, as_json=as_json)
