"""`qed certificate show` and `qed graph log`: what a certificate binds and how that stands, and how a target came to its head."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_graph import CURRENT, TRUSTED, bound, certificate, chain, implementation, lemma, put, solved, using
from typer.testing import CliRunner

from loop.cli import app
from loop.commands import certificate as shows
from loop.views import certificate as bindings
from loop.views.certificate import BINDS
from verify.canonical import Data, digest_bytes
from verify.certificate import KEYS, SecondLean, certificate_to_data, trusted_pairs
from verify.limits import DEFAULT
from verify.node import Node
from verify.toolchain import Toolchain

SPEC, BASE, BETTER = chain("f", 2)
LEMMA = lemma()
BEST = using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BETTER, LEMMA)


def qed(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path / "accepted", SPEC, BASE, BETTER, LEMMA, BEST)
    return tmp_path / "accepted"


def judged_by(monkeypatch: pytest.MonkeyPatch, current: Mapping[str, Data]) -> None:
    monkeypatch.setattr(shows, "judge_now", lambda _: current)


def fields(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    done = qed("certificate", "show", name, "--accepted", folder, "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["fresh"] == all(f["state"] != "stale" for f in data["fields"])
    return {f["name"]: f for f in data["fields"]}


def test_every_field_of_a_certificate_has_words() -> None:
    assert set(BINDS) == KEYS | {"second", "worst"}


def test_a_fresh_certificate_says_so_of_each_field(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged_by(monkeypatch, CURRENT)
    found = fields(folder, BETTER.id)
    states = {name: f["state"] for name, f in found.items()}
    assert BETTER.certificate is not None
    assert states.keys() == {k for k, v in certificate_to_data(BETTER.certificate).items() if v is not None}
    assert {n for n, s in states.items() if s == "fresh"} == {
        "spec", "implementation", "old", "statement", "proof", "ticks", "limits", "trusted", "solver", "lean_version",
        "lean_kind", "lean_library",
    }  # fmt: skip
    assert {n for n, s in states.items() if s == "claimed"} == {"tier", "order", "slack"}
    assert found["statement"]["value"] == digest_bytes(BETTER.content("statement.lean"))
    text = qed("certificate", "show", BETTER.id[:8], "--accepted", folder).stdout
    assert "fresh: all that it binds is what it was." in text
    assert "always: never more ticks on any allowed input, and fewer on at least one" in text


CHANGES: dict[str, tuple[dict[str, Data], str, list[str]]] = {
    "a file": ({"trusted": dict(trusted_pairs({**TRUSTED, "verify/program.py": b"else"}))}, "trusted",
               ["verify/program.py is another"]),
    "a new file": ({"trusted": dict(trusted_pairs({**TRUSTED, "verify/z.py": b""}))}, "trusted", ["verify/z.py is new"]),
    "a lost file": ({"trusted": dict(trusted_pairs({"verify/program.py": TRUSTED["verify/program.py"]}))}, "trusted",
                    ["lean/Semantics.lean is gone"]),
    "a limit": ({"limits": {**DEFAULT.as_data(), "slack": 64}}, "limits", ["slack 32 -> 64"]),
    "a lost limit": ({"limits": {k: v for k, v in DEFAULT.as_data().items() if k != "slack"}}, "limits", ["slack 32 -> none"]),
    "the solver": ({"solver": "z3 9"}, "solver", ["z3 4.13.0 -> z3 9"]),
    "Lean": ({"lean_version": "4.34.1"}, "lean_version", ["4.28.0 -> 4.34.1"]),
    "no Lean": ({"lean_kind": None}, "lean_kind", ["portable -> none"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_is_named(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change, field, said = CHANGES[name]
    judged_by(monkeypatch, {**CURRENT, **change})
    found = fields(folder, BEST.id)
    assert [(n, f["changed"]) for n, f in found.items() if f["state"] == "stale"] == [(field, said)]
    text = qed("certificate", "show", BEST.id, "--accepted", folder).stdout
    assert f"stale: {field}. `qed ci` judges it again." in text
    assert f"changed: {said[0]}" in text


def test_the_solvers_of_the_tier_smt_are_compared_with_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = solved(SPEC, SPEC.content("spec.py"), None)
    put(tmp_path, SPEC, node)
    judged_by(monkeypatch, {**CURRENT, "solvers": "z3 1, cvc5 2", "solver": "z3 1"})
    found = fields(tmp_path, node.id)
    assert found["solver"]["changed"] == [f"{CURRENT['solvers']} -> z3 1, cvc5 2"]
    assert found["solver"]["binds"] == "the two solvers that decided"
    assert "proof" not in found


@pytest.mark.parametrize("here", [True, False])
def test_a_second_lean_is_here_or_not(here: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a parameter of the test
    made = certificate(SPEC, SPEC.content("spec.py"), None, None, 0)
    node = bound(SPEC, SPEC.content("spec.py"), None, replace(made, second=SecondLean("4.34.1", "native", "8" * 64, ())))
    put(tmp_path, SPEC, node)
    judged_by(monkeypatch, CURRENT)
    found = Toolchain("native", "4.34.1", "8" * 64, None, tmp_path) if here else None
    monkeypatch.setattr(bindings, "native_lean", lambda: found)
    assert fields(tmp_path, node.id)["second"]["state"] == ("fresh" if here else "not here")


def test_a_lemma_is_bound_by_what_it_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged_by(monkeypatch, CURRENT)
    found = fields(folder, LEMMA.target)
    assert found["spec"]["binds"] == "what it says, with its definitions"
    assert {found[n]["state"] for n in ("spec", "implementation", "statement", "proof")} == {"fresh"}


def test_a_spec_has_no_certificate(folder: Path) -> None:
    done = qed("certificate", "show", SPEC.id, "--accepted", folder)
    assert done.exit_code == 2
    assert "claims nothing" in done.stderr


@pytest.mark.parametrize("command", [("certificate", "show"), ("graph", "log")])
def test_what_is_not_there_is_wrong_usage(command: tuple[str, str], folder: Path) -> None:
    done = qed(*command, "nothing", "--accepted", folder)
    assert done.exit_code == 2
    assert "has no node and no target 'nothing'" in done.stderr
    (folder / BASE.id / "proof.lean").write_bytes(b"by sorry")
    done = qed(*command, "f", "--accepted", folder)
    assert done.exit_code == 1
    assert "GraphCorrupt" in done.stderr


# The history of a target.


def history(folder: Path, name: str) -> dict[str, Any]:
    done = qed("graph", "log", name, "--accepted", folder, "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert isinstance(data, dict)
    return data


def test_a_history_goes_from_the_baseline_to_the_head(folder: Path) -> None:
    for name in ("f", SPEC.id, BETTER.id[:10]):
        data = history(folder, name)
        assert (data["target"], data["spec_node"]) == ("f", SPEC.id)
        assert [v["node"] for v in data["versions"]] == [BASE.id, BETTER.id, BEST.id]
        assert [v["supersedes"] for v in data["versions"]] == [None, BASE.id, BETTER.id]
        assert [(v["order"], v["slack"], v["tier"]) for v in data["versions"]] == [
            (None, None, "kernel"), ("always", 0, "kernel"), ("always", 0, "kernel"),
        ]  # fmt: skip
        assert [v["uses"] for v in data["versions"]] == [[], [], [{"kind": "lemma", "name": LEMMA.target, "node": LEMMA.id}]]
        assert [v["cost"] for v in data["versions"]] == [
            {"old": None, "new": "3 * n + 2"}, {"old": "3 * n + 2", "new": "3 * n + 2"}, {"old": "3 * n + 2", "new": "3 * n + 2"},
        ]  # fmt: skip


def test_a_history_for_people(tmp_path: Path) -> None:
    late = implementation(SPEC, b"def f(n: int) -> int:\n    return n - 0\n", BASE, "eventually", 7)
    put(tmp_path, SPEC, BASE, late)
    lines = qed("graph", "log", "f", "--accepted", tmp_path).stdout.splitlines()
    assert lines[0] == f"f  {SPEC.id}"
    assert lines[2].split()[:5] == ["baseline", BASE.id[:12], "-", "-", "kernel"]
    assert lines[3].split()[:5] == ["head", late.id[:12], "eventually", "7", "kernel"]
    assert "3 * n + 2 -> 3 * n + 2" in lines[3]


def test_two_targets_of_one_name_are_told_apart_by_their_nodes(tmp_path: Path) -> None:
    other = chain_with(b"# another\n")
    put(tmp_path, SPEC, BASE, *other)
    assert qed("graph", "log", "f", "--accepted", tmp_path).exit_code == 2
    assert history(tmp_path, other[0].id)["spec_node"] == other[0].id


def chain_with(more: bytes) -> tuple[Node, Node]:
    """Return another target of the same name, with its baseline."""
    from verify.node import spec_node  # noqa: PLC0415 - for this test alone

    content = SPEC.content("spec.py") + more
    spec = spec_node("f", content)
    return spec, implementation(spec, content, None)


def test_a_lemma_has_no_history(folder: Path) -> None:
    done = qed("graph", "log", LEMMA.target, "--accepted", folder)
    assert done.exit_code == 2
    assert "is a lemma" in done.stderr
