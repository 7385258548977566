"""The streams of the protocol: what comes in on stdin, read by a thread; and a stdout that nothing else can write to."""

import asyncio
import os
import sys
import threading
from typing import BinaryIO, Final

CHUNK: Final = 1 << 16
LONGEST_HEADER: Final = 1 << 16
LONGEST_BODY: Final = 1 << 26
"""bytes of a header line, and of a message; what claims to be longer is no message of an editor"""


def claimed() -> tuple[int, BinaryIO]:
    """Take stdin and stdout for the protocol; what this process and its children read from and print to is something else then.

    Whatever is printed goes to stderr, which editors show in their log.
    """
    sys.stdout.flush()
    stdin, stdout = os.dup(0), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return stdin, stdout


class Input:
    """Messages of the client, as `pygls.io_.run_async` reads them; the thread behind it does not keep the process from ending."""

    def __init__(self, descriptor: int) -> None:
        """Read nothing yet."""
        self._descriptor = descriptor
        self._reader: asyncio.StreamReader | None = None

    def _stream(self) -> asyncio.StreamReader:
        if self._reader is None:
            reader, loop = asyncio.StreamReader(LONGEST_HEADER), asyncio.get_running_loop()
            self._reader = reader

            def read() -> None:
                try:
                    while chunk := os.read(self._descriptor, CHUNK):
                        loop.call_soon_threadsafe(reader.feed_data, chunk)
                    loop.call_soon_threadsafe(reader.feed_eof)
                except OSError:
                    loop.call_soon_threadsafe(reader.feed_eof)
                except RuntimeError:
                    return  # the loop is over

            threading.Thread(target=read, daemon=True).start()
        return self._reader

    async def readline(self) -> bytes:
        """Return a line with its end; an empty one at the end of the input, and a blank one for what is too long for a header."""
        try:
            return await self._stream().readline()
        except ValueError:
            return b"\n"

    async def readexactly(self, size: int) -> bytes:
        """Return so many bytes; none where the input ends before, or where they are too many."""
        if size > LONGEST_BODY:
            sys.stderr.write(f"qed: a message of {size} bytes was announced; the longest that is read has {LONGEST_BODY}.\n")
            return b""
        try:
            return await self._stream().readexactly(size)
        except asyncio.IncompleteReadError:
            return b""
