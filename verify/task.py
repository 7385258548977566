"""Decides: what one judgement is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from verify.canonical import Data
from verify.ir import Program
from verify.source import Source
from verify.spec import Spec, Tier


@dataclass(frozen=True, slots=True)
class Version:
    """One implementation of a target: the file that it stands in and its program."""

    source: Source
    program: Program


@dataclass(frozen=True, slots=True)
class Task:
    """A question for the gates: does `new` improve on `old` under `spec`; without `new`: does `old` meet `spec`.

    `old` is the version that would be superseded: the baseline, or the head of the target. `rests` is the tier at which it was
    accepted: a version that supersedes it is at that tier, or at a lower one.
    """

    spec: Spec
    old: Version
    new: Version | None = None
    rests: Tier = "kernel"

    @property
    def judged(self) -> Version:
        """The version whose acceptance is at stake."""
        return self.new or self.old


@dataclass(frozen=True, slots=True)
class Passed:
    """A gate let the task pass; `evidence` is what the certificate keeps of it."""

    evidence: Mapping[str, Data] = field(default_factory=dict)
