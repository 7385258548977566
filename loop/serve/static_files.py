"""The files that pages load: the package's scripts and styles, held in memory by name. No path is ever made of a request."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

TYPES: Final = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: its bytes, its type, and a name for just these bytes."""

    content: bytes
    type: str
    tag: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Return the files by name."""
    out = {}
    for entry in files("loop.serve").joinpath("static").iterdir():
        kind = TYPES.get(PurePosixPath(entry.name).suffix)
        if kind is not None:
            content = entry.read_bytes()
            out[entry.name] = StaticFile(content, kind, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
    return out


async def static_file(request: Request) -> Response:
    """Answer with a file. A browser asks each time whether it has changed, so that a new version of the package is seen."""
    found = static_files().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    headers = {"ETag": found.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == found.tag:
        return Response(None, 304, headers)
    return Response(found.content, 200, headers, found.type)
