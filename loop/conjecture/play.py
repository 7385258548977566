"""Self-play: a conjecturer, a falsifier and a prover, each with the others' results as its curriculum.

The conjecturer works at the level whose share of successes is expected nearest to a half. The falsifier looks for an input that
breaks a conjecture before a proof is asked for; what it broke on some inputs only comes back under the weakest condition that
keeps those out. The prover learns which scripts do for which goals; what it could not prove is an open problem, tried again once
the graph has more rules. A round is a function of what was learned before it, of the graph and of the seed, so that who was
interrupted goes on with the round that was lost.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final, TypeAlias

from loop.bench import SearchStopped
from loop.conjecture.candidates import Candidate, letters_of
from loop.conjecture.conditions import conditions, separating, steered
from loop.conjecture.derive import left_over
from loop.conjecture.falsifier import differing, letters
from loop.conjecture.grammar import Grammar, Point
from loop.conjecture.levels import CONDITIONS, Level
from loop.conjecture.meaning import values
from loop.conjecture.played import Conjecture, Played
from loop.conjecture.supply import BY_NAME, Supply
from loop.conjecture.worth import fault, minimised
from loop.rule_store import Accepted
from loop.tactic_order import TacticOrder
from loop.techniques.rule_table import RULES
from loop.techniques.rules import Rule

BATCH: Final = 12
"""conjectures of a round"""
AGAIN: Final = 3
"""open problems that a round tries again"""
TRIES: Final = 3
"""times that an open problem is tried"""
COUNTED: Final = (
    "conjectured", "refuted by samples", "refuted by falsifier", "made conditional", "proved", "unproved", "tried again",
    "proved late", "accepted", "refused", "tries",
)  # fmt: skip
"""what is counted: `accepted` are rules that entered the graph, `refused` those that did not though a proof was found, `tries`
the scripts that Lean was asked about"""

Prove: TypeAlias = Callable[[Candidate, TacticOrder, Sequence[Accepted]], tuple[Rule | None, int]]
"""tries to prove a candidate, in an order that it learns, with rules as lemmas; returns the rule, and how many it ran"""


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one round."""

    number: int
    level: Level
    counts: Mapping[str, int]

    def as_data(self) -> dict[str, object]:
        """Return it as JSON data."""
        return {"round": self.number, "level": str(self.level), **figures(self.counts)}


def figures(counts: Mapping[str, int]) -> dict[str, object]:
    """Return counts with the shares that they amount to, as JSON data; None where there is nothing to share."""
    asked = counts.get("conjectured", 0) - counts.get("refuted by samples", 0)
    shares = {
        "success rate": (counts.get("proved", 0), success_base(counts)),
        "falsifier's yield": (counts.get("refuted by falsifier", 0), asked),
        "tries per success": (counts.get("tries", 0), counts.get("proved", 0) + counts.get("proved late", 0)),
    }
    named = {name: counts.get(name, 0) for name in COUNTED}
    all_of = {**named, **{name: round(float(Fraction(a, b)), 3) if b else None for name, (a, b) in shares.items()}}
    return {name.replace("'s", "").replace(" ", "_"): v for name, v in all_of.items()}


def success_base(counts: Mapping[str, int]) -> int:
    """Return how many conjectures came to a success or a failure: those that samples let pass."""
    return sum(counts.get(n, 0) for n in ("proved", "unproved", "refuted by falsifier"))


@dataclass(slots=True)
class Play:
    """Plays rounds; `accept` has a rule judged and says whether it entered the graph, whose rules `rules` returns."""

    grammars: Sequence[Grammar]
    seed: int
    state: Played
    rules: Callable[[], Sequence[Accepted]]
    prove: Prove
    accept: Callable[[Rule], bool]
    over: Callable[[], bool] = lambda: False
    """says that nothing more is to be begun"""
    _supply: Supply = field(init=False)
    _empty: set[Level] = field(default_factory=set)
    """levels whose supply has come to its end"""

    def __post_init__(self) -> None:
        """Begin with the supply of the seed."""
        self._supply = Supply(self.seed)

    def run(self, most: int | None = None) -> Iterator[Round]:
        """Yield rounds, after each of which `state` is what was learned; end after so many, or where nothing is left to ask."""
        done = 0
        while not self.over() and (most is None or done < most):
            found = self._round()
            if found is None:
                return
            done += 1
            yield found

    def _round(self) -> Round | None:
        state, accepted = self.state.copy(), list(self.rules())
        turn = _Turn(self, state, accepted, [*RULES, *(a.rule for a in accepted), *state.spare])
        again = self._due(state, len(accepted))
        chosen = self._chosen(state, turn.known)
        if chosen is None and not again:
            return None
        level, conjectures = chosen or (again[0].level, [])
        left = [c for c in conjectures if c.waited]
        with suppress(SearchStopped):  # what is proved by then is brought to its end
            for problem in again:
                turn.again(problem)
            for c in conjectures:
                turn.first(c)
                left = [w for w in left if w != c]
        state.waiting = left + state.waiting
        self._settle(turn, level)
        state.rounds += 1
        self.state = state
        return Round(state.rounds, level, dict(turn.counts))

    def _due(self, state: Played, rules: int) -> list[Conjecture]:
        """Return the open problems that are to be tried again, those that were tried least first."""
        mine = {g.name for g in self.grammars}
        due = [c for c in state.open if c.level.grammar in mine and c.tries < TRIES and c.rules < rules]
        return sorted(due, key=lambda c: c.tries)[:AGAIN]

    def _chosen(self, state: Played, known: Sequence[Rule]) -> tuple[Level, list[Conjecture]] | None:
        """Return the level of the round and its conjectures; None where no level has any."""
        names = [g.name for g in self.grammars]
        while True:
            waiting = {c.level for c in state.waiting}
            level = state.levels.choose(names, self._empty - waiting)
            if level is None:
                return None
            mine = [c for c in state.waiting if c.level == level][:BATCH]
            fresh = self._supply.take(level, BATCH - len(mine), lambda c: c.name in state.tried, known)
            if mine or fresh:
                state.waiting = [c for c in state.waiting if c not in mine]
                return level, [*(replace(c, waited=True) for c in mine), *(Conjecture(c, level) for c in fresh)]
            self._empty.add(level)

    def _settle(self, turn: "_Turn", level: Level) -> None:
        """Have the rules that are needed judged; the others stay for later rounds, which may need them."""
        if not turn.proved:
            return
        state, table = turn.state, [*RULES, *(a.rule for a in turn.accepted)]
        found = {r.name: r for r in (*state.spare, *turn.proved)}
        saving = [c for c in turn.saving if not c.both]
        pool = [*self._supply.pool(level, table), *left_over(saving, table)]
        kept = minimised(list(found.values()), table, list(dict.fromkeys(pool)))
        for rule in kept:
            turn.counts["accepted" if self.accept(rule) else "refused"] += 1
        state.spare = [r for r in found.values() if r not in kept]

    def plain(self, grammar: Grammar) -> list[Point]:
        """Return the samples on which each conjecture is tried first."""
        return self._supply.plain(grammar)

    def many(self, grammar: Grammar) -> list[Point]:
        """Return the samples by which it is told what is worth conjecturing."""
        return self._supply.many(grammar)


@dataclass(slots=True)
class _Turn:
    """One round as it goes."""

    play: Play
    state: Played
    accepted: Sequence[Accepted]
    known: list[Rule]
    """the rules by which it is told what follows: what the round proves comes to it"""
    counts: Counter[str] = field(default_factory=Counter)
    proved: list[Rule] = field(default_factory=list)
    saving: list[Candidate] = field(default_factory=list)
    """what was proved"""

    def first(self, conjecture: Conjecture) -> None:
        """Try a conjecture that nobody tried. Raises SearchStopped where nothing more is to be begun."""
        one, level, state = conjecture.candidate, conjecture.level, self.state
        if self.play.over():
            raise SearchStopped
        if one.name in state.tried or not left_over([one], self.known):
            return  # what was proved since it was made says so, too
        grammar = BY_NAME[level.grammar]
        points = steered(one.where, grammar, self.play.plain(grammar))
        broken = plainly = differing(one, points)
        if plainly:
            self.counts["refuted by samples"] += 1
            state.falsifier.learn(" ".join(letters(one)), broken[0])
        else:
            broken = state.falsifier.broken(one, grammar, self.play.seed * 1_000_003 + state.rounds)
            self.counts["refuted by falsifier"] += bool(broken)
        if broken:
            self._conditional(conjecture, broken)
            if not plainly:
                state.levels.learn(level, proved=False)
        else:
            done = self._proof(conjecture)
            self.counts["proved" if done else "unproved"] += 1
            state.levels.learn(level, proved=done)
        self.counts["conjectured"] += 1
        state.remember(one)

    def again(self, problem: Conjecture) -> None:
        """Try an open problem once more. Raises SearchStopped as `first`."""
        if self.play.over():
            raise SearchStopped
        late = self._proof(problem) if left_over([problem.candidate], self.known) else None
        self.state.open.remove(problem)
        if late is not None:
            self.counts["tried again"] += 1
            self.counts["proved late"] += late

    def _proof(self, conjecture: Conjecture) -> bool:
        """Have a conjecture proved; what is not is an open problem. Raises SearchStopped."""
        one = conjecture.candidate
        rule, tries = self.play.prove(one, self.state.scripts, self.accepted)
        self.counts["tries"] += tries
        if rule is None:
            self.state.open.append(Conjecture(one, conjecture.level, conjecture.tries + 1, len(self.accepted)))
            return False
        self.proved.append(rule)
        self.saving.append(one)
        self.known.append(rule)
        return True

    def _conditional(self, conjecture: Conjecture, broken: Sequence[Point]) -> None:
        """Keep a conjecture that was refuted for later, under the weakest condition that keeps out where it is broken."""
        one, level = conjecture.candidate, conjecture.level
        if one.both or level.conditions >= CONDITIONS:
            return
        grammar = BY_NAME[level.grammar]
        for kept in ((), one.where) if one.where else ((),):
            asked = self._separating(Candidate(one.left, one.right, kept), grammar, broken)
            if asked is not None:
                break
        else:
            return
        new = Candidate(one.left, one.right, tuple(sorted((*kept, asked))))
        seen = new.name in self.state.tried or not left_over([new], self.known)
        if seen or fault(new, steered(new.where, grammar, self.play.many(grammar))):
            return
        made = Conjecture(new, Level(level.grammar, level.size, len(new.where)))
        if made not in self.state.waiting:
            self.counts["made conditional"] += 1
            self.state.waiting.append(made)

    def _separating(self, one: Candidate, grammar: Grammar, broken: Sequence[Point]) -> str | None:
        """Return the weakest condition besides those of a candidate that keeps out where it is broken, None where none does."""
        pool = [c for c in conditions(grammar, letters_of(one.left)) if c.text not in one.where]
        points = steered(one.where, grammar, self.play.many(grammar))
        left, right = (values(e, points) for e in one.sides)
        good = [p for p, a, b in zip(points, left, right, strict=True) if a is not None and a == b]
        found = separating(pool, [*broken, *differing(one, points)], good)
        return None if found is None else found.text
