"""A person's word, carried out by `qed review` in a process of its own, so that what it means is said in one place only.

One word is carried out at a time. What became of it is kept for the page that asks; the journal has it for good.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from verify.canonical import Digest

Word: TypeAlias = Literal["approve", "reject"]
COMMAND: Final = (sys.executable, "-m", "loop")
PATIENCE: Final = 10.0
"""seconds that a command has to end after it was told to stop"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A word on an entry of the queue, and what became of it: nothing yet where `code` is None."""

    entry: Digest
    word: Word
    by: str
    why: str
    code: int | None = None
    """the exit code of `qed review`"""
    said: str = ""
    """why it was not carried out"""


class Decisions:
    """The words that were given to one graph while the server runs."""

    def __init__(self, accepted: Path, lean: str, command: tuple[str, ...] = COMMAND) -> None:
        """Give words to the graph in a folder; `lean` names whose kernel proves again, `command` runs `qed`."""
        self._accepted, self._lean, self._command = accepted, lean, command
        self._found: dict[Digest, Decision] = {}
        self._task: asyncio.Task[None] | None = None

    def __getitem__(self, entry: Digest) -> Decision | None:
        """Return the last word on an entry."""
        return self._found.get(entry)

    @property
    def pending(self) -> Decision | None:
        """The word that is being carried out."""
        return next((d for d in self._found.values() if d.code is None), None)

    def give(self, decision: Decision) -> Decision | None:
        """Begin to carry out a word; return the one that is in its way, None where none is. Asked from the event loop only."""
        if (before := self.pending) is not None:
            return before
        self._found[decision.entry] = decision
        self._task = asyncio.get_running_loop().create_task(self._carry_out(decision))
        return None

    async def close(self) -> None:
        """Stop what is being carried out; the graph is whole, and the entry waits on."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _carry_out(self, decision: Decision) -> None:
        more = (f"--lean={self._lean}",) if decision.word == "approve" else ()
        arguments = (
            "review", decision.word, decision.entry, f"--by={decision.by}", f"--why={decision.why}",
            f"--accepted={self._accepted}", *more, "--json",
        )  # fmt: skip
        code, said = 4, "it was stopped."
        try:
            child = await asyncio.create_subprocess_exec(
                *self._command, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, start_new_session=True
            )
            try:
                out, err = await child.communicate()
            finally:
                await _ended(child)
            code = child.returncode or 0
            said = "" if code == 0 else _message(out, err)
        except OSError as error:
            said = f"`qed review` could not be started: {error.strerror or error}."
        finally:
            self._found[decision.entry] = replace(decision, code=code, said=said)


async def _ended(child: Process) -> None:
    """See to it that a command comes to its end."""
    if child.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(child.wait(), PATIENCE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


def _message(out: bytes, err: bytes) -> str:
    """Return why a command was not carried out, as it said so itself."""
    try:
        data = json.loads(out)
    except ValueError:
        data = None
    if isinstance(data, Mapping) and isinstance(data.get("message"), str):
        return f"{data.get('reason')}: {data['message']}"
    return err.decode(errors="replace").strip()[-1_000:] or "`qed review` said nothing."
