"""Specs and candidates in cells, in a real shell of IPython."""

import atexit
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from targets import HEAD, SUM

pytest.importorskip("IPython", reason="IPython is the extra `notebook`")

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets.config import Config

from loop.notebook import Targets, Trouble, Verdict, spec
from loop.notebook.live import cell_board

SPEC = HEAD + SUM
OTHER = SPEC.replace("def f", "def g")
OUTSIDE = "def f(n: int) -> int:\n    return open(n)\n"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    made = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    made.run_cell("%load_ext loop.notebook").raise_error()
    yield made
    atexit.unregister(made.atexit_operations)


def ran(shell: InteractiveShell, cell: str) -> Any:
    done = shell.run_cell(cell)
    done.raise_error()
    return done.result


def failed(shell: InteractiveShell, cell: str) -> str:
    done: ExecutionResult = shell.run_cell(cell)
    assert isinstance(done.error_in_exec, Trouble), done
    return str(done.error_in_exec)


def test_a_spec_in_a_cell_is_shown_and_kept_under_a_name(shell: InteractiveShell) -> None:
    shown = ran(shell, f"%%qed_spec sums\n{SPEC}")
    assert isinstance(shown, Targets)
    assert shown.names == ("f",)
    assert shell.user_ns["sums"] is shown
    assert shown.path.read_text() == SPEC, "byte for byte"
    assert "sums.py:" in repr(shown)
    assert ran(shell, f"%%qed_spec\n{OTHER}").names == ("g",)
    assert shell.user_ns["sums"] is shown


def test_the_kernel_does_not_run_what_stands_in_the_cells(shell: InteractiveShell, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = f"open({str(mark)!r}, 'w').close()\n"
    assert ran(shell, f"%%qed_spec\n{SPEC}{text}").reason is not None
    ran(shell, f"%%qed_spec\n{SPEC}")
    assert not ran(shell, f"%%qed_candidate\n{text}{OUTSIDE}").accepted
    assert not mark.exists()
    assert "f" not in shell.user_ns


def test_what_looks_like_a_prompt_or_a_magic_is_left_as_it_is(shell: InteractiveShell) -> None:
    text = SPEC.replace("    total = 0", '    """\n    >>> f(2)\n    %ls {tmp_path} $HOME !ls\n    """\n    total = 0')
    assert ran(shell, f"%%qed_spec\n{text}").path.read_text() == text


def test_a_candidate_is_about_the_last_spec_or_the_one_that_is_named(shell: InteractiveShell) -> None:
    ran(shell, f"%%qed_spec one\n{SPEC}")
    ran(shell, f"%%qed_spec\n{OTHER}")
    verdict = ran(shell, f"%%qed_candidate found\n{OUTSIDE}")
    assert isinstance(verdict, Verdict)
    assert (verdict.target, verdict.name, verdict.accepted) == ("g", "reject", False), "it has no g"
    assert shell.user_ns["found"] is verdict
    verdict = ran(shell, f"%%qed_candidate --spec one\n{OUTSIDE}")
    assert (verdict.target, verdict.name) == ("f", "decline")
    shell.user_ns["text"] = SPEC
    assert ran(shell, f"%%qed_candidate --spec text\n{OUTSIDE}").target == "f"
    Path("file.py").write_text(SPEC)
    assert ran(shell, f"%%qed_candidate --spec file.py\n{OUTSIDE}").target == "f"
    ran(shell, f"%%qed_spec both\n{SPEC}{OTHER[OTHER.index('@target') - 2 :]}")
    assert ran(shell, f"%%qed_candidate --function f\n{OUTSIDE}").target == "f"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%%qed_candidate", "there is no spec yet; write one in a cell %%qed_spec"),
        ("%%qed_candidate --spec none.py", "there is no spec file none.py"),
        ("%%qed_candidate --frob", "unrecognized arguments: --frob; %%qed_candidate --help lists the options"),
        ("%%qed_candidate 1x", "'1x' is no name for a variable"),
        ("%%qed_candidate 'a", "the first line of the cell does not read"),
        ("%%qed_candidate --spec s --lemmas none", "'none' names no variable with a text in it"),
        ("%%qed_candidate --spec s --order soon", "is none of always, eventually, worst-case"),
        ("%%qed_candidate --spec s --lean other", "is one of auto, portable, native"),
        ("%%qed_spec a b", "unrecognized arguments: b"),
        ("%%qed_spec --accepted s.py", "s.py is a file"),
    ],
)
def test_what_is_wrong_with_the_first_line_is_one_line(
    shell: InteractiveShell, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns["s"] = spec(SPEC)
    Path("s.py").write_text(SPEC)
    assert said in failed(shell, f"{line}\n{OUTSIDE}")
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    assert printed.out.count("qed: ") == 1


def test_help_is_printed_and_nothing_judged(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    assert "the cell was not judged" in failed(shell, f"%%qed_candidate --help\n{OUTSIDE}")
    assert "--lemmas NAME" in capsys.readouterr().out


def test_lemmas_lie_beside_the_candidate(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("loop.notebook.verdicts.judged", lambda arguments: asked.append(arguments) or exit_with(Trouble("asked")))
    ran(shell, f"%%qed_spec\n{SPEC}")
    shell.user_ns["mine"] = "theorem x : True := trivial\n"
    failed(shell, f"%%qed_candidate --lemmas mine --admit --accepted g --order always\n{OUTSIDE}")
    (arguments,) = asked
    assert arguments.candidate.read_text() == OUTSIDE
    assert arguments.candidate.with_suffix(".lean").read_text() == shell.user_ns["mine"]
    assert (arguments.admit, arguments.accepted, arguments.asked.order) == (True, Path("g"), "always")


def exit_with(error: Exception) -> None:
    raise error


def test_a_terminal_keeps_its_own_board(shell: InteractiveShell) -> None:
    assert cell_board() is None
