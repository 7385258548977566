"""Refuses only: the fences around a child that runs what a proposer wrote, and the probe that shows that they hold.

A level is a set of fences; `sandbox` gives the strongest one that works here. The kernel's fences are put up by the child itself,
after its imports and before it reads a byte: seccomp leaves it the few system calls that computing takes, none of which opens,
connects, starts or signals anything; landlock takes files, ports and signals from it a second time. bubblewrap adds namespaces of
its own: no network, no other process, a read-only view. A child that cannot put its fences up ends without an answer.

A level counts as working only where a probe in it tried to get out in every way of `ESCAPES` and failed in each. Where none works
nothing runs, unless QED_NO_SANDBOX=1 says that a plain child will do. That one is confined by the checked language, by its few
builtins and by limits on memory and time; no source that the gate policy lets pass can name anything else.
"""

import ctypes
import errno
import functools
import json
import os
import platform
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, final

from verify.reasons import NoSandbox, Refusal

Level: TypeAlias = Literal["bubblewrap", "landlock", "seccomp", "none"]
LEVELS: Final[tuple[Level, ...]] = ("bubblewrap", "landlock", "seccomp")
"""strongest first; `none` is no sandbox"""
VARIABLE: Final = "QED_NO_SANDBOX"
TITLES: Final[Mapping[Level, str]] = {
    "bubblewrap": "bubblewrap and seccomp",
    "landlock": "landlock and seccomp",
    "seccomp": "seccomp",
    "none": f"none: {VARIABLE}=1 is set",
}
LACKS: Final[Mapping[Level, str]] = {
    "bubblewrap": "nothing",
    "landlock": "namespaces: a bug in one of the system calls that are left meets the whole kernel as this user sees it",
    "seccomp": "namespaces, and a second fence around files, ports and signals",
    "none": "every fence but the checked language and limits on memory and time",
}
TO_MEND: Final[Mapping[Level, str]] = {
    "bubblewrap": "apt-get install bubblewrap",
    "landlock": "Linux 5.13 or later, with landlock among its security modules (lsm=)",
    "seccomp": "Linux on x86_64 or aarch64, with seccomp filters",
    "none": "",
}
ESCAPES: Final = ("read", "write", "list", "connect", "local", "signal", "fork", "exec")
"""what the probe tries, the last one last since the child would be gone; `local` is a socket in the file system"""
PROBE_SECONDS: Final = 10

# the numbers of the system calls that computing takes, by architecture: memory, the pipes that are open, time, signals of its own
_X86_64: Final = (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 60, 96, 131, 202, 219, 228, 231, 318)
_AARCH64: Final = (57, 62, 63, 64, 80, 93, 94, 98, 113, 124, 128, 132, 134, 135, 139, 169, 214, 215, 216, 222, 226, 233, 278)
"""read, write, close, fstat, lseek, mmap, mprotect, munmap, brk, rt_sigaction, rt_sigprocmask, rt_sigreturn, sched_yield, mremap,
madvise, exit, gettimeofday, sigaltstack, futex, restart_syscall, clock_gettime, exit_group, getrandom"""
CALLS: Final[Mapping[str, tuple[int, tuple[int, ...]]]] = {
    "x86_64": (0xC000003E, _X86_64),
    "aarch64": (0xC00000B7, _AARCH64),
}
"""by machine: the kernel's name of the architecture, and the calls"""
CLOSED: Final[Mapping[str, int]] = {"RLIMIT_NOFILE": 3, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
"""limits of a child that opens nothing beyond its three pipes and writes no file"""
_RULESET_CALL: Final = 444

FENCE: Final = """
import resource
def fence(limits, ruleset, program):
    if ruleset or program:
        import ctypes, os, struct
        libc = ctypes.CDLL(None, use_errno=True)
        def call(what, *arguments):
            got = getattr(libc, what)(*(a if isinstance(a, ctypes.Array) else ctypes.c_ulong(a) for a in arguments))
            if got < 0:
                raise OSError(ctypes.get_errno(), what)
            return got
        call("prctl", 38, 1, 0, 0, 0)
    if ruleset:
        made = call("syscall", 444, ctypes.create_string_buffer(ruleset), len(ruleset), 0)
        call("syscall", 446, made, 0)
        os.close(made)
    for name, amount in limits.items():
        resource.setrlimit(getattr(resource, name), (amount, amount))
    if program:
        filter = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("HP", len(program) // 8, ctypes.addressof(filter))
        call("prctl", 22, 2, ctypes.create_string_buffer(header, len(header)))
"""
"""What the child does first: no new privileges (38), a landlock ruleset that allows nothing, limits, a filter (22, 2)."""

PROBE: Final = """
job = json.loads(sys.stdin.read())
said = {}
def attempt(name, action):
    try:
        action()
        said[name] = "done"
    except OSError as error:
        said[name] = errno.errorcode.get(error.errno, "?")
def connect(family, address):
    s = _socket.socket(family, _socket.SOCK_STREAM)
    s.settimeout(2)
    s.connect(address)
def fork():
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)
attempt("read", lambda: os.open(job["file"], os.O_RDONLY))
attempt("write", lambda: os.open(job["new"], os.O_WRONLY | os.O_CREAT))
attempt("list", lambda: os.listdir(job["folder"]))
attempt("connect", lambda: connect(_socket.AF_INET, ("127.0.0.1", job["port"])))
attempt("local", lambda: connect(_socket.AF_UNIX, job["local"]))
attempt("signal", lambda: os.kill(job["pid"], 0))
attempt("fork", fork)
print(json.dumps({"nonce": job["nonce"], "said": said}), flush=True)
attempt("exec", lambda: os.execv(job["program"], [job["program"], "-c", ""]))
print(json.dumps({"nonce": job["nonce"], "said": said}), flush=True)
"""


@final
@dataclass(frozen=True, slots=True)
class Sandbox:
    """The fences of one level: a command line that starts a child in namespaces of its own, a landlock ruleset, a filter."""

    level: Level
    wrapper: tuple[str, ...] = ()
    ruleset: bytes = b""
    program: bytes = b""

    def command(self, modules: Sequence[str], main: str, limits: Mapping[str, int]) -> list[str]:
        """Return the command of a child that imports modules, puts its fences up and then runs `main`, which is text of ours.

        `limits` are of `resource`, by name. What a proposer wrote must reach the child by its standard input and no other way.
        """
        fence = f"fence({dict(limits)!r}, {self.ruleset!r}, {self.program!r})\n"
        return [*self.wrapper, interpreter(), "-I", "-S", "-c", f"import {', '.join(modules)}\n{FENCE}{fence}{main}"]


@final
@dataclass(frozen=True, slots=True)
class Look:
    """What a probe found of one level: its sandbox, or why it does not work here."""

    level: Level
    sandbox: Sandbox | None
    why: str = ""


OPEN: Final = Sandbox("none")


def sandbox() -> Sandbox:
    """Return the strongest sandbox that works here, as the first call in this process found out. Raises Refusal (NoSandbox)."""
    found = _found()
    if isinstance(found, NoSandbox):
        raise Refusal(found)
    return found


def notice() -> str:
    """Return what a person must know who set QED_NO_SANDBOX, where that has made a difference; else ""."""
    if os.environ.get(VARIABLE) != "1" or sandbox().level != "none":
        return ""
    return f"no sandbox works here; {VARIABLE}=1 is set, so programs run in a plain child with limits (qed doctor says more)."


@functools.cache
def _found() -> Sandbox | NoSandbox:
    looks: list[Look] = []
    for level in LEVELS:
        look = look_at(level)
        if look.sandbox is not None:
            return look.sandbox
        looks.append(look)
    if os.environ.get(VARIABLE) == "1":
        return OPEN
    what = f"no sandbox works here ({'; '.join(f'{k.level}: {k.why}' for k in looks)}), and programs run in one only."
    do = f"Install bubblewrap; or, with {VARIABLE}=1, trust the checked language alone, see `qed doctor`."
    return NoSandbox(what=what, do=do)


def survey() -> tuple[Look, ...]:
    """Put up the fences of every level, have each probed now, and return what was found, strongest first."""
    return tuple(map(look_at, LEVELS))


def look_at(level: Level) -> Look:
    """Put a level's fences up and have them probed."""
    made = _made(level)
    if isinstance(made, str):
        return Look(level, None, made)
    through = probe(made)
    if isinstance(through, str):
        return Look(level, None, through)
    return Look(level, None, f"the probe got out: {', '.join(through)}") if through else Look(level, made)


def _made(level: Level) -> Sandbox | str:
    """Return the sandbox of a level, or why there is none here."""
    if not sys.platform.startswith("linux"):
        return "it is part of Linux"
    program, ruleset, bwrap = filter_program(platform.machine()), landlock_ruleset(), shutil.which("bwrap")
    if program is None:
        return f"the system calls of {platform.machine()} are not listed"
    match level:
        case "bubblewrap":
            return Sandbox(level, bubblewrap(bwrap), ruleset, program) if bwrap else "it is not installed"
        case "landlock":
            return Sandbox(level, (), ruleset, program) if ruleset else "this kernel has it not, or not switched on"
        case "seccomp":
            return Sandbox(level, (), b"", program)
        case "none":
            return OPEN


def filter_program(machine: str) -> bytes | None:
    """Return the seccomp filter that allows the listed calls and fails all others with EPERM; None for another machine."""
    if machine not in CALLS:
        return None
    architecture, calls = CALLS[machine]

    def step(code: int, yes: int, no: int, value: int) -> bytes:
        return struct.pack("HBBI", code, yes, no, value)

    load, equal, give = 0x20, 0x15, 0x06
    kill, allow, refuse = 0x8000_0000, 0x7FFF_0000, 0x0005_0000 | errno.EPERM
    steps = [step(load, 0, 0, 4), step(equal, 1, 0, architecture), step(give, 0, 0, kill), step(load, 0, 0, 0)]
    steps += [step(equal, len(calls) - i, 0, call) for i, call in enumerate(calls)]
    return b"".join([*steps, step(give, 0, 0, refuse), step(give, 0, 0, allow)])


@functools.cache
def landlock_ruleset() -> bytes:
    """Return a landlock ruleset that takes away all that this kernel's landlock knows; empty where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(_RULESET_CALL, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if abi < 1:
        return b""
    files = 13 + (abi >= 2) + (abi >= 3) + (abi >= 5)  # noqa: PLR2004 - versions in which a right was added
    ports, scopes = (0b11 if abi >= 4 else 0), (0b11 if abi >= 6 else 0)  # noqa: PLR2004 - as above
    size = 8 + 8 * (abi >= 4) + 8 * (abi >= 6)  # noqa: PLR2004 - as above
    return struct.pack("QQQ", (1 << files) - 1, ports, scopes)[:size]


def interpreter() -> str:
    """Return the interpreter itself, not a virtual environment's link to it: `-S` keeps the environment out anyhow."""
    return str(Path(sys.executable).resolve())


def bubblewrap(program: str) -> tuple[str, ...]:
    """Return the command line that confines a child by bubblewrap; the root is made read-only last."""
    prefix = str(Path(sys.base_prefix).resolve())
    command = [program, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--setenv", "PYTHONHASHSEED", "0"]
    command += ["--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--ro-bind", "/usr", "/usr"]
    for link in ("/lib", "/lib64"):
        if Path(link).is_symlink():
            command += ["--symlink", str(Path(link).readlink()), link]
        elif Path(link).is_dir():
            command += ["--ro-bind", link, link]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(1 << 20), "--tmpfs", "/tmp"]  # noqa: S108 - the child's own
    if not Path(prefix).is_relative_to("/usr"):
        command += ["--ro-bind", prefix, prefix]
    return (*command, "--chdir", "/tmp", "--remount-ro", "/", "--")  # noqa: S108


def probe(made: Sandbox) -> tuple[str, ...] | str:
    """Return the escapes of `ESCAPES` that a child in a sandbox brought about; or, where it did not answer, why."""
    limits = {"RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}  # no limit may hide that a fence is missing
    command = made.command(("_socket", "errno", "json", "os", "sys"), PROBE, limits)
    nonce = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="qed-probe-") as name, closing(_listener()) as here, closing(
        socket.socket(socket.AF_UNIX)
    ) as local:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "file").touch()
        local.bind(str(folder / "local"))
        local.listen()
        job = {
            "nonce": nonce, "file": str(folder / "file"), "new": str(folder / "new"), "folder": name, "pid": os.getpid(),
            "port": here.getsockname()[1], "local": str(folder / "local"), "program": interpreter(),
        }  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter with our own text
                command, input=json.dumps(job).encode(), capture_output=True, env={}, cwd="/", timeout=PROBE_SECONDS, check=False,
                start_new_session=True,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"the probe was not started, or did not end ({type(error).__name__})"
        written = (folder / "new").exists()
    return _escapes(done, nonce, written=written)


def _listener() -> socket.socket:
    here = socket.socket()
    here.bind(("127.0.0.1", 0))
    here.listen()
    return here


def _escapes(done: subprocess.CompletedProcess[bytes], nonce: str, *, written: bool) -> tuple[str, ...] | str:
    """Read what a probe said; one that said nothing after it was to become another program has become it."""
    said: Mapping[str, str] | None = None
    with suppress(ValueError, KeyError, TypeError):
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if all(a["nonce"] == nonce for a in answers):
            said = {**answers[-1]["said"]} if answers else None
    if said is None:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return f"the child did not start: {''.join(last)[:200] or f'code {done.returncode}'}"
    through = {name for name in ESCAPES if said.get(name, "done") == "done"} | ({"write"} if written else set())
    return tuple(name for name in ESCAPES if name in through)
