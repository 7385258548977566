"""A run: ask for proposals, leave out what was judged before, have the rest judged, then keep it or learn from it.

Nothing here decides. An acceptance is the verifier's word, and its node enters through `verify.graph.admit` at once.

A run is a function of its events in their order, and of no clock unless a budget of time ends it. A strategy names the turns
of a wave; briefs, and what a judgement may use besides its task (the store of lemmas, past counterexamples, accepted components),
are taken when the wave begins, so that it does not matter which judgement ends first. Verdicts are settled by turn and by
proposal. Where the head has moved since a question was put, the answer is dropped and the proposal judged against the head that
is there. So any executor with any number of workers comes to the same graph, and so does a run that was killed and is gone on
with: it goes the same way again, with the answers that the journal holds in place of asking and judging.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, wait

from loop.asking import Asking
from loop.budget import GRACE, PAID, Spent, stopped_by
from loop.executors.executor import Answer, Executor, Question
from loop.items import Base, End, Item, Reading
from loop.journal import BASELINE, BEGUN, CAME, ENDED, SPENT, STOPPED, Entry, Journal
from loop.keep import Again, baseline_task, standing
from loop.lemma_store import store_of
from loop.library.offering import Weights
from loop.line import LOOK, Line
from loop.normal import candidate_digest, normal_text
from loop.proposal import Brief, Proposal, Proposer, ProposerFailed
from loop.recording import Recorder
from loop.settle import Place, Settled, Settling
from loop.strategy import Came, InTurn, Strategy, Told, Turn
from loop.target import Plan, Tally, Target, Watch, target_of
from verify.canonical import Digest
from verify.components import linked
from verify.graph import Graph
from verify.judge import version_of
from verify.node import Node
from verify.reasons import Malformed, Reason, Refusal
from verify.spec import Spec, to_candidate
from verify.task import Task, Version
from verify.types import key


class _GivenUpError(Exception):
    """What is being judged is not waited for any more, since somebody stopped the run."""


class Rounds:
    """One run over a graph folder; what it found stands in `targets`, `tally`, `failed` and `how` when `run` returns."""

    def __init__(
        self,
        plan: Plan,
        specs: Sequence[Spec],
        proposers: Mapping[str, Proposer],
        executor: Executor,
        journal: Journal,
        watch: Watch,
        recorder: Recorder | None = None,
        strategy: Strategy | None = None,
        again: Again | None = None,
    ) -> None:
        """Read the graph, and begin a run in the journal, or go on with the one that the journal was set to.

        `again` is for an executor that is not trusted. Raises Refusal where the graph is not sound, or lacks what the run that is
        gone on with had.
        """
        self.plan, self.proposers, self.executor, self.journal, self.watch = plan, proposers, executor, journal, watch
        self.strategy = strategy or InTurn(plan.rounds, tuple(proposers))
        if not executor.trusted and again is None:
            raise TypeError("what an executor that is not trusted accepts is proved again, and nothing is there to do it")
        self._settling = Settling(plan, journal, watch, None if executor.trusted else again)
        self._begin(specs)
        self.asking = Asking(proposers, journal, recorder)
        self.targets = [target_of(spec, standing(self.graph, spec), journal) for spec in specs]
        self.how = ""
        """why the run ended: a budget by name, `stopped`, or "" where it is done"""
        self._turn = 0
        self._fresh = set[int]()
        """turns of the wave in which something new came"""
        self._normals: dict[Digest, str] = {}
        self._start = time.monotonic()
        self._stopped: float | None = None
        """when the stop was seen"""

    @property
    def graph(self) -> Graph:
        """The graph as the run sees it."""
        return self._settling.graph

    @property
    def tally(self) -> Tally:
        """What was counted."""
        return self._settling.tally

    @property
    def failed(self) -> ProposerFailed | None:
        """The first failure of a proposer."""
        return next(iter(self.asking.failures.values()), None)

    @property
    def seconds(self) -> float:
        """Wall clock, that of the interrupted runs that this one goes on with included."""
        return self.asking.base.seconds + time.monotonic() - self._start

    @property
    def spent(self) -> Spent:
        """What was spent so far."""
        a, t = self.asking, self.tally
        return Spent(
            seconds=self.seconds, proposals=t.proposals, judgements=t.judgements, requests=a.requests, tokens=a.tokens,
            money=a.money,
        )  # fmt: skip

    @property
    def over(self) -> bool:
        """Whether a budget is used up after which nothing more is judged, or somebody stopped the run."""
        if not self.how or self.how in PAID:
            found = self.plan.budget.used_up(self.spent) or ("stopped" if stopped_by(self.plan.folder) else "")
            self.how = found or self.how
        return bool(self.how) and self.how not in PAID

    @property
    def broke(self) -> bool:
        """Whether a budget is used up after which nobody is asked."""
        self.how = self.how or self.plan.budget.used_up(self.spent, PAID)
        return self.how in PAID

    @property
    def _given_up(self) -> bool:
        """Whether what is being judged has had its time after somebody stopped the run."""
        if self._stopped is None and self.over and self.how == "stopped":
            self._stopped = time.monotonic()
        return self._stopped is not None and time.monotonic() - self._stopped > GRACE

    def run(self) -> None:
        """Go through the waves until the strategy asks for nothing more, or the run is over.

        Raises Refusal where the graph can no longer be read or written, and what the executor raises where it cannot begin.
        """
        while not self._done() and (turns := self.strategy.wave([t.view for t in self.targets])):
            self._wave(turns)
        self.journal.add(SPENT, self.spent.as_data())
        self.journal.add(STOPPED if self.how == "stopped" else ENDED, {"how": self.how, "spent": self.spent.as_data()})

    def _begin(self, specs: Sequence[Spec]) -> None:
        if (begun := self.journal.own(BEGUN)) and self.journal.run is not None:
            self._settling.as_begun(map(str, begun[0]["nodes"]), map(str, begun[0].get("held", ())))
            self._settling.governor.heard()
            self._weights = Weights.from_data(begun[0].get("lemmas", []))
            return
        self._weights = self.plan.weights
        self.journal.begin({
            **self.plan.arguments, "seed": self.plan.seed, "judge": self.plan.judge, "nodes": sorted(self.graph.nodes),
            "targets": [spec.digest for spec in specs], "held": self._settling.governor.begun,
            "lemmas": self._weights.to_data(),
        })  # fmt: skip
        self._settling.governor.heard()

    def _done(self) -> bool:
        """Say whether to begin nothing more; what an interrupted run had begun is gone through in any case."""
        return not self.journal.own(SPENT, self._turn) and (self.over or self.broke)

    def _wave(self, turns: Sequence[Turn]) -> None:
        numbered = list(enumerate(turns, self._turn))
        self._turn += len(numbered)
        self._fresh = set()
        if not self._in_order(self._baselines(numbered, self._base())):
            return
        base = self._base()
        briefs = {n: self.strategy.brief(t, self._brief(t)) for n, t in numbered if self.targets[t.target].stands.head}
        if not self._in_order(self._proposals(numbered, briefs, base)):
            return
        for n, turn in numbered:
            self.strategy.ended(turn, fresh=n in self._fresh)

    def _base(self) -> Base:
        corpora = tuple(tuple({key(v): v for v in t.corpus}.values()) for t in self.targets)
        return Base(self.graph, store_of(self.graph, self._weights), corpora)

    def _brief(self, turn: Turn) -> Brief:
        target = self.targets[turn.target]
        return Brief(target.spec, self._head(target), tuple(target.refusals), self.plan.seed, turn.round)

    def _head(self, target: Target) -> Version:
        if target.stands.head is None:
            raise LookupError(f"`{target.name}` has no head")
        return version_of(target.stands.head, target.spec, self.plan.limits)

    # -- what is to be settled ---------------------------------------------------------------------------------------------------

    def _baselines(self, numbered: Sequence[tuple[int, Turn]], base: Base) -> Iterator[Item | End]:
        """Yield the baselines that the turns of a wave need."""
        seen = set[int]()
        for number, turn in numbered:
            target = self.targets[turn.target]
            if turn.target in seen or target.stands.head is not None or target.dead:
                continue
            seen.add(turn.target)
            place = Place(number, BASELINE)
            if self._settling.recorded(place) is None:
                known = self.journal.known(target.stands.spec.id, None, target.spec.digest, self.plan.judge)
                if known is not None and known.verdict != "accept" and not self.plan.anew:
                    target.recorded = known
                    self.tally.known += 1
                    continue
                target.reason = self._settling.governor.waits(known.node) if known is not None else None
                if target.reason is not None:
                    self.tally.known += 1
                    continue
                self.watch.stage(target, "baseline")
            yield self._put(Item(place, target, base, turn))

    def _proposals(self, numbered: Sequence[tuple[int, Turn]], briefs: Mapping[int, Brief], base: Base) -> Iterator[Item | End]:
        """Yield the proposals of the turns of a wave; the questions about them are out then."""
        for number, turn in numbered:
            if number not in briefs or (self.broke and not self.journal.own(CAME, number)):
                continue
            end = End(number, turn, self.targets[turn.target], [])
            self.watch.stage(end.target, "asking for proposals")
            begun, requests = time.monotonic(), self.asking.requests
            for i, proposal in self.asking.proposals(number, turn, briefs[number], end.faults):
                end.seconds += time.monotonic() - begun
                if requests != self.asking.requests:
                    requests = self.asking.requests
                    self.journal.add(SPENT, self.spent.as_data())
                yield self._put(Item(Place(number, i), end.target, base, turn, proposal, self._read(end.target, proposal, base)))
                begun = time.monotonic()
            end.seconds += time.monotonic() - begun
            yield end

    def _read(self, target: Target, proposal: Proposal, base: Base) -> Reading:
        label, limits, refused = f"{target.name} by {proposal.origin}", self.plan.limits, None
        try:
            content = linked(proposal.program, label, base.graph.nodes, limits, target.stands.spec.id)
            source, program = to_candidate(content, label, target.spec, limits)
            text, new = normal_text(source, target.name), Version(source, program)
        except Refusal as refusal:
            text, new, refused = proposal.program.decode(errors="replace"), None, refusal.reason
        try:
            lemmas = proposal.lemmas.decode()
        except UnicodeDecodeError:
            lemmas, refused = "", refused or Malformed(what="the lemmas are not UTF-8.", where=proposal.origin)
        return Reading(candidate_digest(target.spec.digest, text, proposal.lemmas), text, new, lemmas, refused)

    def _put(self, item: Item) -> Item:
        """Say of an item that a judge is due, unless it is plain that none is; it is looked at again when it is settled."""
        reading = item.reading
        plain = reading is not None and (reading.refused is not None or self._known(item.target, reading))
        item.due = not plain and self._settling.recorded(item.place) is None
        return item

    def _ask(self, item: Item) -> "Future[Answer]":
        target, reading = item.target, item.reading
        item.task = baseline_task(target.spec)
        if reading is not None and reading.new is not None:
            item.task = Task(target.spec, self._head(target), reading.new, target.stands.tier)
            what = item.proposal.idea if item.proposal else ""
            self.watch.stage(target, f"judging {what or 'a proposal'}")
        corpus = item.base.corpora[item.turn.target]
        question = Question(item.task, reading.lemmas if reading else "", corpus, item.base.store)
        item.answer = self.executor.submit(question, lambda what: self.watch.stage(target, what))
        return item.answer

    # -- in their order ----------------------------------------------------------------------------------------------------------

    def _in_order(self, items: Iterator[Item | End]) -> bool:
        """Settle items in their order while later ones are being judged; say whether the run goes on."""
        line, more = Line(self.executor), True
        while more or len(line):
            over = self.over
            if line.ready or (over and line.idle):
                front = line.take()
                if not self._settle(front):
                    self._settle_rest(line, front.target)
                    return False
            elif not over and (item := line.due(last=not more)) is not None:
                self._ask(item)
            elif more and line.wants_more and not (over and len(line)):
                drawn = next(items, None)
                more = drawn is not None
                if drawn is not None:
                    line.add(drawn)
            elif self._given_up:
                return False
            else:
                line.wait()
        return True

    def _settle_rest(self, line: Line, cut: Target) -> None:
        """Settle what was begun in time behind an item that was not; of each target in its order, up to what was not begun."""
        left = [cut]
        while self.how == "seconds" and len(line):
            if not (line.ready or line.idle):
                line.wait()
                continue
            item = line.take()
            if all(item.target is not target for target in left) and not self._settle(item):
                left.append(item.target)

    def _settle(self, item: Item | End) -> bool:
        """Settle one item; say whether the run goes on."""
        if isinstance(item, End):
            self._end(item)
            return True
        entry = self._settling.recorded(item.place)
        # what is being judged comes to its end, but for a budget that is counted in judgements or proposals
        begun = item.answer is not None and (item.answer.running() or item.answer.done())
        if entry is None and self.over and not (begun and self.how in ("seconds", "stopped")):
            return False
        try:
            if item.proposal is None or item.reading is None:
                self._settle_baseline(item, entry)
            else:
                self._settle_proposal(item, item.proposal, item.reading, entry)
        except _GivenUpError:
            return False
        return True

    def _settle_baseline(self, item: Item, entry: Entry | None) -> None:
        target = item.target
        if entry is not None:
            self._settling.replay(target, item.place, entry, improves=False)
            target.recorded = entry if entry.verdict != "accept" else None
            return
        came = self._settling.settle(target, item.place, baseline_task(target.spec), target.spec.digest, self._answer(item))
        target.reason = came if isinstance(came, Reason) else None

    def _settle_proposal(self, item: Item, proposal: Proposal, reading: Reading, entry: Entry | None) -> None:
        target = item.target
        self.tally.proposals += 1
        target.proposals += 1
        came: Came = "known"
        settled = Settled("")
        if entry is not None:
            settled = self._settling.replay(target, item.place, entry, improves=True)
        elif self._known(target, reading):
            self.tally.known += 1
        elif reading.new is None or reading.refused is not None:
            reason = reading.refused or Malformed(what="no program.")
            settled = self._settling.refuse(target, item.place, reading.candidate, reason, proposal.program)
        else:
            answer = self._answer(item)
            task = item.task or baseline_task(target.spec)
            origin = ": ".join(filter(None, (proposal.origin, proposal.idea)))
            found = self._settling.settle(target, item.place, task, reading.candidate, answer, origin)
            settled = found if isinstance(found, Settled) else Settled(found.verdict, type(found).__name__, message=str(found))
        if settled.verdict:
            came = "accepted" if settled.verdict == "accept" else "refused"
            self._fresh.add(item.place.turn)
        if settled.verdict:
            self.asking.tell(item.turn, proposal, settled.verdict, settled.reason, settled.message)
        self.strategy.told(Told(item.turn, proposal, came, settled.verdict, settled.reason, settled.gate, settled.order))

    def _answer(self, item: Item) -> Answer:
        """Wait for an answer; one to a question about a head that has moved on is dropped, and the question put anew."""
        if item.answer is not None and item.task is not None and item.reading is not None:
            now = self._head(item.target).source.content
            if item.task.old.source.content != now or item.task.rests != item.target.stands.tier:
                item.answer = None
        answer = item.answer or self._ask(item)
        while not answer.done():
            if self._given_up:
                raise _GivenUpError
            wait([answer], LOOK)
        return answer.result()

    def _known(self, target: Target, reading: Reading) -> bool:
        """Say whether a candidate was judged against this head, or is one of the versions that the graph holds already."""
        head = target.stands.head
        entry = self.journal.known(target.stands.spec.id, head.id if head else None, reading.candidate, self.plan.judge)
        # what a journal calls accepted counts only where the graph holds it, or where it waits for a person's word
        waits = self._settling.governor.waits
        refused = entry is not None and entry.verdict != "accept" and not self.plan.anew
        if refused or (entry is not None and (entry.node in self.graph.nodes or waits(entry.node))):
            return True
        if reading.new is not None and self._settling.governor.has(head.id if head else None, reading.new.source.content):
            return True
        return any(self._normal(target, node) == reading.text for node in target.stands.line)

    def _normal(self, target: Target, node: Node) -> str:
        if node.id not in self._normals:
            self._normals[node.id] = normal_text(version_of(node, target.spec, self.plan.limits).source, target.name)
        return self._normals[node.id]

    def _end(self, end: End) -> None:
        """Note the end of a turn, and what was spent so far."""
        end.target.seconds += end.seconds
        self.tally.faults += len(end.faults)
        for fault in end.faults:
            self.watch.note(f"{end.target.name}: an answer was no proposal: {fault}")
        if failed := self.asking.failures.get(end.number):
            self.watch.note(f"{failed}")
        if end.faults:
            self._fresh.add(end.number)
        self.watch.stage(end.target, "")
        if not self.journal.own(SPENT, end.number):
            self.journal.add(SPENT, {"turn": end.number, **self.spent.as_data()})
