"""`qed doctor`: which tools are here, in which version, and the command that mends what is not."""

from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from loop.commands.common import DONE, ERROR, print_json
from loop.words import console
from verify.ci_formats import plain
from verify.lean_library import LibraryBroken
from verify.session import SessionLost
from verify.snapshot import mend_snapshot
from verify.toolchain import Finding, diagnose, install

OPTIONAL = frozenset({"native Lean", "bubblewrap", "npm"})
"""tools without which everything still works: another kernel, a second fence, and what fetches the portable Lean"""
STYLES = {"ok": "green", "missing": "yellow", "broken": "bold red"}


def doctor(*, mend: bool, quiet: bool, as_json: bool) -> int:
    """Say what is there; with `mend` install the portable Lean first. `quiet` shows only what stands in the way.

    Returns 0 where judging is possible and 4 where a tool that it needs is missing or broken. Raises ToolchainMissing where
    the portable Lean cannot be installed. With the install goes a snapshot of Lean with the library loaded (some 10 s).
    """
    if mend:
        say = console(stderr=True)
        toolchain = install(lambda line: say.print(plain(line)))
        try:
            mend_snapshot(toolchain)
        except (SessionLost, LibraryBroken, OSError) as fault:
            say.print(plain(f"Lean is installed, but does not load the library: {fault}"))
            return ERROR
    found = diagnose()
    stopping = [f for f in found if is_stopping(f, found)]
    if as_json:
        print_json({"ok": not stopping, "tools": [{**asdict(f), "needed": f.name not in OPTIONAL} for f in found]})
    elif stopping or not quiet:
        _show([f for f in found if f in stopping or not quiet])
    return ERROR if stopping else DONE


def is_stopping(finding: Finding, found: list[Finding]) -> bool:
    """Say whether a finding stands in the way of judging; of the two Leans one is enough."""
    if finding.state == "ok" or finding.name in OPTIONAL:
        return False
    native = any(f.name == "native Lean" and f.state == "ok" for f in found)
    return not (native and finding.name in ("portable Lean", "node"))


def _show(found: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("tool", "state", "version", "to mend it"):
        table.add_column(column, overflow="fold")
    for f in found:
        state = f"{f.state}, optional" if f.state != "ok" and f.name in OPTIONAL else f.state
        table.add_row(f.name, Text(state, style=STYLES[f.state]), plain(f.version), plain(f.mend))
    console().print(table)
