"""The review queue of a graph: what was proved and waits for a person's word, as folders beside the journal.

An entry is a folder named by the node that waits. It holds that node, after the spec that comes with it where there is one, as
they would stand in the graph, and a record of why it waits. It is written whole or not at all. Nothing in it is believed: nodes
are read as those of the graph are, and whoever approves one has it proved again from its bytes.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loop.governance.measured import Measured, measured_from
from verify.canonical import Digest, from_json, to_json
from verify.certificate import DIGEST
from verify.chain import journal_path
from verify.graph_folder import TEMPORARY, locked, write
from verify.node import Node
from verify.node_folder import node_from_folder
from verify.reasons import GraphCorrupt, GraphUnavailable, Reason, Refusal

QUEUE: Final = "review"
"""the folder of the entries, beside the journal"""
RECORD: Final = "entry.json"
_RECORD_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Held:
    """One entry; the last of its nodes is the one that waits, and one before it is the spec that comes with it."""

    nodes: tuple[Node, ...]
    why: str
    idea: str = ""
    """by whom or what it was proposed"""
    measured: Measured | None = None
    """where it waits since it was measured slower"""

    @property
    def node(self) -> Node:
        """The node that waits."""
        return self.nodes[-1]


def queue_path(folder: Path) -> Path:
    """Return where the queue of a graph's folder stands.

    >>> queue_path(Path("work/accepted"))
    PosixPath('work/.qed/accepted/review')
    """
    return journal_path(folder).with_name(QUEUE)


def hold(folder: Path, held: Held) -> None:
    """Put an entry into the queue of a graph, whole or not at all; one that is there stays. Raises Refusal(GraphUnavailable)."""
    place = queue_path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        with locked(place):
            for left in place.glob(f"{TEMPORARY}*"):
                shutil.rmtree(left)  # who wrote it was killed
            final = place / held.node.id
            if final.exists():
                return
            temporary = place / f"{TEMPORARY}{held.node.id}"
            temporary.mkdir()
            write(temporary, held.nodes)
            times = held.measured.as_data() if held.measured else None
            record = {"nodes": [n.id for n in held.nodes], "why": held.why, "idea": held.idea, "measured": times}
            _write(temporary / RECORD, to_json(record))
            temporary.rename(final)
    except OSError as error:
        raise _unavailable(place, error) from None


def drop(folder: Path, name: Digest) -> None:
    """Take an entry out of the queue; nothing happens where it is not there. Raises Refusal(GraphUnavailable)."""
    place = queue_path(folder)
    try:
        if (place / name).exists():
            with locked(place):
                gone = place / f"{TEMPORARY}{name}"
                (place / name).rename(gone)
                shutil.rmtree(gone)
    except OSError as error:
        raise _unavailable(place, error) from None


def queued(folder: Path) -> dict[Digest, Held | Reason]:
    """Return the entries by name, in the order of their names; of one that does not read, why. Raises Refusal."""
    place, out = queue_path(folder), dict[Digest, Held | Reason]()
    try:
        names = sorted(p.name for p in place.iterdir() if DIGEST.fullmatch(p.name)) if place.is_dir() else []
    except OSError as error:
        raise _unavailable(place, error) from None
    for name in names:
        try:
            out[name] = entry(folder, name)
        except Refusal as refusal:
            out[name] = refusal.reason
    return out


def entry(folder: Path, name: Digest) -> Held:
    """Read one entry. Raises Refusal: GraphCorrupt where it is not as it was written, GraphUnavailable."""
    place = queue_path(folder) / name
    try:
        with (place / RECORD).open("rb") as file:
            content = file.read(_RECORD_BYTES + 1)
        there = {p.name for p in place.iterdir()}
    except OSError as error:
        raise _unavailable(place, error) from None
    try:
        data = from_json(content)
    except ValueError as error:
        raise _corrupt(place, f"{RECORD} does not read: {error}.") from None
    match data:
        case {"nodes": [*ids], "why": str(why), "idea": str(idea), "measured": times, **more} if not more:
            nodes, measured = tuple(str(i) for i in ids), measured_from(times)
        case _:
            raise _corrupt(place, f"{RECORD} holds something else than is due.")
    if not nodes or nodes[-1] != name or not all(DIGEST.fullmatch(i) for i in nodes) or there != {RECORD, *nodes}:
        raise _corrupt(place, "its nodes are not the ones that its record names.")
    return Held(tuple(node_from_folder(place / i) for i in nodes), why, idea, measured)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _corrupt(place: Path, what: str) -> Refusal:
    return Refusal(GraphCorrupt(what=what, where=str(place), do="Reject it: an entry of the queue is never edited."))


def _unavailable(place: Path, error: OSError) -> Refusal:
    what = f"the review queue cannot be read or written: {error.strerror or error}."
    do = "Mend the folder's permissions or the disk."
    return Refusal(GraphUnavailable(what=what, where=str(error.filename or place), do=do))
