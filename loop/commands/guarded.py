"""Carries out a command: its exit code, and one line for everything that goes wrong."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import typer

from loop.commands.common import ERROR, EXIT_CODES, STOPPED, USAGE, UsageError, print_json, reason_data
from loop.proposal import ProposerFailed
from verify.ci_formats import plain
from verify.portable import ToolchainMissing
from verify.reasons import Refusal


def guarded(action: Callable[[], int], *, as_json: bool = False) -> NoReturn:
    """Carry out a command and leave with its exit code; whatever went wrong is one line on stderr.

    With `as_json` it is an object on stdout, too.
    """
    try:
        code = action()
        sys.stdout.flush()
    except UsageError as error:
        code = _say(str(error), USAGE, {"verdict": "error", "reason": "Usage", "message": str(error)}, as_json=as_json)
    except Refusal as refusal:
        reason = refusal.reason
        data = {"verdict": reason.verdict, **reason_data(reason)}
        more = f"`qed explain {type(reason).__name__}` says what to do."
        code = _say(f"{type(reason).__name__}: {reason} {more}", EXIT_CODES[reason.verdict], data, as_json=as_json)
    except ToolchainMissing as missing:
        data = {"verdict": "error", "reason": "ToolchainMissing", "message": str(missing)}
        code = _say(str(missing), ERROR, data, as_json=as_json)
    except ProposerFailed as failed:
        code = _say(str(failed), ERROR, {"verdict": "error", "reason": "ProposerFailed", "message": str(failed)}, as_json=as_json)
    except KeyboardInterrupt:
        message = "stopped; what was accepted so far is in the graph."
        code = _say(message, STOPPED, {"verdict": "error", "reason": "Stopped", "message": message}, as_json=as_json)
    except BrokenPipeError:
        # whoever read the output has seen enough; nothing more can be said on it
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ERROR
    except OSError as error:
        if os.environ.get("QED_DEBUG"):
            raise
        place = f"{error.filename}: " if error.filename else ""
        message = f"{place}{error.strerror or error}. What was accepted so far is in the graph (QED_DEBUG=1 shows where)."
        code = _say(message, ERROR, {"verdict": "error", "reason": type(error).__name__, "message": message}, as_json=as_json)
    except Exception as error:
        if os.environ.get("QED_DEBUG"):
            raise
        kind = type(error).__name__
        message = f"{kind}: {' '.join(str(error).split())[:300]} (QED_DEBUG=1 shows where)"
        code = _say(message, ERROR, {"verdict": "error", "reason": kind, "message": message}, as_json=as_json)
    raise typer.Exit(code)


def _say(message: str, code: int, data: dict[str, object], *, as_json: bool) -> int:
    sys.stderr.write(f"qed: {plain(message)}\n")
    if as_json:
        print_json({**data, "exit_code": code})
    return code
