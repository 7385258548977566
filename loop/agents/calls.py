"""A call of a client: its work in a thread, what the client is told meanwhile, its end where nobody waits, and its errors.

An error says what is wrong, where, and what to do, in one line; none of them ends the server.
"""

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, InputRequiredResult
from pydantic import ValidationError

from loop.agents.lane import Cancelled, Ticket
from loop.commands.common import UsageError
from verify.ci_formats import plain
from verify.portable import ToolchainMissing
from verify.reasons import Refusal

T = TypeVar("T")
CALLS: Final = 16
"""calls that are worked on at a time, those that wait for a judge included"""
LOOK: Final = 0.25
"""seconds between two looks at how far a call is"""
BEAT: Final = 5.0
"""seconds after which a client is told again, where nothing has changed"""
LONGEST: Final = 2_000
"""characters of an error"""


class CallFailed(Exception):  # noqa: N818 - an outcome that is told to the client
    """A call that came to nothing; the message is for whoever called."""


@dataclass(slots=True)
class Calls:
    """The calls that are worked on."""

    working: set[int] = field(default_factory=set)

    async def carried_out(self, context: "Context[Any, Any]", work: Callable[[Ticket], T]) -> T:
        """Carry out some work in a thread, tell the client how far it is, and end it where the client gives it up.

        Raises CallFailed.
        """
        if len(self.working) >= CALLS:
            raise CallFailed(f"{CALLS} calls are being worked on; wait until one of them is answered.")
        ticket = Ticket()
        self.working.add(id(ticket))
        outcome: list[T] = []
        failed: list[CallFailed] = []

        def worked() -> None:
            try:
                outcome.append(work(ticket))
            except Exception as fault:  # noqa: BLE001 - each is told to the client
                failed.append(CallFailed(told(fault)))

        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_beat, context, ticket)
                # a thread that nobody waits for comes to its end by itself, once what it waits for is ended
                await anyio.to_thread.run_sync(worked, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1))
                group.cancel_scope.cancel()
        finally:
            ticket.give_up()
            self.working.discard(id(ticket))
        if failed:
            raise failed[0]
        return outcome[0]


async def _beat(context: "Context[Any, Any]", ticket: Ticket) -> None:
    """Tell the client what is being done: when that changes, and now and then."""
    told_of, last = "", -BEAT
    while True:
        await anyio.sleep(LOOK)
        stage, now = ticket.stage, ticket.seconds
        if stage != told_of or now - last >= BEAT:
            told_of, last = stage, now
            with contextlib.suppress(MCPError, anyio.BrokenResourceError, anyio.ClosedResourceError):  # nobody listens
                await context.report_progress(round(now, 3), None, plain(stage))


def told(fault: Exception) -> str:
    """Return what a client is told of a fault: its kind, and one line."""
    match fault:
        case UsageError() | ToolchainMissing():
            said = str(fault)
        case Refusal():
            said = f"{type(fault.reason).__name__}: {fault.reason}"
        case Cancelled():
            said = "the server ends, and this call with it."
        case OSError():
            place = f"{fault.filename}: " if fault.filename else ""
            said = f"{place}{fault.strerror or fault}. What was accepted so far is in the graph."
        case _:
            if os.environ.get("QED_DEBUG"):
                traceback.print_exception(fault, file=sys.stderr)
            said = f"{type(fault).__name__}: {fault}. This is a fault of the server; QED_DEBUG=1 has it say where."
    line = " ".join(plain(said).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."


class Server(MCPServer[Any]):
    """The SDK's server, whose tools take the arguments of their schema and no others, and whose errors are plain."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: "Context[Any, Any] | None" = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool. Raises ToolError with what is wrong."""
        known = {t.name: t.input_schema["properties"] for t in await self.list_tools()}
        if name not in known:
            raise ToolError(f"there is no tool {plain(ascii(name)[:100])}; there are {', '.join(known)}.")
        if unknown := sorted(arguments.keys() - known[name].keys()):
            called = plain(ascii(unknown[0])[:100])
            raise ToolError(f"`{name}` takes no argument {called}; it takes {', '.join(known[name]) or 'none'}.")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            raise ToolError(_cause(name, error.__cause__)) from error.__cause__


def _cause(name: str, cause: BaseException | None) -> str:
    match cause:
        case ValidationError():
            faults = cause.errors(include_url=False, include_input=False, include_context=False)
            said = "; ".join(f"`{'.'.join(map(str, f['loc']))}`: {f['msg']}" for f in faults[:3])
            return f"the arguments of `{name}` are not of its schema: {plain(said)}."
        case ToolError() | CallFailed():
            return str(cause)
        case Exception():
            return told(cause)
    return f"`{name}` failed, and did not say why."
