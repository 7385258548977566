"""Readings broken on purpose, one way each, to see that the fuzzer notices."""

import ast
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from verify import body, interpreter, ir, program, run_guards, ticks
from verify.expr import Expr
from verify.limits import Limits

Broken = Callable[[], AbstractContextManager[None]]
Text = Callable[[Expr], str]


@contextmanager
def _patched(place: Any, name: str, new: Any) -> Iterator[None]:
    old = getattr(place, name)
    setattr(place, name, new)
    try:
        yield
    finally:
        setattr(place, name, old)


def _operator(op: str, function: Callable[[int, int], int]) -> Broken:
    """Give an operator of the interpreter another meaning."""

    @contextmanager
    def broken() -> Iterator[None]:
        plain = run_guards.guards

        def other(limits: Limits, spent: list[int]) -> dict[str, Callable[..., object]]:
            return {**plain(limits, spent), "other": function}

        with _patched(interpreter, "guards", other), _patched(interpreter, "GUARDS", {**interpreter.GUARDS, op: "other"}):
            yield

    return broken


def _text(change: Callable[[Expr, Text], str | None]) -> Broken:
    """Write some expressions in another way; `change` returns None for all others."""

    def broken() -> AbstractContextManager[None]:
        plain = interpreter.text

        def text(e: Expr, prefix: str = "v_", *, guarded: bool = True) -> str:
            other = change(e, lambda x: text(x, prefix, guarded=guarded))
            return plain(e, prefix, guarded=guarded) if other is None else other

        return _patched(interpreter, "text", text)

    return broken


def _lines(change: Callable[[ir.Statement, list[str]], list[str]], method: str = "statement") -> Broken:
    """Change the lines that the interpreter writes for a statement."""

    def broken() -> AbstractContextManager[None]:
        plain = getattr(interpreter._Writer, method)

        def writing(self: Any, s: ir.Statement, depth: int) -> None:
            before = len(self.lines)
            plain(self, s, depth)
            self.lines[before:] = change(s, self.lines[before:])

        return _patched(interpreter._Writer, method, writing)

    return broken


def _cost(change: Callable[[Expr, Expr], Expr]) -> Broken:
    """Change what expressions cost, from what they do."""

    @contextmanager
    def broken() -> Iterator[None]:
        plain = ticks.cost

        def cost(e: Expr) -> Expr:
            return change(e, plain(e))

        with _patched(ticks, "cost", cost), _patched(interpreter, "cost", cost):
            yield

    return broken


def _truncated(a: int, b: int) -> int:
    whole = abs(a) // abs(b)
    return whole if (a < 0) == (b < 0) else -whole


def _no_clamping(e: Expr, go: Text) -> str | None:
    match e:
        case ir.Slice(operand, start, stop) if start is not None and stop is not None:
            return f"[{go(operand)}[i] for i in [i for i in span({go(start)}, {go(stop)})]]"
    return None


def _no_negative_index(e: Expr, go: Text) -> str | None:
    return f"{go(e.operand)}[abs({go(e.index)})]" if isinstance(e, ir.Item) else None


def _no_short_circuit(e: Expr, go: Text) -> str | None:
    return f"{'all' if e.op == 'and' else 'any'}([{', '.join(map(go, e.operands))}])" if isinstance(e, ir.Logic) else None


def _no_early_stop(e: Expr, go: Text) -> str | None:
    match e:
        case ir.Fold("all" | "any" as op, ir.Each() as inner):
            return f"{op}({go(inner)})"
    return None


def _chain_of_two(e: Expr, go: Text) -> str | None:
    match e:
        case ir.Compare([first, second, _, *_], [relation, *_]):
            return go(ir.Compare((first, second), (relation,)))
    return None


def _no_step(e: Expr, go: Text) -> str | None:
    return f"span({go(e.start)}, {go(e.stop)})" if isinstance(e, ir.Span) else None


def _range_again(s: ir.Statement, lines: list[str]) -> list[str]:
    """Evaluate the end of a range in each turn."""
    if isinstance(s, ir.For):
        at = next(i for i, line in enumerate(lines) if line.strip() == "while True:")
        pad = " " * (len(lines[at]) - len(lines[at].lstrip()) + 4)
        return [*lines[: at + 1], f"{pad}v_stop_{s.index} = {interpreter.text(s.stop)}", *lines[at + 1 :]]
    return lines


def _variable_moves_on(s: ir.Statement, lines: list[str]) -> list[str]:
    """Leave the variable of a range where a loop of C leaves it."""
    if isinstance(s, ir.For):
        pad = " " * (len(lines[0]) - len(lines[0].lstrip()))
        return [*lines, f"{pad}v_{s.variable} = v_next_{s.index}"]
    return lines


def _one_by_one(s: ir.Statement, lines: list[str]) -> list[str]:
    """Assign the first of several values before the second is evaluated."""
    match s:
        case ir.Assign([first, _, *_], values) if not isinstance(values[0], ir.Part):
            pad = " " * (len(lines[0]) - len(lines[0].lstrip()))
            return [f"{pad}v_{first} = {interpreter.text(values[0])}", *lines]
    return lines


def _break_goes_on(s: ir.Statement, lines: list[str]) -> list[str]:
    return [line.replace("break", "continue") for line in lines] if isinstance(s, ir.Break) else lines


def _index_first(s: ir.Statement, lines: list[str]) -> list[str]:
    """Look at the place of an element before the value that goes there."""
    match s:
        case ir.Assign([name], [ir.Updated(_, index)]):
            pad = " " * (len(lines[0]) - len(lines[0].lstrip()))
            return [f"{pad}v_{name}[{interpreter.text(index)}]", *lines]
    return lines


def _new_list(_: Any, node: Any, at: Any, op: Any) -> list[ir.Assign]:
    """Read `xs += ys` as `xs = xs + ys`."""
    left = at.any(ast.parse(ast.unparse(node.target), mode="eval").body)
    return [ir.Assign((node.target.id,), (ir.Join(left, at.read(node.value, left.type)),), node.lineno)]


@contextmanager
def _augmented() -> Iterator[None]:
    plain = body.Function.augmented

    def augmented(self: Any, node: Any, at: Any, op: Any) -> list[ir.Assign]:
        known = self.scope.get(getattr(node.target, "id", ""))
        return (_new_list if isinstance(known, ir.ListOf) else plain)(self, node, at, op)

    with _patched(body.Function, "augmented", augmented):
        yield


def _both_arms(e: Expr, due: Expr) -> Expr:
    return ticks.add(due, ticks.cost(e.orelse)) if isinstance(e, ir.Choice) else due


def _no_elements(e: Expr, due: Expr) -> Expr:
    return ir.Const(ticks.TABLE["call"]) if isinstance(e, ir.Extended) and isinstance(e.more, ir.Var) else due


def _taken_twice(e: Expr, due: Expr) -> Expr:
    return ticks.add(*map(ticks.cost, e.items), ir.Const(2)) if isinstance(e, ir.Divided) else due


def _not_reached(e: Expr, due: Expr) -> Expr:
    """Charge the second operand of `and` and `or` whether or not it is reached."""
    match e:
        case ir.Logic(_, [first, second]):
            return ticks.add(ticks.cost(first), ticks.cost(second), ir.Const(ticks.TABLE["operator"]))
    return due


def _free_call(e: Expr, due: Expr) -> Expr:
    """Charge nothing for what a function that is called does."""
    match e:
        case ir.Apply(_, arguments):
            return ticks.add(*map(ticks.cost, arguments), ir.Const(ticks.TABLE["call"]))
    return due


def _free_link(e: Expr, due: Expr) -> Expr:
    long = isinstance(e, ir.Compare) and len(e.operands) > 2
    return ir.Binary("sub", due, ir.Const(ticks.TABLE["comparison"])) if long else due


def _last_step_free(s: ir.Statement, lines: list[str]) -> list[str]:
    """Do not charge the question that ends a loop."""
    if isinstance(s, ir.For | ir.ForEach):
        return [line.replace("break", f"t -= {ticks.TABLE['loop_step']}; break") if line.strip() == "if not c: break" else line
                for line in lines]  # fmt: skip
    return lines


MUTATIONS: Final[dict[str, Broken]] = {
    "floor division as truncation": _operator("floordiv", _truncated),
    "the sign of a remainder is the dividend's": _operator("mod", lambda a, b: a - b * _truncated(a, b)),
    "a right shift of a negative int rounds to zero": _operator("rshift", lambda a, b: -(-a >> b) if a < 0 else a >> b),
    "xor as or": _operator("xor", lambda a, b: a | b),
    "a slice is not clamped": _text(_no_clamping),
    "a negative index counts from the start": _text(_no_negative_index),
    "`and` and `or` evaluate all operands": _text(_no_short_circuit),
    "`all` and `any` do not stop early": _text(_no_early_stop),
    "a chain is its first link": _text(_chain_of_two),
    "a comprehension's range has no step": _text(_no_step),
    "a range is evaluated again in each turn": _lines(_range_again),
    "the variable of a range moves on after the loop": _lines(_variable_moves_on),
    "several values are assigned one by one": _lines(_one_by_one),
    "`break` goes on": _lines(_break_goes_on),
    "an element's place is looked at before its value": _lines(_index_first),
    "two names for a changed list are let through": lambda: _patched(program, "check_ownership", lambda source, made: None),
    "`+=` on a list makes a new one": _augmented,
    "ticks: the last step of a `for` is free": _lines(_last_step_free, "turns"),
    "ticks: both arms of a conditional": _cost(_both_arms),
    "ticks: `extend` by a name is a call only": _cost(_no_elements),
    "ticks: `and` charges what it does not reach": _cost(_not_reached),
    "ticks: `divmod` evaluates what it takes twice": _cost(_taken_twice),
    "ticks: a chain's first link is free": _cost(_free_link),
    "ticks: what a called function does is free": _cost(_free_call),
}  # fmt: skip
