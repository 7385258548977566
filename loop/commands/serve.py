"""`qed serve`: the graph, its history and its runs as pages of a web server that only this machine reaches."""

import errno
import socket
import sys
import webbrowser
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import uvicorn

from loop.commands.common import STOPPED, UsageError, print_json
from loop.serve.app import application
from loop.serve.decisions import Decisions
from loop.serve.pages import prepare
from loop.serve.site import Site
from verify.ci_formats import plain
from verify.toolchain import Preference

PORT: Final = 8765
CONNECTIONS: Final = 64
"""requests that are answered at a time; who comes after them is told to come again"""
PATIENCE: Final = 3
"""seconds that answers under way have when the server stops"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeArguments:
    """What the command line asked for."""

    accepted: Path
    generations: Path | None = None
    host: str = "127.0.0.1"
    port: int = PORT
    browse: bool = False
    lean: Preference = "auto"
    as_json: bool = False


def serve(arguments: ServeArguments) -> int:
    """Serve until Ctrl-C; return the exit code. Raises UsageError for an address that is not this machine's own, or is in use."""
    if arguments.accepted.exists() and not arguments.accepted.is_dir():
        raise UsageError(f"{arguments.accepted} is a file; --accepted names the graph's folder.")
    if arguments.generations is not None and not arguments.generations.is_dir():
        raise UsageError(f"there is no folder {arguments.generations}; --generations names one that `qed evolve` wrote.")
    with listening(arguments.host, arguments.port) as listener:
        port = listener.getsockname()[1]
        site = Site(arguments.accepted, arguments.generations, Decisions(arguments.accepted, arguments.lean))
        app = application(site, port)
        prepare(site)
        server = uvicorn.Server(uvicorn.Config(
            app, http="h11", ws="none", lifespan="on", log_level="error", access_log=False, server_header=False,
            proxy_headers=False, limit_concurrency=CONNECTIONS, timeout_graceful_shutdown=PATIENCE,
            h11_max_incomplete_event_size=16_384,
        ))  # fmt: skip
        address = f"http://{f'[{arguments.host}]' if ':' in arguments.host else arguments.host}:{port}/"
        _announce(address, arguments)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            sys.stderr.write("qed: stopped.\n")
            return STOPPED
    return 0


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address of this machine alone. Raises UsageError."""
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback or str(address) not in ("127.0.0.1", "::1"):
        raise UsageError(f"--host is 127.0.0.1 or ::1, it was {host!a}: these pages are for this machine alone. From elsewhere, "
                         "forward the port: ssh -L 8765:127.0.0.1:8765 MACHINE")  # fmt: skip
    if not 0 <= port <= _PORTS:
        raise UsageError(f"--port is a number from 0 to {_PORTS}; it was {port}.")
    made = socket.socket(socket.AF_INET6 if address.version == _SIX else socket.AF_INET)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((str(address), port))
        made.listen()
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is in use; name another with --port, or --port 0 for any that is free.") from None
        raise UsageError(f"port {port} of {address} cannot be had: {error.strerror}.") from None
    return made


_PORTS: Final = 65_535
_SIX: Final = 6


def _announce(address: str, arguments: ServeArguments) -> None:
    """Say where the pages are, and open them where that was asked for."""
    if arguments.as_json:
        print_json({"url": address, "accepted_folder": str(arguments.accepted)})
    else:
        sys.stdout.write(f"{address} shows {plain(str(arguments.accepted))}; Ctrl-C stops it.\n")
    sys.stdout.flush()
    if arguments.browse:
        webbrowser.open(address)
