"""Files that call accepted components: how their text is written out, and which nodes a graph refuses for it."""

import subprocess
import sys
from pathlib import Path

import pytest
from small_graph import implementation, put, solved

from verify.components import MARK, linked
from verify.graph import Graph, graph_of, head, load, resting_on
from verify.interpreter import Interpreter
from verify.limits import DEFAULT
from verify.node import Node, node_from_files, node_to_files, spec_node
from verify.python_run import run
from verify.reasons import GraphConflict, GraphCorrupt, Malformed, NoComponent, Reason, Refusal, SignatureMismatch
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Version

GCD_SPEC = b'''from icontract import ensure, require
from verify import pure, target


@pure
def positive(x: int) -> bool:
    return x > 0


def count(a: int) -> int:
    return 0 - a if a < 0 else a


@target
@require(
    lambda a, b: positive(a)
    and positive(b)
)
@ensure(lambda a, b, result: result > 0)
def gcd(a: int, b: int) -> int:
    """The greatest common divisor."""
    while a != b:
        if a > b:
            a = a - b
        else:
            b = b - a
    return count(a)
'''
GCD = b"""def positive(x: int) -> int:
    return x if [x].count(x) else 0


def gcd(a: int, b: int) -> int:
    if b == 0:
        return positive(a)
    return gcd(b, a % b)
"""
LCM_SPEC = """from icontract import require
from verify import component, target

gcd = component("{gcd}")


@target
@require(lambda a, b: a > 0 and b > 0)
def lcm(a: int, b: int) -> int:
    return a * b // gcd(a, b)
"""


def graph(*nodes: Node) -> Graph:
    made = graph_of(nodes, "accepted")
    assert isinstance(made, Graph), made
    return made


SPEC = spec_node("gcd", GCD_SPEC)
SLOW = implementation(SPEC, GCD_SPEC, None)
FAST = implementation(SPEC, GCD, SLOW)
NODES = {n.id: n for n in (SPEC, SLOW, FAST)}
LCM = spec_node("lcm", linked(LCM_SPEC.format(gcd=FAST.id).encode(), "lcm.py", NODES, DEFAULT))
LCM_SLOW = implementation(LCM, LCM.content("spec.py"), None)
ALL = {**NODES, LCM.id: LCM, LCM_SLOW.id: LCM_SLOW}


def spec_of(text: str, nodes: dict[str, Node] = NODES) -> Spec:
    return to_specs(linked(text.encode(), "spec.py", nodes, DEFAULT), "spec.py", DEFAULT)[0]


def refused(text: str, nodes: dict[str, Node] = NODES, replaced: str | None = None) -> Reason:
    with pytest.raises(Refusal) as refusal:
        linked(text.encode(), "c.py", nodes, DEFAULT, replaced)
    return refusal.value.reason


@pytest.mark.parametrize("node", [SLOW, FAST])
def test_a_component_is_run_as_it_was_accepted(node: Node) -> None:
    s = spec_of(LCM_SPEC.format(gcd=node.id))
    for arguments in ((4, 6), (7, 1), (12, 18)):
        value = Interpreter(s.program, DEFAULT).run(arguments).value
        assert value == run(Version(s.source, s.program), "lcm", arguments, DEFAULT).value
        assert value == {(4, 6): 12, (7, 1): 7, (12, 18): 36}[arguments]


def test_a_call_outside_the_components_contract_raises() -> None:
    s = spec_of(LCM_SPEC.format(gcd=FAST.id).replace("a > 0 and b > 0", "True"))
    assert Interpreter(s.program, DEFAULT).run((4, 0)).value is None
    assert run(Version(s.source, s.program), "lcm", (4, 0), DEFAULT).raised


def test_the_lines_of_the_file_stay_where_they_are() -> None:
    own = LCM_SPEC.format(gcd=FAST.id)
    text = linked(own.encode(), "spec.py", NODES, DEFAULT)
    assert text.startswith(own.rstrip().encode())
    below = text.partition(MARK)[2].decode()
    mark = FAST.id[:12]
    assert f"def gcd(a: int, b: int) -> int:\n    return gcd_{mark}(a, b)\n" in below
    assert f"    if b == 0:\n        return positive_{mark}(a)\n    return gcd_{mark}(b, a % b)" in below
    assert "[x].count(x)" in below
    assert f"def positive_c{mark}(x: int) -> bool:" in below
    assert linked(text, "spec.py", NODES, DEFAULT) == text


def test_names_of_the_file_and_of_its_components_do_not_meet() -> None:
    s = spec_of(f"""from verify import component, target

shared = component("{FAST.id}")
other = component("{SLOW.id}")


def positive(x: int) -> int:
    return x + 1


def a(b: int) -> int:
    return shared(b, 4) + other(b, 6)


@target
def gcd(x: int, y: int) -> int:
    return a(x) + positive(y)
""")
    assert Interpreter(s.program, DEFAULT).run((8, 1)).value == 4 + 2 + 2
    assert run(Version(s.source, s.program), "gcd", (8, 1), DEFAULT).value == 4 + 2 + 2


def test_a_component_of_a_component_comes_along() -> None:
    s = spec_of(f"""from verify import component, target

multiple = component("{LCM_SLOW.id}")


@target
def twice(n: int) -> int:
    return multiple(4, 6) + n
""", ALL)
    assert Interpreter(s.program, DEFAULT).run((1,)).value == 13


def test_plain_python_reads_the_node_from_the_graph(tmp_path: Path) -> None:
    put(tmp_path / "accepted", SPEC, SLOW, FAST)
    (tmp_path / "own.py").write_text(LCM_SPEC.format(gcd=FAST.id) + "\n\nprint(lcm(4, 6))\n")
    shown = subprocess.run([sys.executable, "own.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert shown.stdout == "12\n", shown.stderr
    program = tmp_path / "accepted" / FAST.id / "program.py"
    program.write_bytes(program.read_bytes().replace(b"a % b", b"a % 7"))
    shown = subprocess.run([sys.executable, "own.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert shown.returncode == 1
    assert "its bytes are not the ones that were accepted" in shown.stderr


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ('g = component("12")\n', Malformed, "names no node"),
        ("g = component(12)\n", Malformed, "names no node"),
        (f'g = component("{"0" * 64}")\n', NoComponent, "holds no version of a function"),
        (f'g = component("{SPEC.id}")\n', NoComponent, "holds no version of a function"),
        (f'g = component("{FAST.id}")\ng = component("{SLOW.id}")\n', Malformed, "two components"),
    ],
)
def test_what_names_no_component_is_refused(text: str, kind: type[Reason], words: str) -> None:
    reason = refused(text)
    assert type(reason) is kind
    assert words in reason.what
    assert reason.where.startswith("c.py:")


def test_a_file_whose_components_are_not_written_out_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        to_specs(LCM_SPEC.format(gcd=FAST.id).encode(), "spec.py", DEFAULT)
    assert type(refusal.value.reason) is NoComponent


@pytest.mark.parametrize("inside", ["    g = component(NODE)\n    return g(x, x)\n", "    return component(NODE)(x, x)\n"])
def test_a_component_is_named_at_the_top_of_a_file_only(inside: str) -> None:
    text = "from verify import component, target\n\n@target\ndef f(x: int) -> int:\n" + inside.replace("NODE", f'"{FAST.id}"')
    with pytest.raises(Refusal):
        to_specs(linked(text.encode(), "spec.py", NODES, DEFAULT), "spec.py", DEFAULT)


def test_a_component_that_nothing_calls_is_refused() -> None:
    text = f'from verify import component\n\ng = component("{FAST.id}")\n\n\ndef lcm(a: int, b: int) -> int:\n    return a\n'
    content = linked(text.encode(), "c.py", NODES, DEFAULT)
    with pytest.raises(Refusal) as refusal:
        to_candidate(content, "c.py", spec_of(LCM_SPEC.format(gcd=FAST.id)), DEFAULT)
    assert type(refusal.value.reason) is SignatureMismatch


def test_the_target_that_is_replaced_is_not_called_at_any_remove() -> None:
    direct = f'again = component("{SLOW.id}")\n'
    assert type(refused(direct, NODES, SPEC.id)) is NoComponent
    through = f'multiple = component("{LCM_SLOW.id}")\n'
    assert type(refused(through, ALL, SPEC.id)) is NoComponent
    assert type(refused(through, ALL, LCM.id)) is NoComponent
    assert linked(through.encode(), "c.py", ALL, DEFAULT, "0" * 64) != through.encode()


# -- the graph ------------------------------------------------------------------------------------------------------------------


def calling(node: Node, name: str, body: str = "return called(a, b)") -> bytes:
    head = f'from verify import component\n\ncalled = component("{node.id}")\n\n\n'
    return f"{head}def {name}(a: int, b: int) -> int:\n    {body}\n".encode()


LCM_FAST = implementation(LCM, linked(calling(FAST, "lcm", "return a // called(a, b) * b"), "lcm.py", ALL, DEFAULT), LCM_SLOW)


def test_what_calls_a_component_rests_on_it(tmp_path: Path) -> None:
    assert LCM.uses == LCM_SLOW.uses == LCM_FAST.uses == (FAST.id,)
    put(tmp_path, *ALL.values(), LCM_FAST)
    read = load(tmp_path)
    assert isinstance(read, Graph), read
    assert head(read, LCM.id) == LCM_FAST
    assert head(read, SPEC.id) == FAST
    assert resting_on(read, [FAST.id]) == {FAST.id, LCM.id, LCM_SLOW.id, LCM_FAST.id}
    # a component may be superseded, and has still one head
    faster = implementation(SPEC, GCD + b"# faster\n", FAST)
    assert head(graph(*read.nodes.values(), faster), SPEC.id) == faster


def refusal_of(*nodes: Node) -> str:
    made = graph_of([*ALL.values(), *nodes], "accepted")
    assert isinstance(made, GraphCorrupt | GraphConflict), made
    return made.what


def test_another_text_than_the_components_is_refused() -> None:
    content = LCM_FAST.content("program.py")
    assert content.count(b"a % b") == 1
    assert "is not that of the node" in refusal_of(implementation(LCM, content.replace(b"a % b", b"a % 7"), LCM_SLOW))


def test_an_edge_too_few_or_too_many_is_refused() -> None:
    plain = b"def lcm(a: int, b: int) -> int:\n    return a\n"
    for program, uses in ((LCM_FAST.content("program.py"), []), (plain, [FAST.id])):
        good = implementation(LCM, program, LCM_SLOW)
        record = node_to_files(good)
        edges = [e for e in good.edges if e.type != "uses"] + [type(good.edges[0])("uses", i) for i in uses]
        bad = Node(good.kind, good.target, good.files, tuple(edges), good.certificate)
        assert record.keys() == node_to_files(bad).keys()
        assert node_from_files(bad.id, node_to_files(bad), "x") == bad
        assert "are not the components that its file names" in refusal_of(bad)


def test_a_version_that_calls_its_own_target_is_refused() -> None:
    program = linked(calling(SLOW, "gcd"), "g.py", NODES, DEFAULT)
    own = implementation(SPEC, program, FAST)
    assert "version of the very target" in refusal_of(own)


def test_a_kernel_node_calls_no_component_of_the_tier_smt() -> None:
    weak = solved(SPEC, GCD + b"# weak\n", FAST)
    nodes = {**ALL, weak.id: weak}
    program = linked(calling(weak, "lcm"), "c.py", nodes, DEFAULT)
    assert "calls the component" in refusal_of(weak, implementation(LCM, program, LCM_SLOW))
    graph(*nodes.values(), solved(LCM, program, LCM_SLOW))


def test_a_component_that_is_gone_is_named() -> None:
    made = graph_of([SPEC, SLOW, LCM, LCM_SLOW], "accepted")
    assert isinstance(made, GraphCorrupt)
    assert FAST.id in made.what
