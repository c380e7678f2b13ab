"""Network weights from safetensors or torch files, by torchvision's parameter names."""

import os
import pickle
import zipfile
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from helpers.core.errors import UserError

SUFFIXES = (".safetensors", ".pt", ".pth")
# What torch.load raises on files that are cut, damaged or hold objects.
DAMAGE = (pickle.UnpicklingError, zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError, LookupError)


def load_weights(path_or_name: Path | str, folder: Path | None = None) -> dict[str, torch.Tensor]:
    """Parameter name -> tensor on the CPU, half precision as float32.

    path_or_name: a file, or the name (suffix optional) of one in `<folder>/weights/`; folder: the environment's
    HELPERS_DATA by default. A torch file may hold the dictionary itself or have it under "state_dict".
    Raises UserError, naming the file, when it does not exist or is not a dictionary of tensors.
    """
    path = find_weights(path_or_name, folder)
    tensors = _safetensors(path) if path.suffix == ".safetensors" else _torch(path)
    half = (torch.float16, torch.bfloat16)
    return {name: tensor.float() if tensor.dtype in half else tensor for name, tensor in tensors.items()}


def find_weights(path_or_name: Path | str, folder: Path | None = None) -> Path:
    """The file that load_weights reads; UserError when there is none."""
    folder = folder or os.environ.get("HELPERS_DATA")
    given = Path(path_or_name)
    stems = [given] if folder is None else [given, Path(folder) / "weights" / given]
    candidates = [stem.with_name(stem.name + suffix) for stem in stems for suffix in ("", *SUFFIXES)]
    for path in candidates:
        if path.is_file():
            return path
    raise UserError(f"{stems[-1]}: weights not found, neither as it is nor with {', '.join(SUFFIXES)}.")


def has_weights(name: str, folder: Path | None = None) -> bool:
    """Whether find_weights finds a file."""
    try:
        return find_weights(name, folder) is not None
    except UserError:
        return False


def _safetensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path}: the safetensors file is cut or damaged ({error}).") from error


def _torch(path: Path) -> dict[str, torch.Tensor]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except DAMAGE as error:
        raise UserError(f"{path}: the torch file is cut, damaged or holds more than tensors.") from error
    if isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
        content = content["state_dict"]
    if not isinstance(content, dict) or not all(isinstance(value, torch.Tensor) for value in content.values()):
        raise UserError(f"{path}: does not hold a dictionary of tensors.")
    return dict(content)
