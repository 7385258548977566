"""The fuzzer's command line: `python -m tests.fuzz --seconds 60 --seed 0`."""

import argparse
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import Final

from tests.fuzz.bits import Bits
from tests.fuzz.compare import Comparer, Disagreement
from tests.fuzz.generator import PLAIN, WHOLE, case
from tests.fuzz.lean import Lean
from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.readings import Smt, read, weighted
from tests.fuzz.replay import entry
from tests.fuzz.shrink import shrink
from tests.fuzz.values import Arguments
from verify.reasons import Refusal
from verify.session import SessionLost

BYTES: Final = 4 * 2**30
PATIENCE: Final = 5.0
"""processor seconds after which a program is left"""


class Slow(BaseException):
    """A program ran out of time."""


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 - a command line


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise Slow after some seconds of processor time."""

    def late(_: int, __: FrameType | None) -> None:
        raise Slow

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def compared(comparer: Comparer, text: str, inputs: list[Arguments]) -> Disagreement | None:
    """Compare readings, within a time."""
    try:
        with patience(PATIENCE), weighted():
            return comparer.compare(text, inputs)
    except Slow:
        comparer.counts["too slow"] += len(inputs)
        return None


def smallest(comparer: Comparer, found: Disagreement) -> Disagreement:
    """Shrink a disagreement."""
    scratch = Comparer(comparer.further)
    text, arguments = shrink(found.text, found.arguments, lambda t, a: compared(scratch, t, [a]) is not None)
    return compared(scratch, text, [arguments]) or found


def hunt(options: argparse.Namespace) -> int:
    """Run programs until the time or the number is up; print every disagreement, made small."""
    comparer = Comparer([
        *([Smt(symbolic=False), Smt(symbolic=True)] if options.smt else []),
        *([Bits()] if options.bits else []),
    ])  # fmt: skip
    profile = PLAIN if options.plain else WHOLE
    started, number, seen = time.monotonic(), options.first, 0
    while time.monotonic() - started < options.seconds and number < options.first + options.programs:
        found = compared(comparer, *case(options.seed, number, options.inputs, profile))
        if found is not None:
            seen += 1
            say(entry(smallest(comparer, found), f"found by seed {options.seed}, program {number}"))
            if seen >= options.stop:
                break
        number += 1
    seconds = time.monotonic() - started
    refused = sum(comparer.refusals.values())
    say(f"seed {options.seed}: {comparer.programs} programs x {options.inputs} inputs in {seconds:.1f} s, "
          f"{comparer.programs / seconds:.0f} programs a second; {seen} disagreements")  # fmt: skip
    say("inputs: " + ", ".join(f"{k} {n}" for k, n in comparer.counts.most_common()))
    say(f"refused by the reader: {refused} ({refused / max(1, comparer.programs):.2%})")
    for why, n in comparer.refusals.most_common():
        say(f"    {n} {why}")
    return int(seen > 0)


def begun(stack: ExitStack) -> Lean:
    """Begin a session; on a busy machine that may take more than one try. Raises SessionLost."""
    for _ in range(2):
        with suppress(SessionLost):
            return stack.enter_context(Lean())
    return stack.enter_context(Lean())


def ask_lean(options: argparse.Namespace) -> int:
    """Have Lean prove what the interpreter gives, program after program; print what it refutes."""
    said: Counter[str] = Counter()
    started, number, asked = time.monotonic(), options.first, 0
    with ExitStack() as stack:
        lean = begun(stack)
        while time.monotonic() - started < options.seconds and asked < options.programs:
            text, inputs = case(options.seed, number, options.inputs)
            number += 1
            try:
                points = lean.check(read(text).program, inputs)
            except Refusal:
                continue
            except SessionLost as lost:
                said[f"lost: {lost.limit}"] += 1
                lean = begun(stack)
                continue
            asked += bool(points)
            said.update(p.said for p in points)
            for p in (p for p in points if p.said == "differs"):
                say(f"seed {options.seed}, program {number - 1}: Lean refutes {p.claim} of\n{text}")
    say(f"seed {options.seed}: {asked} programs in {time.monotonic() - started:.1f} s; points: "
        + ", ".join(f"{k} {n}" for k, n in said.most_common()))  # fmt: skip
    return int(said["differs"] > 0)


def break_each(options: argparse.Namespace) -> int:
    """Break the readings one way after another; print how long the fuzzer takes to notice."""
    missed = 0
    for name, broken in MUTATIONS.items():
        comparer, started, number, found = Comparer(), time.monotonic(), 0, None
        with broken():
            while found is None and time.monotonic() - started < options.seconds:
                found = compared(comparer, *case(options.seed, number, options.inputs))
                number += 1
        missed += found is None
        say(f"{'found' if found else 'MISSED'} {name}: {number} programs, {time.monotonic() - started:.1f} s")
    return int(missed > 0)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="time for all programs, or for each mutation")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first program")
    parser.add_argument("--programs", type=int, default=10**9, help="programs at most")
    parser.add_argument("--inputs", type=int, default=20, help="inputs for each program")
    parser.add_argument("--stop", type=int, default=10, help="disagreements after which to stop")
    parser.add_argument("--plain", action="store_true", help="programs over ints and bools only, as far as SMT reads")
    parser.add_argument("--smt", action="store_true", help="run the SMT reading, too (slow)")
    parser.add_argument("--bits", action="store_true", help="run the reading of the tier smt, too (slow)")
    parser.add_argument("--lean", action="store_true", help="have Lean prove what the interpreter gives (seconds a program)")
    parser.add_argument("--mutations", action="store_true", help="break the readings on purpose, and see that it is noticed")
    options = parser.parse_args()
    if options.lean:
        return ask_lean(options)
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    return break_each(options) if options.mutations else hunt(options)


if __name__ == "__main__":
    sys.exit(main())
