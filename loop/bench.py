"""A place to try declarations: Lean environments stacked on a statement's, each with one more accepted declaration."""

from collections.abc import Callable
from typing import TypeVar

from verify.gates.kernel import Kernel
from verify.reasons import ProofMissing, Reason, Refusal, TimedOut, ToolBroken
from verify.session import Elaboration

T = TypeVar("T")


class BenchLost(Exception):  # noqa: N818 - an outcome of the search
    """The session that the bench stands on is gone; `limit` says that it reached one, so that no tool is broken."""

    def __init__(self, why: str, *, limit: bool = False) -> None:
        """Say why."""
        super().__init__(why)
        self.limit = limit


class SearchStopped(Exception):  # noqa: N818 - an outcome of the search
    """Nobody waits for this search any more."""


class Bench:
    """Tries declarations on top of those that it kept."""

    def __init__(self, kernel: Kernel, base: int, stopped: Callable[[], bool] = lambda: False) -> None:
        """Begin at a base environment, which is not the bench's to free; `stopped` says that the search is to end."""
        self._kernel, self._base, self._env, self.stopped = kernel, base, base, stopped
        self.tried = 0

    @property
    def top(self) -> tuple[Kernel, int]:
        """The kernel, and the environment with all that was kept."""
        return self._kernel, self._env

    def add(self, text: str) -> str | None:
        """Keep a declaration if Lean accepts it; else return what is wrong with it. Raises BenchLost and SearchStopped."""
        done = self._attempted(text)
        if isinstance(done, Reason):
            return str(done)
        if done.errors or done.env is None:
            self._forget(done)
            return next((m.text for m in done.messages if m.severity == "error"), "no message")
        if self._env != self._base:
            self._kernel.forget(self._env)
        self._env = done.env
        return None

    def accepts(self, text: str) -> bool:
        """Say whether Lean accepts a declaration, and keep nothing of it. Raises BenchLost and SearchStopped."""
        done = self._attempted(text)
        if isinstance(done, Reason):
            return False
        self._forget(done)
        return not done.errors and done.env is not None

    def _forget(self, done: Elaboration) -> None:
        if done.env is not None:
            self._kernel.forget(done.env)

    def _attempted(self, text: str) -> Elaboration | Reason:
        """Elaborate a declaration on top of what was kept, or say why its text is not looked at.

        Raises BenchLost and SearchStopped.
        """
        if self.stopped():
            raise SearchStopped
        self.tried += 1
        done = self._kernel.attempt(self._env, text)
        if isinstance(done, TimedOut | ToolBroken):
            raise BenchLost(str(done), limit=isinstance(done, TimedOut))
        return done

    def close(self) -> None:
        """Free what was kept."""
        if self._env != self._base:
            self._kernel.forget(self._env)
            self._env = self._base


def stopped() -> Reason:
    """Return why a search found nothing where a gate refused meanwhile; that gate's reason is the one that counts."""
    return ProofMissing(what="the search was ended, since a gate refused.")


def lost_as_reason(search: Callable[[], T | Reason]) -> T | Reason:
    """Return what a search returns, and what ended it as a reason."""
    try:
        return search()
    except SearchStopped:
        return stopped()
    except BenchLost as lost:
        if lost.limit:
            return TimedOut(what=f"the search ended: {lost}", do="Give a shorter candidate, or lemmas for its proof.")
        return ToolBroken(what=f"the search lost its Lean session: {lost}.", do="Give a shorter candidate.")
    except Refusal as refusal:
        return refusal.reason
