"""How the kernel is compiled: once per state of its sources, without the GIL.

Numba checks a cached function against its own file only, not against what it calls, and pip leaves
old caches behind on an upgrade. So the cache stands in a folder named after all of the engine's
sources and the compiler's version.
"""

from __future__ import annotations

import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba
from numba import njit

_ENGINE = Path(__file__).parent
_PREFIX = "compiled-"


def _digest() -> str:
    content = sha256(numba.__version__.encode())
    for source in sorted(_ENGINE.glob("*.py")):
        content.update(source.read_bytes())
    return content.hexdigest()[:16]


def _folder() -> Path:
    """Beside the sources where that can be written, else among the user's caches."""
    name = f"{_PREFIX}{_digest()}"
    for parent in (_ENGINE / "__pycache__", Path.home() / ".cache" / "teichaku"):
        try:
            (parent / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        return parent / name
    return Path(tempfile.mkdtemp(prefix="teichaku-"))


CACHE = _folder()
numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]

# Reference counts of arrays are atomic, and threads fight over them: they cost up to a quarter of
# the time. Only a function that makes arrays of its own needs them.
_UNCOUNTED: Any = {"_nrt": False}

compiled = njit(cache=True, nogil=True)
uncounted = njit(cache=True, nogil=True, **_UNCOUNTED)
uncounted_inline = njit(cache=True, nogil=True, forceinline=True, **_UNCOUNTED)


def forget_older() -> None:
    """Removes the compiled code of other states of the sources."""
    for folder in CACHE.parent.glob(f"{_PREFIX}*"):
        if folder != CACHE:
            shutil.rmtree(folder, ignore_errors=True)
