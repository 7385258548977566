"""Decides: a Task -> Obligations, a script of SMT-LIB and the questions to it that make up a claim of the tier smt.

The claim is the one of the kernel's statement: on every input that the contract allows both versions return, the new one what
the old one returns, within the contract and at no higher cost; and on some allowed input at a lower one. For a target that asks
for no more than the contract, that the new one returns what the old one returns is no part of it. Each part is a question
whose answer must be `unsat`: is there an allowed input on which it fails? Two must be `sat`: is any input allowed, so that not
just anything follows; and is there one with a gain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from verify.bit_expr import Reader
from verify.bit_run import Execution, execute
from verify.bit_terms import NO, YES, Bit, Int, Scalar, Script
from verify.bit_values import Fixed, Mixed, Term, refused, same
from verify.canonical import Digest, digest_bytes
from verify.intervals import width
from verify.ir import Name, Type, Value
from verify.limits import Limits
from verify.ranges import Place, ranges
from verify.reasons import EmptyPrecondition, Refusal, TooLarge
from verify.spec import Spec
from verify.task import Task
from verify.types import TupleOf

Due: TypeAlias = Literal["sat", "unsat"]
OPENING: Final = "(set-option :produce-models true)\n(set-logic QF_BV)\n"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the condition to assert, and the answer that the claim needs."""

    name: str
    condition: str
    due: Due


@dataclass(frozen=True, slots=True)
class Seen:
    """What a solver's model says that a version does: whether it returns, its result, flattened, and its ticks, as terms."""

    returned: Bit
    value: tuple[Scalar, ...]
    ticks: Int


@dataclass(frozen=True, slots=True)
class Obligations:
    """The script that all questions share, and the questions.

    `arguments` and `seen` (the old version, then the new one) are what a model is asked for.
    """

    shared: str
    questions: tuple[Question, ...]
    arguments: tuple[Scalar, ...]
    seen: tuple[Seen, ...]

    @property
    def text(self) -> str:
        """The whole as one script, which a solver can run as it stands; a graph keeps it."""
        asked = (f"(push 1)\n(assert {q.condition})\n(check-sat) ; {q.name}: {q.due}\n(pop 1)\n" for q in self.questions)
        return self.shared + "".join(asked)

    @property
    def digest(self) -> Digest:
        """SHA-256 of the text."""
        return digest_bytes(self.text.encode())

    def script(self, question: Question) -> str:
        """Return the script that asks one question; both solvers are given this."""
        return f"{self.shared}(assert {question.condition})\n(check-sat)\n"


def to_obligations(task: Task, limits: Limits) -> Obligations:
    """Write a task down. Raises Refusal: NotBounded where it lies outside this tier, TooLarge, EmptyPrecondition."""
    try:
        return _obligations(task, limits)
    except RecursionError:
        raise Refusal(TooLarge(what="a program calls itself too deeply to be written out.")) from None


def _obligations(task: Task, limits: Limits) -> Obligations:
    script, spec = Script(limits), task.spec
    arguments, bounds = _arguments(script, spec, limits)
    reader = Reader(script, arguments)
    allowed = script.both(*bounds, reader.boolean(spec.require), reader.fine)
    if allowed == NO:
        raise Refusal(EmptyPrecondition(what="the bounds that the precondition sets leave no input.", where=spec.where))
    old = execute(script, task.old.program, arguments)
    new = execute(script, task.new.program, arguments) if task.new else None
    judged = new or old
    kept = Reader(script, {**arguments, "result": judged.value})
    broken = script.no(script.both(kept.boolean(spec.ensure), kept.fine))
    asked: list[tuple[str, Bit, Due]] = [("allowed", YES, "sat"), ("returns", script.no(judged.returned), "unsat")]
    if new is not None:
        asked.append(("old returns", script.no(old.returned), "unsat"))
        asked.append(("cost", script.less(old.ticks, new.ticks), "unsat"))
        asked.append(("gain", script.less(new.ticks, old.ticks), "sat"))
        if spec.result == "same":  # what takes longest comes last
            asked.append(("same", script.no(same(script, new.value, old.value)), "unsat"))
    asked.append(("contract", broken, "unsat"))
    shared = OPENING + "".join(f"{line}\n" for line in script.lines) + f"(assert {allowed.name})\n"
    questions = tuple(Question(name, condition.name, due) for name, condition, due in asked)
    flat = tuple(s for p in spec.program.parameters for s in flattened(arguments[p.name]))
    return Obligations(shared, questions, flat, tuple(_seen(e) for e in (old, new) if e is not None))


def _seen(execution: Execution) -> Seen:
    return Seen(execution.returned, tuple(flattened(execution.value)), execution.ticks)


def _arguments(script: Script, spec: Spec, limits: Limits) -> tuple[dict[Name, Term], list[Bit]]:
    """Declare the arguments; they are named by number, so that no name from a file reaches a solver."""
    within: list[Bit] = []
    known = ranges(spec, limits)

    def unknown(t: Type, place: Place, name: str) -> Term:
        match t:
            case TupleOf(parts):
                return tuple(unknown(p, (*place, i), f"{name}_{i}") for i, p in enumerate(parts))
            case "bool":
                return script.declare(name, None)
        made = script.declare(name, known[place])
        if isinstance(made, Int):
            within.append(script.within(made))
        return made

    found = {p.name: unknown(p.type, (p.name,), f"v{i}") for i, p in enumerate(spec.program.parameters)}
    return found, within


def flattened(term: Term) -> list[Scalar]:
    """Return the ints and bools of a value, in order."""
    match term:
        case Fixed(elements):
            return [s for x in elements for s in flattened(x)]
        case tuple():
            return [s for x in term for s in flattened(x)]
        case Mixed():
            return refused("the result is a list that may have several lengths.")
        case _:
            return [term]


def flat_values(value: Value) -> list[int | bool]:
    """Return the ints and bools of a Python value, in the order of `flattened`."""
    return [s for x in value for s in flat_values(x)] if isinstance(value, list | tuple) else [value]


def asked_for(obligations: Obligations) -> tuple[str, ...]:
    """Return the names whose values make up a model."""
    terms = [*obligations.arguments, *(t for s in obligations.seen for t in (s.returned, *s.value, s.ticks))]
    names = (_base(t.name) for t in terms if isinstance(t, Bit) or t.value is None)
    return tuple(n for n in dict.fromkeys(names) if n not in (YES.name, NO.name))


def _base(name: str) -> str:
    """Return the name that a bool is, or negates."""
    return name[5:-1] if name.startswith("(not ") else name


def value_in(model: Mapping[str, str], term: Scalar) -> int | bool:
    """Return the value of a term from what a solver prints for its name. Raises ValueError where that is no value of its sort."""
    if isinstance(term, Int) and term.value is not None:
        return term.value
    base = _base(term.name)
    numeral = model.get(base, base)
    if isinstance(term, Bit):
        if numeral not in ("true", "false"):
            raise ValueError(f"{numeral[:40]!a} is no bool")
        return (numeral == "true") is (base == term.name)
    bits = width(term.interval)
    raw = int(numeral[2:], 2 if numeral.startswith("#b") else 16) if numeral.startswith(("#b", "#x")) else 1 << bits
    if raw >> bits:
        raise ValueError(f"{numeral[:40]!a} is no bit-vector of {bits} bits")
    return raw - (1 << bits) if raw >> (bits - 1) else raw


def arguments_of(spec: Spec, values: Sequence[int | bool]) -> tuple[Value, ...]:
    """Return the arguments that consist of these ints and bools, in the order of `flattened`."""
    rest = iter(values)

    def made(t: Type) -> Value:
        return tuple(made(p) for p in t.parts) if isinstance(t, TupleOf) else next(rest)

    return tuple(made(p.type) for p in spec.program.parameters)
