"""Candidates that differ only in names and layout have one text; those that differ in types of lists do not."""

from loop.normal import normal_text
from verify.limits import DEFAULT
from verify.source import to_source


def text(body: str) -> str:
    return normal_text(to_source(f"def f(n: int) -> int:\n    {body}\n".encode(), "x", DEFAULT), "f")


def test_names_in_comprehensions_and_loops_do_not_count() -> None:
    one = text("xs = [a for a in range(n)]\n    for b in xs:\n        if b:\n            continue\n    return xs.count(n)")
    same = text("ys = [c for c in range(n)]\n    for d in ys:\n        if d:\n            continue\n    return ys.count(n)")
    assert one == same
    assert one != text("ys = [c for c in range(n)]\n    for d in ys:\n        if d:\n            break\n    return ys.count(n)")


def test_the_type_of_a_list_counts() -> None:
    one = text("xs: list[int] = []\n    return len(xs)")
    assert one == text("ys: list[int] = []\n    return len(ys)")
    assert one != text("xs: list[bool] = []\n    return len(xs)")
    assert text("x: int = 1\n    return x") == text("y = 1\n    return y")
