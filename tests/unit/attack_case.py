"""An attack that is no text of a proof: what it tries, the reason that is due, the control that gives it, how to try it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from targets import HEAD, task_of

from verify.gates.examples import examples
from verify.gates.smt import smt
from verify.gates.solvers import solvers
from verify.judge import screen
from verify.limits import DEFAULT, Limits
from verify.reasons import Reason, Refusal
from verify.source import to_source
from verify.spec import to_candidate, to_specs
from verify.task import Task
from verify.verdict import Broken, Declined, Rejected

PASSED = "Passed"
"""what the outcome of an attack is called that got through"""
NOTHING = "nothing"
"""what a test has met that says nothing of an outcome, or broke before it had one"""


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: `act` carries it out in a folder of its own and returns what came of it."""

    id: str
    tries: str
    due: str
    """class of the reason"""
    control: str
    act: Callable[[Path], object]

    def __str__(self) -> str:
        return f"{self.id}-{self.tries.replace(' ', '-')}"


@dataclass(frozen=True, slots=True)
class OfAttack:
    """What the mark `attack` says: a number of `cases/attacks.toml`, what is tried, the reason that is due, its control."""

    id: str
    tries: str
    due: str
    control: str


MET: list[str] = []
"""what the running test has met, by `met`"""


def met(found: object) -> str:
    """Take down what came of an attack, for the mark of the running test to be held to; return the class of the reason."""
    MET.append(outcome(found))
    return MET[-1]


def outcome(found: object) -> str:
    """Return the class of the reason in what came of an attack; `Passed` where it holds none."""
    match found:
        case Rejected() | Declined() | Broken():
            return type(found.reason).__name__
        case Reason() | Exception():
            return type(found).__name__
        case str():
            return found
    return PASSED


def refusal(act: Callable[[], object]) -> object:
    """Return the reason for which a reading refuses, else what it gives."""
    try:
        return act()
    except Refusal as refused:
        return refused.reason


def policy(content: bytes | str) -> object:
    """Return what the policy gate says of a file."""
    data = content if isinstance(content, bytes) else content.encode()
    return refusal(lambda: to_source(data, "file.py", DEFAULT))


def read_spec(text: str) -> object:
    """Return what is said of a spec file, whose imports are put in front."""
    return refusal(lambda: to_specs((HEAD + text).encode(), "spec.py", DEFAULT))


def read_candidate(spec: str, text: str) -> object:
    """Return what is said of a candidate's file."""
    target = to_specs((HEAD + spec).encode(), "spec.py", DEFAULT)[0]
    return refusal(lambda: to_candidate(text.encode(), "candidate.py", target, DEFAULT))


def about(require: str, old: str, new: str | None, parameters: str = "x: int", more: str = "", options: str = "") -> Task:
    """Return the task of judging a function against another, each given as the lines of its body."""
    names = ", ".join(p.split(":")[0] for p in parameters.split(", "))
    result = "bool" if old.endswith(("True", "False")) else "int"
    head = f"def f({parameters}) -> {result}:\n    "
    spec = f"@target({options})\n@require(lambda {names}: {require})\n{more}{head}{old}\n"
    return task_of(spec, None if new is None else f"{head}{new}\n")


def smt_tier(*arguments: str | None, **more: str) -> Task:
    """Return such a task for a target that asks for the tier smt."""
    return about(*arguments, **more, options='tier="smt"')  # type: ignore[arg-type]  # handed on as it came


def by_examples(task: Task, limits: Limits = DEFAULT) -> object:
    """Return what the examples gate says by itself."""
    return examples(task, (), limits)


def by_smt(task: Task, limits: Limits = DEFAULT) -> object:
    """Return what the smt gate says by itself."""
    return smt(task, limits)


def by_solvers(task: Task, limits: Limits = DEFAULT) -> object:
    """Return what both solvers of the tier smt say."""
    return refusal(lambda: solvers(task, limits))


def by_all(task: Task, limits: Limits = DEFAULT) -> object:
    """Return what the gates say that stand before the kernel."""
    return screen(task, (), limits)
