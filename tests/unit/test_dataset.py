"""A dataset holds what was proved and what was refuted, keeps held-out families apart, and loads with `datasets` unchanged."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from loop.cli import app
from loop.dataset.families import families_of
from loop.dataset.records import CONFIGS
from loop.journal import Entry, Journal, journal_path
from verify.graph import Graph, load, superseded
from verify.limits import DEFAULT
from verify.node import Node, spec_node, tier_of
from verify.proof import split
from verify.spec import Spec, to_specs

ROOT = Path(__file__).resolve().parents[2]
WRONG = "def f(n: int) -> int:\n    return 7\n"


def versions(graph: Graph) -> list[Node]:
    """Return the versions that supersede another, by name."""
    return sorted((n for n in graph.nodes.values() if superseded(graph, n)), key=lambda n: n.id)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the shipped graph, with a journal in which a version was refuted before the one that was accepted came."""
    copied = tmp_path / "accepted"
    shutil.copytree(ROOT / "accepted", copied)
    graph = load(copied)
    assert isinstance(graph, Graph)
    node = versions(graph)[0]
    old = superseded(graph, node)
    spec = node.edge("implements")
    assert old is not None
    assert spec is not None
    common = {"target": node.target, "spec": spec.to, "head": old.id, "judge": "0" * 64, "seconds": 0.1}
    with closing(Journal(journal_path(copied))) as journal:
        journal.begin({})
        for i, (verdict, reason, text) in enumerate((
            ("reject", "WrongResult", WRONG), ("reject", "WrongResult", WRONG), ("reject", "CostNotLower", "dearer"),
            ("decline", "ProofMissing", "unproved"), ("error", "ToolBroken", "broken"),
        )):  # fmt: skip
            journal.append(Entry(  # type: ignore[arg-type]  # fields of an entry
                **common, candidate=f"{i:064}", verdict=verdict, reason=reason, message=f"because {i}", gate="examples",
                program=text,
            ))  # fmt: skip
    return copied


def written(folder: Path, out: Path, *more: str) -> dict[str, Any]:
    arguments = ["--accepted", str(folder), "--specs", str(ROOT / "specs"), "--licence", "Apache-2.0", "--json", *more]
    done = CliRunner().invoke(app, ["dataset", str(out), *arguments])
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert isinstance(data, dict)
    return data


def lines(out: Path, config: str, split_: str = "*") -> Iterator[dict[str, Any]]:
    for path in sorted((out / config).glob(f"{split_}.jsonl")):
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def test_every_improvement_is_a_record_and_every_proof_its_steps(folder: Path, tmp_path: Path) -> None:
    written(folder, tmp_path / "out")
    graph = load(folder)
    assert isinstance(graph, Graph)
    found = {r["origin"]["node"]: r for r in lines(tmp_path / "out", "supervised")}
    assert found.keys() == {n.id for n in versions(graph)}
    for node in versions(graph):
        old, record = superseded(graph, node), found[node.id]
        assert old is not None
        assert record["completion"].encode() == node.content("program.py")
        assert record["origin"]["supersedes"] == old.id
        assert node.target in record["prompt"][1]["content"]
    steps = list(lines(tmp_path / "out", "proofs"))
    for node in (n for n in graph.nodes.values() if n.kind == "implementation" and tier_of(n) == "kernel"):
        own = [s for s in steps if s["origin"]["node"] == node.id]
        texts = [d.text.rstrip() for d in split(node.content("proof.lean").decode())]
        assert [s["step"] for s in own] == texts
        assert [s["before"] for s in own] == [texts[:i] for i in range(len(texts))]
        assert [s["last"] for s in own] == [False] * (len(texts) - 1) + [True]


def test_what_was_refuted_and_nothing_else_is_rejected_for_the_same_question(folder: Path, tmp_path: Path) -> None:
    written(folder, tmp_path / "out")
    (one,) = lines(tmp_path / "out", "preferences")
    assert (one["rejected"], one["reason"], one["message"]) == (WRONG, "WrongResult", "because 0")
    (same,) = [r for r in lines(tmp_path / "out", "supervised") if r["origin"] == one["origin"]]
    assert (one["prompt"], one["chosen"]) == (same["prompt"], same["completion"])


def test_held_out_families_are_in_test_and_nowhere_else(folder: Path, tmp_path: Path) -> None:
    every = written(folder, tmp_path / "first")["families"]
    assert len(every) > 1
    data = written(folder, tmp_path / "out", "--held-out", every[0])
    assert data["held_out"] == [every[0]]
    for config in CONFIGS:
        assert {r["origin"]["family"] for r in lines(tmp_path / "out", config, "test")} <= {every[0]}
        assert every[0] not in {r["origin"]["family"] for r in lines(tmp_path / "out", config, "train")}


def target(name: str, body: str) -> tuple[Node, Spec]:
    """Return a spec with its node."""
    text = f"from verify import target\n\n\n@target\ndef {name}(n: int) -> int:\n    return {body}\n".encode()
    (spec,) = to_specs(text, name, DEFAULT)
    return spec_node(name, text), spec


def test_what_is_alike_up_to_names_is_held_out_too(tmp_path: Path) -> None:
    specs = {family: [target(f"{family}_{i}", body) for i, body in enumerate(bodies)] for family, bodies in {
        "kept": ("n + 1", "n + 2"), "own": ("n + 2", "n + 3"),
    }.items()}  # fmt: skip
    for family, some in specs.items():
        (tmp_path / family).mkdir()
        for node, _ in some:
            (tmp_path / family / f"{node.target}.py").write_bytes(node.content("spec.py"))
    every = [one for some in specs.values() for one in some]
    found = families_of(every, tmp_path, ["own"])
    assert {n.target: (found.of[n.id], found.split(n.id)) for n, _ in every} == {
        "kept_0": ("kept", "train"), "kept_1": ("kept", "test"), "own_0": ("own", "test"), "own_1": ("own", "test"),
    }  # fmt: skip
    assert found.moved == {n.id for n, _ in every if n.target == "kept_1"}


def test_without_names_one_target_in_five_is_held_out(tmp_path: Path) -> None:
    every = []
    for i in range(20):
        node, spec = target(f"f{i}", f"n + {i}")
        (tmp_path / f"family{i // 2}").mkdir(exist_ok=True)
        (tmp_path / f"family{i // 2}" / f"f{i}.py").write_bytes(node.content("spec.py"))
        every.append((node, spec))
    assert len(families_of(every, tmp_path, ()).held_out) == 4


def test_the_same_graph_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        written(folder, tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_records_are_of_the_schema(folder: Path, tmp_path: Path) -> None:
    written(folder, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "schema.json").read_text(encoding="utf-8")).keys() == CONFIGS.keys()
    for config, kind in CONFIGS.items():
        for record in lines(tmp_path / "out", config):
            kind.model_validate(record)


def test_datasets_loads_it_unchanged(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HF_HOME", str(tmp_path / "hf")), ("HF_DATASETS_OFFLINE", "1"), ("HF_HUB_OFFLINE", "1")):
        monkeypatch.setenv(name, value)
    import datasets  # noqa: PLC0415 - it reads the environment when it is imported

    data = written(folder, tmp_path / "out")
    for config in CONFIGS:
        loaded = datasets.load_dataset(str(tmp_path / "out"), config, cache_dir=str(tmp_path / "cache"))
        counts = {f"{config}/{name}": len(part) for name, part in loaded.items()}
        assert counts == {k: n for k, n in data["records"].items() if n and k.startswith(f"{config}/")}


@pytest.mark.parametrize("wrong", ["full", "family", "graph"])
def test_wrong_use_is_one_message(wrong: str, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    arguments = ["dataset", str(out), "--accepted", str(folder), "--specs", str(ROOT / "specs")]
    if wrong == "full":
        (out / "kept.txt").write_text("kept", encoding="utf-8")
    elif wrong == "family":
        arguments += ["--held-out", "no such family"]
    else:
        arguments[3] = str(tmp_path / "nothing")
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (out / "README.md").exists()
