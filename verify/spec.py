"""Decides: Source -> Spec, a baseline with its contract; and Source -> the candidate's Program for a Spec."""

import ast
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from verify.canonical import Digest, digest
from verify.functions import Definition, decorator_name, definitions, reached, to_condition, to_functions
from verify.ir import Expr, Name, Program, Type, conjunction, looks_at_all
from verify.limits import Limits
from verify.reasons import BadContract, Forbidden, NoTarget, Refusal, SignatureMismatch, Unsupported
from verify.source import Source, to_source
from verify.types import type_text

Order: TypeAlias = Literal["always", "eventually", "worst-case"]
ORDERS: tuple[Order, ...] = get_args(Order)
"""strongest first"""
Tier: TypeAlias = Literal["kernel", "smt"]
TIERS: tuple[Tier, ...] = get_args(Tier)
"""highest first: proved in Lean, decided by two solvers"""
Result: TypeAlias = Literal["same", "contract"]
RESULTS: tuple[Result, ...] = get_args(Result)
"""what a new version returns: what the version that it supersedes returns, or any result that the contract allows"""


@dataclass(frozen=True, slots=True)
class Spec:
    """A target: the baseline, what its inputs are, and what its result must be.

    `require` is over the parameters, `ensure` over the parameters and `result`; an input on which `require` itself would
    raise is not allowed by it. `orders` are the orders that may be proved, strongest first.
    """

    source: Source
    program: Program
    require: Expr
    ensure: Expr
    orders: tuple[Order, ...]
    line: int
    tier: Tier = "kernel"
    """the lowest tier at which a version is accepted"""
    result: Result = "same"
    """what a version returns; where it is `contract`, nothing is accepted unless the contract passes the gate *strength*"""

    @property
    def name(self) -> Name:
        """The target's function name."""
        return self.program.name

    @property
    def digest(self) -> Digest:
        """What an acceptance is bound to: the file's bytes and which function of it is meant."""
        return digest("spec", {"source": self.source.content, "function": self.name})

    @property
    def where(self) -> str:
        """File and line of the baseline."""
        return f"{self.source.label}:{self.line}"


def to_specs(content: bytes, label: str, limits: Limits) -> tuple[Spec, ...]:
    """Read all targets of a spec file, in source order.

    Raises Refusal: NoTarget where there is none, BadContract, or what `to_source` and `to_program` refuse.
    """
    source = to_source(content, label, limits)
    nodes = definitions(source)
    targets = [f for f in nodes if any(decorator_name(d) == "target" for d in f.decorator_list)]
    if not targets:
        raise Refusal(NoTarget(what="no function is marked with @target.", where=label, do="Put `@target` above the baseline."))
    functions = to_functions(source, nodes, frozenset(f.name for f in targets))
    for f in nodes:
        if f not in targets:
            functions[f.name].program(source)  # one that nothing calls is looked at as well
    return tuple(_to_spec(source, f, functions[f.name]) for f in targets)


def to_candidate(content: bytes, label: str, spec: Spec, limits: Limits) -> tuple[Source, Program]:
    """Read a candidate for a spec: a function of the target's name and signature, and the functions that it calls.

    Raises Refusal: SignatureMismatch, Forbidden (decorators), or what `to_source` and `to_program` refuse.
    """
    source = to_source(content, label, limits)
    nodes = definitions(source)
    mine = next((f for f in nodes if f.name == spec.name), None)
    if mine is None:
        names = ", ".join(f.name for f in nodes) or "nothing"
        raise Refusal(SignatureMismatch(what=f"the file defines {names}; a function `{spec.name}` is due.", where=label))
    if mine.decorator_list:
        what = f"`{spec.name}` has a decorator; a candidate has none."
        raise Refusal(Forbidden(what=what, where=source.where(mine.decorator_list[0]), do="The contract stays with the spec."))
    functions = to_functions(source, nodes, frozenset({spec.name}))
    program = functions[spec.name].program(source)
    if (program.parameters, program.result) != (spec.program.parameters, spec.program.result):
        what = f"`{spec.name}` must be `{signature(spec.program)}`; it is `{signature(program)}`."
        raise Refusal(SignatureMismatch(what=what, where=source.where(mine)))
    called = reached(nodes, spec.name)
    if stray := next((f for f in nodes if f.name not in called), None):
        what = f"`{stray.name}` is not called, neither by `{spec.name}` nor by what it calls."
        raise Refusal(SignatureMismatch(what=what, where=source.where(stray), do="Leave it out."))
    return source, program


def signature(program: Program) -> str:
    """Return a function's signature as Python writes it."""
    parameters = ", ".join(f"{p.name}: {type_text(p.type)}" for p in program.parameters)
    return f"{program.name}({parameters}) -> {type_text(program.result)}"


def _to_spec(source: Source, node: ast.FunctionDef, definition: Definition) -> Spec:
    program, functions = definition.program(source), definition.others
    scope: dict[Name, Type] = {p.name: p.type for p in program.parameters}
    requires, ensures, options = [], [], _Options()
    for decorator in node.decorator_list:
        match decorator_name(decorator):
            case "require":
                requires.append(_premise(source, decorator, to_condition(source, decorator, scope, functions)))
            case "ensure":
                ensures.append(to_condition(source, decorator, {**scope, "result": program.result}, functions))
            case "target":
                options = _target(source, decorator)
            case "pure":
                pass
            case other:
                what = f"the decorator `{other}` is not supported."
                raise Refusal(Unsupported(what=what, where=source.where(decorator), do="Use @target, @require and @ensure."))
    # decorators run bottom up, and so icontract checks the lowest condition first
    require, ensure = conjunction(requires[::-1]), conjunction(ensures[::-1])
    return Spec(source, program, require, ensure, options.orders, node.lineno, options.tier, options.result)


def _premise(source: Source, decorator: ast.expr, e: Expr) -> Expr:
    """Return a precondition that a proof can assume just where it holds."""
    if not looks_at_all(e):
        what = "an `any` or `all` of this precondition may stop before an element that raises, which no proof could speak of."
        do = "Guard what may raise in it, or go over the elements: `any(x > 0 for x in xs)`."
        raise Refusal(BadContract(what=what, where=source.where(decorator), do=do))
    return e


@dataclass(frozen=True, slots=True)
class _Options:
    """What stands in `@target`: which orders may be proved, the lowest tier of a version, and what it returns."""

    orders: tuple[Order, ...] = ORDERS
    tier: Tier = TIERS[0]
    result: Result = RESULTS[0]


def _target(source: Source, decorator: ast.expr) -> _Options:
    """Read `@target` with its options."""
    if not isinstance(decorator, ast.Call):
        return _Options()
    options: dict[str, object] = {}
    for k in decorator.keywords:
        options[k.arg or "**"] = k.value.value if isinstance(k.value, ast.Constant) else None
    where = source.where(decorator)
    if decorator.args or not options.keys() <= {"result", "better", "tier"}:
        raise Refusal(BadContract(what="@target takes `result=`, `better=` and `tier=` only.", where=where))
    result = next((r for r in RESULTS if r == options.get("result", RESULTS[0])), None)
    if result is None:
        what = f"result={options['result']!r} says nothing about results."
        raise Refusal(BadContract(what=what, where=where, do=f"Write one of {', '.join(map(repr, RESULTS))}."))
    tier = next((t for t in TIERS if t == options.get("tier", TIERS[0])), None)
    if tier is None:
        what = f"tier={options['tier']!r} is no tier."
        raise Refusal(BadContract(what=what, where=where, do=f"Write one of {', '.join(map(repr, TIERS))}."))
    better = options.get("better", "strongest")
    if better == "strongest":
        return _Options(ORDERS, tier, result)
    if better in ORDERS:
        return _Options(ORDERS[: ORDERS.index(better) + 1], tier, result)
    what = f"better={better!r} is not supported."
    raise Refusal(Unsupported(what=what, where=where, do=f"Write one of {', '.join(map(repr, ORDERS))}."))
