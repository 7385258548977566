"""Proposals from a language model behind any endpoint that speaks the chat-completions protocol, through the openai SDK.

What is here: how often to ask, when to ask again, what it may cost, and what an answer must look like. The model's text has no
authority.
"""

import queue
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from loop.prompt import SCHEMA, Message, to_answer, to_messages
from loop.proposal import Brief, Proposal, ProposerFailed
from loop.proposers.endpoint import WIRE_FACTOR, Fault, Key, Limit, Reply, Request, Settings, Text, estimate
from verify.reasons import Refusal

POLL_SECONDS = 0.1

# What is asked beyond messages, most first; a server that answers 400 gets the next. Some refuse even a temperature.
_FORMAT = {"type": "json_schema", "json_schema": {"name": "proposal", "strict": True, "schema": SCHEMA}}
RUNGS: Final = ("schema", "object", "plain", "bare")


def _extras(rung: int, temperature: float, seed: int) -> dict[str, Any]:
    if RUNGS[rung] == "bare":
        return {}
    extras: dict[str, Any] = {"temperature": temperature, "seed": seed, "stream_options": {"include_usage": True}}
    match RUNGS[rung]:
        case "schema":
            extras["response_format"] = _FORMAT
        case "object":
            extras["response_format"] = {"type": "json_object"}
    return extras


@dataclass(slots=True)
class OpenAI:
    """A proposer that asks a model; one object is one budget.

    `last_faults` says, after each `propose`, which answers were no proposals and why. Setting `stop` ends the waiting for a
    reply or between retries.
    """

    settings: Settings
    key: Key
    name: str = "openai"
    requests: int = 0
    tokens: int = 0
    last_faults: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _rung: int = 0

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        """Ask for a brief as often as the settings say, and yield what comes back in the asked form.

        Raises ProposerFailed: no key, endpoint out of reach or refusing, budget used up.
        """
        self.last_faults = []
        messages = to_messages(brief)
        for number in range(self.settings.answers):
            reply = self._ask(messages, brief.round * self.settings.answers + number, brief.seed)
            proposal = self._proposal(reply, brief.spec.name)
            if proposal:
                yield proposal

    def _proposal(self, reply: Reply, target: str) -> Proposal | None:
        if isinstance(reply, Fault):
            self.last_faults.append(reply.what)
            return None
        try:
            answer = to_answer(reply.content)
        except Refusal as refusal:
            cut = " The server cut the answer off." if reply.finish == "length" else ""
            self.last_faults.append(f"malformed: {refusal.reason.what}{cut}")
            return None
        proposal = Proposal(target, answer.program, answer.lemmas, self.name, answer.idea)
        texts = answer.program.decode(), answer.lemmas.decode(), answer.idea
        # a server that echoes its caller's key must not get it into a recording or the graph
        if any(self.key.redact(t) != t for t in texts):
            self.last_faults.append("the answer holds the API key")
            return None
        return proposal

    def _ask(self, messages: list[Message], attempt: int, seed: int) -> Reply:
        """Send a question until there is a text or no hope; a Fault that comes back concerns this question only."""
        s = self.settings
        jitter = random.Random(f"{seed} {attempt}")  # noqa: S311 - spreads retries, no secret
        failures, rung = 0, self._rung
        while True:
            self._afford(messages)
            extras = _extras(rung, s.temperatures[attempt % len(s.temperatures)], (seed + attempt) % 2**31)
            reply = self._send(messages, extras)
            self.tokens += reply.tokens
            if isinstance(reply, Text):
                self._rung = rung
                return reply
            if reply.kind == "cut":
                return reply
            if reply.kind == "format" and rung + 1 < len(RUNGS):
                rung += 1
                continue
            failures += 1
            if not reply.again or failures > s.retries:
                raise ProposerFailed(reply.what, reply.do or "Look at the server, or run with --proposer symbolic.")
            wait = min(s.backoff_seconds * 2 ** (failures - 1) * jitter.uniform(0.75, 1.25), s.longest_wait_seconds)
            if reply.wait is not None and reply.wait > s.longest_wait_seconds:
                raise ProposerFailed(f"The server asks to wait {reply.wait:.0f} seconds.", "Run again later.")
            if self.stop.wait(max(wait, reply.wait or 0.0)):
                raise ProposerFailed("Stopped.", "")

    def _afford(self, messages: list[Message]) -> None:
        """Count a request against the budgets before it is sent."""
        s = self.settings
        if not self.key.reveal() and s.url.startswith("https:"):
            raise ProposerFailed("No API key is set.", "Set OPENAI_API_KEY, or QED_MODEL_URL and QED_API_KEY.")
        if self.requests >= s.max_requests:
            raise ProposerFailed(f"The budget of {s.max_requests} requests is used up.", "Raise it, or run again.")
        if self.tokens + estimate(messages) >= s.max_tokens:
            raise ProposerFailed(f"The budget of {s.max_tokens} tokens is used up.", "Raise it, or run again.")
        self.requests += 1

    def _send(self, messages: list[Message], extras: dict[str, Any]) -> Reply:
        """Send one request from a thread of its own, so that waiting for it can be interrupted and ends when it must."""
        s = self.settings
        affordable = 4 * (s.max_tokens - self.tokens)
        limit = Limit(WIRE_FACTOR * s.answer_characters, time.monotonic() + s.answer_seconds)
        replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        request = Request(s, self.key, messages, extras, limit, min(s.answer_characters, affordable))
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
        return Fault("cut", f"no whole answer within {s.answer_seconds:g} seconds", tokens=estimate(messages))
