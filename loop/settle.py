"""What becomes of judgements: what is accepted enters the graph, what is not teaches, and all of it is written down.

Each is settled in its turn, so that the graph, the journal and what is learned are the same whoever judged and when. A run that
is gone on with finds its judgements in the journal and settles them again in the same way, without judging: what was accepted is
taken from the graph, where it entered, and never from the journal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from loop.executors.executor import Answer
from loop.governance.governor import Governor
from loop.journal import ADMISSION, HELD, JUDGEMENT, OUTCOMES, Entry, Journal, to_entry
from loop.keep import Again, enter, keep_lemma, node_of, proved_again, standing
from loop.target import Plan, Tally, Target, Watch
from verify.canonical import Digest
from verify.graph import Graph, graph_of, load
from verify.lemma import Lemma
from verify.node import lemma_node
from verify.reasons import Counterexample, GraphConflict, HeldForReview, Reason, Refusal
from verify.task import Task
from verify.verdict import Accept, Seconds, Verdict, to_verdict


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a run a judgement belongs: the number of its turn, and of its proposal in it."""

    turn: int
    number: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What a judgement came to, as a strategy is told."""

    verdict: str
    reason: str = ""
    gate: str = ""
    order: str | None = None
    message: str = ""
    """the reason's"""


class Settling:
    """The graph of a run, and the one place where it changes."""

    def __init__(self, plan: Plan, journal: Journal, watch: Watch, again: Again | None) -> None:
        """Read the graph; `again` proves what was accepted once more before it enters, None where that is not due.

        Raises Refusal where the graph is not sound, or lacks what a run that is gone on with had put there.
        """
        self.governor = Governor(plan.folder, plan.governance, journal, plan.limits, review=plan.review)
        self.plan, self.journal, self.watch, self.again = plan, journal, watch, again
        self.tally = Tally()
        self.there = self.graph = self._load()

    def as_begun(self, nodes: Iterable[Digest], held: Iterable[Digest]) -> None:
        """Go back to the graph as it was when the run began, of which these are the nodes, and to its queue. Raises Refusal."""
        self.graph = self._part(frozenset(nodes))
        self.governor.as_begun(held)

    def recorded(self, place: Place) -> Entry | None:
        """Return the judgement that an interrupted run made here; None where it made none, or what it accepted did not enter."""
        found = [e for c in self.journal.own(JUDGEMENT, place.turn, place.number) if (e := to_entry(c)) is not None]
        entry = found[-1] if found else None
        settled = self._held(place) is not None or self._admitted(place)
        return None if entry is not None and entry.verdict == "accept" and not settled else entry

    def replay(self, target: Target, place: Place, entry: Entry, *, improves: bool) -> Settled:
        """Settle a judgement that was made before. Raises Refusal where the graph lacks what came of it."""
        self.tally.count(entry.verdict)
        target.seconds += entry.seconds
        held = self._held(place)
        if entry.verdict == "accept":
            entered = self._admitted(place)
            if held is not None:
                self.governor.held(held)
                self._waits(target, held, improves=improves)
            self.graph = self._part(frozenset(self.graph.nodes) | entered)
            self._improved(target, improves=improves and held is None)
            self.tally.lemmas += sum(self.graph.nodes[i].kind == "lemma" for i in entered)
        else:
            target.learn(entry.program, entry.reason or "", entry.message, entry.arguments)
        return Settled(entry.verdict, entry.reason or "", entry.gate, entry.order, entry.message)

    def settle(
        self, target: Target, place: Place, task: Task, candidate: Digest, answer: Answer, origin: str = ""
    ) -> Settled | Reason:
        """Admit or hold what was accepted, and write the judgement down.

        The reason is that of a conflict, or a baseline's own that was refused or is held. `origin` says who proposed it.

        Raises Refusal where the graph can no longer be read or written.
        """
        examination, verdict = answer.examination, answer.examination.verdict
        target.seconds += answer.seconds
        if not isinstance(verdict, Accept):
            return self._refused(target, place, task, candidate, verdict, answer)
        self.watch.stage(target, "admitting")
        node = node_of(target.stands, task, examination)
        if self.again is not None:
            verdict = proved_again(self.graph, (target.stands.spec, node), self.again)
            if not isinstance(verdict, Accept):
                return self._refused(target, place, task, candidate, verdict, answer)
        nodes = (node,) if target.stands.spec.id in self.graph.nodes else (target.stands.spec, node)
        word = self.governor.word(place.turn, place.number, task, nodes)
        if isinstance(word, Reason):
            verdict = to_verdict(word, "policy.toml", verdict.seconds)
            return self._refused(target, place, task, candidate, verdict, answer)
        # said before it is done: whoever goes on after a kill in between judges it again, and finds the node there or not
        self._write(target, place, candidate, "accept", None, "", verdict.seconds, b"", node.id, examination.order)
        if word:
            self.governor.hold(nodes, word, origin)
            return self._held_back(target, place, task, answer, node.id, word)
        before = frozenset(self.graph.nodes)
        kept = enter(self.graph, self.plan.folder, target.stands, node, verdict)
        if isinstance(kept, Reason):
            return self._conflict(target, task, kept)
        self.graph = kept
        lemmas = self._keep_lemmas(before, examination.lemmas)
        entered = [target.stands.spec.id, node.id, *lemmas]
        self.journal.add(ADMISSION, {"turn": place.turn, "number": place.number, "target": target.name, "nodes": entered})
        self._learn(place, answer)
        self.tally.count("accept")
        self._improved(target, improves=task.new is not None)
        return Settled("accept", order=examination.order)

    def _held_back(
        self, target: Target, place: Place, task: Task, answer: Answer, node: Digest, why: str
    ) -> Settled | Reason:
        """Go on after what was accepted was put into the queue; the lemmas behind its proof enter as those of others do."""
        lemmas = self._keep_lemmas(frozenset(self.graph.nodes), answer.examination.lemmas)
        told = {"target": target.name, "node": node, "why": why, "nodes": lemmas}
        self.journal.add(HELD, {"turn": place.turn, "number": place.number, **told})
        self._learn(place, answer)
        self.tally.count("accept")
        self._waits(target, node, improves=task.new is not None)
        return target.reason or Settled("accept", order=answer.examination.order)

    def refuse(self, target: Target, place: Place, candidate: Digest, reason: Reason, program: bytes) -> Settled:
        """Settle what does not read, without any judge."""
        self.tally.count(reason.verdict)
        self._write(target, place, candidate, reason.verdict, reason, "policy", (), program)
        return Settled(reason.verdict, type(reason).__name__, "policy", message=str(reason))

    def _refused(
        self, target: Target, place: Place, task: Task, candidate: Digest, verdict: Verdict, answer: Answer
    ) -> Settled | Reason:
        if isinstance(verdict, Accept):
            raise TypeError("an acceptance is no refusal")
        self.tally.count(verdict.name)
        program = task.new.source.content if task.new else b""
        self._write(target, place, candidate, verdict.name, verdict.reason, verdict.gate, verdict.seconds, program)
        if verdict.name == "decline":
            self._learn(place, answer)
        if task.new is None:
            return verdict.reason
        return Settled(verdict.name, type(verdict.reason).__name__, verdict.gate, message=str(verdict.reason))

    def _learn(self, place: Place, answer: Answer) -> None:
        """Write down what the scripts came to, for later runs; how far a search got that a refusal cut short is chance."""
        if not answer.outcomes:
            return
        from loop.tactic_order import TacticOrder  # noqa: PLC0415 - a run with nothing to judge needs no prover

        order = TacticOrder()
        order.learn(answer.outcomes)
        self.journal.add(OUTCOMES, {"turn": place.turn, "number": place.number, "counts": order.counts})

    def _conflict(self, target: Target, task: Task, reason: Reason) -> Settled | Reason:
        """Go on from the head that is there, where somebody else admitted to this target meanwhile."""
        if not isinstance(reason, GraphConflict):
            raise Refusal(reason)
        self.watch.note(str(reason))
        self.graph = self._load()
        target.stands = standing(self.graph, target.spec)
        return Settled("accept") if target.stands.head and task.new is None else reason

    def _keep_lemmas(self, before: frozenset[Digest], lemmas: Sequence[tuple[Lemma, Accept]]) -> list[Digest]:
        """Admit the accepted lemmas behind an accepted proof; return the nodes that the run had not seen before."""
        entered = list[Digest]()
        for lemma, verdict in lemmas:
            kept = keep_lemma(self.graph, self.plan.folder, lemma, verdict, self.again)
            if isinstance(kept, HeldForReview):
                continue
            if isinstance(kept, Reason):
                self.watch.note(str(kept))
                break
            self.graph = kept
            entered.append(lemma_node(lemma, verdict.certificate).id)
        found = sorted(set(entered) - before)
        self.tally.lemmas += len(found)
        return found

    def _waits(self, target: Target, name: Digest, *, improves: bool) -> None:
        """Count what is held; the target of a baseline that is held has no head."""
        target.held += improves
        if not improves:
            target.reason = self.governor.waits(name)

    def _improved(self, target: Target, *, improves: bool) -> None:
        target.stands = standing(self.graph, target.spec)
        target.admitted += improves

    def _write(
        self,
        target: Target,
        place: Place,
        candidate: Digest,
        verdict: Any,
        reason: Reason | None,
        gate: str,
        seconds: Seconds,
        program: bytes,
        node: Digest | None = None,
        order: str | None = None,
    ) -> None:
        """Write a judgement to the journal, and remember what it teaches."""
        head = target.stands.head
        kind = type(reason).__name__ if reason else None
        arguments = reason.arguments if isinstance(reason, Counterexample) else None
        text = program.decode(errors="replace")
        entry = Entry(
            target=target.name, spec=target.stands.spec.id, head=head.id if head else None, candidate=candidate,
            judge=self.plan.judge, verdict=verdict, reason=kind, message=str(reason or ""), gate=gate,
            seconds=round(sum(s for _, s in seconds), 3), arguments=arguments, program=text, node=node, order=order,
        )  # fmt: skip
        self.journal.append(entry, place.turn, place.number)
        if reason is not None:
            target.learn(text, kind or "", str(reason), arguments)

    def _admitted(self, place: Place) -> frozenset[Digest]:
        found = self.journal.own(ADMISSION, place.turn, place.number)
        found += self.journal.own(HELD, place.turn, place.number)
        return frozenset(str(i) for c in found for i in c["nodes"])

    def _held(self, place: Place) -> Digest | None:
        """Return the node that an interrupted run put into the queue here; None where it put none."""
        found = self.journal.own(HELD, place.turn, place.number)
        return str(found[-1]["node"]) if found else None

    def _load(self) -> Graph:
        found = load(self.plan.folder)
        if isinstance(found, Reason):
            raise Refusal(found)
        return found

    def _part(self, ids: frozenset[Digest]) -> Graph:
        """Return the graph of some of the nodes that are there. Raises Refusal."""
        where, do = str(self.plan.folder), "Restore it, or begin another run with `qed run`."
        if gone := sorted(ids - self.there.nodes.keys()):
            what = f"the graph has lost the node {gone[0]}, which the run that is to be gone on with had found or made."
            raise Refusal(GraphConflict(what=what, where=where, do=do))
        found = graph_of((self.there.nodes[i] for i in ids), where)
        if isinstance(found, Reason):
            raise Refusal(found)
        return found
