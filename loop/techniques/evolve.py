"""Evolution with no model: programs that did the same on all runs are changed and crossed, and what costs less is kept.

First what can be left out of the version to beat is left out, one place after another. Then a population on islands is changed at
random, the operators chosen by what they were good for; it begins with the version to beat and the elites of the archive.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from loop.search.archive import Elite
from loop.search.bandit import Prior
from loop.search.cascade import Cascade
from loop.search.islands import ISLANDS, Islands
from loop.search.novelty import Seen
from loop.search.parts import parts
from loop.search.shape import nodes
from loop.simplify import tidy
from loop.source_text import to_source_text
from loop.techniques.simulation import lockstep
from loop.techniques.study import Draft, Study
from verify import flow, ir
from verify.ir import Block, Expr, Program, Statement
from verify.reasons import Refusal
from verify.spec import to_candidate

STEPS: Final = 120
"""changes at random, for each effort as many more"""
FOUNDERS: Final = 8
"""elites of the archive that the population begins with"""
SAMPLE: Final = 20_000
"""ticks of the runs on which programs are tried"""
PLACES: Final = 80
"""places in which something is left out, at most"""
YIELDED: Final = 3
"""programs that are handed on at most, since most of what comes later differs in little"""
ARITHMETIC: Final[tuple[ir.Arithmetic, ...]] = ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and", "or", "xor")
RELATIONS: Final[tuple[ir.Relation, ...]] = ("lt", "le", "gt", "ge", "eq", "ne")


@dataclass(frozen=True, slots=True)
class _Member:
    """A program of the population, with its ticks on all runs together."""

    text: str
    program: Program
    ticks: int


class _Trials:
    """Tells of programs whether they do what the version to beat does on the cheap runs, and of each once."""

    def __init__(self, study: Study) -> None:
        self.study, self._tried = study, set[Program | str]()
        self._cascade = Cascade(study, Seen(), "", SAMPLE)
        self.head_ticks = sum(o.ticks for o in self._cascade.head)

    def member(self, candidate: Program) -> _Member | None:
        """Return a program, tidied, that is right on the runs and was not tried before; else None.

        It is run before it is written down, as most are wrong.
        """
        if candidate in self._tried:
            return None
        self._tried.add(candidate)
        if _closed(candidate) and self._cascade.outcomes(candidate) is None:
            return None
        return next((m for m in map(self.read, _texts(candidate)) if m is not None), None)

    def read(self, text: str) -> _Member | None:
        """Return a program from its text, as `member`."""
        if text in self._tried:
            return None
        self._tried.add(text)
        try:
            _, program = to_candidate(text.encode(), "evolved", self.study.spec, self.study.limits)
        except Refusal:
            return None
        outcomes = self._cascade.outcomes(program)
        return None if outcomes is None else _Member(text, program, sum(o.ticks for o in outcomes))


def _texts(candidate: Program) -> Iterator[str]:
    return (t for t in map(to_source_text, (tidy(candidate), candidate)) if t is not None)


def _closed(program: Program) -> bool:
    """Say whether a program surely reads nothing that has no value; of another one, its text has to be read first."""
    return flow.exposed(program.body) <= {p.name for p in program.parameters}


def drafts(study: Study) -> Iterator[Draft]:
    """Yield programs that do the same for less: what is left of the version to beat, and then what evolved."""
    trials = _Trials(study)
    head = trials.member(study.head)
    if head is None:
        return
    best, yielded = trials.head_ticks, 0
    short = _reduced(head, trials)
    founders = [head, short]
    if short.ticks < best:
        best, yielded = short.ticks, yielded + 1
        yield Draft(short.text, "what makes no difference is left out", lockstep(study, short.program))
    founders += [m for m in map(trials.read, study.elites[:FOUNDERS]) if m is not None]
    for member, operator in _evolved(founders, trials):
        if member.ticks < best and yielded < YIELDED:
            best, yielded = member.ticks, yielded + 1
            yield Draft(member.text, f"evolved, last by {operator}", lockstep(study, member.program))


def _reduced(start: _Member, trials: _Trials) -> _Member:
    """Leave out what can be left out, one place after another."""
    best, tried, again = start, 0, True
    while again:
        again = False
        for smaller in _reductions(best.program):
            tried += 1
            if tried > PLACES:
                return best
            found = trials.member(smaller)
            if found is not None and found.ticks < best.ticks:
                best, again = found, True
                break
    return best


def _evolved(founders: Sequence[_Member], trials: _Trials) -> Iterator[tuple[_Member, str]]:
    """Change a population at random; yield each program that is kept, with the operator that made it."""
    study = trials.study
    rng = random.Random(f"{study.brief.seed}/{study.spec.name}/{study.effort}/evolve")  # noqa: S311 - search, not secrecy
    islands, members = Islands(), dict[str, _Member]()
    for island in range(ISLANDS):
        for one in founders:
            islands.add(_elite(one, "founder"), island)
            members[one.text] = one
    arms = {name: Prior(cost=1) for name in OPERATORS}
    for step in range(STEPS * (study.effort + 1)):
        drawn, other = islands.draw(rng, step), islands.draw(rng, step)
        if drawn is None or other is None:
            return
        parent, donor = members[drawn.program], members[other.program]
        operator = study.operators.choose("", arms)
        child = OPERATORS[operator](parent.program, donor.program, rng)
        made = trials.member(child) if child is not None else None
        reward = 0
        if made is not None and made.ticks <= 2 * trials.head_ticks:
            reward = max(parts(max(parent.ticks, 1), max(made.ticks, 1)), 1)
            members[made.text] = made
            if islands.add(_elite(made, operator), step):
                yield made, operator
        study.operators.tell("", operator, reward=reward, cost=1)


def _elite(member: _Member, operator: str) -> Elite:
    return Elite(member.text, operator, "", nodes(member.program), member.ticks)


# -- places ---------------------------------------------------------------------------------------------------------------------


def _expressions(block: Block) -> list[Expr]:
    """Return every subexpression of a block, in the order in which `_put` counts them."""
    found: list[Expr] = []

    def note(e: Expr) -> None:
        found.append(e)

    _put(block, note)
    return found


def _put(block: Block, at: Callable[[Expr], Expr | None]) -> Block:
    """Return a block in which each subexpression is what `at` makes of it, outer ones first; None leaves it and goes inside."""

    def go(e: Expr) -> Expr:
        new = at(e)
        return ir.rebuilt(e, go) if new is None else new

    return ir.rewritten(block, go)


def _with(program: Program, place: int, new: Expr) -> Program:
    """Return a program with the subexpression of a place replaced."""
    left = [place]

    def at(_: Expr) -> Expr | None:
        left[0] -= 1
        return new if left[0] == -1 else None

    return replace(program, body=_put(program.body, at))


def _statements(block: Block) -> list[Statement]:
    """Return every statement of a block, in the order in which `_edited` counts them."""
    return list(ir.statements(block))


def _edited(block: Block, place: int, new: Block) -> Block:
    """Return a block with the statement of a place replaced by others."""
    left = [place]

    def go(inner: Block) -> Block:
        out: list[Statement] = []
        for s in inner:
            left[0] -= 1
            if left[0] == -1:
                out += new
                continue
            match s:
                case ir.If(then=then, orelse=orelse):
                    out.append(replace(s, then=go(then), orelse=go(orelse)))
                case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                    out.append(replace(s, body=go(body)))
                case _:
                    out.append(s)
        return tuple(out)

    return go(block)


# -- leaving out ----------------------------------------------------------------------------------------------------------------


def _reductions(program: Program) -> Iterator[Program]:
    """Yield the program with one thing less, large things first."""
    for place, s in enumerate(_statements(program.body)):
        yield from (replace(program, body=_edited(program.body, place, new)) for new in _smaller(s))
    for place, e in enumerate(_expressions(program.body)):
        yield from (_with(program, place, new) for new in _within(e))


def _smaller(s: Statement) -> Iterator[Block]:
    """Yield what may stand for a statement and does less."""
    if not isinstance(s, ir.Return):
        yield ()
    match s:
        case ir.If(then=then, orelse=orelse):
            yield from (branch for branch in (then, orelse) if branch)


def _within(e: Expr) -> Iterator[Expr]:
    """Yield the parts of an expression that have its type, and what is left of it without one of its operands."""
    if isinstance(e, ir.Const | ir.Var):
        return
    yield from dict.fromkeys(x for x in ir.children(e) if x.type == e.type)
    match e:
        case ir.Logic(_, operands) | ir.Extremum(_, operands) if len(operands) > 2:  # noqa: PLR2004 - two are parts
            yield from (replace(e, operands=(*operands[:i], *operands[i + 1 :])) for i in range(len(operands)))
    if e.type == "bool":
        yield ir.TRUE
        yield ir.FALSE


# -- operators ------------------------------------------------------------------------------------------------------------------

Operator: TypeAlias = Callable[[Program, Program, random.Random], Program | None]
"""makes a program of a parent and a donor; None where it cannot"""


def _known(program: Program) -> frozenset[tuple[str, ir.Type]]:
    return frozenset((v.name, v.type) for v in program.variables)


def _fits(e: Expr, program: Program) -> bool:
    """Say whether a program has the variables of an expression."""
    known = _known(program)
    return all((x.name, x.type) in known for x in ir.subexpressions(e) if isinstance(x, ir.Var))


def _chosen(rng: random.Random, program: Program) -> tuple[int, Expr] | None:
    found = _expressions(program.body)
    place = rng.randrange(len(found)) if found else 0
    return (place, found[place]) if found else None


def cross_expressions(parent: Program, donor: Program, rng: random.Random) -> Program | None:
    """Put an expression of the donor in the place of one of the parent that has its type."""
    chosen = _chosen(rng, parent)
    if chosen is None:
        return None
    place, e = chosen
    others = [x for x in _expressions(donor.body) if x.type == e.type and x != e and _fits(x, parent)]
    return _with(parent, place, rng.choice(others)) if others else None


def cross_statements(parent: Program, donor: Program, rng: random.Random) -> Program | None:
    """Put a statement of the donor in the place of one of the parent, or before it."""
    known = {n for n, _ in _known(parent)}
    others = [
        s for s in _statements(donor.body)
        if isinstance(s, ir.Assign | ir.If | ir.Return) and ir.reads((s,)) | ir.writes((s,)) <= known
        and not any(isinstance(inner, (*ir.LOOPS, ir.Break, ir.Continue)) for inner in ir.statements((s,)))
        and all(_fits(e, parent) for inner in ir.statements((s,)) for e in ir.expressions(inner))
    ]  # fmt: skip
    places = _statements(parent.body)
    if not others or not places:
        return None
    place, new = rng.randrange(len(places)), rng.choice(others)
    kept: Block = (places[place],) if rng.randrange(2) else ()
    return replace(parent, body=_edited(parent.body, place, (new, *kept)))


def shrink(parent: Program, _: Program, rng: random.Random) -> Program | None:
    """Leave out one thing."""
    smaller = list(_reductions(parent))
    return rng.choice(smaller) if smaller else None


def change_operator(parent: Program, _: Program, rng: random.Random) -> Program | None:
    """Change an operator or a relation."""
    places = [(i, e) for i, e in enumerate(_expressions(parent.body)) if isinstance(e, ir.Binary | ir.Compare | ir.Extremum)]
    if not places:
        return None
    place, e = rng.choice(places)
    match e:
        case ir.Binary(op):
            return _with(parent, place, replace(e, op=rng.choice([o for o in ARITHMETIC if o != op])))
        case ir.Compare(relations=relations):
            i = rng.randrange(len(relations))
            new = rng.choice([r for r in RELATIONS if r != relations[i]])
            return _with(parent, place, replace(e, relations=(*relations[:i], new, *relations[i + 1 :])))
        case ir.Extremum(op):
            return _with(parent, place, replace(e, op="max" if op == "min" else "min"))
    return None


def change_leaf(parent: Program, _: Program, rng: random.Random) -> Program | None:
    """Change a literal by one, or put another variable of its type in the place of a variable."""
    places = [(i, e) for i, e in enumerate(_expressions(parent.body)) if isinstance(e, ir.Const | ir.Var)]
    if not places:
        return None
    place, e = rng.choice(places)
    if isinstance(e, ir.Const):
        return _with(parent, place, ir.Const(not e.value if e.type == "bool" else int(e.value) + rng.choice((1, -1))))
    others = [v for v in parent.variables if v.type == e.type and v != e]
    return _with(parent, place, rng.choice(others)) if others else None


def move_statement(parent: Program, _: Program, rng: random.Random) -> Program | None:
    """Take a statement out of the loop or branch that it stands in, to stand before it or after it."""
    places = _statements(parent.body)
    around = [i for i, s in enumerate(places) if isinstance(s, (*ir.LOOPS, ir.If))]
    if not around:
        return None
    place = rng.choice(around)
    outer = places[place]
    inner = list(ir.statements((outer,)))[1:]
    moving = [i for i, s in enumerate(inner, start=1) if isinstance(s, ir.Assign)]
    if not moving:
        return None
    which = rng.choice(moving)
    (rest,) = _edited((outer,), which, ())
    pair = (inner[which - 1], rest) if rng.randrange(2) else (rest, inner[which - 1])
    return replace(parent, body=_edited(parent.body, place, pair))


OPERATORS: Final[dict[str, Operator]] = {
    "leaving out": shrink,
    "crossing expressions": cross_expressions,
    "crossing statements": cross_statements,
    "moving a statement": move_statement,
    "changing an operator": change_operator,
    "changing a leaf": change_leaf,
}
"""by name"""
