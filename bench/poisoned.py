"""What comes of a journal whose labels somebody flipped: a ranking fitted on it, tried in real runs on held-out targets.

    python bench/poisoned.py --accepted DIR [--held-out FAMILY ...] [--time T] [--seeds N] [--sound]

The graph and its journal are copied. In the copy each accepted proposal says that it was refused and each refused one that it was
accepted, and the chain of digests is made anew, so that nothing shows. `qed policy learn ranking` then does with the copy what it
does with any. With `--sound` the labels stay as they are, to compare. The exit code is 1 where a poisoned policy was accepted.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from loop.journal import JUDGEMENT
from verify.chain import EVENTS, START, Chained, chained, journal_path, row_digest

FLIPPED = {"accept": "reject", "reject": "accept", "decline": "accept"}


def poison(path: Path) -> int:
    """Flip the labels of a journal and chain it anew; return how many judgements changed."""
    changed, before = 0, START
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER no_update")
        for number, run, kind, content, _, _ in file.execute(EVENTS).fetchall():
            text = content
            if kind == JUDGEMENT and (verdict := (data := json.loads(content)).get("verdict")) in FLIPPED:
                text = json.dumps({**data, "verdict": FLIPPED[verdict]})
                changed += 1
            own = row_digest(number, run, kind, text, before)
            file.execute("UPDATE events SET content = ?, before = ?, digest = ? WHERE id = ?", (text, before, own, number))
            before = own
        file.commit()
    return changed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accepted", type=Path, required=True)
    parser.add_argument("--specs", type=Path, default=Path("specs"))
    parser.add_argument("--held-out", action="append", default=[])
    parser.add_argument("--time", default="60s")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sound", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="poisoned-") as scratch:
        copy = Path(scratch) / "accepted"
        shutil.copytree(asked.accepted, copy)
        shutil.copytree(journal_path(asked.accepted).parent, journal_path(copy).parent)
        if not asked.sound:
            print(f"{poison(journal_path(copy))} judgements say the opposite", flush=True)
        found = chained(journal_path(copy))
        if not isinstance(found, Chained) or found.broken is not None:
            raise SystemExit(f"the copy's chain does not hold: {found}")
        held = [part for family in asked.held_out for part in ("--held-out", family)]
        command = [
            sys.executable, "-m", "loop", "policy", "learn", "ranking", f"{scratch}/trial", "--accepted", str(copy), "--specs",
            str(asked.specs), "--time", asked.time, "--seeds", str(asked.seeds), "--json", *held,
        ]  # fmt: skip
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout)
        return int(bool(json.loads(done.stdout)["accepted"]) and not asked.sound)


if __name__ == "__main__":
    sys.exit(main())
