"""Journal -> what a run did, counted by SQLite: a page that looks again every second must not read every row each time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from loop.chain import Chain
from loop.journal import ADMISSION, ASKED, BASELINE, BEGUN, CAME, ENDED, HELD, JUDGEMENT, SPENT, STOPPED
from verify.canonical import Digest

KINDS: Final = (ASKED, CAME, JUDGEMENT, ADMISSION, HELD)
"""events that are about a target"""
_BEGUN: Final = """
SELECT id, coalesce(json_extract(content, '$.arguments.proposer'), 'agent'), json_extract(content, '$.seed'),
    json_array_length(content, '$.targets')
FROM events WHERE kind = ? AND json_extract(content, '$.frozen') IS NULL ORDER BY id DESC
"""
_COUNTS: Final = """
SELECT json_extract(content, '$.target') AS target, min(id) AS first,
    max(id * 8 + CASE kind WHEN :k0 THEN 0 WHEN :k1 THEN 1 WHEN :k2 THEN 2 WHEN :k3 THEN 3 ELSE 4 END) % 8,
    sum(kind = :k0), sum(kind = :k1), sum(CASE WHEN kind = :k2 THEN json_extract(content, '$.seconds') END), max(spec),
    max(CASE WHEN kind = :k2 AND number = :baseline AND verdict <> 'accept' THEN verdict END),
    sum(kind = :k2 AND verdict = 'accept'), sum(kind = :k2 AND verdict = 'reject'),
    sum(kind = :k2 AND verdict = 'decline'), sum(kind = :k2 AND verdict = 'error')
FROM events WHERE +run = :run AND kind IN (:k0, :k1, :k2, :k3, :k4) AND id > :since AND id <= :newest GROUP BY target
"""
"""the sign before `run` keeps SQLite to its index of kinds, in which what is new stands at the end"""
_VERDICTS: Final = "SELECT verdict, count(*) FROM events WHERE +run = ? AND kind = ? GROUP BY 1"
_LAST: Final = "SELECT content FROM events WHERE +run = ? AND kind IN (?, ?, ?) ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The beginning of a run."""

    number: int
    proposer: str
    seed: int
    targets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetCount:
    """What a run did for one target."""

    target: str
    spec: Digest | None
    first: int
    """the event with which it came to the target"""
    last: str
    """the kind of the newest event about it, one of KINDS"""
    asked: int
    proposals: int
    seconds: float
    """of judging"""
    refused: str
    """the verdict on its baseline, where that was not accepted; "" otherwise"""
    accepted: int
    rejected: int
    declined: int
    errors: int

    @property
    def judged(self) -> int:
        """How many verdicts there were."""
        return self.accepted + self.rejected + self.declined + self.errors

    def __add__(self, later: "TargetCount") -> "TargetCount":
        """Return this count with what came later."""
        return TargetCount(
            target=self.target, spec=later.spec or self.spec, first=self.first, last=later.last, asked=self.asked + later.asked,
            proposals=self.proposals + later.proposals, seconds=round(self.seconds + later.seconds, 3),
            refused=later.refused or self.refused, accepted=self.accepted + later.accepted,
            rejected=self.rejected + later.rejected, declined=self.declined + later.declined, errors=self.errors + later.errors,
        )  # fmt: skip


def begun(chain: Chain) -> list[Begun]:
    """Return the runs of a journal, newest first; what a frozen copy holds is none. Raises ChainError."""
    rows = chain.table(_BEGUN, (BEGUN,))
    return [Begun(number=n, proposer=str(who), seed=_whole(seed), targets=_whole(due)) for n, who, seed, due in rows]


def counts(
    chain: Chain, run: int, newest: int, before: tuple[TargetCount, ...] = (), since: int = 0
) -> tuple[TargetCount, ...]:
    """Return the targets that a run had come to by the event `newest`, in that order. Raises ChainError.

    `before` is what this returned for the event `since`; only what is newer is read then.
    """
    found = {c.target: c for c in before}
    kinds = {f"k{i}": kind for i, kind in enumerate(KINDS)}
    for row in chain.table(_COUNTS, {**kinds, "baseline": BASELINE, "run": run, "since": since, "newest": newest}):
        made = _count(*row)
        found[made.target] = found[made.target] + made if made.target in found else made
    return tuple(sorted(found.values(), key=lambda c: c.first))


def _count(
    target: object, first: int, last: int, asked: int, came: int, seconds: float | None, spec: Digest | None,
    refused: str | None, *verdicts: int | None,
) -> TargetCount:  # fmt: skip
    accepted, rejected, declined, errors = (n or 0 for n in verdicts)
    return TargetCount(
        target=str(target), spec=spec, first=first, last=KINDS[last], asked=asked, proposals=came,
        seconds=round(seconds or 0.0, 3), refused=refused or "", accepted=accepted, rejected=rejected, declined=declined,
        errors=errors,
    )  # fmt: skip


def verdicts(chain: Chain, run: int) -> dict[str, int]:
    """Return how many judgements of a run came to each verdict. Raises ChainError."""
    return {str(name): count for name, count in chain.table(_VERDICTS, (run, JUDGEMENT))}


def held(chain: Chain, run: int) -> int:
    """Return how much a run put into the review queue. Raises ChainError."""
    return int(chain.table("SELECT count(*) FROM events WHERE +run = ? AND kind = ?", (run, HELD))[0][0])


def ending(chain: Chain, run: int) -> tuple[bool, str]:
    """Return whether a run came to its end, and which budget ended it, "" for none. Raises ChainError."""
    found = _content(chain.table(_LAST, (run, ENDED, ENDED, ENDED)))
    return found is not None, str(found.get("how") or "") if found is not None else ""


def stopped(chain: Chain, run: int) -> bool:
    """Say whether a run was stopped. Raises ChainError."""
    return bool(chain.table(_LAST, (run, STOPPED, STOPPED, STOPPED)))


def spent(chain: Chain, run: int) -> Mapping[str, Any]:
    """Return what a run had spent when it last said so, as JSON data; nothing where it never did. Raises ChainError."""
    found = _content(chain.table(_LAST, (run, SPENT, STOPPED, ENDED))) or {}
    within = found.get("spent", found)
    return within if isinstance(within, dict) else {}


def newest(chain: Chain, run: int) -> int:
    """Return the last row of a run. Raises ChainError."""
    return int(chain.table("SELECT max(id) FROM events WHERE run = ?", (run,))[0][0])


def _whole(value: object) -> int:
    """Return a number that an event should hold; 0 where it holds something else."""
    return value if isinstance(value, int) else 0


def _content(rows: list[tuple[Any, ...]]) -> Mapping[str, Any] | None:
    try:
        found = json.loads(rows[0][0]) if rows else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
