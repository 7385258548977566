"""Tactics for a goal, each with a static cost: openers, which make a goal into easier ones, and closers, which end one.

What is offered follows from the text of the goal and of the definitions: which functions occur, on which arguments they recur,
which names vary. A wrong guess costs an attempt and nothing else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from loop.bit_streams import bit_lines
from loop.goal_text import Function, Head, applications, at_top, words

MOST_LEMMAS: Final = 12
"""most lemmas that one tactic is given"""
_NAME: Final = re.compile(r"[A-Za-z_][\w']*")
_PACKS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("power", r"\^", ("Nat.pow_succ", "Int.pow_succ", "Nat.pow_pos")),
    ("divides", r"∣", ("Nat.dvd_add", "Nat.dvd_sub", "Nat.dvd_mul_left", "Nat.dvd_mul_right")),
    ("gcd", r"\bgcd\b", ("Nat.gcd_self", "Nat.gcd_comm", "Nat.gcd_sub_self_left", "Nat.gcd_rec")),
    ("product", r"[≤<≥>].*\*|\*.*[≤<≥>]", ("Nat.mul_le_mul", "Nat.mul_pos", "Int.mul_nonneg", "Int.mul_pos")),
    ("list", r"List\.|\.length|\.reverse|\+\+|\.map|\.filter", ("List.length_append", "List.append_assoc", "List.reverse_cons")),
)
"""facts of Lean's library by what the goal or its definitions show"""


@dataclass(frozen=True, slots=True)
class Tactic:
    """One thing to try: lines of a script, what kind it is, and a static cost that has no unit."""

    label: str
    cost: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What tactics are made from: the functions that a goal may speak of, its head, and names of lemmas that hold."""

    functions: tuple[Function, ...]
    head: Head
    lemmas: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[Function, ...]:
        """The functions that the head mentions, and those that these call, in the order of their definition."""
        text = self.head.goal + " ".join(b.type for b in self.head.binders)
        due, seen = set(words(text)), set[str]()
        by_name = {f.name: f for f in self.functions}
        while new := {w for w in due if w in by_name} - seen:
            seen |= new
            for name in new:
                due |= by_name[name].text_words
        return tuple(f for f in self.functions if f.name in seen)

    @property
    def shown(self) -> str:
        """All text that tells which facts of the library may help."""
        return "\n".join([self.head.goal, *(b.type for b in self.head.binders), *(f.body for f in self.used)])


def varying(function: Function) -> frozenset[int]:
    """Return the positions of the arguments that a recursive call may change; those after the colon may all change."""
    fixed = {i for i, a in enumerate(function.arguments) if a.name != "_"}
    for call in applications(function.body, function.name, len(function.arguments)):
        fixed -= {i for i in fixed if call[i] != function.arguments[i].name}
    if not function.by_match and not applications(function.body, function.name, len(function.arguments)):
        fixed = set()
    return frozenset(range(len(function.arguments))) - fixed


def facts(setting: Setting) -> tuple[str, ...]:
    """Return the names of the library's facts that the text calls for."""
    shown = setting.shown
    return tuple(n for _, sign, names in _PACKS if re.search(sign, shown) for n in names)


def closers(setting: Setting) -> Iterator[Tactic]:
    """Yield tactics that end a goal or fail, cheapest first."""
    names = [f.name for f in setting.used]
    # rewriting by the equation of a function that recurs otherwise than on its structure may go on for ever
    plain = [f.name for f in setting.used if f.by_match or not f.recursive]
    lemmas = list(setting.lemmas[:MOST_LEMMAS])
    if not setting.head.binders:
        yield Tactic("decide", 1, ("decide",))
    yield Tactic("rfl", 1, ("rfl",))
    yield Tactic("omega", 1, ("omega",))
    if bits := bit_lines(setting.head.goal, [(b.name, b.type) for b in setting.head.hypotheses]):
        yield Tactic("bits", 1, bits)
    yield Tactic("simp", 2, (f"simp{_list([*plain, *lemmas])}",))
    yield Tactic("grind", 3, ("grind",))
    if names or lemmas:
        yield Tactic("grind defs", 4, (f"grind{_list([*names, *lemmas])}",))
    yield Tactic("simp_all", 5, (f"simp_all{_list([*plain, *lemmas])}",))
    yield Tactic("mixed", 7, (mixed(setting),))
    if extra := facts(setting):
        yield Tactic("grind facts", 6, (f"grind{_list([*names, *lemmas, *extra])}",))
        yield Tactic("mixed facts", 9, (mixed(setting, extra),))


def mixed(setting: Setting, extra: Sequence[str] = ()) -> str:
    """Return one line that tries several closers in turn."""
    names = [f.name for f in setting.used]
    plain = [f.name for f in setting.used if f.by_match or not f.recursive]
    lemmas = list(setting.lemmas[:MOST_LEMMAS])
    simp = _list([*plain, *lemmas])
    tries = ["omega", f"grind{_list([*lemmas, *extra])}", f"grind{_list([*names, *lemmas, *extra])}"]
    tries += [f"(simp_all{simp}; done)", f"(simp_all{simp}; omega)", f"(simp_all{simp}; grind{_list([*lemmas, *extra])})"]
    return "first | " + " | ".join(dict.fromkeys(tries))


def _list(names: Sequence[str]) -> str:
    return f" [{', '.join(dict.fromkeys(names))}]" if names else ""


def openers(setting: Setting) -> Iterator[Tactic]:
    """Yield tactics that make a goal into others, each as one or more lines."""
    head = setting.head
    if head.goal.startswith("∀") or at_top(head.goal, ("→",)):
        yield Tactic("intros", 1, ("intros",))
    if at_top(head.goal, ("↔",)) or at_top(head.goal, ("∧",)):
        yield Tactic("constructor", 2, ("constructor",))
    yield from _by_function(setting)
    yield from _by_variable(setting)
    yield from _by_order(head)
    if any("if " in f.body for f in setting.used) or "if " in head.goal:
        yield Tactic("split", 4, ("repeat' split",))
    for f in setting.used:
        yield Tactic("unfold", 6, (f"unfold {f.name}",))
        if not f.by_match:
            yield Tactic("unfold split", 7, (f"unfold {f.name}", "repeat' split"))
    for i, a in enumerate(h for h in head.hypotheses if at_top(h.type, ("∧", "∨"))):
        yield Tactic(
            "cases of a hypothesis",
            3,
            (f"rcases {a.name} with a{i} | b{i}" if "∨" in a.type else f"obtain ⟨a{i}, b{i}⟩ := {a.name}",),
        )
    yield from _undivided(head)
    yield from _products(head)


def _by_function(setting: Setting) -> Iterator[Tactic]:
    """Functional induction on applications whose changing arguments are variables, and the cases of one."""
    data = {b.name for b in setting.head.data}
    text = " ".join([setting.head.goal, *(b.type for b in setting.head.hypotheses)])
    for f in setting.used:
        moves = varying(f)
        for call in applications(text, f.name, len(f.arguments)):
            over = [call[i] for i in sorted(moves)]
            if not f.recursive or len(set(over)) < len(over) or not set(over) <= data:
                continue
            target = " ".join((f.name, *call))
            others = [b.name for b in setting.head.data if b.name not in call]
            yield Tactic("fun_induction", 2, (f"fun_induction {target}",))
            if others:
                yield Tactic("fun_induction generalizing", 3, (f"fun_induction {target} generalizing {' '.join(others)}",))
            yield Tactic("fun_cases", 6, (f"fun_cases {target}",))


def _by_variable(setting: Setting) -> Iterator[Tactic]:
    """Induction of several kinds on each number or list, and on an int that is known not to be negative."""
    head = setting.head
    names = [b.name for b in head.data]
    for b in head.data:
        others = " ".join(n for n in names if n != b.name)
        if b.type == "Nat" or b.type.startswith("List"):
            yield Tactic("induction", 3, (f"induction {b.name}",))
            if others:
                opening = f"induction {b.name} generalizing {others}"
                yield Tactic("induction generalizing", 4, (opening,))
                moved = [f"({o.name} + 1)" if o.type == "Nat" else o.name for o in head.data if o.name != b.name]
                # the hypothesis one further on, whose terms automation does not find by their shape
                step = f"all_goals try (rename_i ih; have step := ih {' '.join(moved)})"
                yield Tactic("induction, one further", 6, (opening, step))
            yield Tactic(
                "two cases",
                6,
                (f"rcases {b.name} with _ | ⟨_, _⟩" if b.type != "Nat" else f"rcases {b.name} with _ | _ | {b.name}",),
            )
        if b.type == "Nat":
            generalizing = f" generalizing {others}" if others else ""
            # the last goals of a step by two or by halves lie deeper than one below
            yield Tactic("strong induction", 8, (f"induction {b.name} using Nat.strongRecOn{generalizing}",))
            cases = f"rcases {b.name} with _ | _ | {b.name}"
            yield Tactic(
                "strong induction, two cases",
                9,
                (f"induction {b.name} using Nat.strongRecOn{generalizing}", f"rename_i {b.name} ih", cases),
            )
        if b.type == "Int" and (h := _lower(head, b.name)):
            lines = (f"obtain ⟨k{b.name}, rfl⟩ := Int.eq_ofNat_of_zero_le (show (0 : Int) ≤ {b.name} by omega)", f"clear {h}")
            yield Tactic("natural induction", 7, (*lines, f"induction k{b.name}"))
        if b.type == "Bool":
            yield Tactic("cases of a flag", 3, (f"cases {b.name}",))


def _lower(head: Head, name: str) -> str:
    """Return the hypothesis by which an int is not negative, "" where there is none."""
    signs = (rf"0 [≤<] {name}", rf"1 ≤ {name}", rf"{name} [≥>] 0")
    return next((h.name for h in head.hypotheses if any(re.fullmatch(s, h.type) for s in signs)), "")


def _by_order(head: Head) -> Iterator[Tactic]:
    """Induction along `m ≤ n`, and its two-name form `n = m + k`."""
    types = {b.name: b.type for b in head.data}
    for h in head.hypotheses:
        match h.type.split():
            case [a, "≤" | "<" as sign, b] if types.get(a) == types.get(b) == "Nat":
                exists = "Nat.exists_eq_add_of_le" if sign == "≤" else "Nat.exists_eq_add_of_lt"
                yield Tactic(
                    "induction along an order",
                    5,
                    (f"obtain ⟨k{b}, rfl⟩ := {exists} {h.name}", f"clear {h.name}", f"induction k{b}"),
                )


def _undivided(head: Head) -> Iterator[Tactic]:
    """Where one side is a quotient by a numeral, claim the equation without it first."""
    at = at_top(head.goal, ("=",))
    if at is None:
        return
    sides = head.goal[: at[0]].strip(), head.goal[at[0] + 1 :].strip()
    for whole, other in (sides, sides[::-1]):
        if found := re.fullmatch(r"(.+) / (\d+)", whole):
            yield Tactic("undivided", 3, (f"suffices key : {found[2]} * ({other}) = {found[1]} by omega",))


def _products(head: Head) -> Iterator[Tactic]:
    """Say that products of what is not negative are not negative."""
    signs = [(b.name, h) for b in head.data if b.type == "Int" and (h := _lower(head, b.name))]
    lines = [
        f"have p{a}{b} : 0 ≤ {a} * {b} := Int.mul_nonneg (by omega) (by omega)"
        for i, (a, _) in enumerate(signs[:3])
        for b, _ in signs[: i + 1]
    ]
    if lines:
        yield Tactic("products", 4, tuple(lines))


def portfolio(setting: Setting) -> tuple[Tactic, ...]:
    """Return whole scripts for a goal: each closer by itself, and each opener with closers on every goal that it leaves."""
    endings = tuple(closers(setting))
    found = list(endings)
    for opener in openers(setting):
        for closer in endings:
            if closer.label == "bits":  # its lines are for the goal before the opener
                continue
            if closer.label in ("rfl", "decide", "omega", "simp") and opener.label not in ("unfold", "products"):
                continue
            label = f"{opener.label} / {closer.label}"
            found.append(Tactic(label, opener.cost + closer.cost, (*opener.lines, f"all_goals {closer.lines[0]}")))
    unique: dict[tuple[str, ...], Tactic] = {}
    for tactic in sorted(found, key=lambda t: t.cost):
        unique.setdefault(tactic.lines, tactic)
    return tuple(unique.values())
