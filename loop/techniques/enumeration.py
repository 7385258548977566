"""Straight-line code over ints and bits, found by enumeration from the cheapest up: terms, choices of terms, doubling steps.

What the terms must return is what the version to beat returned on samples. What is found is run on many other inputs; one on
which it is wrong becomes a sample, and the search begins again.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from loop.draw import number
from loop.simplify import static_cost
from loop.techniques.doubling import Doubling, Steps, Word
from loop.techniques.enumerate_terms import NARROW, Bank, Rows, Vocabulary, lengths
from loop.techniques.study import Draft, Study
from loop.techniques.term_choices import Choices, predicates
from loop.techniques.term_goals import Finder, Goal, Hit
from loop.techniques.wide_inputs import FREE, Run, intervals, wide_runs
from verify import ir
from verify.expr import Arithmetic
from verify.gates.inputs import in_program
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Expr, Program

SAMPLES, CHECKS = 32, 600
"""runs that terms are told apart by, and further runs that what is found must stand"""
ROOM: Final = 120_000
"""terms that are kept, for each time that is spent on the same head"""
SHALLOW: Final = 4_000
"""the same for a search beside a temporary, or with ints of any length"""
DRAFTS: Final = 3
"""that are yielded at most"""
AGAIN: Final = 8
"""times that a search begins anew with inputs on which what it found was wrong"""
TRIED: Final = 60
"""of what is found at once, those that are run on the other inputs"""
LONGEST: Final = 256
"""bits of the longest int that is searched with"""
LITERALS, AMOUNTS = 8, 6
"""literals that terms are made of, and by which they are shifted"""
FOLLOWED: Final = 24
"""temporaries that a search goes on from"""
MOST, BITS_OF_A_SET = 56, 64
"""samples after which none are added; those that fit a set of samples"""
BITS: Final[tuple[Arithmetic, ...]] = ("and", "or", "xor", "lshift", "rshift")


def drafts(study: Study) -> Iterator[Draft]:
    """Yield straight-line code that returns the same on all runs, at no more ticks on any, the cheapest first."""
    if not all(v.type in ("int", "bool") for v in study.head.parameters) or study.head.result not in ("int", "bool"):
        return
    if not any(v.type == "int" for v in study.head.parameters):
        return
    search = Search(study)
    if search.useful:
        yield from search.drafts()


@dataclass(frozen=True, slots=True)
class Found:
    """A whole version, with its ticks where every part of it is evaluated."""

    cost: int
    program: Program
    idea: str


class Search:
    """The search for one study."""

    def __init__(self, study: Study) -> None:
        """Run the head."""
        self.study, self.head = study, study.head
        self.runs = [r for r in wide_runs(study, CHECKS) if all(abs(number(v)) < 1 << LONGEST for v in (*r.arguments, r.value))]
        self.ints = [v for v in self.head.parameters if v.type == "int"]
        rng = random.Random(f"{study.brief.seed}/samples")  # noqa: S311 - sampling, not secrecy
        self.samples = _chosen(self.runs, rng)
        self._wrong: list[Run] = []
        """runs on which something that was found is wrong"""
        self._begun = 0
        """passes that found nothing, right or wrong"""

    @property
    def useful(self) -> bool:
        """Whether there is anything to go by, and anything to gain."""
        return len(self.runs) >= 4 and self.most > 0  # noqa: PLR2004 - fewer say nothing

    @cached_property
    def most(self) -> int:
        """Ticks that straight-line code may take: fewer than the head takes anywhere it takes most."""
        return max((r.ticks for r in self.runs), default=0) - 1

    @cached_property
    def bounded(self) -> bool:
        """Whether the contract bounds all ints among the arguments."""
        return FREE not in intervals(self.study)

    @cached_property
    def width(self) -> int:
        """Bits of the longest argument that the contract allows, or that is drawn where it sets no bounds."""
        return max(1, *(max(abs(low), abs(high)).bit_length() for low, high in intervals(self.study)))

    @cached_property
    def _parts(self) -> list[Expr]:
        """What the sources consist of."""
        es = (self.study.spec.require, *in_program(self.head), *in_program(self.study.spec.program))
        return [x for e in es for x in ir.subexpressions(e)]

    @cached_property
    def bits(self) -> bool:
        """Whether the sources work on bits, or on words: ints from 0 up to a power of two."""
        words = self.bounded and all(low == 0 and high & (high + 1) == 0 and high > 1 for low, high in intervals(self.study))
        return words or any(
            (isinstance(x, ir.Binary) and x.op in BITS) or (isinstance(x, ir.Unary) and x.op == "invert") for x in self._parts
        )

    def words(self, *, lean: bool) -> Vocabulary:
        """Return operators and literals: those of the sources and of the width, or where it is to be lean the likeliest few."""
        mined = Counter(abs(int(x.value)) for x in self._parts if isinstance(x, ir.Const) and x.type == "int")
        often = [c for c, _ in sorted(mined.items(), key=lambda p: (-p[1], p[0])) if c > 1]
        w = self.width
        sized = [(1 << w) - 1, 1 << w - 1, 1 << w] if self.bounded else []
        literals = [0, 1, *(sized if self.bits else [2]), *often]
        if lean:
            literals = [1, sized[0] if sized and self.bits else 2]
        amounts = [1, *([w - 1, w // 2, w, 2] if self.bounded else [2]), *(c for c in sorted(mined) if 0 < c <= w)]
        few = 2 * (len(self.ints) - 1)  # with more names there is room for fewer literals
        leaves: tuple[Expr, ...] = (*self.ints, *(ir.Const(c) for c in [*dict.fromkeys(literals)][: max(3, LITERALS - few)]))
        movers = tuple(i for i, v in enumerate(self.ints) if self._moves(v))
        count = 0 if not self.bits else 2 if lean else max(2, AMOUNTS - few)
        arithmetic: tuple[Arithmetic, ...] = ("add", "sub", "mul")
        more: tuple[Arithmetic, ...] = BITS if self.bits else ("floordiv", "mod")
        return Vocabulary(leaves, tuple(a for a in dict.fromkeys(amounts) if a > 0)[:count], movers, more + arithmetic)

    def _moves(self, v: ir.Var) -> bool:
        """Say whether a parameter is a distance by which a word may be shifted."""
        low, high = intervals(self.study)[self.head.parameters.index(v)]
        return low >= 0 and high <= 2 * self.width and high < NARROW and high.bit_length() < self.width

    # -- the search ---------------------------------------------------------------------------------------------------------

    def drafts(self) -> Iterator[Draft]:
        """Yield what is right on all runs; a stage is gone on to where those before it found nothing."""
        for stage in (self._plain, self._doubled):
            for _ in range(AGAIN):
                self._wrong = []
                found = list(stage())
                yield from (Draft(f.program, f.idea) for f in sorted(found, key=lambda f: f.cost)[:DRAFTS])
                if found:
                    return
                if not self._wrong or len(self.samples) > MOST:
                    break
                self.samples = [*self.samples, *self._wrong][:BITS_OF_A_SET]

    def _right(self, program: Program) -> bool:
        """Say whether a version does what the head did on all runs, in no more ticks, and on one in fewer."""
        cheaper, interpreter = False, Interpreter(program, self.study.limits)
        for r in self.runs:
            try:
                own = interpreter.run(r.arguments)
            except OutOfFuel:
                return False
            if own.raised or own.value != r.value:
                if len(self._wrong) < AGAIN and r not in self._wrong:
                    self._wrong.append(r)
                return False
            if own.ticks > r.ticks:
                return False
            cheaper |= own.ticks < r.ticks
        return cheaper

    def _columns(self, leaves: Sequence[Expr], kind: type) -> Rows:
        place = {v.name: i for i, v in enumerate(self.head.parameters)}
        rows = [
            [number(r.arguments[place[x.name]]) for r in self.samples] if isinstance(x, ir.Var)
            else [int(x.value)] * len(self.samples) if isinstance(x, ir.Const) else []
            for x in leaves
        ]  # fmt: skip
        return np.array(rows, dtype=kind)

    def _goals(self, kind: type) -> list[Goal]:
        """Return what is due, and where it is a word the same for a search that a mask ends."""
        due: Rows = np.array([number(r.value) for r in self.samples], dtype=kind)
        values = [number(r.value) for r in self.runs]
        masked = [Goal(due, (1 << max(values).bit_length()) - 1)] if self.bits and min(values) >= 0 < max(values) else []
        return [Goal(due), *masked]

    @property
    def _narrow(self) -> bool:
        """Whether 64 bits are enough for arguments, results and literals."""
        literals = [int(x.value) for x in self.words(lean=False).leaves if isinstance(x, ir.Const)]
        values = (number(v) for r in self.samples for v in (*r.arguments, r.value))
        return all(abs(v).bit_length() < NARROW for v in (*literals, *values))

    def _plain(self) -> Iterator[Found]:
        """Yield terms and choices, growing the bank until something right came up."""
        full, lean = self.words(lean=False), self.words(lean=True)
        passes: list[tuple[Vocabulary, type, int]] = [(full, np.int64, SHALLOW)] if self._narrow else []
        if not self._narrow or 2 * self.width > NARROW:
            passes.append((full, object, SHALLOW))
        if self._narrow:
            passes.append((lean, np.int64, ROOM * (1 + self.study.effort)))
        for words, kind, room in passes[self._begun :]:
            bank = Bank(words, self._columns(words.leaves, kind), room)
            found = list(self._grown(bank, self._goals(kind)))
            yield from found
            if found or self._wrong:
                return
            self._begun += 1

    def _grown(self, bank: Bank, goals: Sequence[Goal]) -> Iterator[Found]:
        """Yield what a bank gives as it grows, only what is right; until a level costs as much, or something wrong came up."""
        least = self.most + 1
        while True:
            level = bank.levels - 1
            hits = sorted(self._level(bank, goals, level, found=least <= self.most), key=lambda h: h.cost)
            kept = 0
            written = [self._written(h.value, "enumerated from the cheapest up") for h in hits[: 2 * TRIED] if h.cost < least + 2]
            for f in sorted(written, key=_order)[:TRIED]:
                if f.cost <= least and kept < DRAFTS and self._right(f.program):
                    least, kept = min(least, f.cost), kept + 1
                    yield f
            if level + 2 >= least or (self._wrong and least > self.most) or not bank.grow():
                return

    def _level(self, bank: Bank, goals: Sequence[Goal], level: int, *, found: bool) -> Iterator[Hit]:
        """Yield hits that the newest level makes possible; where something was found, those that are no more than terms."""
        if self.head.result == "bool":
            yield from predicates(bank, goals[0].due != 0) if not found else ()
            return
        finder = Finder(bank)
        for goal in goals:
            yield from finder.terms(goal, level)
            if found:
                continue
            if bank.values.dtype != object:
                yield from finder.joined(goal)
                yield from finder.filtered(goal)
                if level <= 1:
                    yield from Choices(bank).choices(goal)
            if bank.full or level >= 2:  # noqa: PLR2004 - before that the next level is as soon made
                yield from finder.last(goal)
                if bank.values.dtype != object:
                    yield from finder.shared(goal)

    def _doubled(self) -> Iterator[Found]:
        """Yield doubling steps with a term or a choice after them."""
        if not (self._narrow and self.bits and self.bounded and self.width > 1):
            return
        word, name = Word(self.width), next(n for n in ("t", "u", "w", "folded", "folded_1") if n not in self._taken)
        columns = self._columns(self.ints, np.int64)
        env = {v.name: columns[i] for i, v in enumerate(self.ints)}
        starts = [e for v in self.ints if v not in self._movers for e in self._starts(v)]
        steps: dict[bytes, Steps] = {}
        for s in Doubling(word, env, name).all(starts):
            if s.cost < self.most and (s.last.tobytes() not in steps or steps[s.last.tobytes()].cost > s.cost):
                steps[s.last.tobytes()] = s
        yield from self._after(sorted(steps.values(), key=lambda s: (s.cost, len(s.values))), word)

    @property
    def _taken(self) -> set[str]:
        return {self.head.name, *(v.name for v in self.head.parameters)}

    @property
    def _movers(self) -> list[ir.Var]:
        return [v for v in self.ints if self._moves(v)]

    def _starts(self, v: ir.Var) -> list[Expr]:
        mask = ir.Const((1 << self.width) - 1)
        near: list[Expr] = [ir.Binary(op, v, ir.Const(1)) for op in ("sub", "add")]
        return [v, *near, ir.Binary("xor", v, mask)]

    def _after(self, ordered: Sequence[Steps], word: Word) -> Iterator[Found]:
        """Yield what is found after steps: first where next to nothing is left to do, then by a search beside the temporary."""
        goals = self._goals(np.int64)
        least = self.most + 1
        near = [s for s in ordered if self._near(s, goals[0].due)]
        follow = [s for s in ordered if s.followed and len(s.values) > 1 and s not in near]
        for s in [*near[:FOLLOWED], *follow[: FOLLOWED * (1 + self.study.effort)]]:
            bank = self._beside(s, word)
            while s.cost < least:
                hits = sorted(self._level(bank, goals, bank.levels - 1, found=False), key=lambda h: h.cost)[:TRIED]
                before = least
                for f in sorted((self._written(h.value, "by doubled distances", s) for h in hits), key=_order):
                    if f.cost < least and self._right(f.program):
                        least = f.cost
                        yield f
                if least < before or bank.levels > 2 or not bank.grow():  # noqa: PLR2004 - what is left to do is short
                    break

    def _near(self, s: Steps, due: Rows) -> bool:
        """Say whether what steps end with is the result but for a mask, a shift, or most often the same difference."""
        kept = int(np.bitwise_or.reduce(due))
        if ((s.last & kept) == due).all() or any((s.last >> k == due).all() for k in range(1, self.width)):
            return True
        return bool(np.unique(s.last - due, return_counts=True)[1].max() * 3 > 2 * len(due))

    def _beside(self, s: Steps, word: Word) -> Bank:
        """Return a bank of the parameters, the temporary and literals of the fields that steps have made."""
        reached = 1 << max(1, len(s.values))
        bits = min(reached, word.whole)
        literals = [0, 1, word.units(bits), (1 << bits) - 1]
        leaves: tuple[Expr, ...] = (ir.Var(s.name, "int"), *self.ints, *(ir.Const(c) for c in dict.fromkeys(literals)))
        amounts = tuple(dict.fromkeys(a for a in (1, word.whole - bits, word.whole - word.width, bits) if a > 0))
        operators: tuple[Arithmetic, ...] = ("and", "add", "sub", "xor", "mul", "rshift")
        columns = np.concatenate([s.last[None, :], self._columns(leaves[1:], np.int64)])
        short = lengths(columns) <= NARROW
        kept = tuple(x for x, fits in zip(leaves, short.tolist(), strict=True) if fits)
        return Bank(Vocabulary(kept, amounts, (), operators), columns[short], 2 * SHALLOW)

    # -- programs -----------------------------------------------------------------------------------------------------------

    def _written(self, e: Expr, idea: str, steps: Steps | None = None) -> Found:
        """Return the version that returns an expression, what stands in it twice computed once."""
        taken = self._taken | ({steps.name} if steps else set())
        block, names = shared(e, taken)
        block = (*steps.block, *block) if steps else block
        names = [steps.name, *names] if steps else names
        program = replace(self.head, locals=tuple(ir.Var(n, "int") for n in names), body=block, measure=None)
        cost = sum(static_cost(x) for s in block for x in ir.expressions(s)) + len(block) - 1
        return Found(cost, program, idea)


def shared(e: Expr, taken: set[str]) -> tuple[ir.Block, list[str]]:
    """Return code that returns an expression, with names for what is surely evaluated more than once; and those names."""
    block: list[ir.Assign] = []
    names: list[str] = []
    free = (n for n in ("t", "u", "v", "w", *(f"part_{i}" for i in range(1, 99))) if n not in taken)
    while True:
        parts = (x for whole in (e, *(s.values[0] for s in block)) for x in _evaluated(whole))
        counts = Counter(x for x in parts if x.type == "int" and not isinstance(x, ir.Const | ir.Var))
        gains = {x: static_cost(x) * (n - 1) - 1 for x, n in counts.items() if n > 1}
        best = max(gains, key=lambda x: (gains[x], -static_cost(x), repr(x)), default=None)
        if best is None or gains[best] <= 0:
            return (*_ordered(block), ir.Return(e)), names
        name = next(free)
        names.append(name)
        own = ir.Var(name, "int")
        e = _put(e, best, own)
        block = [replace(s, values=tuple(_put(v, best, own) for v in s.values)) for s in block]
        block.append(ir.Assign((name,), (best,)))


def _ordered(block: Sequence[ir.Assign]) -> list[ir.Statement]:
    """Return assignments to different names so that each comes before those that read it."""
    left, out = list(block), list[ir.Statement]()
    while left:
        names = {n for s in left for n in s.targets}
        ready = next(s for s in left if not ir.variables(s.values[0]) & names)
        left.remove(ready)
        out.append(ready)
    return out


def _put(e: Expr, old: Expr, new: Expr) -> Expr:
    return new if e == old else ir.rebuilt(e, lambda x: _put(x, old, new))


def _evaluated(e: Expr) -> Iterator[Expr]:
    """Yield the parts of an expression that are evaluated each time that it is."""
    yield e
    match e:
        case ir.Choice(test):
            yield from _evaluated(test)
        case ir.Logic(_, operands):
            yield from _evaluated(operands[0])
        case _:
            for x in ir.children(e):
                yield from _evaluated(x)


def _chosen(runs: Sequence[Run], rng: random.Random) -> list[Run]:
    """Return samples, those that tell most first: others drawn so that seldom results have their share, and small inputs."""
    out = sorted(runs, key=lambda r: sum(abs(number(v)) for v in r.arguments))[: SAMPLES // 4]
    by_value: dict[int, list[Run]] = {}
    for r in rng.sample(list(runs), len(runs)):
        by_value.setdefault(number(r.value), []).append(r)
    while len(out) < min(SAMPLES, len(runs)):
        for group in by_value.values():
            if group and len(out) < SAMPLES and (run := group.pop()) not in out:
                out.append(run)
    return sorted(out, key=lambda r: -sum(abs(number(v)).bit_count() for v in (*r.arguments, r.value)))


def _order(f: Found) -> tuple[int, int, str]:
    """Order versions: the cheapest first, with short literals."""
    text = repr(f.program.body)
    return f.cost, len(text), text
