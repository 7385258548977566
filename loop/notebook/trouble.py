"""What goes wrong in a cell, in one line: a sentence for the reader, and no traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from loop.commands.common import UsageError
from loop.proposal import ProposerFailed
from verify.ci_formats import plain
from verify.portable import ToolchainMissing
from verify.reasons import Refusal


class Trouble(Exception):  # noqa: N818 - most of it is no error of this program
    """A call from a cell came to nothing: wrong usage, a graph that does not read, a tool that is missing."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints in place of a traceback."""
        return [f"qed: {self}"]


class Interrupted(KeyboardInterrupt):
    """The kernel was interrupted during a call; the cells after it are not run."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints in place of a traceback."""
        return [f"qed: {self}"]


@contextmanager
def told() -> Iterator[None]:
    """Carry something out for a cell. Raises Trouble with one line for whatever goes wrong, and Interrupted.

    `QED_DEBUG=1` lets errors that nobody foresaw through.
    Integers of the language have no longest one, so Python's limit on the digits of its own is off meanwhile.
    """
    digits = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("stopped; what was accepted so far is in the graph.") from None
    except Trouble:
        raise
    except Refusal as refusal:
        raise Trouble(plain(f"{type(refusal.reason).__name__}: {refusal.reason}")) from None
    except (UsageError, ToolchainMissing, ProposerFailed) as error:
        raise Trouble(plain(str(error))) from None
    except OSError as error:
        if os.environ.get("QED_DEBUG"):
            raise
        place = f"{error.filename}: " if error.filename else ""
        raise Trouble(plain(f"{place}{error.strerror or error}.")) from None
    except Exception as error:
        if os.environ.get("QED_DEBUG"):
            raise
        raise Trouble(plain(f"{type(error).__name__}: {str(error)[:300]} (QED_DEBUG=1 shows where)")) from None
    finally:
        sys.set_int_max_str_digits(digits)
