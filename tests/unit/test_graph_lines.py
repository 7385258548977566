"""Which node speaks for a target, and what of a folder is read, where one thing alone is otherwise."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_graph import accept, certificate, chain, implementation, lemma, put, solved, using

from verify import graph_folder
from verify.graph import (
    Graph,
    admit,
    graph_of,
    head,
    history,
    implementation_of,
    in_order,
    load,
    resting_on,
    spec_of,
    strengthened,
    superseded,
)
from verify.node import Node, stronger_node
from verify.reasons import GraphConflict, GraphCorrupt, GraphUnavailable
from verify.strengthening import strengthening_binding

SPEC, BASE, BETTER, BEST = chain("f", 3)
OTHER, OTHER_BASE = chain("g", 1)
LEMMA = lemma()


def stronger(weaker: Node, mark: bytes = b"# stronger\n") -> Node:
    """Return a spec whose certificate says that it strengthens another; its first line tells it from others."""
    content, statement, proof = mark + weaker.content("spec.py"), b"theorem s", b"by simp"
    bound = strengthening_binding(weaker.target, weaker.content("spec.py"), content, statement, proof)
    made = replace(certificate(weaker, b"", None, None, 0), **bound)  # type: ignore[arg-type]  # fields of it
    return stronger_node(weaker, content=content, proof=proof, statement=statement, notes={}, certificate=made)


STRONGER = stronger(SPEC)
ITS_BASE = implementation(STRONGER, STRONGER.content("spec.py"), None)
SAME = implementation(STRONGER, BETTER.content("program.py"), ITS_BASE)


def made(*nodes: Node) -> Graph:
    found = graph_of(nodes, "accepted")
    assert isinstance(found, Graph), found
    return found


def test_a_stronger_spec_speaks_from_when_the_head_is_accepted_under_it() -> None:
    assert strengthened(made(SPEC, BASE, BETTER), SPEC.id) is None
    assert strengthened(made(SPEC, STRONGER), SPEC.id) is None, "neither has a version"
    assert strengthened(made(SPEC, BASE, STRONGER), SPEC.id) is None, "the stronger one has none"
    assert strengthened(made(SPEC, STRONGER, ITS_BASE), SPEC.id) is None, "the weaker one has none"
    assert strengthened(made(SPEC, BASE, STRONGER, ITS_BASE), SPEC.id) == STRONGER, "a baseline needs no version of the same text"
    assert strengthened(made(SPEC, BASE, BETTER, STRONGER, ITS_BASE), SPEC.id) is None
    whole = made(SPEC, BASE, BETTER, STRONGER, ITS_BASE, SAME)
    assert strengthened(whole, SPEC.id) == STRONGER
    assert strengthened(whole, STRONGER.id) is None
    assert strengthened(made(SPEC, BASE, BETTER, BEST, STRONGER, ITS_BASE, SAME), SPEC.id) is None, "the head is another by now"
    with pytest.raises(KeyError):
        strengthened(made(SPEC), STRONGER.id)


def test_under_a_spec_that_does_not_speak_any_more_nothing_enters(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE, BETTER, STRONGER, ITS_BASE, SAME)
    graph = load(tmp_path)
    assert isinstance(graph, Graph)
    refused = admit(graph, tmp_path, [BEST], accept(BEST))
    assert type(refused) is GraphConflict
    assert STRONGER.id in refused.what
    late = implementation(STRONGER, BEST.content("program.py"), SAME)
    assert isinstance(admit(graph, tmp_path, [late], accept(late)), Graph)


def test_a_stronger_spec_enters_alone_with_its_certificate(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE)
    graph = load(tmp_path)
    assert isinstance(graph, Graph)
    both = admit(graph, tmp_path, [STRONGER, ITS_BASE], accept(ITS_BASE))
    assert type(both) is GraphConflict
    assert "claim of its own" in both.what
    assert type(admit(graph, tmp_path, [STRONGER], accept(BASE))) is GraphConflict
    after = admit(graph, tmp_path, [STRONGER], accept(STRONGER))
    assert isinstance(after, Graph)
    assert after.nodes.keys() == {SPEC.id, BASE.id, STRONGER.id}
    twin = stronger(SPEC, b"# another\n")
    refused = admit(after, tmp_path, [twin], accept(twin))
    assert type(refused) is GraphConflict
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(after.nodes)
    both_there = graph_of([SPEC, STRONGER, twin], "accepted")
    assert type(both_there) is GraphConflict
    assert both_there.where == f"accepted/{max(STRONGER.id, twin.id)}/node.json"


def test_a_spec_enters_with_its_own_first_version_alone(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE)
    graph = load(tmp_path)
    assert isinstance(graph, Graph)
    refused = admit(graph, tmp_path, [OTHER, BETTER], accept(BETTER))
    assert type(refused) is GraphConflict
    assert f"it does not implement the spec {OTHER.id} that came with it." in refused.what
    assert not (tmp_path / OTHER.id).exists()


def test_lines_and_what_rests_on_what() -> None:
    user = using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BEST, LEMMA)
    graph = made(user, BEST, LEMMA, OTHER_BASE, BETTER, OTHER, BASE, SPEC)
    assert history(graph, SPEC.id) == (BASE, BETTER, BEST, user)
    assert (head(graph, SPEC.id), head(graph, OTHER.id)) == (user, OTHER_BASE)
    assert (superseded(graph, BASE), superseded(graph, BETTER), superseded(graph, user)) == (None, BASE, BEST)
    assert [spec_of(graph, n) for n in (SPEC, BASE, user, LEMMA)] == [SPEC, SPEC, SPEC, LEMMA]
    assert implementation_of(graph, SPEC.id, BETTER.content("program.py")) == BETTER
    assert implementation_of(graph, OTHER.id, BETTER.content("program.py")) is None
    assert resting_on(graph, []) == frozenset()
    assert resting_on(graph, [LEMMA.id]) == {LEMMA.id, user.id}
    assert resting_on(graph, [BASE.id, OTHER.id]) == {BASE.id, BETTER.id, BEST.id, user.id, OTHER.id, OTHER_BASE.id}
    order = [n.id for n in in_order(graph)]
    assert sorted(order) == sorted(graph.nodes)
    for node in graph.nodes.values():
        assert all(order.index(e.to) < order.index(node.id) for e in node.edges)
    assert graph.resting.has_edge(BASE.id, BETTER.id)
    assert not graph.resting.has_edge(BETTER.id, BASE.id)


def test_two_that_follow_one_are_named_with_what_they_follow() -> None:
    twin = solved(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE)
    refused = graph_of([SPEC, BASE, BETTER, twin], "accepted")
    assert type(refused) is GraphConflict
    first, second = sorted([BETTER.id, twin.id])
    assert refused.what == f"the target `f` has more than one head: {first} and {second} both supersede {BASE.id}."
    assert refused.where == f"accepted/{second}/node.json"
    again = solved(SPEC, BASE.content("program.py"), None)
    refused = graph_of([SPEC, BASE, again], "accepted")
    assert type(refused) is GraphConflict
    assert f"are both the first of {SPEC.id}." in refused.what


# -- the folder -----------------------------------------------------------------------------------------------------------------


def ghost(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str) -> None:
    """Let the listing of a folder begin with a name that is gone when it is looked at."""
    real = Path.iterdir

    def iterdir(path: Path) -> Iterator[Path]:
        if path == folder:
            yield folder / name
        yield from real(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)


def test_a_temporary_name_that_is_gone_is_passed_over_and_another_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, SPEC, BASE)
    ghost(monkeypatch, tmp_path, "!.tmp")
    assert type(load(tmp_path)) is GraphUnavailable
    monkeypatch.undo()
    ghost(monkeypatch, tmp_path, ".tmp-0")
    graph = load(tmp_path)
    assert isinstance(graph, Graph), graph
    assert graph.nodes.keys() == {SPEC.id, BASE.id}


@pytest.mark.parametrize("name", [".tmp-file", "README.md", ".gitkeep", "README", "0" * 64])
def test_what_stands_beside_the_nodes_is_of_the_right_kind(name: str, tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE)
    (tmp_path / name).write_text("")
    assert isinstance(load(tmp_path), Graph) is (name in {"README.md", ".gitkeep"})
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    assert isinstance(load(tmp_path), Graph) is (name == ".tmp-file")


def test_a_spec_alone_is_left_out_only_while_its_first_version_is_written(tmp_path: Path) -> None:
    put(tmp_path, SPEC, OTHER)
    (tmp_path / f".tmp-{BASE.id}-{SPEC.id}").mkdir()
    graph = load(tmp_path)
    assert isinstance(graph, Graph)
    assert graph.nodes.keys() == {OTHER.id}
    put(tmp_path, BASE)
    graph = load(tmp_path)
    assert isinstance(graph, Graph)
    assert graph.nodes.keys() == {OTHER.id, SPEC.id, BASE.id}
    (tmp_path / f".tmp-{BETTER.id}-{BASE.id}").mkdir()
    graph = load(tmp_path)
    assert isinstance(graph, Graph)
    assert BASE.id in graph.nodes


def test_files_are_written_for_all_to_read_and_folders_are_swept(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        put(tmp_path, OTHER)
        (tmp_path / f".tmp-{BASE.id}-{OTHER.id}").mkdir()
        (tmp_path / f".tmp-{BASE.id}-{OTHER.id}" / "program.py").write_text("half")
        graph = admit(made(), tmp_path, [SPEC, BASE], accept(BASE))
    finally:
        os.umask(mask)
    assert isinstance(graph, Graph)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([SPEC.id, BASE.id]), "a spec that was half admitted goes as well"
    modes = {p.stat().st_mode & 0o777 for p in tmp_path.rglob("*") if p.is_file()}
    assert modes == {0o644}


def test_who_waits_for_the_folder_goes_on_when_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_folder, "LOCK_SECONDS", 0.1)
    put(tmp_path, SPEC)
    with graph_folder.locked(tmp_path):
        begun = time.monotonic()
        held = admit(made(SPEC), tmp_path, [SPEC, BASE], accept(BASE))
        assert type(held) is GraphUnavailable
        assert time.monotonic() - begun >= 0.1
    assert isinstance(admit(made(SPEC), tmp_path, [SPEC, BASE], accept(BASE)), Graph)


def test_a_folder_that_is_held_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    put(tmp_path, SPEC)
    taken, freed = threading.Event(), threading.Event()

    def hold() -> None:
        with graph_folder.locked(tmp_path):
            taken.set()
            freed.wait(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(10)
    assert isinstance(admit(made(SPEC), tmp_path, [SPEC, BASE], accept(BASE)), Graph)
    holder.join()


def test_where_the_second_cannot_be_moved_the_first_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, OTHER, OTHER_BASE)
    before = sorted(tmp_path.rglob("*"))
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        if Path(target).name == BASE.id:
            raise OSError(errno.EIO, "no")
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    assert type(admit(made(OTHER, OTHER_BASE), tmp_path, [SPEC, BASE], accept(BASE))) is GraphUnavailable
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_another_is_never_written_over_or_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, OTHER, OTHER_BASE)
    real = graph_folder._sync

    def sync(folder: Path) -> None:
        if folder.name.startswith(f".tmp-{BASE.id}"):
            (tmp_path / BASE.id).mkdir()
            (tmp_path / BASE.id / "theirs").write_text("theirs")
        real(folder)

    monkeypatch.setattr(graph_folder, "_sync", sync)
    assert type(admit(made(OTHER, OTHER_BASE), tmp_path, [SPEC, BASE], accept(BASE))) is GraphUnavailable
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([OTHER.id, OTHER_BASE.id, BASE.id])
    assert [p.name for p in (tmp_path / BASE.id).iterdir()] == ["theirs"]


def test_a_node_that_does_not_fit_is_named_by_its_record() -> None:
    refused = graph_of([SPEC, BETTER], "accepted")
    assert type(refused) is GraphCorrupt
    assert refused.where == f"accepted/{BETTER.id}/node.json"
    assert BASE.id in refused.what
