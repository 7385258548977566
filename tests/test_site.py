"""The documentation builds as a site with no warning, and the site asks nothing of another host."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from chromium import launched, needs_chromium

from tests.docs.commands import with_snippets

ROOT = Path(__file__).resolve().parent.parent
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "link": "href", "form": "action"}
"""what a browser asks for without being told to by a click"""


class Asked(HTMLParser):
    """Takes down what a page has the browser fetch, and its rules on that."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in FETCHED and given.get(FETCHED[tag]) and given.get("rel") != "canonical":
            self.found.append(str(given[FETCHED[tag]]))
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(given["content"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


def test_every_page_is_in_the_navigation(site: Path) -> None:
    config = (ROOT / "mkdocs.yml").read_text()
    missing = [p.name for p in (ROOT / "docs").glob("*.md") if not re.search(rf": {re.escape(p.name)}$", config, re.MULTILINE)]
    assert not missing
    assert (site / "verify" / "DIVERGENCES.html").is_file()


def test_no_page_has_anything_fetched_from_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        asked = Asked()
        asked.feed(page.read_text())
        assert asked.found, page
        assert not [link for link in asked.found if re.match(r"([a-z]+:)?//", link)], page
        assert asked.policy.startswith("default-src 'self';"), page
    for sheet in site.rglob("*.css"):
        assert not re.findall(r"url\(\s*[\"']?(?:https?:)?//", sheet.read_text()), sheet


def test_links_of_the_tree_are_pages_of_the_site(site: Path) -> None:
    language = (site / "language.html").read_text()
    assert 'href="verify/DIVERGENCES.html"' in language  # docs/language.md says ../verify/DIVERGENCES.md
    assert 'href="../gate.html"' in (site / "verify" / "index.html").read_text()  # verify/README.md says ../docs/gate.md
    assert "--8&lt;--" not in (site / "tutorial.html").read_text()


def test_recipes_are_yaml() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", with_snippets((ROOT / "docs" / "gate.md").read_text()), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    github, gitlab, before_commit = map(yaml.safe_load, blocks)
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    assert github["jobs"]["gate"]["steps"][-1]["with"].keys() <= inputs.keys()
    assert any("qed ci " in line for line in gitlab["qed"]["script"])
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert before_commit[0]["hooks"][0]["id"] in {hook["id"] for hook in hooks}


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has there
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@needs_chromium
def test_a_browser_asks_its_own_host_only_and_finds_a_page_by_search(address: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    with launched() as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/index.html", wait_until="networkidle")
        page.keyboard.press("/")
        page.keyboard.type("worst-case", delay=20)
        page.wait_for_selector(".md-search-result__link", timeout=60_000)
        for name in ("tutorial.html", "controls.html", "verify/index.html"):
            page.goto(f"{address}/{name}", wait_until="networkidle")
    assert any("search_index.json" in url for url in asked)
    assert not [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not said
