"""CPython, the interpreter, the plain count and SMT agree on random programs; a seed fixes them. See docs/fuzzing.md."""

import ast
import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import z3  # type: ignore[import-untyped]

from tests.fuzz import counting
from tests.fuzz.compare import Comparer
from tests.fuzz.counting import Counting
from tests.fuzz.generator import PLAIN, WHOLE, Profile, case, expression
from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.readings import LIMITS, InInterpreter, InPython, Plainly, Smt, read, weighted
from tests.fuzz.replay import Entry, entries
from tests.fuzz.shrink import shrink
from tests.fuzz.values import inputs
from verify import ir, smt
from verify.interpreter import compile_block
from verify.reasons import Refusal
from verify.ticks import cost
from verify.types import copied

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261121


def compared(programs: int, points: int, profile: Profile = WHOLE, *further: Smt) -> Comparer:
    comparer = Comparer(further)
    with weighted():
        for number in range(programs):
            text, values = case(SEED, number, points, profile)
            assert comparer.compare(text, values) is None, text
    return comparer


@pytest.mark.parametrize("entry", list(entries()), ids=lambda e: e.name)
def test_what_was_found_once_is_as_it_should_be(entry: Entry) -> None:
    comparer = Comparer()
    with weighted():
        assert comparer.compare(entry.text, entry.inputs) is None
    assert [r.split(":")[0] for r in comparer.refusals] == ([] if entry.due == "agreement" else [entry.due])
    assert bool(comparer.counts["by CPython"]) == (entry.due == "agreement")


def test_programs_agree_in_value_raise_and_ticks() -> None:
    comparer = compared(1_000, 8)
    assert all(why.startswith("Unsupported: ") for why in comparer.refusals)  # none for its types
    assert sum(comparer.refusals.values()) < 0.06 * comparer.programs
    ran = comparer.counts["by CPython"]
    assert comparer.counts["a value"] > 0.5 * ran
    assert min(comparer.counts[f] for f in ("IndexError", "ValueError", "ZeroDivisionError")) > 0.01 * ran
    assert comparer.counts["out of fuel"] < 0.05 * ran


def test_each_call_that_stands_in_a_program_is_made_once() -> None:
    looked = 0
    for number in range(1_500):
        text, _ = case(SEED, number, 1)
        (own,) = (n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == "f")
        called = sum(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "f" for n in ast.walk(own))
        if called == 0:
            continue
        try:
            program = read(text).program
        except Refusal:
            continue
        assert sum(isinstance(s, ir.Call) for s in ir.statements(program.body)) == called, text
        looked += 1
    assert looked > 50


class Counted(ast.NodeTransformer):
    """Has a text tell each operator of two ints that it evaluates."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return self.told(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return self.told(node) if isinstance(node.func, ast.Name) and node.func.id == "pow" and len(node.args) == 2 else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        node.value = self.told(node.value)
        return node

    @staticmethod
    def told(e: ast.expr) -> ast.expr:
        return ast.copy_location(ast.Call(ast.copy_location(ast.Name("told", ast.Load()), e), [e], []), e)


def test_an_operator_is_evaluated_as_often_as_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    in_tree, in_text = Counter[str](), Counter[str]()

    def told(value: object) -> object:
        in_text["evaluated"] += type(value) is int
        return value

    def counting_too(operator: Callable[[int, int], int]) -> Callable[[int, int], int]:
        def evaluate(a: int, b: int) -> int:
            in_tree["evaluated"] += 1
            return operator(a, b)

        return evaluate

    monkeypatch.setattr(counting, "ARITHMETIC", {op: counting_too(f) for op, f in counting.ARITHMETIC.items()})
    ran = 0
    for number in range(1_500):
        text, points = case(SEED, number, 3)
        try:
            this = read(text)
        except Refusal:
            continue
        if "all(" in text or "any(" in text:  # what comes after the element that decides is charged, but not evaluated by Python
            continue
        space: dict[str, Any] = {"told": told}
        exec(compile(Counted().visit(ast.parse(text)), "<generated>", "exec"), space)  # noqa: S102 - text from the generator
        for arguments, outcome in zip(points, InInterpreter().outcomes(this, points), strict=True):
            if outcome is None or outcome.raised:
                continue
            for count in (in_tree, in_text):
                count.clear()
            Plainly().outcome(this.program, arguments)
            space["f"](*copied(arguments))
            assert in_tree == in_text, (text, arguments)
            ran += 1
    assert ran > 1_000


def test_plain_programs_mean_in_smt_what_they_mean_in_python() -> None:
    comparer = compared(100, 3, PLAIN, Smt(symbolic=False), Smt(symbolic=True))
    assert comparer.refusals.total() == 0
    for kind in ("at points", "over variables"):
        assert comparer.counts[f"by SMT {kind}"] > 0.7 * comparer.counts["by CPython"]


def test_programs_mean_in_smt_what_they_mean_in_python() -> None:
    comparer = compared(30, 2, WHOLE, Smt(symbolic=False))
    assert comparer.counts["by SMT at points"] > 0.7 * comparer.counts["by CPython"]


def test_expressions_cost_what_they_do_and_are_safe_where_they_say_so() -> None:
    rng, safe, fell = random.Random(SEED), 0, 0
    for _ in range(600):
        text, types = expression(rng)
        read_text = read(text)
        (only,) = read_text.program.body
        assert isinstance(only, ir.Return)
        stops_early = any(isinstance(x, ir.Fold) and x.op in ("all", "any") for x in ir.subexpressions(only.value))
        names = [p.name for p in read_text.program.parameters]
        fine, ticks = (compile_block((ir.Return(x),), names, LIMITS) for x in (ir.safe(only.value), cost(only.value)))
        points = inputs(rng, types, 6)
        for arguments, due in zip(points, InPython().outcomes(read_text, points), strict=True):
            if due is None:
                continue
            _, _, holds, raised = fine.run(arguments, LIMITS.run_ticks, None)
            assert not raised
            assert holds is not True or not due.raised, (text, arguments)
            assert holds is True or due.raised or stops_early, (text, arguments)
            safe, fell = safe + (holds is True), fell + bool(due.raised)
            if holds:
                plain = Counting(dict(zip(names, arguments, strict=True)))
                plain.value(only.value)
                assert ticks.run(arguments, LIMITS.run_ticks, None)[2] == plain.ticks, (text, arguments)
    assert safe > 1_200
    assert fell > 300


@pytest.mark.parametrize("name", list(MUTATIONS))
def test_a_broken_reading_is_noticed(name: str) -> None:
    with MUTATIONS[name](), weighted():
        assert any(Comparer().compare(*case(0, number, 20)) is not None for number in range(3_000))


def test_what_fails_is_made_small() -> None:
    def fails(text: str, arguments: tuple[ir.Value, ...]) -> bool:
        return Comparer().compare(text, [arguments]) is not None

    with MUTATIONS["floor division as truncation"](), weighted():
        found = next(d for n in range(1_000) if (d := Comparer().compare(*case(0, n, 20))) is not None)
        text, arguments = shrink(found.text, found.arguments, fails)
    assert "//" in text or "divmod" in text
    assert len(text) < 120
    assert len(repr(arguments)) < 20


def test_floor_division_and_modulo_in_smt_for_all_signs() -> None:
    a, b = z3.Ints("a b")
    for x in range(-9, 10):
        for y in [n for n in range(-4, 5) if n]:
            swap = [(a, z3.IntVal(x)), (b, z3.IntVal(y))]
            terms = (smt.floor_div(a, b), smt.floor_mod(a, b), smt.floor_div(z3.IntVal(x), z3.IntVal(y)))
            found = [z3.simplify(z3.substitute(t, swap)).as_long() for t in terms]
            assert found == [x // y, x % y, x // y]


def test_a_seed_fixes_the_programs_whatever_the_hash_seed() -> None:
    script = f"from tests.fuzz.generator import case; print([case({SEED}, n, 3) for n in range(100)])"
    texts = [
        subprocess.run(  # noqa: S603 - this interpreter, on a text of this file
            [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": h}, capture_output=True, check=True
        ).stdout
        for h in ("1", "2")
    ]
    assert len({hashlib.sha256(t).hexdigest() for t in texts}) == 1
    assert len(texts[0]) > 10_000
