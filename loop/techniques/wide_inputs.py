"""Inputs from the whole range that a contract allows, and what a version does on them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from loop.draw import by_size, number
from loop.techniques.study import Study
from verify.gates.inputs import Domain, in_program, mined
from verify.interpreter import Interpreter, OutOfFuel
from verify.intervals import Interval
from verify.ir import Program, Value
from verify.limits import Limits
from verify.ranges import ranges
from verify.reasons import Refusal
from verify.types import Key, key

FREE: Interval = (-1031, 1031)
"""where ints are drawn that the contract does not bound"""
WORK = 6_000_000
"""ticks of all runs together, after which the larger inputs are left out"""
TRIES = 30
"""draws for each input that is wanted"""


@dataclass(frozen=True, slots=True)
class Run:
    """An input with what a version returns on it, and in how many ticks."""

    arguments: tuple[Value, ...]
    value: Value
    ticks: int


def intervals(study: Study) -> list[Interval]:
    """Return an interval for each parameter, all of which are ints or bools; FREE where the contract gives none."""
    try:
        known = ranges(study.spec, study.limits)
    except Refusal:
        known = {}
    return [known.get((p.name,), FREE) if p.type == "int" else (0, 1) for p in study.head.parameters]


def wide_runs(study: Study, count: int) -> list[Run]:
    """Return runs of the head on allowed inputs from all over the range, the same for the same seed; those that end."""
    parameters = study.head.parameters
    domain = Domain(parameters, study.spec.require, study.limits)
    rng = random.Random(f"{study.brief.seed}/wide/{study.head.name}")  # noqa: S311 - sampling, not secrecy
    bounds = intervals(study)
    constants = mined((study.spec.require, *in_program(study.head)))
    corpus = [*study.runs[: count // 4], *domain.drawn(constants, count // 4, study.brief.seed)]
    found: dict[Key, tuple[Value, ...]] = {}
    for _ in range(TRIES):
        drawn = [tuple(_point(rng, bounds, [p.type == "bool" for p in parameters])) for _ in range(count)]
        for point in domain.allowed(drawn):
            found.setdefault(key(point), point)
        if len(found) >= count:
            break
    every = {key(a): a for a in [*found.values(), *corpus]}
    return list(runs_of(study.head, sorted(every.values(), key=by_size), study.limits))


def runs_of(program: Program, inputs: list[tuple[Value, ...]], limits: Limits) -> Iterator[Run]:
    """Yield the runs of a program that end and raise nothing."""
    interpreter, spent = Interpreter(program, limits), 0
    for arguments in inputs:
        if spent > WORK:
            return
        try:
            outcome = interpreter.run(arguments)
        except OutOfFuel:
            spent += limits.run_ticks
            continue
        spent += outcome.ticks
        if outcome.value is not None and not outcome.raised:
            yield Run(arguments, outcome.value, outcome.ticks)


def _point(rng: random.Random, bounds: list[Interval], flags: list[bool]) -> Iterator[Value]:
    """Yield one input; now and then an int is that of another parameter, or its neighbour."""
    drawn: list[int] = []
    for (low, high), flag in zip(bounds, flags, strict=True):
        if drawn and not flag and rng.random() < 0.25:  # noqa: PLR2004 - equal arguments are rare otherwise
            value = rng.choice(drawn) + rng.choice((0, 0, 0, 1, -1))
        else:
            value = _word(rng, low, high)
        value = min(max(value, low), high)
        drawn.append(number(value))
        yield bool(value) if flag else value


def _word(rng: random.Random, low: int, high: int) -> int:
    """Return an int of an interval: uniform, or with few ones or few zeros, or a run of ones, or short."""
    if low < 0 and rng.random() < 0.5:  # noqa: PLR2004 - a coin
        return -_word(rng, 0, -low)
    width = max(high, 1).bit_length()
    word = rng.getrandbits(width)
    match rng.randrange(6):
        case 0:
            word = rng.randint(max(low, 0), max(high, 0))
        case 1:
            for _ in range(rng.randint(1, 3)):
                word &= rng.getrandbits(width)
        case 2:
            for _ in range(rng.randint(1, 3)):
                word |= rng.getrandbits(width)
        case 3:
            word = ((1 << rng.randint(0, width)) - 1) << rng.randint(0, width)
        case 4:
            word >>= rng.randint(0, width)
        case _:
            word = (word >> rng.randint(0, width)) << rng.randint(0, width)
    return word % (high + 1) if high > 0 else 0
