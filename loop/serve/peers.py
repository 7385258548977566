"""Who is at the other end of a connection within this machine: the user whose process opened it, where the system says so.

The server writes with the rights of whoever started it, so that it must not do so for other users of the machine.
"""

import ipaddress
import socket
import struct
from pathlib import Path
from typing import Final

TABLES: Final = {4: Path("/proc/net/tcp"), 6: Path("/proc/net/tcp6")}
"""Linux's tables of connections"""
NOBODY: Final = -1
"""stands for a connection that no process holds"""
_OWN, _FAR, _USER, _NODE = 1, 2, 7, 9
_LOOKS: Final = 3
"""a table that changes while it is read may come without a row that was there all the time"""


def owner(client: tuple[str, int], server: tuple[str, int]) -> int | None:
    """Return the number of the user at the client's end of a connection.

    NOBODY where no process holds that end any more: the system says then that it is root's. None where it does not say at all.
    """
    try:
        near, far = (_written(*end) for end in (client, server))
        table = TABLES[ipaddress.ip_address(client[0]).version]
        for _ in range(_LOOKS):
            for row in map(str.split, table.read_text(encoding="ascii").splitlines()):
                if (row[_OWN], row[_FAR]) == (near, far):
                    return int(row[_USER]) if row[_NODE] != "0" else NOBODY
    except (OSError, ValueError, IndexError):
        return None
    return NOBODY


def _written(host: str, port: int) -> str:
    """Return an address as those tables have it: in words of four bytes, each as this machine holds a number.

    >>> _written("127.0.0.1", 8765) in ("0100007F:223D", "7F000001:223D")
    True
    """
    address = ipaddress.ip_address(host)
    packed = socket.inet_pton(socket.AF_INET6 if address.version == 6 else socket.AF_INET, str(address))  # noqa: PLR2004 - IPv6
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return f"{''.join(f'{word:08X}' for word in words)}:{port:04X}"
