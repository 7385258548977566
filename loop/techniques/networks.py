"""Sorting networks: functions of a few ints that return them in order, or some of them by rank, whatever way they do it.

Which they are is read off their behaviour. By the 0-1 principle a network of comparators is right where it is right for zeros
and ones; so one is made by Batcher's merging, of the least known size up to eight ints, without those comparators that what is
returned does not need.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final, TypeAlias

from loop.techniques.study import Draft, Study
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Name, Program, TupleOf
from verify.spec import signature
from verify.types import Value

Comparator: TypeAlias = tuple[int, int]
"""two places; the smaller int goes to the first"""
MOST: Final = 8
"""ints that are sorted"""
CHEAP: Final = 3
"""comparators of a network that is drafted at once; each doubles the paths of its proof, and larger ones come later"""
_NAMES: Final = "abcdefgh"


def drafts(study: Study) -> Iterator[Draft]:
    """Yield networks with swaps, then with `min` and `max`, where the function returns ints by rank."""
    wires = _wires(study.head)
    if wires is None:
        return
    points = _points(study, len(wires))
    ranks = _ranks(study, len(wires), points)
    if ranks is None:
        return
    network = pruned(batcher(len(wires)), ranks, [_flat(p) for p in points])
    if len(network) > CHEAP and not study.effort:
        return
    idea = f"a network of {len(network)} comparators"
    yield Draft(_text(study.head, wires, network, ranks, swaps=True), f"{idea}, as swaps")
    yield Draft(_text(study.head, wires, network, ranks, swaps=False), f"{idea}, as least and greatest")


def batcher(n: int) -> tuple[Comparator, ...]:
    """Return Batcher's network for n ints.

    >>> [len(batcher(n)) for n in range(1, 9)]
    [0, 1, 3, 5, 9, 12, 16, 19]
    """
    out = []
    p = 1
    while p < n:
        k = p
        while k:
            for j in range(k % p, n - k, 2 * k):
                places = range(j, j + min(k, n - j - k))
                out += [(i, i + k) for i in places if i // (2 * p) == (i + k) // (2 * p)]
            k //= 2
        p *= 2
    return tuple(out)


def sort_by(network: Sequence[Comparator], values: Sequence[int]) -> list[int]:
    """Return what a network makes of values."""
    out = list(values)
    for i, j in network:
        out[i], out[j] = min(out[i], out[j]), max(out[i], out[j])
    return out


def pruned(network: Sequence[Comparator], ranks: Sequence[int], points: Sequence[Sequence[int]]) -> tuple[Comparator, ...]:
    """Return a network without the comparators that the ints of certain ranks do not need on any of the points.

    >>> len(pruned(batcher(5), [0], list(product((0, 1), repeat=5))))
    4
    """
    kept = list(network)
    for place in reversed(range(len(kept))):
        shorter = kept[:place] + kept[place + 1 :]
        if all(sort_by(shorter, p)[r] == sorted(p)[r] for p in points for r in ranks):
            kept = shorter
    return tuple(kept)


def _wires(program: Program) -> tuple[Name, ...] | None:
    """Return the names of the ints that a function takes, as parameters or in one tuple; None where it takes anything else."""
    parameters = program.parameters
    match [p.type for p in parameters]:
        case [TupleOf(parts)] if set(parts) == {"int"} and len(parts) <= MOST:
            free = [n for n in _NAMES if n not in (parameters[0].name, program.name)]
            return tuple(free[: len(parts)]) if len(free) >= len(parts) else None
        case types if len(types) in range(2, MOST + 1) and set(types) == {"int"}:
            return tuple(p.name for p in parameters)
    return None


def _points(study: Study, n: int) -> list[tuple[Value, ...]]:
    """Return the runs, and all inputs of zeros and ones that the contract allows."""
    boxed = len(study.head.parameters) == 1
    allowed = holds(study.spec.require, [p.name for p in study.head.parameters], study.limits)
    bits: list[tuple[Value, ...]] = [(b,) if boxed else b for b in product((0, 1), repeat=n)]
    return [*study.runs, *filter(allowed, bits)]


def _flat(point: Sequence[Value]) -> list[int]:
    values = point[0] if len(point) == 1 and isinstance(point[0], tuple) else point
    return [v for v in values if isinstance(v, int)]


def _ranks(study: Study, n: int, points: Sequence[tuple[Value, ...]]) -> list[int] | None:
    """Return which ranks of its ints a function returns; None where it does anything else on some point."""
    interpreter = Interpreter(study.head, study.limits)
    found: list[set[int]] = []
    for point in points:
        try:
            outcome = interpreter.run(point)
        except OutOfFuel:
            continue
        if outcome.raised:
            continue
        given = sorted(_flat(point))
        result = outcome.value if isinstance(outcome.value, tuple) else (outcome.value,)
        here = [{r for r in range(n) if type(v) is int and given[r] == v} for v in result]
        found = [a & b for a, b in zip(found, here, strict=True)] if found else here
    # several ranks fit only where no run tells them apart, as where the contract asks for equal ints
    return [min(s) for s in found] if found and all(len(s) == 1 for s in found) and n > 1 else None


def _text(head: Program, wires: Sequence[Name], network: Sequence[Comparator], ranks: Sequence[int], *, swaps: bool) -> str:
    """Return a candidate that carries out a network, with what is not read any more left out."""
    live = set(ranks)
    lines: list[str] = []
    for i, j in reversed(network):
        a, b = wires[i], wires[j]
        low, high = i in live, j in live
        if not low and not high:
            continue
        live |= {i, j}
        names, swapped, extrema = [], [], []
        for due, name, other, text in ((low, a, b, f"min({a}, {b})"), (high, b, a, f"max({a}, {b})")):
            if due:
                names.append(name)
                swapped.append(other)
                extrema.append(text)
        left = ", ".join(names)
        step = f"    if {b} < {a}:\n        {left} = {', '.join(swapped)}" if swaps else f"    {left} = {', '.join(extrema)}"
        lines.insert(0, step)
    taken = [f"    {', '.join(wires)} = {head.parameters[0].name}"] if len(head.parameters) == 1 else []
    results = [wires[r] for r in ranks]
    returned = results[0] if head.result == "int" else f"({', '.join(results)})"
    return "\n".join([f"def {signature(head)}:", *taken, *lines, f"    return {returned}"]) + "\n"
