"""What a notebook shows of specs and verdicts, in each form; and that nothing that somebody wrote becomes more than text."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from small_graph import certificate, chain, implementation, lemma, put

from loop.commands.check import Checked
from loop.examine import Examination
from loop.notebook import Interrupted, Targets, Trouble, Verdict, check, graph, spec
from loop.notebook import certificate as certificate_of
from loop.notebook.colours import parts
from loop.notebook.graphs import MOST_DRAWN
from loop.notebook.html import to_html
from loop.notebook.markdown import to_markdown
from loop.notebook.sheet import Block, Code, Items, Line, Picture, Sheet, Table, Title
from loop.notebook.text import to_text
from loop.notebook.texts import is_path, placed, scratch
from loop.notebook.verdicts import verdict_of
from verify.ci_formats import plain
from verify.reasons import Forbidden, Reason, Survivor, TimedOut, ToolBroken, WeakContract, WrongResult
from verify.verdict import Accept, to_verdict

ROOT = Path(__file__).resolve().parents[2]
SPEC = """from icontract import ensure, require

from verify import target


@target(better="eventually")
@require(lambda n: n >= 0)
@ensure(lambda n, result: 2 * result == n * (n + 1))
def tri(n: int) -> int:
    \"\"\"{doc}\"\"\"
    total = 0
    for i in range(1, n + 1):
        total += i
    return total
"""
TWO = SPEC + SPEC[SPEC.index("\n\n@target") :].replace("def tri", "def more")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</code></pre></div><script>alert(1)</script>",
    *("<!-- ", "-->", "]]>", "&lt;b&gt;", "&#60;b&#62;"),
    *("[here](javascript:alert(1))", "![x](https://example.org/x.png)", "<https://example.org>", "https://example.org"),
    *("www.example.org", "`a` **b** __c__ ~~d~~ | e", "$x$ $$x$$ \\(x\\) \\[x\\]"),
    *("# head", "- item", "1. item", "+ item", "> quote", "---", "===", "```", "~~~"),
    *("\x1b[2J\x1b]0;title\x07", "\u202egnp.exe", "\x00", "a\nb", "a\r\nb"),
)
PLAIN_TAGS = {
    *("div", "p", "span", "strong", "small", "ul", "li", "details", "summary", "pre", "code"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
PLAIN_ATTRIBUTES = {"class", "style", "scope", "tabindex", "role", "aria-label"}


class Read(HTMLParser):
    """The text of a piece of HTML, and that it is made of nothing but plain elements."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in PLAIN_TAGS
        assert {name for name, _ in attrs} <= PLAIN_ATTRIBUTES
        assert not any("url(" in (value or "") or "@import" in (value or "") for _, value in attrs)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def read_markdown(text: str) -> list[Token]:
    """Return the tokens that a generous reader of Markdown makes of a text."""
    reader = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    tokens = reader.parse(text)
    return [*tokens, *(c for t in tokens for c in t.children or ())]


def everywhere(text: str) -> Iterator[Block]:
    """Yield blocks with a text wherever one may stand."""
    yield Title(text, text)
    yield Line(text)
    yield Line(text, dim=True)
    yield Items((text, text))
    yield Table(((text, text),))
    yield Table(((text,),), (text,))


# -- forms ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_html_shows_whatever_was_written_as_text(text: str) -> None:
    for block in everywhere(text):
        assert plain(text) in Read(to_html(Sheet((block,)))).text
    for language in ("python", "text"):
        for summary in ("", text):
            shown = Read(to_html(Sheet((Code(text, language, summary),)))).text  # type: ignore[arg-type]  # of two
            assert shown == plain(summary) + "\n".join(plain(line) for line in text.split("\n"))
    picture = to_html(Sheet((Picture("<svg></svg>", text),)))
    assert "<script" not in picture.replace("<svg></svg>", "")
    assert "onerror=" not in picture.partition("aria-label=")[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_whatever_was_written_as_text(text: str) -> None:
    elements = ("paragraph", "strong", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td")
    due = {"inline", "text", "text_special", "softbreak", *(f"{e}_{end}" for e in elements for end in ("open", "close"))}
    for block in everywhere(text):
        tokens = read_markdown(to_markdown(Sheet((block,))))
        assert {t.type for t in tokens} <= due, block
        content = "".join(t.content for t in tokens if t.type in ("text", "text_special"))
        assert plain(text).strip() in content
        assert "$" not in to_markdown(Sheet((block,))), "it would be mathematics to some readers"
    fence = [t for t in read_markdown(to_markdown(Sheet((Code(text, "text"),)))) if t.type != "fence"]
    assert not fence


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_is_not_steered(text: str) -> None:
    for block in (*everywhere(text), Code(text), Code(text, "python", text), Picture("<svg></svg>", text)):
        lines = to_text(Sheet((block,))).split("\n")
        assert all(line.isprintable() for line in lines)


def test_a_table_in_text_has_columns() -> None:
    table = Table((("a", "1"), ("long name", "200")), ("name", "n"), right=(1,))
    assert to_text(Sheet((table,))) == "  name         n\n  a            1\n  long name  200"


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x  # why\n",
        "a = 'x' + \"\"\"y\nz\"\"\"\n",
        *("@f\ndef g(): pass", "def (", "'", "\tif x:\r\n\ty", "\x0cif x: y", ""),
    ],
)
def test_coloured_parts_are_the_text(text: str) -> None:
    assert "".join(part for _, part in parts(text)) == text


def test_code_is_coloured_by_what_it_is() -> None:
    found = list(parts("@target\ndef f(n: int) -> int:\n    return 'a', 1  # b\n"))
    kinds = {part: kind for kind, part in found if kind}
    assert kinds == {
        "@": "decorator", "target": "decorator", "def": "keyword", "f": "definition", "return": "keyword", "'a'": "string",
        "1": "number", "# b": "comment",
    }  # fmt: skip
    html = to_html(Sheet((Code("def f(): pass", "python"),)))
    assert "var(--jp-mirror-editor-keyword-color,inherit)" in html, "the colour of the theme, and none where there is none"


# -- specs ----------------------------------------------------------------------------------------------------------------------


def test_a_spec_says_what_is_asked_for_and_what_would_be_claimed() -> None:
    shown = spec(SPEC)
    assert (shown.names, shown.reason) == (("tri",), None)
    for said in (repr(shown), Read(shown._repr_html_()).text):
        for part in ("tri(n: int) -> int", "n >= 0", "2 * result == n * (n + 1)", "what the baseline returns", "kernel: proved"):
            assert part in said
        assert "An accepted version would claim" in said
        assert "at most K <= 32 ticks more" in said, "the order that it asks for"
        assert "never more ticks" in said, "a stronger one will do, too"
        assert "from size" not in said
        assert "for i in range(1, n + 1):" in said
    assert "```python\nfrom icontract import" in shown._repr_markdown_()


def test_a_spec_is_read_from_a_file_as_from_its_text(tmp_path: Path) -> None:
    path = tmp_path / "sums.py"
    path.write_text(SPEC)
    assert spec(path).text == spec(str(path)).text == spec(SPEC).text == spec(SPEC.encode()).text
    assert spec(path).path == path
    assert f"{path}:" in repr(spec(path))
    assert "spec.py:" in repr(spec(SPEC))
    assert str(scratch()) not in repr(spec(SPEC))
    assert spec(spec(path)).path == path
    with pytest.raises(Trouble, match=r"there is no spec file .*missing\.py"):
        spec(tmp_path / "missing.py")
    with pytest.raises(Trouble, match="is a folder"):
        spec(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def f(n: int) -> int:\n    return n\n", "NoTarget"), ("", "NoTarget"), ("def f(", "Malformed"), ("\x00\n", "Malformed"),
        ("\udc80\n", "Malformed"), (b"\xff\xfe\n", "Malformed"), ("x = 1\n", None), (SPEC.replace("n >= 0", "open(n)"), None),
    ],
)  # fmt: skip
def test_a_spec_that_does_not_read_is_shown_with_the_reason(text: str | bytes, reason: str | None) -> None:
    shown = spec(text)
    assert shown.names == ()
    assert shown.reason is not None
    assert reason in (None, type(shown.reason).__name__)
    assert type(shown.reason).__name__ in repr(shown)
    assert Read(shown._repr_html_()).text
    verdict = check(shown, "def tri(n: int) -> int:\n    return n\n")
    assert type(verdict.reason) is type(shown.reason), "and so does the judge"


def test_what_a_spec_says_stays_text() -> None:
    doc = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
    shown = spec(SPEC.format(doc=doc))
    assert shown.names == ("tri",)
    assert doc in Read(shown._repr_html_()).text
    assert "html_block" not in {t.type for t in read_markdown(shown._repr_markdown_())}


def test_the_name_of_a_file_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "<img src=x onerror=alert(1)>.py"
    path.write_text("x = 1\n")
    shown = spec(path)
    assert path.name in Read(shown._repr_html_()).text
    assert not {"html_inline", "html_block"} & {t.type for t in read_markdown(shown._repr_markdown_())}


def test_which_text_is_a_path() -> None:
    assert is_path(Path("x"))
    assert is_path("specs/sums/tri.py")
    for text in (SPEC, "x", "", "def f(): return 1", "# a.py\n", "a\n.py", b"a.py"):
        assert not is_path(text)


def test_a_text_is_put_down_byte_for_byte() -> None:
    for text in ("a\r\nb\r", "\ufeffx", "\udc80", ""):
        assert placed(text, "x.py").read_bytes() == text.encode(errors="surrogatepass")
    one, other = placed("x", "x.py", "theorem a : True := trivial"), placed("x", "x.py")
    assert one.with_suffix(".lean").read_text() == "theorem a : True := trivial"
    assert not other.with_suffix(".lean").exists(), "lemmas are those that were given with it"


# -- verdicts -------------------------------------------------------------------------------------------------------------------


def refused(reason: Reason, gate: str = "examples") -> Verdict:
    return verdict_of(Checked("tri", Examination(to_verdict(reason, gate, (("policy", 0.01), (gate, 1.25))))))


def test_a_counterexample_is_a_table() -> None:
    what = "tri(4097) returns 0; 8394753 is due."
    found = WrongResult(what=what, arguments=(4097, [1, 2]), got="0", due="8394753", parameters=("n", "xs"), do="Try n.")
    verdict = refused(found)
    assert (verdict.name, verdict.accepted, verdict.tier, verdict.order) == ("reject", False, None, None)
    assert verdict.counterexample == {"arguments": {"n": "4097", "xs": "[1, 2]"}, "got": "0", "due": "8394753"}
    assert verdict.seconds == {"policy": 0.01, "examples": 1.25}
    assert repr(verdict).split("\n") == [
        "reject  tri",
        f"  WrongResult at the gate examples: {what}",
        "  n     xs      got  due",
        "  4097  [1, 2]  0    8394753",
        "  next: Try n.",
        "  gate     policy  examples",
        "  seconds     0.0       1.2",
    ]
    assert verdict.data["counterexample"] == verdict.counterexample


def accepted(**changes: Any) -> Verdict:
    nodes = chain("tri", 2)
    program = nodes[2].content("program.py")
    made = replace(certificate(nodes[0], program, nodes[1], "eventually", 3), old_cost="((5 * n) + 4)", new_cost="6", **changes)
    examination = Examination(Accept(made, (("kernel", 2.0),)), order="eventually", cost_old="((5 * n) + 4)", cost_new="6")
    return verdict_of(Checked("tri", examination))


def test_an_acceptance_says_tier_order_and_cost() -> None:
    verdict = accepted()
    assert (verdict.name, verdict.accepted, verdict.tier, verdict.order) == ("accept", True, "kernel", "eventually")
    assert str(verdict.cost) == "5 * n + 4 -> 6"
    said = repr(verdict)
    for part in ("accept  tri", "kernel: proved in Lean", "at most 3 ticks more", "5 * n + 4", "no; admit=True adds it", "2.0"):
        assert part in said
        assert part in Read(verdict._repr_html_()).text.replace("accepttri", "accept  tri")
    assert "verified" not in said


def test_each_verdict_has_a_mark_of_its_own() -> None:
    verdicts = [
        accepted(), refused(Forbidden(what="no.")), refused(TimedOut(what="late.")), refused(ToolBroken(what="it died.")),
    ]  # fmt: skip
    assert [v.name for v in verdicts] == ["accept", "reject", "decline", "error"]
    grounds = [v._repr_html_().partition("background:")[2][:7] for v in verdicts]
    assert len(set(grounds)) == 4
    assert all(contrast(ground, "#ffffff") >= 4.5 for ground in grounds)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 has it."""

    def light(colour: str) -> float:
        parts_ = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts_)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_what_a_weak_contract_lets_through_is_shown() -> None:
    survivor = Survivor("def tri(n: int) -> int:\n    return n", ("n",), (2,), 3, 2)
    said = refused(WeakContract(what="it allows too much.", survivors=(survivor,), do="Say more."), "strength")
    assert "on n = 2 it returns 2, the baseline 3" in repr(said)
    assert "        return n" in repr(said)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_reason_quotes_stays_text(text: str) -> None:
    reason = WrongResult(what=text, where=text, do=text, arguments=(1,), got=text, due=text, parameters=("n",))
    verdict = refused(reason)
    assert Read(verdict._repr_html_()).text.count(plain(text)) >= 5
    assert not {"html_inline", "html_block", "link_open", "image"} & {t.type for t in read_markdown(verdict._repr_markdown_())}
    assert all(line.isprintable() for line in repr(verdict).split("\n"))


def test_a_candidate_outside_the_language_is_declined_with_its_place() -> None:
    verdict = check(SPEC, "def tri(n: int) -> int:\n    import os\n    return n\n")
    assert (verdict.name, type(verdict.reason).__name__) == ("decline", "Unsupported")
    said = repr(verdict)
    assert "where: candidate.py:2:5" in said
    assert "        import os\n        ^" in said
    assert "next: " in said


def test_what_is_shown_is_what_was_judged_whatever_became_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "faster.py"
    path.write_text("def tri(n: int) -> int:\n    return open(n)\n")
    verdict = check(SPEC, path)
    path.write_text("def tri(n: int) -> int:\n    return something_else(n)\n")
    assert "        return open(n)\n" in repr(verdict)
    assert "something_else" not in repr(verdict) + verdict._repr_html_()


def test_a_candidate_is_never_run_by_the_kernel(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = f"open({str(mark)!r}, 'w')\n\n\ndef tri(n: int) -> int:\n    return n\n"
    assert not check(SPEC, text).accepted
    assert not spec(SPEC + f"\n\nopen({str(mark)!r}, 'w')\n").names
    assert not mark.exists()


def test_wrong_usage_is_one_line(tmp_path: Path) -> None:
    good = "def tri(n: int) -> int:\n    return n * (n + 1) // 2\n"
    for call, said in (
        (lambda: check(TWO, good), "2 targets; name one with function=: tri, more"),
        (lambda: check(TWO), "2 targets; name one with function=: tri, more"),
        (lambda: check(SPEC, good, function="other"), "has no target 'other'"),
        (lambda: check(SPEC, tmp_path / "none.py"), "there is no candidate file"),
        (lambda: check(SPEC, good, order="soon"), "is none of always, eventually, worst-case"),
        (lambda: check(SPEC, good, lean="other"), "is one of auto, portable, native"),
        (lambda: check(SPEC, good, size="n"), "a claim in the worst case takes"),
    ):
        with pytest.raises(Trouble) as found:
            call()
        assert said in str(found.value)
        assert found.value._render_traceback_() == [f"qed: {found.value}"]


def test_an_error_that_nobody_foresaw_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("a\x1b[2Jb")

    monkeypatch.setattr("loop.notebook.verdicts.judged", broken)
    monkeypatch.delenv("QED_DEBUG", raising=False)
    with pytest.raises(Trouble, match=r"^ZeroDivisionError: a\\x1b\[2Jb \(QED_DEBUG=1 shows where\)$"):
        check(SPEC)
    monkeypatch.setenv("QED_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        check(SPEC)


def test_an_interrupt_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("loop.notebook.verdicts.judged", interrupted)
    with pytest.raises(Interrupted) as found:
        check(SPEC)
    assert found.value._render_traceback_() == ["qed: stopped; what was accepted so far is in the graph."]


def test_the_limit_on_digits_is_as_it_was_afterwards() -> None:
    before = sys.get_int_max_str_digits()
    spec(SPEC)
    with pytest.raises(Trouble):
        check(TWO)
    assert sys.get_int_max_str_digits() == before


def test_it_imports_without_ipython() -> None:
    text = (
        "import sys\nsys.modules['IPython'] = None\nimport loop.notebook as q\n"
        "print(q.spec(sys.argv[1]))\nprint(q.spec(sys.argv[1])._repr_html_()[:4])\n"
    )
    command = [sys.executable, "-c", text, str(ROOT / "specs" / "sums" / "square_pyramid.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert "square_pyramid(n: int) -> int" in done.stdout
    assert done.stdout.endswith("<div\n")


@pytest.mark.slow
@pytest.mark.lean
def test_the_verdicts_are_those_of_qed_check() -> None:
    targets = spec(SPEC)
    assert isinstance(targets, Targets)
    wrong = check(targets, "def tri(n: int) -> int:\n    if n == 4097:\n        return 0\n    return n * (n + 1) // 2\n")
    assert (wrong.name, wrong.counterexample and wrong.counterexample["arguments"]) == ("reject", {"n": "4097"})
    good = check(targets, "def tri(n: int) -> int:\n    return n * (n + 1) // 2\n")
    assert (good.name, good.tier) == ("accept", "kernel")
    assert good.order in {"always", "eventually"}
    assert str(good.cost).endswith("-> 3"), "three operations"


# -- the graph ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path / "accepted", *chain("tri", 3), *chain("more", 1), lemma())
    return tmp_path / "accepted"


def test_a_graph_is_a_table_of_its_targets(folder: Path) -> None:
    shown = graph(folder)
    assert shown.names == ("more", "tri")
    lines = repr(shown).split("\n")
    assert lines[1] == "  2 targets, 1 improved; 7 nodes: 4 implementations, 1 lemmas, 2 specs."
    (tri,) = [line.split() for line in lines if line.startswith("  tri ")]
    assert tri[1:4] == ["3", "kernel", "always"]
    assert tri[-1] == chain("tri", 3)[-1].id[:12]
    assert "for all natural numbers x:" in shown._repr_html_()
    assert "<details>" in shown._repr_html_()


def test_a_graph_is_a_picture_of_its_nodes(folder: Path) -> None:
    html = graph(folder)._repr_html_()
    assert html.count("<svg") == 1
    assert "A picture of 7 nodes and 6 edges" in html
    assert "A picture of 7 nodes" in repr(graph(folder)), "a terminal is told of it"
    assert "A picture of 2 nodes" in repr(graph(folder, around="more"))
    with pytest.raises(Trouble, match="no target 'none'"):
        graph(folder, around="none")
    for word in ("<script", "<style", "onload", "href", "url(", "@import"):
        assert word not in html


def test_a_graph_that_is_too_large_for_a_picture_says_what_to_do(tmp_path: Path) -> None:
    put(tmp_path / "accepted", *chain("tri", MOST_DRAWN), *chain("more", 1))
    shown = graph(tmp_path / "accepted")
    assert "<svg" not in shown._repr_html_()
    assert 'around="TARGET" draws those around one' in repr(shown)
    assert "<svg" in graph(tmp_path / "accepted", around="more")._repr_html_()


def test_a_graph_that_is_not_there_is_empty_and_says_so(tmp_path: Path) -> None:
    shown = graph(tmp_path / "none")
    assert (shown.names, "no such folder" in repr(shown)) == ((), True)
    (tmp_path / "none").mkdir()
    assert "It is empty." in repr(graph(tmp_path / "none"))


def test_a_graph_that_is_not_sound_is_one_line(folder: Path) -> None:
    next(folder.glob("*/program.py")).write_text("def tri(n: int) -> int:\n    return 0\n")
    with pytest.raises(Trouble, match=r"^GraphCorrupt: "):
        graph(folder)
    (folder.parent / "file").touch()
    with pytest.raises(Trouble, match="is a file"):
        graph(folder.parent / "file")


def test_a_certificate_says_what_is_claimed_and_whether_it_still_holds(folder: Path) -> None:
    nodes = chain("tri", 3)
    shown = certificate_of("tri", folder)
    assert shown.node.id == nodes[-1].id, "a target stands for its head"
    assert certificate_of(nodes[-1].id[:8], folder).node.id == nodes[-1].id
    said = repr(shown)
    assert said.startswith(f"kernel  implementation {nodes[-1].id}\n  the head of the target `tri`")
    for part in ("Claimed", "never more ticks on any allowed input", "Would be false through", "Bound to", "return n  # 2"):
        assert part in said
    assert not shown.fresh, "it was made by hand, for another judge"
    assert "stale: " in said
    assert "`qed ci` judges it again." in Read(shown._repr_html_()).text


@pytest.mark.parametrize(
    ("name", "said"), [("none", "has no node and no target 'none'"), ("spec", "is a spec, which claims nothing")]
)
def test_a_node_without_a_certificate_is_one_line(folder: Path, name: str, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        certificate_of(chain("tri", 3)[0].id if name == "spec" else name, folder)


def test_what_stands_in_a_graph_stays_text(tmp_path: Path) -> None:
    spec_, baseline = chain("tri", 1)
    program = b'def tri(n: int) -> int:\n    """</code></pre><script>alert(1)</script>"""\n    return n\n'
    put(tmp_path / "accepted", spec_, baseline, implementation(spec_, program, baseline))
    shown = certificate_of("tri", tmp_path / "accepted")
    assert "</code></pre><script>alert(1)</script>" in Read(shown._repr_html_()).text
    assert "html_block" not in {t.type for t in read_markdown(shown._repr_markdown_())}


def test_the_shipped_graph_is_shown() -> None:
    shown = graph(ROOT / "accepted")
    assert "square_pyramid" in shown.names
    assert "<svg" in shown._repr_html_()
    assert certificate_of("square_pyramid", ROOT / "accepted").node.kind == "implementation"
