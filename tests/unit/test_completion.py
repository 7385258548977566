"""What the shell is offered: names of the graph that is named, and nothing that could mean something to the shell."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_graph import chain, put

from loop import completion
from loop.next_steps import MEANINGS
from verify.graph import Graph, load
from verify.spec import ORDERS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(**more: str) -> str:
    """Return what a shell is told that asks by these variables."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    done = subprocess.run([sys.executable, "-m", "loop"], env=env, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr
    return done.stdout


def offered(line: str) -> list[str]:
    """Return what bash is offered after a line, as the script that `--show-completion` prints asks for it."""
    return asked(_QED_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1)).split()


def test_names_of_the_graph_are_offered() -> None:
    put(Path("accepted"), *chain("tri", 2))
    put(Path("elsewhere"), *chain("other", 2))
    graph = load(Path("accepted"))
    assert isinstance(graph, Graph)
    assert offered("qed explain t") == ["tri"]
    assert offered("qed explain --accepted elsewhere o") == ["other"]
    assert offered("qed graph log tr") == ["tri"]
    some = next(iter(graph.nodes))
    assert offered(f"qed certificate show {some[:6]}") == [some[:12]]
    assert offered("qed explain WrongR") == ["WrongResult"]


def test_words_that_are_fixed_are_offered() -> None:
    assert offered("qed check spec.py --order ") == list(ORDERS)
    assert offered("qed run --proposer sy") == ["symbolic"]
    assert "export" in offered("qed graph ")
    assert "init" in offered("qed ")


def test_the_script_of_a_shell_is_printed() -> None:
    assert "complete -o default -F _qed_completion qed" in asked(_QED_COMPLETE="source_bash")


def test_what_means_something_to_a_shell_is_never_offered(tmp_path: Path) -> None:
    names = ["good", "$(touch pwned)", "`id`", "a b", "x;y", "../up", "-rf", "é", "", "a" * 200, "new\nline", "*"]
    for number, name in enumerate(names):
        folder = tmp_path / "accepted" / f"{number:064x}"
        folder.mkdir(parents=True)
        (folder / "node.json").write_text(json.dumps({"kind": "spec", "target": name}))
    for number, text in enumerate(["", "{", "[]", "null", '{"kind": 3}', "[" * 100_000], start=100):
        folder = tmp_path / "accepted" / f"{number:064x}"
        folder.mkdir()
        (folder / "node.json").write_text(text)
    (tmp_path / "accepted" / "stray").write_text("")
    assert [target for _, _, target in completion.in_graph(Path("accepted"))] == ["good"]
    assert list(completion.in_graph(Path("nowhere"))) == []
    for word in (*MEANINGS, *ORDERS):
        assert completion.SAFE.fullmatch(word)
