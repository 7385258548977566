"""A recording is read strictly, and a replay of it records to the same bytes."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.proposal import Brief, Proposal
from loop.proposers.replay import Replay, from_file
from loop.recording import Entry, Recorder, to_entries, to_line
from verify.limits import DEFAULT
from verify.reasons import Malformed, Refusal
from verify.spec import to_specs
from verify.task import Version

SPEC = b"""\
from verify import target

@target
def one(n: int) -> int:
    return n + 0

@target
def two(n: int) -> int:
    return n + 0 + 0
"""
ENTRIES = (
    Entry(0, Proposal("one", b"def one(n: int) -> int:\n    return n\n", b"", "openai", "nothing to add")),
    Entry(0, Proposal("one", "# caf\u00e9 \u2028\n".encode(), b"theorem a : 1 = 1 := rfl\n", "symbolic", "\x1b]52;")),
    Entry(0, Proposal("two", b"x", b"", "openai")),
    Entry(1, Proposal("one", b"y", b"", "openai")),
)


def brief(name: str, round_: int) -> Brief:
    spec = next(s for s in to_specs(SPEC, "specs/s.py", DEFAULT) if s.name == name)
    return Brief(spec, Version(spec.source, spec.program), (), 0, round_)


def record(path: Path, entries: tuple[Entry, ...]) -> bytes:
    with Recorder(path) as recorder:
        for entry in entries:
            recorder.append(entry)
    return path.read_bytes()


def test_recording_a_replay_gives_the_same_bytes(tmp_path: Path) -> None:
    content = record(tmp_path / "a", ENTRIES)
    replay = from_file(tmp_path / "a")
    again = [Entry(r, p) for r in (0, 1) for name in ("one", "two") for p in replay.propose(brief(name, r))]
    assert record(tmp_path / "b", tuple(again)) == content
    assert content.isascii()


def test_a_replay_gives_what_was_made_for_the_target_and_the_round() -> None:
    replay = Replay(ENTRIES)
    assert list(replay.propose(brief("one", 0))) == [ENTRIES[0].proposal, ENTRIES[1].proposal]
    assert list(replay.propose(brief("two", 1))) == []


def test_an_entry_is_on_disk_before_the_recorder_is_closed(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a")
    recorder.append(ENTRIES[0])
    assert (tmp_path / "a").read_bytes() == to_line(ENTRIES[0])
    recorder.close()


def test_a_recorder_goes_on_after_a_kill(tmp_path: Path) -> None:
    whole = record(tmp_path / "whole", ENTRIES)
    for cut in range(1, len(to_line(ENTRIES[-1]))):
        (tmp_path / "a").write_bytes(whole[:-cut])
        assert record(tmp_path / "a", ENTRIES[-1:]) == whole


@pytest.mark.parametrize("content", [b"notes", b"notes\n", to_line(ENTRIES[0]) + b"notes"])
def test_a_recorder_leaves_other_files_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(Refusal) as refused:
        Recorder(tmp_path / "a")
    assert isinstance(refused.value.reason, Malformed)
    assert (tmp_path / "a").read_bytes() == content


LINE = to_line(ENTRIES[0])
BAD = {
    "not json": b"{\n",
    "empty line": b"\n",
    "a list": b"[]\n",
    "nested": b"[" * 100_000 + b"\n",
    "spaces": LINE.replace(b":", b": "),
    "missing key": LINE.replace(b'"idea"', b'"ides"'),
    "twice": LINE.replace(b'{"idea"', b'{"idea":"","idea"'),
    "round as text": LINE.replace(b'"round":0', b'"round":"0"'),
    "round as bool": LINE.replace(b'"round":0', b'"round":false'),
    "round as float": LINE.replace(b'"round":0', b'"round":0.0'),
    "round below zero": LINE.replace(b'"round":0', b'"round":-1'),
    "a number for a text": LINE.replace(b'"lemmas":""', b'"lemmas":0'),
    "not ascii": LINE.replace(b"nothing", "caf\u00e9".encode()),
    "half a surrogate pair": LINE.replace(b"nothing", b"\\ud800"),
    "half a surrogate pair in a program": LINE.replace(b"def", b"\\ud800"),
    "windows": LINE.replace(b"\n", b"\r\n"),
    "cut off": LINE[:-1],
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_line_is_named(case: str) -> None:
    with pytest.raises(Refusal) as refused:
        to_entries(LINE + BAD[case], "run.jsonl")
    assert isinstance(refused.value.reason, Malformed)
    assert refused.value.reason.where == "run.jsonl:2"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.builds(Entry, st.integers(0, 99), st.builds(Proposal, texts, texts.map(str.encode), texts.map(str.encode), texts))
    )
)
def test_what_is_written_is_read(entries: list[Entry]) -> None:
    content = b"".join(map(to_line, entries))
    assert to_entries(content, "x") == tuple(entries)
    assert all(
        set(json.loads(line)) == {"target", "round", "program", "lemmas", "origin", "idea"} for line in content.splitlines()
    )


def test_a_proposal_is_named_by_its_files_and_its_target() -> None:
    p = Proposal("one", b"a", b"", "openai", "x")
    assert p.digest == Proposal("one", b"a", b"", "symbolic", "y").digest
    others = [Proposal("two", b"a", b"", "openai"), Proposal("one", b"", b"a", "openai"), Proposal("one", b"b", b"", "openai")]
    assert len({p.digest, *(o.digest for o in others)}) == 4
