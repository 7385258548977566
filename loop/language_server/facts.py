"""What is known of one text: data that workers find out and that is shown; each piece says of which text it speaks."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from loop.language_server.positions import Place

State: TypeAlias = Literal["at work", "tested", "accept", "reject", "decline", "error"]
"""`tested`: no gate that can only refuse did so, and nothing is proved; the last four are verdicts"""
Kind: TypeAlias = Literal["read", "test", "prove"]
"""`read`: what the text says and what a graph holds of it; `test`: the gates that can only refuse; `prove`: all, with Lean"""

VERDICTS: Final[tuple[State, ...]] = ("accept", "reject", "decline", "error")
_MARKED: Final = re.compile(r"^[ \t]*@[ \t]*(verify[ \t]*\.[ \t]*)?target\b", re.MULTILINE)
_IMPORTED: Final = re.compile(r"^[ \t]*(from|import)[ \t]+verify\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Text:
    """Some file's bytes as they are now, and how messages name the file."""

    label: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Offer:
    """A target of a spec file that a function of another file may be a version of; `place` is that function's name."""

    spec: Path
    name: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A question about a text: a spec file, or a candidate where `spec` is there, for its target `name`.

    `graph` is the folder of the accepted versions. `names` are the targets that are meant, all where it is empty. `look` is a
    folder in which spec files are looked for that the text may be a candidate for; `offers` are those that are known already.
    """

    kind: Kind
    text: Text
    graph: Path | None = None
    names: tuple[str, ...] = ()
    spec: Text | None = None
    name: str = ""
    look: Path | None = None
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was refused: where, by which verdict and reason, and what there is to say of it, line by line."""

    place: Place
    verdict: State
    reason: str
    lines: tuple[str, ...]
    brief: str
    """what a lens says of it: the input that shows it, where there is one"""


@dataclass(frozen=True, slots=True)
class Head:
    """What the graph holds as the best version of a target for exactly this text.

    `fixed` is the text of the file with that version's body in the place of the baseline's, where there is such a text.
    """

    node: str
    tier: str
    improved: bool
    order: str | None
    cost_old: str | None
    cost_new: str | None
    claims: tuple[str, ...]
    rests: tuple[str, ...]
    fixed: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A target of a text; `place` is its function's name, `asked` its contract in words."""

    name: str
    place: Place
    asked: tuple[str, ...] = ()
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: its targets, or why the language refuses it.

    `digest` is that of the text, `spec` that of a candidate's spec. `graph_fault` says why the graph could not be read.
    """

    digest: str
    targets: tuple[Target, ...] = ()
    fault: Fault | None = None
    offers: tuple[Offer, ...] = ()
    graph_fault: str = ""
    spec: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a target of the text with this digest; costs are expressions for people, in ticks."""

    digest: str
    name: str
    state: State
    gate: str = ""
    fault: Fault | None = None
    tier: str | None = None
    order: str | None = None
    cost_old: str | None = None
    cost_new: str | None = None
    claims: tuple[str, ...] = ()
    rests: tuple[str, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()


def refused(reading: Reading) -> tuple[Outcome, ...]:
    """Return what becomes of the targets of a text that is refused as a whole."""
    if reading.fault is None:
        return ()
    return tuple(Outcome(reading.digest, t.name, reading.fault.verdict, "policy", reading.fault) for t in reading.targets)


def is_spec(text: str) -> bool:
    """Say whether a text means to be a spec file: it marks a function with this project's `@target`."""
    return _MARKED.search(text) is not None and _IMPORTED.search(text) is not None


def to_bytes(text: str) -> bytes:
    """Return a text as a file would hold it; half of a surrogate pair becomes bytes that are no UTF-8, and are refused."""
    return text.encode("utf-8", "surrogatepass")
