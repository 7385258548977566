"""Spec files and candidates: what is read, and what is refused for which reason."""

import pytest
from targets import HEAD, candidate, spec_of

from verify import ir
from verify.ir import Compare, Const, Logic, Var
from verify.limits import DEFAULT
from verify.reasons import BadContract, Forbidden, IllTyped, Malformed, NoTarget, Reason, Refusal, SignatureMismatch, Unsupported
from verify.spec import ORDERS, signature, to_candidate, to_specs
from verify.types import ListOf, TupleOf

N = Var("n", "int")
PLAIN = "@target\n{}def double(n: int) -> int:\n    return n + n\n"


def refused(text: str) -> Reason:
    with pytest.raises(Refusal) as refusal:
        to_specs((HEAD + text).encode(), "spec.py", DEFAULT)
    return refusal.value.reason


def refused_candidate(text: str) -> Reason:
    spec = spec_of(PLAIN.format(""))
    with pytest.raises(Refusal) as refusal:
        to_candidate(text.encode(), "candidate.py", spec, DEFAULT)
    return refusal.value.reason


def test_a_target_without_a_contract() -> None:
    spec = spec_of(PLAIN.format(""))
    assert (spec.name, spec.require, spec.ensure, spec.orders) == ("double", ir.TRUE, ir.TRUE, ORDERS)
    assert signature(spec.program) == "double(n: int) -> int"
    assert spec.where == "spec.py:6"


def test_signatures_of_lists_and_tuples() -> None:
    head = "f(xs: list[tuple[int, bool]], p: tuple[int, list[int]]) -> list[list[bool]]"
    spec = spec_of(f"@target\ndef {head}:\n    return [[b] for _, b in xs]\n")
    assert signature(spec.program) == head
    with pytest.raises(Refusal) as refusal:
        to_candidate(b"def f(xs: list[int], p: tuple[int, int]) -> list[int]:\n    return xs\n", "c.py", spec, DEFAULT)
    assert isinstance(refusal.value.reason, SignatureMismatch)
    assert refusal.value.reason.what == f"`f` must be `{head}`; it is `f(xs: list[int], p: tuple[int, int]) -> list[int]`."


def test_contracts_are_conjunctions_from_the_lowest_up() -> None:
    spec = spec_of(PLAIN.format(
        '@require(lambda n: n < 9)\n@require(lambda n: n > 0, "positive")\n@ensure(lambda result, n: result > n)\n'
    ))  # fmt: skip
    low, high = Compare((N, Const(0)), ("gt",)), Compare((N, Const(9)), ("lt",))
    assert spec.require == Logic("and", (low, high))
    assert spec.ensure == Compare((Var("result", "int"), N), ("gt",))


def test_a_file_of_two_targets() -> None:
    text = HEAD + PLAIN.format("") + "\n\n" + PLAIN.format("").replace("double", "twice")
    one, two = to_specs(text.encode(), "spec.py", DEFAULT)
    assert (one.name, two.name) == ("double", "twice")
    assert one.source.digest == two.source.digest
    assert one.digest != two.digest


def test_a_target_over_lists_and_tuples() -> None:
    spec = spec_of("""@target
@require(lambda xs: len(xs) > 0 and all(x >= 0 for x in xs))
@ensure(lambda xs, result: result[0] == max(xs) and sorted(xs)[-1] in xs)
def f(xs: list[int], t: tuple[int, bool]) -> tuple[int, bool]:
    return (max(xs), t[1])
""")
    xs, x, result = Var("xs", ListOf("int")), Var("each_1", "int"), Var("result", TupleOf(("int", "bool")))
    some = Compare((ir.Length(xs), Const(0)), ("gt",))
    assert spec.require == Logic("and", (some, ir.Fold("all", ir.Each(Compare((x, Const(0)), ("ge",)), x, xs))))
    last = ir.Item(ir.Fold("sorted", xs), Const(-1))
    assert spec.ensure == Logic("and", (Compare((ir.Part(result, 0), ir.Fold("max", xs)), ("eq",)), ir.Member(last, xs)))
    assert signature(spec.program) == "f(xs: list[int], t: tuple[int, bool]) -> tuple[int, bool]"


def test_a_contract_calls_no_function_of_the_file() -> None:
    reason = refused(PLAIN.format("@require(lambda n: double(n) > 0)\n"))
    assert isinstance(reason, BadContract)
    assert reason.where == "spec.py:6:20"


@pytest.mark.parametrize(
    ("options", "due"),
    [("", ORDERS), ("()", ORDERS), ('(better="strongest")', ORDERS), ('(better="always")', ("always",)),
     ('(better="eventually", result="same")', ("always", "eventually")), ('(better="worst-case")', ORDERS)],
)  # fmt: skip
def test_orders_that_a_target_asks_for(options: str, due: tuple[str, ...]) -> None:
    assert spec_of(PLAIN.replace("@target", f"@target{options}").format("")).orders == due


@pytest.mark.parametrize(("options", "due"), [("", "same"), ('(result="same")', "same"), ('(result="contract")', "contract")])
def test_what_a_version_returns(options: str, due: str) -> None:
    assert spec_of(PLAIN.replace("@target", f"@target{options}").format("")).result == due


@pytest.mark.parametrize("options", ["(1)", '(best="always")', "(**n)", '(result="any")', "(result=True)", "(result=n)"])
def test_options_that_a_target_does_not_take(options: str) -> None:
    assert isinstance(refused(PLAIN.replace("@target", f"@target{options}").format("")), BadContract)


@pytest.mark.parametrize("options", ['(better="never")', "(better=n)"])
def test_options_that_are_not_supported(options: str) -> None:
    reason = refused(PLAIN.replace("@target", f"@target{options}").format(""))
    assert isinstance(reason, Unsupported)
    assert reason.do


@pytest.mark.parametrize(
    "line",
    ["@require", "@require()", "@require(n > 0)", "@require(lambda n: n)(1)", "@require(lambda n: n > 0, 7)",
     "@require(condition=lambda n: n > 0)", "@require(lambda m: m > 0)", "@require(lambda n, result: n > 0)",
     "@require(lambda: n > 0)", "@ensure(lambda result: result + True > 0)", "@ensure(lambda n: print(n))"],
)  # fmt: skip
def test_contracts_that_do_not_read(line: str) -> None:
    reason = refused(PLAIN.format(line + "\n"))
    assert isinstance(reason, BadContract | Unsupported)
    assert reason.where.startswith("spec.py:6:")


def test_a_contract_may_test_an_int_for_truth() -> None:
    assert spec_of(PLAIN.format("@require(lambda n: n)\n")).require == ir.Unary("truth", N)


def test_files_that_are_no_specs() -> None:
    assert isinstance(refused(""), NoTarget)
    assert isinstance(refused("def f(n: int) -> int:\n    return n\n"), NoTarget)
    assert isinstance(refused(PLAIN.format("") * 2), Malformed)
    assert isinstance(refused("k = 3\n" + PLAIN.format("")), Unsupported)
    assert isinstance(refused(PLAIN.format("@cache\n")), Unsupported)
    assert isinstance(refused(PLAIN.format("").replace("-> int", "-> bool")), IllTyped)


def test_a_candidate_is_read() -> None:
    spec = spec_of(PLAIN.format(""))
    content = b'"""Twice."""\n\n\ndef double(n: int) -> int:\n    return 2 * n\n'
    source, program = to_candidate(content, "candidate.py", spec, DEFAULT)
    assert source.label == "candidate.py"
    assert program.body == (ir.Return(ir.Binary("mul", Const(2), N)),)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", SignatureMismatch),
        (candidate("return n"), SignatureMismatch),  # another name
        ("def double(m: int) -> int:\n    return m\n", SignatureMismatch),
        ("def double(n: bool) -> int:\n    return 1\n", SignatureMismatch),
        ("def double(n: int) -> bool:\n    return n > 0\n", SignatureMismatch),
        ("def double(n: list[int]) -> int:\n    return len(n)\n", SignatureMismatch),
        ("def double(n: int) -> tuple[int, int]:\n    return (n, n)\n", SignatureMismatch),
        ("def double(n: int, k: int) -> int:\n    return n\n", SignatureMismatch),
        ("def double(n: int) -> int:\n    return n\n\n\ndef g(n: int) -> int:\n    return n\n", SignatureMismatch),
        ("def double(n: int) -> int:\n    return n\n" * 2, Malformed),
        ("from verify import target\n\n\n@target\ndef double(n: int) -> int:\n    return n\n", Forbidden),
        ("k = 1\n\n\ndef double(n: int) -> int:\n    return n\n", Unsupported),
    ],
)
def test_candidates_of_another_form(text: str, kind: type[Reason]) -> None:
    assert type(refused_candidate(text)) is kind
