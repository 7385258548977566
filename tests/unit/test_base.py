"""Against a base in git: the graph only grows, and what is checked is what git holds, as plain files of nodes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_attacks import BASE, BEST, BETTER, SPEC, TRACKED, commit, executable, git, huge, link, make_repository, other_bytes
from small_graph import CURRENT, accepting, chain, implementation, lemma, never, problem, put, run, using

from verify.ci import Report, Reprove
from verify.reasons import GraphCorrupt, HistoryRewritten, NoBase

OTHER, OTHER_BASE, _ = chain("g", 2)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository whose commit `base` holds `f` with two implementations."""
    return make_repository(tmp_path)


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


@pytest.mark.parametrize("attack", TRACKED, ids=lambda f: f.__name__)
def test_what_git_tracks_must_be_plain_files_of_nodes(attack: Callable[[Path], str], repository: Path) -> None:
    named = attack(repository)
    problem(_against_base(repository, never), GraphCorrupt, named, TRACKED[attack])


@pytest.mark.parametrize("attack", [executable, link, other_bytes, huge], ids=lambda f: f.__name__)
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
