"""A file names a component by the whole name of its node, under one name each."""

import pytest

from verify.limits import DEFAULT
from verify.reasons import Malformed, Refusal
from verify.references import named, references
from verify.source import to_source

ONE, OTHER = "0" * 64, "1" * 64
HEAD = "from verify import component\n\n"


def text(*pairs: tuple[str, str]) -> bytes:
    lines = [f"{name} = component({node})\n" for name, node in pairs]
    return (HEAD + "".join(lines) + "\n\ndef f(n: int) -> int:\n    return n\n").encode()


def test_nodes_are_named_in_order_and_each_once() -> None:
    content = text(("b", f'"{OTHER}"'), ("a", f'"{ONE}"'), ("c", f'"{ONE}"'))
    found = references(to_source(content, "file.py", DEFAULT))
    due = [("b", OTHER, "file.py:3:1"), ("a", ONE, "file.py:4:1"), ("c", ONE, "file.py:5:1")]
    assert [(r.name, r.node, r.where) for r in found] == due
    assert named(content, DEFAULT) == (ONE, OTHER)
    assert named(b"def f(n: int) -> int:\n    return n\n", DEFAULT) == ()


@pytest.mark.parametrize("node", ["", "0", "0" * 63, "0" * 65, "0" * 64 + "\\n", "A" * 64, "0" * 64 + " x"])
def test_another_name_is_refused_with_its_line(node: str) -> None:
    with pytest.raises(Refusal) as refused:
        references(to_source(text(("a", f'"{ONE}"'), ("b", f'"{node}"')), "file.py", DEFAULT))
    assert (type(refused.value.reason), refused.value.reason.where) == (Malformed, "file.py:4:1")


def test_one_name_does_not_stand_for_two() -> None:
    with pytest.raises(Refusal) as refused:
        named(text(("a", f'"{ONE}"'), ("a", f'"{OTHER}"')), DEFAULT)
    assert type(refused.value.reason) is Malformed
