"""Closed forms of a whole function, fitted on runs: what it returns as one expression over its parameters."""

import math
from collections.abc import Iterator

from loop.draw import number
from loop.fit import by_residue, fit, horner, over, plus, solve, times
from loop.observe import divisors, inputs_of
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Expr, Program, Value
from verify.limits import Limits

PERIODS = (2, 3, 4, 5, 6, 8, 12)
CLASSES_MOST = 60
"""monomials that the form of one residue class may have"""
FAR = 1300
"""how far out inputs are drawn where the source divides by large literals"""


def whole_forms(
    head: Program, require: Expr, limits: Limits, seed: int = 0, *, ticks: bool = False
) -> Iterator[tuple[Expr, str]]:
    """Yield closed forms of an int function of ints where a condition holds, or of its ticks, each with words on what it is.

    Polynomial; polynomial by residue class of a parameter; a sum of whole quotients of the only parameter.
    """
    parameters = head.parameters
    if (head.result != "int" and not ticks) or not parameters or any(p.type != "int" for p in parameters):
        return
    interpreter = Interpreter(head, limits)
    pairs = []
    for arguments in [*inputs_of(head, require, limits, seed), *_far(head, require, limits, seed)]:
        try:
            outcome = interpreter.run(arguments)
        except OutOfFuel:
            continue
        if outcome.value is not None:
            pairs.append((list(map(number, arguments)), outcome.ticks if ticks else number(outcome.value)))
    points, values = [p for p, _ in pairs], [v for _, v in pairs]
    bases: list[Expr] = list(parameters)
    plain = fit(len(bases), points, values)
    if plain is not None:
        yield over(horner(plain[0], bases), plain[1]), "a polynomial through all runs"
        return
    for i, parameter in enumerate(parameters):
        for p in PERIODS:
            form = _classes(points, values, i, p, bases)
            if form is not None:
                yield form, f"a polynomial for each residue of {parameter.name} modulo {p}"
                return
    if len(parameters) == 1:
        yield from _quotients(points, values, parameters[0], _literals(head))


def _far(head: Program, require: Expr, limits: Limits, seed: int) -> list[tuple[Value, ...]]:
    """Return inputs that lie far out, where long periods show."""
    large = max(_literals(head), default=0)
    reach = min(max(3 * large, 150 if large else 40), FAR)
    return inputs_of(head, require, limits, seed, wide=reach, count=120)


def _classes(points: list[list[int]], values: list[int], i: int, p: int, bases: list[Expr]) -> Expr | None:
    """Return one polynomial for each residue of a parameter, over one denominator, or None."""
    pieces = []
    for r in range(p):
        chosen = [k for k, point in enumerate(points) if point[i] % p == r]
        piece = fit(len(bases), [points[k] for k in chosen], [values[k] for k in chosen], most=CLASSES_MOST, highest=4)
        if piece is None:
            return None
        pieces.append(piece)
    scale = math.lcm(*(d for _, d in pieces))
    constant = _common(pieces, scale)
    if constant is not None:
        # the classes differ by less than the denominator: rounding down does their work
        return over(horner(constant, bases), scale)
    forms = [over(horner(poly, bases), d) for poly, d in pieces]
    return by_residue(ir.Binary("mod", bases[i], ir.Const(p)), forms)


def _common(pieces: list[tuple[dict[tuple[int, ...], int], int]], scale: int) -> dict[tuple[int, ...], int] | None:
    """Return one polynomial whose floor division serves all classes: they agree but in the constant, by less than the scale."""
    scaled = [{m: c * (scale // d) for m, c in poly.items()} for poly, d in pieces]
    zero = (0,) * len(next(iter(scaled[0]), ()))
    bodies = [{m: c for m, c in s.items() if any(m)} for s in scaled]
    constants = [s.get(zero, 0) if zero else 0 for s in scaled]
    if any(b != bodies[0] for b in bodies) or not bodies[0] or max(constants) - min(constants) >= scale:
        return None
    return {**bodies[0], zero: max(constants)}


def _literals(program: Program) -> list[int]:
    """Return the literals by which a program divides or takes remainders."""
    found = divisors(e for s in ir.statements(program.body) for e in ir.expressions(s))
    return sorted(m for m in found if 2 <= m <= FAR)  # noqa: PLR2004 - one divides nothing


def _quotients(points: list[list[int]], values: list[int], parameter: ir.Var, literals: list[int]) -> Iterator[tuple[Expr, str]]:
    """Yield a sum of whole quotients of the only parameter, linear in it."""
    periods = sorted({*literals, *(math.lcm(a, b) for a in literals for b in literals)})
    for shifts in ((0,), (-1,), (1,), (0, -1, 1)):
        parts = [(m, c) for m in periods if m <= FAR for c in shifts]
        rows = [[1, x, *((x + c) // m for m, c in parts)] for (x,) in points]
        found = solve(rows, values) if parts and 2 * len(parts) < len(rows) else None
        if found is not None:
            break
    else:
        return
    scale = math.lcm(*(f.denominator for f in found))
    total: Expr = ir.Const(int(found[0] * scale))
    total = plus(times(ir.Const(int(found[1] * scale)), parameter), total)
    for (m, c), coefficient in zip(parts, found[2:], strict=True):
        quotient = ir.Binary("floordiv", ir.plus_constant(parameter, c), ir.Const(m))
        total = plus(total, times(ir.Const(int(coefficient * scale)), quotient))
    yield over(total, scale), "a sum of whole quotients"
