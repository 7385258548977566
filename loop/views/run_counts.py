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
    max(id * 8 + CASE kind WHEN ? THEN 0 WHEN ? THEN 1 WHEN ? THEN 2 WHEN ? THEN 3 WHEN ? THEN 4 END) % 8,
    sum(kind = ?), sum(kind = ?), sum(kind = ?), sum(kind = ? AND verdict = 'accept'),
    sum(CASE WHEN kind = ? THEN json_extract(content, '$.seconds') END), max(spec),
    max(CASE WHEN kind = ? AND number = ? AND verdict <> 'accept' THEN verdict END)
FROM events WHERE run = ? AND kind IN (?, ?, ?, ?, ?) GROUP BY target ORDER BY first
"""
_VERDICTS: Final = "SELECT verdict, count(*) FROM events WHERE run = ? AND kind = ? GROUP BY 1"
_LAST: Final = "SELECT content FROM events WHERE run = ? AND kind IN (?, ?, ?) ORDER BY id DESC LIMIT 1"


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
    last: str
    """the kind of the newest event about it, one of KINDS"""
    asked: int
    proposals: int
    judged: int
    accepted: int
    seconds: float
    """of judging"""
    refused: str
    """the verdict on its baseline, where that was not accepted; "" otherwise"""


def begun(chain: Chain) -> list[Begun]:
    """Return the runs of a journal, newest first; what a frozen copy holds is none. Raises ChainError."""
    rows = chain.table(_BEGUN, (BEGUN,))
    return [Begun(number=n, proposer=str(who), seed=_whole(seed), targets=_whole(due)) for n, who, seed, due in rows]


def counts(chain: Chain, run: int) -> list[TargetCount]:
    """Return the targets that a run has come to, in that order. Raises ChainError."""
    values = (*KINDS, ASKED, CAME, JUDGEMENT, JUDGEMENT, JUDGEMENT, JUDGEMENT, BASELINE, run, *KINDS)
    return [
        TargetCount(
            target=str(target), spec=spec, last=KINDS[last], asked=asked, proposals=came, judged=judged, accepted=accepted or 0,
            seconds=round(seconds or 0.0, 3), refused=refused or "",
        )
        for target, _, last, asked, came, judged, accepted, seconds, spec, refused in chain.table(_COUNTS, values)
    ]  # fmt: skip


def verdicts(chain: Chain, run: int) -> dict[str, int]:
    """Return how many judgements of a run came to each verdict. Raises ChainError."""
    return {str(name): count for name, count in chain.table(_VERDICTS, (run, JUDGEMENT))}


def held(chain: Chain, run: int) -> int:
    """Return how much a run put into the review queue. Raises ChainError."""
    return int(chain.table("SELECT count(*) FROM events WHERE run = ? AND kind = ?", (run, HELD))[0][0])


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
