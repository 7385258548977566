"""Rewriting by proved rules: every expression of a version, and what its straight-line pieces compute as a whole.

A piece is a run of assignments, with the `return` that ends it: what it leaves behind is written as expressions over what it
starts from, made cheaper (`egraph`), and written down again with a name for what is computed more than once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from loop.rule_store import Accepted, needed
from loop.simplify import replaced, simplified, static_cost
from loop.techniques.egraph import LEAVES, cheaper
from loop.techniques.known import NOTHING, Ends, Known, sure, told
from loop.techniques.linear_forms import as_products
from loop.techniques.lockstep import in_step
from loop.techniques.rules import Rule
from loop.techniques.study import Draft, Study
from verify import ir
from verify.ir import Block, Expr, Name, Program, Statement
from verify.walk import negation

ALONE: Final = 3
"""changes that are also drafted one by one"""
_NAMES: Final = ("t", "u", "w", "shared", "common", "again")


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the version with everything made cheaper, by the graph's rules too, then with single changes, if there are some."""
    known = sure(study)
    facts = told(study)
    whole = _Rewriting(study.head, known, facts=facts)
    program = whole.done()
    yield from _by_accepted_rules(study, known, facts, program)
    if not whole.lines:
        return
    yield _draft(study, program, whole.changed)
    for only in range(1, len(whole.lines) + 1) if 1 < len(whole.lines) <= ALONE else ():
        one = _Rewriting(study.head, known, only, facts=facts)
        program = one.done()
        yield _draft(study, program, str(one.lines[0]))


def _by_accepted_rules(study: Study, known: Known, facts: tuple[Expr, ...], plain: Program) -> Iterator[Draft]:
    """Yield what the rules of the graph make of a version that the table alone does not, with those that are needed for it."""

    def rewritten(rules: Sequence[Accepted]) -> tuple[Program, str]:
        found = _Rewriting(study.head, known, more=tuple(a.rule for a in rules), facts=facts)
        return found.done(), found.changed

    program, lines = rewritten(study.rules) if study.rules else (plain, "")
    if program == plain:
        return
    used = needed(study.rules, lambda rules: rewritten(rules)[0] == program)
    draft = _draft(study, program, lines)
    names = ", ".join(a.rule.name for a in used)
    text = "\n".join(a.text for a in used)
    yield replace(draft, idea=f"{draft.idea}, by {names}", lemmas="\n".join(filter(None, (text, draft.lemmas))))


def _draft(study: Study, program: Program, lines: str) -> Draft:
    """Return a version as a draft, with the proof where loops go in step; without loops the prover needs no help."""
    idea = f"rewritten by rules: line {lines}"
    found = in_step(study, program, idea) if program.loops else None
    return found or Draft(program, idea)


@dataclass(slots=True)
class _Rewriting:
    """One pass over a version; with `only` the change of that number is made and no other."""

    head: Program
    known: Known
    only: int | None = None
    lines: list[int] = field(default_factory=list)
    """where changes were made"""
    made: dict[Name, ir.Var] = field(default_factory=dict)
    """names that are given to what is computed more than once"""
    more: tuple[Rule, ...] = ()
    """rules besides the table's"""
    facts: tuple[Expr, ...] = ()
    """comparisons that hold all through"""
    _seen: int = 0

    @property
    def changed(self) -> str:
        """The lines where changes were made, for people."""
        return ", ".join(map(str, dict.fromkeys(self.lines)))

    def done(self) -> Program:
        """Return the version made cheaper."""
        body = self.block(self.head.body, self.known, frozenset())
        return replace(self.head, body=body, locals=(*self.head.locals, *self.made.values()))

    def _due(self, line: int) -> bool:
        self._seen += 1
        if self.only is None or self.only == self._seen:
            self.lines.append(line)
            return True
        return False

    def block(self, block: Block, known: Known, later: frozenset[Name]) -> Block:
        """Return a block made cheaper; `later` are the names that are read after it."""
        out: list[Statement] = []
        i = 0
        while i < len(block):
            end = _straight(block, i)
            if end > i:
                piece, rest = block[i:end], block[end:]
                out += self._piece(piece, known, _exposed(rest)[0] | later)
                known = _forget(known, ir.writes(piece), self.known)
                i = end
                continue
            s = block[i]
            out.append(self._statement(s, known, _exposed(block[i + 1 :])[0] | later))
            known = _forget(known, ir.writes((s,)), self.known)
            if isinstance(s, ir.If) and _ends(s.then):
                known = _told(known, negation(s.test))
            i += 1
        return tuple(out)

    def _statement(self, s: Statement, known: Known, later: frozenset[Name]) -> Statement:
        match s:
            case ir.If(test, then, orelse):
                yes, no = _told(known, test), _told(known, negation(test))
                return replace(s, test=self._one(test, known, s.line), then=self.block(then, yes, later),
                               orelse=self.block(orelse, no, later))  # fmt: skip
            case ir.While(test=test, body=body):
                inside = _forget(known, ir.writes((s,)), self.known)
                again = later | _exposed((s,))[0]
                return replace(s, test=self._one(test, inside, s.line), body=self.block(body, _told(inside, test), again))
            case ir.For(start=start, stop=stop, body=body):
                inside = _ranged(s, _forget(known, ir.writes((s,)), self.known))
                new = replace(s, start=self._one(start, known, s.line), stop=self._one(stop, known, s.line))
                return replace(new, body=self.block(body, inside, later | _exposed((s,))[0]))
            case ir.ForEach(source=source, body=body):
                inside = _forget(known, ir.writes((s,)), self.known)
                body = self.block(body, inside, later | _exposed((s,))[0])
                return replace(s, source=self._one(source, known, s.line), body=body)
            case ir.Call(arguments=arguments):
                return replace(s, arguments=tuple(self._one(a, known, s.line) for a in arguments))
            case ir.Assign(values=values) if not s.free:
                return replace(s, values=tuple(self._one(v, known, s.line) for v in values))
        return s

    def _one(self, e: Expr, known: Known, line: int) -> Expr:
        """Return an expression made cheaper."""
        best = self._best([e], known)[0]
        return best if static_cost(best) < static_cost(e) and self._due(line) else e

    def _piece(self, piece: Block, known: Known, later: frozenset[Name]) -> Block:
        """Return straight-line code made cheaper, as a whole or else statement by statement."""
        env: dict[Name, Expr] = {}
        result: Expr | None = None
        for s in piece:
            if isinstance(s, ir.Assign):
                env |= dict(zip(s.targets, [ir.substitute(v, dict(env)) for v in s.values], strict=True))
            elif isinstance(s, ir.Return):
                result = ir.substitute(s.value, env)
        line = next((s.line for s in piece if s.line), 0)
        left = {} if result is not None else {n: e for n, e in env.items() if n in later and e != ir.Var(n, e.type)}
        wanted = [*left.values(), *([result] if result is not None else [])]
        if wanted and sum(1 for e in wanted for _ in ir.subexpressions(e)) <= 2 * LEAVES:
            new = self._written(tuple(left), self._best(wanted, known), line)
            if _cost(new[0]) < _cost(piece) and self._due(line):
                self.made |= {v.name: v for v in new[1]}
                return new[0]
        return tuple(self._single(s, known) for s in piece)

    def _single(self, s: Statement, known: Known) -> Statement:
        if isinstance(s, ir.Return):
            return replace(s, value=self._one(s.value, known, s.line))
        return self._statement(s, {n: ends for n, ends in known.items() if self.known.get(n) == ends}, frozenset())

    def _best(self, es: list[Expr], known: Known) -> list[Expr]:
        """Return expressions made cheaper, by algebra and by rules."""
        first = [min((as_products(e), simplified(e), e), key=static_cost) for e in es]
        ruled = cheaper(first, known, self.more, self.facts) if any(ir.children(e) for e in first) else first
        return [min((simplified(e), e), key=static_cost) for e in ruled]

    def _written(self, names: tuple[Name, ...], values: list[Expr], line: int) -> tuple[Block, list[ir.Var]]:
        """Return statements that give names their values, or without names return the value; what occurs twice gets a name."""
        out: list[Statement] = []
        own: list[ir.Var] = []
        taken = {v.name for v in self.head.variables} | self.made.keys()
        for name in (n for n in _NAMES if n not in taken):
            shared = _shared(values)
            if shared is None:
                break
            own.append(ir.Var(name, shared.type))
            out.append(ir.Assign((name,), (shared,), line))
            values = [replaced(e, shared, own[-1]) for e in values]
        if names:
            out.append(ir.Assign(names, tuple(values), line))
        else:
            out.append(ir.Return(values[-1], line))
        return tuple(out), own


def _straight(block: Block, start: int) -> int:
    """Return where the straight-line piece ends that begins at a place; the place itself where none does."""
    i = start
    while i < len(block):
        s = block[i]
        if isinstance(s, ir.Return):
            return i + 1
        if not isinstance(s, ir.Assign) or s.free or any(isinstance(v, ir.Change) or ir.has_list(v.type) for v in s.values):
            break
        i += 1
    return i


def _exposed(block: Block) -> tuple[frozenset[Name], frozenset[Name]]:
    """Return the names that a block may read before it has written them, and those that it has surely written at its end."""
    read, written = frozenset[Name](), frozenset[Name]()
    for s in block:
        here = frozenset[Name]().union(*map(ir.variables, ir.expressions(s)))
        done = ir.writes((s,)) if isinstance(s, ir.Assign | ir.Call) else frozenset[Name]()
        if isinstance(s, ir.If):
            then, orelse = _exposed(s.then), _exposed(s.orelse)
            here |= then[0] | orelse[0]
            done = then[1] & orelse[1]
        elif isinstance(s, ir.LOOPS):
            here |= frozenset(ir.hidden(s)).union(*map(ir.variables, ir.noted(s))) | _exposed(s.body)[0]
        read |= here - written
        written |= done
    return read, written


def _cost(piece: Block) -> int:
    values = [e for s in piece for e in ir.expressions(s)]
    return sum(map(static_cost, values)) + sum(len(s.targets) for s in piece if isinstance(s, ir.Assign))


def _shared(values: list[Expr]) -> Expr | None:
    """Return what occurs several times and costs most by it, None where a name for it would save nothing."""
    bound = {x.variable.name for e in values for x in ir.subexpressions(e) if isinstance(x, ir.Each)}
    counts = Counter(x for e in values for x in ir.subexpressions(e) if x.type in ("int", "bool") and not bound & ir.variables(x))
    saved = {x: static_cost(x) * (n - 1) - 1 for x, n in counts.items() if n > 1 and ir.safe(x) == ir.TRUE}
    best = max(saved, key=lambda x: (saved[x], static_cost(x)), default=None)
    return best if best is not None and saved[best] > 0 else None


def _forget(known: Known, written: frozenset[Name], always: Known) -> Known:
    """Return what is still known once names were written: what holds all through."""
    return {n: ends if n not in written else always.get(n, NOTHING) for n, ends in known.items()}


def _ends(block: Block) -> bool:
    return bool(block) and isinstance(block[-1], ir.Return | ir.Break | ir.Continue)


def _ranged(loop: ir.For, known: Known) -> Known:
    """Return what is known in a loop over a range, its variable included."""
    if not isinstance(loop.step, ir.Const) or loop.variable in ir.writes(loop.body):
        return known
    up = loop.step.value > 0
    start, stop = (_ends_of(e, known) for e in (loop.start, loop.stop))
    low, high = (start[0], stop[1]) if up else (stop[0], start[1])
    if up:
        high = None if high is None else high - 1
    else:
        low = None if low is None else low + 1
    return _narrowed(known, loop.variable, low, high)


def _ends_of(e: Expr, known: Known) -> Ends:
    match e:
        case ir.Const(v):
            return int(v), int(v)
        case ir.Var(n):
            return known.get(n, NOTHING)
        case ir.Length():
            return 0, None
        case ir.Binary("add" | "sub" as op, left, ir.Const(c)):
            low, high = _ends_of(left, known)
            more = int(c) if op == "add" else -int(c)
            return None if low is None else low + more, None if high is None else high + more
    return NOTHING


def _narrowed(known: Known, name: Name, low: int | None, high: int | None) -> Known:
    old = known.get(name, NOTHING)
    lows, highs = [v for v in (old[0], low) if v is not None], [v for v in (old[1], high) if v is not None]
    return known | {name: (max(lows, default=None), min(highs, default=None))}


_OTHER: Final[Mapping[ir.Relation, ir.Relation]] = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}


def _told(known: Known, test: Expr) -> Known:
    """Return what is known where a test holds: comparisons of variables with what has bounds."""
    match test:
        case ir.Logic("and", operands):
            for operand in operands:
                known = _told(known, operand)
        case ir.Unary("not", ir.Logic("or", operands)):
            for operand in operands:
                known = _told(known, negation(operand))
        case ir.Unary("not", ir.Compare((a, b), (relation,))) if relation in _OTHER:
            return _told(known, ir.Compare((a, b), (_OTHER[relation],)))
        case ir.Compare(operands, relations):
            for a, relation, b in zip(operands, relations, operands[1:], strict=False):
                if relation in ("gt", "ge"):
                    a, b, relation = b, a, "lt" if relation == "gt" else "le"  # noqa: PLW2901 - written the other way round
                if relation in ("lt", "le") and a.type == "int":
                    known = _less(known, a, b, int(relation == "lt"))
    return known


def _less(known: Known, a: Expr, b: Expr, distance: int) -> Known:
    """Return what is known where a + distance <= b."""
    low, high = _ends_of(a, known)[0], _ends_of(b, known)[1]
    if isinstance(b, ir.Var) and low is not None:
        known = _narrowed(known, b.name, low + distance, None)
    if isinstance(a, ir.Var) and high is not None:
        known = _narrowed(known, a.name, None, high - distance)
    return known
