"""The compiled inner loops over bytes and offsets; nothing here knows of documents' meaning."""

import os
import tempfile
from pathlib import Path
from typing import Any

import numba

_config: Any = numba.config


def _find_cache() -> None:
    """Where compiled code is kept when neither this folder nor the user's cache can be written, as in a container.

    numba refuses to compile then. A folder of this user alone, for code that others could replace would be run.
    """
    if _config.CACHE_DIR or os.access(Path(__file__).parent, os.W_OK):
        return
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if os.access(nearest, os.W_OK) and nearest != Path(nearest.anchor):
        return
    folder = Path(tempfile.gettempdir()) / f"dataqual-kernels-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and (folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077):
        folder = Path(tempfile.mkdtemp(prefix="dataqual-kernels-"))
    _config.CACHE_DIR = str(folder)


_find_cache()
