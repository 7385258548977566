"""What asking may cost: the worst case of a request is held back before it is sent, and settled by what it came to.

So at every instant what was spent and what requests under way can still cost lie within the limits together, as long as no
server counts more than it was allowed to write; where one does, its count stands, and nothing more is asked.
"""

import threading
from dataclasses import dataclass, field
from typing import Self

from loop.models.money import dollars


@dataclass(frozen=True, slots=True)
class Use:
    """What asking takes; money in picodollars."""

    requests: int = 0
    tokens: int = 0
    money: int = 0

    def __add__(self, other: Self) -> "Use":
        return Use(self.requests + other.requests, self.tokens + other.tokens, self.money + other.money)

    def __sub__(self, other: Self) -> "Use":
        return Use(self.requests - other.requests, self.tokens - other.tokens, self.money - other.money)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that may be used; money in picodollars, None without a limit."""

    requests: int
    tokens: int
    money: int | None = None

    def lacks(self, use: Use) -> str:
        """Return which limit a use goes past, as a text for people; empty where none."""
        if use.requests > self.requests:
            return f"{self.requests} requests"
        if use.tokens > self.tokens:
            return f"{self.tokens} tokens"
        if self.money is not None and use.money > self.money:
            return f"${dollars(self.money)}"
        return ""


class BudgetUsedUp(Exception):  # noqa: N818 - an outcome that ends the asking
    """The worst case of one more request does not fit; `limit` says which limit it would pass."""

    def __init__(self, limit: str) -> None:
        """Hold the limit."""
        super().__init__(limit)
        self.limit = limit


@dataclass(slots=True)
class Ledger:
    """Counts uses against a budget, from any thread; `spent` may start with what an earlier run used."""

    budget: Budget
    spent: Use = field(default_factory=Use)
    held: Use = field(default_factory=Use)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def hold(self, worst: Use) -> None:
        """Set the worst case of a request aside. Raises BudgetUsedUp, and holds nothing then."""
        with self._lock:
            if limit := self.budget.lacks(self.spent + self.held + worst):
                raise BudgetUsedUp(limit)
            self.held += worst

    def settle(self, worst: Use, used: Use) -> None:
        """Put what a request came to in the place of what was held for it."""
        with self._lock:
            self.held -= worst
            self.spent += used
