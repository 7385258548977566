"""`qed report`: what stands in it, that hostile text stays text in HTML and Markdown, and what is said of what is missing."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from small_graph import chain, implementation, put
from small_runs import BETTER, GOOD, SPEC, WRONG, Asked, Bench
from typer.testing import CliRunner

from loop.cli import app
from loop.commands.run import remember
from loop.journal import Journal, journal_path
from loop.report.html import to_html
from loop.report.markdown import LONGEST, cell, to_markdown
from loop.report.report import report, to_data
from loop.timing import Timing
from verify.graph import Graph, load
from verify.node import spec_node

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)></details></style>"
NASTY = SCRIPT + " `code` ```fence``` | pipe | @everyone #1 [x](http://example.org) ![y](//e.org/a.png) &amp; {{ 7*7 }}"
ODD = f"{NASTY} {chr(0x202E)}txt{chr(7)}"
"""text that the language keeps out, and that stands in the journal when somebody proposed it"""
HOSTILE = f'def f(n: int) -> int:\n    """{NASTY}\n\n```\n\n</details>\n"""\n    return n * (n - 1) // 2\n'.encode()
ROOT = Path(__file__).resolve().parent.parent.parent


class Reader(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text += data


def loaded(folder: Path) -> Graph:
    found = load(folder)
    assert isinstance(found, Graph)
    return found


def qed(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def improved(tmp_path: Path) -> Path:
    bench = Bench(tmp_path / "accepted")
    bench.run(Asked(WRONG, GOOD))
    bench.review = True
    bench.run(Asked(BETTER))
    return bench.folder


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    folder = tmp_path / "accepted"
    spec = spec_node("f", SPEC)
    base = implementation(spec, SPEC, None)
    put(folder, spec, base, implementation(spec, HOSTILE, base))
    bench = Bench(folder)
    bench.run(Asked(b"def f(n: int) -> int:\n    '''" + ODD.encode() + b"'''\n    return 1\n"))
    return folder


# -- Markdown -------------------------------------------------------------------------------------------------------------------


def test_markdown_has_a_row_for_each_target_and_its_details_folded(improved: Path) -> None:
    done = qed("--accepted", improved)
    assert done.exit_code == 0
    rows = [line for line in done.stdout.splitlines() if line.startswith("| `f` |")]
    assert len(rows) == 1
    assert "| kernel | always |" in rows[0]
    assert done.stdout.count("<details>") == done.stdout.count("</details>") == 2
    assert "+    return n * (n - 1) // 2 + 0" in done.stdout
    assert "order always: never more ticks on any allowed input, and fewer on at least one" in done.stdout
    assert "### Waits for a person's word" in done.stdout
    assert "f(3) returns 9; 3 is due." not in done.stdout.split("<details>")[0]


def test_hostile_text_stays_text_in_markdown(hostile: Path) -> None:
    graph = loaded(hostile)
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(to_markdown(report(hostile, graph)))
    flat = [t for token in tokens for t in (token, *(token.children or ()))]
    made = {re.sub(r"[^a-z/<>]", "", t.content.split(">")[0] + ">") for t in flat if t.type in ("html_block", "html_inline")}
    assert made <= {"<details>", "</details>"}
    assert not any("script" in t.content or "<img" in t.content for t in flat if t.type.startswith("html"))
    assert not any(t.type in ("link_open", "image", "strong_open") and "measured slower" not in t.content for t in flat)
    prose = " ".join(t.content for t in flat if t.type == "text")
    assert not any(word in prose for word in ("script", "@everyone", "alert", "`", "|", "7*7"))
    fences = "".join(t.content for t in flat if t.type == "fence")
    assert "@everyone" in fences


def test_a_cell_with_a_pipe_or_a_backtick_stays_one_cell() -> None:
    for text in ("a | b", "`", "``|``", "\\|", "a\nb", "", "<b>"):
        row = f"| x | y |\n|---|---|\n| {cell(text)} | z |\n"
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(row)
        cells = [t for i, t in enumerate(tokens) if t.type == "inline" and tokens[i - 1].type == "td_open"]
        assert len(cells) == 2, text
        assert [c.type for c in cells[0].children or ()] == ["code_inline"], text
        assert cells[1].content == "z"


def test_details_that_would_not_fit_are_counted(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    for i in range(120):
        put(folder, *chain(f"target_{i}", 2))
    text = to_markdown(report(folder, loaded(folder), curves=False))
    assert len(text) < LONGEST + 1000
    left = re.search(r"Details of (\d+) more targets", text)
    assert left
    assert text.count("<details>") == 120 - int(left[1])
    assert text.count("| `target_") == 120


# -- HTML -----------------------------------------------------------------------------------------------------------------------


def test_a_page_holds_all_parts_and_nothing_from_elsewhere(improved: Path, tmp_path: Path) -> None:
    file = tmp_path / "out" / "report.html"
    done = qed("--accepted", improved, "--html", file)
    assert (done.exit_code, done.stdout) == (0, f"{file}\n")
    page = Reader(file.read_text())
    assert not page.open
    assert {"targets", "graph", "runs", "review"} <= {a.get("id") for _, a in page.elements}
    tags = {tag for tag, _ in page.elements}
    assert "svg" in tags
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "style", "srcset") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    linked = {(a["href"] or "").removeprefix("#") for t, a in page.elements if t == "a"}
    assert linked <= set(ids)


def test_the_policy_of_a_page_lets_in_its_own_style_and_nothing_else(improved: Path) -> None:
    text = to_html(report(improved, loaded(improved)))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    metas = [a for t, a in Reader(text).elements if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert [m["content"] for m in metas] == [
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]
    assert text.index("Content-Security-Policy") < text.index("<style>")
    assert not re.search(r"url\(|@import", style[1])


def test_hostile_text_stays_text_in_a_page(hostile: Path) -> None:
    text = to_html(report(hostile, loaded(hostile)))
    page = Reader(text)
    assert not page.open
    assert not {tag for tag, _ in page.elements} & {"script", "img"}
    assert SCRIPT in page.text
    assert "{{ 7*7 }}" in page.text
    assert "@everyone" in page.text
    assert chr(0x202E) not in text
    assert "\\u202e" in page.text


# -- data, drawings, what is missing --------------------------------------------------------------------------------------------


def test_data_is_one_object_with_all_parts(improved: Path) -> None:
    done = qed("--accepted", improved, "--json")
    data = json.loads(done.stdout)
    assert {"overview", "targets", "dependencies", "runs", "run", "waiting", "generations", "notes", "files"} <= data.keys()
    (target,) = data["targets"]
    assert target["history"]["target"]["name"] == "f"
    assert target["curve"]["points"][0].keys() == {"size", "input", "old", "new", "bound"}
    assert data["runs"][0]["spent"]["money"] == "0"
    assert json.loads(json.dumps(to_data(report(improved, loaded(improved)))))["targets"] == data["targets"]


def test_drawings_are_files_of_their_own(improved: Path, tmp_path: Path) -> None:
    done = qed("--accepted", improved, "--plots", tmp_path / "plots", "--json")
    names = sorted(p.name for p in (tmp_path / "plots").iterdir())
    assert names[0] == "dependencies.svg"
    assert re.fullmatch(r"f-[0-9a-f]{12}-cost\.svg", names[1])
    assert sorted(json.loads(done.stdout)["files"]) == sorted(str(tmp_path / "plots" / n) for n in names)


def test_one_target_may_be_named(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    put(folder, *chain("f", 2), *chain("g", 2))
    text = qed("g", "--accepted", folder).stdout
    assert "| `g` |" in text
    assert "| `f` |" not in text
    data = json.loads(qed("g", "--accepted", folder, "--json").stdout)
    assert {b["name"] for b in data["dependencies"]["boxes"]} == {"g"}
    wrong = qed("h", "--accepted", folder)
    assert wrong.exit_code == 2
    assert "no target 'h'" in " ".join(wrong.output.split())


def test_an_empty_graph_is_said_to_be_one(tmp_path: Path) -> None:
    done = qed("--accepted", tmp_path / "accepted", "--html", tmp_path / "r.html", "--markdown", tmp_path / "r.md")
    assert done.exit_code == 0
    for name in ("r.html", "r.md"):
        assert "The graph is empty" in (tmp_path / name).read_text()
    assert not Reader((tmp_path / "r.html").read_text()).open
    assert not journal_path(tmp_path / "accepted").parent.exists()
    assert not (tmp_path / "accepted").exists()


def test_a_graph_that_cannot_be_read_is_one_clear_message(tmp_path: Path) -> None:
    nodes = chain("f", 2)
    put(tmp_path / "accepted", *nodes)
    (tmp_path / "accepted" / nodes[2].id / "program.py").write_text("def f(n): return 0\n")
    done = qed("--accepted", tmp_path / "accepted", "--html", tmp_path / "r.html")
    assert done.exit_code == 1
    assert "program.py" in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "r.html").exists()


def test_a_journal_that_cannot_be_read_is_a_note(improved: Path) -> None:
    journal_path(improved).write_bytes(b"no database at all, and long enough to be sure of it" * 20)
    for name in journal_path(improved).parent.glob("journal.sqlite-*"):
        name.unlink()
    done = qed("--accepted", improved)
    assert done.exit_code == 0
    assert "journal cannot be read" in done.stdout
    assert "| `f` |" in done.stdout


def test_a_file_that_cannot_be_written_and_a_folder_without_generations_are_wrong_usage(improved: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = qed("--accepted", improved, "--markdown", tmp_path / "file" / "r.md")
    assert done.exit_code == 2
    assert "cannot be written" in done.output
    assert qed("--accepted", improved, "--generations", tmp_path).exit_code == 2


def test_heads_can_be_measured_now(improved: Path) -> None:
    known = json.loads(qed("--accepted", improved, "--json").stdout)["targets"][0]
    assert known["history"]["target"]["measured"] is None
    found = json.loads(qed("--accepted", improved, "--json", "--measure").stdout)["targets"][0]
    last = found["curve"]["times"][-1]
    assert len(found["curve"]["times"]) > 2
    assert last["old"] > last["new"] > 0
    assert found["history"]["target"]["measured"]["input"] == last["input"]
    assert last["input"] == f"n = {last['size']}"


def test_what_a_run_measures_at_its_end_stands_in_the_report(improved: Path) -> None:
    bench = Bench(improved)
    rounds = bench.run(Asked(GOOD))
    (target,) = rounds.targets
    head = target.stands.head
    assert head is not None
    with closing(Journal(journal_path(improved))) as journal:
        journal.begin({"targets": []})
        remember(journal, [target], {target.spec.digest: (Timing((30,), 800, 90), Timing((1000,), 20_000, 95))})
        remember(journal, [target], {target.spec.digest: ()})
    text = qed("--accepted", improved).stdout
    assert "| 20.0 us → 95 ns |" in text
    (one,) = report(improved, loaded(improved)).targets
    assert one.curve is not None
    assert [(p.size, p.old, p.new) for p in one.curve.times] == [(30, 800, 90), (1000, 20_000, 95)]


def test_the_same_folder_gives_the_same_bytes(hostile: Path, tmp_path: Path) -> None:
    found = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [
            sys.executable,
            "-m",
            "loop",
            "report",
            "--accepted",
            str(hostile),
            "--html",
            "r.html",
            "--markdown",
            "r.md",
            "--plots",
            "p",
        ]
        out.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=out, env=environment, check=True, capture_output=True)  # noqa: S603
        found.append({p.relative_to(out): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()})
    assert len(found[0]) == 4
    assert found[0] == found[1]
