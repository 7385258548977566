"""What each lemma is worth: past goals proved again without any lemma and with each one by itself, and the difference.

A lemma is measured by itself, so that what is known of it stays true when the graph grows. The search is the one that judges
make, with the scripts in the order that nobody taught; nothing is judged or admitted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from loop.examine import Examiner, Found
from loop.lemma_store import NOTHING, LemmaStore, Stored, store_of
from loop.library.goals import History, Past, may_ask_for
from loop.library.measures import Goal, Measures, Outcome
from loop.library.offering import DEFAULT as OFFERING
from loop.library.offering import NOTHING as NO_WEIGHTS
from loop.library.offering import Offering, Weight, Weights
from verify.canonical import Digest
from verify.graph import Graph
from verify.lemma import lemma_text
from verify.limits import DEFAULT
from verify.node import RESTING_ON_NOTHING
from verify.reasons import Refusal, TimedOut, ToolBroken

Prove: TypeAlias = Callable[[Past, LemmaStore], Outcome | None]
"""searches for a proof of a goal with a store; None where the search did not come to its end"""
ALL: Offering = Offering(library=1 << 30, function=1 << 30, untried=True)


@dataclass(frozen=True, slots=True)
class Noting(LemmaStore):
    """A store that notes which of its lemmas were handed out."""

    met: set[Digest] = field(default_factory=set)

    def _offered(self, lemmas: Iterable[Stored], most: int) -> tuple[Stored, ...]:
        found = super(Noting, self)._offered(lemmas, most)
        self.met.update(s.node for s in found)
        return found


@dataclass(slots=True)
class Weighing:
    """Fills in the measurements of a graph; `over` says when to begin nothing more, and `save` hears of each that was made."""

    graph: Graph
    known: History
    measures: Measures
    prove: Prove
    over: Callable[[], bool]
    save: Callable[[Measures], None]
    say: Callable[[str], None] = lambda _: None

    def run(self, goals: Sequence[Past], most: int | None = None) -> int:
        """Measure on goals, at most so many that have something left to measure; return on how many it was done.

        What is forgotten already comes last: it may still help somewhere.
        """
        store, done = store_of(self.graph, NO_WEIGHTS, ALL), set[Digest]()
        self._weigh()
        for past, forgotten in ((p, f) for f in (False, True) for p in goals):
            if len(done) == most or self.over():
                break
            due = self._due(past, store, forgotten=forgotten)
            if due and (goal := self._goal(past)) is not None:
                done.add(past.node.id)
                self._measure(past, goal, due)
        return len(done)

    def _due(self, past: Past, store: LemmaStore, *, forgotten: bool) -> list[Stored]:
        """Return the lemmas that are still to be measured on a goal; not on the one that they came from."""
        goal = self.measures.goals.get(past.node.id)
        there = goal.with_ if goal is not None else {}
        asked = [s for s in may_ask_for(past, store, DEFAULT) if s.node not in there]
        return [s for s in asked if self.known.origins.get(s.node) != past.node.id and (forgotten or not self._forgotten(s))]

    def _forgotten(self, stored: Stored) -> bool:
        patience = OFFERING.patience(stored.lemma.definitions)
        return self.measures.weights.weight(stored.node).standing(patience) == "forgotten"

    def _goal(self, past: Past) -> Goal | None:
        """Return the measurements of a goal, that without lemmas among them."""
        found = self.measures.goals.get(past.node.id)
        if found is None:
            self.say(f"{past.node.target} without lemmas")
            without = self.prove(past, NOTHING)
            if without is None:
                return None
            found = self.measures.goals[past.node.id] = Goal(without)
            self._weigh()
        return found

    def _measure(self, past: Past, goal: Goal, due: Iterable[Stored]) -> None:
        for stored in due:
            if self.over():
                return
            self.say(f"{past.node.target} with {stored.lemma.name}")
            noting = Noting({stored.lemma.definitions: (stored,)}, offering=ALL)
            came = self.prove(past, noting)
            if came is None:
                continue
            goal.with_[stored.node] = came if stored.node in noting.met else None
            self._weigh()

    def _weigh(self) -> None:
        self.measures.weights = weights_of(self.graph, self.measures, self.known)
        self.save(self.measures)


def weights_of(graph: Graph, measures: Measures, known: History) -> Weights:
    """Return the weights of a graph's lemmas and rules, the oldest first; of what was not measured anew the weights from before.

    The order is that in which nodes came as far as the journal tells, then that of the weights from before.
    """
    nodes = [n.id for n in graph.nodes.values() if n.kind in RESTING_ON_NOTHING]
    places = {node: i for i, node in enumerate(dict.fromkeys((*known.order, *measures.weights.of)))}
    nodes.sort(key=lambda n: (places.get(n, len(places)), n))
    return Weights({n: _weight(graph, measures, known, n) for n in nodes})


def _weight(graph: Graph, measures: Measures, known: History, node: Digest) -> Weight:
    pairs = {i: (g.without, o) for i, g in measures.goals.items() if (o := g.with_.get(node)) is not None}
    if not pairs:
        return measures.weights.weight(node)
    if graph.nodes[node].kind == "lemma" and node not in known.origins:
        pairs = _without_origin(graph, node, pairs)
    won = sum(o.proves_more(w) for w, o in pairs.values()) - sum(w.proves_more(o) for w, o in pairs.values())
    shortened = sum(o.is_shorter(w) for w, o in pairs.values())
    # a proof that was not found is no saving, however soon the search gave up
    saved = sum(w.checks - o.checks for w, o in pairs.values() if o.proved)
    return Weight(won, shortened, saved, len(pairs))


def _without_origin(
    graph: Graph, node: Digest, pairs: Mapping[Digest, tuple[Outcome, Outcome]]
) -> dict[Digest, tuple[Outcome, Outcome]]:
    """Leave out one of the goals from which a lemma may have come, where nothing says which: one that it helped, if any.

    A goal whose accepted proof holds the lemma's text is none of them: the lemma was there before.
    """
    users = set(graph.resting.successors(node))
    rest = [i for i in pairs if i not in users]
    helped = [i for i in rest if pairs[i][1].proves_more(pairs[i][0]) or pairs[i][1].is_shorter(pairs[i][0])]
    out = next(iter((*helped, *rest)), None)
    return {i: pair for i, pair in pairs.items() if i != out}


@dataclass(slots=True)
class Searching:
    """Proves goals with an examiner. Raises Refusal where Lean is broken."""

    examiner: Examiner
    over: Callable[[], bool]

    def __call__(self, past: Past, store: LemmaStore) -> Outcome | None:
        """Search for a proof, as a judge would."""
        before = self.examiner.checks
        found = self.examiner.search(past.task, past.lemmas, store, self.over)
        checks = self.examiner.checks - before
        if isinstance(found, Found):
            text = found.proof.text
            held = {t.rstrip() for some in store.by_definitions.values() for s in some for t in lemma_text(s.lemma)}
            own = len(text) - sum(len(t) for t in held if t in text)
            return Outcome(True, found.proof.order, own, text.count("\n"), checks)  # noqa: FBT003 - it was proved
        if isinstance(found, ToolBroken):
            raise Refusal(found)
        # what a clock ended says nothing of the lemma
        return None if self.over() or isinstance(found, TimedOut) else Outcome(False, None, 0, 0, checks)  # noqa: FBT003 - as above
