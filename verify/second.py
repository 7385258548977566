"""Decides: what a second Lean has to say about what the first let pass; only where both say yes is anything accepted.

The second one is a native Lean on PATH that is recent enough to be sound by what is known. Where there is none, one Lean
decides, and a certificate names only that one.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from verify.gates.kernel import Kernel
from verify.limits import Limits
from verify.reasons import NotToken, ReadingsDisagree, Reason, TimedOut, ToolBroken
from verify.standby import start_kernel
from verify.toolchain import SOUND, Toolchain, ToolchainMissing, find


@dataclass(frozen=True, slots=True)
class Second:
    """Another Lean that has to say yes, and how to start a fresh process of it."""

    toolchain: Toolchain
    start: Callable[[], Kernel]


def second_lean(first: Toolchain, limits: Limits) -> Second | None:
    """Return the native Lean of this machine; None where there is none that is sound, or where it is the first itself."""
    found = None if first.kind == "native" else native_lean()
    return None if found is None else Second(found, lambda: start_kernel(found, limits))


@functools.cache
def native_lean() -> Toolchain | None:
    """Return the native Lean on PATH that has to say yes, as it was when this process first asked; None where there is none."""
    try:
        found = find("native")
    except ToolchainMissing:
        return None
    return found if sound(found.version) else None


def sound(version: str) -> bool:
    """Return whether a native Lean of this version counts; a release candidate comes before its release."""
    number = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(-rc\d+)?", version.partition(",")[0].strip())
    return number is not None and (tuple(map(int, number.groups()[:3])), number[4] is None) >= (SOUND, True)


def no_agreement(first: Toolchain, second: Toolchain, said: Reason) -> Reason:
    """Return what it amounts to that the first Lean lets pass what the second does not.

    A second one that gave no word about the proof, for a limit or a fault, leaves it undecided; its reason is named as its own.
    """
    if isinstance(said, TimedOut | ToolBroken | NotToken):
        return replace(said, what=f"{lean_name(second)}, which has to say yes too: {said.what}")
    return ReadingsDisagree(
        what=f"{lean_name(first)} accepts this, and {lean_name(second)} does not: {said}",
        where=said.where,
        do="Report it with both versions; a proof that both accept is due.",
    )


def lean_name(toolchain: Toolchain) -> str:
    """Return what people call a Lean."""
    return f"Lean {toolchain.version.partition(',')[0]} ({toolchain.kind})"
