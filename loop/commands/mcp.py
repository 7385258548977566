"""`qed mcp`: serves specs and a graph to a coding agent, by the Model Context Protocol on standard input and output."""

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from types import FrameType
from typing import NoReturn

from loop.agents.server import make_server
from loop.agents.session import Place, Session
from loop.commands.common import DONE, KEYS, UsageError, read_graph


def mcp(place: Place) -> int:
    """Serve until standard input ends; return the exit code. Raises UsageError, and Refusal where the graph is not sound."""
    if not place.specs.is_dir():
        raise UsageError(f"there is no folder {place.specs}; --specs names the folder of spec files.")
    if sys.stdin.isatty():
        sys.stderr.write("qed: an MCP client is to start this and to speak on standard input; docs/agents.md says how.\n")
    read_graph(place.accepted)
    for name in KEYS:
        os.environ.pop(name, None)  # no child needs them
    logging.getLogger("mcp").setLevel(logging.ERROR)
    with closing(Session(place)) as session:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _ending(session))
        make_server(session).run()
    return DONE


def _ending(session: Session) -> Callable[[int, FrameType | None], NoReturn]:
    """Return what ends the server at a signal: a thread of it may wait for standard input, which nothing else could end."""

    def end(number: int, _: FrameType | None) -> NoReturn:
        session.close()
        os._exit(128 + number)

    return end
