"""The Chromium that the desk's tests drive: the machine's own where there is one, else the one of the npm package.

In: nothing. Out: `browser()` -> Browser(executable, env) for Playwright's launch. The packaged one is unpacked once beside node_modules
(5 s, 240 MB); it needs its own libraries where the machine has no nss, and its own fonts: without fonts text is invisible and no error is
raised. `python styles/build.py --browser` fetches the package.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import io
import os
import platform
import subprocess
import tarfile
import types
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKED = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / "node_modules" / ".browser"
UNBROTLI = "process.stdin.pipe(require('zlib').createBrotliDecompress()).pipe(process.stdout)"

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


class NoBrowser(RuntimeError):
    """No Chromium was found; the message says how to get one."""


@dataclass(frozen=True)
class Browser:
    executable: Path
    env: dict[str, str] = field(default_factory=dict)


def browser() -> Browser:
    found = _build().system_browser()
    if found is not None:
        return Browser(Path(found), dict(os.environ))
    return _packaged()


def _packaged() -> Browser:
    if platform.machine() not in ("x86_64", "AMD64"):
        raise NoBrowser(
            "No Chromium is on this machine, and the packaged one is for x64 only: install chromium, then run again."
        )
    if not PACKED.is_dir():
        raise NoBrowser(
            "No Chromium is on this machine: run `python styles/build.py --browser`, then run the tests again."
        )
    executable = UNPACKED / "chromium"
    if not executable.exists() or executable.stat().st_mtime < (PACKED / "chromium.br").stat().st_mtime:
        _unpack(executable)
    fonts = UNPACKED / "fonts.conf"
    fonts.write_text(FONTS.format(fonts=UNPACKED / "fonts", cache=UNPACKED / "font-cache"))
    env = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    if ctypes.util.find_library("nss3") is None:
        env["LD_LIBRARY_PATH"] = str(UNPACKED / "al2023" / "lib")
    return Browser(executable, env)


def _unpack(executable: Path) -> None:
    UNPACKED.mkdir(parents=True, exist_ok=True)
    for name in ("al2023", "fonts"):
        with tarfile.open(fileobj=io.BytesIO(_unbrotli(PACKED / f"{name}.tar.br"))) as archive:
            archive.extractall(UNPACKED / name)  # a file of our own lock, known by its hash
    unfinished = executable.with_name(f"chromium.{os.getpid()}")
    unfinished.write_bytes(_unbrotli(PACKED / "chromium.br"))
    unfinished.chmod(0o755)
    unfinished.replace(executable)


def _unbrotli(file: Path) -> bytes:
    with file.open("rb") as packed:
        return subprocess.run([_build().node(), "-e", UNBROTLI], stdin=packed, capture_output=True, check=True).stdout


def _build() -> types.ModuleType:
    """styles/build.py, which knows where Node is."""
    spec = importlib.util.spec_from_file_location("styles_build", ROOT / "styles" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
