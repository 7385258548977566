"""What is known of one text of an open document, what the user chose, and what a session wants of its client."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from loop.language_server import facts
from loop.language_server.facts import Head, Offer, Outcome, Reading, Text
from verify.toolchain import Preference


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose. `accepted` is the graph's folder, in each folder of the workspace where it is no absolute path.

    `prove` says when Lean is asked; `delay` is the seconds of quiet before a text is tested, `search` those of a search.
    """

    accepted: Path = Path("accepted")
    lean: Preference = "auto"
    prove: Literal["save", "command"] = "save"
    delay: float = 0.3
    search: int = 60


class Progress(Protocol):
    """One piece of work, as the user sees it."""

    def say(self, what: str) -> None:
        """Say what it is at."""

    def end(self) -> None:
        """It is over."""


class Client(Protocol):
    """What the session wants of the other side."""

    def folders(self) -> list[Path]:
        """Return the folders of the workspace."""

    def publish(self, known: "Known") -> None:
        """Show what is known of a text now."""

    def tell(self, message: str) -> None:
        """Tell the user something that went wrong."""

    def at_work(self, title: str, stop: Callable[[], object], after: float = 0.0) -> Progress:
        """Show a piece of work, once it takes longer than some seconds; `stop` ends it where the user says so."""


class Refused(Exception):  # noqa: N818 - an answer to the user, not a fault
    """What was asked for cannot be done; the message is one sentence for the user."""


class TextChanged(Exception):  # noqa: N818 - an answer to the user, not a fault
    """What was asked for is about a text that is no longer there."""


@dataclass(eq=False)
class Known:
    """What is known of one text of a document: it goes with the text.

    `chosen` is the target that the text is a candidate for, where the user said so, and `spec` the file of that; `found` holds
    what a search came to. `meant` are the targets that Lean was last asked about, all where it is empty.
    """

    uri: str
    label: str
    path: Path | None
    version: int | None
    text: str
    chosen: Offer | None = None
    offers: tuple[Offer, ...] = ()
    reading: Reading | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    found: dict[str, Head] = field(default_factory=dict)
    spec: Text | None = None
    meant: tuple[str, ...] = ()
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    @property
    def file(self) -> Text:
        """The text as a file would hold it."""
        return Text(self.label, facts.to_bytes(self.text))

    @property
    def matters(self) -> bool:
        """Whether there is anything to say of it."""
        return self.chosen is not None or bool(self.offers) or facts.is_spec(self.text)

    @property
    def names(self) -> tuple[str, ...]:
        """The targets that can be judged; none in a text that is refused."""
        return tuple(t.name for t in self.reading.targets) if self.reading and not self.reading.fault else ()

    def begin(self, what: str, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Begin some work on the text; work of the same name on it is ended."""
        self.end(what)
        task = self.tasks[what] = asyncio.get_running_loop().create_task(work)
        return task

    def end(self, what: str) -> None:
        """End some work on the text."""
        if what in self.tasks:
            self.tasks[what].cancel()

    def forget(self) -> None:
        """End all that is at work on the text; nobody need wait for it any longer."""
        for task in self.tasks.values():
            task.cancel()
        self.ready.set()
