"""Loading eight bytes at once, wherever they lie, and asking sixty-four of them something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dataqual.kernels.compiling import intrinsic

if TYPE_CHECKING:
    from llvmlite import ir
    from numba import types


@intrinsic
def eight(context: Any, data: Any, at: Any) -> Any:
    """Eight bytes of the uint8 array `data` as one number, little end first; as shifts it is three times slower."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(64).as_pointer())
        return builder.load(pointer, align=1)

    return types.uint64(data, at), generate


@intrinsic
def between(context: Any, data: Any, at: Any, low: Any, high: Any) -> Any:
    """Which of the 64 bytes of the uint8 array `data` from `at` on lie from `low` to `high`, as bits, first byte lowest.

    Spelled as vectors, because LLVM makes bits of bytes one by one when it is shown a loop.
    """
    vector = ir.VectorType(ir.IntType(8), 64)

    def spread(builder: Any, value: Any) -> Any:
        first = builder.insert_element(
            ir.Constant(vector, ir.Undefined), builder.trunc(value, ir.IntType(8)), ir.Constant(ir.IntType(32), 0)
        )
        none = ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)
        return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), none)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.bitcast(builder.gep(array.data, [arguments[1]]), vector.as_pointer())
        low, high = (
            context.cast(builder, value, kind, types.int64)
            for value, kind in zip(arguments[2:], signature.args[2:], strict=True)
        )
        above = builder.sub(builder.load(pointer, align=1), spread(builder, low))
        inside = builder.icmp_unsigned("<=", above, spread(builder, builder.sub(high, low)))
        return builder.bitcast(inside, ir.IntType(64))

    return types.uint64(data, at, low, high), generate


@intrinsic
def lowest(context: Any, bits: Any) -> Any:
    """The place of the lowest bit that is set in the uint64 `bits`; 64 if none is."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


@intrinsic
def copy(context: Any, data: Any, at: Any, out: Any, to: Any) -> Any:
    """Copy the 64 bytes of the uint8 array `data` from `at` on to `out` from `to` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(8), 64).as_pointer()
        source, target = (
            builder.bitcast(
                builder.gep(context.make_array(kind)(context, builder, array).data, [place]),
                vector,
            )
            for kind, array, place in zip(signature.args[::2], arguments[::2], arguments[1::2], strict=True)
        )
        builder.store(builder.load(source, align=1), target, align=1)
        return context.get_dummy_value()

    return types.void(data, at, out, to), generate


@intrinsic
def ones(context: Any, bits: Any) -> Any:
    """How many bits of the uint64 `bits` are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


@intrinsic
def add_sixteen(context: Any, values: Any, at: Any, sums: Any, to: Any) -> Any:
    """Add sixteen numbers of the float32 array `values` from `at` on to those of `sums` from `to` on, as one vector."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.FloatType(), 16).as_pointer()
        source, target = (
            builder.bitcast(
                builder.gep(context.make_array(kind)(context, builder, array).data, [place]),
                vector,
            )
            for kind, array, place in zip(signature.args[::2], arguments[::2], arguments[1::2], strict=True)
        )
        total = builder.fadd(builder.load(source, align=4), builder.load(target, align=4))
        builder.store(total, target, align=4)
        return context.get_dummy_value()

    return types.void(values, at, sums, to), generate
