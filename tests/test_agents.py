"""A coding agent improves a function and gets it accepted with nothing but the MCP server."""

import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from mcp_client import CLOSED, ROOT, SPEC, WRONG, content, serving, workshop

from loop.journal import CAME, Journal, journal_path
from verify.graph import Graph, load

pytestmark = [pytest.mark.slow, pytest.mark.lean]
STEP = """\
theorem own (n : Int) (h : 0 ≤ n) : 0 ≤ n * n := by
  have k : 0 ≤ n := h
  {end}
"""
HARD = """
from icontract import ensure, require

from verify import target


@target
@require(lambda a, b: a >= 0 and b >= 0)
@ensure(lambda a, b, result: result >= 0)
def shared(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a
"""
UNPROVED = "def shared(a: int, b: int) -> int:\n    while b > 1:\n        a, b = b, a % b\n    return 1 if b else a\n"


def stacked(n: int) -> int:
    return sum(k * (k + 2) for k in range(1, n + 1))


def test_an_agent_gets_a_function_accepted(tmp_path: Path) -> None:
    folder = workshop(tmp_path / "away")
    with serving(folder, "--allow-submit") as agent:
        (row,) = agent.call("targets")["targets"]
        assert row["status"] == "not in the graph"
        shown = agent.call("show", target=row["name"])
        assert (shown["require"], shown["cost"]["old"]) == (["n >= 0"], "2 * (3 * n + 2)")

        refused = agent.call("submit", target="stacked", program=WRONG, idea="a guess")
        assert (refused["verdict"], refused["reason"], refused["admitted"]) == ("reject", "WrongResult", False)
        found = refused["counterexample"]
        n = int(found["arguments"]["n"])
        assert (int(found["got"]), int(found["due"])) == (n * n, stacked(n))
        assert refused["baseline"]

        assert all(stacked(n) == n * (n + 1) * (2 * n + 7) // 6 for n in range(50))
        accepted = agent.call("submit", target="stacked", program=CLOSED, idea="closed form")
        assert (accepted["verdict"], accepted["tier"], accepted["admitted"]) == ("accept", "kernel", True)
        (row,) = agent.call("targets")["targets"]
        assert (row["status"], row["head"], row["versions"]) == ("improved", accepted["node"], 2)
        (past,) = agent.call("show", target="stacked")["refused"]
        assert (past["reason"], past["program"]) == ("WrongResult", WRONG)
        again = agent.call("submit", target="stacked", program=CLOSED)
        assert (again["admitted"], again["node"]) == (False, accepted["node"])

    command = [sys.executable, "-m", "loop", "ci", "--all", "--json"]
    done = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["problems"] == []
    with closing(Journal(journal_path(folder / "accepted"))) as journal:
        came = [(c["origin"], c["program"], c["idea"]) for c in journal.before(CAME)]
        assert came == [("agent", WRONG, "a guess"), ("agent", CLOSED, "closed form"), ("agent", CLOSED, "")]
        assert [e.verdict for e in journal.entries] == ["accept", "reject", "accept"]
        assert not journal.broken()
        assert journal.unfinished() is None


def test_goals_are_shown_and_a_call_that_is_given_up_leaves_the_server_well(tmp_path: Path) -> None:
    folder = workshop(tmp_path / "away")
    (folder / "specs" / "shared.py").write_text(HARD)
    with serving(folder) as agent:
        half = agent.call("goals", target="stacked", program=CLOSED, lean=STEP.replace("{end}", "sorry"))
        (claim, *_) = half["claims"]
        assert (half["proved"], claim["open"], claim["lean"]) == (False, "own", "unsolved goals")
        assert claim["states"] == [{"state": "n : Int\nh k : 0 ≤ n\n⊢ 0 ≤ n * n", "goals": 1}]
        wrong = agent.call("goals", target="stacked", program=CLOSED, lean=STEP.replace("{end}", "exact nothing"))
        assert "nothing" in wrong["claims"][0]["lean"]
        forbidden = agent.call("check", target="stacked", program=CLOSED, lean=STEP.replace("{end}", "sorry"))
        assert (forbidden["verdict"], forbidden["tier"]) != ("accept", "kernel")
        whole = agent.call("goals", target="stacked", program=CLOSED, lean=STEP.replace("{end}", "exact Int.mul_nonneg h h"))
        assert whole["proved"]

        begun = time.monotonic()
        given_up = agent.begin("goals", target="shared", program=UNPROVED)
        while not any("proof" in text for _, text in agent.said[-3:]):
            assert time.monotonic() - begun < 600
            time.sleep(0.2)
        given_up.cancel()
        assert agent.call("counterexample", target="stacked", program=WRONG)["reason"] == "WrongResult"
        checked = agent.call("check", target="stacked", program=CLOSED)
        assert (checked["verdict"], checked["tier"], checked["head"]) == ("accept", "kernel", None)
        assert not (folder / "accepted").exists()


def test_two_clients_work_on_one_graph(tmp_path: Path) -> None:
    folder = workshop(tmp_path / "away")
    (folder / "specs" / "more.py").write_text(SPEC.replace("stacked", "piled"))
    with serving(folder, "--allow-submit") as one, serving(folder, "--allow-submit") as other:
        calls = [
            agent.begin("submit", target=name, program=CLOSED.replace("stacked", name))
            for agent, name in ((one, "stacked"), (other, "piled"), (one, "piled"))
        ]
        said = [content(call.result()) for call in calls]
    graph = load(folder / "accepted")
    assert isinstance(graph, Graph)
    assert said[0]["admitted"]
    # two hand in the same: they come to one node, or who is second is told that the version is there, or that the head has moved
    assert any(s["admitted"] for s in said[1:])
    assert all(s["admitted"] or s["reason"] in (None, "GraphConflict") for s in said[1:])
    assert len({s["node"] for s in said[1:] if s["admitted"]}) == 1
    assert sum(n.kind == "implementation" for n in graph.nodes.values()) == 4
