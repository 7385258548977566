"""Decides: the four verdicts and no other; only `Accept` admits.

A verdict carries the seconds that each gate took, in the order in which the gates ran. The exit code of a command is that
of its verdict; 2 is kept for wrong usage.
"""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias, final

from verify.certificate import Certificate
from verify.reasons import Reason
from verify.reasons import Verdict as VerdictName

Seconds: TypeAlias = tuple[tuple[str, float], ...]
"""gate and wall-clock seconds, in the order of the run"""


@final
@dataclass(frozen=True, slots=True)
class Accept:
    """Every gate passed; the certificate binds what was judged."""

    name: ClassVar[VerdictName] = "accept"
    exit_code: ClassVar[int] = 0
    certificate: Certificate
    seconds: Seconds = ()
    unchecked: tuple[str, ...] = ()
    """where this is a judgement made again: each Lean that said yes before and was not asked now, as people call it"""


@final
@dataclass(frozen=True, slots=True)
class Rejected:
    """The thing is wrong."""

    name: ClassVar[VerdictName] = "reject"
    exit_code: ClassVar[int] = 1
    reason: Reason
    gate: str
    seconds: Seconds = ()


@final
@dataclass(frozen=True, slots=True)
class Declined:
    """It could not be decided: a limit, an unknown, something outside the language."""

    name: ClassVar[VerdictName] = "decline"
    exit_code: ClassVar[int] = 3
    reason: Reason
    gate: str
    seconds: Seconds = ()


@final
@dataclass(frozen=True, slots=True)
class Broken:
    """A tool broke, or this program has a bug; it says nothing about the thing."""

    name: ClassVar[VerdictName] = "error"
    exit_code: ClassVar[int] = 4
    reason: Reason
    gate: str
    seconds: Seconds = ()


Refused: TypeAlias = Rejected | Declined | Broken
Verdict: TypeAlias = Accept | Refused


def to_verdict(reason: Reason, gate: str, seconds: Seconds) -> Refused:
    """Return the verdict that a gate's reason amounts to; a reason never amounts to an acceptance."""
    match reason.verdict:
        case "reject":
            return Rejected(reason, gate, seconds)
        case "decline":
            return Declined(reason, gate, seconds)
        case _:
            return Broken(reason, gate, seconds)
