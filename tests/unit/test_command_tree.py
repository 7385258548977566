"""The commands as a whole: what help teaches, that all of them speak JSON, and that wrong usage does so too."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_graph import chain, put
from typer.main import get_command
from typer.testing import CliRunner

from loop.cli import app
from loop.command_table import BEGIN, COMMANDS, FIRST_STEPS, PANELS
from loop.command_tree import AnyCommand, Tree, leaves, walk

ROOT = Path(__file__).resolve().parents[2]
NARROW = 80
"""columns of the terminal that the lines of the table are written for"""


def tree() -> Tree:
    made = get_command(app)
    assert isinstance(made, Tree)
    return made


PROTOCOLS = {"lsp", "mcp"}
"""commands whose stdout is another program's"""
LEAVES = dict(leaves(tree()))
GROUPS = [path for path, _ in walk(tree()) if path not in LEAVES]


def qed(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False, prog_name="qed", env={"COLUMNS": str(NARROW)})


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "QED_DEBUG"):
        monkeypatch.delenv(name, raising=False)


# -- help -----------------------------------------------------------------------------------------------------------------------


def test_help_lists_every_command_under_its_heading_on_one_line() -> None:
    said = qed("--help").stdout
    lines = said.splitlines()
    headings = [line.removesuffix(":") for line in lines if line.removesuffix(":") in PANELS]
    assert headings == [p for p in PANELS if any(COMMANDS[name].panel == p for name in tree().commands)]
    for name in tree().commands:
        shown = [line for line in lines if line.startswith(f"  {name} ")]
        assert shown == [f"  {name.ljust(max(map(len, tree().commands)))}  {COMMANDS[name].line}"]
        place = lines.index(shown[0])
        above = next(line for line in reversed(lines[:place]) if line and not line.startswith(" "))
        assert above == f"{COMMANDS[name].panel}:"
    assert lines[lines.index(f"{BEGIN}:") + 1].startswith("  init ")
    assert "\x1b" not in said
    for call, _ in FIRST_STEPS:
        assert f"    {call}" in said


def test_the_table_lists_every_command() -> None:
    assert {path for path, _ in walk(tree())} <= COMMANDS.keys()
    for path, listed in COMMANDS.items():
        assert len(listed.line) <= 58, path
        assert listed.panel in PANELS


@pytest.mark.parametrize("path", LEAVES)
def test_every_command_shows_examples_that_read(path: str) -> None:
    said = qed(*path.split(), "--help").stdout
    examples = COMMANDS[path].examples
    assert examples
    for example in examples:
        assert f"\n    {example}\n" in f"{said}\n"
        first, *words = shlex.split(example)
        assert (first, " ".join(words).split()[: len(path.split())]) == ("qed", path.split())
        command: AnyCommand = LEAVES[path]
        # what does not read raises
        context = command.make_context(path, words[len(path.split()) :], resilient_parsing=False)
        assert context.command is command


@pytest.mark.parametrize("path", GROUPS)
def test_a_group_lists_its_commands(path: str) -> None:
    said = qed(*path.split(), "--help").stdout
    for name, listed in COMMANDS.items():
        if name.startswith(f"{path} "):
            assert f"  {listed.line}" in said


# -- one object -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LEAVES.keys() - PROTOCOLS)
def test_every_command_speaks_json(path: str) -> None:
    assert any("--json" in option.opts for option in LEAVES[path].params), path


@pytest.mark.parametrize("path", [*LEAVES, *GROUPS, ""])
def test_wrong_usage_is_one_object_on_stdout_and_one_line_on_stderr(path: str) -> None:
    done = qed(*path.split(), "--no-such-option", "--json")
    assert done.exit_code == 2
    data = json.loads(done.stdout)
    assert (data["verdict"], data["reason"], data["exit_code"]) == ("error", "Usage", 2)
    assert "--no-such-option" in data["message"]
    assert len(done.stderr.splitlines()) == 1


NEEDY = [path for path, command in LEAVES.items() if any(p.required for p in command.params)]


@pytest.mark.parametrize("path", NEEDY)
def test_what_is_missing_is_named_in_the_object(path: str) -> None:
    done = qed(*path.split(), "--json")
    assert done.exit_code == 2
    assert "Missing" in json.loads(done.stdout)["message"]
    plainly = qed(*path.split())
    assert (plainly.exit_code, plainly.stdout) == (2, "")
    assert f"qed {path} --help" in plainly.stderr


@pytest.mark.parametrize("arguments", ["ci --workers 0", "ci --accepted nowhere", "ci --tree nowhere", "ci --all --base nowhere"])
def test_the_gate_says_wrong_usage_in_an_object_too(arguments: str) -> None:
    done = qed(*arguments.split(), "--json")
    assert done.exit_code == 2
    data = json.loads(done.stdout)
    assert (data["reason"], data["exit_code"]) == ("Usage", 2)
    assert data["message"] in done.stderr


CHEAP: dict[str, Callable[[], str]] = {
    "graph show": lambda: "",
    "graph log": lambda: "tri",
    "graph export": lambda: "out.json",
    "certificate show": lambda: "tri",
    "explain": lambda: "tri",
    "review list": lambda: "",
    "rules show": lambda: "",
    "lemmas show": lambda: "",
    "policy show": lambda: "",
    "doctor": lambda: "",
    "stop": lambda: "",
    "init": lambda: "mine",
    "new": lambda: "other",
}
"""commands that come to their end without a Lean"""


@pytest.mark.parametrize("path", CHEAP)
def test_success_is_one_object_and_nothing_else(path: str) -> None:
    put(Path("accepted"), *chain("tri", 2))
    done = qed(*path.split(), *CHEAP[path]().split(), "--json")
    assert done.exit_code in {0, 4 if path == "doctor" else 0}, done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def test_the_word_json_alone_changes_nothing_of_what_is_done() -> None:
    done = qed("graph", "show", "--accepted", "--json")
    assert done.exit_code == 0, "--json is the folder's name here"
    assert "is empty" in done.stdout
