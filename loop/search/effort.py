"""How much a target gets: more for the hard ones, later for the hopeless ones, and now and then a start afresh."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from loop.search.reading import mapping, natural, naturals, record
from loop.search.settings import DEFAULT, Settings

HARDEST: Final = 12
"""the highest effort"""


@dataclass(frozen=True, slots=True)
class Course:
    """How it went with one target."""

    asked: int = 0
    """rounds"""
    dry: int = 0
    """rounds in a row in which nothing was gained"""
    near: int = 0
    """of those, the ones in which something was declined for lack of a proof: worth another effort"""
    due: int = 0
    """the turn in which it is asked again at the earliest"""
    starts: int = 0
    """how often it was started afresh"""

    @property
    def effort(self) -> int:
        """How far the next search may go, from 0.

        It follows Luby's sequence over the dry rounds, which is within a constant factor of the best there is where nothing is
        known of how long success takes, and what is near gets one more each time.
        """
        return min(luby(self.dry + 1).bit_length() - 1 + self.near, HARDEST)


@dataclass(frozen=True, slots=True)
class Effort:
    """What a round on a target may spend: how far a search goes, and the seed that it draws on."""

    level: int
    seed: int


class Efforts:
    """The courses of all targets, and whose turn it is."""

    def __init__(self, courses: dict[str, Course] | None = None, turn: int = 0) -> None:
        """Go on from courses."""
        self._courses, self._turn = dict(courses or {}), turn

    def course(self, target: str) -> Course:
        """Return how it went with a target."""
        return self._courses.get(target, Course())

    def choose(self, targets: Sequence[str]) -> str | None:
        """Return the target whose turn it is, the first of those that are due longest; None where there is none."""
        return min(targets, key=lambda t: self.course(t).due, default=None)

    def effort(self, target: str, seed: int) -> Effort:
        """Return what the next round on a target may spend; a start afresh draws on a seed of its own."""
        course = self.course(target)
        return Effort(course.effort, seed + 1_000_003 * course.starts)

    def told(self, target: str, *, gained: bool, near: bool, settings: Settings = DEFAULT) -> None:
        """Take note of a round: whether it gained anything, and whether something was declined for lack of a proof."""
        course = self.course(target)
        self._turn = max(self._turn, course.due) + 1
        if gained:
            now = replace(course, asked=course.asked + 1, dry=0, near=0, due=self._turn)
        else:
            dry, close = course.dry + 1, course.near + near
            # one that is near waits for the others once; one where nothing came waits longer each time
            wait = 1 if near and close < settings.patience else 1 << min(dry, settings.patience)
            fresh = course.starts + (dry % settings.restart == 0)
            now = Course(course.asked + 1, dry, close, self._turn + wait - 1, fresh)
        self._courses[target] = now

    def to_data(self) -> dict[str, object]:
        """Return them as JSON data."""
        return {"turn": self._turn, "courses": {t: list(asdict(c).values()) for t, c in self._courses.items()}}

    @classmethod
    def from_data(cls, data: object) -> "Efforts":
        """Read what `to_data` wrote. Raises ValueError."""
        of = record(data, "turn", "courses")
        return cls({t: Course(*naturals(c, 5)) for t, c in mapping(of["courses"]).items()}, natural(of["turn"]))


def luby(n: int) -> int:
    """Return the n-th number of Luby's sequence, n from 1.

    >>> [luby(n) for n in range(1, 16)]
    [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]
    """
    while True:
        k = n.bit_length()
        if n == (1 << k) - 1:
            return 1 << (k - 1)
        n -= (1 << (k - 1)) - 1
