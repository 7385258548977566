"""The reading of the tier smt: programs as bit-vectors, whose text a solver evaluates at points."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from tests.fuzz.readings import LIMITS, Case, Outcome
from tests.fuzz.values import Arguments
from verify.bit_run import Execution, execute
from verify.bit_terms import Bit, Int, Scalar, Script, numeral
from verify.bit_values import Fixed, Term
from verify.gates.solver_worker import Ask, answer, z3_asker
from verify.intervals import width
from verify.ir import Program
from verify.obligations import OPENING, flat_values, flattened, value_in
from verify.reasons import Refusal
from verify.types import ListOf, TupleOf, Type, Value


class Bits:
    """`verify.bit_run`; each shape of inputs is read once, over the least bounds that hold all inputs of it."""

    name = "bits"

    def __init__(self, asker: Callable[[], Ask] = z3_asker) -> None:
        """Evaluate by some solver."""
        self.asker = asker

    def outcomes(self, case: Case, inputs: Sequence[Arguments]) -> list[Outcome | None]:
        """Return what is said; None where the program is refused, or is not seen to return."""
        found: dict[int, Outcome | None] = {}
        shapes = defaultdict(list)
        for place, arguments in enumerate(inputs):
            shapes[shape(list(arguments))].append(place)
        for places in shapes.values():
            found |= dict(zip(places, self.of_shape(case.program, [inputs[i] for i in places]), strict=True))
        return [found[i] for i in range(len(inputs))]

    def of_shape(self, program: Program, inputs: Sequence[Arguments]) -> list[Outcome | None]:
        """Return the outcomes for inputs whose lists have the same lengths."""
        script = Script(LIMITS)
        columns = list(zip(*(flat_values(list(a)) for a in inputs), strict=True))
        rest = iter(range(len(columns)))

        def unknown(t: Type, example: Value) -> Term:
            match t, example:
                case ListOf(element), list():
                    return Fixed(tuple(unknown(element, v) for v in example))
                case TupleOf(parts), tuple():
                    return tuple(unknown(p, v) for p, v in zip(parts, example, strict=True))
            place = next(rest)
            return script.declare(f"v{place}", None if t == "bool" else (min(columns[place]), max(columns[place])))

        arguments = {p.name: unknown(p.type, v) for p, v in zip(program.parameters, inputs[0], strict=True)}
        unknowns = [s for p in program.parameters for s in flattened(arguments[p.name])]
        try:
            ran = execute(script, program, arguments)
            flat = flattened(ran.value)
        except (Refusal, RecursionError):
            return [None] * len(inputs)
        shared = OPENING + "".join(f"{line}\n" for line in script.lines)
        made = [(flat_values(list(a)), self.at(shared, unknowns, ran, flat, flat_values(list(a)))) for a in inputs]
        return [None if got is None else Outcome(shaped(program.result, ran.value, iter(got[0])), "", got[1]) for _, got in made]

    def at(
        self, shared: str, unknowns: list[Scalar], ran: Execution, flat: list[Scalar], values: list[int | bool]
    ) -> tuple[list[int | bool], int] | None:
        """Evaluate at a point; None where the program is not seen to return there."""
        point = "".join(f"(assert (= {u.name} {literal(u, v)}))\n" for u, v in zip(unknowns, values, strict=True) if named(u))
        wanted = [ran.returned, *flat, ran.ticks]
        bases = {t.name.removeprefix("(not ").removesuffix(")") for t in wanted if isinstance(t, Bit) or t.value is None}
        said, model = answer(self.asker(), f"{shared}{point}(check-sat)\n", sorted(bases - {"true", "false"}))
        if said != "sat" or model is None:
            raise AssertionError(f"a point has a value; the solver says {said}")
        returned, *rest = (value_in(model, t) for t in wanted)
        return (rest[:-1], rest[-1]) if returned else None


def named(term: Scalar) -> bool:
    """Say whether a term is an unknown in the script; one with a single value is a literal."""
    return isinstance(term, Bit) or term.value is None


def literal(term: Scalar, value: int) -> str:
    """Return a value of an unknown as text."""
    return numeral(value, width(term.interval)) if isinstance(term, Int) else str(value).lower()


def shape(value: Value) -> object:
    """Return what is equal for values whose lists have the same lengths."""
    if isinstance(value, list | tuple):
        return (type(value), *map(shape, value))
    return None


def shaped(t: Type, term: Term, rest: Iterator[int | bool]) -> Value:
    """Return the value of a type that consists of some ints and bools."""
    match t, term:
        case ListOf(element), Fixed(elements):
            return [shaped(element, x, rest) for x in elements]
        case TupleOf(parts), tuple():
            return tuple(shaped(p, x, rest) for p, x in zip(parts, term, strict=True))
    return next(rest)
