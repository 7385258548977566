"""Turns exact quotients in a goal into new variables: from `P / c` to `d` with `P = c * d`, which `grind` can multiply out.

Lean's `grind` takes a quotient of a polynomial for an opaque number; a goal that holds such quotients and their products becomes
one about polynomials once the remainder of P modulo c is proved, case by case of a parameter's residue.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LARGEST: Final = 12
"""largest divisor whose residues are gone through"""
SAMPLES: Final = (-7, -2, 0, 1, 5, 12)
"""values of the other parameters on which a remainder must be the same"""
MOST: Final = 4
_DIVIDED: Final = re.compile(r"\) / (\d+)\)")
_PLAIN: Final = re.compile(r"[\w\s()+*-]+")
_MODULO: Final = "simp [Int.add_emod, Int.mul_emod, Int.sub_emod, h]"


@dataclass(frozen=True, slots=True)
class Quotient:
    """`numerator / divisor` in Lean, and the numerator's remainder for each residue of `parameter`."""

    numerator: str
    divisor: int
    parameter: str
    remainders: tuple[int, ...]

    @property
    def exact(self) -> bool:
        """Whether nothing ever remains."""
        return not any(self.remainders)


def quotients(text: str, parameters: Sequence[str]) -> list[Quotient]:
    """Return the quotients of polynomials over the parameters (Lean names) in a printed text, at most MOST."""
    found: dict[tuple[str, int], Quotient] = {}
    for match in _DIVIDED.finditer(text):
        numerator = text[_opening(text, match.start()) : match.start() + 1]
        key = numerator, int(match[1])
        if key not in found and len(found) < MOST and (quotient := _quotient(*key, parameters)) is not None:
            found[key] = quotient
    return list(found.values())


def _opening(text: str, close: int) -> int:
    """Return where the parenthesis opens that closes at `close`."""
    depth = 0
    for at in range(close, -1, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return close


def _quotient(numerator: str, divisor: int, parameters: Sequence[str]) -> Quotient | None:
    names = set(re.findall(r"[A-Za-z_]\w*", numerator))
    if not 1 < divisor <= LARGEST or not names <= set(parameters) or not _PLAIN.fullmatch(numerator):
        return None
    # `b * (b - 1)` is even by b's residues, whatever stands beside it: the parameter that occurs most often goes first
    for parameter in sorted(names, key=lambda n: (-len(re.findall(rf"\b{n}\b", numerator)), n)):
        others = sorted(names - {parameter})
        remainders = []
        for residue in range(divisor):
            points = itertools.product((residue, residue - 3 * divisor), itertools.product(SAMPLES, repeat=len(others)))
            seen = {_value(numerator, {parameter: v, **dict(zip(others, rest, strict=True))}) % divisor for v, rest in points}
            if len(seen) > 1:
                break
            remainders.append(seen.pop())
        else:
            return Quotient(numerator, divisor, parameter, tuple(remainders))
    return None


def _value(polynomial: str, values: dict[str, int]) -> int:
    # the text is our own printer's, and matched _PLAIN: names, digits, parentheses, sums and products
    return int(eval(polynomial, {"__builtins__": {}}, values))  # noqa: S307


def quotient_lines(found: Sequence[Quotient]) -> Iterator[list[str]]:
    """Yield tactic lines that replace the quotients: all exact ones at once, then those with remainders one by one."""
    exact = [q for q in found if q.exact]
    if exact:
        yield [*itertools.chain.from_iterable(_exact(i, q) for i, q in enumerate(exact)), _rewritten(len(exact))]
    for q in found:
        if not q.exact:
            yield _with_remainders(q)


def _cases(q: Quotient) -> str:
    residues = " ∨ ".join(f"{q.parameter} % {q.divisor} = {r}" for r in range(q.divisor))
    return f"rcases (by omega : {residues}) with {' | '.join(['h'] * q.divisor)}"


def _exact(i: int, q: Quotient) -> list[str]:
    p, c = q.numerator, q.divisor
    return [
        f"have m{i} : {p} % {c} = 0 := by",
        f"  {_cases(q)} <;> {_MODULO}",
        f"obtain ⟨d{i}, r{i}⟩ : ∃ d : Int, {p} = {c} * d := ⟨{p} / {c}, by omega⟩",
        f"have e{i} : {p} / {c} = d{i} := by omega",
    ]


def _rewritten(count: int) -> str:
    return f"simp only [{', '.join(f'e{i}' for i in range(count))}]\n(repeat' split) <;> first | done | omega | grind"


def _with_remainders(q: Quotient) -> list[str]:
    p, c, lines = q.numerator, q.divisor, [_cases(q)]
    for r in q.remainders:
        lines += [
            f"· have m0 : {p} % {c} = {r} := by {_MODULO}",
            f"  obtain ⟨d0, r0⟩ : ∃ d : Int, {p} = {c} * d + {r} := ⟨{p} / {c}, by omega⟩",
            f"  have e0 : {p} / {c} = d0 := by omega",
            "  simp only [e0]",
            "  (repeat' split) <;> first | done | omega | grind",
        ]
    return lines
