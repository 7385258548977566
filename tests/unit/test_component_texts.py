"""What is written below a file that calls accepted components: the imports that it needs, and only what its node defines."""

import pytest
from small_graph import implementation

from verify.components import MARK, _imports, linked, targets_of
from verify.limits import DEFAULT
from verify.node import Node, spec_node
from verify.reasons import NoComponent, Reason, Refusal

SPEC_TEXT = b"""from icontract import require
from verify import target


@target
@require(lambda n: n >= 0)
def g(n: int) -> int:
    return n
"""
SPEC = spec_node("g", SPEC_TEXT)
BASE = implementation(SPEC, SPEC_TEXT, None)
BETTER = implementation(SPEC, b"def g(n: int) -> int:\n    return n + 0\n", BASE)


def calling(node: Node) -> bytes:
    return f'from verify import component\n\nh = component("{node.id}")\n\n\ndef f(n: int) -> int:\n    return h(n)\n'.encode()


def refused(node: Node, *nodes: Node, replaced: str | None = None) -> type[Reason]:
    with pytest.raises(Refusal) as refusal:
        linked(calling(node), "f.py", {n.id: n for n in nodes}, DEFAULT, replaced)
    return type(refusal.value.reason)


@pytest.mark.parametrize(
    ("texts", "due"),
    [([], "from verify import pure"),
     (["def f(n): pass"], "from verify import pure"),
     (["@require(lambda n: n)\ndef f(n): pass"], "from icontract import require\nfrom verify import pure"),
     (["@ensure(lambda n: n)\ndef f(n): pass"], "from icontract import ensure\nfrom verify import pure"),
     (["@ensure(a)\n@require(b)\n"], "from icontract import ensure, require\nfrom verify import pure"),
     (["@require(b)\n", "def f(n): decreases(n)"], "from icontract import require\nfrom verify import decreases, pure"),
     (["def f(n): invariant(n)", "def g(n): pass"], "from verify import invariant, pure"),
     (["invariant(n) decreases(n)"], "from verify import decreases, invariant, pure")],
)  # fmt: skip
def test_what_the_text_uses_is_imported_and_nothing_else(texts: list[str], due: str) -> None:
    assert _imports(texts) == due


def test_the_text_of_a_component_is_written_with_its_precondition() -> None:
    whole = linked(calling(BETTER), "f.py", {n.id: n for n in (SPEC, BASE, BETTER)}, DEFAULT)
    own = calling(BETTER).rstrip(b"\n")
    assert whole.startswith(own + b"\n\n\n" + MARK + b"from icontract import require\nfrom verify import pure\n")
    assert whole.endswith(b"\n\n\n@pure\n@require(lambda n: n >= 0)\ndef h(n: int) -> int:\n    return n + 0\n")
    assert linked(whole, "f.py", {n.id: n for n in (SPEC, BASE, BETTER)}, DEFAULT) == whole


def test_a_component_is_a_version_of_a_function_that_both_its_files_define() -> None:
    assert refused(BETTER) is NoComponent
    assert refused(SPEC, SPEC) is NoComponent
    assert refused(BETTER, BETTER) is NoComponent, "its spec is not there"
    other = spec_node("g", SPEC_TEXT.replace(b"def g", b"def k"))
    stray = implementation(other, b"def g(n: int) -> int:\n    return n\n", None)
    assert refused(stray, other, stray) is NoComponent
    empty = implementation(SPEC, b"def k(n: int) -> int:\n    return n\n", None)
    assert refused(empty, SPEC, empty) is NoComponent


def test_nothing_calls_a_version_of_what_it_replaces() -> None:
    nodes = {n.id: n for n in (SPEC, BASE, BETTER)}
    assert refused(BETTER, SPEC, BASE, BETTER, replaced=SPEC.id) is NoComponent
    assert linked(calling(BETTER), "f.py", nodes, DEFAULT, "0" * 64)
    assert targets_of(nodes, [BETTER.id]) == {SPEC.id}
    assert targets_of(nodes, []) == frozenset()
    assert targets_of(nodes, ["0" * 64]) == frozenset()
