"""What goes wrong while a page is made -> a page that says so: what, where, and what to do. Never a traceback."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from loop.commands.common import UsageError
from loop.serve.render import page
from loop.serve.site import Site
from verify.ci_formats import plain
from verify.reasons import Refusal

Handler: TypeAlias = Callable[[Site, Request], Response]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a page says that could not be made; `status` is that of the answer."""

    status: int
    title: str
    what: str
    where: str = ""
    do: str = ""


def problem_of(error: Exception) -> Problem:
    """Return what there is to say of an error."""
    match error:
        case Refusal(reason=reason):
            return Problem(503, "This cannot be shown", f"{type(reason).__name__}: {reason.what}", reason.where, reason.do)
        case UsageError():
            return Problem(404, "There is nothing here", str(error))
        case HTTPException(status_code=404):
            return Problem(404, "There is nothing here", "No page has this address.", do="The pages are listed above.")
        case HTTPException(status_code=status, detail=detail):
            return Problem(status, "This was refused", detail)
        case OSError(strerror=said, filename=name):
            do = "Mend the folder's permissions or the disk, then load the page again."
            return Problem(503, "This cannot be read", str(said or error), str(name or ""), do)
    kind = type(error).__name__
    sys.stderr.write(f"qed: {plain(f'{kind}: {error}')[:400]} (QED_DEBUG=1 shows where)\n")
    what = f"{kind}: {' '.join(str(error).split())[:300]}"
    return Problem(500, "This program has a bug", what, do="QED_DEBUG=1 has `qed serve` show where.")


def answered(site: Site, handler: Handler) -> Callable[[Request], Response]:
    """Return what answers a request with a page, or with one that says why there is none."""

    def answer(request: Request) -> Response:
        try:
            return handler(site, request)
        except Exception as error:
            if os.environ.get("QED_DEBUG") and not isinstance(error, Refusal | UsageError | HTTPException | OSError):
                raise
            return problem_page(site, request, error)

    return answer


def problem_page(site: Site, request: Request, error: Exception) -> Response:
    """Answer with what there is to say of an error: a page, or a line where a part of a page was asked for."""
    found = problem_of(error)
    if request.url.path.startswith("/part/") or request.url.path.endswith(".json"):
        return PlainTextResponse(f"{found.title}: {found.what}\n", found.status)
    values = {"title": found.title, "what": found.what, "where": found.where, "do": found.do}
    return page("problem.html", site.values(request.url.path, **values), found.status)
