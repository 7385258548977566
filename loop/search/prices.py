"""What steps cost, in milliseconds: as measured in earlier runs, and the same throughout one run.

A clock decides nothing within a run: what it measures there is heard, and becomes a price when the next run begins.
"""

from collections.abc import Mapping
from typing import Final

from loop.search.reading import mapping, natural, naturals, record

MOST: Final = 256
"""measurements of one step that a price is the mean of, about; older ones fade"""


class Prices:
    """Prices by step, and what was measured since they were fixed."""

    def __init__(self, known: Mapping[str, int] | None = None, heard: Mapping[str, tuple[int, int]] | None = None) -> None:
        """Go on from prices, and from sums of measurements with their counts."""
        self._known, self._heard = dict(known or {}), dict(heard or {})

    def of(self, step: str, usual: int) -> int:
        """Return the price of a step, `usual` where none is known; at least 1."""
        return max(self._known.get(step, usual), 1)

    def hear(self, step: str, milliseconds: int) -> None:
        """Take note of what a step took."""
        total, count = self._heard.get(step, (0, 0))
        if count >= MOST:
            total, count = total // 2, count // 2
        self._heard[step] = total + max(milliseconds, 0), count + 1

    def settled(self) -> "Prices":
        """Return the prices of the next run."""
        return Prices(self._known | {s: total // n for s, (total, n) in self._heard.items() if n}, self._heard)

    def to_data(self) -> dict[str, object]:
        """Return them as JSON data."""
        return {"known": dict(self._known), "heard": {s: list(h) for s, h in self._heard.items()}}

    @classmethod
    def from_data(cls, data: object) -> "Prices":
        """Read what `to_data` wrote. Raises ValueError."""
        of = record(data, "known", "heard")
        heard = {s: naturals(h, 2) for s, h in mapping(of["heard"]).items()}
        return cls({s: natural(p) for s, p in mapping(of["known"]).items()}, {s: (h[0], h[1]) for s, h in heard.items()})
