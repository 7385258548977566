"""Less work in loops that make the same turns: what no turn changes is worked out once, and what a turn works out twice, once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from loop.simplify import replaced, static_cost
from loop.source_text import to_source_text
from loop.techniques.lockstep import draft, in_place
from loop.techniques.study import Draft, Study
from verify import ir
from verify.body import HIDDEN
from verify.interpreter import holds
from verify.ir import Block, Expr, Name
from verify.source import RESERVED

NAMES: Final = ("fixed", "shared", "kept", "part", "known")
"""what new variables are called, as far as these names are free"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield all at once, then what no turn changes, then what one turn works out twice."""
    head, seen = study.head, set[Block]()
    for outer_only, sharing, idea in (
        (False, True, "what no turn of a loop changes, and what a block works out twice, is worked out once"),
        (True, True, "what no turn of an outer loop changes, and what a block works out twice, is worked out once"),
        (True, False, "what no turn of an outer loop changes is worked out before it"),
        (None, True, "what a block works out twice is worked out once"),
    ):
        hoister = _Hoister(study)
        body = head.body if outer_only is None else hoister.block(head.body, deep=not outer_only)
        sharer = _Sharer(hoister.taken)
        body = sharer.block(body) if sharing else body
        if body != head.body and body not in seen:
            seen.add(body)
            full = replace(head, body=body, locals=(*head.locals, *hoister.made, *sharer.made))
            found = draft(study, full, idea, in_place(head, hoister.holds))
            if found is not None:
                yield found
    yield from _before_lists(study)


def _before_lists(study: Study) -> Iterator[Draft]:
    """Yield what no element of a comprehension changes, worked out before its statement; the prover has to prove it."""
    hoister = _Hoister(study)
    body = hoister.lists(study.head.body)
    text = to_source_text(replace(study.head, body=body, locals=(*study.head.locals, *hoister.made))) if hoister.made else None
    if text is not None:
        yield Draft(text, "what no element of a list changes is worked out before it")


def free_name(taken: set[Name], names: Sequence[Name] = NAMES) -> Name:
    """Return a name for a new variable and take it."""
    numbered = (f"{n}{k}" if k else n for k in range(100) for n in names)
    name = next(n for n in numbered if n not in taken and n not in RESERVED)
    taken.add(name)
    return name


def evaluated(e: Expr) -> Iterator[Expr]:
    """Yield the subexpressions that are evaluated whenever an expression is, outer ones first, those under a binder left out."""
    yield e
    match e:
        case ir.Choice(test):
            yield from evaluated(test)
        case ir.Logic(_, operands):
            yield from evaluated(operands[0])
        case ir.Compare(operands):
            for x in operands[:2]:
                yield from evaluated(x)
        case ir.Each(source=source):
            yield from evaluated(source)
        case _:
            for x in ir.children(e):
                yield from evaluated(x)


def _worth(e: Expr) -> bool:
    """Say whether a value may be kept in a variable, and costs anything."""
    return e.type in ("int", "bool") and not isinstance(e, ir.Const | ir.Var) and static_cost(e) > 0


def _clean(e: Expr, names: frozenset[Name]) -> bool:
    return not any(map(HIDDEN.fullmatch, names)) and not any(isinstance(x, ir.Each) for x in ir.subexpressions(e))


class _Hoister:
    """Moves values out of loops, outer loops first."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.taken = {v.name for v in study.head.variables} | {study.head.name}
        self.made: tuple[ir.Var, ...] = ()
        self.holds: dict[int, dict[Name, Expr]] = {}

    def block(self, block: Block, *, deep: bool) -> Block:
        """Return a block with values before its loops; `deep` is for loops within loops, too."""
        out: list[ir.Statement] = []
        for s in block:
            if isinstance(s, ir.LOOPS):
                before, loop = self.loop(s)
                out += before
                out.append(replace(loop, body=self.block(loop.body, deep=True)) if deep else loop)
            elif isinstance(s, ir.If):
                out.append(replace(s, then=self.block(s.then, deep=deep), orelse=self.block(s.orelse, deep=deep)))
            else:
                out.append(s)
        return tuple(out)

    def loop(self, s: ir.Loop) -> tuple[list[ir.Statement], ir.Loop]:
        """Return what goes before a loop, and the loop without it."""
        written = ir.writes(ir.turn(s))
        before: list[ir.Statement] = []
        while (found := self._fixed(s, written)) is not None:
            name = free_name(self.taken)
            variable = ir.Var(name, found.type)
            self.made = (*self.made, variable)
            before.append(ir.Assign((name,), (found,), s.line))
            s = within(s, _renaming(found, variable))
            # the value in terms of the old version's variables
            known = {n: e for own in self.holds.values() for n, e in own.items()}
            for inner in (s, *(t for t in ir.statements(s.body) if isinstance(t, ir.LOOPS))):
                self.holds.setdefault(inner.index, {})[name] = ir.substitute(found, known)
        return before, s

    def lists(self, block: Block) -> Block:
        """Return a block with values before its comprehensions."""
        out: list[ir.Statement] = []
        for s in block:
            if isinstance(s, ir.If):
                out.append(replace(s, then=self.lists(s.then), orelse=self.lists(s.orelse)))
            elif isinstance(s, ir.LOOPS):
                out.append(replace(s, body=self.lists(s.body)))
            else:
                own: ir.Statement = s
                while (found := self._unbound(own)) is not None:
                    variable = ir.Var(free_name(self.taken), found.type)
                    self.made = (*self.made, variable)
                    out.append(ir.Assign((variable.name,), (found,), s.line))
                    (own,) = ir.rewritten((own,), _renaming(found, variable))
                out.append(own)
        return tuple(out)

    def _unbound(self, s: ir.Statement) -> Expr | None:
        """Return the dearest value that is worked out for each element of a comprehension, and is the same for all."""
        found: list[Expr] = []
        for e in ir.expressions(s):
            lists = (x for x in ir.subexpressions(e) if isinstance(x, ir.Each))
            parts = (part for own in lists for part in (own.element, own.test) if part is not None)
            for x in (x for part in parts for x in ir.subexpressions(part)):
                names = ir.variables(x)
                if names and _worth(x) and _clean(x, names) and not _bound(e, names) and self._sure(x):
                    found.append(x)
        return max(found, key=lambda x: (static_cost(x), -len(repr(x)), repr(x)), default=None)

    def _fixed(self, s: ir.Loop, written: frozenset[Name]) -> Expr | None:
        """Return the dearest value that no turn changes."""
        found: list[Expr] = []
        inside = [*ir.statements(s.body), *([ir.Return(s.test)] if isinstance(s, ir.While) else [])]
        for e in (e for t in inside for e in ir.expressions(t)):
            for x in ir.subexpressions(e):
                names = ir.variables(x)
                if names and not names & written and _worth(x) and _clean(x, names) and not _bound(e, names) and self._sure(x):
                    found.append(x)
        return max(found, key=lambda x: (static_cost(x), -len(repr(x)), repr(x)), default=None)

    def _sure(self, e: Expr) -> bool:
        """Say whether a value raises nothing before the loop either, which may make no turn: the contract alone must say so."""
        condition, names = ir.safe(e), [p.name for p in self.study.head.parameters]
        if condition == ir.TRUE:
            return True
        if not ir.variables(condition) <= set(names) - ir.writes(self.study.head.body):
            return False
        return all(map(holds(condition, names, self.study.limits), self.study.runs))


def _bound(e: Expr, names: frozenset[Name]) -> bool:
    """Say whether a comprehension in an expression binds one of some names."""
    return any(isinstance(x, ir.Each) and x.variable.name in names for x in ir.subexpressions(e))


def within(s: ir.Loop, go: Callable[[Expr], Expr]) -> ir.Loop:
    """Return a loop with the expressions of its turns replaced; what is evaluated once, before them, stays."""
    body = ir.rewritten(s.body, go)
    return replace(s, test=go(s.test), body=body) if isinstance(s, ir.While) else replace(s, body=body)


def _renaming(old: Expr, new: Expr) -> Callable[[Expr], Expr]:
    return lambda e: replaced(e, old, new)


class _Sharer:
    """Gives a name to what a stretch of straight-line code works out twice."""

    def __init__(self, taken: set[Name]) -> None:
        self.taken = taken
        self.made: tuple[ir.Var, ...] = ()

    def block(self, block: Block) -> Block:
        block = tuple(map(self._inner, block))
        for i in range(len(block)):
            for e in self._twice(block, i):
                end = self._reach(block, i, e)
                name = free_name(self.taken)
                variable = ir.Var(name, e.type)
                self.made = (*self.made, variable)
                short = ir.rewritten(block[i : end + 1], _renaming(e, variable))
                return self.block((*block[:i], ir.Assign((name,), (e,)), *short, *block[end + 1 :]))
        return block

    def _inner(self, s: ir.Statement) -> ir.Statement:
        match s:
            case ir.If(then=then, orelse=orelse):
                return replace(s, then=self.block(then), orelse=self.block(orelse))
            case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                return replace(s, body=self.block(body))
        return s

    def _twice(self, block: Block, i: int) -> Iterator[Expr]:
        """Yield what statement `i` and those right after it work out more than once, where a name costs less; dearest first."""
        here = [x for e in _straight(block[i]) for x in evaluated(e) if _worth(x) and _clean(x, ir.variables(x))]
        ranked = sorted(dict.fromkeys(here), key=lambda x: (-static_cost(x), repr(x)))
        for x in ranked:
            end = self._reach(block, i, x)
            uses = Counter(y for s in block[i : end + 1] for e in _straight(s) for y in evaluated(e))[x]
            first = block[i]
            if (uses - 1) * static_cost(x) > 1 and not (isinstance(first, ir.Assign) and first.values == (x,)):
                yield x

    def _reach(self, block: Block, i: int, e: Expr) -> int:
        """Return the last of the statements from `i` on that all see the same value of an expression."""
        names = ir.variables(e)
        for k in range(i, len(block)):
            if not isinstance(block[k], ir.Assign | ir.Return):
                return k if isinstance(block[k], ir.If) and not ir.writes((block[k],)) & names else max(k - 1, i)
            if names & ir.writes((block[k],)):
                return k
        return len(block) - 1


def _straight(s: ir.Statement) -> tuple[Expr, ...]:
    """Return the expressions of a statement that are evaluated once, when it is reached."""
    return () if isinstance(s, ir.LOOPS) else ir.expressions(s)


