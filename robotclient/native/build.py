"""`python -m robotclient.native.build`: compiles the bindings into this folder, where they are not up to date.

It needs a C compiler, Python's headers, libvpx-dev and libopus-dev; `scripts/install` sees to all of them.
"""

import hashlib
import importlib.metadata
import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

from cffi import FFI

from robotclient.native.declarations import OPUS, VPX, Binding

FOLDER: Final = Path(__file__).parent
COMPILE_DEADLINE: Final = 300.0


class BuildError(Exception):
    """The bindings cannot be compiled; the text says what to install."""


def build(binding: Binding, folder: Path = FOLDER) -> bool:
    """Compile one binding; False where what is there is up to date. Raises `BuildError`."""
    library = folder / f"{binding.module}{sysconfig.get_config_var('EXT_SUFFIX')}"
    stamp = folder / f"{binding.module}.stamp"
    digest = _digest(binding)
    if library.exists() and stamp.exists() and stamp.read_text() == digest:
        return False
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source, compiled = Path(scratch, f"{binding.module}.c"), Path(scratch, library.name)
        ffi = FFI()
        ffi.cdef(binding.declarations)
        ffi.set_source(f"robotclient.native.{binding.module}", binding.code)
        ffi.emit_c_code(str(source))
        _run(
            *("cc", "-shared", "-fPIC", "-O2", f"-I{sysconfig.get_path('include')}"),
            *(str(source), "-o", str(compiled), *shlex.split(_pkg_config("--cflags", "--libs", binding.package))),
        )
        compiled.replace(library)  # whole or not at all, also under a robot that runs
    stamp.write_text(digest)
    return True


def _digest(binding: Binding) -> str:
    """Changes with all that the compiled module depends on, the library's version among it."""
    parts = (
        *(binding.declarations, binding.code, importlib.metadata.version("cffi"), sys.version),
        _pkg_config("--modversion", binding.package),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _pkg_config(*arguments: str) -> str:
    return _run("pkg-config", *arguments)


def _run(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            timeout=COMPILE_DEADLINE,
            check=True,
            env=os.environ | {"LC_ALL": "C"},
        )
    except FileNotFoundError as error:
        raise BuildError(f"{command[0]} is not installed; scripts/install installs what is needed") from error
    except subprocess.CalledProcessError as error:
        raise BuildError(f"{command[0]} failed; scripts/install installs what is needed\n{error.stderr}") from error
    return done.stdout


def main() -> None:
    """Both bindings."""
    try:
        for binding in (VPX, OPUS):
            build(binding)
    except BuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
