"""`python -m loop` is `qed`, and here both start: with as little as can be, so that Ctrl-C is heard from the beginning."""

import os
import sys

STOPPED = 130


def main() -> int:
    """Run the command line and return its exit code."""
    # in processes that are started here no file of the working folder passes for a module
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        from loop.cli import main as command  # noqa: PLC0415 - what it imports takes a while, in which Ctrl-C may come

        return command()
    except KeyboardInterrupt:
        sys.stderr.write("qed: stopped.\n")
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
