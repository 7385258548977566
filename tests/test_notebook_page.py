"""What notebooks show, in a real browser: it reads in light and in dark, asks for nothing, and runs nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from chromium import launched, needs_chromium

from loop.commands.check import Checked
from loop.examine import Examination
from loop.notebook import certificate, graph, spec
from loop.notebook.html import to_html
from loop.notebook.sheet import Code, Items, Line, Picture, Sheet, Table, Title
from loop.notebook.verdicts import verdict_of
from verify.reasons import Forbidden, TimedOut, ToolBroken, WrongResult
from verify.verdict import to_verdict

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium
ROOT = Path(__file__).resolve().parent.parent
THEMES = {"light": ("#ffffff", "#212121"), "dark": ("#111111", "#ffffff")}
"""ground and text of Jupyter's own themes"""
HOSTILE = (
    "<script>window.hit = 1</script>",
    "<img src=https://example.org/x.png onerror='window.hit = 1'>",
    "</code></pre></details></div><svg onload='window.hit = 1'></svg>",
    "'\"><iframe src=https://example.org></iframe>",
    "<style>* { display: none }</style>",
)
DRAWN = "<svg></svg>"
CONTRASTS = """() => {
  const channels = text => (text.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const found = channels(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const out = [];
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), element = walk.currentNode.parentElement;
    if (!text || element.closest('svg')) continue;
    const a = light(channels(getComputedStyle(element).color)), b = light(ground(element));
    out.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text]);
  }
  return out;
}"""


@dataclass
class Tab:
    """A page of the browser, and what went out of it or came up in it."""

    page: "Page"
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    with launched() as browser:
        yield browser


@pytest.fixture
def tab(chromium: "Browser") -> Iterator[Tab]:
    page = chromium.new_page(viewport={"width": 900, "height": 700})
    opened = Tab(page)
    page.on("request", lambda request: opened.asked.append(request.url))
    page.on("dialog", lambda dialog: (opened.asked.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    yield opened
    page.close()


def shows(tab: Tab, theme: str, *pieces: str) -> None:
    ground, text = THEMES[theme]
    style = f"background:{ground};color:{text};font-family:sans-serif;color-scheme:{theme};--jp-layout-color0:{ground}"
    body = f'<body style="{style}">{"".join(pieces)}</body>'
    tab.page.set_content(f'<!doctype html><html lang="en"><title>cells</title>{body}</html>')


def judged(reason: Any) -> str:
    return verdict_of(Checked("f", Examination(to_verdict(reason, "examples", (("examples", 1.0),)))))._repr_html_()


def pieces() -> list[str]:
    wrong = WrongResult(what="f(3) returns 2.", arguments=(3, [1] * 200), got="2", due="3", parameters=("n", "xs"), do="Try 3.")
    reasons = (wrong, Forbidden(what="no."), TimedOut(what="late."), ToolBroken(what="it died."))
    accepted = ROOT / "accepted"
    shown = (
        spec(ROOT / "specs" / "sums" / "square_pyramid.py"), graph(accepted), graph(accepted, around="square_pyramid"),
        certificate("square_pyramid", accepted),
    )  # fmt: skip
    return [*map(judged, reasons), *(s._repr_html_() for s in shown)]


@pytest.mark.parametrize("theme", THEMES)
def test_it_reads_in_light_and_in_dark(tab: Tab, theme: str) -> None:
    shows(tab, theme, *pieces())
    found = tab.page.evaluate(CONTRASTS)
    assert len(found) > 100
    assert [(round(c, 1), t) for c, t in found if c < 4.5] == []
    wide = tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "what is wide scrolls by itself"
    papers = tab.page.evaluate("[...document.querySelectorAll('svg rect')].map(e => getComputedStyle(e).fill)")
    ground = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 17, 17)"}[theme]
    assert ground in papers, "a drawing stands on the ground of the page"
    assert tab.asked == []


def test_what_was_written_is_neither_run_nor_asked_for(tab: Tab) -> None:
    sheets = [
        Sheet((Title(t, t), Line(t), Items((t,)), Table(((t, t),), (t, t)), Code(t), Code(t, "python", t), Picture(DRAWN, t)))
        for t in HOSTILE
    ]
    reasons = [WrongResult(what=t, where=t, do=t, arguments=(1,), got=t, due=t, parameters=("n",)) for t in HOSTILE]
    shows(tab, "light", *map(to_html, sheets), *map(judged, reasons), '<p id="end">the end</p>')
    tab.page.wait_for_timeout(200)
    assert tab.page.evaluate("window.hit") is None
    assert tab.asked == []
    assert tab.page.locator("script, img, iframe, style, link, a").count() == 0
    assert tab.page.locator("svg").count() == len(HOSTILE)
    assert tab.page.locator("#end").is_visible()
    text = tab.page.evaluate("document.body.textContent")
    assert all(text.count(t) >= 8 for t in HOSTILE)


def test_what_scrolls_can_be_reached_with_the_keyboard(tab: Tab) -> None:
    shows(tab, "light", *pieces())
    lost = tab.page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1
        && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert lost == []
