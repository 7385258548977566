"""A folder that a command fills over hours is filled by one process at a time."""

from pathlib import Path

import pytest
from scripted_runs import write_specs
from typer.testing import CliRunner

from loop.cli import app
from loop.commands.begun import alone
from loop.commands.common import UsageError
from loop.generations.evolve import Evolution
from loop.policies.in_use import policy_data
from loop.policies.trial import Trial
from loop.search.settings import DEFAULT
from verify.canonical import to_json


@pytest.mark.parametrize(
    "command",
    [
        "evolve out --specs specs --held-out other",
        "policy try policy.json out --specs specs --held-out other",
        "tune out --specs specs --held-out other --trials 1",
    ],
)
def test_a_second_process_is_kept_out(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_specs(Path("specs"))
    Path("policy.json").write_bytes(to_json(policy_data("settings", {**DEFAULT.to_data()})))
    began: list[object] = []

    def begin(*arguments: object) -> None:
        began.append(arguments)
        raise UsageError("it has begun.")

    monkeypatch.setattr(Evolution, "run", begin)
    monkeypatch.setattr(Trial, "of", begin)
    monkeypatch.setattr("loop.commands.tune.Tuning.report", begin)
    Path("out").mkdir()
    with alone(Path("out")):
        done = CliRunner().invoke(app, command.split())
    assert (done.exit_code, began) == (2, []), done.output
    assert "another process is at work in" in done.stderr
    done = CliRunner().invoke(app, command.split())
    assert (done.exit_code, len(began)) == (2, 1), done.output
    assert "it has begun." in done.stderr, "where nobody is at it"
