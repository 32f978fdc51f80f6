"""Loading eight bytes at once, wherever they lie."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_intrinsic: Any = intrinsic  # numba's own type hides that the first parameter is filled in


@_intrinsic
def eight(context: Any, data: Any, at: Any) -> Any:
    """Eight bytes of the uint8 array `data` as one number, little end first; as shifts it is three times slower."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(64).as_pointer())
        return builder.load(pointer, align=1)

    return types.uint64(data, at), generate
