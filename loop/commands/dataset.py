"""`qed dataset`: what the graph and its journal teach, as JSON Lines with a schema and a card that `datasets` reads."""

import contextlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from rich.table import Table

from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.dataset.export import Source
from loop.dataset.families import Families, families_of
from loop.dataset.records import CONFIGS, Record
from loop.journal import Journal, journal_path
from loop.words import console
from verify.ci_formats import plain
from verify.graph import in_order
from verify.judge import spec_in
from verify.limits import DEFAULT
from verify.node import Node
from verify.reasons import Refusal
from verify.spec import Spec

SPLITS: Final = ("train", "test")
FOLDERS: Final = {kind: name for name, kind in CONFIGS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetArguments:
    """What the command line asked for."""

    out: Path
    accepted: Path
    specs: Path
    held_out: tuple[str, ...]
    licence: str
    as_json: bool


def dataset(arguments: DatasetArguments) -> int:
    """Write a dataset into a folder that is new or empty; return the exit code. Raises UsageError, Refusal, OSError."""
    out = arguments.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is there and not an empty folder; name a new one.")
    graph = read_graph(arguments.accepted)
    specs: list[tuple[Node, Spec]] = []
    for node in (n for n in in_order(graph) if n.kind == "spec"):
        with contextlib.suppress(Refusal):
            specs.append((node, spec_in(node, DEFAULT)))
    if not specs:
        raise UsageError(f"the graph at {arguments.accepted} holds no target; `qed run` makes it hold some.")
    families = families_of(specs, arguments.specs, arguments.held_out)
    with contextlib.closing(Journal(journal_path(arguments.accepted))) as journal:
        source = Source(graph, journal.entries, families, arguments.licence)
        counts = _write(source, out)
    if arguments.as_json:
        records = {f"{c}/{s}": n for (c, s), n in sorted(counts.items())}
        print_json({"folder": str(out), "records": records, **_families(families)})
    else:
        _show(out, counts, families)
    return DONE


def _write(source: Source, out: Path) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter({(c, s): 0 for c in CONFIGS for s in SPLITS})
    with contextlib.ExitStack() as stack:
        files: dict[tuple[str, str], TextIO] = {}
        for config, split in counts:
            (out / config).mkdir(parents=True, exist_ok=True)
            path = out / config / f"{split}.jsonl"
            files[config, split] = stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        for split, record in source.records():
            key = FOLDERS[type(record)], split
            files[key].write(_line(record))
            counts[key] += 1
    schema = {name: kind.model_json_schema() for name, kind in CONFIGS.items()}
    (out / "schema.json").write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (out / "README.md").write_text(_card(source, counts), encoding="utf-8")
    return counts


def _line(record: Record) -> str:
    return json.dumps(record.model_dump(mode="json"), ensure_ascii=False, sort_keys=True) + "\n"


def _card(source: Source, counts: Counter[tuple[str, str]]) -> str:
    """Return the card of a dataset; its head is what `datasets.load_dataset(folder, name)` goes by."""
    named = [f"license: {source.licence.lower()}"]
    if not re.fullmatch(r"[A-Za-z0-9.-]+", source.licence) or source.licence.startswith("LicenseRef-"):
        named = ["license: other", f"license_name: {json.dumps(source.licence)}"]
    head = ["---", *named, "configs:"]
    for config in CONFIGS:
        head += [f"- config_name: {config}", "  data_files:"]
        for split in (s for s in SPLITS if counts[config, s]):
            head += [f"  - split: {split}", f"    path: {config}/{split}.jsonl"]
    held = f"{', '.join(_families(source.families)['held_out']) or 'nothing'}{_moved(source.families)}"
    body = [
        "---", "", "# Programs that were improved by proof", "",
        "Each accepted program was proved right for every input that its contract allows, and cheaper; the tier says by whom.",
        "Each rejected one was refuted; at the gates `examples` and `smt` by an input that CPython confirmed.", "",
        f"Held out, in the split `test`: {held}.",
        "No program of these families is in `train`, nor one that is the same up to names.", "",
        "| records | train | test |", "|---|---:|---:|",
        *(f"| {c} | {counts[c, 'train']} | {counts[c, 'test']} |" for c in CONFIGS), "",
        f"Licence of the programs: {source.licence}. Each record names the nodes of the graph that it comes from.", "",
    ]  # fmt: skip
    return "\n".join([*head, *body])


def _moved(families: Families) -> str:
    count = len(families.moved)
    return f", and {count} target{'s' * (count != 1)} of others alike up to names" if count else ""


def _families(families: Families) -> dict[str, list[str]]:
    whole = {families.of[i] for i in families.held_out - families.moved}
    return {"held_out": sorted(whole), "families": sorted(set(families.of.values()))}


def _show(out: Path, counts: Counter[tuple[str, str]], families: Families) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("records", *SPLITS):
        table.add_column(column, justify="left" if column == "records" else "right")
    for config in CONFIGS:
        table.add_row(config, *(str(counts[config, s]) for s in SPLITS))
    console().print(table)
    held = ", ".join(_families(families)["held_out"]) or "none"
    console().print(plain(f"in {out}; held out: {held}"), soft_wrap=True)
