"""A real client of the language server: it starts `python -m loop lsp` and speaks with it over stdio."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import BaseLanguageClient
from small_graph import implementation, put
from targets import HEAD, SUM

from verify.node import spec_node

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 300.0
"""seconds that a test waits for what must come; nothing is told from how long it took"""
SPEC = HEAD + SUM
BETTER = b"def f(n: int) -> int:\n    return n * (n - 1) // 2\n"
FIXED = SPEC[: SPEC.index("    total = 0")] + "    return n * (n - 1) // 2\n"


def applied(text: str, edit: lsp.TextEdit) -> str:
    """Apply an edit as a client does, in UTF-16."""
    offsets, at = [], 0
    for line in text.split("\n"):
        offsets.append(at)
        at += len(line) + 1
    ends = edit.range.start, edit.range.end
    begin, end = (offsets[p.line] + p.character if p.line < len(offsets) else len(text) for p in ends)
    return text[:begin] + edit.new_text + text[end:]


def put_head(folder: Path) -> None:
    """Make a graph that holds a better version of SPEC's target."""
    spec = spec_node("f", SPEC.encode())
    baseline = implementation(spec, SPEC.encode(), None)
    put(folder, spec, baseline, implementation(spec, BETTER, baseline))


class Client(BaseLanguageClient):
    """It keeps what the server sends without being asked."""

    def __init__(self) -> None:
        super().__init__("tests", "1")
        self.published: list[lsp.PublishDiagnosticsParams] = []
        self.told: list[str] = []
        self.logged: list[str] = []
        self.progress_: list[Any] = []
        self.refreshed = 0
        self.process: asyncio.subprocess.Process | None = None

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110 - what is waited for is any of many things
                await asyncio.sleep(0.05)

    def open(self, uri: str, text: str, version: int = 1) -> None:
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "python", version, text)))

    def change(self, uri: str, text: str, version: int) -> None:
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        named = lsp.VersionedTextDocumentIdentifier(version, uri)
        self.text_document_did_change(lsp.DidChangeTextDocumentParams(named, [whole]))

    def save(self, uri: str) -> None:
        self.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def last(self, uri: str, version: int | None = None) -> lsp.PublishDiagnosticsParams | None:
        """Return the last diagnostics of a document, of one version of it where that is given."""
        found = [p for p in self.published if p.uri == uri and version in (None, p.version)]
        return found[-1] if found else None

    async def faults(self, uri: str, version: int | None = None) -> list[lsp.Diagnostic]:
        """Wait for diagnostics that are not empty."""
        await self.until(lambda: bool((p := self.last(uri, version)) and p.diagnostics))
        last = self.last(uri, version)
        assert last
        return list(last.diagnostics)

    async def lenses(self, uri: str) -> list[str]:
        found = await self.text_document_code_lens_async(lsp.CodeLensParams(lsp.TextDocumentIdentifier(uri)))
        return [lens.command.title for lens in found or () if lens.command]

    async def lens(self, uri: str, said: str) -> str:
        """Wait for a lens that says something."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if found := next((t for t in await self.lenses(uri) if said in t), None):
                    return found
                await asyncio.sleep(0.2)

    async def hover(self, uri: str, line: int, character: int) -> str | None:
        at = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.text_document_hover_async(at)
        assert found is None or isinstance(found.contents, lsp.MarkupContent)
        return found.contents.value if found and isinstance(found.contents, lsp.MarkupContent) else None

    async def fixes(self, uri: str, line: int) -> list[lsp.CodeAction]:
        where = lsp.Range(lsp.Position(line, 0), lsp.Position(line, 0))
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), where, lsp.CodeActionContext([]))
        return [a for a in await self.text_document_code_action_async(params) or () if isinstance(a, lsp.CodeAction)]

    async def command(self, name: str, *arguments: object) -> Any:
        return await self.workspace_execute_command_async(lsp.ExecuteCommandParams(name, arguments=list(arguments)))


CAPABILITIES = lsp.ClientCapabilities(
    workspace=lsp.WorkspaceClientCapabilities(
        workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True),
        code_lens=lsp.CodeLensWorkspaceClientCapabilities(refresh_support=True),
    ),
    window=lsp.WindowClientCapabilities(work_done_progress=True),
)


@asynccontextmanager
async def connected(
    *folders: Path,
    options: dict[str, object] | None = None,
    capabilities: lsp.ClientCapabilities = CAPABILITIES,
    command: tuple[str, ...] = ("-m", "loop"),
) -> AsyncIterator[Client]:
    """Start a server for some folders, and end it in good order."""
    client = Client()

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: lsp.PublishDiagnosticsParams) -> None:
        client.published.append(params)

    @client.feature(lsp.WINDOW_SHOW_MESSAGE)
    def told(params: lsp.ShowMessageParams) -> None:
        client.told.append(params.message)

    @client.feature(lsp.WINDOW_LOG_MESSAGE)
    def logged(params: lsp.LogMessageParams) -> None:
        client.logged.append(params.message)

    @client.feature(lsp.WINDOW_WORK_DONE_PROGRESS_CREATE)
    def created(params: lsp.WorkDoneProgressCreateParams) -> None:
        client.progress_.append(params)

    @client.feature(lsp.PROGRESS)
    def progress(params: lsp.ProgressParams) -> None:
        client.progress_.append(params)

    @client.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)
    def refresh(*_: object) -> None:
        client.refreshed += 1

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    await client.start_io(sys.executable, *command, "lsp", "--stdio", env=environment, cwd=folders[0] if folders else ROOT)
    client.process = client._server
    listed = [lsp.WorkspaceFolder(f.as_uri(), f.name) for f in folders]
    await client.initialize_async(lsp.InitializeParams(
        capabilities=capabilities, process_id=os.getpid(), workspace_folders=listed,
        initialization_options={"delay": 0.05, **(options or {})},
    ))  # fmt: skip
    client.initialized(lsp.InitializedParams())
    try:
        yield client
    finally:
        if client.process and client.process.returncode is None:
            await client.shutdown_async(None)
            client.exit(None)
        await client.stop()
