"""A stop stops: what is being judged has a bounded time, nothing begins while the file is there, and a stopped run goes on."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_runs import GOOD, SPEC, Asked, Bench
from small_workers import Endlessly
from typer.testing import CliRunner, Result

from loop import line, rounds
from loop.budget import Budget, stop, stop_files, stopped_by
from loop.cli import app
from loop.executors.local import local
from loop.generations import measure
from loop.generations.evolve import Evolution, Generation, Plan
from loop.generations.measure import RunLost, RunStopped, summary_of
from loop.journal import Journal, journal_path

SPECS = Path(__file__).resolve().parents[2] / "specs"


def qed(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def test_the_file_is_written_and_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "accepted"
    assert stopped_by(folder) is None
    done = qed("stop", "--accepted", folder, "--json")
    assert (done.exit_code, json.loads(done.stdout)["stopped"]) == (0, True)
    assert stopped_by(folder) == stop_files(folder)[0]
    assert qed("stop", "--accepted", folder).exit_code == 0
    done = qed("stop", "--accepted", folder, "--clear")
    assert (done.exit_code, stopped_by(folder)) == (0, None)
    assert qed("stop", "--accepted", folder, "--clear").exit_code == 0
    Path("qed.stop").touch()
    done = qed("stop", "--accepted", folder, "--clear", "--json")
    assert json.loads(done.stdout) == {"file": str(stop_files(folder)[0]), "stopped": True, "other_file": "qed.stop"}
    assert Path("qed.stop").exists()


def test_nothing_begins_while_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder, spec = tmp_path / "accepted", tmp_path / "spec.py"
    spec.write_bytes(SPEC)
    bench = Bench(folder)
    bench.judge.meanwhile = lambda: stop(folder) and None
    assert bench.again(Asked(GOOD)).how == "stopped"
    for words in (("run", spec), ("rules", "find")):
        done = qed(*words, "--accepted", folder)
        assert done.exit_code == 2, done.output
        assert "stops every run" in done.stderr
        assert "qed stop --clear" in done.stderr
    assert qed("resume", "--accepted", folder).exit_code == 2


def test_a_judgement_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "GRACE", 0.5)
    monkeypatch.setattr(line, "LOOK", 0.1)
    bench, file = Bench(tmp_path / "accepted"), tmp_path / "judging"
    executor = local(lambda: Endlessly(file), 1)

    def watch() -> None:
        while not file.exists():
            time.sleep(0.05)
        stop(bench.folder)

    threading.Thread(target=watch, daemon=True).start()
    begun = time.monotonic()
    try:
        made = bench.made(Asked(GOOD), Budget(), executor=executor)
        made.run()
    finally:
        executor.close()
    assert time.monotonic() - begun < 60
    assert (made.how, made.tally.judgements) == ("stopped", 1)
    assert Journal(journal_path(bench.folder)).unfinished() is not None
    qed("stop", "--accepted", bench.folder, "--clear")
    after = bench.made(Asked(GOOD), Budget(), resume=True)
    after.run()
    assert after.targets[0].outcome == "improved"


# -- generations ----------------------------------------------------------------------------------------------------------------


def command(code: str) -> list[str]:
    return [sys.executable, "-c", code, "run"]


def test_a_run_that_was_stopped_is_no_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "LOOK", 0.1)
    looked = list[float]()
    slow = command("import time; time.sleep(1); print('{\"ended\": \"done\"}')")
    found, _ = summary_of(slow, 60, look=lambda: looked.append(0))
    assert found == {"ended": "done"}
    assert len(looked) > 2
    for said in ("ended", "ended_early"):
        with pytest.raises(RunStopped):
            summary_of(command(f"print('{{\"{said}\": \"stopped\"}}')"), 60)
    with pytest.raises(RunLost, match="could not begin: no"):
        summary_of(command('print(\'{"reason": "Usage", "message": "no"}\')'), 60)


def evolution(out: Path) -> Evolution:
    return Evolution(Plan(
        out=out, train=(), test=(), generations=1, seeds=1, train_seconds=1, learn_seconds=1, test_seconds=1, specs=out,
    ))  # fmt: skip


def test_a_stop_of_the_work_is_passed_on_to_the_run_in_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = evolution(tmp_path / "out")

    def measured(_: object, folder: Path, *__: object, look: Callable[[], object], **___: object) -> None:
        look()
        assert stopped_by(folder) is None
        stop(made.work)
        look()
        assert stopped_by(folder) is not None
        raise RunStopped

    monkeypatch.setattr("loop.generations.evolve.measure", measured)
    with pytest.raises(RunStopped):
        list(made.run())
    assert stopped_by(made.baselines) is not None
    assert not (tmp_path / "out" / "stages").exists()
    monkeypatch.setattr("loop.generations.evolve.measure", None)
    with pytest.raises(RunStopped):  # and nothing is begun
        list(made.run())


def test_evolve_says_that_it_was_stopped_and_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def run(_: Evolution) -> Iterator[Generation]:
        raise RunStopped

    monkeypatch.setattr(Evolution, "run", run)
    done = qed("evolve", tmp_path / "out", "--specs", SPECS, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["ended"] == "stopped"
    assert "stopped by" in done.stderr
    stop(tmp_path / "out" / "work" / "accepted")
    done = qed("evolve", tmp_path / "out", "--specs", SPECS)
    assert done.exit_code == 2
    assert "stops every run" in done.stderr
