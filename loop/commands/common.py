"""What several commands share: exit codes, wrong usage, reading files, printing JSON."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, get_args

from loop.next_steps import meaning_of
from verify.components import linked
from verify.graph import Graph, load
from verify.limits import DEFAULT
from verify.reasons import Counterexample, GraphUnavailable, Malformed, Reason, Refusal
from verify.reasons import Verdict as VerdictName
from verify.sandbox import notice, sandbox
from verify.spec import Spec, to_specs
from verify.toolchain import Preference

DONE, REJECT, USAGE, DECLINE, ERROR, STOPPED = 0, 1, 2, 3, 4, 130
EXIT_CODES: Final[Mapping[VerdictName, int]] = {"accept": DONE, "reject": REJECT, "decline": DECLINE, "error": ERROR}
LEAN_HELP: Final = "whose Lean kernel decides: auto, native or portable"


class UsageError(Exception):
    """The command was called in a way that means nothing; the message is one sentence for the caller."""


@dataclass(frozen=True, slots=True)
class SpecFile:
    """A spec file: its targets, or why it has none."""

    path: Path
    specs: tuple[Spec, ...] = ()
    reason: Reason | None = None


def read_spec(path: Path, graph: Graph | None) -> SpecFile:
    """Read one spec file, with the accepted components that it calls. Raises UsageError where there is none."""
    try:
        content = linked(read_file(path, "spec"), str(path), graph.nodes if graph else {}, DEFAULT)
        return SpecFile(path, to_specs(content, str(path), DEFAULT))
    except Refusal as refusal:
        return SpecFile(path, reason=refusal.reason)


def read_file(path: Path, what: str) -> bytes:
    """Return a file's bytes. Raises UsageError where there is no such file or it cannot be read."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a {what} file.")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no {what} file {path}.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None


def read_lemmas(candidate: Path) -> str:
    """Return the text of the .lean file of the same stem, "" where there is none. Raises Refusal (Malformed), UsageError."""
    path = candidate.with_suffix(".lean")
    if not path.exists():
        return ""
    content = read_file(path, "lemma")
    if len(content) > DEFAULT.proof_bytes:
        what = f"{len(content)} bytes; the limit is {DEFAULT.proof_bytes}."
        raise Refusal(Malformed(what=what, where=str(path), do="Shorten it."))
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refusal(Malformed(what="the file is not UTF-8.", where=str(path), do="Save it as UTF-8.")) from None


def read_graph(folder: Path) -> Graph:
    """Read the graph in a folder; a folder that is not there is an empty graph.

    Raises UsageError where the path is no folder, and Refusal where the graph is not sound.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; --accepted names the graph's folder.")
    graph = load(folder)
    if isinstance(graph, Reason):
        raise Refusal(graph)
    return graph


def prepare_graph(folder: Path) -> None:
    """Make the graph's folder where it is missing, before anything is judged for it.

    Raises Refusal (GraphUnavailable) where it cannot be made or written.
    """
    do = "Name another folder with --accepted, or give this user the right to write it."
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the graph's folder cannot be made: {error.strerror}."
        raise Refusal(GraphUnavailable(what=what, where=str(folder), do=do)) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refusal(GraphUnavailable(what="the graph's folder cannot be written.", where=str(folder), do=do))


def prepare_sandbox() -> None:
    """See to it that programs can be run, before anything is judged. Raises Refusal (NoSandbox).

    Who has said that they may run without a sandbox is told, on stderr, where they do.
    """
    sandbox()
    if said := notice():
        sys.stderr.write(f"qed: {said}\n")


def preference(lean: str) -> Preference:
    """Return the choice of Lean. Raises UsageError."""
    if lean not in get_args(Preference):
        raise UsageError(f"--lean is one of {', '.join(get_args(Preference))}; it was {lean!a}.")
    return cast("Preference", lean)


def print_json(data: Mapping[str, object]) -> None:
    """Print one object on stdout."""
    sys.stdout.write(json.dumps(data, indent=2) + "\n")


def reason_data(reason: Reason | None) -> dict[str, object]:
    """Return a reason for `--json`: class name, message, the counterexample where there is one, and what is to be done next."""
    if reason is None:
        return {"reason": None, "message": None, "counterexample": None, "next": None}
    shown = reason.as_data() if isinstance(reason, Counterexample) else None
    steps = list(meaning_of(reason).steps)
    return {"reason": type(reason).__name__, "message": str(reason), "counterexample": shown, "next": steps}


def worst(verdicts: Sequence[VerdictName]) -> VerdictName:
    """Return the verdict that stands for several: a reject before an error before a decline before an accept."""
    order: tuple[VerdictName, ...] = ("reject", "error", "decline")
    return next((v for v in order if v in verdicts), "accept")
