"""A coding agent improves a function and gets it accepted with nothing but the MCP server."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from mcp_client import CLOSED, ROOT, WRONG, Agent, talk, workshop

from loop.journal import CAME, Journal, journal_path


def stacked(n: int) -> int:
    return sum(k * (k + 2) for k in range(1, n + 1))


@pytest.mark.slow
@pytest.mark.lean
def test_an_agent_gets_a_function_accepted(tmp_path: Path) -> None:
    folder = workshop(tmp_path / "away")
    told: dict[str, Any] = {}

    async def script(agent: Agent) -> None:
        (row,) = (await agent.call("targets"))["targets"]
        assert row["status"] == "not in the graph"
        shown = await agent.call("show", target=row["name"])
        assert (shown["require"], shown["cost"]["old"], shown["target"]["head"]) == (["n >= 0"], "2 * (3 * n + 2)", None)

        refused = await agent.call("submit", target="stacked", program=WRONG, idea="a guess")
        assert (refused["verdict"], refused["reason"], refused["admitted"]) == ("reject", "WrongResult", False)
        found = refused["counterexample"]
        n = int(found["arguments"]["n"])
        assert (int(found["got"]), int(found["due"])) == (n * n, stacked(n))
        assert refused["baseline"]

        assert all(stacked(n) == n * (n + 1) * (2 * n + 7) // 6 for n in range(50))
        told["accepted"] = accepted = await agent.call("submit", target="stacked", program=CLOSED, idea="closed form")
        assert (accepted["verdict"], accepted["tier"], accepted["admitted"]) == ("accept", "kernel", True)
        (row,) = (await agent.call("targets"))["targets"]
        assert (row["status"], row["head"], row["versions"]) == ("improved", accepted["node"], 2)
        again = await agent.call("submit", target="stacked", program=CLOSED)
        assert (again["admitted"], again["node"]) == (False, accepted["node"])

    talk(folder, script, "--allow-submit")
    command = [sys.executable, "-m", "loop", "ci", "--all", "--json"]
    done = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["problems"] == []
    with closing(Journal(journal_path(folder / "accepted"))) as journal:
        came = [c for c in journal.before(CAME)]
        assert [(c["origin"], c["program"], c["idea"]) for c in came][:2] == [("agent", WRONG, "a guess"), ("agent", CLOSED, "closed form")]
        assert [e.verdict for e in journal.entries][:3] == ["accept", "reject", "accept"]
        assert not journal.broken()
