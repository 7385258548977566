"""policy.toml is read strictly; what it does not allow is kept out at the door, and refused by ci, whoever changed the file."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from git_attacks import commit, git
from small_graph import CURRENT, accept, accepting, chain, implementation, put, run, solved
from typer.testing import CliRunner

from loop.budget import Budget
from loop.cli import app
from loop.commands.common import UsageError
from loop.commands.governed import seconds_within, within
from verify.ci import Report, ci
from verify.governance import (
    BUDGETS,
    LONGEST,
    POLICY,
    Governance,
    forbidden,
    governance_beside,
    governance_from,
    may_review,
    policy_path,
)
from verify.graph import Graph, admit, graph_of, load
from verify.reasons import GraphCorrupt, Malformed, NotByPolicy, Refusal, TrustChanged

SPEC, BASE, BETTER = chain("f", 2)
LATER = implementation(SPEC, b"def f(n: int) -> int:\n    return n - 0\n", BASE, "eventually", 7)
WHOLE = """
[accept]
tiers = ["kernel"]
orders = ["always", "eventually"]
measured_slower = "hold"

[review]
implementation = ["Ada Lovelace", "grace"]
spec = ["Ada Lovelace"]

[budget]
seconds = 600
proposals = 100
judgements = 50
tokens = 0
money = 2.50
"""
ONLY_ALWAYS = '[accept]\norders = ["always"]\n'


def read(text: str | bytes) -> Governance:
    return governance_from(text.encode() if isinstance(text, str) else text, "p/policy.toml")


def test_what_it_says_is_read() -> None:
    found = read(WHOLE)
    assert (found.tiers, found.orders, found.measured_slower) == (("kernel",), ("always", "eventually"), "hold")
    assert dict(found.reviewers) == {"implementation": ("Ada Lovelace", "grace"), "spec": ("Ada Lovelace",)}
    assert dict(found.budget) == {"seconds": 600, "proposals": 100, "judgements": 50, "tokens": 0, "money": Decimal("2.50")}
    assert not found.accepts_all


def test_without_a_file_all_is_allowed(tmp_path: Path) -> None:
    found = governance_beside(tmp_path / "accepted")
    assert found == Governance()
    assert found.accepts_all
    assert not found.reviewers
    assert not found.budget
    assert read("") == Governance(digest=read("").digest)


def test_it_stands_beside_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert policy_path(Path("accepted")) == Path(POLICY)
    (tmp_path / POLICY).write_text(ONLY_ALWAYS)
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path / "accepted", Path("accepted"), Path("accepted").absolute()):
        assert governance_beside(folder).orders == ("always",)
    (tmp_path / "accepted").mkdir()
    monkeypatch.chdir(tmp_path / "accepted")
    assert governance_beside(Path()).orders == ("always",)


MALFORMED = {
    "no TOML": ("tiers = [", "no TOML"),
    "no text": (b"\xff", "no TOML"),
    "a key twice": ("[accept]\n[accept]\n", "no TOML"),
    "deeply nested": ("a = " + "[" * 20_000, "TOML"),
    "too long": ("#" * (LONGEST + 1), "longer than"),
    "an unknown table": ("[trust]\n", "`trust`"),
    "an unknown key": ("[accept]\ntier = ['kernel']\n", "`accept.tier`"),
    "no table": ("accept = 3\n", "`accept` is a number"),
    "an unknown tier": ("[accept]\ntiers = ['gold']\n", "`accept.tiers` is 'gold'"),
    "a tier that is none": ("[accept]\ntiers = [1]\n", "`accept.tiers`"),
    "no tier": ("[accept]\ntiers = []\n", "`accept.tiers`"),
    "a tier twice": ("[accept]\ntiers = ['smt', 'smt']\n", "`accept.tiers`"),
    "no list": ("[accept]\ntiers = 'kernel'\n", "`accept.tiers` is a text"),
    "an unknown order": ("[accept]\norders = ['sometimes']\n", "`accept.orders` is 'sometimes'"),
    "an unknown word": ("[accept]\nmeasured_slower = 'ask'\n", "`accept.measured_slower` is 'ask'"),
    "another type": ("[accept]\nmeasured_slower = true\n", "`accept.measured_slower` is a truth value"),
    "an unknown kind": ("[review]\nimplementations = ['a']\n", "`review.implementations`"),
    "nobody": ("[review]\nspec = []\n", "`review.spec`"),
    "an empty name": ("[review]\nspec = ['']\n", "`review.spec`"),
    "a name of two lines": ("[review]\nspec = ['a\\n']\n".replace("'", '"'), "`review.spec`"),
    "a name that is none": ("[review]\nspec = [3]\n", "`review.spec`"),
    "a table as a name": ("[review]\nspec = [{}]\n", "`review.spec`"),
    "a name twice": ("[review]\nspec = ['a', 'a']\n", "`review.spec`"),
    "an unknown budget": ("[budget]\nminutes = 3\n", "`budget.minutes`"),
    "part of a second": ("[budget]\nseconds = 1.5\n", "`budget.seconds` is 1.5"),
    "a truth value": ("[budget]\ntokens = true\n", "`budget.tokens` is a truth value"),
    "below zero": ("[budget]\nproposals = -1\n", "`budget.proposals` is -1"),
    "money below zero": ("[budget]\nmoney = -0.5\n", "`budget.money` is -0.5"),
    "no end of money": ("[budget]\nmoney = inf\n", "`budget.money`"),
    "money that is none": ("[budget]\nmoney = nan\n", "`budget.money`"),
    "a date": ("[budget]\nseconds = 2020-01-01\n", "`budget.seconds` is a date"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_is_refused_by_its_key(name: str) -> None:
    text, told = MALFORMED[name]
    with pytest.raises(Refusal) as raised:
        read(text)
    reason = raised.value.reason
    assert type(reason) is Malformed
    assert reason.where == "p/policy.toml"
    assert told in reason.what
    assert "\n" not in reason.what


def test_a_link_or_a_folder_is_no_policy(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("")
    (tmp_path / POLICY).symlink_to("other.toml")
    with pytest.raises(Refusal, match="no regular file"):
        governance_beside(tmp_path / "accepted")
    (tmp_path / POLICY).unlink()
    (tmp_path / POLICY).mkdir()
    with pytest.raises(Refusal, match="no regular file"):
        governance_beside(tmp_path / "accepted")


def test_who_may_review() -> None:
    found = read(WHOLE)
    assert may_review(found, "implementation", "grace")
    for stranger in ("", "Grace", "grace ", "mallory", "Ada"):
        assert not may_review(found, "implementation", stranger)
    assert not may_review(found, "spec", "grace")
    assert may_review(found, "lemma", "anybody")
    assert not may_review(found, "lemma", "")
    assert not may_review(found, "lemma", "two\nlines")


# -- budgets --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["rules find", "rules play", "lemmas weigh"])
def test_what_works_for_long_asks_for_no_more_seconds_than_there_are(command: str, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[budget]\nseconds = 600\n")
    done = CliRunner().invoke(app, [*command.split(), "--budget", "601s", "--accepted", str(tmp_path / "accepted")])
    assert done.exit_code == 2, done.output
    assert "--budget asks for more than `budget.seconds` in policy.toml allows, which is 600" in done.stderr
    assert not (tmp_path / "accepted").exists(), "nothing was begun"


def test_what_was_asked_without_a_budget_takes_the_seconds_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[budget]\nseconds = 0\n")
    done = CliRunner().invoke(app, ["lemmas", "weigh", "--accepted", str(tmp_path / "accepted"), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["ended_early"]) == (0, "seconds")
    assert seconds_within(None, tmp_path / "accepted") == 0
    assert seconds_within(5.0, tmp_path / "elsewhere" / "accepted") == 5.0


def test_a_run_without_budgets_takes_these() -> None:
    due = Budget(seconds=600.0, proposals=100, judgements=50, tokens=0, money=Decimal("2.50"))
    assert within(Budget(), read(WHOLE)) == due
    less = Budget(seconds=5.0, proposals=0, judgements=1, tokens=0, money=Decimal(1))
    assert within(less, read(WHOLE)) == less
    assert within(less, Governance()) == less
    assert within(Budget(), Governance()) == Budget()


@pytest.mark.parametrize("name", BUDGETS)
def test_a_run_that_asks_for_more_is_refused(name: str) -> None:
    most = read(WHOLE).budget[name]
    assert getattr(within(Budget(**{name: most}), read(WHOLE)), name) == most  # type: ignore[arg-type]  # fields by name
    with pytest.raises(UsageError, match=rf"`budget\.{name}` in policy.toml"):
        within(Budget(**{name: most + 1}), read(WHOLE))  # type: ignore[arg-type]  # fields by name


# -- the door and the gate ------------------------------------------------------------------------------------------------------


def test_what_is_not_allowed_is_named() -> None:
    smt = solved(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE)
    governance = read('[accept]\ntiers = ["kernel"]\norders = ["always"]\n')
    found = list(forbidden(governance, (SPEC, BASE, BETTER, LATER, smt), Path("accepted"), POLICY))
    assert [(type(r), r.where) for r in found] == [(NotByPolicy, f"accepted/{n.id}/node.json") for n in (LATER, smt)]
    assert "order" in found[0].what
    assert "`accept.orders` in policy.toml allows always" in found[0].what
    assert "`accept.tiers` in policy.toml allows kernel" in found[1].what
    assert not list(forbidden(Governance(), (SPEC, BASE, LATER, smt), Path("accepted"), POLICY))


def test_the_door_keeps_out_what_is_not_allowed(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    put(folder, SPEC, BASE)
    graph = load(folder)
    assert isinstance(graph, Graph)
    (tmp_path / POLICY).write_text(ONLY_ALWAYS)
    reason = admit(graph, folder, (LATER,), accept(LATER))
    assert type(reason) is NotByPolicy
    assert load(folder) == graph
    (tmp_path / POLICY).write_text("[accept]\norder = []\n")
    assert type(admit(graph, folder, (BETTER,), accept(BETTER))) is Malformed
    (tmp_path / POLICY).unlink()
    assert isinstance(admit(graph, folder, (LATER,), accept(LATER)), Graph)


def test_ci_refuses_what_is_not_allowed_and_what_does_not_read(tmp_path: Path) -> None:
    put(tmp_path / "accepted", SPEC, BASE, LATER)
    assert run(tmp_path / "accepted", everything=True).exit_code == 0
    (tmp_path / POLICY).write_text(ONLY_ALWAYS)
    report = run(tmp_path / "accepted", everything=True)
    assert (report.exit_code, report.verdict) == (1, "reject")
    assert [type(p) for p in report.problems] == [NotByPolicy]
    assert LATER.id in str(report.problems[0])
    (tmp_path / POLICY).write_text("[accept]\norder = ['always']\n")
    report = run(tmp_path / "accepted", everything=True)
    assert [type(p) for p in report.problems] == [Malformed]
    assert "`accept.order`" in str(report.problems[0])


def judged(tree: Path, *, trust_change: bool = False) -> Report:
    return ci(
        tree / "accepted", everything=False, base="base", reprove=accepting, current=CURRENT, workers=1, on_progress=None,
        tree=tree, trust_change=trust_change,
    )  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a repository whose policy allows one order."""
    git(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path / "accepted", SPEC, BASE)
    (tmp_path / POLICY).write_text(ONLY_ALWAYS)
    commit(tmp_path)
    git(tmp_path, "tag", "base")
    return tmp_path


@pytest.mark.parametrize("how", ["changed", "removed"])
def test_a_change_cannot_loosen_the_policy_for_itself(tree: Path, how: str) -> None:
    if how == "changed":
        (tree / POLICY).write_text("")
    else:
        (tree / POLICY).unlink()
    put(tree / "accepted", LATER)
    commit(tree)
    report = judged(tree)
    assert {type(p) for p in report.problems} == {TrustChanged, NotByPolicy}
    assert any(f"base:{POLICY}" in p.what for p in report.problems)
    # people may let the policy be changed; the node enters with another change
    report = judged(tree, trust_change=True)
    assert [type(p) for p in report.problems] == [NotByPolicy]
    git(tree, "tag", "-f", "base")
    assert judged(tree).exit_code == 0


def test_the_policy_that_is_there_now_counts_too(tree: Path) -> None:
    (tree / POLICY).unlink()
    put(tree / "accepted", LATER)
    commit(tree)
    git(tree, "tag", "-f", "base")
    (tree / POLICY).write_text(ONLY_ALWAYS)
    commit(tree)
    report = judged(tree, trust_change=True)
    assert [type(p) for p in report.problems] == [NotByPolicy]
    (tree / POLICY).write_text("x = 1\n")
    commit(tree)
    assert [type(p) for p in judged(tree, trust_change=True).problems] == [Malformed]


def test_a_link_in_git_is_no_policy(tree: Path) -> None:
    (tree / POLICY).unlink()
    (tree / POLICY).symlink_to("pyproject.toml")
    commit(tree)
    git(tree, "tag", "-f", "base")
    report = judged(tree)
    assert [type(p) for p in report.problems] == [GraphCorrupt]
    assert isinstance(graph_of((SPEC, BASE), "here"), Graph)
