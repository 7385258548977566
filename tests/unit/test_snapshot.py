"""A process that starts from a snapshot stands where the one that wrote it stood, and a changed snapshot starts nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attack_case import met
from small_disk import small_disk

from verify import snapshot as snapshots
from verify.lean_library import load_library
from verify.limits import DEFAULT
from verify.session import DEFAULT_LIMITS, Session, SessionLimits, SessionLost, Start
from verify.snapshot import Snapshot, _kept, mend_snapshot, private_snapshots, snapshot
from verify.standby import start_kernel
from verify.toolchain import Toolchain, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRUE = "@[expose] public section\ntheorem t (a b : Int) (h : a < b) : a + 1 ≤ b := by omega\n"
FALSE = "@[expose] public section\ntheorem t (a b : Int) (h : a < b) : a + 2 ≤ b := by omega\n"


@pytest.fixture(scope="module")
def lean() -> Toolchain:
    """Gives the portable Lean."""
    return find("portable")


@pytest.fixture(scope="module")
def whole(lean: Toolchain) -> Iterator[tuple[Session, int]]:
    """Gives a process that loaded the library itself."""
    with Session.start(lean, DEFAULT_LIMITS) as session:
        yield session, load_library(session)


@pytest.fixture(scope="module")
def restored(lean: Toolchain) -> Iterator[tuple[Session, int]]:
    """Gives a process that started from the snapshot."""
    kept = snapshot(lean)
    assert kept is not None
    with Session.start(lean, DEFAULT_LIMITS, begin=kept.start) as session:
        yield session, kept.library


def test_both_know_the_same(whole: tuple[Session, int], restored: tuple[Session, int]) -> None:
    for name in ("QED.Run", "QED.denote", "Int.emod_emod_of_dvd", "Nat.rec", "QED.nothing"):
        said = [session.audit(env, env, name) for session, env in (whole, restored)]
        assert said[0] == said[1]
        assert said[0].exists == (name != "QED.nothing")
    kinds = [session.kinds(env) for session, env in (whole, restored)]
    assert sorted(kinds[0]) == sorted(kinds[1])
    assert whole[0].version == restored[0].version


def test_both_say_the_same(whole: tuple[Session, int], restored: tuple[Session, int]) -> None:
    for text, errors in ((TRUE, 0), (FALSE, 1)):
        for session, env in (whole, restored):
            assert session.elaborate(env, text, keep=False).errors == errors


def test_a_restored_process_proves_imports_and_evaluates(restored: tuple[Session, int]) -> None:
    session, env = restored
    again = session.import_header("import Init\n")
    assert again.errors == 0
    assert again.env not in {None, env}
    done = session.elaborate(env, "#eval (List.range 10).foldl (· + ·) 0\n", keep=False)
    assert [m.text for m in done.messages] == ["45"]


@pytest.mark.attack("G09", "memory to start from with a changed byte, another name, or none", "SessionLost", "snapshots")
def test_a_changed_snapshot_starts_nothing(lean: Toolchain, tmp_path: Path) -> None:
    kept = snapshot(lean)
    assert kept is not None
    content = bytearray(kept.start.file.read_bytes())
    content[len(content) // 2] ^= 1
    changed = tmp_path / "memory"
    changed.write_bytes(content)
    missing = tmp_path / "none"
    for start in (replace(kept.start, file=changed), Start(kept.start.file, "0" * 64), Start(missing, kept.start.sha256)):
        with pytest.raises(SessionLost) as lost:
            Session.start(lean, DEFAULT_LIMITS, begin=start).close()
        met(lost.value)


def test_a_session_that_judges_cannot_write_a_snapshot(restored: tuple[Session, int], lean: Toolchain, tmp_path: Path) -> None:
    kept = snapshot(lean)
    assert kept is not None
    with Session.start(lean, DEFAULT_LIMITS, begin=kept.start) as session, pytest.raises(SessionLost, match="restricted"):
        session.write_snapshot(tmp_path / "memory")
    assert not (tmp_path / "memory").exists()


@pytest.mark.slow
def test_a_private_snapshot_replaces_the_kept_one_for_a_while(lean: Toolchain) -> None:
    kept = snapshot(lean)
    with private_snapshots():
        own = snapshot(lean)
        assert own is not None
        assert kept is not None
        assert own.start.file != kept.start.file
        file = own.start.file
        with Session.start(lean, DEFAULT_LIMITS, begin=own.start) as session:
            assert session.elaborate(own.library, TRUE, keep=False).errors == 0
    assert snapshot(lean) == kept
    assert not file.exists()


@pytest.mark.slow
def test_a_damaged_snapshot_is_made_again(lean: Toolchain) -> None:
    with tempfile.TemporaryDirectory(prefix="test-", dir=lean.root.parent) as name:
        own = replace(lean, root=Path(name).resolve())
        for folder in ("package", "lib"):  # hard links would change the files' own times, and other sessions watch those
            shutil.copytree(lean.root / folder, own.root / folder)
        with no_memory():
            mend_snapshot(own)
            first = kept_file(own)
            stamp = first.stat()
            first.chmod(0o600)
            first.write_bytes(first.read_bytes()[:-1] + b"?")
            os.utime(first, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        with no_memory():
            mend_snapshot(own)
            begin = snapshot(own)
            assert begin is not None
            with Session.start(own, DEFAULT_LIMITS, begin=begin.start) as session:
                assert session.elaborate(begin.library, TRUE, keep=False).errors == 0


@pytest.fixture
def own_folder(lean: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have snapshots kept in a folder of the test's own, where making one is a matter of copying the kept one."""
    kept = snapshot(lean)
    assert kept is not None
    content = kept.start.file.read_bytes()

    def make(toolchain: Toolchain, file: Path) -> Snapshot:
        file.write_bytes(content)
        return Snapshot(Start(file, kept.start.sha256), kept.library)

    monkeypatch.setattr(snapshots, "_make", make)
    monkeypatch.setattr(snapshots, "_kept", snapshots._Kept(private=tmp_path))
    return tmp_path


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[Path], object]]:
    """Return what is to be done with the file of the snapshot before each start to come; it is empty when all were made."""
    due: list[Callable[[Path], object]] = []
    real = Session.start.__func__  # type: ignore[attr-defined]  # a class method has one

    def start(cls: type[Session], toolchain: Toolchain, limits: SessionLimits, opened: object, begin: Start) -> Session:
        due.pop(0)(begin.file)
        return real(cls, toolchain, limits, opened, begin)  # type: ignore[no-any-return]  # as above

    monkeypatch.setattr(Session, "start", classmethod(start))
    return due


def test_a_snapshot_that_vanishes_before_it_is_read_is_made_again(
    lean: Toolchain, own_folder: Path, starts: list[Callable[[Path], object]]
) -> None:
    starts += [Path.unlink, Path.exists]
    with start_kernel(lean, DEFAULT).session as session:
        assert not starts
        assert session.elaborate(begin_library(lean), TRUE, keep=False).errors == 0
    assert [p.suffix for p in own_folder.glob("*.memory")] == [".memory"]


def test_a_start_that_fails_for_another_reason_is_made_once(
    lean: Toolchain, own_folder: Path, starts: list[Callable[[Path], object]]
) -> None:
    starts += [lambda file: file.write_bytes(b"another"), Path.exists]
    with pytest.raises(SessionLost, match="changed"):
        start_kernel(lean, DEFAULT)
    assert starts == [Path.exists]


def test_what_a_killed_process_left_half_made_is_cleared_away(lean: Toolchain, own_folder: Path) -> None:
    left = own_folder / "making-left"
    left.mkdir()
    (left / "memory").write_bytes(b"half")
    snapshot(lean)
    assert not left.exists()


def test_a_full_disk_is_one_message_and_leaves_nothing(lean: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = snapshot(lean)
    assert kept is not None

    def make(toolchain: Toolchain, file: Path) -> Snapshot:
        with Session.start(toolchain, DEFAULT_LIMITS, begin=kept.start, writes=file.parent) as session:
            return Snapshot(Start(file, session.write_snapshot(file)), kept.library)

    with small_disk(tmp_path, 16):
        monkeypatch.setattr(snapshots, "_make", make)
        monkeypatch.setattr(snapshots, "_kept", snapshots._Kept(private=tmp_path))
        with pytest.raises(SessionLost, match="is full") as lost:
            snapshot(lean)
        assert str(tmp_path) in lost.value.reason
        assert [p.name for p in tmp_path.iterdir()] == ["lock"]


def begin_library(lean: Toolchain) -> int:
    """Returns the environment that holds the library in a process that started from the snapshot."""
    begin = snapshot(lean)
    assert begin is not None
    return begin.library


@contextlib.contextmanager
def no_memory() -> Iterator[None]:
    """Makes this process forget the snapshots that it knows of, as a new one would."""
    before = dict(_kept.known)
    _kept.known.clear()
    yield
    _kept.known.clear()
    _kept.known.update(before)


def kept_file(lean: Toolchain) -> Path:
    """Returns the file of the snapshot that is kept."""
    (file,) = (lean.root / "snapshots").glob("*.memory")
    return file
