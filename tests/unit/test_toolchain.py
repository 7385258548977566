"""The portable Lean is installed whole or not at all, and only the pinned package is."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from attack_case import met
from small_wasm import small_module

from verify import portable, toolchain
from verify.glue import GlueMismatch, patch
from verify.portable import Package, ToolchainMissing, install_portable, intact, portable_root

if TYPE_CHECKING:
    from pathlib import Path

DLSYM = (
    b"symbol=UTF8ToString(symbol);var result;var newSymIndex;var lib=LDSO.loadedLibsByHandle[handle];"
    b"newSymIndex=Object.keys(lib.exports).indexOf(symbol);if(newSymIndex==-1||lib.exports[symbol].stub){"
    b'dlSetError(`Tried to lookup unknown symbol "${symbol}" in dynamic lib: ${lib.name}`);return 0}'
    b'result=lib.exports[symbol];if(typeof result=="function"){var addr=getFunctionAddress(result);if(addr){result=addr}'
    b"else{result=addFunction(result,result.sig);(growMemViews(),HEAPU32)[symbolIndex>>2]=newSymIndex}}return result}"
)
GLUE = (
    b'var Module=typeof Module!="undefined"?Module:{};a;var _l_x,_l_y,_main;function assignWasmExports(wasmExports){'
    b'_l_x=Module["_l_x"]=wasmExports["l_x"];_l_y=Module["_l_y"]=wasmExports["l_y"].value;'
    b'_main=Module["_main"]=wasmExports["main"];}' + DLSYM + b"updateTableMap(0,wasmTable.length);pthreadPoolSize=4;"
    b'GOT[symName]??=new WebAssembly.Global({value:"i32",mutable:true});GOT[symName].value=newValue;'
    b'process.binding("constants")["fs"];workerData:"em-pthread",'
)


def packed(files: dict[str, bytes]) -> bytes:
    """Returns a gzipped tar of the files, with an extended header such as macOS writes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.pax_headers = len(content), {"LIBARCHIVE.xattr.com.apple.provenance": "AQ=="}
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Gives a small package of the same shape, whose fetching copies a local file."""
    library = packed({"./Init.olean": b"olean", "./._Init.olean": b"junk", "./Init/A.olean": b"a"})
    files = {"lean.js": GLUE, "lean.wasm": small_module({"l_x": 1, "main": 2}, {"l_y": 64}), "lean-lib.tar.gz": library}
    tarball = packed({f"package/{name}": content for name, content in files.items()})

    def fetch(_: Package, folder: Path) -> Path:
        path = folder / "small.tgz"
        path.write_bytes(tarball)
        return path

    monkeypatch.setenv("QED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(portable, "fetch", fetch)
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    with pytest.raises(ToolchainMissing, match="not the pinned one") as unpinned:
        install_portable(Package("small@1", integrity, "0", "none"), silent)
    return Package("small@1", integrity, "0", unpinned.value.why.split()[3].rstrip(","))


def silent(_: str) -> None:
    """Reports nothing."""


def leftovers(package: Package) -> list[str]:
    """Returns what lies in the cache folder apart from locks."""
    return [p.name for p in portable_root(package).parent.iterdir() if p.suffix != ".lock"]


def test_a_package_is_installed_once(package: Package) -> None:
    said: list[str] = []
    root = install_portable(package, said.append)
    assert intact(root, package, full=True)
    assert sorted(p.name for p in (root / "lib").rglob("*") if p.is_file()) == ["A.olean", "Init.olean"]
    assert leftovers(package) == [root.name]
    said.clear()
    assert install_portable(package, said.append) == root
    assert not said


@pytest.mark.attack("G08", "another package under the pinned name", "ToolchainMissing", "pinned_package")
def test_another_package_is_refused_before_it_is_read(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portable, "unpack", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(ToolchainMissing, match="not the pinned package") as missing:
        install_portable(replace(package, integrity="sha512-" + "A" * 86 + "=="), silent)
    met(missing.value)
    assert leftovers(package) == []


@pytest.mark.parametrize("step", ["fetch", "unpack", "patch", "tree_stamp"])
def test_an_interrupted_install_leaves_nothing(package: Package, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(portable, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            install_portable(package, silent)
    assert leftovers(package) == []
    assert intact(install_portable(package, silent), package, full=True)


def test_what_a_killed_install_left_is_cleared(package: Package) -> None:
    root = portable_root(package)
    half = root.parent / f"{root.name}.making-killed" / "tree"
    half.mkdir(parents=True)
    assert not root.exists()
    install_portable(package, silent)
    assert leftovers(package) == [root.name]


def test_a_changed_library_is_noticed_and_replaced(package: Package) -> None:
    root = install_portable(package, silent)
    file = root / "lib" / "Init.olean"
    state = file.stat()
    file.write_bytes(b"OLEAN")
    assert not intact(root, package, full=False)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert not intact(root, package, full=True)
    install_portable(package, silent)
    assert file.read_bytes() == b"olean"


def test_a_touched_library_is_still_the_pinned_one(package: Package) -> None:
    root = install_portable(package, silent)
    os.utime(root / "lib" / "Init.olean", (1, 1))
    assert intact(root, package, full=False)


def test_a_full_disk_is_said(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(portable, "unpack", full)
    with pytest.raises(ToolchainMissing, match=r"disk .* is full.* qed doctor --install"):
        install_portable(package, silent)


def test_no_network_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if portable.npm_command() is None:
        pytest.skip("npm is not installed")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    with pytest.raises(ToolchainMissing, match=r"is there a network\?.*qed doctor --install"):
        portable.fetch(portable.PACKAGE, tmp_path)


def test_an_old_node_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v20.1.0\n", encoding="utf-8")
    node.chmod(0o755)
    monkeypatch.setattr(toolchain, "node_binary", lambda: node)
    with pytest.raises(ToolchainMissing, match="Node is too old"):
        toolchain.install(silent)
    assert [f.state for f in toolchain.diagnose() if f.name == "node"] == ["broken"]


def test_nothing_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QED_CACHE", str(tmp_path))
    with pytest.raises(ToolchainMissing, match="not installed"):
        toolchain.find("portable")


def test_every_finding_that_is_not_ok_says_what_mends_it() -> None:
    findings = toolchain.diagnose()
    assert {"portable Lean", "node", "npm", "native Lean", "z3", "cvc5", "hypothesis", "bubblewrap"} == {f.name for f in findings}
    assert all((f.state == "ok") == (f.mend == "") for f in findings)


def test_another_build_of_the_glue_is_refused() -> None:
    patched = patch(GLUE, 17)
    assert b"updateTableMap(0,17)" in patched
    assert b'_main=Module["_main"]' in patched
    assert not {name for name in (b"_l_x", b"_l_y") if name in patched}
    with pytest.raises(GlueMismatch, match="pthreadPoolSize"):
        patch(GLUE.replace(b"pthreadPoolSize=4", b"pthreadPoolSize=5"), 17)
