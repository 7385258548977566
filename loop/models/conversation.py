"""One conversation with a model: a question, tools in a bounded number of replies, an answer, and repairs of a refused answer.

Nothing here sends anything or decides anything: whoever builds it says how a request is made and what became of a proposal.
"""

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from loop.models.exchanges import Tape
from loop.models.reply import Call, Fault, Reply, Text
from loop.models.tools import CALLS, ID_CHARACTERS, Toolbox, calls_of
from loop.prompt import Message, quote, to_repair
from loop.proposal import Proposal, Refused

ECHO_CHARACTERS: Final = 20_000
"""longest text of a model's own that goes back to it"""
WHOLE_CHARACTERS: Final = 200_000
"""longest conversation"""
NONE_LEFT: Final = '{"error": "no more tools may be used; answer"}'


@dataclass(slots=True, kw_only=True)
class Conversation:
    """What is needed to talk; `turns` counts the replies that may use tools, `repairs` the answers that may be bettered.

    `ask` returns a reply to the messages so far, or raises ProposerFailed; `read` turns a text into a proposal, or into what is
    wrong with it; `refused` says why a proposal that was yielded was not accepted, None where it was or where nobody knows.
    `faults` takes what was no proposal.
    """

    name: str
    ask: Callable[[Sequence[Message]], Reply]
    read: Callable[[Text], Proposal | str]
    refused: Callable[[Proposal], Refused | None]
    tape: Tape
    toolbox: Toolbox | None = None
    turns: int = 0
    repairs: int = 0
    faults: list[str] = field(default_factory=list)

    def proposals(self, messages: list[Message]) -> Iterator[Proposal]:
        """Talk, beginning with `messages`, which grow, and yield what comes back in the asked form."""
        used = repaired = 0
        while True:
            if sum(len(str(m)) for m in messages) > WHOLE_CHARACTERS:
                self.faults.append("the conversation is longer than the limit")
                return
            reply = self.ask(messages)
            if isinstance(reply, Fault):
                self.faults.append(reply.what)
                return
            if self.toolbox and (calls := calls_of(reply)):
                used += 1
                if used > self.turns + 1:
                    self.faults.append(f"the model asks for tools after {self.turns} replies with tools")
                    return
                messages += self._answers(reply, calls[:CALLS], left=used <= self.turns)
                continue
            complaint = yield from self._answer(reply)
            if complaint is None or repaired >= self.repairs:
                return
            repaired += 1
            messages += [{"role": "assistant", "content": _echo(reply.content)}, {"role": "user", "content": complaint}]

    def _answer(self, reply: Text) -> Generator[Proposal, None, str | None]:
        """Yield the proposal of an answer; return what the model is told of it, None where there is nothing to better."""
        found = self.read(reply)
        if isinstance(found, str):
            self.faults.append(found)
            return to_repair("Malformed", found)
        yield found
        if not self.repairs:
            return None
        refused = self.refused(found)
        return to_repair(refused.reason, refused.message) if refused else None

    def _answers(self, reply: Text, calls: Sequence[Call], *, left: bool) -> Iterator[Message]:
        """Yield what a reply with calls adds to the conversation: the calls, and what came of each."""
        named = [Call(_name(c.id) or f"call_{i}", _name(c.name), c.arguments) for i, c in enumerate(calls)]
        if reply.calls:
            spoken = [
                {"id": c.id, "type": "function", "function": {"name": c.name or "none", "arguments": _arguments(c.arguments)}}
                for c in named
            ]
            yield {"role": "assistant", "content": _echo(reply.content), "tool_calls": spoken}
        else:
            yield {"role": "assistant", "content": _echo(reply.content)}
        for call in named:
            said = self._said(call) if left else NONE_LEFT
            if reply.calls:
                yield {"role": "tool", "tool_call_id": call.id, "content": said}
            else:
                yield {"role": "user", "content": f"The tool `{call.name}` says:\n{quote(said)}"}

    def _said(self, call: Call) -> str:
        box = self.toolbox
        if box is None:
            return NONE_LEFT
        return self.tape.tool(self.name, call.name, _arguments(call.arguments), lambda: box.use(call))


def _echo(text: str) -> str:
    """Return a text of the model as it goes back to it; half of a surrogate pair could not be sent."""
    return text[:ECHO_CHARACTERS].encode(errors="replace").decode()


def _name(text: str) -> str:
    """Return a name of a model's making with the characters that servers take."""
    return "".join(c for c in text if c.isascii() and (c.isalnum() or c in "_-"))[:ID_CHARACTERS]


def _arguments(text: str) -> str:
    """Return arguments as they go back to a server, which may insist that they are a JSON object."""
    try:
        value = json.loads(text) if len(text) <= ECHO_CHARACTERS else None
        return json.dumps(value) if isinstance(value, dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"
