"""The cases under cases/reject, and the switches of the controls that they are about.

A case is a folder with `proof.lean` and `expected`. The first line of `expected` is the reason with every control on; a line
`without X, Y: Z` is what comes of it with these controls off. A switch leaves the trusted code as it is and only takes the
named control out of it, so that what still refuses the case is another control.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest
from targets import BELOW, HEAD

from verify import proof_syntax
from verify.gates import kernel
from verify.gates.kernel import Controls, Kernel
from verify.limits import DEFAULT
from verify.proof import Declaration, Proof
from verify.proof_syntax import Allowed, allowed
from verify.reasons import Reason
from verify.session import Ident, NewConstant, Tree, walk
from verify.spec import to_candidate, to_specs
from verify.statement import PINNED, THEOREM
from verify.task import Passed, Task, Version

REJECT = Path(__file__).parent.parent / "cases" / "reject"
SPEC = (HEAD + BELOW).encode()
CANDIDATE = b"def below(n: int) -> int:\n    return n * (n - 1) // 2\n"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of an `expected`: which controls are off, and the class of the reason that is due, or Passed."""

    name: str
    off: frozenset[str]
    due: str

    @property
    def attack(self) -> str:
        """The id of the attack."""
        return self.name.split("-")[0]

    @property
    def tries(self) -> str:
        """What the attack is, in the words of the case's name."""
        return self.name.partition("-")[2].replace("-", " ")

    def __str__(self) -> str:
        return "-".join((self.name, *(["without", *sorted(self.off)] if self.off else [])))


def cases() -> Iterator[Case]:
    """Yield every line of every case."""
    for folder in sorted(p for p in REJECT.iterdir() if p.is_dir()):
        for line in (folder / "expected").read_text().splitlines():
            off, _, due = line.rpartition(": ")
            yield Case(folder.name, frozenset(off.removeprefix("without ").split(", ") if off else ()), due)


def below() -> Task:
    """Return the task that all proofs are about: a loop against its closed form."""
    spec = to_specs(SPEC, "below.py", DEFAULT)[0]
    return Task(spec, Version(spec.source, spec.program), Version(*to_candidate(CANDIDATE, "candidate.py", spec, DEFAULT)))


# -- switches -------------------------------------------------------------------------------------------------------------------


class Everything(dict[str, str]):
    """A mapping that has every key."""

    def __contains__(self, key: object) -> bool:
        return True


def _one_part(text: str) -> tuple[Declaration, ...]:
    return (Declaration(1, text),)


def _any_columns(text: str) -> tuple[Declaration, ...]:
    """Split at every line that is not indented, whatever it begins with."""
    parts: list[list[str]] = []
    for line in text.split("\n"):
        if parts and (not line or line[0] == " " or line.startswith(("termination_by", "decreasing_by"))):
            parts[-1].append(line)
        elif line:
            parts.append([line])
    return tuple(Declaration(1, "\n".join(part)) for part in parts)


def _together(patch: pytest.MonkeyPatch) -> None:
    """Elaborate the whole text at once, after each part of it was looked at."""
    cut, look = kernel.split, kernel.check_declarations
    patch.setattr(kernel, "check_declarations", lambda session, base, parts: look(session, base, cut(parts[0].text)))
    patch.setattr(kernel, "split", _one_part)


def _any_head(tree: Tree, line: int) -> str:
    return next((p.raw for p in walk(tree) if isinstance(p, Ident)), "")


def _audited_as(**facts: object) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a switch that takes these facts about the theorem for granted."""

    def off(patch: pytest.MonkeyPatch) -> None:
        real = kernel._wrong_theorem
        patch.setattr(kernel, "_wrong_theorem", lambda audit, controls: real(replace(audit, **facts), controls))

    return off


def _itself_taken_for_granted(patch: pytest.MonkeyPatch) -> None:
    """Leave out that the theorem must be among what was added again."""
    real, itself = kernel.judge_audit, NewConstant(THEOREM, "theorem", "ok")
    patch.setattr(kernel, "judge_audit", lambda audit, controls: real(replace(audit, new=(*audit.new, itself)), controls))


SWITCHES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "characters": lambda patch: patch.setattr(kernel, "check_text", lambda *_: None),
    "columns": lambda patch: patch.setattr(kernel, "split", _any_columns),
    "tree": lambda patch: patch.setattr(kernel, "check_declarations", lambda *_: None),
    "head": lambda patch: patch.setattr(proof_syntax, "_head", _any_head),
    "kinds": lambda patch: patch.setattr(proof_syntax, "allowed", lambda: Allowed(Everything(), allowed().options)),
    "identifiers": lambda patch: patch.setattr(proof_syntax, "_odd_identifier", lambda *_: ""),
    "options": lambda patch: patch.setattr(proof_syntax, "_odd_option", lambda *_: ""),
    "alone": _together,
    "exists": _audited_as(exists=True, kind="theorem", type_const=PINNED, type_in_base=True),
    "theorem": _audited_as(kind="theorem"),
    "levels": _audited_as(level_params=0),
    "own_names": lambda patch: patch.setattr(kernel, "_may_be_new", lambda _: True),
    "itself": _itself_taken_for_granted,
}
"""how to take a control out that `Controls` has no word for, in the order in which they are to be applied"""
OF_THE_GATE = frozenset(field.name for field in fields(Controls))


def judged(warm: Kernel, task: Task, text: str, off: frozenset[str]) -> Passed | Reason:
    """Judge a proof's text with some controls off."""
    if unknown := off - OF_THE_GATE - SWITCHES.keys():
        raise ValueError(f"no such controls: {sorted(unknown)}")
    with pytest.MonkeyPatch.context() as patch:
        for name, switch in SWITCHES.items():
            if name in off:
                switch(patch)
        return warm.judge(task, Proof("always", 0, (), (), text), Controls(**dict.fromkeys(off & OF_THE_GATE, False)))
