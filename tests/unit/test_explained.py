"""Every kind of node is explained: what is claimed, what is proved, what it rests on, and what would make it false."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_graph import TWICE, chain, lemma, lemma_certificate, put
from typer.testing import CliRunner

from loop.cli import app
from verify.canonical import to_json
from verify.node import Node, policy_node, rule_node
from verify.policy import Evidence, evidence_to_bytes
from verify.rule import Rule, rule_binding

TITLES = {"Claimed", "Rests on", "Would be false through"}
PROVED = {"spec": "Proved under it", "implementation": "Proved", "lemma": "Proved", "rule": "Proved", "policy": "Proved"}
PARITY = Rule("negated_parity", "-(x % 2)", "x % -2")


def rule() -> Node:
    statement, proof = b"theorem statement", b"by omega\n"
    made = replace(lemma_certificate(TWICE), **rule_binding(PARITY, statement, proof))
    return rule_node(PARITY, proof, statement, made)


def policy() -> Node:
    evidence = Evidence("accepted", "60 s", tuple("abcdef"), (0,), (1, 1, 1, 1, 1, 0), (2, 2, 2, 2, 2, 0))
    return policy_node("ranking", policy=to_json({"weights": [1]}), evidence=evidence_to_bytes(evidence), supersedes=None)


@pytest.fixture
def nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Node]:
    """Put a node of each kind into a graph."""
    monkeypatch.chdir(tmp_path)
    spec, *line = chain("tri", 2)
    made = {"spec": spec, "implementation": line[-1], "lemma": lemma(), "rule": rule(), "policy": policy()}
    put(Path("accepted"), spec, *line, made["lemma"], made["rule"], made["policy"])
    return made


def qed(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


@pytest.mark.parametrize("kind", PROVED)
def test_a_node_of_each_kind_is_explained(kind: str, nodes: Mapping[str, Node]) -> None:
    done = qed("explain", nodes[kind].id)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    titles = {line for line in lines if line and not line.startswith(" ")}
    due = (TITLES - {"Claimed"}) | {"Measured"} if kind == "policy" else TITLES
    assert due | {PROVED[kind]} <= titles
    below = [lines[lines.index(t) + 1] for t in due]
    assert all(line.startswith("  ") and line.strip() for line in below)
    data = json.loads(qed("explain", nodes[kind].id, "--json").stdout)
    assert (data["node"], data["kind"]) == (nodes[kind].id, kind)


def test_nothing_empirical_is_called_proved(nodes: Mapping[str, Node]) -> None:
    said = qed("explain", nodes["policy"].id).stdout
    assert "Proved\n  nothing" in said
    assert "empirical" in said


def test_a_spec_rests_on_its_author(nodes: Mapping[str, Node]) -> None:
    said = qed("explain", nodes["spec"].id).stdout
    assert f"2 versions, the head {nodes['implementation'].id[:12]}" in said
    assert "Rests on\n  Its author\n" in said
    data = json.loads(qed("explain", nodes["spec"].id, "--json").stdout)
    assert [r["assumption"] for r in data["rests_on"]] == ["Its author"]
