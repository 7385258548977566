"""Sums of polynomials times exponentials, fitted on values: `a * 2**t + b * (-1)**t + t`, `x * b**t`."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations, product

from loop.fit import evaluate, monomials, over, plus, solve, times
from verify import ir
from verify.ir import Expr, Name, Var
from verify.lean_expr import value

Base = int | Name
"""of an exponential: a literal, or an int that does not change"""
LARGEST = 12
"""the largest integer root that is looked for"""
MATRIX = 4
"""the largest number of values that turn into one another"""


@dataclass(frozen=True, slots=True)
class Part:
    """`coefficient * (product of the parameters to powers) * t**degree * base**t`."""

    coefficient: int
    powers: tuple[int, ...]
    degree: int
    base: Base


@dataclass(frozen=True, slots=True)
class Wave:
    """`scale * x = sum of the parts`, over the parameters and the number `t` of turns."""

    scale: int
    parts: tuple[Part, ...]
    parameters: tuple[Name, ...]

    def expression(self, t: Expr) -> Expr:
        """Return x as an expression, where t is one that is not negative."""
        total: Expr = ir.Const(0)
        # what is added first must not be a negation
        for p in sorted(self.parts, key=lambda p: (p.coefficient < 0, p.base == 1)):
            factors = [Var(n, "int") for n, k in zip(self.parameters, p.powers, strict=True) for _ in range(k)]
            term: Expr = ir.Const(p.coefficient)
            power: Expr = ir.Const(1) if p.base == 1 else ir.Binary("pow", _base(p.base), t)
            for factor in (power, *factors, *([t] * p.degree)):
                term = times(term, factor)
            total = plus(total, term)
        return over(total, self.scale)

    def text(self, t: str, name: Callable[[Name], str]) -> str:
        """Return the sum as a Lean term of type Int; `t` is a term of type Nat."""
        return " + ".join(self._part(p, t, name) for p in self.parts) or "0"

    def left(self, term: str) -> str:
        """Return `scale * x` for a term x."""
        return term if self.scale == 1 else f"{self.scale} * {term}"

    def _part(self, p: Part, t: str, name: Callable[[Name], str]) -> str:
        power = [] if p.base == 1 else [f"{_base_text(p.base, name)} ^ ({t})"]
        factors = [name(n) for n, k in zip(self.parameters, p.powers, strict=True) for _ in range(k)]
        return " * ".join([f"({p.coefficient} : Int)", *factors, *([f"(({t} : Nat) : Int)"] * p.degree), *power])

    @property
    def exponential(self) -> bool:
        """Whether it is more than a polynomial."""
        return any(p.base != 1 for p in self.parts)


@dataclass(frozen=True, slots=True)
class Residue:
    """`x = base ** t % modulus`, of two ints that do not change."""

    base: Expr
    modulus: Expr

    @property
    def exponential(self) -> bool:
        """Whether it is more than a polynomial."""
        return True

    @property
    def read(self) -> frozenset[Name]:
        """The variables of base and modulus."""
        return ir.variables(self.base) | ir.variables(self.modulus)

    def expression(self, t: Expr) -> Expr:
        """Return x as an expression."""
        return ir.ModularPower(self.base, t, self.modulus)

    def text(self, t: str, name: Callable[[Name], str]) -> str:
        """Return x as a Lean term; `t` is a term of type Nat."""
        return f"{value(self.base, name)} ^ ({t}) % {value(self.modulus, name)}"

    def left(self, term: str) -> str:
        """Return a term for x."""
        return term


def _base(base: Base) -> Expr:
    return ir.Const(base) if isinstance(base, int) else Var(base, "int")


def _base_text(base: Base, name: Callable[[Name], str]) -> str:
    return f"({base} : Int)" if isinstance(base, int) else name(base)


def fitted(
    points: Sequence[tuple[Sequence[int], int]], values: Sequence[int], parameters: Sequence[Name], bases: Sequence[Base]
) -> Wave | None:
    """Return the wave through all points, each the parameters' values and t, that needs the fewest kinds of parts; or None."""
    place = {n: i for i, n in enumerate(parameters)}
    for degree, linear in ((0, 0), (0, 1), (1, 1), (2, 1)):
        labels = [
            (m, d, b) for b in bases for d in range(degree + 1) for m in monomials(len(parameters), linear)
        ]  # fmt: skip
        if len(labels) * 5 // 4 + 4 > len(points):
            return None

        def entry(p: Sequence[int], t: int, m: tuple[int, ...], d: int, b: Base) -> int:
            return evaluate(m, p) * int(t**d * (b if isinstance(b, int) else p[place[b]]) ** t)

        rows = [[entry(p, t, *label) for label in labels] for p, t in points]
        found = solve(rows, values)
        if found is not None:
            return _wave(found, labels, parameters)
    return None


def _wave(found: Sequence[Fraction], labels: Sequence[tuple[tuple[int, ...], int, Base]], parameters: Sequence[Name]) -> Wave:
    scale = math.lcm(*(f.denominator for f in found))
    parts = tuple(Part(int(f * scale), m, d, b) for f, (m, d, b) in zip(found, labels, strict=True) if f)
    return Wave(scale, parts, tuple(parameters))


def integer_roots(matrix: Sequence[Sequence[int]]) -> list[int] | None:
    """Return the distinct eigenvalues of a small matrix where all are integers of modest size; else None."""
    n = len(matrix)
    if n > MATRIX:
        return None
    found, multiplicity = [], 0
    for r in sorted(range(-LARGEST, LARGEST + 1), key=abs):
        many = _multiplicity(matrix, r)
        if many:
            found.append(r)
            multiplicity += many
    return found if multiplicity == n else None


def _multiplicity(matrix: Sequence[Sequence[int]], root: int) -> int:
    """Return how often a number is a root of the characteristic polynomial."""
    coefficients = _characteristic(matrix)
    many = 0
    while len(coefficients) > 1:
        quotient, rest = [coefficients[0]], 0
        for c in coefficients[1:]:
            quotient.append(c + root * quotient[-1])
        rest = quotient.pop()
        if rest:
            break
        coefficients, many = quotient, many + 1
    return many


def _characteristic(matrix: Sequence[Sequence[int]]) -> list[int]:
    """Return the coefficients of the characteristic polynomial, the highest power's first, by Leibniz's sum."""
    n = len(matrix)
    out = [0] * (n + 1)
    for p in permutations(range(n)):
        sign = 1
        for i, j in product(range(n), repeat=2):
            if i < j and p[i] > p[j]:
                sign = -sign
        poly = [sign]
        for i in range(n):
            # each factor is x - m_ii on the diagonal and -m_ij off it
            factor = [1, -matrix[i][i]] if p[i] == i else [0, -matrix[i][p[i]]]
            poly = _product(poly, factor)
        poly = [0] * (n + 1 - len(poly)) + poly
        out = [a + b for a, b in zip(out, poly, strict=True)]
    return out


def _product(a: Sequence[int], b: Sequence[int]) -> list[int]:
    out = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] += x * y
    return out


def residue(block: ir.Block, name: Name, written: frozenset[Name]) -> Residue | None:
    """Return what a variable is that a block changes only by `x = x * base % modulus`, the others being constant; else None."""
    changes = [s for s in ir.statements(block) if name in ir.writes((s,))]
    match changes:
        case [ir.Assign((_,), (ir.Binary("mod", ir.Binary("mul", left, right), modulus),))]:
            base = right if left == Var(name, "int") else left
            if Var(name, "int") in (left, right) and not (ir.variables(base) | ir.variables(modulus)) & written:
                return Residue(base, modulus)
    return None


def by_multiplication(block: ir.Block, written: frozenset[Name]) -> Iterator[Name]:
    """Yield the ints that do not change by which a block multiplies what changes."""
    for s in ir.statements(block):
        for e in ir.expressions(s):
            for x in ir.subexpressions(e):
                match x:
                    case ir.Binary("mul", Var(a), Var(b)) if (a in written) != (b in written):
                        yield b if a in written else a
