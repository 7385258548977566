"""The judge that workers make: an examiner, with its warm Lean and an order of tactics that stays as it is for a whole run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loop.executors.executor import Say
from loop.search.weights import Weights
from verify.limits import DEFAULT
from verify.toolchain import Preference

if TYPE_CHECKING:
    from loop.examine import Examiner


@dataclass(frozen=True, slots=True)
class Examining:
    """Makes an examiner, in whichever process it is called; `counts` is what earlier runs taught, see `TacticOrder`."""

    lean: Preference
    counts: Mapping[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    tactics: Weights | None = None
    """a policy about tactics"""

    def __call__(self, say: Say) -> "Examiner":
        """Find Lean. Raises ToolchainMissing."""
        # a run with nothing to judge needs none of these
        from loop.examine import Examiner  # noqa: PLC0415
        from loop.tactic_order import TacticOrder  # noqa: PLC0415

        return Examiner(self.lean, DEFAULT, say, TacticOrder(dict(self.counts), self.tactics))
