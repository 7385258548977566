"""Best-first search over the goals of one theorem, with a table of goals that were met before.

A state is what an interaction shows after a prefix of tactics. Each step runs the next tactic of the most promising state on its
first goal. Goals are independent of each other, so once a tactic closes a state's first goal, the state's other tactics are left.
"""

import heapq
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from loop.goal_text import Binder, Head
from loop.interact import Interaction, is_finished, is_state
from loop.portfolio import Setting, Tactic, closers, mixed, openers
from loop.tactic_order import Outcome, TacticOrder, setting_class

if TYPE_CHECKING:
    from loop.dojo import TacticState

MOST_GOALS: Final = 12
"""a state with more goals than this is left alone"""
DEEPEST: Final = 4
"""most openers on the way to a state"""
_SHADOWED: Final = re.compile(r"[A-Za-z_][\w']*✝[⁰¹²³⁴⁵⁶⁷⁸⁹]*")
_TOKEN: Final = re.compile(r"[A-Za-z_α-ω][\w'!?.₀-₉✝⁰¹²³⁴⁵⁶⁷⁸⁹]*|\d+|\S")


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search ended with: the lines of a proof, or the goals of the state that came closest."""

    lines: tuple[str, ...] | None
    left: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    """A state with the index of the tactic that is due; entries are taken by rank, and then by age."""

    rank: Fraction
    age: int
    node: "_Node" = field(compare=False)
    index: int = field(compare=False)


@dataclass(slots=True)
class _Node:
    state: "TacticState"
    size: int
    depth: int
    setting: Setting
    rename: str
    tactics: tuple[Tactic, ...]
    closed: bool = False


class GoalSearch:
    """One search; `go_on` says whether the budget still has something left."""

    def __init__(self, setting: Setting, order: TacticOrder, go_on: Callable[[], bool]) -> None:
        """Take the functions and lemmas that tactics may use; the head of the setting is not looked at."""
        self._setting, self._order, self._go_on = setting, order, go_on
        self._met: set[str] = set()
        self._heap: list[_Entry] = []
        self._outcomes: list[Outcome] = []
        self._age = 0
        self._best: tuple[int, str] | None = None

    def run(self, interaction: Interaction) -> Searched:
        """Search until the theorem is proved, nothing is left to try, or the budget is used up. Raises BenchLost."""
        start = interaction.open()
        if is_finished(start):
            return Searched(("skip",), "", ())
        if is_state(start):
            self._meet(start, 0)
        while self._heap and self._go_on():
            entry = heapq.heappop(self._heap)
            node, tactic = entry.node, entry.node.tactics[entry.index]
            if node.closed:
                continue
            lines = ([node.rename] if node.rename else []) + list(tactic.lines)
            result = interaction.run(node.state, "\n".join(lines))
            closes = is_finished(result) or (is_state(result) and result.num_goals < node.state.num_goals)
            self._outcomes.append(Outcome(setting_class(node.setting), tactic.label, closes))
            if is_finished(result):
                return Searched(interaction.script(result), "", tuple(self._outcomes))
            node.closed = closes
            if is_state(result):
                self._meet(result, node.depth + (not closes))
            self._push(node, entry.index + 1)
        return Searched(None, self._best[1] if self._best else "", tuple(self._outcomes))

    def _meet(self, state: "TacticState", depth: int) -> None:
        """Put a state in the queue unless its goals were met before."""
        key = normalised(state)
        if key in self._met or state.num_goals > MOST_GOALS:
            return
        self._met.add(key)
        size = sum(len(_TOKEN.findall(g.conclusion)) for g in state.goals) + 8 * state.num_goals
        if self._best is None or size < self._best[0]:
            self._best = size, state.pp
        head, rename = to_goal_head(state)
        setting = replace(self._setting, head=head)
        own = [*closers(setting), *(_swept(o, setting) for o in openers(setting) if depth < DEEPEST)]
        node = _Node(state, size, depth, setting, rename, self._order.ordered(setting_class(setting), own))
        self._push(node, 0)

    def _push(self, node: _Node, index: int) -> None:
        if index < len(node.tactics) and not node.closed:
            cost = self._order.expected(setting_class(node.setting), node.tactics[index])
            self._age += 1
            heapq.heappush(self._heap, _Entry(cost + node.size + 12 * node.depth, self._age, node, index))


def _swept(opener: Tactic, setting: Setting) -> Tactic:
    """Return an opener that also closes what falls at once of the goals that it makes, and of no other."""
    return Tactic(f"{opener.label} / sweep", opener.cost + 9, (f"({'; '.join(opener.lines)}) <;> try ({mixed(setting)})",))


def to_goal_head(state: "TacticState") -> tuple[Head, str]:
    """Return the head that a state's first goal amounts to, and the `rename_i` that gives shadowed names those used in it."""
    goal = state.goals[0]
    shadowed = list(dict.fromkeys(a.ident for a in goal.assumptions if "✝" in a.ident))
    fresh: dict[str, str] = {}
    taken = {a.ident for a in goal.assumptions}
    for name in shadowed:
        stem = name.split("✝")[0] + "_"
        number = next(i for i in range(len(taken) + 1) if f"{stem}{i}" not in taken)
        fresh[name] = f"{stem}{number}"
        taken.add(fresh[name])

    def renamed(text: str) -> str:
        return _SHADOWED.sub(lambda m: fresh.get(m[0], m[0]), text)

    binders = tuple(Binder(renamed(a.ident), renamed(a.lean_type)) for a in goal.assumptions)
    head = Head(binders, " ".join(renamed(goal.conclusion).split()))
    return head, f"rename_i {' '.join(fresh.values())}" if fresh else ""


def normalised(state: "TacticState") -> str:
    """Return the text of a state's goals in which hypotheses and variables are numbered in order, and cases have no names."""
    return "\n".join(_normalised(g.assumptions, g.conclusion) for g in state.goals)


def _normalised(assumptions: Sequence[object], conclusion: str) -> str:
    numbers: dict[str, str] = {}
    lines = []
    for a in assumptions:
        ident, lean_type = getattr(a, "ident"), getattr(a, "lean_type")  # noqa: B009 - LeanDojo's type is imported lazily
        lines.append(_numbered(lean_type, numbers))
        numbers[ident] = f"?{len(numbers)}"
    return "; ".join([*lines, "⊢ " + _numbered(conclusion, numbers)])


def _numbered(text: str, numbers: dict[str, str]) -> str:
    def token(match: re.Match[str]) -> str:
        stem, dot, rest = match[0].partition(".")
        return numbers.get(match[0]) or (numbers[stem] + dot + rest if stem in numbers else match[0])

    return " ".join(_TOKEN.sub(token, text).split())
