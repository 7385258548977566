"""Five runs, one graph: two hash seeds, local workers and Ray, one that is killed and gone on with; all with the real judge."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from targets import HEAD

from loop.journal import Journal, admitted, journal_path
from verify.graph import Graph, load

ROOT = Path(__file__).resolve().parents[1]
SPECS = {
    "threes": f"""{HEAD}@target
@require(lambda n: n >= 0)
def threes(n: int) -> int:
    got = 0
    for _ in range(n):
        got += 3
    return got
""",
    "ladder": f"""{HEAD}@target
@require(lambda top: top >= 0)
def ladder(top: int) -> int:
    rungs, k = 0, 1
    while k <= top:
        rungs += 2 * k
        k += 1
    return rungs
""",
    # the other tier goes another way to a node
    "lowest": f"""{HEAD}@target(tier="smt")
@require(lambda x: 0 <= x < 4096)
def lowest(x: int) -> int:
    for i in range(12):
        if x >> i & 1 == 1:
            return 1 << i
    return 0
""",
}
PARAMETERS = {"threes": "n", "ladder": "top", "lowest": "x"}
CANDIDATES = {
    "lowest": ["return x & ~x", "return x & -x"],
    "threes": ["return 2 * n + n * n", "return n + n + n", "return 3 * n"],
    "ladder": ["return top * top", "return top * (top + 1)"],
}
KILLS = 3


@pytest.fixture
def place(tmp_path: Path) -> Path:
    from loop.proposal import Proposal  # noqa: PLC0415
    from loop.recording import Entry, to_line  # noqa: PLC0415

    (tmp_path / "specs").mkdir()
    lines = []
    for name, text in SPECS.items():
        (tmp_path / "specs" / f"{name}.py").write_text(text)
        for body in CANDIDATES[name]:
            program = f"def {name}({PARAMETERS[name]}: int) -> int:\n    {body}\n"
            lines.append(to_line(Entry(0, Proposal(name, program.encode(), b"", "people"))))
    (tmp_path / "recording").write_bytes(b"".join(lines))
    return tmp_path


def started(place: Path, name: str, *options: str, hash_seed: int = 0) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "loop", "run", str(place / "specs"), "--proposer", f"replay:{place / 'recording'}",
            "--seed", "5", "--accepted", str(place / name), "--json", *options]  # fmt: skip
    env = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    return subprocess.Popen(  # noqa: S603
        line, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=1100)
    assert process.returncode == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def nodes(folder: Path) -> frozenset[str]:
    graph = load(folder)
    assert isinstance(graph, Graph)
    return frozenset(graph.nodes)


def killed_and_gone_on_with(place: Path, name: str) -> dict[str, Any]:
    """Kill a run after each of its first admissions, and go on until it comes to its end."""
    process = started(place, name)
    for kill in range(1, KILLS + 1):
        journal, end = journal_path(place / name), time.monotonic() + 900
        while process.poll() is None and time.monotonic() < end:
            if journal.exists() and len(list(admitted(journal))) >= 2 * kill:
                break
            time.sleep(0.2)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert Journal(journal).broken() == ""
        line = [sys.executable, "-m", "loop", "resume", "--accepted", str(place / name), "--json"]
        process = subprocess.Popen(  # noqa: S603
            line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
    out, err = process.communicate(timeout=1100)
    assert process.returncode == 0, err
    return dict(json.loads(out)) if out else {}


@pytest.mark.slow
@pytest.mark.lean
def test_local_workers_and_two_hash_seeds_come_to_one_graph(place: Path) -> None:
    one = ended(started(place, "one", "--jobs", "1"))
    two = ended(started(place, "two", "--jobs", "2", hash_seed=7))
    found = {t["name"]: t["tier"] for t in one["targets"] if t["improved"]}
    assert found == {"ladder": "kernel", "lowest": "smt", "threes": "kernel"}
    assert nodes(place / "one") == nodes(place / "two")
    assert [t["node"] for t in one["targets"]] == [t["node"] for t in two["targets"]]
    assert one["rejected"] == two["rejected"] == 3


@pytest.mark.slow
@pytest.mark.lean
def test_a_run_that_is_killed_comes_to_the_graph_of_one_that_is_not(place: Path) -> None:
    whole = ended(started(place, "whole"))
    found = killed_and_gone_on_with(place, "killed")
    assert nodes(place / "killed") == nodes(place / "whole")
    if found:  # else the last kill came after the end
        assert [t["node"] for t in found["targets"]] == [t["node"] for t in whole["targets"]]


@pytest.mark.slow
@pytest.mark.lean
def test_a_cluster_comes_to_the_graph_of_this_machine(place: Path) -> None:
    pytest.importorskip("ray")
    here = ended(started(place, "here"))
    there = ended(started(place, "there", "--executor", "ray", "--jobs", "2"))
    assert nodes(place / "there") == nodes(place / "here")
    assert [t["node"] for t in there["targets"]] == [t["node"] for t in here["targets"]]
