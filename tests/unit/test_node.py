"""A node is read back exactly, and no byte, name or kind of file of it can be other than it was accepted."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from small_graph import chain, lemma, put, using

from verify.canonical import digest, from_json, to_json
from verify.node import FILES, SIZES, Edge, Node, node_from_files, node_to_bytes, node_to_files
from verify.node_folder import node_from_folder
from verify.reasons import GraphCorrupt, Reason, Refusal

SPEC, BASE, BETTER = chain("f", 2)
LEMMA = lemma()
USER = using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE, LEMMA)


def _reason(folder: Path) -> Reason:
    with pytest.raises(Refusal) as caught:
        node_from_folder(folder)
    return caught.value.reason


def _corrupt(folder: Path, file: str) -> GraphCorrupt:
    """Assert that the folder is refused by node and file."""
    reason = _reason(folder)
    assert type(reason) is GraphCorrupt
    assert reason.where == f"{folder}/{file}".rstrip("/")
    assert folder.name in str(reason)
    return reason


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of an implementation that supersedes another."""
    put(tmp_path, BETTER)
    return tmp_path / BETTER.id


@pytest.mark.parametrize("node", [SPEC, BASE, BETTER, LEMMA, USER], ids=["spec", "baseline", "better", "lemma", "user"])
def test_a_node_reads_back(node: Node, tmp_path: Path) -> None:
    put(tmp_path, node)
    assert node_from_folder(tmp_path / node.id) == node
    assert node.id == digest("node", from_json(node_to_bytes(node)))


def test_its_edges() -> None:
    assert BETTER.edge("implements") == Edge("implements", SPEC.id)
    assert BETTER.edge("supersedes") == Edge("supersedes", BASE.id, "always", 0)
    assert BASE.edge("supersedes") is None
    assert [e.type for e in USER.edges] == ["implements", "supersedes", "uses"]
    assert (USER.uses, BETTER.uses, LEMMA.edges) == ((LEMMA.id,), (), ())


@pytest.mark.parametrize("file", FILES["implementation"])
@pytest.mark.parametrize("at", [0, -1])
def test_one_changed_byte_of_a_file_is_named(folder: Path, file: str, at: int) -> None:
    content = bytearray((folder / file).read_bytes())
    content[at] ^= 1
    (folder / file).write_bytes(content)
    _corrupt(folder, file)


def test_every_changed_byte_of_the_record_is_refused() -> None:
    files = node_to_files(BETTER)
    record = files["node.json"]
    for at in range(len(record)):
        changed = record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :]
        with pytest.raises(Refusal) as caught:
            node_from_files(BETTER.id, {**files, "node.json": changed}, f"accepted/{BETTER.id}")
        assert type(caught.value.reason) is GraphCorrupt
        assert BETTER.id in str(caught.value)


@pytest.mark.parametrize("file", [*FILES["implementation"], "node.json"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    _corrupt(folder, file)


@pytest.mark.parametrize("file", ["extra.txt", "spec.py", ".hidden", "Program.py", "conftest.py"])
def test_an_added_file_is_named(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"")
    _corrupt(folder, file)


def test_an_added_folder_is_named(folder: Path) -> None:
    (folder / "more").mkdir()
    _corrupt(folder, "more")


@pytest.mark.parametrize("file", ["program.py", "node.json"])
def test_a_link_is_refused_even_to_the_right_bytes(folder: Path, file: str) -> None:
    (folder / file).rename(folder.parent / "outside")
    (folder / file).symlink_to(folder.parent / "outside")
    assert "regular" in _corrupt(folder, file).what


def test_a_linked_folder_is_refused(folder: Path) -> None:
    folder.rename(folder.parent / "outside")
    folder.symlink_to(folder.parent / "outside")
    _corrupt(folder, "")


def test_a_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    (folder / "proof.lean").unlink()
    os.mkfifo(folder / "proof.lean")
    assert "regular" in _corrupt(folder, "proof.lean").what


@pytest.mark.parametrize("mode", [0o755, 0o4644])
def test_an_executable_is_refused(folder: Path, mode: int) -> None:
    (folder / "program.py").chmod(mode)
    assert "mode" in _corrupt(folder, "program.py").what


def test_a_private_mode_is_fine(folder: Path) -> None:
    (folder / "program.py").chmod(0o600)
    assert node_from_folder(folder) == BETTER


@pytest.mark.parametrize("file", ["program.py", "node.json"])
def test_a_huge_file_is_refused_unread(folder: Path, file: str) -> None:
    with (folder / file).open("r+b") as stream:
        stream.truncate(2**40)
    assert str(SIZES[file]) in _corrupt(folder, file).what


@pytest.mark.parametrize("name", [BETTER.id.upper(), BETTER.id[:-1], BETTER.id + "0", "x" * 64])
def test_a_name_that_is_no_digest_is_refused(folder: Path, name: str) -> None:
    folder.rename(folder.parent / name)
    _corrupt(folder.parent / name, "")


def test_another_name_is_refused(folder: Path) -> None:
    folder.rename(folder.parent / SPEC.id)
    assert BETTER.id in _corrupt(folder.parent / SPEC.id, "node.json").what


RECORDS: dict[str, Callable[[bytes], bytes]] = {
    "duplicate key": lambda b: b.replace(b'{\n  "certificate"', b'{\n  "kind": "spec",\n  "certificate"', 1),
    "float": lambda b: b.replace(b'"slack": 0', b'"slack": 0.0', 1),
    "NaN": lambda b: b.replace(b'"slack": 0', b'"slack": NaN', 1),
    "bool for int": lambda b: b.replace(b'"slack": 0', b'"slack": false', 1),
    "conflict markers": lambda b: b"<<<<<<< HEAD\n" + b + b"=======\n" + b + b">>>>>>> other\n",
    "CRLF": lambda b: b.replace(b"\n", b"\r\n"),
    "trailing space": lambda b: b + b" ",
    "BOM": lambda b: b"\xef\xbb\xbf" + b,
    "not ASCII": lambda b: b.replace(b'"f"', '"\u0192"'.encode(), 1),
    "depth": lambda b: b"[" * 100_000 + b,
    "empty": lambda _: b"",
    "unknown kind": lambda b: b.replace(b'"implementation"', b'"rule"'),
    "another kind": lambda b: b.replace(b'"implementation"', b'"lemma"'),
    "uses twice": lambda b: _edged(b, *[{"type": "uses", "to": LEMMA.id}] * 2),
    "uses out of order": lambda b: _edged(b, {"type": "uses", "to": "f" * 64}, {"type": "uses", "to": "0" * 64}),
    "uses with an order": lambda b: _edged(b, {"type": "uses", "to": LEMMA.id, "order": "always", "slack": 0}),
    "uses before implements": lambda b: to_json({**_mapping(b), "edges": [{"type": "uses", "to": LEMMA.id}, *_edges(b)]}),
    "missing certificate": lambda b: to_json({**_mapping(b), "certificate": None}),
    "no edges": lambda b: to_json({**_mapping(b), "edges": []}),
    "two edges alike": lambda b: to_json({**_mapping(b), "edges": [{"type": "implements", "to": SPEC.id}] * 2}),
    "odd edge": lambda b: to_json({**_mapping(b), "edges": [{"type": "implements", "to": "../../etc"}]}),
    "extra key": lambda b: to_json({**_mapping(b), "trusted": True}),
    "path for a file": lambda b: b.replace(b'"program.py"', b'"../program.py"'),
    "target is no name": lambda b: to_json({**_mapping(b), "target": "f; rm"}),
}


def _edges(record: bytes) -> list[object]:
    found = _mapping(record)["edges"]
    assert isinstance(found, list)
    return found


def _edged(record: bytes, *edges: dict[str, object]) -> bytes:
    """Return the record with more edges after its own."""
    return to_json({**_mapping(record), "edges": [*_edges(record), *edges]})


def _mapping(record: bytes) -> dict[str, object]:
    value = from_json(record)
    if not isinstance(value, dict):
        raise TypeError(record)
    return {**value}


@pytest.mark.parametrize("attack", RECORDS)
def test_a_record_in_any_other_form_is_refused(attack: str, folder: Path) -> None:
    changed = RECORDS[attack]((folder / "node.json").read_bytes())
    assert changed != (folder / "node.json").read_bytes()
    (folder / "node.json").write_bytes(changed)
    assert "not a node" in _corrupt(folder, "node.json").what


def test_notes_are_a_canonical_mapping(tmp_path: Path) -> None:
    for notes in (b"[]\n", b"{}", b'{"a": 1.5}\n'):
        files = tuple(f if f.name != "notes.json" else type(f)("notes.json", notes) for f in BETTER.files)
        node = Node("implementation", "f", files, BETTER.edges, BETTER.certificate)
        put(tmp_path, node)
        _corrupt(tmp_path / node.id, "notes.json")


def test_a_lemma_rests_on_nothing(tmp_path: Path) -> None:
    rested = Node("lemma", LEMMA.target, LEMMA.files, (Edge("uses", "0" * 64),), LEMMA.certificate)
    put(tmp_path, rested)
    assert "not a node" in _corrupt(tmp_path / rested.id, "node.json").what


@pytest.mark.parametrize("file", FILES["lemma"])
def test_one_changed_byte_of_a_lemma_is_named(file: str, tmp_path: Path) -> None:
    put(tmp_path, LEMMA)
    path = tmp_path / LEMMA.id / file
    path.write_bytes(path.read_bytes().replace(b"x", b"y", 1))
    _corrupt(tmp_path / LEMMA.id, file)
