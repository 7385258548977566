"""What a proof is told of the signs of products: of the parameters, and of what a contract bounds from below."""

from loop.signs import difference_lines, sign_lines
from verify.limits import DEFAULT
from verify.spec import to_specs

HEAD = "from icontract import require\nfrom verify import target\n\n\n@target\n"


def claims(require: str) -> list[str]:
    content = f"{HEAD}@require(lambda a, b: {require})\ndef f(a: int, b: int) -> int:\n    return a * b\n"
    (spec,) = to_specs(content.encode(), "spec.py", DEFAULT)
    lines = difference_lines(spec.require, spec.program.parameters)
    return [line.split(" : ", 1)[1].split(" := ", 1)[0] for line in lines]


def test_each_difference_is_multiplied_with_the_parameters_and_the_differences_before_it() -> None:
    due = ["v_a", "v_b", "(v_a - 5)"]
    assert claims("a >= 5") == [f"0 ≤ (v_a - 5) * {f}" for f in due]
    assert len(claims("a >= 5 and b > a")) == len(due) + len(due) + 1
    assert "0 ≤ (v_b - v_a - 1) * (v_a - 5)" in claims("a >= 5 and b > a")


def test_a_chain_gives_its_links() -> None:
    assert "0 ≤ (20 - v_a) * (v_a - 2 - 1)" in claims("2 < a <= 20")


def test_what_says_no_more_than_that_a_parameter_is_not_negative_is_left_to_the_lines_about_signs() -> None:
    assert claims("a >= 0 and 0 < b and a != b") == []
    assert any("0 ≤ v_a * v_a" in line for line in sign_lines(["v_a"]))
