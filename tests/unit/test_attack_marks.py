"""What is marked as an attack is held to its mark, and the table of attacks fails where one got through or says nothing."""

import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.attacks import Collected, Row, catalogue, show

ROOT = Path(__file__).parent.parent.parent
TESTS = """
import pytest
from attack_case import met
from verify.reasons import Raises, TimedOut
from verify.task import Passed

@pytest.mark.attack("G01", "as is due", "TimedOut", "limits")
def test_due():
    met(TimedOut(what="slow"))

@pytest.mark.attack("G02", "another reason", "ProofFailed", "limits")
def test_other():
    met(TimedOut(what="slow"))

@pytest.mark.attack("G03", "it gets through", "TimedOut", "limits")
def test_through():
    met(Passed())

@pytest.mark.attack("G04", "it says nothing", "TimedOut", "limits")
def test_silent():
    pass

@pytest.mark.attack("G05", "it is refused once only", "TimedOut", "limits")
def test_once():
    met(TimedOut(what="slow"))
    met(Passed())

@pytest.mark.attack("G06", "it breaks", "TimedOut", "limits")
def test_broken():
    met(TimedOut(what="slow"))
    raise AssertionError

@pytest.mark.attack("G07", "it is left out", "TimedOut", "limits")
@pytest.mark.skip
def test_skipped():
    met(TimedOut(what="slow"))

def test_unmarked():
    met(Passed())
"""
RUN = """
import sys, pytest
from tests.attacks import Collected
found = Collected(())
pytest.main(["-q", "-q", "--no-summary", "-p", "no:cacheprovider", "-c", sys.argv[1], sys.argv[2]], plugins=[found])
for row in found.rows:
    print("ROW", row.id, row.found, row.right)
print("LOST", len(found.lost))
"""


def test_a_marked_test_is_right_only_where_it_met_what_is_due_and_nothing_else(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    attack: x\n")
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'unit'}"}
    command = [sys.executable, "-c", RUN, str(tmp_path / "pytest.ini"), str(tmp_path / "test_some.py")]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)  # noqa: S603 - our own text
    rows = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("ROW")]
    assert rows == [
        ["G01", "TimedOut", "True"],
        ["G02", "TimedOut", "False"],
        ["G03", "Passed", "False"],
        ["G05", "Passed", "False"],
        ["G06", "TimedOut", "False"],
    ]
    assert "LOST 2" in done.stdout


GOOD = Row("S01", "x", "WrongResult", "gates", "WrongResult", right=True)


def shown(*rows: Row, lost: tuple[str, ...] = (), only: tuple[str, ...] = ("S01",)) -> tuple[bool, str]:
    out = StringIO()
    good = show(Collected(only, [*rows], [*lost]), Console(file=out, width=200))
    return good, out.getvalue()


def test_the_table_counts() -> None:
    good, text = shown(GOOD)
    assert good
    assert "reject" in text
    assert "1 attacks under 1 of 1 numbers (process 1): 1 refused for the reason that is due" in text
    assert "0 for another one, 0 accepted, 0 not tried." in text


@pytest.mark.parametrize(
    ("rows", "lost", "said"),
    [
        ((GOOD, Row("S01", "y", "WrongResult", "gates", "Passed", right=False)), (), "ACCEPTED"),
        ((GOOD, Row("S01", "y", "WrongResult", "gates", "Raises", right=False)), (), "Raises, and not WrongResult"),
        ((GOOD,), ("test_x: no Lean",), "not tried: test_x"),
        ((), (), "without a case: S01"),
    ],
)
def test_the_table_fails_where_something_is_amiss(rows: tuple[Row, ...], lost: tuple[str, ...], said: str) -> None:
    good, text = shown(*rows, lost=lost)
    assert not good
    assert said in text


def test_what_has_no_case_says_why() -> None:
    known, without = catalogue()
    assert without.keys() < known.keys()
    good, text = shown(GOOD, only=("S01", "S03"))
    assert good
    assert without["S03"] in text
