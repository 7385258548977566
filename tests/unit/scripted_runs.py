"""Specs of some families, and runs of the loop that are made up: how many judgements a target takes is said by a function."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from loop.journal import Entry, Journal, journal_path
from loop.search.settings import DEFAULT, Settings

SPEC = """from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def {name}(n: int) -> int:
    total = 0
    for i in range(n):
        total += {term}
    return total
"""
FAMILIES = {"one": "abc", "two": "de", "other": "uvwxyz"}
OPTIONS = ("--trials", "12", "--time", "1s", "--final", "1s", "--seeds", "2", "--held-out", "other", "--json")
Judgements: TypeAlias = Callable[[Settings, str, int], int]
"""how many judgements a run takes until a target is improved, given its settings, the target and the seed"""


def write_specs(folder: Path, families: dict[str, str] = FAMILIES) -> Path:
    """Write a spec file for each letter of each family; no two targets are the same up to names."""
    for family, names in families.items():
        (folder / family).mkdir(parents=True)
        for name in names:
            text = SPEC.format(name=name, term=f"{ord(name)} * i")
            (folder / family / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def batches_matter(settings: Settings, target: str, seed: int) -> int:
    """Take the fewer judgements, the larger the batch; a little more for some targets."""
    return 1 + 20 // settings.batch + (ord(target) + seed) % 3


def nothing_matters(settings: Settings, target: str, seed: int) -> int:
    """Take a number of judgements that is as good as chance."""
    text = f"{sorted(settings.to_data().items())} {target} {seed}"
    return 1 + hashlib.sha256(text.encode()).digest()[0] % 20


class Runs:
    """Stands for `loop.generations.measure.measure`: leaves a journal as a run would have; `lost` is raised in its place once."""

    def __init__(self, judgements: Judgements, lost: dict[int, BaseException] | None = None) -> None:
        """Raise the exceptions of `lost` by the number of the call, from 1."""
        self._judgements, self._lost = judgements, dict(lost or {})
        self.calls: list[tuple[str, int]] = []
        """family and seed of each"""

    def __call__(
        self, specs: Sequence[Path], folder: Path, seconds: int, seed: int, jobs: int | None, more: Sequence[str] = ()
    ) -> None:
        self.calls.append((specs[0].parent.name, seed))
        if (fault := self._lost.pop(len(self.calls), None)) is not None:
            raise fault
        values = json.loads(Path(more[1]).read_text(encoding="utf-8"))["values"] if more else {}
        with closing(Journal(journal_path(folder))) as journal:
            for path in specs:
                count = self._judgements(Settings.from_data({**DEFAULT.to_data(), **values}), path.stem, seed)
                for i in range(1, count + 1):
                    journal.append(judged(path.stem, accepted=i == count))


def judged(target: str, *, accepted: bool, spec: str = "s" * 64) -> Entry:
    """Make a judgement of a candidate."""
    return Entry(
        target=target, spec=spec, head="h" * 64, candidate="c" * 64, judge="j" * 64, verdict="accept" if accepted else "decline",
        reason=None, message="", gate="", seconds=0.0,
    )  # fmt: skip
