"""A search for better versions of what stands in an editor: `qed run` on a copy of the text, with a copy of the graph."""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import loop
from loop.language_server.facts import Text
from loop.language_server.lanes import WorkerLost
from verify.governance import policy_path
from verify.toolchain import Preference

TICK: Final = 2.0
"""seconds between two words on how long it will go on"""
GRACE: Final = 60.0
"""seconds that the last judgement may go on for, when the time of the search is over"""
LAST: Final = 300
"""characters of what a run said last that are told where it failed"""


@contextlib.asynccontextmanager
async def searched(
    text: Text, graph: Path | None, seconds: int, lean: Preference, say: Callable[[str], None]
) -> AsyncIterator[Path]:
    """Search, and hand out the folder of a graph with what was found; it is gone afterwards. Raises WorkerLost.

    A search that is cancelled is killed, with all that it started: nothing of it is kept anywhere.
    """
    # who was killed may still be writing for a moment
    with tempfile.TemporaryDirectory(prefix="qed-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        spec, accepted = folder / "specs" / "spec.py", folder / "accepted"
        spec.parent.mkdir()
        spec.write_bytes(text.content)
        await asyncio.to_thread(_copied, graph, accepted)
        await _run(folder, spec, seconds, lean, say)
        yield accepted


def _copied(graph: Path | None, accepted: Path) -> None:
    """Copy a graph, with the policy that says what it may hold; without one make an empty one."""
    if graph is None or not graph.is_dir():
        accepted.mkdir()
        return
    shutil.copytree(graph, accepted)
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(policy_path(graph), policy_path(accepted))


def _environment() -> dict[str, str]:
    """Return an environment in which this very package is found from any folder."""
    return {**os.environ, "PYTHONPATH": str(Path(loop.__file__).resolve().parent.parent)}


async def _run(folder: Path, spec: Path, seconds: int, lean: Preference, say: Callable[[str], None]) -> None:
    begun = time.monotonic()
    # -P: no file of the folder that it runs in can pass for a module
    command = [sys.executable, "-P", "-m", "loop", "run", str(spec), "--accepted", str(folder / "accepted"), "--json"]
    command += ["--budget", f"{seconds}s", "--lean", lean]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    ended, late = asyncio.ensure_future(process.communicate()), False
    try:
        while not ended.done():
            left = seconds - (time.monotonic() - begun)
            if left < -GRACE:
                late = True  # what is in the graph by now is there whole, and counts
                break
            say(f"{left:.0f} s left" if left > 0 else "coming to its end")
            await asyncio.wait([ended], timeout=TICK)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        _, said = await ended
    if process.returncode and not late:
        last = next(reversed(said.decode(errors="replace").strip().splitlines()), "")
        raise WorkerLost(f"the search ended with exit code {process.returncode}: {last[:LAST]}")
