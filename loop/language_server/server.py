"""The server: it speaks the protocol with one client over stdio, and hands on to the session what concerns it."""

import asyncio
import contextlib
import inspect
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any, Final

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcContentModified, JsonRpcException, JsonRpcInvalidParams, PyglsError
from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method
from pygls.uris import to_fs_path

from loop import __version__
from loop.language_server import shown
from loop.language_server.documents import Session
from loop.language_server.known import Known, Refused, Settings, TextChanged
from loop.language_server.progress import Work
from loop.language_server.settings import chosen
from loop.language_server.shown import CHECK, IMPROVE, Seen
from loop.language_server.streams import Input, claimed
from verify.ci_formats import plain

LONGEST_WAIT: Final = 60.0
"""seconds that a request for lenses, a hover or fixes waits for the text to be read"""
PARENT: Final = 2.0
"""seconds between two looks at whether the client's process is still there"""


class Protocol(LanguageServerProtocol):
    """The protocol of pygls, but for commands: one that the client cancels is ended, and not only not answered."""

    @lsp_method(lsp.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: lsp.ExecuteCommandParams) -> Any:  # type: ignore[override]
        """Carry out a command."""
        command = self.fm.commands.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"there is no command {params.command!a}.")
        try:
            inspect.signature(command).bind(*(params.arguments or ()))
        except TypeError:
            raise JsonRpcInvalidParams(f"{params.command} takes other arguments.") from None
        return await command(*(params.arguments or ()))


class Server(LanguageServer):
    """The language server; it is the session's client, as far as the session is concerned."""

    def __init__(self, settings: Settings) -> None:
        """Start nothing yet."""
        super().__init__(
            "qed", __version__, protocol_cls=Protocol,
            # whole texts: pygls ends lines where the protocol does not, and a text put together wrongly would be judged
            text_document_sync_kind=lsp.TextDocumentSyncKind.Full,
        )  # fmt: skip
        self.session = Session(self, settings)

    # -- what the session wants -------------------------------------------------------------------------------------------------

    def folders(self) -> list[Path]:
        """Return the folders of the workspace."""
        uris = [f.uri for f in self.workspace.folders.values()] or [self.workspace.root_uri]
        return [Path(path) for uri in uris if uri and (path := to_fs_path(uri))]

    def publish(self, known: Known) -> None:
        """Send diagnostics, and ask the client to ask for its lenses again."""
        if known.reading is None:
            return
        found = shown.diagnostics(self.seen(known))
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(known.uri, found, version=known.version))
        workspace = self.client_capabilities.workspace
        if workspace is not None and workspace.code_lens is not None and workspace.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)

    def tell(self, message: str) -> None:
        """Show a message to the user."""
        self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"qed: {plain(message)}"))

    def at_work(self, title: str, stop: Callable[[], object], after: float = 0.0) -> Work:
        """Show a piece of work."""
        return Work(self, plain(title), stop, after)

    def seen(self, known: Known) -> Seen:
        """Return what there is to show of a text. Only what was read may be shown."""
        if known.reading is None:
            raise ValueError("a text that was not read")
        edits = self.client_capabilities.workspace and self.client_capabilities.workspace.workspace_edit
        return Seen(
            uri=known.uri,
            version=known.version,
            text=known.text,
            reading=known.reading,
            outcomes=known.outcomes,
            found=known.found,
            of=known.chosen.spec.name if known.chosen else "",
            encoding=self.workspace.position_encoding or "utf-16",
            versioned=bool(edits and edits.document_changes),
        )

    async def ready(self, uri: str) -> Seen | None:
        """Wait until a document's present text is read; None where there is nothing to say of it."""
        with contextlib.suppress(TimeoutError):
            known = await asyncio.wait_for(self.session.ready(uri), LONGEST_WAIT)
            if known is not None and known.reading is not None:
                return self.seen(known)
        return None

    def report_server_error(self, error: Exception, source: type[PyglsError] | type[JsonRpcException]) -> None:
        """Tell the client's log what went wrong here; on stdout nothing but the protocol is written."""
        del source
        text = f"qed: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        with contextlib.suppress(OSError, ValueError):
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Error, plain(text)))


def made(settings: Settings) -> Server:
    """Return a server that knows what to do with what comes in."""
    server = Server(settings)
    _follow(server)
    _answer(server)
    _obey(server)
    return server


def _follow(server: Server) -> None:
    """Follow the documents."""

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.session.settings, wrong = chosen(server.session.settings, params.initialization_options)
        if wrong:
            server.tell(wrong)

    @server.feature(lsp.INITIALIZED)
    def initialized(_: lsp.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watched = workspace and workspace.did_change_watched_files
        if watched and watched.dynamic_registration:
            pattern = f"**/{server.session.settings.accepted.name}/*"
            options = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(pattern)])
            one = lsp.Registration("qed-graph", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(lsp.RegistrationParams([one]))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(_: lsp.DidChangeWatchedFilesParams) -> None:
        server.session.refreshed()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders(_: lsp.DidChangeWorkspaceFoldersParams) -> None:
        server.session.refreshed()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        held = params.text_document
        if held.language_id != "python" and not held.uri.endswith(".py"):
            return
        name = to_fs_path(held.uri) if held.uri.startswith("file:") else None
        label = name or f"{held.uri.rpartition('/')[2].rpartition(':')[2] or 'untitled'}"
        server.session.opened(Known(held.uri, plain(label), Path(name) if name else None, held.version, held.text))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        if uri in server.session.documents:
            server.session.changed(uri, params.text_document.version, server.workspace.get_text_document(uri).source)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        server.session.saved(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.session.closed(params.text_document.uri)
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(params.text_document.uri, []))


def _answer(server: Server) -> None:
    """Answer what is asked about a text."""

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: lsp.CodeLensParams) -> Sequence[lsp.CodeLens]:
        seen = await server.ready(params.text_document.uri)
        return shown.lenses(seen) if seen else []

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        seen = await server.ready(params.text_document.uri)
        return shown.hover(seen, params.position) if seen else None

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]))
    async def actions(params: lsp.CodeActionParams) -> Sequence[lsp.CodeAction]:
        only = params.context.only
        if only is not None and not any(k in ("", lsp.CodeActionKind.QuickFix) for k in only):
            return []
        seen = await server.ready(params.text_document.uri)
        return shown.actions(seen, params.range) if seen else []


def _obey(server: Server) -> None:
    """Carry out the commands behind lenses."""

    async def answered(work: Callable[[], Any]) -> dict[str, object] | None:
        try:
            known: Known = await work()
        except Refused as refused:
            raise JsonRpcInvalidParams(plain(str(refused))) from None
        except TextChanged:
            raise JsonRpcContentModified("the text was changed meanwhile.") from None
        return shown.result(server.seen(known)) if known.reading is not None else None

    @server.command(CHECK)
    async def check(uri: str, name: str | None = None, spec: str | None = None) -> dict[str, object] | None:
        if not all(isinstance(a, str | None) for a in (uri, name, spec)) or uri is None:
            raise JsonRpcInvalidParams(f"{CHECK} takes texts: a document, a target of it, and for a candidate the spec file.")
        path = to_fs_path(spec) if spec else None
        if spec and (path is None or not spec.startswith("file:")):
            raise JsonRpcInvalidParams(f"{plain(spec)} is no file.")
        return await answered(lambda: server.session.check(uri, name, Path(path) if path else None))

    @server.command(IMPROVE)
    async def improve(uri: str) -> dict[str, object] | None:
        if not isinstance(uri, str):
            raise JsonRpcInvalidParams(f"{IMPROVE} takes texts: a document.")
        return await answered(lambda: server.session.improve(uri))


# -- the process ----------------------------------------------------------------------------------------------------------------


def serve(settings: Settings) -> int:
    """Serve the client on stdin and stdout until it says exit or is gone; return the exit code that the protocol asks for."""
    if sys.stdin.isatty():
        sys.stderr.write("qed: an editor starts this and speaks the language server protocol with it; docs/editor.md says how.\n")
    level = logging.DEBUG if os.environ.get("QED_DEBUG") else logging.CRITICAL + 1
    logging.basicConfig(stream=sys.stderr, level=level)
    _kept_out()
    stdin, stdout = claimed()
    server = made(settings)
    server.protocol.set_writer(StdoutWriter(stdout))
    try:
        asyncio.run(_served(server, Input(stdin)))
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except (BrokenPipeError, ConnectionError):
        return 1
    finally:
        server.session.close()
    return 1  # the input ended, and nobody had said exit


def _kept_out() -> None:
    """Keep files of the folder that the editor works in from passing for modules; for processes `loop.__main__` does that."""
    root, here = Path(__file__).resolve().parents[2], Path.cwd().resolve()
    sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != here or here == root]


async def _served(server: Server, messages: Input) -> None:
    watch = asyncio.get_running_loop().create_task(_watched(server))
    try:
        await run_async(Event(), messages, server.protocol, None, server.report_server_error)
    finally:
        watch.cancel()


async def _watched(server: Server) -> None:
    """End the process once that of the client is gone, which may leave stdin open in others."""
    while True:
        await asyncio.sleep(PARENT)
        if server.process_id is None:
            continue
        try:
            os.kill(server.process_id, 0)
        except ProcessLookupError:
            server.session.close()
            os._exit(1)
        except (OSError, OverflowError):
            continue  # it belongs to another user, or is no number of a process here
