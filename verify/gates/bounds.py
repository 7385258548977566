"""Refuses only: a precondition -> what it says of the ints in the arguments, so that inputs can be found that meet it.

Only conjuncts are read, and only where they compare sums of ints; `all` over a list speaks of its elements. What is not read
costs time and nothing else, since each input is judged by the precondition itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from verify import ir
from verify.ir import Expr, Name
from verify.types import ListOf, TupleOf

LEN: Final = "#len"
EACH: Final = "#each"
SHIFTED: Final = "#at "
"""while a condition is read: begins the step to the element at `i + k` of a bound index, which goes on with `k i`"""
Place: TypeAlias = tuple[Name | int, ...]
"""where an int stands: a parameter, then components and elements by number; EACH is every element of a list, LEN its length"""
Linear: TypeAlias = tuple[dict[Place, int], int]
"""a sum: how often each place is added, and a constant"""


@dataclass(frozen=True, slots=True)
class Link:
    """Says that low + distance <= high; places with a common start are taken of the same element."""

    low: Place
    high: Place
    distance: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """Says of a list that xs[i] + distance <= xs[i + step], of the component `tail` of the elements."""

    place: Place
    step: int
    distance: int
    tail: Place = ()

    @property
    def opposite(self) -> "Order":
        """The order that, with this one, makes it an equality."""
        return Order(self.place, -self.step, -self.distance, self.tail)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of the ints in the arguments; a place that `low` or `high` lacks has no such bound."""

    low: dict[Place, int] = field(default_factory=dict)
    high: dict[Place, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    remainders: list[tuple[Place, int, int]] = field(default_factory=list)
    """`(a, m, r)` says a % m == r, with m > 0"""
    orders: list[Order] = field(default_factory=list)
    distinct: list[Place] = field(default_factory=list)
    """lists whose elements differ from each other"""
    members: list[tuple[Place | int, Place]] = field(default_factory=list)
    """`(item, xs)` says that the item is an element of the list"""
    unsure: set[Place] = field(default_factory=set)
    """places with a bound that does not hold of all that it names, and is likely all the same"""

    def raise_low(self, place: Place, value: int, *, sure: bool = True) -> None:
        """Take in that a place is at least `value`."""
        if place not in self.low or value > self.low[place]:
            self.low[place] = value
            self.unsure.update(() if sure else (place,))

    def lower_high(self, place: Place, value: int, *, sure: bool = True) -> None:
        """Take in that a place is at most `value`."""
        if place not in self.high or value < self.high[place]:
            self.high[place] = value
            self.unsure.update(() if sure else (place,))

    def spread(self) -> None:
        """Take in what bounds of one place say of another by way of links."""
        for _ in {p for link in self.links for p in (link.low, link.high)}:
            for link in self.links:
                a, b, d = link.low, link.high, link.distance
                if a in self.low and _covers(b, a):
                    self.raise_low(b, self.low[a] + d, sure=link.sure and a not in self.unsure)
                if b in self.high and _covers(a, b):
                    self.lower_high(a, self.high[b] - d, sure=link.sure and b not in self.unsure)


def _covers(to: Place, of: Place) -> bool:
    """Say whether, wherever there is something at one place, there is something at the other: an `all` may be over nothing."""
    last = max((i + 1 for i, step in enumerate(of) if step == EACH), default=0)
    return to[:last] == of[:last]


def conjuncts(e: Expr) -> Iterator[Expr]:
    """Yield the conditions that all hold where `e` does."""
    if isinstance(e, ir.Logic) and e.op == "and":
        for operand in e.operands:
            yield from conjuncts(operand)
    else:
        yield e


def bounds_of(require: Expr, parameters: Sequence[ir.Var]) -> Bounds:
    """Read bounds off the conjuncts of a precondition."""
    reader = _Reader(frozenset(p.name for p in parameters), Bounds())
    reader.read(require, _Scope())
    for _ in range(2):  # what is not its own bound has the next one, and that may be excluded too
        for place, value in reader.excluded:
            if reader.found.low.get(place, 0 if place[-1] == LEN else None) == value:
                reader.found.raise_low(place, value + 1)
            if reader.found.high.get(place) == value:
                reader.found.lower_high(place, value - 1)
    reader.found.spread()
    return reader.found


@dataclass(frozen=True, slots=True)
class _Index:
    """A variable over a range: the list whose indices it goes over, and whether it comes before or after another such."""

    of: Place | None
    before: frozenset[Name]
    after: frozenset[Name]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What bound variables stand for."""

    places: Mapping[Name, Place] = field(default_factory=dict)
    indices: Mapping[Name, _Index] = field(default_factory=dict)
    over: tuple[Place | None, ...] = ()
    """the elements that each quantifier goes over; None where it may leave some out"""


@dataclass(slots=True)
class _Reader:
    """Reads conditions into `found`."""

    parameters: frozenset[Name]
    found: Bounds
    excluded: list[tuple[Place, int]] = field(default_factory=list)

    def read(self, e: Expr, scope: _Scope) -> None:
        """Take in a condition that must hold."""
        match e:
            case ir.Logic("and", operands):
                for operand in operands:
                    self.read(operand, scope)
            case ir.Compare(operands, relations):
                for left, relation, right in zip(operands, relations, operands[1:], strict=False):
                    self.comparison(left, relation, right, scope)
            case ir.Fold("all", ir.Each(element, variable, source, test)):
                self.read(element, self.inner(variable.name, source, scope, whole=test is None))
            case ir.Unary("truth", operand) if operand.type == "int":
                self.comparison(operand, "ne", ir.Const(0), scope)
            case ir.Unary("truth", operand):
                self.comparison(ir.Length(operand), "ge", ir.Const(1), scope)
            case ir.Member(item, operand):
                place, of = self.place(item, scope), self.place(operand, scope)
                if of is not None and isinstance(item, ir.Const):
                    self.found.members.append((item.value, _plain(of)))
                elif of is not None and place is not None:
                    self.found.members.append((_plain(place), _plain(of)))

    def inner(self, name: Name, source: Expr, scope: _Scope, *, whole: bool) -> _Scope:
        """Return the scope within an `all` over a source."""
        if not isinstance(source, ir.Span):
            of = self.place(source.operand if isinstance(source, ir.Reverse) else source, scope)
            if of is None:
                return replace(scope, over=(*scope.over, None))
            each = (*of, EACH)
            return replace(scope, places={**scope.places, name: each}, over=(*scope.over, _plain(each) if whole else None))
        before, after = (ir.variables(b) & scope.indices.keys() for b in (source.stop, source.start))
        exact = source.stop if (source.start, source.step) == (ir.Const(0), ir.Const(1)) else None
        of = self.place(exact.operand, scope) if isinstance(exact, ir.Length) else None
        index = _Index(of, frozenset(before), frozenset(after))
        over = (*_plain(of), EACH) if of is not None and whole else None
        return replace(scope, indices={**scope.indices, name: index}, over=(*scope.over, over))

    def place(self, e: Expr, scope: _Scope) -> Place | None:
        """Return the place that an expression names; None where it names none."""
        step: Name | int
        match e:
            case ir.Var(name):
                return scope.places.get(name) or ((name,) if name in self.parameters else None)
            case ir.Part(operand, k) | ir.Item(operand, ir.Const(k)):
                step = int(k)
            case ir.Item(operand, index) if (shifted := _shifted(index, scope)) is not None:
                step = f"{SHIFTED}{shifted[1]} {shifted[0]}"
            case ir.Length(operand):
                step = LEN
            case _:
                return None
        start = self.place(operand, scope)
        return None if start is None else (*start, step)

    def comparison(self, left: Expr, relation: ir.Relation, right: Expr, scope: _Scope) -> None:
        """Take in one link of a chain."""
        match (left, right) if isinstance(left, ir.Fold) else (right, left):
            case ir.Fold("sorted", one), other if relation == "eq" and one == other and (of := self.place(one, scope)):
                self.found.orders.append(Order(_plain(of), 1, 0))
                return
        if relation == "ne":
            self.different(left, right, scope)
        if relation == "ne" or left.type != "int":
            return
        match left, relation, right:
            case ir.Binary("mod", operand, ir.Const(m)), "eq", ir.Const(r) if m > 0 and (of := self.place(operand, scope)):
                self.found.remainders.append((_plain(of), int(m), int(r)))
        for least, most, distance in _at_most(left, relation, right):
            for low in self.terms(least, "max", scope):
                for high in self.terms(most, "min", scope):
                    self.learn(low, high, distance, scope)

    def different(self, left: Expr, right: Expr, scope: _Scope) -> None:
        """Take in that two things differ: an int and a literal, or two elements of a list."""
        one, other = self.place(left, scope), self.place(right, scope)
        if one and isinstance(right, ir.Const) and self.sure(one, scope):
            self.excluded.append((_plain(one), int(right.value)))
        apart = _apart(one, other) if one and other else None
        if apart and not apart[3]:
            self.found.distinct.append(apart[0])

    def order(self, low: Place, high: Place, distance: int, scope: _Scope) -> bool:
        """Take in that low + distance <= high, where those are two elements of one list; say whether they are."""
        apart = _apart(low, high)
        if apart is None:
            return False
        of, (i, shift), (j, other), tail = apart
        step = other - shift
        if i != j:
            one, two = scope.indices[i], scope.indices[j]
            step = 1 if j in one.before or i in two.after else -1 if j in one.after or i in two.before else 0
        if step:
            self.found.orders.append(Order(of, step, distance, tail))
        return True

    def terms(self, e: Expr, op: str, scope: _Scope) -> list[Linear]:
        """Read one side of `low + d <= high` as sums that all stand there: `max` below and `min` above are each of theirs."""
        match e:
            case ir.Fold(own, operand) if own == op and (of := self.place(operand, scope)) is not None:
                return [({(*of, EACH): 1}, 0)]
            case ir.Extremum(own, operands) if own == op:
                return [t for o in operands for t in self.terms(o, op, scope)]
        read = self.linear(e, scope)
        return [] if read is None else [read]

    def linear(self, e: Expr, scope: _Scope) -> Linear | None:
        """Read a sum of places and literals."""
        match e:
            case ir.Const(value):
                return {}, int(value)
            case ir.Unary("neg", operand):
                return _combined(({}, 0), self.linear(operand, scope), -1)
            case ir.Binary("add" | "sub" as op, left, right):
                return _combined(self.linear(left, scope), self.linear(right, scope), 1 if op == "add" else -1)
            case ir.Binary("mul", ir.Const(k), operand) | ir.Binary("mul", operand, ir.Const(k)):
                return _combined(({}, 0), self.linear(operand, scope), int(k))
        place = self.place(e, scope)
        return None if place is None else ({place: 1}, 0)

    def learn(self, low: Linear, high: Linear, distance: int, scope: _Scope) -> None:
        """Take in that low + distance <= high."""
        whole = _combined(high, low, -1)
        if whole is None:
            return
        parts, constant = whole
        constant -= distance
        sure = all(self.sure(p, scope) for p in parts)
        match sorted(parts.items(), key=lambda item: -item[1]):
            case [(place, k)] if k > 0:
                self.found.raise_low(_plain(place), -(constant // k), sure=sure)
            case [(place, k)] if k < 0:
                self.found.lower_high(_plain(place), constant // -k, sure=sure)
            case [(above, 1), (below, -1)] if not self.order(below, above, -constant, scope):
                self.found.links.append(Link(_plain(below), _plain(above), -constant, sure))

    def sure(self, place: Place, scope: _Scope) -> bool:
        """Say whether what is said of a place under quantifiers is said of all that it names, and only where there is any."""
        for at, step in enumerate(place):
            if isinstance(step, str) and step.startswith(SHIFTED) and scope.indices[step.split()[-1]].of != place[:at]:
                return False
        return all(over is not None and _plain(place)[: len(over)] == over for over in scope.over)


def _shifted(e: Expr, scope: _Scope) -> tuple[Name, int] | None:
    """Read `i`, `i + k` or `i - k` of a bound index."""
    match e:
        case ir.Var(name) if name in scope.indices:
            return name, 0
        case ir.Binary("add", ir.Var(name), ir.Const(k)) | ir.Binary("add", ir.Const(k), ir.Var(name)) if name in scope.indices:
            return name, int(k)
        case ir.Binary("sub", ir.Var(name), ir.Const(k)) if name in scope.indices:
            return name, -int(k)
    return None


def _plain(place: Place) -> Place:
    """Return a place with EACH for elements at bound indices."""
    return tuple(EACH if isinstance(step, str) and step.startswith(SHIFTED) else step for step in place)


def _apart(one: Place, other: Place) -> tuple[Place, tuple[Name, int], tuple[Name, int], Place] | None:
    """Read two places that are one but for a bound index: the list, both indices, and what follows them."""
    odd = [i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) != len(other) or len(odd) != 1:
        return None
    steps = [str(p[odd[0]]).removeprefix(SHIFTED).split() for p in (one, other)]
    if not all(str(p[odd[0]]).startswith(SHIFTED) for p in (one, other)):
        return None
    (k, i), (m, j) = steps
    return _plain(one[: odd[0]]), (i, int(k)), (j, int(m)), one[odd[0] + 1 :]


def _combined(one: Linear | None, other: Linear | None, factor: int) -> Linear | None:
    """Return one + factor * other, without places that cancel out."""
    if one is None or other is None:
        return None
    places = [*one[0], *(p for p in other[0] if p not in one[0])]
    sums = {p: one[0].get(p, 0) + factor * other[0].get(p, 0) for p in places}
    return {p: k for p, k in sums.items() if k}, one[1] + factor * other[1]


def _flips(relation: ir.Relation) -> list[tuple[bool, int]]:
    """Return a comparison as statements `a + d <= b`, each with whether a and b change sides."""
    found: dict[str, list[tuple[bool, int]]] = {
        "lt": [(False, 1)], "le": [(False, 0)], "gt": [(True, 1)], "ge": [(True, 0)], "eq": [(False, 0), (True, 0)],
    }  # fmt: skip
    return found.get(relation, [])


def _at_most(left: Expr, relation: ir.Relation, right: Expr) -> list[tuple[Expr, Expr, int]]:
    """Return a comparison as statements `a + d <= b`."""
    return [(right, left, d) if flipped else (left, right, d) for flipped, d in _flips(relation)]


def place_type(parameters: Sequence[ir.Var], place: Place) -> ir.Type:
    """Return the type of what stands at a place."""
    t: ir.Type = next(p.type for p in parameters if p.name == place[0])
    for step in place[1:]:
        match t:
            case ListOf(element):
                t = "int" if step == LEN else element
            case TupleOf(parts) if isinstance(step, int):
                t = parts[step]
            case _:
                raise TypeError(f"{place} is no place")
    return t
