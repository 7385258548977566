"""Workers on a Ray cluster: each an actor with a judge of its own. The optional extra `ray` installs what this needs.

What these workers accept is proved again here before it is kept, see `loop.executors.executor`: a cluster may be anybody's. Every
machine of it needs this package in the same version, and Lean.
"""

import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from loop.executors.executor import Judge, Maker, Say, answered
from loop.executors.lanes import Faulted, Lanes, Said, WorkerDied
from loop.executors.local import default_jobs
from loop.executors.wire import to_bytes, to_question

STARTS: Final = 3
"""how often a cluster of one's own is tried to begin"""
REACH_SECONDS: Final = 10.0
ROOT: Final = Path(__file__).resolve().parents[2]


class RayMissing(Exception):  # noqa: N818 - it names the state, not a fault
    """Ray is not installed, or there is no cluster; the message says what to do."""


class Actor:
    """What runs on the cluster."""

    def __init__(self, make: Maker) -> None:
        """Make nothing before the first question."""
        self._make = make
        self._judge: Judge | None = None

    def answer(self, content: bytes) -> bytes:
        """Return a `Said` as bytes."""
        try:
            self._judge = self._judge or self._make(lambda _: None)
            said = Said(answered(self._judge, to_question(content)))
        except Exception as fault:  # noqa: BLE001 - the run is told, and goes on
            said = Said(Faulted(f"judging ended with {type(fault).__name__}: {' '.join(str(fault).split())[:300]}"))
        return to_bytes(said)


class RayWorker:
    """One actor; Ray places it where a core is free."""

    def __init__(self, ray: Any, make: Maker) -> None:
        """Ask for the actor, which may wait for a core."""
        self._ray = ray
        self._actor = ray.remote(num_cpus=1, max_restarts=0)(Actor).remote(make)

    def ask(self, question: bytes, say: Say) -> bytes:
        """Return an answer as bytes. Raises WorkerDied."""
        say("on the cluster")
        try:
            found: bytes = self._ray.get(self._actor.answer.remote(question))
        except self._ray.exceptions.RayError as error:
            raise WorkerDied(f"{type(error).__name__}.") from None
        return found

    def close(self) -> None:
        """End the actor at once."""
        if self._ray.is_initialized():
            self._ray.kill(self._actor)


class RayLanes(Lanes):
    """An executor on a cluster, which leaves the cluster when it is closed, and ends it where it began it."""

    def close(self) -> None:
        """End the actors, and leave the cluster."""
        super().close()
        _ray().shutdown()


def ray_lanes(
    making: Callable[[], Maker], jobs: int | None, address: str | None, first: Callable[[], object] = lambda: None
) -> RayLanes:
    """Join the cluster at an address, or begin one on this machine with a core for each job. Raises RayMissing."""
    ray = _ray()
    _reach(address)
    # workers of this machine import the same files as this process
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    own: dict[str, Any] = {"address": address} if address else {"num_cpus": jobs or default_jobs(), "include_dashboard": False}
    options = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": False}
    try:
        _started(lambda: ray.init(**options, runtime_env={"env_vars": {"PYTHONPATH": paths}}, **own), ray.shutdown)
    except Exception as error:  # noqa: BLE001 - Ray raises plain ones
        what = " ".join(str(error).split())[:200]
        raise RayMissing(f"there is no Ray cluster at {address or 'this machine'}: {what}") from None
    cores = int(ray.cluster_resources().get("CPU", 1))
    return RayLanes(lambda: RayWorker(ray, making()), jobs or max(1, cores), trusted=False, first=first)


def _reach(address: str | None) -> None:
    """Connect to a cluster's address, where it names a machine, as Ray itself waits for minutes. Raises RayMissing."""
    host, colon, port = (address or "").rpartition("://")[2].rpartition(":")
    if not colon or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise RayMissing(f"there is no Ray cluster at {address}: {error}") from None


def _started(start: Callable[[], object], end: Callable[[], object]) -> None:
    """Begin, once more where it did not come up in the half minute that Ray gives it on a busy machine."""
    for left in reversed(range(STARTS)):
        try:
            start()
        except Exception as error:
            end()
            if not left or "timed out" not in str(error):
                raise
        else:
            return


def _ray() -> Any:
    # Ray would tell its makers what it is used for
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415 - an optional extra
        import ray.exceptions  # noqa: PLC0415
    except ImportError:
        raise RayMissing("Ray is not installed; install it with: pip install 'qedloop[ray]'.") from None
    return ray
