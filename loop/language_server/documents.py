"""What is known of each open text. A text that changes is another one: what was at work on the old is ended and forgotten."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from loop.language_server import facts
from loop.language_server.facts import Job, Kind, Offer, Outcome, Reading, Text
from loop.language_server.known import Client, Known, Refused, Settings, TextChanged
from loop.language_server.lanes import Lane, WorkerLost
from loop.language_server.search import searched
from loop.language_server.worker import Message, Says
from verify.limits import DEFAULT

SOON: Final = 0.05
"""seconds of quiet before a text is read; before it is tested, as many as the settings say"""
PATIENCE: Final = 1.0
"""seconds that cheap work may take before its progress is shown"""
THREADS: Final = 8
"""two for each lane: one waits for its worker, one may still be on its way from a worker that was killed"""


class Session:
    """The open documents, and the lanes in which what is to be known of them is found out."""

    def __init__(self, client: Client, settings: Settings) -> None:
        """Start nothing yet."""
        self.client, self.settings = client, settings
        self.documents: dict[str, Known] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="lane")
        self._lanes: dict[Kind, Lane] = {}
        self._told: set[str] = set()

    def lane(self, kind: Kind) -> Lane:
        """Return the lane for a kind of job; jobs of one kind do not wait for those of another."""
        return self._lanes.setdefault(kind, Lane(self.settings.lean, self._threads, brief=kind == "read"))

    def close(self) -> None:
        """End all work, and all processes."""
        for known in self.documents.values():
            known.forget()
        for lane in self._lanes.values():
            lane.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    # -- what the editor says ---------------------------------------------------------------------------------------------------

    def opened(self, known: Known) -> None:
        """Take up a document, and look what its neighbours have to do with it."""
        self._put(known)
        if known.matters:
            self.lane("test").start()  # it comes up while the text is read
        known.begin("follow", self._follow(known, 0.0, look=known.path.parent if known.path else None))
        self._changed_spec(known)

    def changed(self, uri: str, version: int | None, text: str) -> None:
        """Take the new text of a document; candidates for its targets are looked at again as well."""
        old = self.documents.get(uri)
        if old is None:
            return
        self._renewed(old, version=version, text=text)
        self._changed_spec(old)

    def _changed_spec(self, spec: Known) -> None:
        for other in list(self.documents.values()):
            if other.chosen is not None and spec.path is not None and other.chosen.spec == spec.path:
                self._renewed(other)

    def _renewed(self, old: Known, **new: object) -> Known:
        """Begin anew with a document."""
        kept = {"version": old.version, "text": old.text, "chosen": old.chosen, "offers": old.offers, **new}
        known = Known(old.uri, old.label, old.path, **kept)  # type: ignore[arg-type]  # each is of its field's type
        self._put(known)
        if known.matters or old.matters:
            known.begin("follow", self._follow(known, self.settings.delay))
        else:
            known.reading = Reading(known.file.digest)
            known.ready.set()
        return known

    def _put(self, known: Known) -> None:
        if old := self.documents.get(known.uri):
            old.forget()
        self.documents[known.uri] = known

    def saved(self, uri: str) -> None:
        """Have Lean asked about a text that was saved, unless it has been."""
        known = self.documents.get(uri)
        if known is None or not known.matters:
            return
        judged = [o.state in facts.VERDICTS for o in known.outcomes.values()]
        if self._busy(known, "prove"):
            return
        if self.settings.prove == "save" and not (judged and all(judged)):
            known.begin("prove", self._quietly(lambda: self._prove(known, ())))
        else:
            self._reread(known)

    def closed(self, uri: str) -> None:
        """Forget a document."""
        if known := self.documents.pop(uri, None):
            known.forget()

    def refreshed(self) -> None:
        """Read again what the graphs hold; what was found out about the texts stays."""
        for known in self.documents.values():
            if known.matters and not self._busy(known, "follow"):
                self._reread(known)

    def _reread(self, known: Known) -> None:
        known.begin("reread", self._quietly(lambda: self._read(known, None)))

    async def ready(self, uri: str) -> Known | None:
        """Wait until the present text of a document is read; None where there is no such document."""
        while (known := self.documents.get(uri)) is not None and not known.ready.is_set():
            await known.ready.wait()
        return known

    # -- what the user asks for -------------------------------------------------------------------------------------------------

    async def check(self, uri: str, name: str | None, spec: Path | None) -> Known:
        """Judge a text from end to end, or one target of it; with `spec`, the text as a candidate for that file's target.

        Returns what is known of the text then. Raises Refused, and TextChanged.
        """
        self._open(uri)
        await self.ready(uri)
        known = self._open(uri)
        if spec is not None or (known.chosen is None and not facts.is_spec(known.text)):
            known = self._renewed(known, chosen=self._meant(known, spec, name))
        names = (name,) if name and known.chosen is None else ()
        if self._busy(known, "prove") and known.meant in ((), names):
            await self._asked(known, known.tasks["prove"])  # it was saved a moment ago
        else:
            await self._asked(known, known.begin("prove", self._prove(known, names)))
        return known

    async def improve(self, uri: str) -> Known:
        """Look for better versions of a spec file's targets, in a graph that is gone afterwards. Raises Refused, TextChanged."""
        known = self._open(uri)
        if known.chosen is not None:
            raise Refused("better versions are looked for from a spec file, not from a candidate.")
        await self._asked(known, known.begin("search", self._search(known)))
        return known

    def _open(self, uri: str) -> Known:
        if (known := self.documents.get(uri)) is None:
            raise Refused(f"{uri} is not open.")
        return known

    @staticmethod
    def _meant(known: Known, spec: Path | None, name: str | None) -> Offer:
        """Return the target that a text is a candidate for: the one that is named, or the only one that it fits."""
        if spec is not None and name is not None:
            return Offer(spec, name)
        fitting = [o for o in known.offers if spec in (None, o.spec) and name in (None, o.name)]
        if len(fitting) != 1:
            own = Path(known.label).name
            raise Refused(f"{own} is no spec file; name the target and the spec file that it is a candidate for.")
        return fitting[0]

    async def _asked(self, known: Known, task: "asyncio.Task[None]") -> None:
        """Wait for some work that a request asks for: it ends with the request, and the request ends where the text changes."""
        own = asyncio.current_task()
        try:
            await task
        except WorkerLost as lost:
            raise Refused(str(lost)) from None
        except asyncio.CancelledError:
            if own is not None and own.cancelling():
                raise
            if self.documents.get(known.uri) is known:
                raise Refused("it was stopped.") from None
            raise TextChanged from None

    async def _search(self, known: Known) -> None:
        if known.reading is None:
            await self._read(known, None)
        if not known.names:
            return
        task, settings = asyncio.current_task(), self.settings
        title = f"qed: looking for better versions of {Path(known.label).name}"
        progress = self.client.at_work(title, task.cancel if task else lambda: None)
        try:
            async with searched(known.file, self.graph_of(known.path), settings.search, settings.lean, progress.say) as graph:
                heads: list[Reading] = []
                job = Job("read", known.file, graph)
                await self.lane("read").run(job, lambda m: heads.append(m) if isinstance(m, Reading) else None)
        finally:
            progress.end()
        held = {t.name: t.head.node for t in known.reading.targets if t.head} if known.reading else {}
        for target in heads[0].targets:
            if target.head is not None and target.head.improved and held.get(target.name) != target.head.node:
                known.found[target.name] = target.head
        self._show(known)

    def graph_of(self, path: Path | None) -> Path | None:
        """Return the graph's folder for a file: in the innermost folder of the workspace that holds it; None outside of all.

        What is not saved anywhere belongs to the first folder.
        """
        folders = self.client.folders()
        if self.settings.accepted.is_absolute():
            return self.settings.accepted
        around = [f for f in folders if path is not None and path.is_relative_to(f)]
        if path is None:
            around = folders[:1]
        return max(around, key=lambda f: len(f.parts)) / self.settings.accepted if around else None

    # -- work -------------------------------------------------------------------------------------------------------------------

    @staticmethod
    def _busy(known: Known, what: str) -> bool:
        return what in known.tasks and not known.tasks[what].done()

    async def _quietly(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await work()
        except WorkerLost as lost:
            self._tell(str(lost))

    async def _follow(self, known: Known, quiet: float, look: Path | None = None) -> None:
        """Read a text and test it, once nothing was typed for a while."""
        try:
            await asyncio.sleep(min(SOON, quiet))
            await self._read(known, look)
            if known.names:
                await asyncio.sleep(max(0.0, quiet - SOON))
                await self._work(known, "test", ())
        except WorkerLost as lost:
            self._tell(str(lost))
        finally:
            known.ready.set()

    async def _read(self, known: Known, look: Path | None) -> None:
        known.spec = await self._spec(known.chosen) if known.chosen else None

        def hear(message: Message) -> None:
            if isinstance(message, Reading):
                if known.reading is not None and known.reading.spec != message.spec:
                    known.outcomes = {}  # they were about another spec
                known.reading, known.offers = message, message.offers

        await self.lane("read").run(self._job("read", known, (), look), hear)
        known.ready.set()
        if known.reading is None:
            return
        known.outcomes |= {o.name: o for o in facts.refused(known.reading)}
        if known.reading.graph_fault:
            self._tell(known.reading.graph_fault)
        self._show(known)

    def _job(self, kind: Kind, known: Known, names: tuple[str, ...], look: Path | None = None) -> Job:
        name = known.chosen.name if known.chosen else ""
        graph = self.graph_of(known.path)
        return Job(kind, known.file, graph, names, known.spec, name, None if known.chosen else look, known.offers)

    async def _spec(self, offer: Offer) -> Text:
        """Return the spec file of a candidate: as it is in the editor, or else as it is saved."""
        held = next((k for k in self.documents.values() if k.path == offer.spec), None)
        if held is not None:
            return held.file

        def content() -> bytes:
            with offer.spec.open("rb") as file:
                return file.read(DEFAULT.source_bytes + 1)

        with contextlib.suppress(OSError):
            return Text(str(offer.spec), await asyncio.to_thread(content))
        return Text(str(offer.spec), b"")

    async def _prove(self, known: Known, names: tuple[str, ...]) -> None:
        await self._read(known, None)  # the graph, or a candidate's spec, may not be what it was
        if stray := [n for n in names if known.names and n not in known.names]:
            raise Refused(f"the file has no target {stray[0]!a}; it has {', '.join(known.names)}.")
        if known.names:
            known.meant = names
            await self._work(known, "prove", names)

    async def _work(self, known: Known, kind: Kind, names: tuple[str, ...]) -> None:
        """Do a job of a text, with its progress shown, and keep what it finds out."""
        task = asyncio.current_task()
        verb, after = ("judging", 0.0) if kind == "prove" else ("testing", PATIENCE)
        before = dict(known.outcomes)
        progress = self.client.at_work(f"qed: {verb} {Path(known.label).name}", task.cancel if task else lambda: None, after)

        def hear(message: Message) -> None:
            match message:
                case Says(what):
                    progress.say(what)
                case Outcome(digest=digest, name=name) if digest == known.file.digest:
                    # what Lean is asked about, or was, is more than what runs say
                    if kind == "prove" or known.outcomes.get(name) is None:
                        known.outcomes[name] = message
                        self._show(known)

        try:
            await self.lane(kind).run(self._job(kind, known, names), hear)
        finally:
            progress.end()
            if kind == "prove":
                self._settled(known, before)

    def _settled(self, known: Known, before: dict[str, Outcome]) -> None:
        """Say again what was known before of what Lean was asked about and gave no answer to."""
        if begun := [n for n, o in known.outcomes.items() if o.state == "at work"]:
            kept = {n: o for n, o in known.outcomes.items() if n not in begun}
            known.outcomes = kept | {n: before[n] for n in begun if n in before and before[n].state != "at work"}
            self._show(known)

    def _show(self, known: Known) -> None:
        if self.documents.get(known.uri) is known:
            self.client.publish(known)

    def _tell(self, message: str) -> None:
        """Tell the user once."""
        if message not in self._told:
            self._told.add(message)
            self.client.tell(message)
