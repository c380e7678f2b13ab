"""Pickles of numbers, read without running anything they ask for: only numpy arrays can be rebuilt."""

import codecs
import pickle
from pathlib import Path

import numpy as np
from numpy._core import multiarray, numeric

from helpers.core.errors import UserError


def _dtype(kind: str, align: object = False, copy: object = False) -> np.dtype:
    # Old pickles give align as the integer 0, which numpy 2.4 warns about.
    return np.dtype(kind, align=bool(align), copy=bool(copy))


def _scalar(dtype: np.dtype, content: object = b"") -> np.generic:
    if dtype.kind not in "biuf" or not isinstance(content, str | bytes):
        raise pickle.UnpicklingError(f"it asks for a scalar of type {dtype}, which is not allowed")
    raw = content.encode("latin1") if isinstance(content, str) else content
    return np.frombuffer(raw, dtype, count=1)[0]


# The CIFAR archives were pickled by Python 2; numpy has since moved its modules, so both names of each are here.
ALLOWED = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): _dtype,
    ("numpy.core.multiarray", "_reconstruct"): multiarray._reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): multiarray._reconstruct,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy.core.numeric", "_frombuffer"): numeric._frombuffer,
    ("numpy._core.numeric", "_frombuffer"): numeric._frombuffer,
    ("_codecs", "encode"): codecs.encode,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        try:
            return ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is not allowed") from None


def read(path: Path) -> dict:
    """The dictionary in a pickle file, with text keys. Raises UserError when it is cut, damaged or asks for more."""
    try:
        with path.open("rb") as stream:
            value = _Unpickler(stream, encoding="latin1").load()
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError, OSError,
            OverflowError, MemoryError) as error:
        raise UserError(f"{path}: cannot be read, it is cut or damaged ({error}).") from error
    if not isinstance(value, dict):
        raise UserError(f"{path}: holds a {type(value).__name__}, not a dictionary.")
    return value
