"""A bench within a budget that outlives the loss of its Lean session: what it held is put up again in a new one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from loop.bench import BenchLost
from loop.interact import Told, Workbench
from verify.gates.kernel import Kernel

Start = Callable[[], tuple[Kernel, int]]
"""starts a session, the lost one being ended, and returns its kernel with the environment to stand on; raises BenchLost"""
LOST = "SessionLost"
"""how an error begins that stands for an attempt in which the session was lost"""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one theorem may cost; seconds are wall clock."""

    attempts: int = 3_000
    seconds: float = 60.0

    def of(self, numerator: int, denominator: int) -> "Budget":
        """Return a share of it."""
        return replace(self, attempts=self.attempts * numerator // denominator, seconds=self.seconds * numerator / denominator)


class SteadyBench(Workbench):
    """A workbench whose session may be lost once: the attempt under way then counts as one that failed."""

    def __init__(self, kernel: Kernel, base: int, restart: Start, budget: Budget) -> None:
        """Begin at a base environment; the clock of the budget starts."""
        super().__init__(kernel, base)
        self._restart, self._budget, self._begun = restart, budget, time.monotonic()
        self.restarts = 0

    @property
    def place(self) -> tuple[Kernel, int]:
        """The kernel and the environment that the bench stands on now."""
        return self._whole, self._base

    @property
    def seconds(self) -> float:
        """The seconds since the bench was made."""
        return time.monotonic() - self._begun

    def within(self, share: Budget) -> bool:
        """Whether neither a share of the budget nor all of it is used up."""
        used = self.tried, self.seconds
        return all(used[0] < b.attempts and used[1] < b.seconds for b in (share, self._budget))

    def add(self, text: str) -> str | None:
        """Keep a declaration if Lean accepts it; else return what is wrong with it. Raises BenchLost for the second loss."""
        try:
            return super().add(text)
        except BenchLost as lost:
            return self._again(lost)

    def look(self, text: str) -> Told:
        """Say what Lean says of a declaration, and keep nothing. Raises BenchLost for the second loss."""
        try:
            return super().look(text)
        except BenchLost as lost:
            return Told((self._again(lost),))

    def _again(self, lost: BenchLost) -> str:
        """Put everything up in a new session, and return the error that stands for the attempt."""
        if self.restarts:
            raise lost
        self.restarts += 1
        kernel, base = self._restart()
        due, self.texts = self.texts, []
        self.stand_on(kernel, base)
        for text in due:
            if (error := super().add(text)) is not None:
                raise BenchLost(f"a new session does not accept what the lost one did: {error[:200]}")
        return f"{LOST}: {lost}"
