"""Tuning: what matters is found and admitted, what does not is refused; interruptions and hash seeds change nothing."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from scripted_runs import OPTIONS, SPEC, Runs, batches_matter, judged, nothing_matters, write_specs
from small_graph import implementation, put
from typer.testing import CliRunner

from loop.budget import stop
from loop.cli import app
from loop.commands.begun import alone
from loop.commands.common import UsageError
from loop.generations.measure import RunLost
from loop.journal import Journal, journal_path
from loop.policies.deciding import TRIED
from loop.policies.in_use import policies_of
from loop.search.learned import Learned, learned_path, save
from loop.search.settings import DEFAULT, Settings
from loop.tuning.targets import targets_of
from verify.graph import Graph, load
from verify.limits import DEFAULT as LIMITS
from verify.node import spec_node
from verify.spec import to_specs
from verify.toolchain import ToolchainMissing
from verify.toolchain import find as find_lean

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """Give a folder of specs of three families."""
    return write_specs(tmp_path / "specs")


def arguments(folder: Path, *more: str, out: str = "out") -> list[str]:
    """Return the command line; an option that comes twice counts as it comes last."""
    place = ["--specs", str(folder / "specs"), "--accepted", str(folder / "accepted")]
    return ["tune", str(folder / out), *place, *OPTIONS, *more]


def tuned(folder: Path, *more: str, out: str = "out") -> dict[str, Any]:
    """Tune, and return what was printed."""
    done = CliRunner().invoke(app, arguments(folder, *more, out=out))
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def scripted(monkeypatch: pytest.MonkeyPatch, runs: Runs) -> Runs:
    """Put scripted runs in the place of real ones."""
    monkeypatch.setattr("loop.policies.trial.measure", runs)
    return runs


def graph_in(folder: Path) -> Graph:
    """Return the graph that was written."""
    graph = load(folder / "accepted")
    assert isinstance(graph, Graph)
    return graph


def tried(folder: Path) -> list[dict[str, Any]]:
    """Return what the journal says of policies that were tried."""
    with closing(Journal(journal_path(folder / "accepted"))) as journal:
        return [dict(e.content) for e in journal.events(TRIED)]


# -- what comes of it -----------------------------------------------------------------------------------------------------------


def test_what_matters_is_found_and_admitted(specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = scripted(monkeypatch, Runs(batches_matter))
    found = tuned(tmp_path)
    first, best = found["trials"][0], found["trials"][found["best"] - 1]
    assert [t["number"] for t in found["trials"]] == list(range(1, 13))
    assert first["settings"] == found["in_use"] == DEFAULT.to_data()
    assert first["yield"] == sum(33 - batches_matter(DEFAULT, t, s) for t in "abcde" for s in range(2))
    assert best["yield"] == max(t["yield"] for t in found["trials"]) > first["yield"]
    assert best["settings"]["batch"] >= 10
    assert next(iter(found["importance"])) == "batch"
    decided = found["decided"]
    assert (decided["accepted"], decided["won"], decided["lost"], decided["targets"]) == (True, 6, 0, 6)
    assert decided["chance"] == "0.0156"
    graph = graph_in(tmp_path)
    assert decided["node"] in graph.nodes
    assert policies_of(graph).settings.to_data() == best["settings"]
    # tuned on the one side only, and tried on the other only
    assert runs.calls == [*([("one", 0), ("one", 1)] * 12), *(("other", s) for s in (0, 0, 1, 1))]


def test_what_does_not_matter_is_refused_and_the_journal_says_so(
    specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, Runs(nothing_matters))
    found = tuned(tmp_path)
    assert found["best"] > 1  # by luck, as is seen on other targets
    assert (found["decided"]["accepted"], found["decided"]["node"]) == (False, None)
    assert "may be chance" in found["decided"]["why"]
    assert graph_in(tmp_path).nodes == {}
    (said,) = tried(tmp_path)
    assert said["accepted"] is False
    assert json.loads(said["policy"])["values"] == found["trials"][found["best"] - 1]["settings"]
    # calling it again says the same, and writes nothing down twice
    assert tuned(tmp_path) == found
    assert len(tried(tmp_path)) == 1


def test_where_nothing_yields_more_nothing_is_tried(specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = scripted(monkeypatch, Runs(lambda *_: 3))
    found = tuned(tmp_path, "--trials", "9")
    assert (found["best"], found["decided"], found["importance"]) == (1, None, None)
    assert {family for family, _ in runs.calls} == {"one"}
    assert tried(tmp_path) == []


def test_people_are_told(specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, Runs(batches_matter))
    done = CliRunner().invoke(app, [a for a in arguments(tmp_path) if a != "--json"])
    assert done.exit_code == 0
    assert re.search(r"^ +1 +\d+ +in use *$", done.stdout, re.MULTILINE)
    assert "tuned on one, two; held out: other" in done.stdout
    assert "6 held-out targets: 6 better, 0 worse" in done.stdout
    assert "by coin toss 0.0156." in done.stdout
    assert "settings: accepted as " in done.stdout
    assert done.stderr == ""


def test_settings_of_the_graph_are_what_is_to_be_beaten(specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, Runs(batches_matter))
    first = tuned(tmp_path, "--trials", "4")
    best = first["trials"][first["best"] - 1]["settings"]
    again = tuned(tmp_path, "--trials", "3", out="again")
    assert again["in_use"] == again["trials"][0]["settings"] == best


# -- interruptions --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_interrupted_study_is_gone_on_with(specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scripted(monkeypatch, Runs(batches_matter))
    due = tuned(tmp_path, out="whole")
    (tmp_path / "accepted").rename(tmp_path / "was")
    (tmp_path / ".qed").rename(tmp_path / "was.qed")
    stop = KeyboardInterrupt()
    lost = {1: stop, 8: RunLost("run ended with 137 and no summary"), 21: stop, 29: stop}
    runs = scripted(monkeypatch, Runs(batches_matter, lost))
    codes = [CliRunner().invoke(app, arguments(tmp_path)).exit_code for _ in range(4)]
    assert codes == [130, 4, 130, 130]
    assert tuned(tmp_path) == due
    assert len(runs.calls) == len(whole.calls) + len(lost)  # what was over is not done again


def test_a_stop_file_ends_the_run_in_hand(specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list[int]()

    def stopping(settings: Settings, target: str, seed: int) -> int:
        calls.append(seed)
        if len(calls) == 18:
            stop(tmp_path / "accepted")  # in the fourth run, so that the fifth is the last to begin
        return batches_matter(settings, target, seed)

    runs = scripted(monkeypatch, Runs(stopping))
    done = CliRunner().invoke(app, arguments(tmp_path))
    assert (done.exit_code, json.loads(done.stdout), len(runs.calls)) == (0, {"ended": "stopped"}, 5)
    assert "stopped; what is over is kept" in done.stderr
    refused(tmp_path, says="stops every run")
    stop(tmp_path / "accepted").unlink()
    assert len(tuned(tmp_path)["trials"]) == 12
    assert len(runs.calls) == 1 + 12 * 2 + 4


KILLED = """
import os, signal, sys
sys.path[:0] = ["tests/unit"]
import loop.policies.trial as trial
from loop.cli import app
from scripted_runs import Runs, batches_matter
runs = Runs(batches_matter)
def measure(*given, **more):
    if len(runs.calls) == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    runs(*given, **more)
trial.measure = measure
app(sys.argv[2:])
"""


def in_process(folder: Path, calls: int, seed: str) -> subprocess.CompletedProcess[str]:
    """Tune in a process of its own that is killed after so many runs; -1 for never."""
    return subprocess.run(  # noqa: S603 - this interpreter, with a text of this file
        [sys.executable, "-c", KILLED, str(calls), *arguments(folder)], cwd=ROOT, check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
    )  # fmt: skip


@pytest.mark.slow
def test_hash_seeds_and_a_kill_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        write_specs(tmp_path / name / "specs")
    scripted(monkeypatch, Runs(nothing_matters))
    due = in_process(tmp_path / "a", -1, "1")
    assert due.returncode == 0, due.stderr
    assert due.stderr == ""  # nothing of Optuna's own, and no progress where there is no terminal
    for calls in (0, 5, 20):
        assert in_process(tmp_path / "b", calls, str(calls)).returncode == -signal.SIGKILL
    found = in_process(tmp_path / "b", -1, "4321")
    assert trials(found.stdout) == trials(due.stdout)
    # another seed draws other settings
    other = arguments(tmp_path / "c", "--seed", "1")
    assert trials(CliRunner().invoke(app, other).stdout) != trials(due.stdout)


def trials(text: str) -> object:
    """Return the trials of a report."""
    return json.loads(text)["trials"]


def test_more_trials_go_on_with_a_study(specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, Runs(nothing_matters))
    few, more = tuned(tmp_path, "--trials", "5"), tuned(tmp_path, "--trials", "9")
    assert more["trials"][:5] == few["trials"]
    assert len(more["trials"]) == 9
    assert more["tried_before"] == (more["best"] != few["best"])


@pytest.mark.slow
def test_what_entered_the_graph_is_told_again_and_not_gone_on_with(
    specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, Runs(batches_matter))
    found = tuned(tmp_path)
    assert tuned(tmp_path) == found
    assert len(graph_in(tmp_path).nodes) == 1
    refused(tmp_path, "--trials", "13", says="are in the graph")
    other = tuned(tmp_path, "--seed", "4", "--trials", "30", out="other")
    assert other["decided"]["accepted"] is True
    refused(tmp_path, says="other settings than when")


# -- usage ----------------------------------------------------------------------------------------------------------------------


def refused(folder: Path, *more: str, says: str, out: str = "out") -> Result:
    """See that a call is a fault of usage, and that it says so in one line."""
    done = CliRunner().invoke(app, arguments(folder, *more, out=out))
    assert done.exit_code == 2, done.output
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    return done


@pytest.mark.parametrize(("more", "says"), [
    (("--trials", "0"), "--trials must be at least 1"), (("--seeds", "0"), "--seeds must"), (("--jobs", "0"), "--jobs must"),
    (("--time", "0s"), "--time must be"), (("--final", "0s"), "--final must be"), (("--time", "soon"), "a number and a unit"),
    (("--held-out", "none"), "no target is of the family 'none'"), (("--tune-on", "none"), "no target is of the family 'none'"),
    (("--tune-on", "other"), "can be one of the two"),
    (("--held-out", "one", "--held-out", "two"), "no targets to tune on"), (("--specs", "nowhere"), "no spec file nowhere"),
])  # fmt: skip
def test_options_that_mean_nothing(
    specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], says: str
) -> None:
    runs = scripted(monkeypatch, Runs(batches_matter))
    refused(tmp_path, *more, says=says)
    assert not (tmp_path / "out").exists()
    assert runs.calls == []


def test_a_folder_is_of_one_plan_and_of_one_process(specs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, Runs(nothing_matters))
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused(tmp_path, out="file", says="is a file")
    refused(tmp_path, out="specs", says="not empty")
    tuned(tmp_path, "--trials", "1")
    refused(tmp_path, "--seed", "7", says="begun with another plan")
    refused(tmp_path, "--final", "7s", says="begun with another plan")
    with alone(tmp_path / "out"):
        refused(tmp_path, says="another process")
    (tmp_path / "out" / "study.sqlite").write_text("no database", encoding="utf-8")
    refused(tmp_path, says="cannot be read as a study")


# -- targets --------------------------------------------------------------------------------------------------------------------


def sides(specs: Path, folder: Path, tune_on: tuple[str, ...] = (), held_out: tuple[str, ...] = ()) -> tuple[set[str], set[str]]:
    """Return the names of the files on both sides."""
    graph = load(folder)
    assert isinstance(graph, Graph)
    found = targets_of(specs, graph, folder, tune_on, held_out)
    return {p.stem for p in found.tune}, {p.stem for p in found.held_out}


def test_the_sides_are_disjoint(specs: Path, tmp_path: Path) -> None:
    tune, held = sides(specs, tmp_path / "accepted")
    assert tune | held == set("abcdeuvwxyz")
    assert not tune & held
    assert sides(specs, tmp_path / "accepted", ("one",), ("two",)) == (set("abc"), set("de"))


def test_what_is_alike_up_to_names_is_on_one_side(specs: Path, tmp_path: Path) -> None:
    alike = SPEC.format(name="again", term=f"{ord('u')} * i").replace("total", "s")
    (specs / "one" / "again.py").write_text(alike, encoding="utf-8")
    assert sides(specs, tmp_path / "accepted", held_out=("other",)) == (set("abcde"), set("uvwxyz"))
    assert sides(specs, tmp_path / "accepted", ("two",), ("one",)) == (set("de"), {*"abc", "again"})


def test_what_a_graph_holds_of_a_file_that_is_gone_is_on_neither(specs: Path, tmp_path: Path) -> None:
    node = spec_node("old", SPEC.format(name="old", term=f"{ord('b')} * i").replace("total", "s").encode())
    put(tmp_path / "accepted", node, implementation(node, node.content("spec.py"), None))
    assert sides(specs, tmp_path / "accepted", held_out=("other",)) == (set("acde"), set("uvwxyz"))


@pytest.mark.parametrize("way", ["search", "journal", "graph"])
def test_what_the_loop_has_learned_from_is_on_neither(specs: Path, tmp_path: Path, way: str) -> None:
    folder = tmp_path / "accepted"
    (spec,) = to_specs((specs / "one" / "a.py").read_bytes(), "a.py", LIMITS)
    if way == "search":
        learned = Learned()
        learned.islands(spec.digest)
        assert save(learned_path(folder), learned) == ""
    elif way == "journal":
        with closing(Journal(journal_path(folder))) as journal:
            journal.append(judged("a", accepted=False, spec=spec_node(spec.name, spec.source.content).id))
    else:
        node = spec_node(spec.name, spec.source.content)
        put(folder, node, implementation(node, node.content("spec.py"), None))
    alike = SPEC.format(name="again", term=f"{ord('b')} * i")
    (specs / "two" / "again.py").write_text(alike, encoding="utf-8")
    assert sides(specs, folder, held_out=("other",)) == (set("de"), set("uvwxyz"))
    for named in ({"tune_on": ("one",)}, {"held_out": ("one",)}):
        with pytest.raises(UsageError, match="has learned from the family 'one'"):
            sides(specs, folder, **named)
    with pytest.raises(UsageError, match="has learned from one"):
        sides(specs, folder, held_out=("two", "other"))


# -- real runs ------------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_small_tuning_with_real_runs(tmp_path: Path) -> None:
    try:
        find_lean("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    write_specs(tmp_path / "specs", {"one": "a", "other": "u"})
    found = tuned(tmp_path, "--trials", "2", "--seeds", "1", "--time", "60s", "--final", "60s")
    assert len(found["trials"]) == 2
    assert found["trials"][0]["yield"] > 0
    if found["decided"] is not None:
        assert found["decided"]["accepted"] is False  # one target cannot tell
