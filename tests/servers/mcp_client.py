"""A client of `qed mcp`: the SDK's own, over standard input and output of a real process."""

import functools
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

ROOT = Path(__file__).resolve().parents[2]
SPEC = '''"""Cannonballs."""

from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= 0)
def stacked(n: int) -> int:
    """Balls in a pyramid whose layers are k by k + 2."""
    total = 0
    for k in range(1, n + 1):
        total += k * (k + 2)
    return total
'''
WRONG = "def stacked(n: int) -> int:\n    return n * n\n"
CLOSED = "def stacked(n: int) -> int:\n    return n * (n + 1) * (2 * n + 7) // 6\n"
DEARER = """def stacked(n: int) -> int:
    total = 0
    for k in range(1, n + 1):
        total += k * k + 2 * k
    return total
"""


class Agent:
    """One client, asked from plain functions; `said` holds what it was told while it waited."""

    def __init__(self, client: Client, portal: BlockingPortal) -> None:
        self.client, self.portal = client, portal
        self.said: list[tuple[float, str]] = []

    def begin(self, tool: str, **arguments: Any) -> "Future[CallToolResult]":
        """Begin a call; to cancel what is returned is to give the call up."""
        asked = functools.partial(self.client.call_tool, tool, arguments, progress_callback=self._progress)
        return self.portal.start_task_soon(asked)

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool, which must not fail."""
        return content(self.begin(tool, **arguments).result())

    def fails(self, tool: str, **arguments: Any) -> str:
        """Call a tool that must fail; return what it says."""
        result = self.begin(tool, **arguments).result()
        assert result.is_error, result.structured_content
        (said,) = result.content
        assert said.type == "text"
        assert "Traceback" not in said.text
        return said.text

    def text(self, uri: str) -> str:
        """Read a resource of text."""
        (part,) = self.portal.call(self.client.read_resource, uri).contents
        return str(part.text)  # type: ignore[union-attr]

    def names(self, of: str) -> set[str]:
        """Return what is listed of a kind: tools, resources, resource_templates or prompts."""
        listed = getattr(self.portal.call(getattr(self.client, f"list_{of}")), of)
        return {str(getattr(x, {"resources": "uri", "resource_templates": "uri_template"}.get(of, "name"))) for x in listed}

    def prompt(self, name: str, **arguments: str) -> str:
        """Return the text of a prompt."""
        (message,) = self.portal.call(self.client.get_prompt, name, arguments).messages
        return str(message.content.text)  # type: ignore[union-attr]

    async def _progress(self, progress: float, total: float | None, message: str | None) -> None:
        self.said.append((progress, message or ""))


def content(result: CallToolResult) -> dict[str, Any]:
    """Return what a call came to, which must be no error."""
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def parameters(folder: Path, *options: str, **environment: str) -> StdioServerParameters:
    """Return how a server over a folder is started."""
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return StdioServerParameters(
        command=sys.executable, args=["-m", "loop", "mcp", *options], cwd=folder, env={"PYTHONPATH": paths, **environment}
    )


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[Agent]:
    """Start a server over a folder, and connect a client to it."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(parameters(folder, *options, **environment))) as client,
    ):
        yield Agent(client, portal)


def workshop(folder: Path, spec: str = SPEC) -> Path:
    """Make a folder with specs and nothing else."""
    (folder / "specs").mkdir(parents=True)
    (folder / "specs" / "cannonballs.py").write_text(spec, encoding="utf-8")
    return folder
