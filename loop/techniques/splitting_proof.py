"""The proof that two loops leave what one leaves that asks in each turn whether its counter has come to a point.

From the point on the second loop goes in step with it, which is one induction; up to the point the first one does, which is
another, at whose end the other one is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Final

from loop.techniques.claim_facts import Noted, Step, facts, noted
from loop.techniques.step_writer import PROOF, Pair, Writer, again
from loop.techniques.study import Study
from loop.techniques.written import shadow
from verify import ir
from verify.ir import Expr, Name, Program
from verify.lean_expr import condition, lean_type, value
from verify.shape import Shape, slot

LEMMAS: Final = """theorem late $late_binders$late_whole$late_inside$late_stops (p : $late_begun) :
    $late_outputs
    (($second).ticks : Int) + $saved * $late_distance ≤ ($late_old).ticks ∧ ($second).ticks ≤ ($late_old).ticks := by
  fun_induction $late_old$late_general <;> expose_names <;> first
    | ($late_again
       rw [New.shadow$late, if_pos (by first | omega | grind)]
       dsimp only
       grind)
    | (rw [New.shadow$late] <;> grind)

theorem split $split_binders$whole_inside$early_inside$following_inside$stops
    (a : $end_to_bound) (b : $end_to_stop) (c : $end = $bound ∨ $end = $stop)$from :
    $split_outputs
    (($following).ticks : Int) + ($first).ticks + $saved * $distance ≤ ($old).ticks + $asked ∧
    (($following).ticks : Int) + ($first).ticks ≤ ($old).ticks + $asked := by
  fun_induction $first$split_general <;> expose_names <;> first
    | ($again
       rw [Old.shadow$number, if_pos (by first | omega | grind)]
       dsimp only
       grind)
    | (by_cases p : $begun
       · $same
         have l := late $late_arguments$late_facts
         grind
       · rw [Old.shadow$number, if_neg (by first | omega | grind), New.shadow$late, if_neg (by first | omega | grind)]
         dsimp only
         grind)
    | (rw [Old.shadow$number] <;> grind)
"""
FROM: Final = " (d : $at_to_bound ∧ q = $bound ∨ $begun ∧ q = $at)"
"""where the second loop begins, if that is no matter of where the first one ends"""


@dataclass(frozen=True, slots=True)
class Halves:
    """A loop that is split: where, and what its turns save at least."""

    loop: ir.For | ir.While
    way: int
    """1 where it counts up, -1 where it counts down"""
    counter: Name
    bound: Expr
    """the value of the counter for which the second loop makes the first turn"""
    stop: Expr
    end: Expr
    """where the first loop stops"""
    saved: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A variable of a lemma: of which argument of a shadow it is the value."""

    name: Name
    type: str
    place: tuple[str, int, int]


def to_lemmas(study: Study, new: Program, halves: Halves, numbers: list[int]) -> str | None:
    """Return the proof, None where no claim can be made. `numbers` says whose turns each new loop makes. Raises Refusal."""
    old_side, new_side = noted(study, study.head, "Old"), noted(study, new, "New")
    number = halves.loop.index
    if not isinstance(old_side.shapes[number].test_cost, ir.Const):
        return None
    early, late = (k for k, old in enumerate(numbers, 1) if old == number)
    made: list[Step] = []
    others = [Pair(k, (old,)) for k, old in enumerate(numbers, 1) if old != number]
    for pair in sorted(others, key=lambda p: -p.new):
        made += Writer(study, (old_side, new_side), pair).steps(made)
    written = _Writer(halves, (old_side, new_side), (early, late))
    text, step = written.written()
    inner = [s.text for s in made]
    proved = list(facts(study, new, (old_side, new_side), [*made, step]))
    return "\n\n".join([*inner, text, *proved]) + "\n" if proved else None


class _Writer:
    """Writes the lemmas about the loop that is split and its halves.

    In the lemma `late` variables are called as the old version does, in the lemma `split` as the first half does: an induction
    over a loop gives its variables these names.
    """

    def __init__(self, halves: Halves, sides: tuple[Noted, Noted], made: tuple[int, int]) -> None:
        self.halves = halves
        self.old, self.new = old, new = sides
        self.whole = old.shapes[halves.loop.index]
        self.early, self.late = (new.shapes[k] for k in made)
        self.ranged = isinstance(halves.loop, ir.For)
        self.wanted = old.wanted(self.whole.index) & {*self.whole.written}
        self.end = slot(ir.hidden(self.early.loop)[1]) if self.ranged else value(halves.end, slot)
        self.plain = {n: slot(n) for n in self.whole.arguments}
        self.in_late = self._as(self.late, self.plain, self.wanted, "n")
        needed = self.wanted | new.live(self.late.index) | new.live(self.early.index)
        own = dict(zip(ir.hidden(self.whole.loop), (slot(n) for n in ir.hidden(self.early.loop)), strict=True))
        if self.ranged:
            own[ir.hidden(self.whole.loop)[1]] = "o_stop"
        self.olds = {n: own.get(n, slot(n) if n in needed or n not in self.early.arguments else f"o_{n}") for n in self.plain}
        self.in_early = {n: slot(n) for n in self.early.arguments}
        self.first = shadow("New", new.program, self.early.index, {})
        begun = self._as(self.late, self.olds, self.wanted, "n")
        self.begun = {n: "q" if n in ir.hidden(self.late.loop)[:1] else self.in_early.get(n, t) for n, t in begun.items()}
        self.following = {n: f"({self.first}).{slot(n)}" if n in self.early.written else t for n, t in self.begun.items()}
        """what the second loop begins with once the first one is through"""

    def _as(self, half: Shape, names: Mapping[Name, str], more: frozenset[Name], mark: str) -> dict[Name, str]:
        """Return what the arguments of a half are called: as those of the old loop where both must hold the same."""
        hidden = dict(zip(ir.hidden(half.loop), (names[n] for n in ir.hidden(self.whole.loop)), strict=True))
        shared = self.new.live(half.index) | more
        return {n: hidden.get(n, names[n] if n in shared and n in names else f"{mark}_{n}") for n in half.arguments}

    def _old(self, names: Mapping[Name, str]) -> str:
        return shadow("Old", self.old.program, self.whole.index, names)

    def _late(self, names: Mapping[Name, str]) -> str:
        return shadow("New", self.new.program, self.late.index, names)

    def written(self) -> tuple[str, Step]:
        """Return the lemmas, and how the last of them is applied."""
        in_late, in_split = self._binders((self.plain, self.in_late)), self._binders((self.olds, self.begun), early=True)
        inside = {
            "late_whole": self._inside("h", self.whole, self.plain), "late_inside": self._inside("k", self.late, self.in_late),
            "late_stops": self._stops(self.plain), "stops": self._stops(self.olds),
            "whole_inside": self._inside("h", self.whole, self.olds),
            "early_inside": self._inside("g", self.early, self.in_early),
            "following_inside": self._inside("k", self.late, self.following),
        }  # fmt: skip
        given = [bool(text) for text in inside.values()]
        arguments = [self.begun[b.name] if b.place[0] == "New" else self.olds[b.name] for b in in_late.values()]
        place = self._where(self.olds)
        moved = (
            [t for t, b in in_late.items() if b.place[0] == "New" and b.name in self.late.written],
            [
                t
                for t, b in in_split.items()
                if b.place[0] == "Old" and b.name in self.whole.written and t not in self.in_early.values()
            ],
        )
        words: dict[str, object] = {
            "number": self.whole.index, "late": self.late.index, "end": self.end, "saved": self.halves.saved,
            "asked": value(self.early.test_cost, slot),
            "old": self._old(self.olds), "late_old": self._old({}),
            "second": self._late(self.in_late), "following": self._late(self.following),
            "first": self.first, "late_binders": _text(in_late), "split_binders": _text(in_split),
            "late_general": _general(moved[0]), "late_again": again(moved[0], 1 + sum(given[:2])),
            "split_general": _general(moved[1]), "again": again(moved[1], self.ranged + sum(given[4:])),
            "late_outputs": self._outputs(self.plain, self.in_late), "split_outputs": self._outputs(self.olds, self.following),
            "late_arguments": " ".join(place["at"] if a == "q" else a for a in arguments),
            "late_facts": PROOF * (1 + sum(given[:3])),
            "same": f"have e : {place['at']} = q := by omega\n         subst e" if self.ranged else "skip",
            "late_begun": self._where(self.plain)["begun"], "late_distance": self._where(self.plain)["distance"],
            **place, **inside,
        }  # fmt: skip
        words["from"] = Template(FROM).substitute(words) if self.ranged else ""
        text = Template(LEMMAS).substitute(words)
        return text, Step("split", text, tuple(b.place for b in in_split.values()), 3 + self.ranged + sum(given[3:]))

    def _where(self, names: Mapping[Name, str]) -> dict[str, str]:
        """Return where the loop is and goes, in a lemma that calls its variables so."""
        hidden, up = ir.hidden(self.whole.loop), self.halves.way > 0

        def named(n: Name) -> str:
            return names.get(n, slot(n))

        at = named(hidden[0] if self.ranged else self.halves.counter)
        stop, bound = named(hidden[1]) if self.ranged else value(self.halves.stop, named), value(self.halves.bound, named)
        return {
            "at": at, "stop": stop, "bound": bound, "distance": f"({stop} - {at})" if up else f"({at} - {stop})",
            "begun": _ordered(bound, at, up=up), "at_to_bound": _ordered(at, bound, up=up),
            "end_to_bound": _ordered(self.end, bound, up=up), "end_to_stop": _ordered(self.end, stop, up=up),
        }  # fmt: skip

    def _binders(self, named: tuple[Mapping[Name, str], Mapping[Name, str]], *, early: bool = False) -> dict[str, Bound]:
        """Return the variables of a lemma, in which the arguments of the old loop and of the second half are called so."""
        out: dict[str, Bound] = {}
        sides = [("Old", self.whole, named[0]), ("New", self.late, named[1])]
        for space, half, names in [*sides[:1], ("New", self.early, self.in_early), sides[1]] if early else sides:
            types = self.old.types if space == "Old" else self.new.types
            for i, n in enumerate(half.arguments):
                out.setdefault(names[n], Bound(n, lean_type(types[n]), (space, half.index, i)))
        return out

    def _inside(self, label: str, half: Shape, names: Mapping[Name, str]) -> str:
        said = condition(half.invariant, lambda n: names.get(n, slot(n)))
        return "" if half.invariant == ir.TRUE else f" ({label} : {said})"

    def _stops(self, names: Mapping[Name, str]) -> str:
        """Return what the range's hidden end is, where the loop's arguments tell."""
        if not self.ranged or not ir.variables(self.halves.stop) <= names.keys():
            return ""
        hidden = names[ir.hidden(self.whole.loop)[1]]
        return f" (s : {hidden} = {value(self.halves.stop, names.__getitem__)})"

    def _outputs(self, olds: Mapping[Name, str], begun: Mapping[Name, str]) -> str:
        """Return that both leave the same, so far as it is read later."""
        old, second, out = self._old(olds), self._late(begun), ""
        for n in (n for n in self.whole.written if n in self.wanted):
            kept = f"({self.first}).{slot(n)}" if begun is self.following and n in self.early.written else olds[n]
            last = f"({second}).{slot(n)}" if n in self.late.written else kept
            out += f"{last} = ({old}).{slot(n)} ∧\n    "
        return out


def _general(moved: list[str]) -> str:
    """Return the clause for variables that change from turn to turn and are none of the loop's over which an induction goes."""
    return f" generalizing {' '.join(moved)}" if moved else ""


def _text(binders: Mapping[str, Bound]) -> str:
    return " ".join(f"({text} : {b.type})" for text, b in binders.items())


def _ordered(a: str, b: str, *, up: bool) -> str:
    return f"{a} ≤ {b}" if up else f"{b} ≤ {a}"
