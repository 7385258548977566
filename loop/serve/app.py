"""The addresses of the server, and what answers at each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loop.serve import pages, review_pages
from loop.serve.guard import Border, Guard
from loop.serve.problems import Handler, answered, problem_page
from loop.serve.site import Site
from loop.serve.static_files import static_file

SHOWN: tuple[tuple[str, Handler], ...] = (
    ("/", pages.targets_page),
    ("/target/{name}", pages.target_page),
    ("/node/{name}", pages.node_page),
    ("/node/{name}/{file}", pages.node_file),
    ("/nodes", pages.nodes_page),
    ("/graph", pages.graph_page),
    ("/graph.json", pages.graph_data),
    ("/curve/{old}/{new}", pages.curve_page),
    ("/part/curve/{old}/{new}", pages.curve_part),
    ("/runs", pages.runs_page),
    ("/runs/{number:int}", pages.runs_page),
    ("/part/runs/{number}", pages.runs_part),
    ("/archive", pages.archive_page),
    ("/archive/{digest}", pages.archive_target_page),
    ("/generations", pages.generations_page),
    ("/review", review_pages.review_page),
    ("/review/{entry}", review_pages.entry_page),
    ("/part/review/{entry}", review_pages.entry_part),
    ("/help", pages.help_page),
)


def application(site: Site, port: int) -> Starlette:
    """Return what answers requests to one site, at a port of this machine."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await site.decisions.close()

    async def word(request: Request) -> Response:
        try:
            return await review_pages.give_word(site, request)
        except Exception as error:  # noqa: BLE001 - whatever it is, a page says so
            return problem_page(site, request, error)

    async def failed(request: Request, error: Exception) -> Response:
        return problem_page(site, request, error)

    return Starlette(
        routes=[
            *(Route(path, answered(site, handler)) for path, handler in SHOWN),
            Route("/review/{entry}/{word}", word, methods=["POST"]),
            Route("/static/{name}", static_file),
        ],
        middleware=[Middleware(Guard, border=Border(port))],
        exception_handlers={404: failed, 405: failed, 403: failed, 400: failed, 409: failed},
        lifespan=lifespan,
    )  # fmt: skip
