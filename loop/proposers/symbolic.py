"""Proposals with no model: closed forms of the whole function and of single loops, and algebraic clean-up.

Everything is found on runs of the reference interpreter; what is yielded agreed with the version to beat on all of them and
was cheaper on one.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from loop.closed import Fitter, Form, trip
from loop.fit import by_residue, fit, horner, over, plus, solve, times
from loop.lemmas import LoopLemmas
from loop.observe import Loop, inputs, observe
from loop.orders import measured
from loop.proposal import Brief, Proposal
from loop.simplify import simplified, tidy
from loop.source_text import to_source_text
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Block, Expr, Program, Value
from verify.limits import DEFAULT, Limits

PERIODS = (2, 3, 4, 5, 6, 8, 12)
CLASSES_MOST = 60
"""monomials that the form of one residue class may have"""
FAR = 1300
"""how far out inputs are drawn where the source divides by large literals"""


class Symbolic:
    """The offline proposer."""

    name = "symbolic"

    def __init__(self, limits: Limits = DEFAULT) -> None:
        """Use the given limits for its runs."""
        self._limits = limits

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        """Yield distinct candidates, most promising first; refusals of the past are not looked at, as digests dedupe."""
        runs = inputs(brief.spec, self._limits, brief.seed)
        head = brief.head.program
        seen: set[str] = set()
        for program, idea in self._programs(brief, head, runs):
            for variant in (tidy(program), program):
                text = to_source_text(variant)
                if text in seen:
                    break  # the tidy form came up before, and the untidy one is no better
                seen.add(text)
                if self._better(head, variant, runs):
                    yield Proposal(brief.spec.name, text.encode(), b"", self.name, idea)
                    break

    def _better(self, head: Program, candidate: Program, runs: Sequence[tuple[Value, ...]]) -> bool:
        """Say whether a candidate returns the same on all runs and is cheaper on one."""
        if not self._same(head, candidate, runs):
            return False
        old, new = measured(head, runs, self._limits), measured(candidate, runs, self._limits)
        return any(new[a] < old[a] for a in runs if a in old and a in new)

    def _same(self, head: Program, candidate: Program, runs: Sequence[tuple[Value, ...]]) -> bool:
        old, new = Interpreter(head, self._limits), Interpreter(candidate, self._limits)
        for arguments in runs:
            try:
                a = old.run(arguments)
            except OutOfFuel:
                continue
            try:
                b = new.run(arguments)
            except OutOfFuel:
                return False
            if (a.value, a.raised) != (b.value, b.raised):
                return False
        return True

    def _programs(self, brief: Brief, head: Program, runs: Sequence[tuple[Value, ...]]) -> Iterator[tuple[Program, str]]:
        for e, idea in self._whole(brief, head, runs):
            yield replace(head, locals=(), body=(ir.Return(simplified(e)),)), idea
        loops = observe(head, runs, self._limits)
        replaced = {k: r for k, own in loops.items() if (r := self._replacement(head, own)) is not None}
        if replaced:
            yield replace(head, body=_replace(head.body, replaced)), "every loop that has a closed form is replaced by it"
            for k in replaced:
                line = loops[k].loop.line
                yield replace(head, body=_replace(head.body, {k: replaced[k]})), f"the loop on line {line} in closed form"
        yield head, "algebraic clean-up"

    # -- the whole function ---------------------------------------------------------------------------------------------

    def _whole(self, brief: Brief, head: Program, runs: Sequence[tuple[Value, ...]]) -> Iterator[tuple[Expr, str]]:
        """Yield closed forms of an int function of ints: polynomial, by residue class of a parameter, with quotients."""
        parameters = head.parameters
        if head.result != "int" or not parameters or any(p.type != "int" for p in parameters):
            return
        interpreter = Interpreter(head, self._limits)
        pairs = []
        for arguments in [*runs, *self._far(brief)]:
            try:
                outcome = interpreter.run(arguments)
            except OutOfFuel:
                continue
            if outcome.value is not None:
                pairs.append(([int(a) for a in arguments], int(outcome.value)))
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

    def _far(self, brief: Brief) -> list[tuple[Value, ...]]:
        """Return inputs that lie far out, where long periods show; none where the source divides by nothing large."""
        large = max(_literals(brief.head.program), default=0)
        reach = min(max(3 * large, 150 if large else 40), FAR)
        return inputs(brief.spec, self._limits, brief.seed, wide=reach, count=120)

    # -- single loops ---------------------------------------------------------------------------------------------------

    def _replacement(self, head: Program, own: Loop) -> Block | None:
        """Return straight-line code that does what a loop does, or None where no closed form is known for all it leaves."""
        counted = None if ir.returns(own.loop.body) else trip(own, self._limits)
        if counted is None or (isinstance(own.loop, ir.While) and own.loop.measure is not None):
            return None
        fitter = Fitter(own, counted, self._limits)
        wanted = LoopLemmas.names_wanted(head, own)
        forms: dict[str, Form] = {}
        for name in wanted:
            form = next(fitter.forms(name), None)
            if form is None:
                return None
            forms[name] = form
        env: dict[str, Expr] = {}
        if isinstance(own.loop, ir.For):
            k = own.loop.index
            env = {f"next_{k}": own.loop.start, f"stop_{k}": own.loop.stop}
        env["T"] = ir.substitute(counted.turns, env)
        values = [over(ir.substitute(f.numerator, env), f.scale) for f in forms.values()]
        body: Block = (ir.Assign(tuple(forms), tuple(map(simplified, values))),) if forms else ()
        entered = holds(counted.entered, own.names, self._limits)
        if own.states and all(entered([s[n] for n in own.names]) for s in own.states):
            return body
        going = ir.Compare((ir.substitute(counted.distance, env), ir.Const(0)), ("gt",))
        return (ir.If(going, body, ()),) if body else ()


def _replace(block: Block, replaced: dict[int, Block]) -> Block:
    """Return a block with loops replaced, inner ones where the outer one stays."""
    out: list[ir.Statement] = []
    for s in block:
        match s:
            case ir.While(index=k) | ir.For(index=k) if k in replaced:
                out += replaced[k]
            case ir.While(body=body) | ir.For(body=body):
                out.append(replace(s, body=_replace(body, replaced)))
            case ir.If(then=then, orelse=orelse):
                out.append(replace(s, then=_replace(then, replaced), orelse=_replace(orelse, replaced)))
            case _:
                out.append(s)
    return tuple(out)


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
    found = set()
    for s in ir.statements(program.body):
        for e in ir.expressions(s):
            for x in ir.subexpressions(e):
                if isinstance(x, ir.Binary) and x.op in ("floordiv", "mod") and isinstance(x.right, ir.Const):
                    found.add(abs(int(x.right.value)))
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

