"""What a ranking sees of a candidate: words, each there or not, which a run knows before any judge is asked."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from loop.search.parts import PARTS

if TYPE_CHECKING:
    from loop.search.cascade import Screened

GAINS: Final = 8
"""gains of more bits than this count as this"""
LENGTHS: Final = 8
"""likewise lengths, in doublings of the nodes of a program"""


def features(one: "Screened", context: str) -> Iterator[str]:
    """Yield the features of a candidate for a target of a class, see `loop.search.search.context_of`."""
    yield f"technique {one.technique}"
    yield f"context {context}"
    yield f"technique {one.technique} for {context}"
    yield f"claim {one.claim}"
    yield f"technique {one.technique} claiming {one.claim}"
    yield f"growth {one.elite.growth}"
    yield from (f"gain {i} bits" for i in range(1, min(one.gain // PARTS, GAINS) + 1))
    yield from (f"nodes 2^{i}" for i in range(1, min(one.elite.nodes.bit_length(), LENGTHS) + 1))
