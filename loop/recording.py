"""Recorded proposals: JSON Lines, one canonical object a line, so that a run can be replayed byte for byte.

A line is `{"idea","lemmas","origin","program","round","target"}`, keys sorted, no spaces, ASCII. Texts are the files' text.
"""

import json
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from loop.proposal import Proposal
from verify.reasons import Malformed, Refusal

KEYS = ("idea", "lemmas", "origin", "program", "round", "target")
LINE_BYTES = 4 * 2**20
"""longest line that is read; far above what two files of the size limits need, however much of them is escaped"""
START = b'{"idea":"'


@dataclass(frozen=True, slots=True)
class Entry:
    """A proposal and the round in which it was made."""

    round: int
    proposal: Proposal


def to_line(entry: Entry) -> bytes:
    """Return an entry's one line, with its newline.

    Raises ValueError where a file or a text of the proposal cannot be read or written as UTF-8.
    """
    p = entry.proposal
    f"{p.target}{p.origin}{p.idea}".encode()  # JSON would write half of a surrogate pair without a word
    fields = {
        "target": p.target, "round": entry.round, "program": p.program.decode(), "lemmas": p.lemmas.decode(),
        "origin": p.origin, "idea": p.idea,
    }  # fmt: skip
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii") + b"\n"


def to_entries(content: bytes, label: str) -> tuple[Entry, ...]:
    """Read a whole recording.

    `label` is how messages name it. Raises Refusal (Malformed) naming the first line that `to_line` did not write.
    """
    lines = content.split(b"\n")
    if lines.pop():
        what, do = "the last line is cut off.", "Delete it."
        raise Refusal(Malformed(what=what, where=f"{label}:{len(lines) + 1}", do=do))
    return tuple(_to_entry(line, f"{label}:{number}") for number, line in enumerate(lines, start=1))


def unreadable(what: str, where: str) -> Refusal:
    """Return the refusal of a line that no recording holds."""
    return Refusal(Malformed(what=what, where=where, do="Record the run anew, or delete the line."))


def _to_entry(line: bytes, where: str) -> Entry:
    if len(line) > LINE_BYTES:
        raise unreadable(f"a line of {len(line)} bytes; the limit is {LINE_BYTES}.", where)
    try:
        value = json.loads(line.decode("ascii"))
    except (ValueError, RecursionError):
        raise unreadable("not a JSON object.", where) from None
    if not isinstance(value, dict) or tuple(sorted(value)) != KEYS:
        raise unreadable(f"not an object with exactly the keys {', '.join(KEYS)}.", where)
    if type(value["round"]) is not int or value["round"] < 0:
        raise unreadable("`round` is not a natural number.", where)
    if odd := next((k for k in KEYS if k != "round" and not isinstance(value[k], str)), None):
        raise unreadable(f"`{odd}` is not a text.", where)
    try:
        files = value["program"].encode(), value["lemmas"].encode()
        entry = Entry(value["round"], Proposal(value["target"], *files, value["origin"], value["idea"]))
        canonical = to_line(entry)
    except UnicodeEncodeError:
        raise unreadable("a text holds half of a surrogate pair.", where) from None
    if canonical != line + b"\n":
        raise unreadable("not written in canonical form (a key twice, spaces, other escapes).", where)
    return entry


class Recorder:
    """Appends proposals to a recording; each is handed to the system before `append` returns, so a kill loses none of them.

    Raises Refusal (Malformed) on opening a file that is no recording. The half line that a killed run may have left at its end
    is taken off.
    """

    def __init__(self, path: Path) -> None:
        """Open `path` for appending; it is made if it is missing."""
        self.path = path
        content = path.read_bytes() if path.exists() else b""
        whole = content.rfind(b"\n") + 1
        half = content[whole:]
        to_entries(content[:whole], str(path))
        # anything else that lacks a final newline is somebody's file, and not ours to cut
        if half and not (half.startswith(START) or START.startswith(half)):
            what, do = "not a recording.", "Name another file."
            raise Refusal(Malformed(what=what, where=str(path), do=do))
        self._file: FileIO = path.open("ab", buffering=0)
        if half:
            self._file.truncate(whole)

    def append(self, entry: Entry) -> None:
        """Write one entry. Raises OSError, which names the file."""
        left = memoryview(to_line(entry))
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self.close()
