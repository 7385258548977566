"""A fault is one when CPython shows it; where a reading and CPython disagree, nobody is blamed but this project."""

import ast
from dataclasses import replace

import pytest
from targets import candidate, plain, task_of

from verify.counterexample import Unconfirmed, call_text, confirm, same, text
from verify.gates.examples import examples
from verify.ir import Value
from verify.limits import DEFAULT
from verify.reasons import ContractViolated, Counterexample, Raises, ReadingsDisagree, WrongResult
from verify.task import Task, Version

SPEC = """@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= n)
def f(n: int) -> int:
    t = 0
    for k in range(n + 1):
        t += k
    return t
"""
RIGHT = candidate("return n * (n + 1) // 2")


def misread(claimed: str, written: str) -> Task:
    """Return a task whose candidate is read as one program, while its file holds another."""
    task, other = task_of(SPEC, claimed), task_of(SPEC, written)
    if task.new is None or other.new is None:
        raise TypeError
    return replace(task, new=Version(other.new.source, task.new.program))


@pytest.mark.parametrize(
    ("body", "arguments", "kind", "got", "due"),
    [
        ("return n * (n + 1) // 2 + n // 9", (9,), WrongResult, "46", "45"),
        ("return n * (n + 1) // 2 + 0 // (n - 7)", (7,), Raises, "ZeroDivisionError", "28"),
        ("return n - 1", (4,), ContractViolated, "3", "result >= n"),
    ],
)
def test_a_fault_that_cpython_shows(body: str, arguments: tuple[int], kind: type[Counterexample], got: str, due: str) -> None:
    reason = confirm(task_of(SPEC, candidate(body)), arguments, kind, "a test", DEFAULT)
    assert type(reason) is kind
    assert isinstance(reason, Counterexample)
    assert (reason.arguments, reason.got, reason.due) == (arguments, got, due)
    assert reason.as_data()["arguments"] == {"n": str(arguments[0])}


@pytest.mark.parametrize("kind", [WrongResult, Raises, ContractViolated])
def test_a_fault_that_cpython_does_not_show(kind: type[Counterexample]) -> None:
    reason = confirm(task_of(SPEC, RIGHT), (5,), kind, "the solver", DEFAULT)
    assert isinstance(reason, ReadingsDisagree)
    assert reason.verdict == "error"
    assert reason.what == f"the solver found {kind.__name__} on f(5); CPython shows no fault."


def test_a_fault_of_another_kind() -> None:
    reason = confirm(task_of(SPEC, candidate("return n // 0")), (5,), WrongResult, "the solver", DEFAULT)
    assert isinstance(reason, ReadingsDisagree)
    assert "CPython shows Raises" in reason.what


def test_an_input_that_the_contract_does_not_allow() -> None:
    reason = confirm(task_of(SPEC, candidate("return 0")), (-1,), WrongResult, "the solver", DEFAULT)
    assert isinstance(reason, ReadingsDisagree)
    assert "the precondition does not hold" in reason.what


@pytest.mark.parametrize("wrong", ["return n * n", "return n * (n + 1) // 2 + 0 // (n - 3)", "return -1"])
def test_a_wrong_reading_is_not_held_against_the_candidate(wrong: str) -> None:
    assert isinstance(examples(misread(candidate(wrong), RIGHT), (), DEFAULT), ReadingsDisagree)
    assert not isinstance(examples(misread(RIGHT, RIGHT), (), DEFAULT), ReadingsDisagree)


def test_a_run_that_does_not_end_says_nothing() -> None:
    endless = candidate("t = 0", "while n >= 0:", "    n += 1", "return t")
    limits = replace(DEFAULT, python_seconds=1)
    assert isinstance(confirm(task_of(plain("n >= 0", "return n"), endless), (3,), WrongResult, "a test", limits), Unconfirmed)


def test_results_are_compared_with_their_type() -> None:
    assert same(1, 1)
    assert not same(1, True)  # noqa: FBT003 - a result
    assert not same(0, False)  # noqa: FBT003 - a result
    assert same(None, None)


@pytest.mark.parametrize(
    ("one", "other", "due"),
    [
        ([1, 2], [1, 2], True), ([1, 2], (1, 2), False), ([1], [True], False), ([], (), False), ([(0, [1])], [(0, [1])], True),
        ([(0, [1])], [(0, (1,))], False), ([[0]], [[False]], False), ((1, 2), (1, 2, 3), False), ([1], [1, 1], False),
    ],
)  # fmt: skip
def test_structures_are_compared_with_the_types_inside(one: Value, other: Value, due: bool) -> None:  # noqa: FBT001 - a result
    assert same(one, other) is due


LISTS = """@target
@require(lambda xs, p: len(xs) > p[0] >= 0)
@ensure(lambda xs, p, result: len(result) == len(xs))
def f(xs: list[int], p: tuple[int, bool]) -> list[tuple[int, bool]]:
    return [(x + p[0], p[1]) for x in xs]
"""


def lists(body: str) -> Task:
    return task_of(LISTS, f"def f(xs: list[int], p: tuple[int, bool]) -> list[tuple[int, bool]]:\n    return {body}\n")


@pytest.mark.parametrize(
    ("body", "kind", "got", "due"),
    [
        ("[(x, p[1]) for x in xs]", WrongResult, "[(4, True), (5, True)]", "[(5, True), (6, True)]"),
        ("[(x + p[0], x > 0 and p[1]) for x in xs[p[0] + 1:]]", WrongResult, "[]", "[(5, True), (6, True)]"),
        ("[(xs[i + 1] + p[0], p[1]) for i in range(len(xs))]", Raises, "IndexError", "[(5, True), (6, True)]"),
        ("[(x + p[0], p[1]) for x in xs[1:]]", ContractViolated, "[(6, True)]", "len(result) == len(xs)"),
    ],
)
def test_faults_over_lists_and_tuples(body: str, kind: type[Counterexample], got: str, due: str) -> None:
    arguments: tuple[Value, ...] = ([4, 5], (1, True))
    reason = confirm(lists(body), arguments, kind, "a test", DEFAULT)
    assert isinstance(reason, kind)
    assert (reason.arguments, reason.got, reason.due) == (arguments, got, due)
    assert reason.as_data()["arguments"] == {"xs": "[4, 5]", "p": "(1, True)"}
    assert reason.what.startswith("f([4, 5], (1, True)) ")


def test_a_result_of_another_type_is_a_wrong_reading() -> None:
    task = lists("[(x, p[1]) for x in xs]")
    if task.new is None:
        raise TypeError
    text = b"def f(xs: list[int], p: tuple[int, bool]) -> list[tuple[int, bool]]:\n    return [(x > 0, 1) for x in xs]\n"
    odd = replace(task, new=Version(replace(task.new.source, tree=ast.parse(text)), task.new.program))
    reason = confirm(odd, ([4], (0, True)), WrongResult, "a test", DEFAULT)
    assert isinstance(reason, ReadingsDisagree)
    assert "is read as list[tuple[int, bool]]; CPython returns [(True, 1)]." in reason.what


def test_long_ints_are_written_in_hexadecimal() -> None:
    assert text(2**5000) == hex(2**5000)
    assert text(True) == "True"  # noqa: FBT003 - a result
    assert call_text(task_of(SPEC), (2**5000,)) == f"f({hex(2**5000)})"
    assert text([(2**20000, False), (-1, True)]) == f"[({hex(2**20000)}, False), (-1, True)]"
    reason = Raises(what="it raises.", arguments=([2**20000],), got="ValueError", due="1", parameters=("xs",))
    assert reason.as_data()["arguments"] == {"xs": f"[{hex(2**20000)}]"}
