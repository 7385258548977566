"""A pool answers every request right, or with a Reason; no death of a session changes an answer, and none outlives the pool."""

import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from attack_case import met
from targets import BELOW, HEAD

from verify import machine, pool
from verify.gates.kernel import Kernel
from verify.lean_files import files_state
from verify.lean_library import LIBRARY_HEADER, LibraryBroken
from verify.limits import DEFAULT, Limits
from verify.machine import SESSION_BYTES, fitting_sessions
from verify.pool import DEFAULT_RULES, Pool, PoolRules
from verify.proof import Proof
from verify.reasons import ProofFailed, ProofForbidden, Reason, TimedOut, ToolBroken
from verify.session import DEFAULT_LIMITS, Session, SessionLimits, SessionLost
from verify.spec import to_candidate, to_specs
from verify.standby import Standby, start_kernel
from verify.task import Passed, Task, Version
from verify.toolchain import Toolchain

ROOT = Path(__file__).resolve().parent.parent.parent
SECTION = "@[expose] public section\n"
POISON = "theorem t : " + "¬" * 20_000 + "True := by simp"
SPIN = "def spin (n : Nat) : Nat → Nat\n  | 0 => n\n  | k + 1 => spin (n + 1) k\n#eval spin 0 1000000000000"
FLOOD = """def big : Nat → String → String
  | 0, s => s
  | n + 1, s => big n (s ++ s)
#eval IO.FS.writeFile "/dev/stderr" (big 16 "a line of forty bytes that is printed..\\n")"""
SPEC = (HEAD + BELOW).encode()
PROOF = """theorem closed (t i j n : Int) (h : j ≤ n) :
    2 * (Old.shadow1 t i j n).v_total = 2 * t + n * (n - 1) - j * (j - 1) ∧
    ((Old.shadow1 t i j n).ticks : Int) = 1 + 4 * (n - j) := by
  fun_induction Old.shadow1 t i j n <;> grind

theorem accepted : Statement := statement_of
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [New.value, New.out, Old.value, Old.out] at *
    omega)
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [Post, Old.value, Old.out] at *
    grind)
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [New.ticks, New.out, Old.ticks, Old.out, Pre] at *
    omega)
  (by
    refine ⟨1, by simp only [Pre]; omega, ?_⟩
    have := closed 0 0 0 1 (by omega)
    simp only [New.ticks, New.out, Old.ticks, Old.out] at *
    omega)
"""
HONEST = Proof("always", 0, (), (), PROOF)
FALSE = Proof("always", 0, (), (), PROOF.replace("1 + 4 *", "2 + 4 *"))


def improvement() -> Task:
    spec = to_specs(SPEC, "spec.py", DEFAULT)[0]
    content = b"def below(n: int) -> int:\n    return n * (n - 1) // 2\n"
    return Task(spec, Version(spec.source, spec.program), Version(*to_candidate(content, "candidate.py", spec, DEFAULT)))


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sessions of pools begin without the project's library: real processes, in half the time."""

    def start(toolchain: Toolchain, limits: Limits, uses: SessionLimits, opened: Callable[[Session], None]) -> Kernel:
        session = Session.start(toolchain, replace(uses, request_seconds=float(limits.lean_seconds)), opened)
        env = session.import_header(LIBRARY_HEADER).env
        assert env is not None
        return Kernel(session, env, toolchain, limits)

    monkeypatch.setattr(pool, "start_kernel", start)


@pytest.fixture
def one(toolchain: Toolchain, light: None) -> Iterator[Pool]:
    with Pool(toolchain, DEFAULT, 1) as made:
        yield made


def proves(text: str) -> Callable[[Kernel], bool | Reason]:
    """Return the request whether Lean accepts a declaration."""

    def request(kernel: Kernel) -> bool | Reason:
        done = kernel.attempt(kernel._library, text)
        if isinstance(done, Reason):
            return done
        if done.env is not None:
            kernel.forget(done.env)
        return done.errors == 0

    return request


def raw(text: str, timeout: float | None = None) -> Callable[[Kernel], bool]:
    """Return the request whether Lean accepts a text, with no control before Lean."""
    return lambda kernel: not kernel.session.elaborate(kernel._library, SECTION + text, keep=False, timeout=timeout).errors


TRUE = proves("theorem t (n : Nat) : n + 0 = n := by simp")
WRONG = proves("theorem t (n : Nat) : n + 1 = n := by simp")


def works(made: Pool) -> bool:
    """Return whether a pool still tells a proof from none."""
    return (made.run(TRUE), made.run(WRONG)) == (True, False)


def gone(pid: int) -> bool:
    """Return whether a process has ended; one that nobody has waited for yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


# -- how many sessions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "sessions"),
    [([], 4), ([3.1], 3), ([9], 4), ([9, 2.5], 2), ([0.1], 1), ([-0.1], 1)],
)
def test_sessions_fit_cores_and_memory(monkeypatch: pytest.MonkeyPatch, free: list[float], sessions: int) -> None:
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: set(range(4)))
    monkeypatch.setattr(machine, "_free_bytes", lambda: [int(part * SESSION_BYTES) for part in free])
    assert fitting_sessions() == sessions


def test_this_machine_has_memory() -> None:
    assert all(free > 0 for free in machine._free_bytes())


# -- a session that is lost -------------------------------------------------------------------------------------------------


def test_a_poisoned_session_is_replaced_and_its_request_declined(one: Pool) -> None:
    assert works(one)
    (before,) = one.pids()
    declined = one.run(proves(POISON))
    assert isinstance(declined, TimedOut)
    assert "call stack" in declined.what
    assert works(one)
    assert one.pids() != (before,)
    assert gone(before)
    assert (one.counts["started"], one.counts["lost"], one.counts["retried"]) == (2, 1, 0)


def test_a_request_whose_session_is_killed_is_made_again(one: Pool) -> None:
    tries: list[int] = []

    def request(kernel: Kernel) -> bool | Reason:
        tries.append(kernel.session.pid)
        if len(tries) == 1:
            os.kill(kernel.session.pid, signal.SIGKILL)
        return TRUE(kernel)

    assert one.run(request) is True
    assert len(set(tries)) == 2
    assert gone(tries[0])
    assert works(one)
    assert (one.counts["started"], one.counts["lost"], one.counts["retried"]) == (2, 1, 1)


def test_a_request_that_loses_two_sessions_is_given_up(one: Pool) -> None:
    tries: list[int] = []

    def request(kernel: Kernel) -> bool | Reason:
        tries.append(kernel.session.pid)
        threading.Timer(0.3, os.kill, (kernel.session.pid, signal.SIGKILL)).start()
        return raw(SPIN)(kernel)

    assert isinstance(one.run(request), ToolBroken)
    assert len(tries) == 2
    assert works(one)


def test_an_answer_from_a_lost_session_is_none(one: Pool) -> None:
    def request(kernel: Kernel) -> str:
        os.kill(kernel.session.pid, signal.SIGKILL)
        kernel.forget(kernel._library)  # says nothing of the loss
        return "accepted"

    assert isinstance(one.run(request), ToolBroken)
    assert one.counts["lost"] == 2


def test_a_session_that_dies_while_it_is_idle_is_replaced(one: Pool) -> None:
    assert one.wait()
    (pid,) = one.pids()
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert works(one)
    assert (one.counts["started"], one.counts["retried"]) == (2, 0)


def test_a_broken_answer_counts_as_a_loss(one: Pool) -> None:
    seen: list[int] = []

    def request(kernel: Kernel) -> Reason:
        seen.append(kernel.session.pid)
        return ToolBroken(what="Lean returned no environment.")

    assert isinstance(one.run(request), ToolBroken)
    assert len(set(seen)) == 2


def test_what_a_request_raises_goes_through_and_its_session_goes(one: Pool) -> None:
    assert one.wait()
    (before,) = one.pids()

    def request(kernel: Kernel) -> None:
        raise KeyError(kernel.session.version)

    with pytest.raises(KeyError):
        one.run(request)
    assert gone(before)
    assert works(one)


# -- limits -----------------------------------------------------------------------------------------------------------------


def test_the_clock_ends_a_request_and_is_final(one: Pool) -> None:
    assert isinstance(one.run(raw(SPIN, timeout=0.5)), TimedOut)
    assert (one.counts["lost"], one.counts["retried"]) == (1, 0)
    assert works(one)


def test_the_clock_of_a_request_counts_all_its_exchanges(toolchain: Toolchain, light: None) -> None:
    with Pool(toolchain, DEFAULT, 1, PoolRules(request_seconds=2.0)) as made:

        def request(kernel: Kernel) -> str:
            while True:
                kernel.session.memory()

        assert isinstance(made.run(request), TimedOut)
        assert works(made)


def test_output_ends_a_request_and_memory_what_it_grew_by_itself(toolchain: Toolchain, light: None) -> None:
    uses = replace(DEFAULT_LIMITS, output_bytes=1 << 20)
    with Pool(toolchain, DEFAULT, 1, PoolRules(uses=uses)) as made:
        declined = made.run(raw(FLOOD))
        assert isinstance(declined, TimedOut)
        assert "printed more" in declined.what
        assert made.counts["retried"] == 0
        assert works(made)


def test_heartbeats_are_the_request_s_own(one: Pool) -> None:
    slow = proves("theorem t (x y : Int) : (x + y) * (x + y) = x * x + 2 * x * y + y * y := by grind")
    assert one.run(slow, replace(DEFAULT, lean_heartbeats=1)) is False
    assert one.run(slow) is True
    assert one.counts["started"] == 1


def test_memory_that_a_session_held_before_is_not_held_against_a_request(toolchain: Toolchain, light: None) -> None:
    with Pool(toolchain, DEFAULT, 1) as made:
        pids: list[int] = []

        def request(kernel: Kernel) -> bool | Reason:
            pids.append(kernel.session.pid)
            if len(pids) == 2:
                raise SessionLost("the process held more than it may", "memory")
            return TRUE(kernel)

        assert made.run(request) is True
        assert made.run(request) is True
        assert len(set(pids)) == 2
        assert isinstance(made.run(_out_of_memory), TimedOut)


def _out_of_memory(kernel: Kernel) -> None:
    raise SessionLost("the process held more than it may", "memory")


# -- recycling --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [replace(DEFAULT_RULES, checks=2), replace(DEFAULT_RULES, memory_bytes=1 << 20)])
def test_a_worn_session_is_replaced_between_requests(toolchain: Toolchain, light: None, rules: PoolRules) -> None:
    with Pool(toolchain, DEFAULT, 1, rules) as made:
        seen: list[int] = []

        def request(kernel: Kernel) -> bool | Reason:
            seen.append(kernel.session.pid)
            return TRUE(kernel)

        assert [made.run(request) for _ in range(3)] == [True] * 3
        assert len(set(seen)) == (2 if rules.checks == 2 else 3)
        assert made.counts["recycled"] == len(set(seen)) - (rules.checks == 2)
        assert made.counts["lost"] == 0
        assert made.peak_bytes > 100 << 20


# -- threads, and the end ---------------------------------------------------------------------------------------------------


def test_many_threads_get_the_answers_that_are_due(toolchain: Toolchain, light: None) -> None:
    chance = random.Random(3)
    numbers = [chance.randint(0, 99) for _ in range(60)]
    with Pool(toolchain, DEFAULT, 2) as made, ThreadPoolExecutor(6) as threads:
        assert made.wait()

        def ask(n: int) -> bool | Reason:
            if n % 30 == 7:
                return made.run(proves(f"#eval {n}"))
            return made.run(proves(f"theorem t (x : Nat) (h : {n} < x) : {50} < x := by omega"))

        running = [threads.submit(ask, n) for n in numbers]
        os.kill(made.pids()[0], signal.SIGKILL)
        for n, future in zip(numbers, running, strict=True):
            answer = future.result()
            if n % 30 == 7:
                assert isinstance(answer, ProofForbidden)
            else:
                assert answer is (n >= 50)


def test_a_start_that_fails_is_told_and_nobody_waits(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: object) -> Kernel:
        raise LibraryBroken("lean/QED/Arith.lean does not elaborate")

    monkeypatch.setattr(pool, "start_kernel", start)
    with Pool(toolchain, DEFAULT, 1) as made:
        assert not made.wait()
        for _ in range(2):
            told = made.run(TRUE)
            assert isinstance(told, ToolBroken)
            assert "Arith" in told.what


def test_close_ends_busy_and_starting_sessions(toolchain: Toolchain, light: None) -> None:
    made = Pool(toolchain, DEFAULT, 2)
    busy = threading.Event()
    assert made.wait()
    with ThreadPoolExecutor(2) as threads:

        def request(kernel: Kernel) -> bool:
            os.kill(next(pid for pid in made.pids() if pid != kernel.session.pid), signal.SIGKILL)  # so that another one starts
            busy.set()
            return raw(SPIN)(kernel)

        answer = threads.submit(made.run, request)
        assert busy.wait(120)
        threads.submit(made.run, TRUE)
        while made.counts["started"] < 3:
            time.sleep(0.05)
        pids = made.pids()
        made.close()
        assert isinstance(answer.result(60), ToolBroken)
    assert len(pids) >= 2
    assert all(gone(pid) for pid in pids)
    assert made.pids() == ()
    assert isinstance(made.run(TRUE), ToolBroken)


def test_an_interrupt_from_the_keyboard_leaves_no_process() -> None:
    script = textwrap.dedent(f"""
        import signal, threading, time
        # whoever runs the tests in the background has it ignored
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from verify.limits import DEFAULT
        from verify.pool import Pool
        from verify.toolchain import find
        with Pool(find("portable"), DEFAULT, 2) as made:
            def tell():
                while len(made.pids()) < 2:
                    time.sleep(0.01)
                print(*made.pids(), flush=True)
            threading.Thread(target=tell).start()
            made.run(lambda kernel: kernel.session.elaborate(kernel._library, {SECTION + SPIN!r}, keep=False))
    """)
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            pids = [int(pid) for pid in process.stdout.readline().split()]
            assert len(pids) == 2
            time.sleep(random.Random(5).uniform(0, 2))
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode != 0
    assert "KeyboardInterrupt" in said
    assert all(gone(pid) for pid in pids)


def test_a_standby_that_is_closed_leaves_no_process(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Session] = []
    there = threading.Event()

    def watched(toolchain: Toolchain, limits: Limits, *, opened: Callable[[Session], None]) -> Kernel:
        def tell(session: Session) -> None:
            opened(session)
            seen.append(session)
            there.set()

        return start_kernel(toolchain, limits, opened=tell)

    monkeypatch.setattr("verify.standby.start_kernel", watched)
    standby = Standby(toolchain, DEFAULT)
    standby.warm()
    assert there.wait(60)
    standby.close()
    assert gone(seen[0].pid)
    with pytest.raises(RuntimeError):
        standby.take()


# -- accepting checks -------------------------------------------------------------------------------------------------------


def test_a_judgement_in_the_pool_survives_a_kill(toolchain: Toolchain) -> None:
    with Pool(toolchain, DEFAULT, 1) as made:
        begun: list[int] = []

        def request(kernel: Kernel) -> Passed | Reason:
            begun.append(kernel.session.pid)
            if len(begun) == 1:
                threading.Timer(0.2, os.kill, (kernel.session.pid, signal.SIGKILL)).start()
            return kernel.judge(improvement(), HONEST)

        judged = made.run(request)
        assert isinstance(judged, Passed), str(judged)
        assert len(begun) == 2
        os.kill(made.pids()[0], signal.SIGKILL)  # idle
        assert isinstance(made.run(lambda kernel: kernel.judge(improvement(), FALSE)), ProofFailed)


def test_no_kill_at_any_moment_is_an_acceptance(toolchain: Toolchain) -> None:
    """A kill before the last exchange of a judgement has come back never leaves an acceptance behind."""
    chance = random.Random(11)
    kernel = start_kernel(toolchain, DEFAULT)
    exchanges = _killed_at(kernel, None, 0.0)
    assert isinstance(kernel.judge(improvement(), HONEST), Passed)
    kernel.session.close()
    assert len(exchanges) > 5
    moments = [(chance.randrange(len(exchanges) - 1), chance.uniform(0, 0.02)) for _ in range(3)] + [(len(exchanges) - 1, 0.0)]
    for number, delay in moments:
        victim = start_kernel(toolchain, DEFAULT)
        try:
            _killed_at(victim, number, min(delay, exchanges[number] / 2))
            judged = victim.judge(improvement(), HONEST)
            assert isinstance(judged, ToolBroken), f"killed {delay:.3f} s into exchange {number}: {judged}"
            assert isinstance(victim.judge(improvement(), HONEST), ToolBroken)
        finally:
            victim.session.close()


def _killed_at(kernel: Kernel, number: int | None, delay: float) -> list[float]:
    """Let the process be killed in one exchange, so many seconds after its beginning; return the seconds of all exchanges."""
    pipe, taken = kernel.session._pipe, list[float]()

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(pipe, name)

        def exchange(self, body: bytes, seconds: float) -> bytes:
            begun = time.perf_counter()
            if len(taken) == number:
                if delay:
                    threading.Timer(delay, os.kill, (pipe.process.pid, signal.SIGKILL)).start()
                else:
                    os.kill(pipe.process.pid, signal.SIGKILL)
            taken.append(0.0)
            reply = pipe.exchange(body, seconds)
            taken[-1] = time.perf_counter() - begun
            return reply

    kernel.session._pipe = Watched()  # type: ignore[assignment]
    return taken


# -- the files of Lean ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toolchain]:
    """Give a Lean whose files a test may change."""
    root = tmp_path_factory.mktemp("lean") / "root"
    shutil.copytree(toolchain.root, root)
    yield replace(toolchain, root=root)
    shutil.rmtree(root)


def _flip(file: Path) -> None:
    """Change one byte, and put the time of writing back."""
    state, content = file.stat(), bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (state.st_size, state.st_mtime_ns)


@pytest.mark.attack("G08", "a byte of Lean's library, changed and changed back", "ToolBroken", "pinned_files")
def test_nothing_is_accepted_once_a_file_of_lean_changed(copy: Toolchain) -> None:
    file = copy.root / "lib" / "Init" / "Prelude.olean"
    before = files_state(copy)
    for flips in (1, 2):  # the second time it is as it was in the end, and was not for a while
        kernel = start_kernel(copy, DEFAULT)
        with kernel.session:
            assert isinstance(kernel.judge(improvement(), HONEST), Passed)
            for _ in range(flips):
                _flip(file)
            judged = kernel.judge(improvement(), HONEST)
            assert met(judged) == "ToolBroken"
            assert isinstance(judged, ToolBroken)
            assert "changed while the process ran" in judged.what
            assert kernel.session.closed
        if flips == 1:
            with pytest.raises(SessionLost, match="not the pinned ones"):
                start_kernel(copy, DEFAULT)
            _flip(file)
    assert files_state(copy) != before
    start_kernel(copy, DEFAULT).session.close()


@pytest.mark.attack("G08", "a file more in Lean's library", "SessionLost", "pinned_files")
def test_a_file_more_is_a_change(copy: Toolchain) -> None:
    with start_kernel(copy, DEFAULT).session as session:
        env = session.import_header(LIBRARY_HEADER).env
        assert env is not None
        done = session.elaborate(env, SECTION + "theorem t : 1 = 1 := rfl", keep=True)
        assert done.env is not None
        assert session.audit(env, done.env, "t").exists
        more = copy.root / "lib" / "X.olean"
        more.touch()
        try:
            with pytest.raises(SessionLost, match="changed") as lost:
                session.audit(env, done.env, "t")
        finally:
            more.unlink()
        met(lost.value)
        assert lost.value.limit is None
