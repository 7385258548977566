"""Every refusal has words for people and a next step, and the commands print it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from loop.cli import app
from loop.command_tree import Tree, walk
from loop.next_steps import MEANINGS, alike, explained, next_line
from verify import reasons
from verify.reasons import Reason

SPEC = """from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    return n / 2
"""


def reason_classes() -> list[type[Reason]]:
    found = [v for v in vars(reasons).values() if isinstance(v, type) and issubclass(v, Reason) and v is not Reason]
    assert len(found) > 40
    return found


def qed(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


@pytest.mark.parametrize("kind", reason_classes(), ids=lambda k: k.__name__)
def test_every_reason_has_words_and_a_step(kind: type[Reason]) -> None:
    meaning = MEANINGS[kind.__name__]
    assert len(meaning.means) > 20
    assert meaning.steps
    assert all(step.endswith((".", "`", "?")) for step in meaning.steps)
    found = explained(kind.__name__)
    assert found is not None
    assert found.verdict == kind.verdict
    assert meaning.steps[0] in next_line(kind.__name__)


def test_no_words_are_about_what_there_is_not() -> None:
    outside = {"Usage", "ToolchainMissing", "ProposerFailed", "Stopped"}
    assert MEANINGS.keys() == {k.__name__ for k in reason_classes()} | outside
    tree = get_command(app)
    assert isinstance(tree, Tree)
    paths = {path for path, _ in walk(tree)}
    text = " ".join(" ".join((m.means, *m.steps)) for m in MEANINGS.values())
    for words in re.findall(r"`qed ([a-z]+(?: [a-z]+)?)", text):
        assert words in paths or words.split()[0] in paths, words
    for page in re.findall(r"docs/[a-z-]+\.md", text):
        assert (Path(__file__).resolve().parents[2] / page).is_file(), page


@pytest.mark.parametrize("name", MEANINGS)
def test_explain_says_it_whatever_the_graph_is(name: str, tmp_path: Path) -> None:
    (tmp_path / "accepted").write_text("no graph")
    said = qed("explain", name, "--accepted", str(tmp_path / "accepted"))
    assert said.exit_code == 0
    assert all(step in said.stdout for step in MEANINGS[name].steps)
    data = json.loads(qed("explain", name, "--json").stdout)
    assert (data["refusal"], data["next"]) == (name, list(MEANINGS[name].steps))


def test_a_name_that_is_nearly_one_is_told() -> None:
    assert alike("NotBound") == ("NotBounded",)
    said = qed("explain", "CostNotLowr", "--accepted", "nowhere")
    assert said.exit_code == 2
    assert "is the refusal CostNotLower meant?" in said.stderr
    assert "CostNotLower, Counterexample" in qed("explain", "NotCheaper", "--accepted", "nowhere").stderr
    assert "graph show" in qed("explain", "total", "--accepted", "nowhere").stderr


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_refusal_prints_the_step(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.py").write_text(SPEC)
    said = qed(command, "spec.py")
    assert said.exit_code == 3
    assert next_line("Unsupported") in said.stdout
    data = json.loads(qed(command, "spec.py", "--json").stdout)
    (found,) = [data] if command == "check" else data["problems"]
    assert found["next"] == list(MEANINGS["Unsupported"].steps)
