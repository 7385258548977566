"""`qed lean`: run a Lean file on top of the library, and print what Lean says."""

import re
import sys
from pathlib import Path

from loop.commands.common import DONE, ERROR, REJECT, UsageError, print_json, read_file
from verify.ci_formats import plain
from verify.lean_library import LibraryBroken
from verify.limits import DEFAULT
from verify.session import Elaboration, Message, SessionLost
from verify.standby import start_kernel
from verify.toolchain import Preference, find

HEADER = re.compile(r"module|(public )?import [A-Za-z.]+")
OPENING = "@[expose] public section\n"
"""the library is made of modules, and what a file says in one is private unless this stands first"""


def lean(path: Path, prefer: Preference, *, as_json: bool) -> int:
    """Run a file; 0 where Lean reports no error, 1 where it does, 4 where Lean is lost. Raises UsageError, ToolchainMissing."""
    try:
        text = read_file(path, "Lean").decode()
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8.") from None
    # imports are those of the library; a line that is taken off leaves an empty one, so that line numbers stay
    body = "\n".join("" if HEADER.fullmatch(line.strip()) else line for line in text.split("\n"))
    try:
        kernel = start_kernel(find(prefer), DEFAULT)
        with kernel.session as session:
            done = session.elaborate(kernel.library, OPENING + body, keep=False)
    except (SessionLost, LibraryBroken) as lost:
        sys.stderr.write(f"qed lean: {plain(str(lost))}\n")
        if as_json:
            print_json({"verdict": "error", "reason": "ToolBroken", "message": str(lost), "exit_code": ERROR})
        return ERROR
    if as_json:
        print_json(to_data(path, done))
    else:
        _show(path, done)
    return REJECT if done.errors else DONE


def to_data(path: Path, done: Elaboration) -> dict[str, object]:
    """Return what Lean said, for `--json`."""
    said = [
        {"line": line_of(m), "column": m.column, "severity": m.severity, "text": m.text} for m in done.messages
    ]  # fmt: skip
    return {"file": str(path), "errors": done.errors, "messages": said, "seconds": round(done.seconds, 3)}


def line_of(message: Message) -> int:
    """Return the line of the file that a message is about."""
    return message.line - OPENING.count("\n")


def _show(path: Path, done: Elaboration) -> None:
    for message in done.messages:
        where = f"{path}:{line_of(message)}:{message.column}"
        first, *rest = message.text.split("\n")
        sys.stdout.write(f"{plain(f'{where}: {message.severity}: {first}')}\n")
        sys.stdout.writelines(f"  {plain(line)}\n" for line in rest)
    sys.stdout.write(f"{done.errors} errors, {done.seconds:.1f} s\n")
