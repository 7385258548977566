"""Z3 finds what is wrong, CPython shows it, and nothing else than that is a refusal."""

import dataclasses

import pytest
from targets import GCD, PYRAMID, candidate, plain, spec_of, task_of

from verify import ir
from verify.gates.smt import satisfiable, smt
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.reasons import ContractViolated, Counterexample, Raises, WrongResult
from verify.source import to_source
from verify.task import Passed

PATIENT = dataclasses.replace(DEFAULT, smt_seconds=60)
PARABOLA = plain("n >= 0", "t = 0\n    for i in range(n):\n        t += i\n    return t")


def expression(text: str) -> ir.Expr:
    source = to_source(text.encode(), "e.py", DEFAULT)
    return to_expression(source, source.tree.body[0].value, {"n": "int", "b": "bool"}, "int")  # type: ignore[attr-defined]


def test_baseline_passes_with_its_evidence() -> None:
    given = smt(task_of(PYRAMID), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence == {"smoke": "sat", "raises": "unsat", "breaks": "unsat", "unroll": DEFAULT.smt_unroll}


def test_right_candidate_passes() -> None:
    given = smt(task_of(PYRAMID, candidate("return n * (n + 1) * (2 * n + 1) // 6")), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["differs"] == "unsat"


def test_small_difference_is_shown() -> None:
    given = smt(task_of(PYRAMID, candidate("return n * (n + 1) * (2 * n + 1) // 6 + (1 if n == 4 else 0)")), DEFAULT)
    assert isinstance(given, WrongResult)
    assert (given.arguments, given.got, given.due, given.parameters) == ((4,), "31", "30", ("n",))


def test_division_by_zero_far_out_is_shown() -> None:
    given = smt(task_of(PARABOLA, candidate("return n * (n - 1) // 2 + 0 // (n - 123456789)")), PATIENT)
    assert isinstance(given, Raises)
    assert (given.arguments, given.got) == ((123456789,), "ZeroDivisionError")


def test_postcondition_broken_far_out_is_shown() -> None:
    spec = "@target\n@require(lambda n: n >= 0)\n@ensure(lambda n, result: result >= n)\ndef f(n: int) -> int:\n    return n\n"
    given = smt(task_of(spec, candidate("return n if n != 10 ** 9 else 0".replace("10 ** 9", "1000000000"))), PATIENT)
    assert isinstance(given, WrongResult | ContractViolated)
    assert given.arguments == (1000000000,)


def test_baseline_that_breaks_its_contract() -> None:
    given = smt(task_of(PYRAMID.replace("total += i * i", "total += i")), DEFAULT)
    assert isinstance(given, ContractViolated)
    assert given.due == "6 * result == n * (n + 1) * (2 * n + 1)"


def test_hint_catches_one_far_point() -> None:
    wrong = candidate("return n * (n - 1) // 2 + (1 if n == 4097 else 0)")
    assert isinstance(smt(task_of(PARABOLA, wrong), DEFAULT), Passed)
    given = smt(task_of(PARABOLA, wrong), DEFAULT, expression("n * (n - 1) // 2"))
    assert isinstance(given, WrongResult)
    assert given.arguments == (4097,)


def test_hint_names_a_point_near_enough_to_be_run() -> None:
    wrong = candidate("return n * (n - 1) // 2 if n < 5000 else n * (n - 1) // 2 + 1")
    given = smt(task_of(PARABOLA, wrong), DEFAULT, expression("n * (n - 1) // 2"))
    assert isinstance(given, WrongResult)
    assert isinstance(given.arguments[0], int)
    assert 5000 <= given.arguments[0] < 20000


def test_wrong_hint_refuses_nothing() -> None:
    given = smt(task_of(PARABOLA, candidate("return n * (n - 1) // 2")), DEFAULT, expression("n * n"))
    assert isinstance(given, Passed)
    assert given.evidence["hint"] == "unconfirmed"


def test_hint_at_a_point_where_the_old_version_is_too_slow() -> None:
    quick = dataclasses.replace(DEFAULT, python_seconds=1)
    wrong = candidate("return n * (n - 1) // 2 + (1 if n == 99999999999 else 0)")
    given = smt(task_of(PARABOLA, wrong), quick, expression("n * (n - 1) // 2"))
    assert isinstance(given, Passed)
    assert given.evidence["hint"] == "unconfirmed"


@pytest.mark.parametrize("divisor", ["n", "-n", "n - 7"])
def test_signs_of_division_are_pythons(divisor: str) -> None:
    spec = plain("n < 0", f"return 7 // ({divisor}) * 100 + 7 % ({divisor})")
    assert isinstance(smt(task_of(spec), DEFAULT), Passed)
    wrong = spec[spec.index("def") :].replace("7 //", "9 //")
    assert isinstance(smt(task_of(spec, wrong), DEFAULT), WrongResult)


def test_loops_over_literals_unroll_by_themselves() -> None:
    spec = plain("0 <= n < 65536", "x = 0\n    for i in range(16):\n        x = x * 2 + i % 2\n    return x + n")
    given = smt(task_of(spec, candidate("return 21845 + n + (1 if n == 5 else 0)")), DEFAULT)
    assert isinstance(given, WrongResult)
    assert given.arguments == (5,)


def test_beyond_the_bound_nothing_is_said() -> None:
    given = smt(task_of(PARABOLA, candidate("t = 0", "for i in range(n):", "    t += i if i < 50 else 0", "return t")), DEFAULT)
    assert isinstance(given, Passed)
    far = plain("n > 100", "t = 0\n    while n > 0:\n        n -= 1\n    return t")
    given = smt(task_of(far), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["smoke"] == "unsat"


def test_hard_questions_end_in_time_and_are_not_proved() -> None:
    hard = plain("n > 2 and m > 2 and k > 2", "return 1 // (n * n * n + m * m * m - k * k * k)", "n: int, m: int, k: int")
    given = smt(task_of(hard), dataclasses.replace(DEFAULT, smt_seconds=3))
    assert isinstance(given, Passed)
    # on a busy machine the clock may end it before anything is said
    assert given.evidence.get("raises", "unknown") == "unknown"


def test_worker_that_dies_says_nothing() -> None:
    given = smt(task_of(GCD), dataclasses.replace(DEFAULT, smt_bytes=2**20))
    assert isinstance(given, Passed)
    assert given.evidence == {"unroll": DEFAULT.smt_unroll}


def test_satisfiable() -> None:
    assert satisfiable(spec_of(plain("n * n == 1522756 and n > 0", "return n")), DEFAULT) == (1234,)
    assert satisfiable(spec_of(plain("n > 0 and n < 0", "return n")), DEFAULT) is None
    assert satisfiable(spec_of(plain("10 // n > 100 and n != 1", "return n")), DEFAULT) is None
    cubes = plain("n * n * n + m * m * m + k * k * k == 42", "return n", "n: int, m: int, k: int")
    assert satisfiable(spec_of(cubes), DEFAULT) == "unknown"


def test_names_from_a_file_do_not_reach_the_solver() -> None:
    spec = plain("v1 > v0", "return v1 - v0", "v1: int, v0: int")
    given = smt(task_of(spec, "def f(v1: int, v0: int) -> int:\n    return v1 - v0 + (1 if v1 == v0 + 3 else 0)\n"), DEFAULT)
    assert isinstance(given, Counterexample)
    assert given.arguments[0] == given.arguments[1] + 3
