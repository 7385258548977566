"""The pages of `qed serve` in a real browser, Debian's Chromium driven by Playwright; every request of each page is looked at."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe import axe_script, faults
from chromium import launched, needs_chromium
from served import SCRIPT, Served, entries, hostile, many, reviewed, serving, shipped
from small_runs import BETTER, GOOD, WRONG, Asked, Bench

from loop.journal import Entry, Journal, journal_path
from verify.certificate import DIGEST

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = needs_chromium
PAGES = (
    "/", "/target/square_pyramid", "/nodes", "/graph", "/runs", "/archive", "/generations", "/review", "/help", "/nothing-here",
)  # fmt: skip
PATIENCE = 120_000
"""milliseconds that a page may take on a busy machine"""
SHOTS = os.environ.get("QED_SHOTS")
"""a folder into which pictures of the pages go, for people to look at"""


@dataclass
class Tab:
    """A page of the browser, and all that it asked for and complained of."""

    page: "Page"
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def see(self, address: str) -> "Page":
        """Go to an address, and wait until the page stands."""
        self.page.goto(address, wait_until="load")
        return self.page

    def check(self) -> None:
        """Assert that nothing left this machine, and that nothing went wrong on the way."""
        assert self.asked
        assert {urlsplit(a).hostname for a in self.asked} == {"127.0.0.1"}, self.asked
        assert not self.complaints, self.complaints


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    with launched() as browser:
        yield browser


@contextmanager
def opened(browser: "Browser", **options: object) -> Iterator[Tab]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    tab = Tab(page)
    context.on("request", lambda request: tab.asked.append(request.url))
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    page.on("dialog", lambda dialog: (tab.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def said(message: "ConsoleMessage") -> None:
        # an answer of 404 or 503 is a page that says why
        if message.type in ("error", "warning") and "status of" not in message.text:
            tab.complaints.append(message.text)

    page.on("console", said)
    try:
        yield tab
    finally:
        context.close()


@pytest.fixture
def tab(chromium: "Browser") -> Iterator[Tab]:
    with opened(chromium) as made:
        yield made
        made.check()


@pytest.fixture(scope="module")
def normal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(shipped(tmp_path_factory.mktemp("normal"))) as made:
        yield made


@pytest.fixture(scope="module")
def waits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(reviewed(tmp_path_factory.mktemp("waits")).folder) as made:
        yield made


def until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE / 1_000
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


# -- every page -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axe() -> str:
    return axe_script()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("where", ["normal", "waits"])
def test_no_page_has_a_serious_fault(
    chromium: "Browser", axe: str, request: pytest.FixtureRequest, where: str, colours: str
) -> None:
    served: Served = request.getfixturevalue(where)
    node = next(p.name for p in sorted(served.folder.iterdir()) if DIGEST.fullmatch(p.name) and (p / "proof.lean").exists())
    waiting = [f"/review/{h.node.id}" for h in entries(served.folder)[:1]]
    target = [p for p in PAGES if where == "normal" or not p.startswith("/target")]
    with opened(chromium, color_scheme=colours) as tab:
        for path in (*target, f"/node/{node}", *waiting):
            page = tab.see(f"{served.address}{path}")
            if path == "/graph":
                page.wait_for_selector("#graph[data-drawn]")
            if path.startswith(("/target", "/node")) and page.query_selector("[data-part]"):
                page.wait_for_selector("[data-part] svg")
            for closed in page.query_selector_all("details:not([open]) > summary"):
                closed.click()
            if SHOTS:
                name = f"{where}{path.replace('/', '-')[:24]}-{colours}.png"
                page.screenshot(path=str(Path(SHOTS) / name), full_page=True)
            assert not faults(page, axe), path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{path} is wider than the window"
        tab.check()


def test_pages_fit_a_narrow_window_and_paper(chromium: "Browser", normal: Served) -> None:
    with opened(chromium) as tab:
        tab.page.set_viewport_size({"width": 360, "height": 740})
        for path in PAGES:
            page = tab.see(f"{normal.address}{path}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path
        page = tab.see(f"{normal.address}/target/square_pyramid")
        page.emulate_media(media="print")
        assert not page.is_visible("nav")
        assert page.is_visible("h1")
        assert len(page.pdf()) > 10_000
        tab.check()


def test_dark_and_light_follow_the_system_and_the_reader(chromium: "Browser", normal: Served) -> None:
    back = "getComputedStyle(document.documentElement).backgroundColor"
    with opened(chromium, color_scheme="dark") as tab:
        page = tab.see(normal.address)
        dark = page.evaluate(back)
        page.get_by_role("button", name="Light colours").click()
        light = page.evaluate(back)
        assert light != dark
        page = tab.see(f"{normal.address}/help")
        assert page.evaluate(back) == light  # chosen once, kept
        page.keyboard.press("d")
        assert page.evaluate(back) == dark
        tab.check()
    with opened(chromium, color_scheme="light") as tab:
        assert tab.see(normal.address).evaluate(back) == light


# -- the keyboard alone ---------------------------------------------------------------------------------------------------------


def test_the_keyboard_alone_leads_everywhere(tab: Tab, normal: Served) -> None:
    page = tab.see(normal.address)
    focused = "document.activeElement.id || document.activeElement.textContent.trim()"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "main"
    page.keyboard.press("/")
    page.keyboard.type("square_pyr")
    assert page.locator("#targets tbody tr:visible").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate(focused) == "square_pyramid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/target/*")
    assert page.inner_text("h1") == "square_pyramid"
    for key, place in (("d", "/graph"), ("r", "/runs"), ("a", "/archive"), ("e", "/generations"), ("w", "/review"), ("t", "/")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"{normal.address}{place}")
    page.keyboard.press("?")
    assert page.is_visible("dialog[open]")
    page.keyboard.press("Escape")
    assert not page.is_visible("dialog[open]")


def test_single_keys_can_be_turned_off(tab: Tab, normal: Served) -> None:
    page = tab.see(normal.address)
    page.keyboard.press("?")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert not page.is_visible("dialog[open]")


def test_tables_are_sorted_by_any_column(tab: Tab, normal: Served) -> None:
    page = tab.see(normal.address)
    rows = page.locator("#targets tbody tr th")
    before = rows.all_inner_texts()
    page.get_by_role("button", name="Target", exact=True).press("Enter")
    assert rows.all_inner_texts() == sorted(before)
    page.get_by_role("button", name="Target", exact=True).press("Enter")
    assert rows.all_inner_texts() == sorted(before, reverse=True)
    assert page.get_attribute("#targets thead th", "aria-sort") == "descending"
    page.get_by_label("Improved").select_option("no")
    assert page.locator("#targets tbody tr:visible").count() < len(before)


# -- the drawing ----------------------------------------------------------------------------------------------------------------


def test_two_thousand_nodes_are_drawn(tab: Tab, tmp_path: Path) -> None:
    with serving(many(tmp_path, 2_000)) as served:
        page = tab.see(f"{served.address}/graph")
        page.wait_for_selector('#graph[data-drawn="2000"]')
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / "many-graph.png"))
        page.get_by_label("Search").fill("target_77")
        assert "found" in page.inner_text("#found")
        page.keyboard.press("Enter")
        assert page.inner_text("#chosen h2").startswith("target_77")


def test_the_drawing_is_moved_searched_and_left_by_keys(tab: Tab, normal: Served) -> None:
    page = tab.see(f"{normal.address}/graph")
    page.wait_for_selector("#graph[data-drawn]")
    picture = "document.getElementById('drawing').toDataURL()"

    def changed(action: Callable[[], None]) -> bool:
        before = page.evaluate(picture)
        action()
        page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))")
        return bool(page.evaluate(picture) != before)

    page.keyboard.press("/")
    page.keyboard.type("implementation square_pyramid")
    page.keyboard.press("Enter")
    assert page.inner_text("#chosen h2") == "square_pyramid"
    for key in ("+", "-", "ArrowLeft", "ArrowUp", "n", "u", "0"):
        assert changed(lambda key=key: page.keyboard.press(key)), key  # type: ignore[misc]  # of the loop's own turn
    box = page.locator("#drawing").bounding_box()
    assert box
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    assert changed(lambda: page.mouse.wheel(0, -400))
    page.mouse.down()
    assert changed(lambda: page.mouse.move(box["x"] + 100, box["y"] + 100))
    page.mouse.up()
    page.focus("#drawing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/node/*")
    assert "square_pyramid" in page.inner_text("h1")
    page.get_by_role("link", name="In the graph").click()
    page.wait_for_selector("#graph[data-drawn]")
    assert page.inner_text("#chosen h2") == "square_pyramid"


# -- a run that goes on ---------------------------------------------------------------------------------------------------------


def test_a_run_shows_itself_while_its_journal_is_written(tab: Tab, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "accepted")
    bench.run(Asked(WRONG, GOOD))
    with serving(bench.folder) as served:
        page = tab.see(f"{served.address}/runs")
        refusals = page.locator("#run-refusals details")
        page.evaluate("window.mark = 'not loaded again'")
        first = page.inner_text("#run-state h2")
        bench.run(Asked(BETTER))
        until(lambda: page.inner_text("#run-state h2") != first, "the new run is not shown")
        page.wait_for_selector("#run-entered a")
        journal = Journal(journal_path(bench.folder))
        journal.begin({"proposer": "symbolic", "seed": 3})
        entry = Entry(
            target="f", spec="0" * 64, head=None, candidate="1" * 64, judge="2" * 64, verdict="reject", reason="WrongResult",
            message="f(41) returns 7.", gate="examples", seconds=0.5, arguments=(41,),
            program="def f(n: int) -> int:\n    return 7\n",
        )  # fmt: skip
        for number in range(5):
            journal.append(replace(entry, candidate=f"{number}" * 64), 0, number)
            until(lambda number=number: refusals.count() == number + 1, "a refusal is not shown")  # type: ignore[misc]
        assert "41" in page.inner_text("#run-refusals summary >> nth=0")
        page.click("#run-refusals summary >> nth=0")
        journal.append(replace(entry, candidate="9" * 64, message="one more"), 0, 9)
        until(lambda: refusals.count() == 6, "the last refusal is not shown")
        assert page.locator("#run-refusals details[open]").count() == 1  # what was open stays open
        assert page.evaluate("window.mark") == "not loaded again"
        journal.close()
        page.goto("about:blank")
        asked = len(tab.asked)
        page.wait_for_timeout(2_500)
        assert len([a for a in tab.asked[asked:] if "/part/" in a]) == 0  # who looks no more asks no more
        tab.asked = [a for a in tab.asked if a != "about:blank"]


def test_a_server_that_went_away_is_said(chromium: "Browser", tmp_path: Path) -> None:
    with opened(chromium) as tab, ExitStack() as stack:
        served = stack.enter_context(serving(reviewed(tmp_path).folder))
        page = tab.see(f"{served.address}/runs")
        stack.close()
        until(lambda: "does not answer" in page.inner_text("#connection"), "nothing is said")


# -- text is text ---------------------------------------------------------------------------------------------------------------


def test_script_of_a_candidate_is_text(tab: Tab, tmp_path: Path) -> None:
    folder, node = hostile(tmp_path)
    edge = node.edge("implements")
    assert edge is not None
    with serving(folder) as served:
        for path in ("/", f"/target/{edge.to}", f"/node/{node.id}", "/runs", "/graph", "/review", "/nodes"):
            page = tab.see(f"{served.address}{path}")
            if path == "/graph":
                page.wait_for_selector("#graph[data-drawn]")
            page.wait_for_timeout(300)
            assert "QED Loop" in page.title()
            assert "taken" not in page.title()
            assert page.locator("main img, main script").count() == 0
        page = tab.see(f"{served.address}/runs")
        page.wait_for_timeout(1_200)  # the part has been put in once by script
        assert SCRIPT in page.inner_text("#run-refusals")
        page.click("#run-refusals summary >> nth=0")
        assert SCRIPT in page.inner_text("#run-refusals pre >> nth=0")
        page = tab.see(f"{served.address}/node/{node.id}")
        assert SCRIPT in page.inner_text("main")


# -- a person's word ------------------------------------------------------------------------------------------------------------


def test_a_word_is_given_by_keyboard_and_followed(tab: Tab, tmp_path: Path) -> None:
    bench = reviewed(tmp_path)
    with serving(bench.folder) as served:
        page = tab.see(f"{served.address}/review")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/review/*")
        reject = page.locator("form[action$=reject]")
        reject.get_by_label("Your name").fill("ada")
        reject.get_by_label("Why").fill("too clever")
        reject.get_by_label("Why").press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=It is out of the queue for good")
        until(lambda: len(entries(bench.folder)) == 1, "the entry stays in the queue")
        page = tab.see(f"{served.address}/review")
        page.locator("tbody a").first.click()
        approve = page.locator("form[action$=approve]")
        approve.get_by_label("Your name").fill("ada")
        approve.get_by_role("button").click()
        page.wait_for_selector("text=being proved again")
        page.wait_for_selector("text=It was not approved", timeout=240_000)  # its certificate was made by hand
        assert len(entries(bench.folder)) == 1
