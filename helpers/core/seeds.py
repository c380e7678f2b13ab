"""Randomness: every stream is named, so that adding one does not shift another."""

import hashlib
import os

import torch
from torch import Tensor


def derive(seed: int, *names: object) -> int:
    """A 63-bit seed for the stream `names` under `seed`."""
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *names: object, device: str | torch.device = "cpu") -> torch.Generator:
    """A generator for the stream `names` under `seed`."""
    return torch.Generator(device).manual_seed(derive(seed, *names))


def per_sample_normal(like: Tensor, seed: int, ids: Tensor | None = None) -> Tensor:
    """Standard normal noise shaped as `like` (b, ...); sample i depends on (seed, ids[i]) only, not on its batch.

    ids: (b,) integers, by default the positions 0..b-1. Drawn on the CPU, so that every device gets the same numbers.
    """
    ids = range(len(like)) if ids is None else ids.tolist()
    source = torch.Generator()
    rows = [torch.randn(like.shape[1:], generator=source.manual_seed(derive(seed, i)), dtype=torch.float64) for i in ids]
    return (torch.stack(rows) if rows else torch.zeros(like.shape)).to(like)


def make_deterministic() -> None:
    """One CPU thread and deterministic kernels: the same settings give the same bytes."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(1)
    # On a GPU some backward passes (max pooling) have no deterministic kernel; they warn and go on. (The better known
    # use_deterministic_algorithms first imports torch's compiler: two seconds in every process.)
    torch.set_deterministic_debug_mode("warn" if torch.cuda.is_available() else "error")
    # Nothing here reads memory it has not written; filling it would cost a fifth of a small step.
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.backends.cudnn.benchmark = False
