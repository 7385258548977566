"""The command line of `qed lsp`."""

from typing import Annotated, Literal

import typer

from loop.commands.common import UsageError, preference
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Lean


def lsp(
    accepted: Accepted = GRAPH,
    prove: Annotated[str, typer.Option(metavar="WHEN", help="when Lean is asked: on save, or by command only")] = "save",
    delay: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="quiet before a text is tested")] = 0.3,
    search: Annotated[int, typer.Option(metavar="SECONDS", min=1, help="wall clock of a search for better versions")] = 60,
    lean: Lean = "auto",
    stdio: Annotated[bool, typer.Option("--stdio", help="speak on stdin and stdout, which it does in any case")] = True,
) -> None:
    """Serve an editor, as a language server on stdin and stdout: what `qed check` says of a spec file, while it is written.

    Verdict, tier and cost of each target, and its accepted head, are code lenses; refusals and counterexamples are diagnostics; a
    hover says what is claimed and what that rests on; a quick fix puts an accepted version's body in the place of the baseline's.
    Tests run on every change, Lean is asked on save or by command. Nothing is written to the graph. docs/editor.md says how
    editors are set up.
    """
    del stdio

    def action() -> int:
        from loop.language_server.known import Settings  # noqa: PLC0415 - `qed --help` is quick
        from loop.language_server.server import serve  # noqa: PLC0415

        if prove not in ("save", "command"):
            raise UsageError(f"--prove is save or command; it was {prove!a}.")
        when: Literal["save", "command"] = "save" if prove == "save" else "command"
        return serve(Settings(accepted=accepted, lean=preference(lean), prove=when, delay=delay, search=search))

    guarded(action)
