"""Prints which commands of the documentation are not run, with the reasons, and how many are run: `python -m tests.docs`.

With `--write PAGE`, such as docs/tutorial.md, the commands of that page are run, and what they print is written into it where it
differs in more than times and digests.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.docs.commands import commands, counted, kind_of, pages, table
from tests.docs.running import rewrite, session_of


def summary() -> str:
    """Return the commands that are not run, and the counts."""
    known, lines = table(), []
    for command in commands():
        if kind_of(command, known) == "not run":
            lines.append(f"not run: {command.page}:{command.line}: {command.text.splitlines()[0]}")
            lines.append(f"         {known.not_run[command.page, command.text]}")
    found = counted(known)
    run = sum(found.get(k, 0) for k in ("quick", "slow", "elsewhere"))
    how = f"{found.get('quick', 0)} in seconds, {found.get('slow', 0)} slow, {found.get('elsewhere', 0)} by tests of their own"
    whole = f"{sum(found.values())} commands on {len(pages())} pages"
    lines.append(f"{whole}: {run} run by tests ({how}), {found.get('not run', 0)} not run")
    return "\n".join(lines)


def main() -> int:
    """Print the summary, or write a page's outputs anew."""
    parser = argparse.ArgumentParser(prog="python -m tests.docs", description=__doc__)
    parser.add_argument("--write", metavar="PAGE", action="append", default=[], help="write anew what the page's commands print")
    for page in parser.parse_args().write:
        with tempfile.TemporaryDirectory() as name:
            changed = rewrite(*session_of(page), folder=Path(name))
        sys.stdout.write(f"{page}: {changed} outputs differed\n")
    sys.stdout.write(summary() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
