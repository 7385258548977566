"""A client of `qed mcp`: the SDK's own, over standard input and output of a real process."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters

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
DEARER = "def stacked(n: int) -> int:\n    total = 0\n    for k in range(1, n + 1):\n        total += k * k + 2 * k\n    return total\n"


class Agent:
    """One client; `said` holds what it was told while it waited."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.said: list[tuple[float, str]] = []

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool, which must not fail."""
        result = await self.client.call_tool(tool, arguments, progress_callback=self._progress)
        assert not result.is_error, result.content
        assert isinstance(result.structured_content, dict)
        return result.structured_content

    async def fails(self, tool: str, **arguments: Any) -> str:
        """Call a tool that must fail; return what it says."""
        result = await self.client.call_tool(tool, arguments, progress_callback=self._progress)
        assert result.is_error, result.structured_content
        (content,) = result.content
        assert content.type == "text"
        assert "Traceback" not in content.text
        return content.text

    async def text(self, uri: str) -> str:
        """Read a resource of text."""
        (content,) = (await self.client.read_resource(uri)).contents
        return str(content.text)  # type: ignore[union-attr]

    async def _progress(self, progress: float, total: float | None, message: str | None) -> None:
        self.said.append((progress, message or ""))


def parameters(folder: Path, *options: str, **environment: str) -> StdioServerParameters:
    """Return how a server over a folder is started."""
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return StdioServerParameters(
        command=sys.executable, args=["-m", "loop", "mcp", *options], cwd=folder, env={"PYTHONPATH": paths, **environment}
    )


@asynccontextmanager
async def agent(folder: Path, *options: str, **environment: str) -> AsyncIterator[Agent]:
    """Start a server over a folder, and connect to it; what it writes on standard error goes into a file there."""
    async with Client(parameters(folder, *options, **environment)) as client:
        yield Agent(client)


def talk(folder: Path, script: Callable[[Agent], Awaitable[None]], *options: str, **environment: str) -> None:
    """Let a script talk to a server over a folder."""

    async def main() -> None:
        async with agent(folder, *options, **environment) as one:
            await script(one)

    anyio.run(main)


def workshop(folder: Path, spec: str = SPEC) -> Path:
    """Make a folder with specs and nothing else."""
    (folder / "specs").mkdir(parents=True)
    (folder / "specs" / "cannonballs.py").write_text(spec, encoding="utf-8")
    return folder
