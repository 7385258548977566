"""`qed doctor`: which tools are here, in which version, and the command that mends what is not; and how programs are confined.

Of the functions of the loop that are targets themselves it says which version runs.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from loop.commands.common import DONE, ERROR, print_json
from loop.hosting.baselines import ALL
from loop.hosting.hosted import HOST
from loop.words import console
from verify.ci_formats import plain
from verify.lean_library import LibraryBroken
from verify.sandbox import LACKS, TITLES, TO_MEND, VARIABLE, Level, Look, survey
from verify.session import SessionLost
from verify.snapshot import mend_snapshot
from verify.toolchain import Finding, diagnose, install

OPTIONAL = frozenset({"native Lean", "bubblewrap", "npm"})
"""tools without which everything still works: another kernel, a second fence, and what fetches the portable Lean"""
STYLES = {"ok": "green", "missing": "yellow", "broken": "bold red"}


def doctor(*, mend: bool, quiet: bool, as_json: bool) -> int:
    """Say what is there; with `mend` install the portable Lean first. `quiet` shows only what stands in the way.

    Every level of the sandbox is probed anew.
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
    looks = survey()
    found = [*diagnose(), sandbox_finding(looks)]
    stopping = [f for f in found if is_stopping(f, found)]
    if as_json:
        tools = [{**asdict(f), "needed": f.name not in OPTIONAL} for f in found]
        own = [{"name": r.name, "node": r.node, "why": r.why or None} for r in map(HOST.running, ALL)]
        print_json({"ok": not stopping, "tools": tools, "sandbox": [level_data(k) for k in looks], "hosted": own})
    elif stopping or not quiet:
        _show([f for f in found if f in stopping or not quiet])
        if not quiet:
            _show_levels(looks)
            _show_hosted()
    return ERROR if stopping else DONE


def is_stopping(finding: Finding, found: list[Finding]) -> bool:
    """Say whether a finding stands in the way of judging; of the two Leans one is enough."""
    if finding.state == "ok" or finding.name in OPTIONAL:
        return False
    if finding.name == "sandbox":
        return os.environ.get(VARIABLE) != "1"
    native = any(f.name == "native Lean" and f.state == "ok" for f in found)
    return not (native and finding.name in ("portable Lean", "node"))


def sandbox_finding(looks: Sequence[Look]) -> Finding:
    """Return the strongest level of the sandbox that works as a tool among the others."""
    for look in looks:
        if look.sandbox is not None:
            return Finding("sandbox", "ok", TITLES[look.level], "")
    if os.environ.get(VARIABLE) == "1":
        return Finding("sandbox", "missing", TITLES["none"], to_mend("bubblewrap"))
    return Finding("sandbox", "missing", "", f"{to_mend('bubblewrap')}  (or trust the checked language alone: {VARIABLE}=1)")


def to_mend(level: Level) -> str:
    """Return what brings a level about where it does not work."""
    return TO_MEND[level] if sys.platform.startswith("linux") else "run qed on Linux, in a container for instance"


def level_data(look: Look) -> dict[str, object]:
    """Return what the probe found of one level, for `--json`."""
    works = look.sandbox is not None
    return {"level": look.level, "works": works, "why": look.why or None, "lacks": LACKS[look.level], "mend": to_mend(look.level)}


def _show_levels(looks: Sequence[Look]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("sandbox", "here", "lacks", "to have it"):
        table.add_column(column, overflow="fold")
    active = next((k.level for k in looks if k.sandbox is not None), None)
    for k in looks:
        here = "in use" if k.level == active else "works" if k.sandbox is not None else k.why
        table.add_row(TITLES[k.level], plain(here), LACKS[k.level], "" if k.sandbox is not None else to_mend(k.level))
    console().print(table)


def _show_hosted() -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("hosted function", "what runs", "why"):
        table.add_column(column, overflow="fold")
    for r in map(HOST.running, ALL):
        table.add_row(r.name, r.node[:12] if r.node else "baseline", plain(r.why))
    console().print(table)


def _show(found: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("tool", "state", "version", "to mend it"):
        table.add_column(column, overflow="fold")
    for f in found:
        state = f"{f.state}, optional" if f.state != "ok" and f.name in OPTIONAL else f.state
        table.add_row(f.name, Text(state, style=STYLES[f.state]), plain(f.version), plain(f.mend))
    console().print(table)
