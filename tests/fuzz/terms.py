"""Random well-typed expressions, as Python text."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from tests.fuzz.values import EDGES, ELEMENT, HOLDS_LIST, PARTS

Mode: TypeAlias = Literal["any", "share", "fresh"]
"""what a value that holds lists may hold: any list, none that is changed somewhere, or none that has a name"""

ARITHMETIC: Final = ("+", "+", "+", "-", "-", "*", "*", "//", "//", "%", "%")
BITS: Final = ("&", "|", "^", "<<", ">>")
RELATIONS: Final = ("<", "<=", ">", ">=", "==", "!=")
LITERALS: Final = (0, 1, 2, 3, 4, 5, 7, 8, -1, -1, -2, -3, 100)
BINDERS: Final = ("e", "u", "w")
COMPONENTS: Final = {"tuple[int, int]": (0, 1, -1, -2), "tuple[int, bool]": (0, -2), "tuple[list[int], int]": (1, -1)}
"""which components are ints"""


@dataclass(frozen=True, slots=True)
class Profile:
    """Which parts of the language programs use; ints, bools, branches and loops are always in it."""

    sequences: bool = True
    """tuples and lists"""
    bits: bool = True
    """bit operators, shifts and powers"""
    jumps: bool = True
    """break, continue and `while True`"""
    calls: bool = True
    """functions that call others"""


WHOLE: Final = Profile()
PLAIN: Final = Profile(sequences=False, bits=False, jumps=False, calls=False)
CALLED: Final = 0.12
"""share of the expressions of its type that are calls of another function"""


@dataclass(frozen=True, slots=True)
class Signature:
    """A function that may be called; where it calls itself it does so as often as its first argument says."""

    name: str
    parameters: tuple[str, ...]
    result: str


@dataclass(slots=True)
class Terms:
    """Writes expressions over the names of `scope`; each method's `depth` bounds how deep what it writes is."""

    rng: random.Random
    profile: Profile
    scope: dict[str, str] = field(default_factory=dict)
    """types by name"""
    owned: set[str] = field(default_factory=set)
    """lists that are changed in place, and so have one name only"""
    careless: bool = False
    """whether lists that are changed may get a second name, which the reader must refuse"""
    others: tuple[Signature, ...] = ()
    """functions that may be called"""

    def names(self, t: str, mode: Mode = "any") -> list[str]:
        if mode == "any" or t not in HOLDS_LIST or (self.careless and self.rng.random() < 0.5):
            return [n for n, u in self.scope.items() if u == t]
        return [] if mode == "fresh" else [n for n, u in self.scope.items() if u == t and n not in self.owned]

    def value(self, t: str, depth: int, mode: Mode = "any", *, due: bool = False) -> str:
        """Write an expression of a type; `due` says that its place gives the type, so that `[]` can stand there."""
        if self.others and mode != "fresh" and depth > 0 and self.rng.random() < CALLED:
            fitting = [o for o in self.others if o.result == t]
            if fitting:
                return self.called(self.rng.choice(fitting), depth - 1)
        if t == "int":
            return self.integer(depth)
        if t == "bool":
            return self.truth(depth)
        return self.listing(t, depth, mode, due=due) if t in ELEMENT else self.tupling(t, depth, mode, due=due)

    def choice(self, t: str, depth: int, mode: Mode = "any") -> str:
        d = depth - 1
        return f"({self.value(t, d, mode)} if {self.test(d)} else {self.value(t, d, mode)})"

    def called(self, other: Signature, depth: int) -> str:
        """Write a call; the arguments are small, so that what it does with them is."""
        arguments = [self.small(depth) if t == "int" else self.value(t, depth, "share", due=True) for t in other.parameters]
        return f"{other.name}({', '.join(arguments)})"

    # -- ints -----------------------------------------------------------------------------------------------------------

    def literal(self) -> str:
        r = self.rng
        return str(r.choice(LITERALS) if r.random() < 0.95 else r.choice(EDGES))

    def small(self, depth: int) -> str:
        """Write an int that is mostly neither large nor negative."""
        r = self.rng.random()
        if r < 0.45:
            return str(self.rng.randrange(5))
        return f"({self.integer(depth - 1)} % {self.rng.randrange(2, 6)})" if r < 0.9 else self.integer(depth - 1)

    def integer(self, depth: int) -> str:  # noqa: PLR0912 - one arm a construct
        r = self.rng
        if depth <= 0 or r.random() < 0.15:
            found = self.names("int") if r.random() < 0.7 else []
            return r.choice(found) if found else self.literal()
        d = depth - 1
        match r.randrange(22 if self.profile.sequences else 13):
            case 0:
                signs = ("-", "-", "~", "+") if self.profile.bits else ("-", "+")
                return f"({r.choice(signs)}{self.integer(d)})"
            case 1:
                return f"abs({self.integer(d)})"
            case 2:
                return f"{r.choice(('min', 'max'))}({', '.join(self.integer(d) for _ in range(r.choice((2, 2, 3))))})"
            case 3:
                return self.choice("int", depth)
            case 4 | 5 if self.profile.bits:
                return self.bits(d)
            case n if n < 13:
                op = r.choice(ARITHMETIC)
                safe = op in ("//", "%") and r.random() < 0.6
                return f"({self.integer(d)} {op} {r.choice((1, 2, 3, 5, 8, -1, -2, -3)) if safe else self.integer(d)})"
            case 13 | 14:
                return f"{self.subscripted('list[int]', d)}[{self.index(d)}]"
            case 15:
                return f"len({self.value(self.list_type(), d)})"
            case 16:
                t = self.list_type()
                return f"{self.value(t, d)}.count({self.value(ELEMENT[t], d, due=True)})"
            case 17:
                return f"divmod({self.integer(d)}, {self.integer(d)})[{r.choice((0, 1, -1))}]"
            case 18:
                t = r.choice(("tuple[int, int]", "tuple[int, bool]", "tuple[list[int], int]"))
                return f"{self.subscripted(t, d)}[{r.choice(COMPONENTS[t])}]"
            case _:
                return self.fold(r.choice(("sum", "sum", "min", "max")), d)

    def bits(self, d: int) -> str:
        """Write a bit operator, a shift or a power."""
        r = self.rng
        match r.randrange(8):
            case 0:
                return f"({self.integer(d)} ** {self.small(d)})"
            case 1:
                return f"pow({self.integer(d)}, {self.small(d)})"
            case 2:
                return f"pow({self.integer(d)}, {self.small(d)}, {self.integer(d)})"
            case _:
                op = r.choice(BITS)
                return f"({self.integer(d)} {op} {self.small(d) if op in ('<<', '>>') else self.integer(d)})"

    def index(self, depth: int) -> str:
        """Write an index, which is often within the list."""
        r = self.rng.random()
        if r < 0.8:
            return self.rng.choice(("0", "0", "0", "0", "-1", "-1", "-1", "1", "-2"))
        return self.small(depth) if r < 0.9 else self.integer(depth)

    # -- bools ----------------------------------------------------------------------------------------------------------

    def truth(self, depth: int) -> str:
        r = self.rng
        if depth <= 0 or r.random() < 0.1:
            found = self.names("bool")
            if found and r.random() < 0.6:
                return r.choice(found)
            return r.choice(("True", "False")) if r.random() < 0.3 else self.chain([self.integer(0), self.integer(0)], RELATIONS)
        d = depth - 1
        match r.randrange(16 if self.profile.sequences else 9):
            case 0:
                return f"(not {self.test(d)})"
            case 1:
                return self.chain([self.truth(d) for _ in range(r.choice((2, 2, 3)))], ("==", "!="))
            case 2 | 3:
                return "(" + r.choice((" and ", " or ")).join(self.truth(d) for _ in range(r.choice((2, 2, 3)))) + ")"
            case 4:
                return self.choice("bool", depth)
            case n if n < 9:
                return self.chain([self.integer(d) for _ in range(r.choice((2, 2, 2, 3, 4)))], RELATIONS)
            case 9 | 10:
                return self.fold(r.choice(("all", "any")), d)
            case 11 | 12:
                t = self.list_type()
                return f"({self.value(ELEMENT[t], d, due=True)} {r.choice(('in', 'not in'))} {self.value(t, d)})"
            case 13:
                return f"{self.subscripted('list[bool]', d)}[{self.index(d)}]"
            case 14:
                return f"{self.subscripted('tuple[int, bool]', d)}[1]"
            case _:
                t = r.choice((*ELEMENT, *PARTS))
                first = self.value(t, d)
                return self.chain([first, *(self.value(t, d, due=True) for _ in range(r.choice((1, 1, 2))))], ("==", "!="))

    def chain(self, operands: list[str], relations: tuple[str, ...]) -> str:
        return "(" + operands[0] + "".join(f" {self.rng.choice(relations)} {o}" for o in operands[1:]) + ")"

    def test(self, depth: int) -> str:
        """Write what may stand in a test: a bool, an int or a list."""
        r = self.rng
        if depth > 0 and r.random() < 0.2:
            return "(" + r.choice((" and ", " or ")).join(self.test(depth - 1) for _ in range(2)) + ")"
        x = r.random()
        if x < 0.2:
            return self.integer(depth)
        return self.value(self.list_type(), depth) if x < 0.3 and self.profile.sequences else self.truth(depth)

    # -- tuples and lists -----------------------------------------------------------------------------------------------

    def list_type(self) -> str:
        return self.rng.choice(("list[int]", "list[int]", "list[int]", *ELEMENT))

    def subscripted(self, t: str, depth: int, mode: Mode = "any") -> str:
        """Write what an index can follow; mostly a name, where there is one."""
        found = self.names(t, mode)
        return self.rng.choice(found) if found and self.rng.random() < 0.7 else self.value(t, depth, mode)

    def tupling(self, t: str, depth: int, mode: Mode, *, due: bool) -> str:
        r = self.rng
        found = self.names(t, mode)
        if found and (depth <= 0 or r.random() < 0.4):
            return r.choice(found)
        if depth > 0:
            held = "list[" + t + "]"
            if r.random() < 0.2:
                return self.choice(t, depth, mode)
            if held in ELEMENT and r.random() < 0.3:
                return f"{self.subscripted(held, depth - 1, mode)}[{self.index(depth - 1)}]"
            if t == "tuple[int, int]" and r.random() < 0.2:
                return f"divmod({self.integer(depth - 1)}, {self.integer(depth - 1)})"
        return "(" + ", ".join(self.value(p, depth - 1, mode, due=due) for p in PARTS[t]) + ")"

    def listing(self, t: str, depth: int, mode: Mode, *, due: bool) -> str:
        """Write a list; `inner` is what the lists that its elements are copied from may hold."""
        r = self.rng
        found = self.names(t, mode)
        if found and (depth <= 0 or r.random() < 0.35):
            return r.choice(found)
        if due and r.random() < 0.1:
            return "[]"
        if depth <= 0:
            return f"[{self.value(ELEMENT[t], 0, mode, due=due)}]"
        d = depth - 1
        inner: Mode = mode if ELEMENT[t] in HOLDS_LIST else "any"
        match r.randrange(14):
            case 0 | 1:
                items = [self.value(ELEMENT[t], d, mode, due=due or i > 0) for i in range(r.choice((1, 1, 2, 3)))]
                return ", ".join(items).join("[]")
            case 2 | 3 | 4:
                return self.sliced(t, d, inner)
            case 5:
                return f"({self.value(t, d, inner)} + {self.value(t, d, inner, due=True)})"
            case 6 if ELEMENT[t] not in HOLDS_LIST:
                parts = [self.value(t, d), self.small(d)]
                return " * ".join(parts if r.random() < 0.6 else parts[::-1]).join("()")
            case 7 if t == "list[int]":
                return f"list({self.span(d)})"
            case 8 if "list[" + t + "]" in ELEMENT:
                return f"{self.subscripted('list[' + t + ']', d, mode)}[{self.index(d)}]"
            case 9:
                return self.choice(t, depth, mode)
            case _:
                return " ".join(self.each(t, d, mode)).join("[]")

    def sliced(self, t: str, d: int, inner: Mode) -> str:
        r = self.rng
        operand = self.subscripted(t, d, inner)
        match r.randrange(9):
            case 0:
                return f"{operand}[::-1]"
            case 1:
                return f"{operand}.copy()" if r.random() < 0.5 else f"list({operand})"
            case 2:
                return f"list(reversed({operand}))"
            case 3:
                return f"{operand}[:]"
            case n:
                low, high = (self.index(d) if r.random() < 0.7 else "" for _ in range(2))
                return f"{operand}[{low}:{high}]" if n < 8 else f"{operand}[{self.integer(d)}:]"

    def span(self, depth: int) -> str:
        """Write a range of one to three arguments, mostly a short one."""
        r = self.rng
        some = r.choice((1, 1, 1, 2, 2, 3))
        bounds = [self.small(depth) for _ in range(some)]
        if some == 3:
            bounds[2] = r.choice(("1", "-1", "2", "-2", "-3", self.integer(depth)))
            if r.random() < 0.5:
                bounds[0] = str(r.randrange(3, 9))
            if bounds[2] == "0":
                bounds[2] = "1"
        return f"range({', '.join(bounds)})"

    def each(self, t: str, depth: int, mode: Mode = "any", *, hiding: bool = True) -> tuple[str, str]:
        """Write the element and the rest of a comprehension that makes a list of a type."""
        r = self.rng
        mine = self.rng.choice(("range", "range", t, "list[int]", *ELEMENT)) if self.profile.sequences else "range"
        source_mode: Mode = mode if mine in ELEMENT and ELEMENT[mine] in HOLDS_LIST else "any"
        source = self.span(depth) if mine == "range" else self.subscripted(mine, depth - 1, source_mode)
        if mine != "range" and r.random() < 0.1:
            source = f"reversed({source})"
        element = "int" if mine == "range" else ELEMENT[mine]
        return self.bound(element, source, lambda: self.value(ELEMENT[t], depth, mode), hiding=hiding)

    def bound(self, element: str, source: str, make: Callable[[], str], *, hiding: bool) -> tuple[str, str]:
        """Write the element and the `for` of a comprehension; where it is `hiding`, its name may be one that has a value."""
        r = self.rng
        before = self.scope
        free = [n for n in before if n not in self.owned]
        pool = [r.choice(free)] if free and r.random() < 0.15 else list(BINDERS)
        if not hiding:
            pool = [self.unused()]
        if hiding and element in PARTS and r.random() < 0.5:
            r.shuffle(pool)
            pool = [*pool, *BINDERS]
            chosen = list(dict.fromkeys(pool))[: len(PARTS[element])]
            self.scope = {**before, **dict(zip(chosen, PARTS[element], strict=True))}
        else:
            chosen = [r.choice(pool)]
            self.scope = {**before, chosen[0]: element}
        tests = "".join(f" if {self.test(1)}" for _ in range(r.choice((0, 0, 0, 1, 1, 2))))
        out = make(), f"for {', '.join(chosen)} in {source}{tests}"
        self.scope = before
        return out

    def fold(self, op: str, depth: int) -> str:
        """Write a builtin over a list, a range or a generator."""
        r = self.rng
        t = "list[bool]" if op in ("all", "any") else "list[int]"
        x = r.random()
        if x < 0.25 and t == "list[bool]" and self.profile.sequences:
            return f"{op}({self.deciding(depth)})"
        if x < 0.3:
            return f"{op}({self.subscripted(t, depth)})"
        if x < 0.4 and t == "list[int]":
            return f"{op}({self.span(depth)})"
        if x < 0.5 and op in ("sum", "all", "any"):
            outer = self.rng.choice(("list[int]", "list[list[int]]"))
            source = self.subscripted(outer, depth - 1)
            return f"{op}({self.twice(t, ELEMENT[outer], source, depth)})"
        return f"{op}({' '.join(self.each(t, depth))})"

    def deciding(self, depth: int) -> str:
        """Write a generator of bools of which later elements often raise."""
        r = self.rng
        source = self.subscripted("list[int]", depth - 1)
        relation, other, new = r.choice(RELATIONS), self.integer(depth - 1), self.unused()
        if r.random() < 0.5:
            return f"{source}[{new}] {relation} {other} for {new} in range({r.randrange(2, 6)})"
        return f"{self.integer(0)} // {new} {relation} {other} for {new} in {source}"

    def unused(self) -> str:
        """Return a name for a comprehension that nothing in scope has."""
        return next(n for n in (*BINDERS, *(f"e{i}" for i in range(len(self.scope) + 1))) if n not in self.scope)

    def twice(self, t: str, element: str, source: str, depth: int) -> str:
        """Write a generator of two `for`; all its names are its own, so that the second `for` may not hide one that it reads."""
        before, one = self.scope, self.unused()
        self.scope = {**before, one: element}
        made, rest = self.each(t, depth - 1, hiding=False)
        self.scope = before
        return f"{made} for {one} in {source} {rest}"
