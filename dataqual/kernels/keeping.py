"""Machine code of loops, kept on disk as numba made it, and run without numba.

What is kept holds for these sources, this compiler and this kind of processor. Nothing depends on its being there: where
it cannot be written, or numba has changed so much that it cannot be taken from its cache, numba does all as ever.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import numpy as np

HOME = Path(__file__).parent

RETURNS = {"none": "", "int64": "i", "uint64": "u", "bool": "b", "boolean": "b", "float64": "f"}
"""How numba calls what a loop returns, and what is kept of it; several int64 are as many `i`."""

HANDS: dict[str, Any] = {"i": ctypes.c_int64, "u": ctypes.c_uint64, "b": ctypes.c_uint8, "f": ctypes.c_double}

FOREIGN = (b"NRT_MemInfo_alloc", b"NRT_Allocate")
"""A loop in which these names occur needs numba beside it: it makes arrays."""

UNUSED = ("numba_gil_ensure", "numba_gil_release", "numba_do_raise", "numba_unpickle", "NRT_MemInfo_call_dtor", "NRT_Free",
          "NRT_adapt_ndarray_from_python", "NRT_adapt_ndarray_to_python_acqref",
          "numba_runtime_build_excinfo_struct")  # fmt: skip
"""Named in the part of the code that Python would call, which nobody does here."""


class Loop:
    """A compiled loop. Calling it gives whether it came to its end, and what it returned."""

    def __init__(self, code: bytes, symbol: str, returns: str) -> None:
        """RuntimeError where that is no code for this machine."""
        binding = _binding()
        self._engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine())
        self._engine.add_object_file(binding.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        address = self._engine.get_function_address(symbol)
        if not address:
            raise RuntimeError(f"no {symbol} in it")
        self._function: Any = ctypes.CFUNCTYPE(ctypes.c_int32)(address)  # lets go of Python's lock
        self._returns = returns
        self._room = HANDS[returns[:1] or "i"] * max(len(returns), 1)

    def __call__(self, args: Sequence[Any]) -> tuple[bool, Any]:
        """Always with arguments of the same types."""
        if not self._function.argtypes:
            self._function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, *_hands(args)]
        result, error = self._room(), ctypes.c_void_p()
        given: list[Any] = [ctypes.addressof(result), ctypes.addressof(error)]
        for value in args:
            if isinstance(value, np.ndarray):  # nobody owns it, sizes, address, shape and strides
                address = value.__array_interface__["data"][0]
                given += (None, None, value.size, value.itemsize, address, *value.shape, *value.strides)
            else:
                given.append(int(value))
        if self._function(*given):
            return False, None
        if len(self._returns) > 1:
            return True, tuple(result)
        value = result[0] if self._returns else None
        return True, bool(value) if self._returns == "b" else value


class Place(NamedTuple):
    """Where a loop is kept: `old` has the files of other sources, compilers and processors too."""

    path: Path
    old: str


def types_of(args: Sequence[Any]) -> str | None:
    """The types of arguments as numba tells them apart; None where one is neither array, whole number nor truth value.

    Whether an array can be written makes no difference to machine code.

    >>> types_of((np.zeros((2, 3), np.uint8), 5, True)), types_of(("text",))
    ('|u1 2,i,b', None)
    """
    found = []
    for value in args:
        if isinstance(value, np.ndarray):
            if not (value.flags.c_contiguous and value.flags.aligned) or value.dtype.kind not in "uifb":
                return None
            found.append(f"{value.dtype.str} {value.ndim}")
        elif isinstance(value, bool | np.bool_):
            found.append("b")
        elif isinstance(value, np.uint64):
            found.append("u")
        elif isinstance(value, int | np.int64) and -(1 << 63) <= value < 1 << 63:
            found.append("i")
        else:
            return None
    return ",".join(found)


def find(module: str, name: str, types: str) -> Loop | None:
    """The loop, if it is kept and can be loaded."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return None
    try:
        head, _, code = _place(module, name, types).path.read_bytes().partition(b"\n")
        told = json.loads(head)
        if sha256(code).hexdigest() != told["sha256"]:
            return None
        return Loop(code, told["symbol"], told["returns"])
    except (OSError, ValueError, KeyError, RuntimeError, ImportError):
        return None


def keep(dispatcher: Any, module: str, name: str, types: str, args: Sequence[Any]) -> bool:
    """Keep a loop that numba has just run with these arguments, if it can be run without numba; whether it was."""
    with suppress(Exception):  # numba's inner side, which it may change; a disk may be full
        signature = tuple(dispatcher.typeof_pyval(value) for value in args)
        compiled = dispatcher.overloads[signature]
        numbas = dispatcher._cache
        library, *_ = numbas._cache_file.load(numbas._index_key(signature, dispatcher.targetctx.codegen()))
        code: bytes = library[2][0]
        returned = str(compiled.signature.return_type)
        returns = (
            "i" * int(returned[len("UniTuple(int64 x ") : -1]) if returned.startswith("UniTuple(int64 x ") else None
        )
        if returns is None:
            returns = RETURNS[returned]
        if any(name in code for name in FOREIGN):
            return False
        told = {"symbol": compiled.fndesc.llvm_func_name, "returns": returns, "sha256": sha256(code).hexdigest()}
        _write(_place(module, name, types), json.dumps(told).encode() + b"\n" + code)
        return True
    return False


def folder() -> Path:
    """Where loops are kept: beside their sources, or where the user's cache is; else in a folder of this user alone."""
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given)
    if os.access(HOME, os.W_OK):
        return HOME / "__pycache__"
    return _temporary() if private() else _cache_home() / "dataqual"


@cache
def private() -> bool:
    """Whether neither this folder nor the user's cache can be written, as in a container; numba does not compile then."""
    if os.environ.get("NUMBA_CACHE_DIR") or os.access(HOME, os.W_OK):
        return False
    home = _cache_home()
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    return not os.access(nearest, os.W_OK) or nearest == Path(nearest.anchor)


@cache
def _temporary() -> Path:
    """A folder of this user alone, for code that others could replace would be run."""
    folder = Path(tempfile.gettempdir()) / f"dataqual-kernels-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and (folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077):
        folder = Path(tempfile.mkdtemp(prefix="dataqual-kernels-"))
    return folder


def _cache_home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())


def _place(module: str, name: str, types: str) -> Place:
    stem = f"{module.rpartition('.')[2]}.{name}-{sha256(types.encode()).hexdigest()[:12]}"
    return Place(folder() / f"{stem}.{_made_of()}.loop", f"{stem}.*.loop")


def _write(place: Place, content: bytes) -> None:
    place.path.parent.mkdir(parents=True, exist_ok=True)
    for old in place.path.parent.glob(place.old):
        old.unlink(missing_ok=True)
    unfinished = place.path.with_name(f"{place.path.name}.{secrets.token_hex(4)}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(place.path)
    finally:
        unfinished.unlink(missing_ok=True)


def ahead() -> None:
    """Make ready, beside whatever else is done, what the first loop waits for."""

    def ready() -> None:
        with suppress(Exception):  # whoever calls a loop sees what is wrong
            _made_of()
            _machine()

    Thread(target=ready, name="dataqual-keeping", daemon=True).start()


@cache
def _made_of() -> str:
    """What all that is kept depends on, in short: sources, compiler, processor, and what numba was told otherwise."""
    binding = _binding()
    told = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("NUMBA_")]
    parts = [
        *(path.read_bytes() for path in sorted(HOME.glob("*.py"))),
        *(str(part).encode() for part in (_version(), binding.get_default_triple(), binding.get_host_cpu_name(), told)),
        binding.get_host_cpu_features().flatten().encode(),
    ]
    return sha256(b"\0".join(sha256(part).digest() for part in parts)).hexdigest()[:16]


def _version() -> str:
    """Of numba and llvmlite, as the file says that both have; neither they nor `importlib.metadata` are loaded for it."""
    origins = [spec.origin for name in ("numba", "llvmlite") if (spec := find_spec(name)) is not None]
    return "".join(Path(origin).with_name("_version.py").read_text() for origin in origins if origin is not None)


@cache
def _binding() -> Any:
    """llvmlite, ready to load code for this machine."""
    import llvmlite.binding as binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    for name in UNUSED:
        if not binding.address_of_symbol(name):
            binding.add_symbol(name, ctypes.cast(_never, ctypes.c_void_p).value)
    return binding


@cache
def _machine_target() -> Any:
    return _binding().Target.from_default_triple()


def _machine() -> Any:
    return _machine_target().create_target_machine(jit=True)


@ctypes.CFUNCTYPE(None)
def _never() -> None:
    raise AssertionError("kept code does not call Python")


def _hands(args: Sequence[Any]) -> list[Any]:
    """What the machine code takes for these arguments, in the terms of ctypes."""
    hands: list[Any] = []
    for value in args:
        if isinstance(value, np.ndarray):
            numbers = [ctypes.c_int64] * (2 * value.ndim)
            hands += [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, *numbers]
        else:
            hands.append(
                HANDS["b" if isinstance(value, bool | np.bool_) else "u" if isinstance(value, np.uint64) else "i"]
            )
    return hands
