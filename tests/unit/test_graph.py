"""The graph is sound or it is refused by node; and nothing enters it but by the one door."""

import fcntl
import multiprocessing
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_graph import (
    TWICE,
    USING,
    accept,
    bound,
    certificate,
    chain,
    implementation,
    lemma,
    problem,
    put,
    run,
    smt,
    solved,
    using,
)

from verify import graph as graph_module
from verify import graph_folder
from verify.graph import Graph, admit, graph_of, head, history, implementation_of, in_order, load, resting_on
from verify.node import Node, node_to_files
from verify.reasons import Counterexample, GraphConflict, GraphCorrupt, GraphUnavailable, Reason, TimedOut, ToolBroken
from verify.verdict import Accept, Broken, Declined, Rejected, Verdict

SPEC, BASE, BETTER, BEST = chain("f", 3)
OTHER, OTHER_BASE, OTHER_BETTER = chain("g", 2)


def _sound(made: Graph | Reason) -> Graph:
    assert isinstance(made, Graph), made
    return made


EMPTY = _sound(graph_of((), "accepted"))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"" for p in sorted(folder.rglob("*"))}


def test_a_missing_folder_is_an_empty_graph(tmp_path: Path) -> None:
    assert not _sound(load(tmp_path / "none")).nodes


def test_what_was_written_is_read(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE, BETTER, BEST, OTHER, OTHER_BASE)
    (tmp_path / "README.md").write_text("what this is")
    (tmp_path / ".gitkeep").touch()
    graph = _sound(load(tmp_path))
    assert graph.nodes == {n.id: n for n in (SPEC, BASE, BETTER, BEST, OTHER, OTHER_BASE)}
    assert head(graph, SPEC.id) == BEST
    assert head(graph, OTHER.id) == OTHER_BASE
    assert history(graph, SPEC.id) == (BASE, BETTER, BEST)
    assert implementation_of(graph, SPEC.id, BETTER.content("program.py")) == BETTER
    assert implementation_of(graph, SPEC.id, b"") is None
    assert resting_on(graph, [BETTER.id]) == {BETTER.id, BEST.id}
    order = [n.id for n in in_order(graph)]
    assert [i for i in order if i in {SPEC.id, BASE.id, BETTER.id, BEST.id}] == [SPEC.id, BASE.id, BETTER.id, BEST.id]


def test_a_spec_without_implementation_has_no_head(tmp_path: Path) -> None:
    put(tmp_path, SPEC)
    assert head(_sound(load(tmp_path)), SPEC.id) is None
    with pytest.raises(KeyError):
        head(_sound(load(tmp_path)), BASE.id)


@pytest.mark.parametrize("gone", [SPEC, BASE, BETTER], ids=["spec", "baseline", "middle"])
def test_a_deleted_node_that_others_rest_on_is_missed(gone: Node, tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE, BETTER, BEST)
    shutil.rmtree(tmp_path / gone.id)
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert gone.id in reason.what
    assert reason.where in {f"{tmp_path}/{n.id}/node.json" for n in (BASE, BETTER, BEST)}


def test_two_heads_are_refused_by_both_names(tmp_path: Path) -> None:
    twin = implementation(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE)
    put(tmp_path, SPEC, BASE, BETTER, twin)
    reason = load(tmp_path)
    assert type(reason) is GraphConflict
    assert all(n.id in str(reason) for n in (BETTER, twin))


def test_two_baselines_are_refused_by_both_names(tmp_path: Path) -> None:
    made = BASE.certificate
    assert made is not None
    twin = bound(SPEC, BASE.content("program.py"), None, replace(made, new_nanoseconds=1))
    put(tmp_path, SPEC, BASE, twin)
    reason = load(tmp_path)
    assert type(reason) is GraphConflict
    assert all(n.id in str(reason) for n in (BASE, twin))


def _swapped(name: str) -> Node:
    """Return a node that names itself rightly, and whose certificate is of something else."""
    mine, new = accept(BETTER).certificate, BETTER.content("program.py")
    if name == "another edge's":
        return replace(BETTER, edges=(BETTER.edges[0], replace(BETTER.edges[1], order="eventually")))
    if name == "a baseline's":
        return bound(SPEC, new, None, certificate(SPEC, new, None, None, 0))
    made = {
        "another implementation's": certificate(SPEC, BEST.content("program.py"), BASE, "always", 0),
        "another target's": replace(mine, spec=certificate(OTHER, new, None, None, 0).spec),
        "another predecessor's": certificate(SPEC, new, BETTER, "always", 0),
        "another statement's": replace(mine, statement="0" * 64),
        "another proof's": replace(mine, proof="0" * 64),
    }
    return bound(SPEC, new, BASE, made[name])


SWAPS = {
    "another implementation's": "implementation",
    "another target's": "spec",
    "another predecessor's": "old",
    "another statement's": "statement",
    "another proof's": "proof",
    "a baseline's": "baseline",
    "another edge's": "order",
}


@pytest.mark.parametrize("name", SWAPS)
def test_a_certificate_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    node = _swapped(name)
    put(tmp_path, SPEC, BASE, node)
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert reason.where == f"{tmp_path}/{node.id}/node.json"
    assert SWAPS[name] in reason.what
    shutil.rmtree(tmp_path / node.id)
    refused = admit(EMPTY, tmp_path, [node], accept(node))
    assert type(refused) is GraphConflict
    assert node.id in refused.where
    assert SWAPS[name] in refused.what


def test_a_node_of_another_target_is_no_predecessor(tmp_path: Path) -> None:
    node = implementation(SPEC, b"def f(n: int) -> int:\n    return n\n", OTHER_BASE)
    put(tmp_path, SPEC, BASE, OTHER, OTHER_BASE, node)
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert node.id in reason.where


def test_the_kernel_tier_does_not_rest_on_the_smt_tier(tmp_path: Path) -> None:
    base = solved(SPEC, BASE.content("program.py"), None)
    better = implementation(SPEC, BETTER.content("program.py"), base)
    put(tmp_path, SPEC, base, better)
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert "tier" in reason.what
    assert better.id in reason.where


@pytest.mark.parametrize("name", [BASE.id.upper(), "notes.txt", ".git", "0" * 63, ".tmpx", "..."])
def test_anything_else_in_the_folder_is_refused_by_name(name: str, tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE)
    (tmp_path / name).mkdir()
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert reason.where == f"{tmp_path}/{name}"


@pytest.mark.parametrize("name", [".tmp-x", "README.md", BASE.id])
def test_a_link_beside_the_nodes_is_refused(name: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    put(outside, BASE)
    put(tmp_path / "graph", SPEC)
    (tmp_path / "graph" / name).symlink_to(outside / BASE.id)
    reason = load(tmp_path / "graph")
    assert type(reason) is GraphCorrupt
    assert name in reason.where


def test_a_linked_graph_and_a_file_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "real", SPEC, BASE)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").touch()
    assert type(load(tmp_path / "link")) is GraphCorrupt
    assert type(load(tmp_path / "file")) is GraphCorrupt


def test_admitting_a_line_of_improvements(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "accepted"
    graph = _sound(admit(EMPTY, folder, [SPEC, BASE], accept(BASE)))
    for node in (BETTER, BEST):
        graph = _sound(admit(graph, folder, [node], accept(node)))
    assert _sound(load(folder)) == graph
    assert head(graph, SPEC.id) == BEST
    assert sorted(p.name for p in folder.iterdir()) == sorted(n.id for n in (SPEC, BASE, BETTER, BEST))


def test_an_identical_node_changes_nothing(tmp_path: Path) -> None:
    graph = _sound(admit(EMPTY, tmp_path, [SPEC, BASE], accept(BASE)))
    graph = _sound(admit(graph, tmp_path, [BETTER], accept(BETTER)))
    before = _bytes(tmp_path)
    assert _sound(admit(graph, tmp_path, [BETTER], accept(BETTER))) == graph
    assert _sound(admit(graph, tmp_path, [SPEC, BASE], accept(BASE))) == graph
    assert _bytes(tmp_path) == before


REFUSALS: list[Verdict] = [
    Rejected(Counterexample(what="wrong", arguments=(3,), got="1", due="2"), "examples"),
    Declined(TimedOut(what="too slow"), "kernel"),
    Broken(ToolBroken(what="died"), "kernel"),
]


@pytest.mark.parametrize("verdict", REFUSALS, ids=lambda v: v.name)
def test_only_an_accept_admits(verdict: Verdict, tmp_path: Path) -> None:
    assert not isinstance(verdict, Accept)
    assert admit(EMPTY, tmp_path, [SPEC, BASE], verdict) is verdict.reason
    assert not list(tmp_path.iterdir())


def test_an_accept_of_something_else_does_not_admit(tmp_path: Path) -> None:
    for verdict in (accept(OTHER_BASE), Accept(smt(accept(BASE).certificate))):
        reason = admit(EMPTY, tmp_path, [SPEC, BASE], verdict)
        assert type(reason) is GraphConflict
        assert "certificate" in reason.what
        assert BASE.id in reason.where
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("nodes", [[], [SPEC], [BASE, SPEC], [SPEC, BASE, BETTER], [BASE, BETTER], [OTHER, BASE]], ids=len)
def test_only_one_implementation_with_its_spec_enters_at_once(nodes: list[Node], tmp_path: Path) -> None:
    reason = admit(EMPTY, tmp_path, nodes, accept(BASE))
    assert type(reason) is GraphConflict
    assert not list(tmp_path.iterdir())


def test_a_node_that_is_not_what_it_says_does_not_enter(tmp_path: Path) -> None:
    renamed = replace(BASE)
    object.__setattr__(renamed, "id", OTHER_BASE.id)
    reason = admit(EMPTY, tmp_path, [SPEC, renamed], accept(BASE))
    assert type(reason) is GraphCorrupt
    assert OTHER_BASE.id in reason.where
    assert not list(tmp_path.iterdir())


def test_parents_must_be_there(tmp_path: Path) -> None:
    for node, parent in ((BASE, SPEC), (BETTER, BASE)):
        reason = admit(EMPTY, tmp_path, [node], accept(node))
        assert type(reason) is GraphConflict
        assert parent.id in reason.what
        put(tmp_path, parent)


def test_only_the_head_is_superseded(tmp_path: Path) -> None:
    graph = _sound(admit(EMPTY, tmp_path, [SPEC, BASE], accept(BASE)))
    moved = _sound(admit(graph, tmp_path, [BETTER], accept(BETTER)))
    late = implementation(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE)
    again = bound(SPEC, BASE.content("program.py"), None, replace(accept(BASE).certificate, new_nanoseconds=1))
    before = _bytes(tmp_path)
    for seen, nodes in ((graph, [late]), (moved, [late]), (moved, [SPEC, again])):
        reason = admit(seen, tmp_path, nodes, accept(nodes[-1]))
        assert type(reason) is GraphConflict
        assert BETTER.id in reason.what
        assert nodes[-1].id in reason.where
    assert _bytes(tmp_path) == before


def test_nothing_enters_a_folder_that_lost_what_was_judged_against(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE, BETTER)
    graph = _sound(load(tmp_path))
    shutil.rmtree(tmp_path / BETTER.id)
    node = implementation(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE)
    reason = admit(graph, tmp_path, [node], accept(node))
    assert type(reason) is GraphConflict
    assert BETTER.id in reason.where


def test_nothing_enters_a_corrupt_folder(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE)
    (tmp_path / BASE.id / "proof.lean").write_bytes(b"by simp")
    reason = admit(EMPTY, tmp_path, [BETTER], accept(BETTER))
    assert type(reason) is GraphCorrupt
    assert reason.where == f"{tmp_path}/{BASE.id}/proof.lean"
    assert not (tmp_path / BETTER.id).exists()


def test_a_spec_that_a_crash_left_alone_gets_its_baseline(tmp_path: Path) -> None:
    put(tmp_path, SPEC)
    assert head(_sound(admit(EMPTY, tmp_path, [SPEC, BASE], accept(BASE))), SPEC.id) == BASE


def test_a_half_written_folder_is_ignored_and_swept(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE)
    half = tmp_path / f".tmp-{BETTER.id}"
    half.mkdir()
    (half / "program.py").write_bytes(b"def f(")
    assert set(_sound(load(tmp_path)).nodes) == {SPEC.id, BASE.id}
    assert half.exists()
    assert head(_sound(admit(EMPTY, tmp_path, [BETTER], accept(BETTER))), SPEC.id) == BETTER
    assert not half.exists()


def test_a_crash_at_any_file_leaves_a_sound_graph(tmp_path: Path) -> None:
    """The writer is ended without notice after each of its files in turn."""
    for count in range(len(node_to_files(SPEC)) + len(node_to_files(BASE)) + 1):
        folder = tmp_path / str(count)
        child = multiprocessing.get_context("fork").Process(target=_admit_and_die, args=(folder, count))
        child.start()
        child.join(60)
        assert child.exitcode == 9
        assert set(_sound(load(folder)).nodes) in (set(), {SPEC.id})
        assert head(_sound(admit(EMPTY, folder, [SPEC, BASE], accept(BASE))), SPEC.id) == BASE
        assert sorted(p.name for p in folder.iterdir()) == sorted([SPEC.id, BASE.id])


def test_a_spec_whose_first_version_was_not_written_is_no_node_yet(tmp_path: Path) -> None:
    """The writer is ended between the two names that it gives, and the next one writes about another target."""
    other = chain("g", 1)
    child = multiprocessing.get_context("fork").Process(target=_rename_once_and_die, args=(tmp_path,))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    assert SPEC.id in {p.name for p in tmp_path.iterdir()}
    assert run(tmp_path).verdict == "accept"
    assert not _sound(load(tmp_path)).nodes
    assert set(_sound(admit(EMPTY, tmp_path, other, accept(other[1]))).nodes) == {n.id for n in other}
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(n.id for n in other)
    assert head(_sound(admit(EMPTY, tmp_path, [SPEC, BASE], accept(BASE))), SPEC.id) == BASE


def _rename_once_and_die(folder: Path) -> None:
    renamed = Path.rename

    def rename(path: Path, target: Path) -> Path:
        renamed(path, target)
        os._exit(9)

    Path.rename = rename  # type: ignore[method-assign, assignment]  # in a process of its own
    admit(EMPTY, folder, [SPEC, BASE], accept(BASE))


def test_a_spec_that_lost_its_versions_is_no_interrupted_write(tmp_path: Path) -> None:
    put(tmp_path, SPEC)
    assert set(_sound(load(tmp_path)).nodes) == {SPEC.id}
    problem(run(tmp_path), GraphConflict, SPEC.id, "no implementation")


def test_a_list_of_names_that_was_made_while_another_writes_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = graph_module._folders

    def torn(folder: Path) -> tuple[list[Path], frozenset[str]]:
        monkeypatch.setattr(graph_module, "_folders", listed)
        put(tmp_path, SPEC, BASE)
        return [tmp_path / BASE.id], frozenset()

    monkeypatch.setattr(graph_module, "_folders", torn)
    assert set(_sound(load(tmp_path)).nodes) == {SPEC.id, BASE.id}


def test_many_processes_admit_to_one_folder_and_none_loses_anything(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    chains = [chain(name, 8) for name in ("f", "g", "h")]
    children = [context.Process(target=_admit_all, args=(tmp_path, nodes)) for nodes in chains]
    for child in children:
        child.start()
    while any(child.is_alive() for child in children):
        assert isinstance(load(tmp_path), Graph)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert set(_sound(load(tmp_path)).nodes) == {n.id for nodes in chains for n in nodes}


def _admit_all(folder: Path, nodes: tuple[Node, ...]) -> None:
    graph = _sound(admit(EMPTY, folder, nodes[:2], accept(nodes[1])))
    for node in nodes[2:]:
        graph = _sound(admit(graph, folder, [node], accept(node)))


def _admit_and_die(folder: Path, count: int) -> None:
    synced = os.fsync
    left = [count]

    def fsync(handle: object) -> None:
        if not left[0]:
            os._exit(9)
        left[0] -= 1
        synced(handle)  # type: ignore[arg-type]  # what the writer handed in

    os.fsync = fsync  # type: ignore[assignment]  # the parameter's name
    admit(EMPTY, folder, [SPEC, BASE], accept(BASE))


def _limited(folder: Path, queue: "multiprocessing.Queue[Graph | Reason]") -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
    made = admit(EMPTY, folder, [SPEC, BASE], accept(BASE))
    queue.put(made if isinstance(made, Reason) else ToolBroken(what="it was written"))


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[Graph | Reason] = context.Queue()
    child = context.Process(target=_limited, args=(tmp_path, queue))
    child.start()
    reason = queue.get(timeout=60)
    child.join(60)
    assert type(reason) is GraphUnavailable
    assert "File too large" in reason.what
    assert not list(tmp_path.iterdir())


@pytest.fixture
def read_only() -> Iterator[Path]:
    """Return a folder that this process may read and not write, also when the tests run as root."""
    top = Path(tempfile.mkdtemp())
    put(top / "accepted", SPEC, BASE)
    top.chmod(0o755)
    (top / "accepted").chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield top / "accepted"
    finally:
        if root:
            os.seteuid(0)
        (top / "accepted").chmod(0o755)
        shutil.rmtree(top)


def test_a_read_only_folder_gives_one_clear_reason(read_only: Path) -> None:
    reason = admit(EMPTY, read_only, [BETTER], accept(BETTER))
    assert type(reason) is GraphUnavailable
    assert "Permission denied" in reason.what
    assert BETTER.id in reason.where
    assert sorted(p.name for p in read_only.iterdir()) == sorted([SPEC.id, BASE.id])


def test_a_folder_that_cannot_be_made_gives_one_clear_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reason = admit(EMPTY, tmp_path / "file" / "accepted", [SPEC, BASE], accept(BASE))
    assert type(reason) is GraphUnavailable


def test_a_folder_that_another_holds_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_folder, "LOCK_SECONDS", 0.1)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    reason = admit(EMPTY, tmp_path, [SPEC, BASE], accept(BASE))
    os.close(handle)
    assert type(reason) is GraphUnavailable
    assert "another process" in reason.what


def _race(folder: Path, node: Node, gate: "multiprocessing.synchronize.Barrier") -> None:
    graph = load(folder)
    gate.wait()
    made = admit(_sound(graph), folder, [node], accept(node))
    os._exit(0 if isinstance(made, Graph) else 1)


def test_two_processes_cannot_make_two_heads(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE)
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(4)
    rivals = [implementation(SPEC, b"def f(n: int) -> int:\n    return n + %d - %d\n" % (i, i), BASE) for i in range(4)]
    children = [context.Process(target=_race, args=(tmp_path, node, gate)) for node in rivals]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert sorted(child.exitcode or 0 for child in children) == [0, 1, 1, 1]
    graph = _sound(load(tmp_path))
    assert len(history(graph, SPEC.id)) == 2


# -- lemmas ---------------------------------------------------------------------------------------------------------------------

LEMMA = lemma()
NEW = b"def f(n: int) -> int:\n    return n + 0\n"
USER = using(SPEC, NEW, BASE, LEMMA)


def test_a_lemma_enters_alone_and_is_used(tmp_path: Path) -> None:
    graph = _sound(admit(EMPTY, tmp_path, [LEMMA], accept(LEMMA)))
    graph = _sound(admit(graph, tmp_path, [SPEC, BASE], accept(BASE)))
    graph = _sound(admit(graph, tmp_path, [USER], accept(USER)))
    assert _sound(load(tmp_path)) == graph
    assert head(graph, SPEC.id) == USER
    assert resting_on(graph, [LEMMA.id]) == {LEMMA.id, USER.id}
    assert [n for n in in_order(graph) if n in (LEMMA, USER)] == [LEMMA, USER]


def test_one_lemma_serves_several_targets(tmp_path: Path) -> None:
    other = using(OTHER, b"def g(n: int) -> int:\n    return n + 0\n", OTHER_BASE, LEMMA)
    put(tmp_path, SPEC, BASE, OTHER, OTHER_BASE, LEMMA, USER, other)
    assert resting_on(_sound(load(tmp_path)), [LEMMA.id]) == {LEMMA.id, USER.id, other.id}


@pytest.mark.parametrize("there", [False, True], ids=["admitted", "read"])
def test_a_used_lemma_must_be_there(there: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    put(tmp_path, SPEC, BASE, *([USER] if there else []))
    reason = load(tmp_path) if there else admit(EMPTY, tmp_path, [USER], accept(USER))
    assert type(reason) is (GraphCorrupt if there else GraphConflict)
    assert f"uses the node {LEMMA.id}, which is not in the graph" in reason.what
    assert USER.id in reason.where


def test_what_is_used_is_a_lemma_or_stands_in_the_program(tmp_path: Path) -> None:
    node = using(SPEC, NEW, BASE, OTHER_BASE)
    put(tmp_path, SPEC, BASE, OTHER, OTHER_BASE, node)
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert "not the components that its file names" in reason.what


UNUSED = {
    "no text": "theorem accepted : Statement := by omega\n",
    "no definition": USING.replace("def twice (x : Nat) : Nat := x + x\n\n", ""),
    "another definition": USING.replace(":= x + x", ":= x + x + 0"),
    "another statement": USING.replace("twice x = 2 * x", "twice x = x * 2"),
    "a longer statement": USING.replace("twice x = 2 * x", "twice x = 2 * x ∨ True"),
    "in a comment": "theorem accepted : Statement := by omega\n" + "".join(f"-- {line}\n" for line in USING.split("\n")),
    "within another text": USING.replace("theorem twice_form", "theorem z : True := by\n  have twice_form"),
}


@pytest.mark.parametrize("name", UNUSED)
def test_a_used_lemma_stands_in_the_proof(name: str, tmp_path: Path) -> None:
    assert UNUSED[name] != USING
    node = using(SPEC, NEW, BASE, LEMMA, proof=UNUSED[name])
    put(tmp_path, SPEC, BASE, LEMMA, node)
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert f"uses the lemma {LEMMA.id}, whose text does not stand in its proof" in reason.what
    assert node.id in reason.where


@pytest.mark.parametrize("name", ["spec", "implementation", "statement", "proof", "old", "order"])
def test_a_lemma_certificate_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    made = accept(LEMMA).certificate
    more = {"order": "always", "old": "1" * 64} if name in ("old", "order") else {name: "0" * 64}
    node = replace(LEMMA, certificate=replace(made, **more))  # type: ignore[arg-type]  # fields of a certificate
    put(tmp_path, node)
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert "certificate" in reason.what
    assert node.id in reason.where


def test_a_lemma_of_the_smt_tier_is_refused(tmp_path: Path) -> None:
    put(tmp_path, replace(LEMMA, certificate=smt(accept(LEMMA).certificate)))
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert "kernel" in reason.what


def test_a_lemma_that_is_no_text_is_refused(tmp_path: Path) -> None:
    files = tuple(replace(f, content=b"\xff") if f.name == "statement.lean" else f for f in LEMMA.files)
    put(tmp_path, replace(LEMMA, files=files))
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert "UTF-8" in reason.what


@pytest.mark.parametrize("nodes", [[LEMMA, BASE], [LEMMA, LEMMA], [SPEC, LEMMA], [SPEC, BASE, LEMMA]], ids=len)
def test_a_lemma_enters_with_nothing_else(nodes: list[Node], tmp_path: Path) -> None:
    assert type(admit(EMPTY, tmp_path, nodes, accept(nodes[-1]))) is GraphConflict
    assert not list(tmp_path.iterdir())


def test_a_lemma_needs_an_accept_of_itself(tmp_path: Path) -> None:
    other = lemma(replace(TWICE, statement="∀ (x : Nat), twice x = x + x"))
    assert type(admit(EMPTY, tmp_path, [LEMMA], accept(other))) is GraphConflict
    for verdict in REFUSALS:
        assert not isinstance(verdict, Accept)
        assert admit(EMPTY, tmp_path, [LEMMA], verdict) is verdict.reason
    assert not list(tmp_path.iterdir())
