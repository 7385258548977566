"""The review queue as pages, and the forms by which a person gives a word. `qed review` carries it out, or says why not."""

from collections.abc import Mapping
from typing import get_args
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loop.serve.decisions import Decision, Word
from loop.serve.pages import renewed
from loop.serve.render import html, page
from loop.serve.site import Site
from loop.views.waiting import WaitingView, waiting
from verify.canonical import Digest
from verify.certificate import DIGEST

FIELDS = ("token", "by", "why")
LONGEST = 2_000
"""characters of a field"""


def review_page(site: Site, _: Request) -> Response:
    """List what waits."""
    return page("review.html", site.values("/review", entries=waiting(site.graph(), site.accepted)))


def entry_page(site: Site, request: Request) -> Response:
    """Show what there is to judge of an entry, and the forms."""
    return _page(site, _entry(request))


def _entry(request: Request) -> Digest:
    name: str = request.path_params["entry"]
    if not DIGEST.fullmatch(name):
        raise HTTPException(404)
    return name


def _page(site: Site, name: Digest, fault: str = "", by: str = "", status: int = 200) -> Response:
    decision, graph = site.decisions[name], site.graph()
    found = next((e for e in waiting(graph, site.accepted) if e.node == name), None)
    if found is None and decision is None and name not in graph.nodes:
        raise HTTPException(404)
    values = {
        "entry": name, "e": found, "decision": decision, "fault": fault,
        "pending": decision is not None and decision.code is None,
        "title": _title(found, graph.nodes[name].target if name in graph.nodes else name[:12]), "there": name in graph.nodes,
        "by": by or (decision.by if decision else ""), "tokens": {w: site.token(f"{w} {name}") for w in get_args(Word)},
    }  # fmt: skip
    return page("review_entry.html", site.values("/review", **values), status)


def _title(found: WaitingView | None, otherwise: str) -> str:
    return found.target or found.node[:12] if found else otherwise


def entry_part(site: Site, request: Request) -> Response:
    """Return what became of a word, to be put into the entry's page; when it is over, the page is due anew."""
    name = _entry(request)
    decision = site.decisions[name]
    over = decision is not None and decision.code is not None
    return renewed(request, html("decision_part.html", {"decision": decision}), f"/review/{name}" if over else "")


async def give_word(site: Site, request: Request) -> Response:
    """Take a word on an entry, and show what becomes of it. 400 for what is no such form, 403 for one of another server's."""
    name, word = _entry(request), request.path_params["word"]
    if word not in get_args(Word):
        raise HTTPException(404)
    form = _form(request, await request.body())
    if not site.is_token(f"{word} {name}", form["token"]):
        raise HTTPException(403, "The form is not one of this server's, or of before it was started again. Load its page again.")
    by, why = form["by"].strip(), form["why"].replace("\r\n", "\n").strip()
    if fault := _fault(word, by, why):
        return await run_in_threadpool(_page, site, name, fault, by, 400)
    entries = await run_in_threadpool(lambda: waiting(site.graph(), site.accepted))
    if name not in {e.node for e in entries}:
        raise HTTPException(404)
    if before := site.decisions.give(Decision(entry=name, word=word, by=by, why=why)):
        fault = f"Another word is being carried out, on {before.entry[:12]}; give this one when that is over."
        return await run_in_threadpool(_page, site, name, fault, by, 409)
    return RedirectResponse(f"/review/{name}", 303)


def _form(request: Request, body: bytes) -> Mapping[str, str]:
    """Read a form: each field once. Raises HTTPException."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(400, "A form of another kind was due.")
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=len(FIELDS), errors="strict")
    except ValueError:
        raise HTTPException(400, "The form cannot be read.") from None
    if set(found) != set(FIELDS) or any(len(values) != 1 for values in found.values()):
        raise HTTPException(400, f"The form has the fields {', '.join(FIELDS)}, each once.")
    return {name: values[0] for name, values in found.items()}


def _fault(word: str, by: str, why: str) -> str:
    if not by or not by.isprintable():
        return "A name is due: a line of printable text."
    if word == "reject" and not why:
        return "Say why it is rejected; the journal keeps it."
    if max(len(by), len(why)) > LONGEST or not why.replace("\n", "").replace("\t", "").isprintable():
        return f"A reason is printable text of at most {LONGEST} characters."
    return ""
