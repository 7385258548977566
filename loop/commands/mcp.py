"""`qed mcp`: serves specs and a graph to a coding agent, by the Model Context Protocol on standard input and output."""

import logging
import os
import sys
from contextlib import closing

from loop.agents.server import make_server
from loop.agents.session import Place, Session
from loop.commands.common import DONE, UsageError, read_graph
from loop.commands.run import KEYS


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
        make_server(session).run()
    return DONE
