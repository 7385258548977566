"""ci checks the journal beside a graph: a row that is not as it was written fails it, and the end is printed for who pins it."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from small_graph import CURRENT, chain, put, run

from loop.chain import Chain
from loop.journal import _COLUMNS
from verify.chain import START, Chained, chained, followed, journal_path, row_digest
from verify.ci import ci
from verify.ci_formats import to_json, to_text
from verify.reasons import JournalBroken

NODES = chain("f", 2)
COUNT = 300


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a graph with a journal of many rows."""
    put(tmp_path / "accepted", *NODES)
    with closing(Chain(journal_path(tmp_path / "accepted"), _COLUMNS)) as journal:
        for number in range(COUNT):
            journal.append("judgement", {"number": number}, 1)
    return tmp_path / "accepted"


def tamper(folder: Path, *statements: str) -> None:
    db = sqlite3.connect(journal_path(folder))
    for trigger in ("no_update", "no_delete"):
        db.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def test_a_chain_that_holds_is_counted_and_its_end_is_told(folder: Path) -> None:
    found = chained(journal_path(folder))
    assert isinstance(found, Chained)
    assert found.events == COUNT
    report = run(folder, everything=True)
    assert report.exit_code == 0
    assert report.journal == found
    assert f"journal: {COUNT} events, the last {found.last}\n" in to_text(report)
    assert json.loads(to_json(report))["journal"] == {"events": COUNT, "last": found.last}


def test_an_absent_journal_is_none(tmp_path: Path) -> None:
    put(tmp_path / "accepted", *NODES)
    report = run(tmp_path / "accepted", everything=True)
    assert report.exit_code == 0
    assert "journal: none\n" in to_text(report)
    assert json.loads(to_json(report))["journal"] is None
    assert not journal_path(tmp_path / "accepted").exists()


TAMPERED = {
    "an edit": (("UPDATE events SET content = '{}' WHERE id = 7",), "row 7: its content is not what its digest says"),
    "a row that went": (("DELETE FROM events WHERE id = 270",), "row 270: it is missing; 271 comes next"),
    "the first row": (("DELETE FROM events WHERE id = 1",), "row 1: it is missing"),
    "another kind": (("UPDATE events SET kind = 'admission' WHERE id = 300",), "row 300: its content"),
    "another run": (("UPDATE events SET run = 2 WHERE id = 3",), "row 3: its content"),
    "another digest": (("UPDATE events SET digest = before WHERE id = 9",), "row 9: its content"),
    "two rows in each other's place": (
        ("UPDATE events SET id = -1 WHERE id = 4", "UPDATE events SET id = 4 WHERE id = 5",
         "UPDATE events SET id = 5 WHERE id = -1"),
        "row 4: it is not bound to the row before it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_ci_names_the_first_row_that_is_not_as_it_was_written(folder: Path, name: str) -> None:
    statements, told = TAMPERED[name]
    tamper(folder, *statements)
    report = run(folder, everything=True)
    assert (report.exit_code, report.rows) == (1, ())
    assert [type(p) for p in report.problems] == [JournalBroken]
    assert told in report.problems[0].what
    assert report.problems[0].where == str(journal_path(folder))
    assert "journal: broken\n" in to_text(report)


def test_rows_cut_off_at_the_end_show_in_the_end_alone(folder: Path) -> None:
    before = chained(journal_path(folder))
    tamper(folder, "DELETE FROM events WHERE id > 298")
    after = chained(journal_path(folder))
    assert isinstance(before, Chained)
    assert isinstance(after, Chained)
    assert (after.events, after.last != before.last) == (298, True)


def _text(path: Path) -> None:
    path.write_text("no database\n" * 100)


def _link(path: Path) -> None:
    path.rename(path.with_name("other"))
    path.symlink_to("other")


def _view(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("ALTER TABLE events RENAME TO rows")
    db.execute("CREATE VIEW events AS SELECT * FROM rows")
    db.commit()
    db.close()


def _generated(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TABLE events")
    db.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, run, kind, content AS (hex(id)), before, digest)")
    db.commit()
    db.close()


def _null(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TABLE events")
    db.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, run, kind, content, before, digest)")
    db.execute("INSERT INTO events VALUES (1, 1, NULL, x'00', 0.5, '')")
    db.commit()
    db.close()


@pytest.mark.parametrize("made", [_text, _link, _view, _generated, _null])
def test_what_is_no_journal_fails(folder: Path, made: Callable[[Path], None]) -> None:
    made(journal_path(folder))
    assert isinstance(chained(journal_path(folder)), JournalBroken)
    assert run(folder, everything=True).exit_code == 1


def test_a_file_without_events_is_an_empty_chain(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "j").close()
    (tmp_path / "j").touch()
    assert chained(tmp_path / "j") == Chained(0, START)


def test_a_journal_that_is_written_to_meanwhile_is_read(folder: Path) -> None:
    with closing(Chain(journal_path(folder), _COLUMNS)) as journal:
        journal.append("judgement", {"number": COUNT}, 1)
        found = chained(journal_path(folder))
        assert isinstance(found, Chained)
        assert found.events == COUNT + 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_journal_that_may_not_be_read_fails(folder: Path) -> None:
    journal_path(folder).chmod(0)
    assert isinstance(chained(journal_path(folder)), JournalBroken)


def test_a_chain_is_followed_from_any_source() -> None:
    first = row_digest(1, 1, "a", "{}", START)
    assert followed([(1, 1, "a", "{}", START, first)]) == Chained(1, first)
    assert followed([]) == Chained(0, START)


def test_a_broken_journal_stands_beside_other_problems(folder: Path) -> None:
    tamper(folder, "DELETE FROM events WHERE id = 2")
    (folder / "stray").write_text("")
    report = ci(folder, everything=True, base=None, reprove=lambda *_: None, current=CURRENT, workers=1, on_progress=None)  # type: ignore[arg-type, return-value]  # nothing is judged
    assert JournalBroken in {type(p) for p in report.problems}
    assert len(report.problems) == 2
