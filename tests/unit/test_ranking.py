"""A model is fitted on what the journal holds, tells targets that it was not fitted on, and is the same whatever the order."""

import json
import random
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from loop.cli import app
from loop.journal import CAME, OUTCOMES, Entry, Journal, journal_path
from loop.policies.in_use import policies_of
from loop.policies.ranking import Example, TooLittle, fitted, proposals, tactics
from verify.graph import Graph, load
from verify.node import spec_node

SPEC = '''from icontract import ensure, require
from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= 0)
def {name}(n: int) -> int:
    """Double."""
    total = 0
    for _ in range(n):
        total += 2
    return total
'''
GOOD, BAD = "technique good", "technique bad"


def filled(folder: Path, *, flipped: bool = False, targets: int = 6, each: int = 8) -> None:
    """Write a journal in which what one technique made was accepted, and what another made was not."""
    with closing(Journal(journal_path(folder))) as journal:
        journal.begin({"nodes": [], "targets": []})
        for t in range(targets):
            for i in range(each):
                good = bool(i % 2)
                place = {"turn": t, "number": i}
                journal.add(CAME, {**place, "target": f"t{t}", "features": [GOOD if good else BAD, f"nodes 2^{i % 3}"]})
                accepted = good != flipped
                journal.append(Entry(
                    target=f"t{t}", spec=str(t) * 64, head="h" * 64, candidate=f"{t}{i}", judge="j", verdict="accept" if accepted
                    else "decline", reason=None, message="", gate="", seconds=0.0,
                ), t, i)  # fmt: skip
                journal.add(OUTCOMES, {**place, "counts": {"none Int": {"omega": [int(good), 1], "simp": [1 - good, 1]}}})


def examples_of(folder: Path, without: tuple[str, ...] = ()) -> list[Example]:
    """Return what a journal says of proposals."""
    with closing(Journal(journal_path(folder))) as journal:
        return list(proposals(journal, without))


def test_what_was_accepted_is_told_from_what_was_not(tmp_path: Path) -> None:
    filled(tmp_path / "accepted")
    found = fitted(examples_of(tmp_path / "accepted"))
    assert (found.examples, found.accepted) == (48, 24)
    assert found.weights.rate([GOOD]) > 3 * found.weights.rate([BAD])
    assert found.loss < found.plain / 2


def test_the_order_of_a_journal_makes_no_difference(tmp_path: Path) -> None:
    filled(tmp_path / "accepted")
    examples = examples_of(tmp_path / "accepted")
    shuffled = random.Random(1).sample(examples, len(examples))
    assert fitted(shuffled) == fitted(examples)


def test_held_out_targets_teach_nothing(tmp_path: Path) -> None:
    filled(tmp_path / "accepted")
    left = examples_of(tmp_path / "accepted", ("0" * 64, "1" * 64))
    assert {e.group for e in left} == {str(t) * 64 for t in range(2, 6)}
    with closing(Journal(journal_path(tmp_path / "accepted"))) as journal:
        assert {e.group for e in tactics(journal, ("0" * 64,))} == {str(t) * 64 for t in range(1, 6)}


def test_tactics_are_told_by_what_they_came_to(tmp_path: Path) -> None:
    filled(tmp_path / "accepted")
    with closing(Journal(journal_path(tmp_path / "accepted"))) as journal:
        found = fitted(tactics(journal, ()))
    assert found.examples == 96
    # each settled half of what it was tried on
    assert 0.4 < found.weights.rate(["tactic omega", "tactic omega on Int"]) < 0.6


@pytest.mark.parametrize("targets", [0, 1])
def test_too_little_is_said(tmp_path: Path, targets: int) -> None:
    filled(tmp_path / "accepted", targets=targets)
    with pytest.raises(TooLittle):
        fitted(examples_of(tmp_path / "accepted"))


# -- the command ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with specs of two families, and runs that go as well as the ranking that they are given is right."""
    for family in ("kept", "held"):
        folder = tmp_path / "specs" / family
        folder.mkdir(parents=True)
        for i in range(6):
            (folder / f"{family}{i}.py").write_text(SPEC.format(name=f"{family}{i}"))

    def measure(
        specs: tuple[Path, ...], folder: Path, seconds: int, seed: int, jobs: object, more: list[str], **_: object
    ) -> None:
        ranking = policies_of(None, [Path(more[1]).read_text()]).ranking if more else None
        tries = 4 if ranking is None else 1 if ranking.rate([GOOD]) > ranking.rate([BAD]) else 8
        with closing(Journal(journal_path(folder))) as journal:
            for path in specs:
                spec = spec_node(path.stem, path.read_bytes())
                for n in range(tries):
                    journal.append(Entry(
                        target=path.stem, spec=spec.id, head="h" * 64, candidate=str(n), judge="j", gate="", seconds=0.0,
                        verdict="accept" if n == tries - 1 else "decline", reason=None, message="",
                    ))  # fmt: skip

    monkeypatch.setattr("loop.policies.trial.measure", measure)
    return tmp_path


def learned(place: Path) -> Mapping[str, object]:
    """Call `qed policy learn ranking`."""
    options = ["--specs", str(place / "specs"), "--held-out", "held", "--accepted", str(place / "accepted"), "--seeds", "2"]
    done = CliRunner().invoke(app, ["policy", "learn", "ranking", str(place / "out"), *options, "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_a_ranking_that_helps_enters_the_graph(place: Path) -> None:
    filled(place / "accepted")
    found = learned(place)
    assert (found["accepted"], found["won"], found["lost"], found["why"]) == (True, 6, 0, "")
    graph = load(place / "accepted")
    assert isinstance(graph, Graph)
    ranking = policies_of(graph).ranking
    assert ranking is not None
    assert ranking.rate([GOOD]) > ranking.rate([BAD])


def test_a_poisoned_journal_yields_no_policy(place: Path) -> None:
    """Its labels are flipped; it is sound as a chain, and the model fits it as well as any."""
    filled(place / "accepted", flipped=True)
    found = learned(place)
    assert (found["accepted"], found["won"], found["lost"]) == (False, 0, 6)
    fit = found["fitted"]
    assert isinstance(fit, dict)
    assert fit["held_out_bits"] < fit["share_bits"]
    graph = load(place / "accepted")
    assert isinstance(graph, Graph)
    assert not graph.nodes
    shown = CliRunner().invoke(app, ["policy", "show", "--accepted", str(place / "accepted"), "--json"])
    (row,) = json.loads(shown.stdout)["policies"]
    assert (row["accepted"], row["lost"]) == (False, 6)
    assert "6 worse" in row["why"]


def test_a_journal_that_somebody_changed_teaches_nothing(place: Path) -> None:
    filled(place / "accepted")
    path = journal_path(place / "accepted")
    import sqlite3  # noqa: PLC0415 - beside its only use

    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER no_update")
        file.execute("UPDATE events SET content = replace(content, 'decline', 'accept') WHERE kind = 'judgement'")
        file.commit()
    options = ["--specs", str(place / "specs"), "--held-out", "held", "--accepted", str(place / "accepted")]
    done = CliRunner().invoke(app, ["policy", "learn", "ranking", str(place / "out"), *options])
    assert done.exit_code == 2
    assert "nothing is learned from it" in done.output
    assert not (place / "out").exists()


@pytest.mark.parametrize(("arguments", "said"), [
    (["learn", "magic", "out"], "what is learned is one of"),
    (["learn", "ranking", "out", "--held-out", "nowhere"], "no target is of the family"),
    (["learn", "ranking", "out", "--held-out", "held", "--seeds", "0"], "at least 1"),
    (["try", "missing.json", "out", "--held-out", "held"], "there is no policy file"),
])  # fmt: skip
def test_what_means_nothing_is_said(place: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str) -> None:
    monkeypatch.chdir(place)
    done = CliRunner().invoke(app, ["policy", *arguments])
    assert (done.exit_code, "Traceback" in done.output) == (2, False)
    assert said in done.output


def test_a_journal_that_holds_too_little_is_no_fault(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    done = CliRunner().invoke(app, ["policy", "learn", "ranking", "out", "--held-out", "held", "--json"])
    assert done.exit_code == 3
    found = json.loads(done.stdout)
    assert (found["accepted"], "0 judged examples" in found["why"]) == (False, True)


def test_a_policy_that_is_none_is_not_tried(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    (place / "p.json").write_text('{"kind":"magic"}\n')
    done = CliRunner().invoke(app, ["policy", "try", "p.json", "out", "--held-out", "held"])
    assert done.exit_code != 0
    assert "a policy is malformed" in done.output
    assert not (place / "out").exists()
