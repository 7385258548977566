"""What was judged already: one JSON object a line, only ever appended to.

A journal saves work and teaches the proposers; it never admits anything. It stands beside the graph's folder, not in it. A
line that does not read, for example one that was cut off when a run was killed, is passed over. Ints and bools of an input
stand as JSON has them, but for ints that are too long for its readers; lists, tuples and those are tagged.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final, get_args

from verify.canonical import Digest, digest_bytes, encode
from verify.environment import ROOT, environment, solver, trusted_files
from verify.ir import Value
from verify.limits import Limits
from verify.python_run import tagged, untagged
from verify.reasons import LONG, Verdict

COMPARING: Final = frozenset({"CostNotLower", "GraphConflict"})
"""reasons for a reject that are about the head, too"""
AROUND: Final = frozenset({
    "__init__.py", "__main__.py", "cli.py", "journal.py", "keep.py", "progress.py", "prompt.py", "proposal.py", "recording.py",
    "rounds.py", "timing.py", "words.py",
})  # fmt: skip
"""modules of this package, beside those in folders, that have no part in the search for a proof; a new one has until named"""
LINE_BYTES: Final = 1 << 20
"""longest line that is read"""
VERDICTS: Final = get_args(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One judgement."""

    target: str
    """the function's name"""
    spec: Digest
    """name of the spec's node"""
    head: Digest | None
    """the node that was to be superseded; None where the baseline itself was judged"""
    candidate: Digest
    """see `loop.normal`; of a baseline, the spec's digest"""
    judge: Digest
    """see `judge_digest`"""
    verdict: Verdict
    reason: str | None
    """class name"""
    message: str
    gate: str
    seconds: float
    arguments: tuple[Value, ...] | None = None
    """the counterexample, where there is one"""
    program: str = ""
    """the candidate's text, where it was not accepted"""
    node: Digest | None = None
    """the node that came of it"""

    @property
    def is_wrong(self) -> bool:
        """Whether the candidate was refused for what it is, and not for what it was compared with."""
        return self.gate == "policy" or (self.verdict == "reject" and self.reason not in COMPARING)


NAMES: Final = frozenset(f.name for f in fields(Entry))


class Journal:
    """The judgements of one graph folder, those of earlier runs included."""

    def __init__(self, path: Path) -> None:
        """Read what is there; `complaint` says why a journal that exists could not be read, or could not be written."""
        self.path = path
        self.complaint = ""
        self.entries: list[Entry] = []
        try:
            self.entries += read(path)
        except OSError as error:
            self.complaint = f"{path} cannot be read: {error.strerror}; what it holds is judged again."

    def append(self, entry: Entry) -> None:
        """Add one judgement; where it cannot be written the run goes on without, and `complaint` says so."""
        self.entries.append(entry)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                # the newline before it parts it from a line that a killed run left torn
                torn = file.tell() > 0 and not _ends_whole(self.path)
                file.write(b"\n" * torn + to_line(entry))
        except OSError as error:
            self.complaint = f"{self.path} cannot be written: {error.strerror}; the next run will judge this again."

    def known(self, spec: Digest, head: Digest | None, candidate: Digest, judge: Digest) -> Entry | None:
        """Return this same judge's judgement of this candidate that holds against this head; None where there is none.

        What is wrong is wrong whatever the head; the rest was judged against one head. A tool that broke has judged nothing.
        """
        due = (spec, candidate, judge)
        of = (e for e in reversed(self.entries) if (e.spec, e.candidate, e.judge) == due and e.verdict != "error")
        return next((e for e in of if e.head == head or e.is_wrong), None)


def journal_path(folder: Path) -> Path:
    """Return where the journal of a graph's folder stands.

    >>> journal_path(Path("work/accepted"))
    PosixPath('work/.qed/accepted/journal.jsonl')
    """
    whole = folder if folder.name else folder.absolute()
    return whole.parent / ".qed" / whole.name / "journal.jsonl"


def judge_digest(limits: Limits, lean: str) -> Digest:
    """Return the name of everything that a judgement depends on: the verifier, the provers of this package, limits and tools.

    With any change of it, what was judged is judged again. Raises OSError.
    """
    found = (p for p in sorted((ROOT / "loop").glob("*.py")) if p.name not in AROUND)
    mine = {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in found}
    data = environment({**trusted_files(ROOT), **mine}, limits, solver(), None)
    return digest_bytes(encode({**data, "lean": lean}))


def to_line(entry: Entry) -> bytes:
    """Return an entry's one line, with its newline."""
    arguments = None if entry.arguments is None else [_data(v) for v in entry.arguments]
    data = asdict(replace(entry, arguments=None)) | {"arguments": arguments}
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries of a journal; none where there is no file. Raises OSError."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            entry = _entry(line) if len(line) <= LINE_BYTES else None
            if entry is not None:
                yield entry


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"


def _data(value: Value) -> object:
    """Return an argument as JSON data."""
    return value if isinstance(value, int) and value.bit_length() <= LONG else tagged(value)


def _value(data: object) -> Value | None:
    """Read what `_data` wrote; None where it is none."""
    return data if isinstance(data, int) else untagged(data)


def _entry(line: bytes) -> Entry | None:
    """Read one line; None where it is not what `to_line` writes."""
    try:
        data = json.loads(line)
        if not isinstance(data, dict) or data.keys() != NAMES:
            return None
        arguments = data.pop("arguments")
        values = None if arguments is None else tuple(v for v in map(_value, arguments) if v is not None)
        if values is not None and len(values) != len(arguments):
            return None
        texts = (v for k, v in data.items() if k != "seconds")
        if not all(isinstance(v, str | None) for v in texts) or data["verdict"] not in VERDICTS:
            return None
        return Entry(**data, arguments=values)
    except (ValueError, TypeError, RecursionError):
        return None
