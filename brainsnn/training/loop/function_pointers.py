"""Compiled functions by their addresses, so that a compiled loop can take any of them.

Numba passes functions to compiled code too, but looks each one up anew at every call, which takes
a millisecond for ten of them: more than a training trial. An address is an integer, and is turned
into a function inside the compiled code.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from numba.core import cgutils, types
from numba.core.types import FunctionType
from numba.extending import intrinsic


@cache
def function_pointer(function: Any, signature: Any) -> int:
    """Address of a numba function, compiled for a signature; to be called as a C function.

    Parameters
    ----------
    function : njit function
    signature : numba signature

    Returns
    -------
    int
    """
    function.compile(signature.args)
    compiled = function.get_compile_result(signature)
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_cfunc_wrapper_name))


def function_at(signature: Any) -> Any:
    """Function for compiled code that turns an address into a function of that signature.

    Parameters
    ----------
    signature : numba signature

    Returns
    -------
    callable
        To be called from njit functions: ``convert(address) -> function``.
    """
    kind = FunctionType(signature)

    @intrinsic
    def convert(typingctx, address):  # type: ignore[no-untyped-def]  # noqa: ARG001
        def generate(context, builder, _, arguments):  # type: ignore[no-untyped-def]
            nothing = cgutils.get_null_value(context.get_value_type(kind))
            return builder.insert_value(
                nothing, builder.inttoptr(arguments[0], cgutils.voidptr_t), 0, "c_addr"
            )

        return kind(types.int64), generate

    return convert
