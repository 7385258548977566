"""The graph as other programs read it: the same nodes and edges in every form, and no name that means something to a reader."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from small_graph import chain, put
from typer.testing import CliRunner

from loop.cli import app
from loop.commands.graph_export import _dot, _quoted, to_networkx
from verify.graph import Graph, load


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("accepted"), *chain("tri", 3), *chain("other", 2))


def qed(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def graph() -> Graph:
    found = load(Path("accepted"))
    assert isinstance(found, Graph)
    return found


def due_edges() -> set[tuple[str, str, str]]:
    return {(n.id, e.to, e.type) for n in graph().nodes.values() for e in n.edges}


def test_graphml_reads_back() -> None:
    done = qed("graph", "export", "out.graphml")
    assert done.exit_code == 0, done.output
    assert "nodes" in done.stdout
    read = nx.read_graphml("out.graphml")
    assert set(read.nodes) == set(graph().nodes)
    assert {(a, b, d["type"]) for a, b, d in read.edges(data=True)} == due_edges()
    heads = [n for n, d in read.nodes(data=True) if d["head"]]
    assert len(heads) == 2
    assert {d["tier"] for _, d in read.nodes(data=True) if d["kind"] == "implementation"} == {"kernel"}


def test_json_and_dot_hold_the_same() -> None:
    assert json.loads(qed("graph", "export", "out.json", "--json").stdout) == {
        "file": "out.json", "format": "json", "nodes": len(graph().nodes), "edges": len(due_edges()),
    }  # fmt: skip
    data = json.loads(Path("out.json").read_text())
    assert {n["node"] for n in data["nodes"]} == set(graph().nodes)
    assert {(e["from"], e["to"], e["type"]) for e in data["edges"]} == due_edges()
    text = qed("graph", "export", "-", "--format", "dot").stdout
    pairs = re.findall(r'^  "([0-9a-f]{64})" -> "([0-9a-f]{64})"', text, re.MULTILINE)
    assert set(pairs) == {(a, b) for a, b, _ in due_edges()}
    if shutil.which("dot"):
        subprocess.run(["dot", "-Tsvg", "-o", "out.svg"], input=text, text=True, check=True)  # noqa: S607


def test_a_name_cannot_end_its_quotes() -> None:
    assert _quoted('a"] b [label="\n\\') == '"a\\"] b [label=\\"\\\\n\\\\"'
    drawn = nx.DiGraph()
    drawn.add_node("x", kind="spec", target='t"]; evil [label="', head=False)
    assert 'evil [label="' not in _dot(drawn).replace('\\"', "'")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["out.png"], "none of graphml, dot, json"),
        (["out", "--format", "png"], "none of graphml, dot, json"),
        (["-", "--json"], "name a file"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str) -> None:
    done = qed("graph", "export", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not list(Path().glob("out*"))


def test_a_folder_that_is_not_there_is_an_error_and_no_traceback() -> None:
    done = qed("graph", "export", "nowhere/out.dot")
    assert done.exit_code == 4
    assert "nowhere" in done.stderr
    assert to_networkx(graph()).number_of_nodes() == len(graph().nodes)
