"""Decides: Source -> Spec, a baseline with its contract; and Source -> the candidate's Program for a Spec."""

import ast
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from verify.canonical import Digest, digest
from verify.ir import Expr, Name, Program, Type, conjunction
from verify.limits import Limits
from verify.program import to_expression, to_program
from verify.reasons import BadContract, Forbidden, Malformed, NoTarget, Refusal, SignatureMismatch, Unsupported
from verify.source import Source, to_source
from verify.types import type_text

Order: TypeAlias = Literal["always", "eventually"]
ORDERS: tuple[Order, ...] = get_args(Order)
"""strongest first"""
Tier: TypeAlias = Literal["kernel", "smt"]
TIERS: tuple[Tier, ...] = get_args(Tier)
"""highest first: proved in Lean, decided by two solvers"""


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
    functions = _functions(source)
    targets = [f for f in functions if any(_name(d) == "target" for d in f.decorator_list)]
    if not targets:
        raise Refusal(NoTarget(what="no function is marked with @target.", where=label, do="Put `@target` above the baseline."))
    if stray := next((f for f in functions if f not in targets), None):
        what = f"`{stray.name}` is not a target, and helper functions are not supported yet."
        raise Refusal(Unsupported(what=what, where=source.where(stray), do="Write the helper's code where it is used."))
    return tuple(_to_spec(source, f) for f in targets)


def to_candidate(content: bytes, label: str, spec: Spec, limits: Limits) -> tuple[Source, Program]:
    """Read a candidate for a spec: one function of the target's name and signature, and nothing else.

    Raises Refusal: SignatureMismatch, Forbidden (decorators), or what `to_source` and `to_program` refuse.
    """
    source = to_source(content, label, limits)
    functions = _functions(source)
    mine = [f for f in functions if f.name == spec.name]
    if len(mine) != 1 or len(functions) != 1:
        names = ", ".join(f.name for f in functions) or "nothing"
        what = f"the file defines {names}; exactly one function `{spec.name}` is due."
        raise Refusal(SignatureMismatch(what=what, where=label))
    if mine[0].decorator_list:
        what = f"`{spec.name}` has a decorator; a candidate has none."
        raise Refusal(Forbidden(what=what, where=source.where(mine[0].decorator_list[0]), do="The contract stays with the spec."))
    program = to_program(source, mine[0])
    if (program.parameters, program.result) != (spec.program.parameters, spec.program.result):
        what = f"`{spec.name}` must be `{signature(spec.program)}`; it is `{signature(program)}`."
        raise Refusal(SignatureMismatch(what=what, where=source.where(mine[0])))
    return source, program


def signature(program: Program) -> str:
    """Return a function's signature as Python writes it."""
    parameters = ", ".join(f"{p.name}: {type_text(p.type)}" for p in program.parameters)
    return f"{program.name}({parameters}) -> {type_text(program.result)}"


def _functions(source: Source) -> list[ast.FunctionDef]:
    """Return the top-level functions; imports and docstrings may stand beside them, and nothing else."""
    out = []
    for node in source.tree.body:
        match node:
            case ast.FunctionDef():
                out.append(node)
            case ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
                pass
            case _:
                what = f"`{ast.unparse(node).splitlines()[0][:60]}` at the top of a file is not supported."
                raise Refusal(Unsupported(what=what, where=source.where(node), do="Write the value where it is used."))
    names = [f.name for f in out]
    if twice := next((f for f in out if names.count(f.name) > 1), None):
        raise Refusal(Malformed(what=f"`{twice.name}` is defined twice.", where=source.where(twice)))
    return out


def _name(node: ast.expr) -> str:
    """Return the name of a decorator, called or not."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def _to_spec(source: Source, node: ast.FunctionDef) -> Spec:
    program = to_program(source, node)
    scope: dict[Name, Type] = {p.name: p.type for p in program.parameters}
    requires, ensures, orders, tier = [], [], ORDERS, TIERS[0]
    for decorator in node.decorator_list:
        match _name(decorator):
            case "require":
                requires.append(_condition(source, decorator, scope))
            case "ensure":
                ensures.append(_condition(source, decorator, {**scope, "result": program.result}))
            case "target":
                orders, tier = _target(source, decorator)
            case other:
                what = f"the decorator `{other}` is not supported."
                raise Refusal(Unsupported(what=what, where=source.where(decorator), do="Use @target, @require and @ensure."))
    # decorators run bottom up, and so icontract checks the lowest condition first
    return Spec(source, program, conjunction(requires[::-1]), conjunction(ensures[::-1]), orders, node.lineno, tier)


def _condition(source: Source, decorator: ast.expr, scope: dict[Name, Type]) -> Expr:
    """Read `require(lambda ...: condition)`; a description may follow it."""
    match decorator:
        case ast.Call(args=[ast.Lambda(args=arguments, body=body), *rest], keywords=[]) if all(_is_text(r) for r in rest):
            names = [a.arg for a in arguments.args]
            if stray := next((n for n in names if n not in scope), None):
                what = f"the contract's lambda takes `{stray}`, which is not a parameter" + (
                    " or `result`." if "result" in scope else "."
                )
                raise Refusal(BadContract(what=what, where=source.where(decorator)))
            try:
                return to_expression(source, body, {n: scope[n] for n in names}, "bool")
            except Refusal as refusal:
                r = refusal.reason
                raise Refusal(BadContract(what=f"the contract does not read: {r.what}", where=r.where, do=r.do)) from None
    do = "Write `@require(lambda x: x >= 0)`."
    raise Refusal(BadContract(what=f"`{ast.unparse(decorator)[:80]}` is not a contract.", where=source.where(decorator), do=do))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _target(source: Source, decorator: ast.expr) -> tuple[tuple[Order, ...], Tier]:
    """Read `@target` with its options: which orders may be proved, and the lowest tier at which a version is accepted."""
    if not isinstance(decorator, ast.Call):
        return ORDERS, TIERS[0]
    options: dict[str, object] = {}
    for k in decorator.keywords:
        options[k.arg or "**"] = k.value.value if isinstance(k.value, ast.Constant) else None
    where = source.where(decorator)
    if decorator.args or not options.keys() <= {"result", "better", "tier"}:
        raise Refusal(BadContract(what="@target takes `result=`, `better=` and `tier=` only.", where=where))
    if options.get("result", "same") != "same":
        what = f"result={options['result']!r} is not supported."
        do = 'Write result="same": the strength gate that "contract" rests on is not there yet.'
        raise Refusal(Unsupported(what=what, where=where, do=do))
    tier = next((t for t in TIERS if t == options.get("tier", TIERS[0])), None)
    if tier is None:
        what = f"tier={options['tier']!r} is no tier."
        raise Refusal(BadContract(what=what, where=where, do=f"Write one of {', '.join(map(repr, TIERS))}."))
    better = options.get("better", "strongest")
    if better == "strongest":
        return ORDERS, tier
    if better in ORDERS:
        return ORDERS[: ORDERS.index(better) + 1], tier
    what = f"better={better!r} is not supported."
    raise Refusal(Unsupported(what=what, where=where, do=f"Write one of {', '.join(map(repr, ORDERS))}."))
