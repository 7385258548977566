"""The line that a reason names, with a caret under its column: for people, wherever the file is at hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from loop.cli import app
from verify.ci import Row
from verify.ci_formats import excerpt, row_text
from verify.reasons import Unsupported

HEAD = "from verify import target\n\n\n@target\ndef f(n: int) -> int:\n"
BODY = "    return n / 2\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.py").write_text(HEAD + BODY)


def qed(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def reason(where: str) -> Unsupported:
    return Unsupported(what="`/` is not supported.", where=where)


def test_check_shows_the_place_in_a_spec() -> None:
    done = qed("check", "spec.py")
    lines = done.stdout.splitlines()
    assert done.exit_code == 3
    at = lines.index("  where: spec.py:6:12")
    assert lines[at + 1 : at + 4] == [
        "      return n / 2",
        "             ^",
        "  `/` makes a float; write `//` for floor division.",
    ]


def test_check_shows_the_place_in_a_candidate() -> None:
    Path("spec.py").write_text(HEAD + BODY.replace("/", "+"))
    Path("new.py").write_text("def f(n: int) -> int:\n    own = [n]\n    b = own\n    b.append(1)\n    return len(own)\n")
    lines = qed("check", "spec.py", "new.py").stdout.splitlines()
    at = lines.index("  where: new.py:3:5")
    assert lines[at + 1 : at + 3] == ["      b = own", "      ^"]


def test_json_has_no_excerpt() -> None:
    data = json.loads(qed("check", "spec.py", "--json").stdout)
    assert data["message"] == "spec.py:6:12: `/` is not supported. `/` makes a float; write `//` for floor division."
    assert "^" not in json.dumps(data)


def test_a_report_on_a_graph_shows_the_place_in_the_node() -> None:
    Path("graph").mkdir()
    Path("graph/program.py").write_text(HEAD + BODY)
    row = Row("n" * 64, "f", "decline", reason("abc/program.py:6:12"), "policy", "graph/program.py", (), (), ())
    assert row_text(row).splitlines()[2:] == ["      return n / 2", "             ^", "  in graph/program.py"]


@pytest.mark.parametrize(
    "where",
    ["", "spec.py", "spec.py:6", "spec.py:60:1", "spec.py:6:60", "spec.py:0:1", "spec.py:6:0", "none.py:6:1", ".:1:1", "\0:1:1"],
)  # fmt: skip
def test_places_without_a_line_have_no_excerpt(where: str) -> None:
    assert excerpt(reason(where)) == ()


def test_a_file_of_another_name_is_not_shown() -> None:
    assert excerpt(reason("a note of the proof:1:1"), Path("spec.py")) == ()


def test_what_could_steer_a_terminal_is_written_out() -> None:
    Path("odd.py").write_bytes(b"x\x1b[31m = 1\xff\n")
    shown, caret = excerpt(reason("odd.py:1:1"))
    assert shown.isprintable()
    assert "\x1b" not in shown
    assert caret == "^"
