"""The numbers by which a run searches, and which may be tuned: each within bounds, all of them whole."""

from dataclasses import asdict, dataclass, fields
from typing import Final

from loop.search.reading import mapping


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run; what stands here is what holds where nothing was tuned."""

    batch: int = 3
    """candidates of a target that are judged before others have their turn: in a short time, easy ones come before hard ones"""
    lookahead: int = 6
    """candidates that are held back while better ones may come"""
    width: int = 8
    """turns of a wave: the more, the more workers have something to do, and the later a lemma of one target helps another"""
    greed: int = 4
    """what the bonus of a technique that was seldom asked is divided by: the more, the less is tried for its own sake"""
    borrowed: int = 4
    """times asked for which what a technique gave on targets of all classes counts in one of them"""
    guess: int = 4
    """judgements for which a guess at how likely a candidate is to be proved counts that rests on no verdict"""
    restart: int = 3
    """rounds on a target with nothing gained in a row, after which the next one draws on other chances"""
    patience: int = 6
    """a target on which nothing is gained waits two to the power of this turns at most"""
    dry: int = 3
    """turns in a row with nothing new, each with more effort, after which a proposer is not asked for a target again"""
    share: int = 3
    """times its share of turns that a hard target may get"""
    fuel: int = 8
    """times the most ticks of the version to beat, after which a run of a candidate is given up"""

    def to_data(self) -> dict[str, int]:
        """Return them as JSON data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: object) -> "Settings":
        """Read settings by name; those that are not named hold as they are. Raises ValueError."""
        found = mapping(data)
        names = {f.name for f in fields(cls)}
        for name, value in found.items():
            if name not in names:
                raise ValueError(f"there is no setting {name!r}; there are {', '.join(sorted(names))}")
            low, high = BOUNDS[name]
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise ValueError(f"{name} is a whole number from {low} to {high}")
        return cls(**{name: value for name, value in found.items() if isinstance(value, int)})


BOUNDS: Final = {
    "batch": (1, 32), "lookahead": (1, 64), "width": (1, 32), "greed": (1, 64), "borrowed": (1, 64), "guess": (1, 64),
    "restart": (1, 16), "patience": (1, 10), "dry": (1, 12), "share": (1, 12), "fuel": (1, 64),
}  # fmt: skip
"""the least and the most of each"""
DEFAULT: Final = Settings()
