"""Proposals from language models behind any endpoint that speaks the chat-completions protocol, through the openai SDK.

What is here: which model to ask, how often to ask again, what it may cost, and what an answer must look like. The model's text
has no authority.
"""

import json
import queue
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from loop.models.budget import Budget, BudgetUsedUp, Ledger, Use
from loop.models.conversation import Conversation
from loop.models.exchanges import Tape, Through, to_text
from loop.models.features import Features
from loop.models.money import Model, dollars
from loop.models.reply import Fault, Reply, Sent, Text, Usage
from loop.models.tools import TOOLS, Toolbox
from loop.models.workbench import Report, Workbench
from loop.prompt import Message, to_answer, to_context, to_messages, to_tool_list
from loop.proposal import Brief, Proposal, ProposerFailed, Refused
from loop.proposers.endpoint import WIRE_FACTOR, Key, Limit, Request, Settings
from verify.reasons import Refusal

POLL_SECONDS = 0.1
FRAME_TOKENS: Final = 256
"""tokens that a server may put around a question, and 16 more around each message"""


@dataclass(slots=True)
class OpenAI:
    """A proposer that asks models; one object is one budget, which `ledger` holds.

    `last_faults` says, after each `propose`, which answers were no proposals and why. Setting `stop` ends the waiting for a
    reply or between retries. With a `workbench` models may use tools and are told what a graph holds.
    """

    settings: Settings
    key: Key
    name: str = "openai"
    workbench: Workbench | None = None
    tape: Tape = field(default_factory=Through)
    last_faults: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event, repr=False)
    ledger: Ledger = field(init=False)
    _features: dict[str, Features] = field(default_factory=dict)
    _gone: dict[str, ProposerFailed] = field(default_factory=dict)
    """models of which no more can be had, and why"""
    _told: dict[tuple[bytes, bytes], Report] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Open the ledger."""
        self.ledger = Ledger(Budget(self.settings.max_requests, self.settings.max_tokens, self.settings.money))

    @property
    def requests(self) -> int:
        """Requests that were sent."""
        return self.ledger.spent.requests

    @property
    def tokens(self) -> int:
        """Tokens that were spent: as the servers counted them, else by an estimate from above."""
        return self.ledger.spent.tokens

    @property
    def money(self) -> str:
        """What was spent in dollars, exactly, by the same counts."""
        return dollars(self.ledger.spent.money)

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        """Have as many conversations on a brief as the settings say, and yield what comes back in the asked form.

        Raises ProposerFailed: no key, endpoint out of reach or refusing, budget used up; for the last model of which that holds.
        """
        self.last_faults = []
        self._told.clear()
        for number in range(self.settings.answers):
            attempt = brief.round * self.settings.answers + number
            while True:
                model = self._model(attempt)
                try:
                    yield from self._talk(brief, number, attempt, model)
                    break
                except ProposerFailed as failed:
                    self._gone[model.name] = failed
                    if self.stop.is_set() or len(self._gone) == len(self.settings.asked):
                        raise
                    self.last_faults.append(f"{model.name}: {failed}")

    def learn(self, proposal: Proposal, verdict: str, reason: str, message: str) -> None:
        """Take note of what became of a proposal, so that its conversation can go on from there."""
        self._told[proposal.program, proposal.lemmas] = Report(verdict=verdict, reason=reason, message=message)

    def text(self, place: str, messages: Sequence[Message], attempt: int, seed: int) -> str | None:
        """Ask for a text of no form, out of the same budgets; None where nothing whole came, which `last_faults` tells.

        Raises ProposerFailed as `propose` does.
        """
        self.last_faults = []
        while True:
            model = self._model(attempt)
            try:
                reply = self._ask(place, model, messages, (), attempt, seed, free=True)
            except ProposerFailed as failed:
                self._gone[model.name] = failed
                if self.stop.is_set() or len(self._gone) == len(self.settings.asked):
                    raise
                continue
            if isinstance(reply, Text):
                return reply.content
            self.last_faults.append(reply.what)
            return None

    def _model(self, attempt: int) -> Model:
        left = [m for m in self.settings.asked if m.name not in self._gone]
        if not left:
            raise next(reversed(self._gone.values()))
        return left[attempt % len(left)]

    def _talk(self, brief: Brief, number: int, attempt: int, model: Model) -> Iterator[Proposal]:
        """Have one conversation with a model."""
        name = f"{brief.spec.name} {brief.spec.digest[:16]} {brief.round} {number}"
        bench, tools = self.workbench, TOOLS if self.workbench and self.settings.turns else ()
        talk = Conversation(
            name=name,
            ask=lambda messages: self._ask(name, model, messages, tools, attempt, brief.seed),
            read=lambda text: self._proposal(text, brief.spec.name),
            refused=lambda proposal: self._refused(name, brief, proposal),
            tape=self.tape,
            toolbox=Toolbox(bench, brief, self.settings.whole_checks) if bench and tools else None,
            turns=self.settings.turns,
            repairs=self.settings.repairs,
            faults=self.last_faults,
        )
        known: list[str] = []
        if bench:
            known = json.loads(self.tape.tool(name, "context", "", lambda: to_text(to_context(bench.context(brief)))))
        yield from talk.proposals(to_messages(brief, known, tools=bool(tools), instructions=self.settings.instructions))

    def _refused(self, conversation: str, brief: Brief, proposal: Proposal) -> Refused | None:
        """Say why a proposal was not accepted: as the run was told, else as the gates that are cheap find; None where it was."""

        def use() -> str:
            report = self._told.pop((proposal.program, proposal.lemmas), None)
            if report is None and self.workbench:
                report = self.workbench.check(brief, proposal.program, proposal.lemmas, whole=False)
            told = report and report.refused
            return to_text({"reason": report.reason, "message": report.message} if report and told else {})

        match json.loads(self.tape.tool(conversation, "verdict", to_text({"proposal": proposal.digest}), use)):
            case {"reason": str(reason), "message": str(message)}:
                return Refused(proposal.program.decode(errors="replace"), reason, message)
        return None

    def _proposal(self, reply: Text, target: str) -> Proposal | str:
        """Read an answer, or say what is wrong with it."""
        try:
            answer = to_answer(reply.content)
        except Refusal as refusal:
            cut = " The server cut the answer off." if reply.finish == "length" else ""
            return f"malformed: {refusal.reason.what}{cut}"
        proposal = Proposal(target, answer.program, answer.lemmas, self.name, answer.idea)
        texts = answer.program.decode(), answer.lemmas.decode(), answer.idea
        # a server that echoes its caller's key must not get it into a recording or the graph
        if any(self.key.redact(t) != t for t in texts):
            return "the answer holds the API key"
        return proposal

    def _ask(
        self, place: str, model: Model, messages: Sequence[Message], tools: Sequence[dict[str, Any]], attempt: int, seed: int,
        *, free: bool = False,
    ) -> Reply:  # fmt: skip
        """Send a question until there is a text or no hope; a Fault that comes back concerns this question only.

        Where the form of the text is `free`, none is asked for.
        """
        s = self.settings
        jitter = random.Random(f"{seed} {attempt}")  # noqa: S311 - spreads retries, no secret
        failures, features = 0, self._features.get(model.name, Features())
        while True:
            temperature, own = s.temperatures[attempt % len(s.temperatures)], (seed + attempt) % 2**31
            asked = _with_tools(messages, tools) if tools and features.tools == "text" else messages
            of = replace(features, format="none") if free else features
            body = of.body(model.name, asked, tools, temperature=temperature, seed=own, tokens=s.answer_tokens)
            sent = self._paid(place, model, body)
            reply = sent.reply()
            if isinstance(reply, Text):
                self._features[model.name] = features
                return reply
            if reply.kind == "cut":
                return reply
            if reply.kind == "format" and (less := features.less(reply.hint, tools=bool(tools))):
                features = less
                continue
            failures += 1
            if not reply.again or failures > s.retries:
                raise ProposerFailed(reply.what, reply.do or "Look at the server, or run with --proposer symbolic.")
            wait = min(s.backoff_seconds * 2 ** (failures - 1) * jitter.uniform(0.75, 1.25), s.longest_wait_seconds)
            if reply.wait is not None and reply.wait > s.longest_wait_seconds:
                raise ProposerFailed(f"The server asks to wait {reply.wait:.0f} seconds.", "Run again later.")
            if self.tape.live and self.stop.wait(max(wait, reply.wait or 0.0)):
                raise ProposerFailed("Stopped.", "")

    def _paid(self, conversation: str, model: Model, body: dict[str, Any]) -> Sent:
        """Send a request that can be paid for, and count what it came to."""
        worst = Usage(len(to_text(body)) + 16 * len(body["messages"]) + FRAME_TOKENS, self.settings.answer_tokens)
        held = _use(model, worst)
        self._afford(model, held)
        used = held  # what is interrupted may have been counted as a whole
        try:
            sent = self.tape.exchange(conversation, body, lambda: self._send(body))
            used = _use(model, _usage(sent, worst))
        finally:
            self.ledger.settle(held, used)
        if used.tokens > held.tokens or used.money > held.money:
            what = f"The server counts {used.tokens} tokens for a request that could hold {held.tokens} at most."
            raise ProposerFailed(what, "Look at what it bills, or use another.")
        return sent

    def _afford(self, model: Model, worst: Use) -> None:
        """Hold the worst case of a request back before it is sent. Raises ProposerFailed where it does not fit the budgets."""
        s = self.settings
        if self.tape.live and not self.key.reveal() and s.url.startswith("https:"):
            raise ProposerFailed("No API key is set.", "Set OPENAI_API_KEY, or QED_MODEL_URL and QED_API_KEY.")
        try:
            self.ledger.hold(worst)
        except BudgetUsedUp as over:
            cost = f", ${dollars(worst.money)}" if model.price else ""
            what = f"The budget of {over.limit} is used up: one more request takes {worst.tokens} tokens{cost} at most, "
            what += f"and {self.tokens} tokens, ${self.money}, are spent."
            raise ProposerFailed(what, "Raise it, lower --answer-tokens, or run again.") from None

    def _send(self, body: dict[str, Any]) -> Sent:
        """Send one request from a thread of its own, so that waiting for it can be interrupted and ends when it must."""
        s = self.settings
        limit = Limit(WIRE_FACTOR * s.answer_characters, time.monotonic() + s.answer_seconds)
        replies: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        request = Request(s, self.key, body, limit)
        threading.Thread(target=lambda: replies.put(request.run()), daemon=True, name="model-request").start()
        try:
            while time.monotonic() < limit.deadline + POLL_SECONDS and not self.stop.is_set():
                try:
                    return replies.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    continue
        finally:
            limit.abandoned.set()
        if self.stop.is_set():
            raise ProposerFailed("Stopped.", "")
        return Sent((), Fault("cut", f"no whole answer within {s.answer_seconds:g} seconds", billed=True))


def _with_tools(messages: Sequence[Message], tools: Sequence[dict[str, Any]]) -> list[Message]:
    """Return messages that tell of tools whose calls the model writes."""
    first, *rest = messages
    return [{**first, "content": f"{first['content']}\n\n{to_tool_list(tools)}"}, *rest]


def _use(model: Model, usage: Usage) -> Use:
    return Use(1, usage.total, model.price.cost(usage.read, usage.written) if model.price else 0)


def _usage(sent: Sent, worst: Usage) -> Usage:
    """Return what a request came to: as the server counted it, else estimated from above.

    No token is shorter than a byte, so a whole answer has no more tokens than bytes. What broke off may have gone on where we
    do not see it, so it counts as the worst case; what was refused counts nothing.
    """
    heard = sent.heard()
    if sent.fault:
        return worst if sent.fault.billed else Usage(0, 0)
    if heard.usage:
        return heard.usage
    if not heard.finish:
        return worst
    said = sum(len(text.encode(errors="replace")) for text in heard.texts())
    return Usage(worst.read, min(worst.written, said + 16))
