"""The slim module does what the whole one does, in a real engine, and every symbol is found in its table."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from small_wasm import small_module

from verify.portable import node_binary
from verify.slim import ModuleMismatch, slim

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS = {f"l_f{i}": i % 60 for i in range(300)} | {"_ZN4lean3fooE": 33, "lean_run": 44}
ADDRESSES = {"l_data": 1_676_992, "_ZTVN4lean": 64, "plain": 7}
# looks the symbols up as the glue does, and calls what the function table holds there
ASK = """
const fs = require('fs'), [folder, lookup, names] = process.argv.slice(2);
const shared = new WebAssembly.Global({ value: 'i32', mutable: true }, 0), memory = new WebAssembly.Memory({ initial: 1 });
const instance = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(folder + '/lean.wasm')),
  { env: { memory }, 'GOT.func': { gl: shared } });
const symbol = new Function('fs', '__dirname', 'Module', lookup + ';return Module.symbol')(fs, folder, {});
const out = { exports: Object.keys(instance.exports).sort(), found: {} };
for (const name of JSON.parse(names)) {
  const n = symbol(name);
  out.found[name] = n >= 2 ** 31 ? ['function', instance.exports.table.get(n - 2 ** 31)()] : ['address', n];
}
out.first = instance.exports.table.get(1)();
console.log(JSON.stringify(out));
"""


def lookup() -> str:
    """Returns the glue's own function that looks symbols up."""
    from verify.glue import HANDOVER  # noqa: PLC0415 - the text under test

    return HANDOVER[HANDOVER.index(b"Module.symbol=") :].decode()


def test_every_symbol_is_found_and_called(tmp_path: Path) -> None:
    made = slim(small_module(ANSWERS, ADDRESSES))
    (tmp_path / "lean.wasm").write_bytes(made.module)
    (tmp_path / "symbols.bin").write_bytes(made.symbols)
    (tmp_path / "ask.cjs").write_text(ASK, encoding="utf-8")
    names = [*ANSWERS, *ADDRESSES, "l_f", "l_f999", "", "zzz"]
    command = [str(node_binary()), str(tmp_path / "ask.cjs"), str(tmp_path), lookup(), json.dumps(names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own script
    said = json.loads(done.stdout)
    assert said["exports"] == ["lean_run", "main", "plain", "table"]
    assert said["first"] == 0, "the slots that were in use keep their functions"
    due = {n: ["function", v] for n, v in ANSWERS.items()} | {n: ["address", a] for n, a in ADDRESSES.items()}
    assert said["found"] == due | {n: ["address", 0] for n in ("l_f", "l_f999", "", "zzz")}


def test_the_same_bytes_each_time() -> None:
    module = small_module(ANSWERS, ADDRESSES)
    assert slim(module) == slim(module)


@pytest.mark.parametrize(
    "module",
    [
        b"wasm",
        small_module({}, {})[:-3],
        small_module({}, {})[:60],
        small_module({}, {}) + small_module({}, {})[8:],
        small_module({}, {"l_high": 0x8000_0000}),
    ],
    ids=["no module", "cut in the code", "cut early", "sections twice", "an address that looks like a slot"],
)
def test_another_shape_is_refused(module: bytes) -> None:
    with pytest.raises(ModuleMismatch):
        slim(module)
