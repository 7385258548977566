"""A stranger's first steps go as the tutorial shows them, and the page of the commands is theirs."""

import shlex
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from loop.cli import app
from loop.command_tree import Tree, leaves
from tests.command_page import PAGE, page, undocumented
from tests.first_steps import COMMANDS, GOLDEN, ROOT, difference, shown, steps, taken

written = pytest.mark.skipif(not GOLDEN.exists(), reason=f"`python tests/first_steps.py --golden` writes {GOLDEN.name}")

def test_the_page_is_made_of_the_commands() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "`python -m tests.command_page` writes it anew; read the difference"


def test_every_variable_of_the_environment_is_on_the_page() -> None:
    assert undocumented() == set()


def test_the_steps_are_commands_that_read() -> None:
    tree = get_command(app)
    assert isinstance(tree, Tree)
    known = dict(leaves(tree))
    for command in COMMANDS:
        first, *words = shlex.split(command)
        if first == "qed":
            path = next(p for p in known if words[: len(p.split())] == p.split())
            known[path].make_context(path, words[len(path.split()) :])


@written
def test_the_steps_that_are_shown_are_those_that_are_taken() -> None:
    assert tuple(s.command for s in steps()) == COMMANDS
    for step in steps():
        assert shown(step.shown) == step.shown, "what is shown is normal"
    said = {s.command: s.shown for s in steps()}
    assert "staircase  improved  kernel" in said["qed run specs/sums/staircase.py --budget 5m"]
    assert "accept" in said["qed ci --all"].split("\n")[-1]


@written
@pytest.mark.slow
@pytest.mark.lean
def test_the_first_steps_go_as_they_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    qed = tmp_path / "bin" / "qed"
    qed.parent.mkdir()
    qed.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m loop "$@"\n')
    qed.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder = tmp_path / "proofs"
    folder.mkdir()
    found = taken(folder, qed)
    assert not difference(steps(), found), difference(steps(), found)
