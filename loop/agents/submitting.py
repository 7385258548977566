"""The tool that hands in: a candidate is judged from scratch, and what is accepted goes through the one door.

A submission is a run of the loop with one target and one proposal, which an agent made. So it is written to the journal like any
other, keeps to policy.toml, to its review queue and to stop files, has the baseline judged first where the graph lacks it, and
is settled in the one place where runs settle. What was judged before is judged again.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

from loop.agents.answers import Submitted
from loop.agents.asking import Inquiry
from loop.agents.catalog import Listed
from loop.agents.lane import Cancelled, Ticket
from loop.agents.session import Session, in_turn, to_bytes
from loop.agents.words import MESSAGE, judged_data, next_of, next_step, unjudged_data
from loop.commands.common import UsageError, prepare_graph
from loop.examine import ANY, Asked, Examination
from loop.executors.executor import Answer, Question, Say
from loop.governance.door import judged_under
from loop.governance.queue import Held, queued
from loop.journal import ENDED, HELD, Journal, journal_path, judge_digest
from loop.keep import Standing, standing
from loop.library.measures import weights_in
from loop.prompt import IDEA_CHARACTERS, cut_to
from loop.proposal import Brief, Proposal
from loop.rounds import Rounds
from loop.strategy import InTurn
from loop.target import Plan, Target
from loop.threads import in_thread
from verify.canonical import Digest
from verify.governance import governance_beside
from verify.limits import DEFAULT
from verify.reasons import HeldForReview, Reason, Refusal
from verify.verdict import to_verdict

AGENT: Final = "agent"
"""the name of the proposer"""
ADMITTED: Final = "It is in the graph, and is the version to beat now."
KNOWN: Final = "The graph holds this version, or one alike up to names, or a person has rejected it; look for a better one."
WAITS: Final = "It was proved, and waits for a person's word (`qed review`); the head stays until then."


@dataclass(slots=True)
class Handed:
    """A proposer with one proposal, which hears what became of it."""

    proposal: Proposal
    name: str = AGENT
    came: str = ""
    """its verdict; "" where none was given, because it was known"""
    reason: str = ""
    message: str = ""

    def propose(self, _: Brief) -> Iterator[Proposal]:
        """Yield it."""
        yield self.proposal

    def learn(self, _: Proposal, came: str, reason: str, message: str) -> None:
        """Take note of what became of it."""
        self.came, self.reason, self.message = came, reason, message


@dataclass(slots=True)
class Judging:
    """An executor over the session's worker; it remembers what was said of the candidate."""

    session: Session
    ticket: Ticket
    asked: Asked
    said: Examination | None = None
    jobs: int = 1
    window: int = 1
    trusted: bool = True

    def submit(self, question: Question, _: Say) -> "Future[Answer]":
        """Have a question judged in a thread that waits for the worker."""
        candidate = question.task.new is not None

        def answered() -> Answer:
            asked = self.asked if candidate else ANY
            inquiry = Inquiry(question.task, question.lemmas, question.corpus, question.store, "judge", asked)
            answer = self.session.heavy.ask(inquiry, self.ticket)
            self.session.count(answer.seconds, judgements=1)
            if candidate:
                self.said = answer.examination
            return answer

        return in_thread(answered)

    def close(self) -> None:
        """Leave the worker to the session."""


@dataclass(slots=True)
class Watching:
    """Passes on what a run is at."""

    ticket: Ticket
    notes: list[str] = field(default_factory=list)

    def stage(self, target: Target, what: str) -> None:
        """Take note of what is being done."""
        del target
        if what:
            self.ticket.say(what)

    def note(self, message: str) -> None:
        """Keep what a reader should know."""
        self.notes.append(cut_to(message, MESSAGE))


def submit(session: Session, name: str, program: str, lean: str, idea: str, asked: Asked, ticket: Ticket) -> Submitted:
    """Judge a candidate and admit what is accepted. Raises UsageError, Refusal, Cancelled."""
    if not session.place.may_submit:
        raise UsageError("this server only reads; `qed mcp --allow-submit` lets agents hand in.")
    with in_turn(session.submitting, ticket):
        _, listed, _ = session.find(name)
        if not program.strip():
            raise UsageError("`program` is empty: hand in the whole Python file.")
        content = to_bytes(program, "the program", DEFAULT.source_bytes)
        lemmas = to_bytes(lean, "the Lean text", DEFAULT.proof_bytes)
        proposal = Proposal(listed.spec.name, content, lemmas, AGENT, _line(idea))
        session.begin(proving=True)
        prepare_graph(session.place.accepted)
        with contextlib.closing(Journal(journal_path(session.place.accepted))) as journal:
            return _submitted(session, listed, proposal, asked, ticket, journal)


def _submitted(
    session: Session, listed: Listed, proposal: Proposal, asked: Asked, ticket: Ticket, journal: Journal
) -> Submitted:
    handed, judging, watching = Handed(proposal), Judging(session, ticket, asked), Watching(ticket)
    before = standing(session.graph(), listed.spec)
    rounds = Rounds(_plan(session), [listed.spec], {AGENT: handed}, judging, journal, watching, None, InTurn(1, (AGENT,)))
    session.count(proposals=1)
    try:
        rounds.run()
    except (Cancelled, Refusal):
        journal.add(ENDED, {"how": "given up", "spent": rounds.spent.as_data()})
        raise
    target = rounds.targets[0]
    if rounds.how and not handed.came and target.reason is None:
        ticket.give_up()  # what is still at work, where a stop file ended the run
        raise UsageError(f"the submission ended ({rounds.how}) before there was a verdict on the candidate; it did not enter.")
    if journal.complaint:
        watching.note(journal.complaint)
    fields = _verdict(listed, handed, judging, target, before)
    admitted, known = bool(target.admitted), fields["reason"] is None and not handed.came
    held = next((str(e.content["node"]) for e in journal.events(HELD) if e.run == journal.run), None)
    held = held or (_held(session, proposal) if known else None)
    node = target.stands.head.id if target.stands.head and held is None and (admitted or known) else held
    if handed.came == "accept" or known:
        fields["next"] = ADMITTED if admitted else WAITS if held else KNOWN
    return Submitted(**{
        **fields, "admitted": admitted, "held": held is not None, "node": node,
        "baseline": target.stands.line[0].id if target.stands.line else None, "lemmas": rounds.tally.lemmas,
        "notes": watching.notes,
    })  # fmt: skip


def _verdict(listed: Listed, handed: Handed, judging: Judging, target: Target, before: Standing) -> dict[str, Any]:
    """Return the fields of what was said: of the baseline where that did not enter, else of the candidate."""
    stands = Standing(before.spec, before.line or target.stands.line[:1])
    if target.reason is not None:
        of = judged_data(listed.name, Examination(to_verdict(target.reason, "baseline", ())), stands)
        return of | {"message": f"the baseline: {of['message']}", "next": _of_baseline(target.reason)}
    said = judging.said
    if said is not None and said.verdict.name == handed.came:
        return judged_data(listed.name, said, stands)
    # the door, or the gate policy, had another word than the judge, or there was no judge
    came = handed.came or "accept"
    return unjudged_data(listed.name, stands) | {
        "verdict": came, "reason": handed.reason or None, "message": cut_to(handed.message, MESSAGE) or None,
        "gate": None if came == "accept" else "policy" if said is None else "graph", "next": next_of(handed.reason),
    }  # fmt: skip


def _held(session: Session, proposal: Proposal) -> Digest | None:
    """Return the node of a program that waits for a person's word, None where none does. Raises Refusal."""
    waiting = (h.node for h in queued(session.place.accepted).values() if isinstance(h, Held))
    versions = (n for n in waiting if n.kind == "implementation" and n.target == proposal.target)
    return next((n.id for n in versions if n.content("program.py") == proposal.program), None)


def _of_baseline(reason: Reason) -> str:
    if isinstance(reason, HeldForReview):
        return "The baseline waits for a person's word (`qed review`); nothing supersedes it before."
    return f"Nothing of this target can be accepted before its baseline is. {next_step(reason)}"


def _plan(session: Session) -> Plan:
    """Return what a submission may do: one question, one answer, and what is left of the server's budgets."""
    folder, governance = session.place.accepted, governance_beside(session.place.accepted)
    return Plan(
        folder=folder, rounds=1, seed=0, limits=DEFAULT, budget=session.left(), governance=governance, anew=True,
        judge=judged_under(judge_digest(DEFAULT, session.place.lean), governance), weights=weights_in(folder)[0],
        arguments={"agent": True, "policy": governance.digest},
    )  # fmt: skip


def _line(idea: str) -> str:
    """Return what an agent says of its idea as one printable line."""
    text = "".join(c if c.isprintable() else " " for c in idea[: 4 * IDEA_CHARACTERS])
    return cut_to(" ".join(text.split()), IDEA_CHARACTERS)
