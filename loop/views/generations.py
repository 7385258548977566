"""A folder that `qed evolve` writes -> its generations, the curve with what each future says, and what each part is worth.

It may be looked at while it is being written: a generation counts as soon as all its stages are over.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from loop.commands.common import UsageError
from loop.generations.evolve import Generation, Learnt, Tried
from loop.generations.measure import Measured, measured_from
from loop.generations.report import Row, report, words

FUTURES: Final[Mapping[str, str]] = {
    "flat": "what is learned makes no difference",
    "one-off": "one gain, after the first generation, and no more",
    "tapering": "each generation gains less than the one before, towards a limit",
    "accelerating": "each generation gains more than the one before",
}
"""what each shape of the curve would mean"""
_WITHOUT: Final = re.compile(r"test-([0-9]+)-without-(.+)-seed-([0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureView:
    """What one shape says of the curve."""

    name: str
    """one of FUTURES"""
    words: str
    """what it would mean"""
    weight: float
    """its share of the evidence: those of all shapes sum to 1"""
    spread: float
    """what it leaves unexplained, in targets"""
    values: tuple[float, ...]
    """its curve at the generations"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationView:
    """The last generation without a part."""

    part: str
    found: float
    """held-out targets improved; mean over the seeds"""
    cost: float | None
    """processor seconds for each of them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationsView:
    """All of it."""

    rows: tuple[Row, ...]
    yields: tuple[tuple[int, ...], ...]
    """held-out targets improved, by generation and seed"""
    futures: tuple[FutureView, ...]
    """the likeliest first; nothing where there are too few points to tell"""
    ablations: tuple[AblationView, ...]
    targets: int
    """held-out ones"""
    seeds: int
    words: tuple[str, ...]
    """what the figures say"""
    stages: tuple[str, ...]
    """that are over, by name"""


def generations(folder: Path) -> GenerationsView:
    """Return the generations of a folder. Raises UsageError where it is no such folder, or what is there does not read."""
    if not (folder / "plan.json").is_file():
        raise UsageError(f"{folder} is no folder that `qed evolve` wrote: it has no plan.json.")
    try:
        plan = _read(folder / "plan.json")
        stages = {p.stem: _read(p) for p in sorted((folder / "stages").glob("*.json"))}
        seeds = int(plan["seeds"])
        found = list(_generations(stages, seeds))
        ablations = _ablations(stages, seeds)
        told = report(found, ablations) if found else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        kind = f"{type(error).__name__}: " if isinstance(error, KeyError) else ""
        raise UsageError(f"{folder} cannot be read as what `qed evolve` writes: {kind}{error}.") from None
    names = tuple(stages)
    if told is None:
        said = ("no generation is over so far: the first one ends with its runs on the held-out targets.",)
        return GenerationsView(rows=(), yields=(), futures=(), ablations=(), targets=0, seeds=seeds, words=said, stages=names)
    shapes = sorted((told.shapes or {}).items(), key=lambda pair: -pair[1].weight)
    return GenerationsView(
        rows=told.rows, yields=tuple(tuple(m.found for m in g.tested) for g in found),
        futures=tuple(
            FutureView(name=n, words=FUTURES[n], weight=fit.weight, spread=fit.spread, values=fit.values) for n, fit in shapes
        ),
        ablations=tuple(AblationView(part=n, found=count, cost=cost) for n, (count, cost) in told.ablations.items()),
        targets=told.targets, seeds=told.seeds, words=tuple(words(told)), stages=names,
    )  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} holds no object")  # noqa: TRY004 - of the file, not of the caller
    return data


def _generations(stages: Mapping[str, dict[str, Any]], seeds: int) -> Iterator[Generation]:
    """Yield the generations whose stages are all over."""
    number = 0
    while seeds and all(f"test-{number}-seed-{s}" in stages for s in range(seeds)):
        trained, learnt, tried = (stages.get(f"{kind}-{number}") for kind in ("train", "learn", "ranking"))
        yield Generation(
            number=number, trained=measured_from(trained) if trained else None, learnt=Learnt(**learnt) if learnt else None,
            tested=_tested(stages, f"test-{number}", seeds), tried=Tried(**tried) if tried else None,
        )  # fmt: skip
        number += 1


def _tested(stages: Mapping[str, dict[str, Any]], name: str, seeds: int) -> tuple[Measured, ...]:
    return tuple(measured_from(stages[f"{name}-seed-{s}"]) for s in range(seeds))


def _ablations(stages: Mapping[str, dict[str, Any]], seeds: int) -> dict[str, tuple[Measured, ...]]:
    """Return the runs without a part that are over, of the last generation that has any, in the order in which they were made."""
    of = [(int(m[1]), m[2]) for name in stages if (m := _WITHOUT.fullmatch(name))]
    last = max((number for number, _ in of), default=0)
    parts = dict.fromkeys(part for number, part in of if number == last)
    over = [p for p in parts if all(f"test-{last}-without-{p}-seed-{s}" in stages for s in range(seeds))]
    return {p.replace("-", " "): _tested(stages, f"test-{last}-without-{p}", seeds) for p in over}
