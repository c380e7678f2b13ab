"""The committed pages over all papers and profiles, and the README's generated parts."""

from pathlib import Path


def publish() -> list[Path]:
    """placeholder"""
    return []
