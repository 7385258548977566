"""Against a base in git: the graph only grows, and what is checked is what git holds, as plain files of nodes."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from small_graph import CURRENT, accepting, chain, implementation, lemma, never, problem, put, run, using

from verify.ci import Report, Reprove
from verify.node import SIZES
from verify.reasons import GraphCorrupt, HistoryRewritten, NoBase

SPEC, BASE, BETTER, BEST = chain("f", 3)
OTHER, OTHER_BASE, _ = chain("g", 2)


def git(repository: Path, *arguments: str, feed: str | None = None) -> str:
    """Run git with nobody's settings."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    fixed = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(repository), *identity, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, input=feed, env={**kept, **fixed})  # noqa: S603 - git
    return done.stdout.strip()


def commit(repository: Path) -> None:
    """Commit everything."""
    git(repository, "add", "-A", "--force")
    git(repository, "commit", "-qm", "more", "--allow-empty")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository whose commit `base` holds `f` with two implementations."""
    git(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path / "accepted", SPEC, BASE, BETTER)
    (tmp_path / "accepted" / "README.md").write_text("the graph\n")
    commit(tmp_path)
    git(tmp_path, "tag", "base")
    return tmp_path


def _against_base(repository: Path, reprove: Reprove = accepting) -> Report:
    return run(repository / "accepted", base="base", reprove=reprove)


def test_against_the_base_only_what_is_new_is_proved(repository: Path) -> None:
    assert _against_base(repository, never).exit_code == 0
    put(repository / "accepted", BEST, OTHER, OTHER_BASE)
    for _ in ("not yet tracked", "committed"):
        report = _against_base(repository)
        assert (report.exit_code, report.reproved, report.base) == (0, 2, "base")
        assert {r.node for r in report.rows} == {BEST.id, OTHER_BASE.id}
        commit(repository)


def test_against_the_base_what_is_stale_is_proved_too(repository: Path) -> None:
    put(repository / "accepted", BEST)
    report = run(repository / "accepted", base="base", current={**CURRENT, "solver": "z3 5"})
    assert report.reproved == 3


def test_a_base_without_the_folder_is_empty(repository: Path) -> None:
    git(repository, "rm", "-rq", "--cached", "accepted")
    git(repository, "commit", "-qm", "none", "--allow-empty")
    git(repository, "tag", "-f", "base")
    assert _against_base(repository).reproved == 2


@pytest.mark.parametrize("committed", [True, False])
def test_a_head_that_is_gone_against_the_base_is_named(repository: Path, *, committed: bool) -> None:
    shutil.rmtree(repository / "accepted" / BETTER.id)
    if committed:
        commit(repository)
    report = _against_base(repository, never)
    problem(report, HistoryRewritten, BETTER.id)
    assert report.exit_code == 1


def test_a_whole_graph_that_is_gone_is_named(repository: Path) -> None:
    shutil.rmtree(repository / "accepted")
    report = _against_base(repository, never)
    assert {type(p) for p in report.problems} == {HistoryRewritten}
    assert {n.id for n in (SPEC, BASE, BETTER)} == {p.where.rpartition("/")[2] for p in report.problems}


def test_a_line_that_was_written_anew_is_refused(repository: Path) -> None:
    """The head of the base is replaced by another improvement of the same baseline."""
    shutil.rmtree(repository / "accepted" / BETTER.id)
    put(repository / "accepted", implementation(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE))
    commit(repository)
    problem(_against_base(repository, never), HistoryRewritten, BETTER.id)


def test_a_lemma_is_never_taken_away_and_a_new_one_is_proved(repository: Path) -> None:
    known = lemma()
    put(repository / "accepted", known)
    assert [r.node for r in _against_base(repository).rows] == [known.id]
    commit(repository)
    git(repository, "tag", "-f", "base")
    user = using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BETTER, known)
    put(repository / "accepted", user)
    assert [r.node for r in _against_base(repository).rows] == [user.id]
    for node in (user, known):
        shutil.rmtree(repository / "accepted" / node.id)
    problem(_against_base(repository, never), HistoryRewritten, known.id)


def _executable(repository: Path) -> str:
    path = repository / "accepted" / BETTER.id / "program.py"
    git(repository, "update-index", "--chmod=+x", str(path))
    return BETTER.id


def _link(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="../../secret")
    git(repository, "update-index", "--cacheinfo", f"120000,{blob},accepted/{BETTER.id}/program.py")
    return BETTER.id


def _link_beside(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="../../.ci")
    git(repository, "update-index", "--add", "--cacheinfo", f"120000,{blob},accepted/{'a' * 64}")
    return "a" * 64


def _submodule(repository: Path) -> str:
    tip = git(repository, "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{tip},accepted/{'b' * 64}")
    return "b" * 64


def _stray(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="* -text filter=lie")
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},accepted/.gitattributes")
    return ".gitattributes"


def _upper_case(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="{}")
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},accepted/{BETTER.id.upper()}/node.json")
    return BETTER.id.upper()


def _temporary(repository: Path) -> str:
    (repository / "accepted" / ".tmp-x").mkdir()
    (repository / "accepted" / ".tmp-x" / "program.py").touch()
    git(repository, "add", "-A")
    return ".tmp-x"


def _conflict(repository: Path) -> str:
    path = f"accepted/{BETTER.id}/node.json"
    blob = git(repository, "rev-parse", f"HEAD:{path}")
    lines = "".join(f"100644 {blob} {stage}\t{path}\n" for stage in (1, 2, 3))
    git(repository, "update-index", "--force-remove", path)
    git(repository, "update-index", "--index-info", feed=lines)
    return BETTER.id


def _other_bytes(repository: Path) -> str:
    """Git holds other bytes than the work tree, and is told not to look."""
    path = f"accepted/{BETTER.id}/proof.lean"
    blob = git(repository, "hash-object", "-w", "--stdin", feed="sorry")
    git(repository, "update-index", "--cacheinfo", f"100644,{blob},{path}")
    git(repository, "update-index", "--assume-unchanged", path)
    return BETTER.id


def _huge(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="0" * (max(SIZES.values()) + 1))
    git(repository, "update-index", "--cacheinfo", f"100644,{blob},accepted/{BETTER.id}/proof.lean")
    return blob


TRACKED: dict[Callable[[Path], str], str] = {
    _executable: "mode 100755",
    _link: "mode 120000",
    _link_beside: "mode 120000",
    _submodule: "160000",
    _stray: "belongs to no node",
    _upper_case: "belongs to no node",
    _temporary: "belongs to no node",
    _conflict: "in conflict",
    _other_bytes: "not the ones in the folder",
    _huge: "too long",
}


@pytest.mark.parametrize("attack", TRACKED, ids=lambda f: f.__name__.strip("_"))
def test_what_git_tracks_must_be_plain_files_of_nodes(attack: Callable[[Path], str], repository: Path) -> None:
    named = attack(repository)
    problem(_against_base(repository, never), GraphCorrupt, named, TRACKED[attack])


@pytest.mark.parametrize("attack", [_executable, _link, _other_bytes, _huge], ids=lambda f: f.__name__.strip("_"))
def test_a_base_that_is_not_sound_is_refused(attack: Callable[[Path], str], repository: Path) -> None:
    tree = git(repository, "write-tree")
    attack(repository)
    git(repository, "commit", "-qm", "bad")
    git(repository, "tag", "-f", "base")
    git(repository, "read-tree", tree)
    problem(_against_base(repository, never), GraphCorrupt)


def test_a_replaced_commit_does_not_hide_what_is_gone(repository: Path) -> None:
    """The base is given a replacement that never had the node."""
    shutil.rmtree(repository / "accepted" / BETTER.id)
    commit(repository)
    git(repository, "replace", git(repository, "rev-parse", "base"), git(repository, "rev-parse", "HEAD"))
    assert BETTER.id not in git(repository, "ls-tree", "-r", "base")
    problem(_against_base(repository, never), HistoryRewritten, BETTER.id)


def test_the_environment_does_not_choose_the_repository(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    git(elsewhere, "init", "-q")
    shutil.rmtree(repository / "accepted" / BETTER.id)
    monkeypatch.setenv("GIT_DIR", str(elsewhere / ".git"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.worktree")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(elsewhere))
    problem(_against_base(repository, never), HistoryRewritten, BETTER.id)


def test_a_filter_of_the_repository_is_notrun(repository: Path) -> None:
    (repository / ".gitattributes").write_text("*.lean filter=lie\n")
    git(repository, "config", "filter.lie.smudge", f"touch {repository}/ran")
    git(repository, "config", "core.fsmonitor", f"touch {repository}/ran")
    assert _against_base(repository, never).exit_code == 0
    assert not (repository / "ran").exists()


@pytest.mark.parametrize("ref", ["nowhere", "--help", "", "base:accepted", "a b", "\x1b[2J"])
def test_a_ref_that_is_no_commit_is_told(ref: str, repository: Path) -> None:
    report = run(repository / "accepted", base=ref, reprove=never)
    assert type(report.problems[0]) is NoBase


def test_a_folder_outside_git_is_told(tmp_path: Path) -> None:
    put(tmp_path / "accepted", SPEC, BASE)
    assert type(run(tmp_path / "accepted", base="HEAD", reprove=never).problems[0]) is NoBase
