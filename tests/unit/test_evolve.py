"""What evolution makes of functions: what can be left out is, and what comes does the same for less."""

import random

import pytest
from search_cases import body, brief_of
from targets import SUM, spec_of

from loop.examine import Examiner
from loop.observe import inputs
from loop.search.bandit import Bandit
from loop.source_text import to_source_text
from loop.techniques.evolve import OPERATORS, drafts
from loop.techniques.simulation import lockstep
from loop.techniques.study import Study
from verify.interpreter import Interpreter
from verify.ir import Program
from verify.limits import DEFAULT
from verify.spec import to_candidate
from verify.task import Task, Version

MODULO = """@target
@require(lambda n, m: n >= 0 and m > 0)
def f(n: int, m: int) -> int:
    total = 0
    last = 0
    for i in range(n):
        if i >= 0:
            total = (total + abs(i * i)) % m
            last = i
        else:
            total = 0
    if total < 0:
        return last
    return total % m
"""
CLAMPED = """@target
@require(lambda stock: stock >= 0)
def f(stock: int) -> int:
    sold = 0
    while stock > 0 and stock >= 0:
        if stock % 3 == 1:
            sold = sold + max(stock, 0)
        else:
            sold = sold + 0
        stock = stock - 1
    return sold
"""
LARGEST = """@target
def f(xs: list[int]) -> int:
    best = 0
    for x in xs:
        y = x
        if y > best or (y == best and y > 0):
            best = max(y, best)
    return best
"""
TIGHT = """@target
def f(a: int, b: int) -> int:
    return a * b + 1
"""
SHORT = {
    MODULO: "    total = 0\n    for i in range(n):\n        total = total + i * i\n    return total % m\n",
    CLAMPED: "    while stock > 0:\n        if stock % 3 == 1:\n            sold = sold + stock\n        stock = stock - 1\n",
}


def found(text: str, elites: tuple[str, ...] = (), effort: int = 0) -> list[str]:
    spec = spec_of(text)
    study = Study(brief_of(spec, effort=effort), DEFAULT, elites)
    texts = [d.candidate if isinstance(d.candidate, str) else to_source_text(d.candidate) for d in drafts(study)]
    assert all(texts)
    return [t for t in texts if t]


@pytest.mark.parametrize("text", SHORT, ids=["a remainder taken once", "a test and a branch"])
def test_what_makes_no_difference_is_left_out(text: str) -> None:
    assert SHORT[text] in found(text)[0]


@pytest.mark.parametrize("text", [MODULO, CLAMPED, LARGEST, TIGHT], ids=["modulo", "clamped", "largest", "tight"])
def test_what_comes_does_the_same_for_less(text: str) -> None:
    spec = spec_of(text)
    runs = inputs(spec, DEFAULT, seed=7)
    old = Interpreter(spec.program, DEFAULT)
    due = sum(old.run(a).ticks for a in runs)
    came = found(text)
    assert bool(came) == (text != TIGHT)
    for one in came:
        _, program = to_candidate(one.encode(), "c.py", spec, DEFAULT)
        new = Interpreter(program, DEFAULT)
        assert [new.run(a).value for a in runs] == [old.run(a).value for a in runs]
        assert sum(new.run(a).ticks for a in runs) < due


def test_elites_of_the_archive_take_part() -> None:
    closed = body("t = 0", "t = n * (n - 1) // 2 + 0", "return t + 0")
    assert all("for" in t for t in found(SUM))
    assert any("for" not in t for t in found(SUM, (closed,)))


def test_what_is_no_program_of_the_target_is_passed_over() -> None:
    wrong = ("def f(a: int) -> int:\n    return a\n", "nonsense", "def f(a: int, b: int) -> int:\n    return 0\n")
    assert found(TIGHT, wrong) == []


def test_operators_give_other_programs_of_the_target_or_none() -> None:
    spec, rng = spec_of(MODULO), random.Random(5)
    made: dict[str, set[Program]] = {}
    for name, operator in OPERATORS.items():
        made[name] = {p for _ in range(25) if (p := operator(spec.program, spec.program, rng)) is not None and p != spec.program}
        assert made[name], name
        assert all((p.name, p.parameters, p.result) == ("f", spec.program.parameters, "int") for p in made[name])
    written = {name: [t for p in programs if (t := to_source_text(p))] for name, programs in made.items()}
    assert all(written.values()), {n: len(t) for n, t in written.items()}


def test_operators_are_learned() -> None:
    spec, operators = spec_of(CLAMPED), Bandit()
    study = Study(brief_of(spec), DEFAULT, (), operators)
    list(drafts(study))
    assert set(operators.to_data()[""]) == set(OPERATORS)


DEARER = """def f(stock: int) -> int:
    sold = 0
    while stock > 0:
        sold = sold + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1
        stock = stock - 1
    return sold
"""
NESTED = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    total = 0
    for i in range(n):
        for j in range(i):
            total = total + max(j * j, 0)
    return total
"""


def lemmas(text: str, new: str) -> str:
    spec = spec_of(text)
    _, program = to_candidate(new.encode(), "c.py", spec, DEFAULT)
    return lockstep(Study(brief_of(spec), DEFAULT), program)


def test_loops_that_go_turn_by_turn_bring_a_lemma() -> None:
    due = """theorem lockstep1 (v_n : Int) (v_total : Int) :
    (New.shadow1 v_n v_total).v_n = (Old.shadow1 v_n v_total).v_n ∧ \
(New.shadow1 v_n v_total).v_total = (Old.shadow1 v_n v_total).v_total ∧ \
(New.shadow1 v_n v_total).ticks ≤ (Old.shadow1 v_n v_total).ticks := by
  fun_induction Old.shadow1 v_n v_total <;> grind [New.shadow1, pick]
"""
    down = "def f(n: int) -> int:\n    total = 0\n    while n > 0{}:\n        total += n{}\n        n -= 1\n    return total\n"
    old, new = "@target\n" + down.format(" and n >= 0", " * 1"), down.format("", "")
    assert lemmas(old, new) == due
    inner, outer = lemmas(NESTED, NESTED.split("\n", 2)[2].replace("max(j * j, 0)", "j * j")).split("theorem ")[1:]
    assert inner.startswith("lockstep2 ")
    assert outer.endswith("grind [New.shadow1, pick, lockstep2]\n")


@pytest.mark.parametrize(
    "new",
    [
        "def f(stock: int) -> int:\n    return stock\n",
        "def f(stock: int) -> int:\n    sold = 0\n    for i in range(stock):\n        sold = sold + i\n    return sold\n",
        DEARER,
    ],
    ids=["no loop", "other variables", "dearer turns"],
)
def test_loops_that_do_not_go_together_bring_none(new: str) -> None:
    assert lemmas(CLAMPED, new) == ""


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("text", [CLAMPED, NESTED], ids=["clamped", "nested"])
def test_what_is_left_is_proved(text: str) -> None:
    spec = spec_of(text)
    draft = next(drafts(Study(brief_of(spec), DEFAULT)))
    assert isinstance(draft.candidate, str)
    new = Version(*to_candidate(draft.candidate.encode(), "c.py", spec, DEFAULT))
    with Examiner("auto") as examiner:
        examination = examiner.examine(Task(spec, Version(spec.source, spec.program), new), lemmas=draft.lemmas)
    assert examination.verdict.name == "accept", examination.verdict
