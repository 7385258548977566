"""What a tuning came to: its trials, which settings mattered, and what became of the best ones on held-out targets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from loop.policies.deciding import Decided, words
from loop.search.settings import Settings
from loop.tuning.settings_study import Tried, best_of
from loop.tuning.targets import Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it."""

    targets: Targets
    in_use: Settings
    """what a run went by when the tuning began"""
    tried: Sequence[Tried]
    importance: Mapping[str, float] | None
    """share of each setting in how yields differ; None where too few trials tell"""
    decided: Decided | None
    """None where no settings yielded more than those in use"""
    before: int
    """other settings that were tried on held-out targets of this graph: each try is a chance to win by luck"""

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            **self.targets.as_data(), "in_use": self.in_use.to_data(),
            "trials": [{"number": t.number, "yield": t.found, "settings": t.settings.to_data()} for t in self.tried],
            "best": best_of(self.tried).number, "importance": self.importance and dict(self.importance),
            "decided": self.decided and self.decided.as_data(), "tried_before": self.before,
        }  # fmt: skip

    def table(self) -> Table:
        """Return the trials for people: what they yielded, and where their settings differ from those in use."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("trial", justify="right")
        table.add_column("yield", justify="right")
        table.add_column("settings", overflow="fold")
        for t in self.tried:
            table.add_row(str(t.number), str(t.found), changes(self.in_use, t.settings))
        return table

    def words(self) -> Iterator[str]:
        """Yield what came of it, plainly."""
        yield f"tuned on {', '.join(self.targets.tune_on)}; held out: {', '.join(self.targets.tried_on)}"
        if count := len(self.targets.left_out):
            yield f"left out, as they are the same up to names as others: {count} spec file{'s' * (count != 1)}"
        if self.importance:
            shares = ", ".join(f"{name} {share:.0%}" for name, share in self.importance.items() if share >= 0.01)  # noqa: PLR2004
            yield f"shares in how yields differ: {shares}"
        if self.decided is None:
            yield "No settings that were tried yielded more than those in use, so none were tried on the held-out targets."
            return
        best = best_of(self.tried)
        yield f"tried on held-out targets: trial {best.number}, {changes(self.in_use, best.settings)}"
        yield from words(self.decided)
        if self.before:
            yield f"other settings tried on held-out targets of this graph before: {self.before}; each is a chance to win by luck"


def changes(before: Settings, after: Settings) -> str:
    """Return the settings that differ, for people.

    >>> changes(Settings(), Settings(batch=5, fuel=2)), changes(Settings(), Settings())
    ('batch 5, fuel 2', 'in use')
    """
    old = before.to_data()
    return ", ".join(f"{name} {value}" for name, value in after.to_data().items() if value != old[name]) or "in use"
