"""`qed resume`: goes on with the last run over a graph that did not come to its end."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loop.commands.common import DONE, UsageError
from loop.commands.run import Prepared, carried_out, prepared
from loop.commands.run_arguments import run_arguments
from loop.journal import Journal, journal_path
from loop.words import console


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeArguments:
    """The options of `resume`; all others are those of the run."""

    accepted: Path = Path("accepted")
    as_json: bool = False


def resume(arguments: ResumeArguments) -> int:
    """Go on with a run, print its summary, and return its exit code.

    Raises UsageError where there is none, or where what it would go on with has changed; else as `run`.
    """
    path = journal_path(arguments.accepted)
    if not path.exists():
        raise UsageError(f"there is no journal {path}; begin a run with `qed run`.")
    with contextlib.closing(Journal(path)) as journal:
        if journal.complaint:
            raise UsageError(journal.complaint)
        if broken := journal.broken():
            raise UsageError(f"{broken} Somebody changed the journal; begin another run with `qed run`.")
        begun = journal.unfinished()
        if begun is None:
            console(stderr=True).print("every run over this graph came to its end.", soft_wrap=True)
            return DONE
        if not journal.go_on(begun):
            raise UsageError("the run is still going on, in another process.")
        of = run_arguments(begun.content.get("arguments", {}))
        given = replace(of, as_json=arguments.as_json, accepted=arguments.accepted)
        ready = prepared(given, given.to_budget(), journal)
        _unchanged(begun.content, ready, [spec.digest for spec in ready.specs])
        return carried_out(ready)


def _unchanged(begun: Mapping[str, Any], ready: Prepared, targets: list[str]) -> None:
    """Raise UsageError unless judge, policy.toml and targets are those of the run; else it would be another one."""
    policy, judge = ready.plan.governance.digest, ready.plan.judge
    for due, now, what in (
        (begun.get("policy"), policy, "policy.toml"),
        (begun["judge"], judge, "the verifier or the prover"),
        (begun["targets"], targets, "a spec"),
    ):
        if due != now:
            raise UsageError(f"{what} has changed since the run began; begin another with `qed run`, which uses what is known.")
