"""The lists of flagged words, ours and files of the user's own, with the entries that are spared."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dataqual.errors import SpecError, nearest_file
from dataqual.lexicons import FOLDER

OURS = ("en", "zh")


def file_of(name: str) -> Path:
    """The file of one of our lists, or the one that the name is the path of."""
    return FOLDER / f"flagged.{name}.txt" if name in OURS else Path(name)


def entries(lists: Iterable[str] = OURS) -> dict[str, bool]:
    """The words and phrases of the lists, and whether each is flagged or only known; SpecError for a file that is no list."""
    found: dict[str, bool] = {}
    for name in lists:
        found |= dict.fromkeys(_lines(file_of(name)), True)
        if name in OURS:
            found |= dict.fromkeys(_lines(FOLDER / f"spared.{name}.txt"), False)
    return found


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise SpecError(
            f"lexicons: {path}: no such file or folder{nearest_file(path)}; or name one of: en, zh"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"lexicons: {path} cannot be read as UTF-8 text ({error}); or name one of: en, zh") from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
