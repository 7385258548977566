"""What one recursive function is like, for whoever guesses lemmas about it: its values at sample points, and where its loop runs.

Terms over the parameters are run once, however many guesses need them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from loop.evaluate import Evaluate, Point, Query, Value
from loop.lean_defs import Definition, Parameter, arguments, atom, bare, split_top, tokens
from loop.lean_forms import Column, reach, sample

NUMBERS: Final = ("Nat", "Int")
SEED: Final = 7
MOST_RESIDUES: Final = 4
"""remainders that a proof takes one at a time"""
_RELATION: Final = {"<": (False, False), "≤": (False, True), ">": (True, False), "≥": (True, True)}
"""by relation: whether the larger side stands left, and whether the sides may be equal"""


@dataclass(frozen=True, slots=True)
class Conjecture:
    """A theorem that may hold: `theorem NAME STATEMENT := by SCRIPT`, with the scripts to try first."""

    name: str
    statement: str
    scripts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A conjecture that has not been run yet as it will be printed."""

    label: str
    variables: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]
    claim: str
    scripts: tuple[str, ...]
    start: tuple[str, ...] = ()
    """arguments at which it says what the theorem says, where it is the theorem about any starting values"""

    @property
    def statement(self) -> str:
        """The head of the theorem."""
        binders = [f"({n} : {t})" for n, t in self.variables] + [f"(h{i} : {c})" for i, c in enumerate(self.conditions, 1)]
        return f"{' '.join(binders)} : {self.claim}"

    @property
    def test(self) -> str:
        """The statement as a number: 0 where it fails, 1 where it holds, 2 where its conditions do not."""
        held = " ∧ ".join(f"({c})" for c in self.conditions) or "True"
        return f"((if {held} then (if {self.claim} then 1 else 0) else 2 : Nat))"


@dataclass(frozen=True, slots=True)
class Region:
    """Where a guess is made: conditions as text, and the sample points that meet them."""

    conditions: tuple[str, ...]
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trip:
    """A loop that goes on while `small < big` (or `small ≤ big`), in equal strides."""

    small: str
    big: str
    equal: bool
    stride: int

    @property
    def entered(self) -> str:
        """The condition under which `turns` counts the turns: the loop has not run past its end."""
        if self.stride == 1 and not self.equal:
            return f"{self.small} ≤ {self.big}"
        return f"{self.small} {'≤' if self.equal else '<'} {self.big} + {self.stride}"

    @property
    def turns(self) -> str:
        """The number of turns left, an integer."""
        extra = self.stride if self.equal else self.stride - 1
        distance = self.big if self.small == "0" else f"{self.big} - {atom(self.small)}"
        distance += f" + {extra}" if extra else ""
        return distance if self.stride == 1 else f"({distance}) / {self.stride}"


@dataclass(slots=True)
class Study:
    """A function among others, with the points at which terms over its parameters are run."""

    definition: Definition
    others: tuple[Definition, ...]
    """the other functions that the statement leads to, callees first"""
    initial: dict[str, dict[str, str]]
    """by function and parameter: the text that the statement gives for it"""
    facts: tuple[str, ...]
    """hypotheses of the statement, put in terms of the parameters"""
    evaluate: Evaluate
    points: tuple[Point, ...] = field(init=False)
    _values: dict[str, list[Value] | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Draw the points."""
        self.points = tuple(sample(self.variables, SEED, largest=reach([self.definition, *self.others])) or ())

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """The parameters with their types."""
        return tuple((p.name, p.type) for p in self.definition.parameters)

    @property
    def call(self) -> str:
        """The function on its parameters."""
        return self.applied({})

    def applied(self, changed: dict[str, str]) -> str:
        """Return the function on its parameters, some of them replaced by other terms."""
        names = [atom(changed.get(p.name, p.name)) for p in self.definition.parameters]
        return " ".join([self.definition.name, *names])

    @property
    def accumulators(self) -> tuple[Parameter, ...]:
        """The parameters that only gather."""
        return self.definition.role("accumulator")

    @property
    def drivers(self) -> tuple[Parameter, ...]:
        """The parameters that are no accumulators."""
        return self.definition.role("fixed", "structural", "counter")

    @property
    def structural(self) -> Parameter | None:
        """The first parameter that patterns take apart."""
        return next(iter(self.definition.role("structural")), None)

    # -- values ---------------------------------------------------------------------------------------------------------------

    def run(self, terms: Sequence[str]) -> list[list[Value] | None]:
        """Return the values of terms over the parameters, None for those that have none."""
        due = [t for t in dict.fromkeys(terms) if t not in self._values] if self.points else []
        if due:
            found = self.evaluate([Query(self.variables, t, self.points) for t in due])
            self._values.update(zip(due, found, strict=True))
        return [self._values.get(t) for t in terms]

    def columns(self, named: Sequence[tuple[str, str]]) -> list[Column]:
        """Return the columns of numeric terms given as (text in an equation, term to run); those without values are left out."""
        found = self.run([term for _, term in named])
        return [
            Column(text, tuple(int(v) for v in values))  # type: ignore[arg-type]  # numbers, as the caller knows
            for (text, _), values in zip(named, found, strict=True)
            if values is not None and all(isinstance(v, int) for v in values)
        ]

    def numeric(self, p: Parameter, *, natural: bool) -> list[Column]:
        """Return the columns of a parameter itself: a number, or the length and the sum of a list."""
        i = self.definition.parameters.index(p)
        kind = bare(p.type)
        if kind in NUMBERS:
            text = f"({p.name} : Int)" if kind == "Nat" and not natural else p.name
            return [Column(text, tuple(int(point[i]) for point in self.points))]  # type: ignore[arg-type]  # a number
        if not kind.startswith("List "):
            return []
        lists = [v for point in self.points if isinstance(v := point[i], list)]
        pairs = [(f"{p.name}.length", [len(v) for v in lists])]
        if kind in ("List Nat", "List Int"):
            pairs.append((f"{p.name}.sum", [sum(v) for v in lists]))  # type: ignore[arg-type]  # numbers
        return [Column(t if natural else f"({t} : Int)", tuple(v)) for t, v in pairs]

    def natural(self, kind: str) -> bool:
        """Return whether an equation for a value of this type can be one among naturals."""
        return kind == "Nat" and not any("Int" in p.type for p in self.definition.parameters)

    # -- where it runs --------------------------------------------------------------------------------------------------------

    def trip(self) -> Trip | None:
        """Return how the loop counts, where one test compares numbers that come nearer in equal strides."""
        steps = {p.name: p.step for p in self.definition.parameters}
        for test in self._going():
            found = _compared(test)
            if found is None:
                continue
            big, small, equal = found
            moves = [(w, sign) for side, sign in ((big, -1), (small, 1)) for w in (t.text for t in tokens(side)) if w in steps]
            if any(steps[w] is None for w, _ in moves) or any(re.search(r"[*/%^]", side) for side in (big, small)):
                continue
            stride = sum(sign * (steps[w] or 0) for w, sign in moves)
            if stride >= 1:
                return Trip(small, big, equal, stride)
        return None

    def regions(self) -> list[Region]:
        """Return where to look for closed forms: everywhere, and then where the loop has not run past its end."""
        everywhere = tuple(range(len(self.points)))
        if self.definition.by_patterns:
            return [Region((), everywhere)]
        trip = self.trip()
        entered = (trip.entered,) if trip else ()
        steady = [t for t in self._going() if self._is_fixed(t)]
        signs = [f"0 ≤ {p.name}" for p in self.definition.role("fixed") if bare(p.type) == "Int"]
        tries: list[tuple[str, ...]] = [(), entered, (*steady, *entered), (*self.facts, *entered), (*signs, *entered)]
        out = []
        for conditions in dict.fromkeys(tuple(dict.fromkeys(c)) for c in tries):
            values = self.run([f"((if {c} then 1 else 0 : Nat))" for c in conditions])
            if all(v is not None for v in values):
                chosen = tuple(i for i in everywhere if all(v[i] == 1 for v in values if v is not None))
                out.append(Region(conditions, chosen))
        return out

    def _going(self) -> list[str]:
        """Return the parts of the tests that every recursive call has passed."""
        cases = [c for c in self.definition.cases if c.calls]
        parts = [[bare(q) for t in c.tests if not t.startswith("¬") for q in split_top(bare(t), "∧")] for c in cases]
        return [t for t in (parts[0] if parts else []) if all(t in other for other in parts)]

    def _is_fixed(self, test: str) -> bool:
        names = {p.name for p in self.definition.parameters}
        return {t.text for t in tokens(test)} & names <= {p.name for p in self.definition.role("fixed")}

    # -- scripts --------------------------------------------------------------------------------------------------------------

    def scripts(self, lemmas: Sequence[str] = (), conditions: Sequence[str] = ()) -> tuple[str, ...]:
        """Return proof scripts by induction along the function's own recursion, cheapest first.

        `lemmas` are of Lean's library; `conditions` are those under which the claim is made.
        """
        names = [d.name for d in (*self.others, self.definition)]
        start = f"fun_induction {self.call}"
        known = f"grind [{', '.join([*names, *lemmas])}]"
        tries = [f"{start} <;> {known}", f"{start} <;> simp_all [{', '.join(names)}] <;> grind"]
        if not self.definition.by_patterns:
            # what unfolds for ever drowns the rest
            plain = f"grind [{', '.join(lemmas)}]" if lemmas else "grind"
            tries.insert(0, f"{start} <;> {plain}")
            tries = [*self._by_quotient(), *self._past_end(conditions), *tries]
        elif self.structural:
            tries.append(f"{self.induction()} <;> {known}")
        return tuple(tries)

    def carried(self, conditions: Sequence[str]) -> list[str]:
        """Return the conditions that an induction hypothesis has: those that speak of what changes."""
        moving = {p.name for p in self.definition.parameters if p.role != "fixed"}
        return [c for c in conditions if {t.text for t in tokens(c)} & moving]

    def _past_end(self, conditions: Sequence[str]) -> Iterator[str]:
        """Yield a proof for a loop whose test is `≤`: at its end the counter is one past it, and is put in as that."""
        trip = self.trip()
        if trip is None or trip.stride != 1 or not trip.equal:
            return
        if re.fullmatch(r"[A-Za-z_]\w*", trip.small):
            end = f"{trip.small} = {trip.big} + 1"
        elif re.fullmatch(r"[A-Za-z_]\w*", trip.big):
            end = f"{trip.big} = {trip.small} - 1"
        else:
            return
        moving = " ".join(p.name for p in self.definition.parameters if p.role != "fixed")
        lines = [f"fun_induction {self.call}"]
        goals = "".join([" (by omega)"] * len(self.carried(conditions)))
        for case in self.definition.cases:
            hidden = " ".join(["_"] * len(case.tests))
            last = f"(rename_i {moving} {hidden}; have e : {end} := (by omega); subst e; grind)"
            turn = f"(rename_i ih; have step := ih{goals}; grind)"
            lines.append(f"  · first | {turn} | grind" if case.calls else f"  · first | {last} | grind")
        yield "\n".join(lines)

    def _by_quotient(self) -> Iterator[str]:
        """Yield a proof for a counter that is divided each turn: it is put in terms of its quotient, one remainder at a time."""
        d = self.definition
        arguments_ = [(p.name, call[i]) for i, p in enumerate(d.parameters) for c in d.cases for call in c.calls]
        divided = [(n, m) for n, a in arguments_ if (m := re.fullmatch(rf"{re.escape(n)} / (\d+)", a))]
        found = {(n, int(m[1])) for n, m in divided}
        if len(found) != 1:
            return
        name, k = found.pop()
        if not 1 < k <= MOST_RESIDUES:
            return
        moving = " ".join(p.name for p in d.parameters if p.role != "fixed")
        lines = [f"fun_induction {self.call}"]
        for case in d.cases:
            if not case.calls:
                lines.append("  · grind")
                continue
            hidden = " ".join(["_"] * len(case.tests) + [f"ih{i}" for i in range(len(case.calls))])
            which = " ∨ ".join(f"{name} % {k} = {r}" for r in range(k))
            lines += [
                f"  · rename_i {moving} {hidden}",
                f"    rcases (by omega : {which}) with {' | '.join(['r'] * k)} <;> (",
                f"      have e : {name} = {k} * ({name} / {k}) + {name} % {k} := by omega",
                "      rw [r] at e",
                f"      generalize {name} / {k} = q at *",
                "      subst e",
                "      grind)",
            ]
        yield "\n".join(lines)

    def induction(self) -> str:
        """Return an induction over the structural parameter, the accumulators left open."""
        main = self.structural.name if self.structural else self.definition.parameters[0].name
        moving = [p.name for p in self.definition.parameters if p.role != "fixed" and p.name != main]
        return f"induction {main}" + (f" generalizing {' '.join(moving)}" if moving else "")

    def others_at(self, parameter: Parameter, shift: int = 0) -> list[tuple[str, str]]:
        """Return calls of the other functions on a parameter of this one, with their result types.

        A fixed parameter of theirs gets the one of this function that is called alike, or else of the same type; an accumulator
        gets what the statement gives it.
        """
        out = []
        argument = f"{parameter.name} + {shift}" if shift else parameter.name
        for g in self.others:
            given = _matched(g, parameter, argument, self)
            if given is not None:
                out.append((" ".join([g.name, *map(atom, given)]), bare(g.result)))
        return out


def _matched(g: Definition, parameter: Parameter, argument: str, own: Study) -> list[str] | None:
    given = []
    mains = [p for p in g.parameters if p.role in ("structural", "counter")] or list(g.parameters[:1])
    if len(mains) != 1:
        return None
    for p in g.parameters:
        if p == mains[0]:
            if bare(p.type) != bare(parameter.type):
                return None
            given.append(argument)
        elif p.role == "fixed":
            fixed = [q.name for q in own.definition.parameters if bare(q.type) == bare(p.type) and q.name != parameter.name]
            if not fixed:
                return None
            given.append(p.name if p.name in fixed else fixed[0])
        else:
            start = own.initial.get(g.name, {}).get(p.name, "")
            if not own.accumulators:
                return None  # what gathers nothing does not become plainer by what does
            if not re.fullmatch(r"\d+|\[\]|true|false", start):
                return None
            given.append(start)
    return given


def _compared(test: str) -> tuple[str, str, bool] | None:
    for sign, (left, equal) in _RELATION.items():
        parts = split_top(test, sign)
        if len(parts) == 2:  # noqa: PLR2004 - two sides
            big, small = parts if left else parts[::-1]
            return big, small, equal
    return None


def calls_in(text: str, definition: Definition) -> list[tuple[str, ...]]:
    """Return the arguments of each call of a function in a text."""
    return [args for args, _, _ in arguments(text, definition.name, len(definition.parameters)) or []]
