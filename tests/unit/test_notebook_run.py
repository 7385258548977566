"""A run from a cell: what is shown while it goes on, what it leaves behind, and what it comes to."""

import os
import threading
import time
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from targets import HEAD, SUM, spec_of

from loop.budget import Spent
from loop.keep import Standing
from loop.notebook import Interrupted, Trouble, run, spec
from loop.notebook.live import NOTES, CellBoard, Progress
from loop.progress import COLUMNS
from loop.target import Target
from verify.node import spec_node

SPEC = HEAD + SUM


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QED_DEBUG", raising=False)


class Output:
    """What stands for the output of a cell: all that was ever shown in it."""

    def __init__(self) -> None:
        self.shown: list[Progress] = []
        self.threads: set[str] = set()

    def __call__(self, obj: Any) -> "Output":
        self.update(obj)
        return self

    def update(self, obj: Any) -> None:
        self.threads.add(threading.current_thread().name)
        self.shown.append(obj)


def wait_for(found: Any) -> None:
    end = time.monotonic() + 30
    while not found():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


def test_the_rows_are_drawn_anew_while_the_run_goes_on() -> None:
    output = Output()
    with CellBoard(output, every=0.01) as board:
        assert output.shown[0].rows == ()
        board.follow(SimpleNamespace(spent=Spent(seconds=61, proposals=3, judgements=2)))  # type: ignore[arg-type]
        board.stage(Target(spec_of(SUM), Standing(spec_node("f", b""))), "examples and smt")
        wait_for(lambda: output.shown[-1].rows)
        assert output.shown[-1].rows == (("f", "examples and smt", "not reached", "0", "0"),)
        assert output.shown[-1].spent == "spent: 61 s, 3 proposals, 2 judgements"
        assert "examples and smt" in repr(output.shown[-1])
        assert COLUMNS[1] in output.shown[-1]._repr_html_()
        board.note("f: an answer was no proposal")
        wait_for(lambda: output.shown[-1].notes)
    assert "qed-progress" in output.threads
    last = output.shown[-1]
    assert (last.state, last.rows, last.notes) == ("done", (), ("f: an answer was no proposal",)), "the summary has the rows"
    assert not any(t.name == "qed-progress" for t in threading.enumerate())


def test_what_does_not_change_is_not_drawn_again() -> None:
    output = Output()
    with CellBoard(output, every=0.01):
        time.sleep(0.3)
    assert len(output.shown) <= 3


def test_the_rows_of_a_run_that_was_broken_off_stay() -> None:
    output = Output()

    def interrupted() -> None:
        with CellBoard(output, every=60) as board:
            board.stage(Target(spec_of(SUM), Standing(spec_node("f", b""))), "proof")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (output.shown[-1].state, len(output.shown[-1].rows)) == ("stopped", 1)


def test_only_the_newest_notes_are_shown_and_they_stay_text() -> None:
    output = Output()
    with CellBoard(output, every=60) as board:
        for i in range(NOTES + 5):
            board.note(f"{i} <script>alert(1)</script>\x1b[2J")
    assert [n.split()[0] for n in output.shown[-1].notes] == [str(i) for i in range(5, NOTES + 5)]
    tags: list[str] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    reader.feed(output.shown[-1]._repr_html_())
    assert "script" not in tags
    assert "\x1b" not in output.shown[-1]._repr_html_() + repr(output.shown[-1])


def test_a_budget_that_is_used_up_leaves_targets_untouched() -> None:
    done = run(spec(SPEC), max_judgements=0, accepted="graph")
    assert (done.improved, done.data["ended"]) == ((), "judgements")
    assert done.rows[0][:2] == ("f", "not reached")
    said = repr(done)
    assert "1 of the targets were not begun before the run ended." in said
    assert "The budget of judgements is used up." in said
    assert "not reached" in done._repr_html_()
    assert Path("graph").is_dir()


def test_files_folders_and_texts_may_be_mixed() -> None:
    Path("folder").mkdir()
    Path("folder/one.py").write_text(SPEC.replace("def f", "def one"))
    Path("two.py").write_text(SPEC.replace("def f", "def two"))
    given = ["folder", Path("two.py"), spec(SPEC), SPEC.replace("def f", "def four")]
    done = run(given, max_judgements=0)
    assert [row[0] for row in done.rows] == ["one", "two", "f", "four"]


def test_a_file_that_does_not_read_is_named_with_its_reason() -> None:
    done = run("import os  # <b>\nx = 1\n", accepted="graph")
    assert (done.rows, [name for name, _ in done.problems]) == ((), ["spec.py"])
    assert "decline  spec.py" in repr(done)
    assert "Unsupported" in done._repr_markdown_()
    assert "where: spec.py:1:1" in repr(done)
    assert "import os  # &lt;b&gt;" in done._repr_html_()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"specs": "missing.py"}, "there is no spec file missing.py"),
        ({}, "there is no folder specs/"),
        ({"specs": SPEC, "budget": "soon"}, "is a number and a unit"),
        ({"specs": SPEC, "rounds": 0}, "must be at least 1"),
        ({"specs": SPEC, "proposer": "other"}, "is symbolic, openai or replay:FILE"),
        ({"specs": SPEC, "lean": "other"}, "is one of auto, portable, native"),
        ({"specs": SPEC, "max_money": "much"}, "is an amount such as 2.50"),
        ({"specs": SPEC, "proposer": "openai", "model": ["m"]}, "no API key is set"),
    ],
)
def test_wrong_usage_is_one_line(options: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QED_API_KEY", "OPENAI_API_KEY", "QED_MODEL_URL", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Trouble) as found:
        run(**options)
    assert said in str(found.value)
    assert len(found.value._render_traceback_()) == 1


def test_a_stop_file_is_kept_to() -> None:
    Path("qed.stop").touch()
    with pytest.raises(Trouble, match="stops every run"):
        run(SPEC)


def test_the_keys_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    run(SPEC, max_judgements=0)
    assert os.environ["OPENAI_API_KEY"] == "k"


def test_an_interrupt_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("loop.notebook.runs.searched", interrupted)
    with pytest.raises(Interrupted) as found:
        run(SPEC)
    assert isinstance(found.value, KeyboardInterrupt), "the cells after it are not run"
    assert found.value._render_traceback_() == ["qed: stopped; what was accepted so far is in the graph."]
