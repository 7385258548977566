"""Work in progress, as the protocol reports it."""

import asyncio
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from lsprotocol import types as lsp

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

_NUMBERS: Final = itertools.count(1)


class Work:
    """One piece of work in the client's list; it enters that list after some seconds, and only where the client keeps one."""

    def __init__(self, server: "LanguageServer", title: str, stop: Callable[[], object], after: float) -> None:
        """Begin it; `stop` ends the work where the user says so."""
        self._server, self._title, self._stop = server, title, stop
        self._token = f"qed-{next(_NUMBERS)}"
        self._said, self._shown, self._over = "", False, False
        self._timer: asyncio.TimerHandle | None = None
        window = server.client_capabilities.window
        if window is not None and window.work_done_progress:
            self._timer = asyncio.get_running_loop().call_later(after, self._create)

    def say(self, what: str) -> None:
        """Say what it is at."""
        self._said = what
        if self._shown and not self._over:
            self._server.work_done_progress.report(self._token, lsp.WorkDoneProgressReport(message=what, cancellable=True))

    def end(self) -> None:
        """It is over."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._shown:
            self._server.work_done_progress.end(self._token, lsp.WorkDoneProgressEnd())
            self._server.work_done_progress.tokens.pop(self._token, None)

    def _create(self) -> None:
        self._server.work_done_progress.create(self._token, self._created)

    def _created(self, *_: object) -> None:
        progress = self._server.work_done_progress
        if self._over:
            progress.tokens.pop(self._token, None)
            return
        progress.begin(self._token, lsp.WorkDoneProgressBegin(title=self._title, cancellable=True, message=self._said or None))
        self._shown = True
        # the client's word that the work is to end cancels what stands for the token
        progress.tokens[self._token].add_done_callback(lambda f: self._stop() if f.cancelled() else None)
