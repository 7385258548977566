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


BOUNDS: Final = {"batch": (1, 32), "lookahead": (1, 64), "width": (1, 32)}
"""the least and the most of each"""
DEFAULT: Final = Settings()
