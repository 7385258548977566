"""How the commands hang together: what help lists, options that all of them have, and what wrong usage prints.

The tree reads `command_table` once it is built, so that a command says nothing of headings and examples itself.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final, TypeAlias, cast

from typer import Option, Typer, TyperException
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from loop.command_table import COMMANDS, FIRST_STEPS, PANELS
from loop.commands.common import USAGE, print_json
from verify.ci_formats import plain

NO_COLOR: Final = "--no-color"
JSON: Final = "--json"
AnyCommand: TypeAlias = TyperCommand | TyperGroup
_OTHERS: Final = "Commands"
"""the heading of what the table does not list"""


class Tree(TyperGroup):
    """The whole tree of `qed`: every command gets examples and `--no-color`, and wrong usage is JSON where that is asked for."""

    def __init__(self, **given: Any) -> None:
        """Build the group, and complete all that hangs below it."""
        super().__init__(**given)
        self.params.append(_no_color())
        for path, command in walk(self):
            command.params.append(_no_color())
            listed = COMMANDS.get(path)
            if listed is not None:
                command.short_help = listed.line
            if listed is not None and listed.examples:
                command.epilog = _verbatim("Examples:", listed.examples)
        width = max(len(call) for call, _ in FIRST_STEPS)
        self.epilog = _verbatim("First steps:", [f"{call.ljust(width)}  {line}" for call, line in FIRST_STEPS])

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, each with its line, under the headings of the table."""
        width = max(map(len, self.commands))
        for panel in (*PANELS, _OTHERS):
            shown = [name for name in self.list_commands(ctx) if _panel(name) == panel and not self.commands[name].hidden]
            rows = [(name.ljust(width), self.commands[name].get_short_help_str()) for name in shown]
            if rows:
                with formatter.section(panel):
                    formatter.write_dl(rows)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands in the order of the table, those that it lacks last."""
        del ctx
        listed = [name for name in COMMANDS if name in self.commands]
        return [*listed, *(name for name in self.commands if name not in listed)]

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - as the method that this one stands for
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002 - as above
        **extra: Any,
    ) -> Any:
        """Carry out a command line; wrong usage prints one object on stdout where `--json` stands in it."""
        given = list(sys.argv[1:] if args is None else args)
        with _environment():
            if not standalone_mode or JSON not in given:
                return super().main(given, prog_name, complete_var, standalone_mode, windows_expand_args, **extra)
            try:
                code = super().main(given, prog_name, complete_var, standalone_mode=False, **extra)
            except TyperException as fault:
                message = plain(fault.format_message())
                sys.stderr.write(f"qed: {message}\n")
                print_json({"verdict": "error", "reason": "Usage", "message": message, "exit_code": USAGE})
                code = USAGE
            sys.exit(code if isinstance(code, int) else 0)


def walk(group: TyperGroup, above: str = "") -> Iterator[tuple[str, AnyCommand]]:
    """Yield every command below a group, and groups among them, each with its path such as `graph show`."""
    for name, found in group.commands.items():
        command = cast("AnyCommand", found)
        path = f"{above} {name}".strip()
        yield path, command
        if isinstance(command, TyperGroup):
            yield from walk(command, path)


def leaves(group: TyperGroup) -> Iterator[tuple[str, AnyCommand]]:
    """Yield every command that does something, with its path."""
    return ((path, command) for path, command in walk(group) if not isinstance(command, TyperGroup))


def _panel(name: str) -> str:
    return COMMANDS[name].panel if name in COMMANDS else _OTHERS


def _verbatim(title: str, lines: Sequence[str]) -> str:
    """Return a paragraph whose lines are kept as they are."""
    return "\n".join(["\b", title, *(f"  {line}" for line in lines)])


def _colourless(asked: bool) -> None:  # noqa: FBT001 - the value of an option
    if asked:
        os.environ["NO_COLOR"] = "1"


def _no_color() -> Any:
    """Make the option `--no-color`, which sets what NO_COLOR sets, by declaring it as a command does."""
    app = Typer(add_completion=False)

    @app.command()
    def declared(
        no_color: Annotated[  # noqa: FBT002 - an option of a command line
            bool, Option(NO_COLOR, callback=_colourless, expose_value=False, help="no colours, as NO_COLOR=1 has it")
        ] = False,
    ) -> None:
        del no_color

    (option,) = get_command(app).params
    return option


@contextmanager
def _environment() -> Iterator[None]:
    """Have NO_COLOR be after a command what it was before, for those who call several in one process."""
    before = os.environ.get("NO_COLOR")
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("NO_COLOR", None)
        else:
            os.environ["NO_COLOR"] = before
