"""What machines and pull requests are told: SARIF with places, JUnit, and Markdown that no name can get out of."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from small_graph import CURRENT, accepting, chain, implementation, lemma, put, run, using

from verify.ci import Report, Reprove, ci
from verify.ci_formats import Place, place_of, to_json, to_junit, to_sarif, to_text
from verify.ci_markdown import LONGEST, SHOWN, block, code, to_markdown
from verify.graph import Graph
from verify.node import Node, spec_node
from verify.reasons import ForeignFile, GraphCorrupt, ProofFailed, Reason, TrustChanged
from verify.verdict import Accept, Declined, Rejected, Verdict

CONTENT = b'''from icontract import ensure, require
from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result == n)
def f(n: int) -> int:
    """`</code> <script>alert(1)</script> [x](javascript:alert(1)) @octocat #1."""
    return n
'''
SPEC, BASE, BETTER = chain("f", 2)


def refusing(node: Node, where: str, what: str = "no.") -> Reprove:
    def reprove(graph: Graph, n: Node) -> Verdict:
        return Declined(ProofFailed(what=what, where=where), "kernel") if n == node else accepting(graph, n)

    return reprove


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path / "accepted", SPEC, BASE, BETTER)
    return tmp_path / "accepted"


def within(folder: Path, reprove: Reprove = accepting) -> Report:
    """Judge everything, with the folder's parent as the tree."""
    return ci(
        folder, everything=True, base=None, reprove=reprove, current=CURRENT, workers=1, on_progress=None, tree=folder.parent
    )


# SARIF.


def check_sarif(text: str) -> dict[str, Any]:
    """Assert what SARIF 2.1.0 asks of a log of this kind, and return its run."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    assert log.keys() <= {"$schema", "version", "runs"}
    (told,) = log["runs"]
    assert told.keys() <= {"tool", "results", "originalUriBaseIds", "properties"}
    driver = told["tool"]["driver"]
    assert isinstance(driver["name"], str)
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    for result in told["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        file, region = place["artifactLocation"], place.get("region")
        assert re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=:@/%-]+", file["uri"])
        assert file.get("uriBaseId", "%SRCROOT%") in told["originalUriBaseIds"]
        assert ("uriBaseId" in file) != file["uri"].startswith("file:///")
        if region is not None:
            assert region["startLine"] >= 1
            assert region.keys() <= {"startLine", "startColumn"}
            assert region.get("startColumn", 1) >= 1
    assert isinstance(told, dict)
    return told


def place(folder: Path, node: Node, where: str) -> dict[str, Any]:
    (result,) = check_sarif(to_sarif(within(folder, refusing(node, where))))["results"]
    found = result["locations"][0]["physicalLocation"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("where", "uri", "region"),
    [
        ("proof.lean:7", f"accepted/{BETTER.id}/proof.lean", {"startLine": 7}),
        ("proof.lean", f"accepted/{BETTER.id}/proof.lean", None),
        ("", f"accepted/{BETTER.id}/program.py", None),
        (f"{BETTER.id[:12]}/program.py:3:5", f"accepted/{BETTER.id}/program.py", {"startLine": 3, "startColumn": 5}),
        (f"{SPEC.id[:12]}/spec.py:2:1", f"accepted/{SPEC.id}/spec.py", {"startLine": 2, "startColumn": 1}),
        (f"{BASE.id[:12]}/program.py:9", f"accepted/{BASE.id}/program.py", {"startLine": 9}),
        ("specs/a b.py:12:4", "specs/a%20b.py", {"startLine": 12, "startColumn": 4}),
        ("0:0:0", f"accepted/{BETTER.id}/0", {"startLine": 1, "startColumn": 1}),
    ],
)
def test_a_reason_about_a_node_has_its_file_and_line(
    folder: Path, where: str, uri: str, region: dict[str, int] | None
) -> None:
    found = place(folder, BETTER, where)
    assert (found["artifactLocation"], found.get("region")) == ({"uri": uri, "uriBaseId": "%SRCROOT%"}, region)


def test_a_problem_of_the_graph_is_named_from_the_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / BASE.id / "proof.lean").write_bytes(b"by sorry")
    due = f"accepted/{BASE.id}/proof.lean"
    for given, there in ((folder, "/"), (Path("accepted"), str(folder.parent)), (Path("../accepted"), str(folder))):
        monkeypatch.chdir(there)
        report = ci(
            given, everything=True, base=None, reprove=accepting, current=CURRENT, workers=1, on_progress=None,
            tree=folder.parent,
        )  # fmt: skip
        (result,) = check_sarif(to_sarif(report))["results"]
        assert (result["ruleId"], result["level"]) == ("GraphCorrupt", "error")
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == due


def test_a_link_in_the_way_does_not_lead_out_of_the_tree(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    path = folder / BASE.id
    shutil.move(path, elsewhere / BASE.id)
    path.symlink_to(elsewhere / BASE.id)
    (result,) = check_sarif(to_sarif(within(folder)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"accepted/{BASE.id}"


def test_what_was_agreed_to_is_a_note() -> None:
    changed = TrustChanged(what="a trusted file was changed.", where="verify/ci.py")
    report = Report(folder="accepted", everything=False, base="main", trust=(changed,), trust_allowed=True)
    (result,) = check_sarif(to_sarif(report))["results"]
    assert (result["ruleId"], result["level"]) == ("TrustChanged", "note")
    assert "allowed  TrustChanged: verify/ci.py: a trusted file was changed." in to_text(report)
    assert json.loads(to_json(report))["trust"]["allowed"] is True
    assert "verify/ci.py" in str(ET.fromstring(to_junit(report).encode()).findtext("system-out"))  # noqa: S314 - our own XML


def test_a_place_at_the_base_is_one_of_the_tree() -> None:
    report = Report(folder="accepted", everything=False, base="v1:x", root="/nowhere")
    assert place_of(report, "v1:x:accepted/a:3") == Place("accepted/a", 3)


def test_junit_has_a_case_for_each_problem() -> None:
    problems: tuple[Reason, ...] = (GraphCorrupt(what="odd.", where="a"), ForeignFile(what="odd.", where="z3.py"))
    suite = ET.fromstring(to_junit(Report(folder="x", everything=True, base=None, problems=problems)).encode())  # noqa: S314
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "2", "0")
    assert [len(case) for case in suite] == [1, 1]
    assert [case.get("name") for case in suite] == ["GraphCorrupt a", "ForeignFile z3.py"]


# Markdown.

EVIL = [
    "`</code><script>alert(1)</script>",
    "``` \n\n<img src=x onerror=alert(1)>\n```",
    "[x](javascript:alert(1)) ![y](http://a/b.png) <http://a>",
    "@octocat closes #1 https://example.org www.example.org",
    "a|b\\|c || d \\",
    "````````\n# title\n- item\n| a |\n|---|",
    "</details></summary>&lt;b&gt;",
    "\x1b]52;c;x\x07 \u202e reversed \u2028 line",
    "   leading and trailing `",
    "~~~\n> quote",
    "",
    "x" * 9000,
]
SAFE = {"text", "code_inline", "fence", "softbreak", "heading_open", "heading_close", "paragraph_open", "paragraph_close",
        "inline", "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "strong_open", "strong_close",
        "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close",
        "th_open", "th_close", "td_open", "td_close"}  # fmt: skip
HTML = {"<details><summary>What they claim</summary>\n", "</details>\n"}


def tokens(text: str) -> list[Any]:
    """Return every token that a reader of GitHub's Markdown finds."""
    out = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        out += [token, *(token.children or [])]
    return out


def assert_plain(text: str) -> None:
    """Assert that Markdown holds no tag, link, picture or text but what this project writes."""
    for token in tokens(text):
        if token.type == "html_block":
            assert token.content in HTML
            continue
        assert token.type in SAFE, token
        if token.type == "text":
            assert re.fullmatch(r"[A-Za-z0-9 ,:().-]*", token.content), token.content


@pytest.mark.parametrize("evil", EVIL)
def test_a_span_of_code_holds_the_whole_text_and_nothing_else(evil: str) -> None:
    (_, inline, _) = MarkdownIt("gfm-like", {"linkify": False}).parse(f"a {code(evil)} b")
    assert [t.type for t in inline.children] == ["text", "code_inline", "text"]
    assert len(inline.children[1].content) <= LONGEST + 10
    (fence,) = MarkdownIt().parse(block([evil, evil]))
    assert fence.type == "fence"
    assert fence.content.count("\n") == 2


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_of_a_file_gets_out_of_the_summary(folder: Path, evil: str) -> None:
    report = within(folder, refusing(BETTER, f"{evil}:3", evil))
    text = to_markdown(replace(report, problems=(GraphCorrupt(what=evil, where=evil, do=evil),), trust_allowed=True,
                               trust=(TrustChanged(what=evil, where=evil),)))  # fmt: skip
    assert_plain(text)
    assert "\x1b" not in text
    assert "\u202e" not in text


def readable(tmp_path: Path) -> Path:
    """Put a graph there whose spec can be read, with a docstring that tries to get out."""
    spec, base, better = chain("f", 2)
    spec = spec_node("f", CONTENT)
    base = implementation(spec, CONTENT, None)
    better = using(spec, b"def f(n: int) -> int:\n    return n + 0\n", base, lemma())
    put(tmp_path / "accepted", spec, base, better, lemma())
    return tmp_path / "accepted"


def test_it_says_in_words_what_was_proved_again(tmp_path: Path) -> None:
    text = to_markdown(within(readable(tmp_path)))
    assert_plain(text)
    fences = "".join(t.content for t in tokens(text) if t.type == "fence")
    for line in (
        "for every input of `f(n: int) -> int` with (n >= 0), of any size:",
        "it ends and raises nothing",
        "it returns what version ",
        "its result meets result == n",
        "order always: never more ticks on any allowed input, and fewer on at least one",
        "for all natural numbers x:",
        "accept at the tier kernel: proved in Lean, each step checked by its kernel",
    ):
        assert line in fences, fences
    assert text.startswith("## qed ci: accept\n")
    cells = [t.content for t in tokens(text) if t.type == "inline"]
    assert {"baseline", "version", "lemma", "kernel", "always"} <= set(cells)


def test_problems_come_first(folder: Path) -> None:
    report = within(folder, refusing(BETTER, "proof.lean:4", "unsolved goals."))
    report = replace(report, problems=(ForeignFile(what="odd.", where="z3.py"),))
    headings = re.findall(r"^#+ (.*)$", to_markdown(report), re.MULTILINE)
    assert headings == ["qed ci: reject", "Problems (1)", "Not proved again (1)", "Proved again"]
    assert f"in `accepted/{BETTER.id}/proof.lean:4`: `unsolved goals.`" in to_markdown(report)


def test_a_page_has_a_largest_size() -> None:
    many = tuple(GraphCorrupt(what="x" * 10_000, where=str(i)) for i in range(5 * SHOWN))
    text = to_markdown(Report(folder="x", everything=True, base=None, problems=many))
    assert text.count("**GraphCorrupt**") == SHOWN
    assert f"and {4 * SHOWN} more" in text
    assert len(text) < 1_000_000


def test_an_acceptance_that_one_lean_did_not_repeat_says_so(tmp_path: Path) -> None:
    def reprove(graph: Graph, node: Node) -> Verdict:
        found = accepting(graph, node)
        return replace(found, unchecked=("Lean 4.34.1 (native)",)) if isinstance(found, Accept) else found

    assert "not checked again by Lean 4.34.1 (native)" in to_markdown(within(readable(tmp_path), reprove))


def test_a_spec_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    content = b"def (\n"
    spec = spec_node("f", content)
    put(tmp_path / "accepted", spec, implementation(spec, content, None))
    assert "its spec cannot be read" in to_markdown(within(tmp_path / "accepted"))


def test_the_verdict_of_a_reject_is_in_the_title(folder: Path) -> None:
    bad = Rejected(ProofFailed(what="no.", where=""), "kernel")
    assert to_markdown(run(folder, everything=True, reprove=lambda *_: bad)).startswith("## qed ci: reject\n")
