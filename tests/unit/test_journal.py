"""The journal: nothing is lost or changed unseen, whoever is killed or writes at the same time, and looking up stays fast."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from loop import chain as chain_module
from loop.chain import Chain, ChainError
from loop.journal import (
    _COLUMNS,
    BEGUN,
    ENDED,
    OUTCOMES,
    STOPPED,
    Entry,
    Journal,
    admitted,
    bytes_of,
    read,
    text_of,
    to_content,
    to_entry,
)
from verify.chain import row_digest
from verify.counterexample import same
from verify.ir import Value

ROOT = Path(__file__).resolve().parents[2]
JUDGE = "9" * 64
ENTRY = Entry(
    target="f", spec="1" * 64, head=None, candidate="2" * 64, judge=JUDGE, verdict="reject", reason="WrongResult", message="m",
    gate="examples", seconds=0.5, arguments=(3, True, -(10**30)),
)  # fmt: skip
VALUES: tuple[Value, ...] = ([], [(1, True)], (0, [False]), [[1], []], 3, False, [2**70], 2**20000, [-(2**20000)])
WRITER = """
import sys
from pathlib import Path
from tests.unit.test_journal import ENTRY
from loop.journal import Journal
from dataclasses import replace
journal, name, count = Journal(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
for number in range(count):
    journal.append(replace(ENTRY, candidate=f"{name}-{number}"))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
assert not journal.complaint, journal.complaint
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def numbered(number: int, **changes: object) -> Entry:
    return replace(ENTRY, candidate=f"{number:064}", **changes)  # type: ignore[arg-type]  # fields by name


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    line = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(line, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True)  # noqa: S603


def test_entries_come_back_as_they_were(path: Path) -> None:
    entries = [ENTRY, numbered(3, arguments=None, verdict="accept", reason=None, node="4" * 64, order="always")]
    journal = Journal(path)
    for e in entries:
        journal.append(e)
    assert Journal(path).entries == entries
    assert list(read(path)) == entries


def test_arguments_of_all_types_are_kept(path: Path) -> None:
    Journal(path).append(replace(ENTRY, arguments=VALUES))
    (read_back,) = read(path)
    assert read_back.arguments is not None
    assert len(read_back.arguments) == len(VALUES)
    assert all(map(same, read_back.arguments, VALUES))


@pytest.mark.parametrize(
    "odd",
    [{"verdict": "accepted"}, {"message": []}, {"seconds": "x"}, {"arguments": [[1]]}, {"arguments": [{"list": [1]}]},
     {"arguments": [None]}, {"arguments": "x"}, {"arguments": {"list": []}}, {"more": 1}],
)  # fmt: skip
def test_an_event_that_is_no_entry_is_passed_over(path: Path, odd: dict[str, object]) -> None:
    journal = Journal(path)
    journal.add("judgement", to_content(ENTRY) | odd)
    journal.append(ENTRY)
    assert journal.entries == [ENTRY]
    assert to_entry(to_content(ENTRY) | odd) is None


@pytest.mark.parametrize("content", [b"", b"def f\n", b"\xff\x00", "ü".encode()])
def test_files_are_kept_byte_for_byte(content: bytes) -> None:
    assert bytes_of(text_of(content)) == content


# -- what is known --------------------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_known_against_any_head_and_what_is_dear_against_one(path: Path) -> None:
    journal = Journal(path)
    journal.append(numbered(1))
    journal.append(numbered(2, reason="CostNotLower", arguments=None, head="a" * 64))
    journal.append(numbered(3, verdict="error", reason="ToolBroken", arguments=None))
    journal.append(numbered(4, judge="8" * 64))

    def known(number: int, head: str | None) -> bool:
        return journal.known(ENTRY.spec, head, f"{number:064}", JUDGE) is not None

    assert [known(n, h) for n in (1, 2, 3, 4) for h in (None, "a" * 64)] == [True, True, False, True, False, False, False, False]


def test_the_last_refusals_and_counterexamples_come_oldest_first(path: Path) -> None:
    journal = Journal(path)
    for n in range(9):
        journal.append(numbered(n, arguments=(n,) if n % 2 else None))
    journal.append(numbered(9, verdict="accept", reason=None, arguments=None))
    assert [e.candidate for e in journal.refused(ENTRY.spec, 3)] == [f"{n:064}" for n in (6, 7, 8)]
    assert journal.hits(ENTRY.spec, 2) == [(5,), (7,)]
    assert journal.refused("2" * 64, 3) == []


def test_a_run_does_not_see_what_another_adds_meanwhile(path: Path) -> None:
    before, mine, other = Journal(path), Journal(path), Journal(path)
    before.append(numbered(1))
    mine.begin({})
    other.append(numbered(2))
    mine.append(numbered(3))
    other.add(OUTCOMES, {"counts": {}})
    seen = [mine.known(ENTRY.spec, None, f"{n:064}", JUDGE) is not None for n in (1, 2, 3)]
    assert seen == [True, False, True]
    assert [e.candidate[-1] for e in mine.refused(ENTRY.spec, 9)] == ["1"]
    assert len(mine.hits(ENTRY.spec, 9)) == 1
    assert list(mine.before(OUTCOMES)) == []
    later = Journal(path)
    later.begin({})
    assert list(later.before(OUTCOMES)) == [{"counts": {}}]


def test_the_last_run_without_an_end_is_the_one_to_go_on_with(path: Path) -> None:
    journal = Journal(path)
    assert journal.unfinished() is None
    for name, end in (("a", ENDED), ("b", STOPPED), ("c", ENDED)):
        journal.begin({"name": name})
        journal.add(end, {})
    found = journal.unfinished()
    assert found is not None
    assert found.content == {"name": "b"}
    again = Journal(path)
    again.go_on(found)
    assert [c["name"] for c in again.own(BEGUN)] == ["b"]
    again.add(ENDED, {})
    assert journal.unfinished() is None


# -- the chain ------------------------------------------------------------------------------------------------------------------

EDITS = {
    "content": ("UPDATE events SET content = replace(content, 'WrongResult', 'Raises') WHERE id = 4", 4),
    "kind": ("UPDATE events SET kind = 'admission' WHERE id = 5", 5),
    "run": ("UPDATE events SET run = 1 WHERE id = 2", 2),
    "gone": ("DELETE FROM events WHERE id = 3", 3),
    "first gone": ("DELETE FROM events WHERE id = 1", 1),
    "swapped": ("UPDATE events SET content = (SELECT content FROM events WHERE id = 6) WHERE id = 3", 3),
}


@pytest.mark.parametrize(("edit", "row"), EDITS.values(), ids=EDITS)
def test_an_edit_is_found_at_its_row(path: Path, edit: str, row: int) -> None:
    journal = Journal(path)
    for n in range(7):
        journal.append(numbered(n))
    assert journal.broken() == ""
    journal.close()
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db.execute(edit)
    db.executescript("DROP TRIGGER no_update; DROP TRIGGER no_delete;")
    db.execute(edit)
    db.commit()
    db.close()
    assert f"row {row}: " in Journal(path).broken()


def test_an_edit_with_its_own_digest_is_found_at_the_next_row(path: Path) -> None:
    journal = Journal(path)
    for n in range(5):
        journal.append(numbered(n))
    journal.close()
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER no_update")
    (run, kind, content, before) = db.execute("SELECT run, kind, content, before FROM events WHERE id = 2").fetchone()
    content = content.replace("WrongResult", "Raises")
    db.execute("UPDATE events SET content = ?, digest = ? WHERE id = 2", (content, row_digest(2, run, kind, content, before)))
    db.commit()
    db.close()
    assert "row 3: it is not bound" in Journal(path).broken()


# -- kills, and several writers -------------------------------------------------------------------------------------------------


def test_a_writer_that_is_killed_loses_no_event_that_it_had_written(path: Path) -> None:
    rng, told = random.Random(3), 0
    for kill in range(4):
        with writer(path, str(kill), 100_000) as process:
            assert process.stdout is not None
            for _ in range(rng.randrange(1, 40)):
                process.stdout.readline()
                told += 1
            time.sleep(rng.uniform(0, 0.01))
            process.send_signal(signal.SIGKILL)
            told += len(process.stdout.read().split("\n")) - 1
        journal = Journal(path)
        assert journal.broken() == ""
        # what it had written without saying so is one event at most
        assert told <= len(journal.entries) <= told + 1
        told = len(journal.entries)
        journal.append(ENTRY)
        told += 1
        journal.close()


def test_two_processes_write_one_chain(path: Path) -> None:
    writers = [writer(path, name, 60) for name in "ab"]
    for w in writers:
        w.communicate(timeout=200)
    assert [w.returncode for w in writers] == [0, 0]
    journal = Journal(path)
    assert journal.broken() == ""
    found = [e.candidate for e in journal.entries]
    for name in "ab":
        assert [c for c in found if c.startswith(name)] == [f"{name}-{n}" for n in range(60)]
    assert len(found) == 120


def test_a_table_that_another_process_made_meanwhile_is_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, looked = chain_module._is_made, list[bool]()

    def made(db: sqlite3.Connection) -> bool:
        found = plain(db)
        looked.append(found)
        if len(looked) == 1:
            Chain(path, _COLUMNS).close()
        return found

    monkeypatch.setattr(chain_module, "_is_made", made)
    journal = Journal(path)
    journal.append(ENTRY)
    assert (looked, journal.complaint, len(journal.entries)) == ([False, False, False, True], "", 1)


# -- what is no journal ---------------------------------------------------------------------------------------------------------


def test_a_file_that_is_no_journal_is_left_alone_and_complained_of(path: Path) -> None:
    path.write_bytes(b"not a database, but somebody's text\n" * 40)
    journal = Journal(path)
    assert "cannot be read: file is not a database" in journal.complaint
    journal.append(ENTRY)
    assert journal.known(ENTRY.spec, None, ENTRY.candidate, JUDGE) == ENTRY
    assert path.read_bytes().startswith(b"not a database")


def test_another_database_is_no_journal(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE events (name TEXT)")
    db.commit()
    db.close()
    with pytest.raises(ChainError):
        Chain(path, _COLUMNS)
    assert "cannot be read" in Journal(path).complaint


def test_a_journal_that_cannot_be_written_is_a_complaint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "journal.sqlite")
    journal.append(ENTRY)
    assert "cannot be" in journal.complaint
    assert journal.entries == [ENTRY]


def test_what_entered_is_what_admissions_say(path: Path) -> None:
    journal = Journal(path)
    journal.append(numbered(1, verdict="accept", reason=None, arguments=None, node="5" * 64))
    assert list(admitted(path)) == []
    journal.add("admission", {"turn": 0, "number": 0, "target": "f", "nodes": ["5" * 64]})
    assert list(admitted(path)) == ["5" * 64]
    assert list(admitted(path.with_name("none"))) == []
