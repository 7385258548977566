"""The MCP server: tools, resources and one prompt over a session, by the official SDK, on standard input and output.

While it runs standard output belongs to the protocol: the SDK points file descriptor 1 at standard error. Names of targets and
nodes are looked up; no path and no code of a client is used in this process but as text that is read.
"""

import functools
from collections.abc import Callable
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeVar

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from loop import __version__
from loop.agents import showing, trying
from loop.agents.answers import Goals, Judged, Shown, Submitted, Targets, Theorems, Tried
from loop.agents.calls import CallFailed, Calls, Server
from loop.agents.lane import Ticket
from loop.agents.session import Session
from loop.agents.submitting import submit
from loop.agents.telling import DOCUMENTS, improve, instructions, page
from loop.commands.check import to_asked
from loop.examine import Asked
from loop.prompt import IDEA_CHARACTERS
from verify.limits import DEFAULT

T = TypeVar("T")
JSON: Final = "application/json"
MARKDOWN: Final = "text/markdown"
PYTHON: Final = "text/x-python"
TOLD: Final = MappingProxyType({
    "targets": (
        "List the functions to improve: signature, the version to beat, what it costs in ticks, by whom that was "
        "proved."
    ),
    "show": (
        "Show a target: spec and contract, baseline, the version to beat, costs, what a candidate may be written in, "
        "what is proved of it, what was refused before, and theorems that may help."
    ),
    "lemmas": (
        "Search the Lean library and the graph's accepted lemmas by words, by a statement, or by a goal."
    ),
    "check": (
        "Judge a candidate by all gates, the Lean kernel last, against the version to beat; nothing is admitted. It "
        "may take minutes. Without a program the baseline itself is judged."
    ),
    "counterexample": (
        "Look for an input on which a candidate is wrong, raises or is dearer, by running it in the sandbox and by "
        "Z3. It takes seconds, and proves nothing."
    ),
    "goals": (
        "Say what is left to prove of a candidate after the prover's own search: the open theorem and its goals as "
        "Lean shows them. With Lean text, the goals where that stops; in this tool alone `sorry` stands for a goal "
        "that is to be shown."
    ),
    "submit": (
        "Have a candidate judged from scratch; what is proved enters the graph, or waits for a person's word where "
        "policy.toml says so. The baseline is judged first where the graph lacks it."
    ),
})
"""what a client is told of each tool"""


class WorstCase(BaseModel):
    """What the order worst-case is to claim; where it is left out, such claims are looked for."""

    model_config = ConfigDict(extra="forbid")
    size: str = Field(description="the size of an input, a sum of len(xs) and abs(n) over parameters, such as `len(xs)`")
    bound: str = Field(description="most ticks of the candidate on inputs of a size, such as `9 * size + 20`")
    least: int = Field(0, description="the least size that is meant")
    family: list[str] = Field(description="for each parameter its value in a dear input of each size, such as `xs=[1] * size`")


def _bytes(most: int) -> dict[str, Any]:
    return {"maxLength": most}


Target = Annotated[str, Field(description="a target's name, as `targets` lists it")]
Program = Annotated[
    str,
    Field(description="the whole Python file of the candidate, as text", json_schema_extra=_bytes(DEFAULT.source_bytes)),
]
Lean = Annotated[
    str,
    Field(
        description="Lean 4 theorems that help the proof, or a whole proof that ends in `theorem accepted`; may be empty",
        json_schema_extra=_bytes(DEFAULT.proof_bytes),
    ),
]
Order = Annotated[
    Literal["", "always", "eventually", "worst-case"],
    Field(description="prove this order and no other; empty: the strongest that can be proved"),
]
Statement = Annotated[bool, Field(description="return the pinned Lean text with the definitions of both versions")]
Worst = Annotated[WorstCase | None, Field(description="goes with the order worst-case")]


def make_server(session: Session) -> Server:
    """Make the server of a session; nothing is started."""
    server = Server("qed", title="QED Loop", instructions=instructions(session.place), version=__version__, log_level="ERROR")
    calls = Calls()
    _add_looking(server, session, calls)
    _add_trying(server, session, calls)
    if session.place.may_submit:
        _add_submitting(server, session, calls)
    _add_resources(server, session, calls)
    return server


def _looks(title: str) -> ToolAnnotations:
    return ToolAnnotations(title=title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


async def _called(calls: Calls, context: "Context[Any, Any]", work: Callable[[Ticket], T]) -> T:
    try:
        return await calls.carried_out(context, work)
    except CallFailed as failed:
        raise ToolError(str(failed)) from None


def _asked(order: str, worst: WorstCase | None) -> Asked:
    """Return what is to be proved of the costs. Raises UsageError."""
    if worst is None:
        return to_asked(order or None, None, None, 0, ())
    return to_asked(order or "worst-case", worst.size, worst.bound, worst.least, worst.family)


def _add_looking(server: Server, session: Session, calls: Calls) -> None:
    @server.tool(annotations=_looks("List targets"), description=TOLD["targets"])
    async def targets(
        context: "Context[Any, Any]",
        query: Annotated[str, Field(description="part of a name or of a file's name; empty: all")] = "",
        first: Annotated[int, Field(description="how many to leave out at the beginning")] = 0,
        most: Annotated[int, Field(description="how many to list")] = showing.ROWS,
    ) -> Targets:
        return await _called(calls, context, lambda _: showing.targets(session, query, first, most))

    @server.tool(annotations=_looks("Show a target"), description=TOLD["show"])
    async def show(context: "Context[Any, Any]", target: Target) -> Shown:
        return await _called(calls, context, lambda ticket: showing.show(session, target, ticket))

    @server.tool(annotations=_looks("Search theorems"), description=TOLD["lemmas"])
    async def lemmas(
        context: "Context[Any, Any]",
        query: Annotated[str, Field(description="words such as `fmod fdiv`, a Lean statement, or a goal with its hypotheses")],
        most: Annotated[int, Field(description="how many to return")] = 10,
    ) -> Theorems:
        return await _called(calls, context, lambda _: showing.lemmas(session, query, most))


def _add_trying(server: Server, session: Session, calls: Calls) -> None:
    @server.tool(annotations=_looks("Judge a candidate"), description=TOLD["check"])
    async def check(
        context: "Context[Any, Any]", target: Target, program: Program = "", lean: Lean = "", order: Order = "",
        worst_case: Worst = None,
    ) -> Judged:  # fmt: skip
        return await _called(
            calls, context, lambda ticket: trying.check(session, target, program, lean, _asked(order, worst_case), ticket)
        )

    @server.tool(annotations=_looks("Look for a counterexample"), description=TOLD["counterexample"])
    async def counterexample(context: "Context[Any, Any]", target: Target, program: Program) -> Tried:
        return await _called(calls, context, lambda ticket: trying.counterexample(session, target, program, ticket))

    @server.tool(annotations=_looks("Show open goals"), description=TOLD["goals"])
    async def goals(
        context: "Context[Any, Any]", target: Target, program: Program, lean: Lean = "", order: Order = "",
        worst_case: Worst = None, *, statement: Statement = False,
    ) -> Goals:  # fmt: skip
        return await _called(
            calls, context,
            lambda ticket: trying.goals(session, target, program, lean, _asked(order, worst_case), ticket, statement=statement),
        )  # fmt: skip


def _add_submitting(server: Server, session: Session, calls: Calls) -> None:
    hints = ToolAnnotations(
        title="Hand in", read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )

    @server.tool(name="submit", annotations=hints, description=TOLD["submit"])
    async def handed_in(
        context: "Context[Any, Any]", target: Target, program: Program, lean: Lean = "",
        idea: Annotated[str, Field(description="one line: why it is faster", json_schema_extra=_bytes(IDEA_CHARACTERS))] = "",
        order: Order = "", worst_case: Worst = None,
    ) -> Submitted:  # fmt: skip
        return await _called(
            calls, context, lambda ticket: submit(session, target, program, lean, idea, _asked(order, worst_case), ticket)
        )


def _add_resources(server: Server, session: Session, calls: Calls) -> None:
    async def read(context: "Context[Any, Any]", work: Callable[[Ticket], str]) -> str:
        try:
            return await calls.carried_out(context, work)
        except CallFailed as failed:
            raise ResourceNotFoundError(str(failed)) from None

    for name, title in DOCUMENTS.items():
        server.resource(f"qed://docs/{name}", name=name, title=title, mime_type=MARKDOWN)(functools.partial(page, name))

    @server.resource("qed://spec/{target}", title="The text of a target's spec file", mime_type=PYTHON)
    async def spec(target: str, context: "Context[Any, Any]") -> str:
        return await read(context, lambda _: showing.spec_text(session, target))

    @server.resource("qed://node/{node}", title="A node of the graph, by its name, its beginning, or a target", mime_type=JSON)
    async def node(node: str, context: "Context[Any, Any]") -> str:
        return await read(context, lambda _: showing.node_text(session, node))

    @server.prompt(name="improve", title="Improve a target", description="How to improve a target with the tools of this server")
    async def improvement(target: str, context: "Context[Any, Any]") -> str:
        try:
            return await calls.carried_out(context, lambda _: improve(session, target))
        except CallFailed as failed:
            raise MCPError(INVALID_PARAMS, str(failed)) from None
