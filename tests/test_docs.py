"""The documentation's commands exist and do what the pages show, its links lead somewhere, and its files are on a page.

`python -m tests.docs` lists the commands that are not run, with the reasons.
"""

import re
from pathlib import Path

import pytest

from tests import first_steps
from tests.docs.commands import (
    EXAMPLES,
    ROOT,
    SNIPPET,
    Command,
    Shown,
    commands,
    counted,
    inline,
    kind_of,
    named,
    pages,
    table,
    tokens,
)
from tests.docs.lookup import fault
from tests.docs.running import alike, play, session_of
from verify import reasons
from verify.reasons import Reason

KNOWN = table()
COMMANDS = commands()
INLINE = sorted({(c.page, c.text): c for page in pages() for c in inline(page)}.values(), key=lambda c: (c.page, c.line))
ELSEWHERE = ("ARCHITECTURE.md", "CHANGELOG.md", "bench/README.md", "verify/README.md", "verify/DIVERGENCES.md")
TREE = [*pages(), *(ROOT / name for name in ELSEWHERE)]


def where(value: object) -> str:
    return f"{value.page}:{value.line}" if isinstance(value, Command) else str(value)


def test_every_command_is_run_or_has_a_reason() -> None:
    unknown = [f"{c.page}:{c.line}: {c.text}" for c in COMMANDS if kind_of(c, KNOWN) == "unknown"]
    assert not unknown, "neither run nor listed in tests/docs/commands.toml: " + "; ".join(unknown)


def test_the_table_speaks_of_commands_that_are_there() -> None:
    there = {(c.page, c.text) for c in COMMANDS}
    assert {*KNOWN.not_run, *KNOWN.elsewhere} <= there
    assert not KNOWN.not_run.keys() & KNOWN.elsewhere.keys()
    for session in KNOWN.sessions.values():
        assert {(session.page, text) for text in (*session.quick, *session.exits)} <= there, session.page
    for test in KNOWN.elsewhere.values():
        assert (ROOT / test).is_file(), test
    assert all(len(why.split()) > 3 for why in KNOWN.not_run.values())


def test_the_counts_are_held_in_one_place() -> None:
    assert counted(KNOWN) == KNOWN.counts


@pytest.mark.parametrize("command", COMMANDS, ids=where)
def test_a_command_exists_with_its_options(command: Command) -> None:
    if "\n" in command.text:
        assert kind_of(command, KNOWN) != "quick"  # a script for the shell, which is not taken apart
        return
    assert fault(command.words) is None


@pytest.mark.parametrize("command", INLINE, ids=where)
def test_a_command_in_running_text_exists_with_its_options(command: Command) -> None:
    assert fault(command.words, whole=False) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("qed chekc a.py", "no command chekc"),
        ("qed check a.py --admits", "--admits"),
        ("qed graph list", "no command list"),
        ("qed check", "needs spec"),
        ("qed ci a.py", "no further argument"),
        ("qed run --seed", "--seed"),
        ("make evrything", "no target evrything"),
        ("python -m loop.nothing", "no"),
        (".venv/bin/python bench/soak.py --chekcs 3", "--chekcs"),
        ("curl https://example.org", "no program"),
    ],
)
def test_a_command_that_does_not_exist_is_told(text: str, said: str) -> None:
    assert said in (fault(text.split()) or "")


def test_output_that_differs_is_told() -> None:
    assert alike("examples 0.4 s\n  cost: 3 ticks", "examples 12.0 s\n  cost: 3 ticks\n")
    assert not alike("cost: 3 ticks", "cost: 4 ticks")
    assert not alike("accept  f", "accept  f\n  more")
    assert not alike("node 6341e84a1c0a", "node none")


@pytest.mark.parametrize("name", [p for p, s in KNOWN.sessions.items() if not s.slow])
def test_the_commands_of_a_page_do_what_it_shows(name: str, tmp_path: Path) -> None:
    session, shown = session_of(name)
    assert not play(session, shown, tmp_path)


@pytest.mark.parametrize("name", [p for p, s in KNOWN.sessions.items() if s.quick])
def test_the_quick_commands_of_a_page_do_what_it_shows(name: str, tmp_path: Path) -> None:
    session, shown = session_of(name)
    assert not play(session, [s for s in shown if isinstance(s, Shown) or s.text in session.quick], tmp_path)


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.parametrize("name", [p for p, s in KNOWN.sessions.items() if s.slow])
def test_the_slow_commands_of_a_page_do_what_it_shows(name: str, tmp_path: Path, toolchain: object) -> None:
    session, shown = session_of(name)
    assert not play(session, shown, tmp_path)


def test_the_tutorial_shows_the_first_steps_that_a_script_takes() -> None:
    shown = [c for c in COMMANDS if c.page == "docs/tutorial.md" and c.console]
    assert [c.text for c in shown if c.text in first_steps.COMMANDS] == list(first_steps.COMMANDS)
    if first_steps.GOLDEN.is_file():
        printed = {c.text: first_steps.shown(c.due or "") for c in shown}
        assert {s.command: s.shown for s in first_steps.steps()}.items() <= printed.items()


def links(page: Path) -> list[tuple[int, str]]:
    return [
        ((token.map or [0])[0] + 1, str(child.attrGet("href") or child.attrGet("src")))
        for token in tokens(page) for child in token.children or () if child.type in {"link_open", "image"}
    ]  # fmt: skip


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them of plain words."""
    found = tokens(page)
    titles = [found[i + 1].content for i, token in enumerate(found) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", TREE, ids=named)
def test_links_lead_to_files_of_the_tree(path: Path) -> None:
    for line, link in links(path):
        at = f"{named(path)}:{line}: {link}"
        if re.match(r"[a-z]+:", link):
            assert re.fullmatch(r"https://[\w.-]+\.[a-z]+(/[\w./~%?=&#+-]*)?", link), at
            continue
        name, _, anchor = link.partition("#")
        aim = (path.parent / name).resolve() if name else path
        assert aim.exists(), at
        assert aim.is_relative_to(ROOT), at
        assert not anchor or anchor in anchors(aim), at


def test_each_file_of_the_examples_is_on_a_page() -> None:
    included = {name for page in pages() for name in SNIPPET.findall(page.read_text())}
    given = {Path(source).name for session in KNOWN.sessions.values() for source in session.files.values()}
    assert {p.name for p in EXAMPLES.iterdir() if p.is_file()} <= included | given


def test_the_page_on_proofs_says_what_to_do_on_each_decline() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "proofs.md").read_text(), re.MULTILINE)
    declines = {n for n, v in vars(reasons).items() if isinstance(v, type) and issubclass(v, Reason) and v.verdict == "decline"}
    assert {r for r in rows if r[0].isupper()} == declines
