"""What a tree holds beside a commit of it, whatever its files are called, and whatever stands in their place."""

from pathlib import Path

import pytest
from git_attacks import commit, git

from verify.reasons import ForeignFile, NoBase, Refusal, TrustChanged
from verify.trust import shadows, trust_changes


def repository(folder: Path, *options: str) -> Path:
    """Make a repository with a judge of two files, tagged `base`."""
    git(folder, "init", "-q", "-b", "main", *options)
    (folder / "verify").mkdir()
    for name in ("judge.py", "a\tb.py"):
        (folder / "verify" / name).write_text(f"NAME = {name!r}\n")
    commit(folder)
    git(folder, "tag", "base")
    return folder


def changed(folder: Path) -> list[tuple[type, str]]:
    return [(type(r), r.where) for r in trust_changes(folder, "base")]


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_where_nothing_changed_nothing_is_told(tmp_path: Path, kind: str) -> None:
    assert changed(repository(tmp_path, f"--object-format={kind}")) == []


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_a_change_is_told(tmp_path: Path, kind: str) -> None:
    repository(tmp_path, f"--object-format={kind}")
    (tmp_path / "verify" / "judge.py").write_text("NAME = ''\n")
    assert changed(tmp_path) == [(TrustChanged, "verify/judge.py")]
    commit(tmp_path)
    assert changed(tmp_path) == [(TrustChanged, "verify/judge.py")]


def test_a_folder_in_the_place_of_a_file_is_a_change(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "verify" / "judge.py").unlink()
    (tmp_path / "verify" / "judge.py").mkdir()
    assert changed(tmp_path) == [(TrustChanged, "verify/judge.py")]


def test_a_name_with_a_tab_is_a_name(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "verify" / "a\tb.py").write_text("NAME = ''\n")
    ((kind, where),) = changed(tmp_path)
    assert kind is TrustChanged
    assert where.startswith("verify/a")
    assert where.endswith("b.py")


def test_without_a_repository_there_is_no_base(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        trust_changes(tmp_path, "base")
    assert isinstance(refusal.value.reason, NoBase)
    assert str(tmp_path) in refusal.value.reason.where


def test_the_root_is_looked_at_from_any_folder_of_a_tree(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "z3.py").write_text("")
    found = shadows(tmp_path / "verify")
    assert [type(r) for r in found] == [ForeignFile]
    assert "z3.py" in found[0].where
    assert shadows(tmp_path) == found


def test_a_folder_without_a_repository_is_looked_at_itself(tmp_path: Path) -> None:
    (tmp_path / "z3.py").write_text("")
    assert [type(r) for r in shadows(tmp_path)] == [ForeignFile]
