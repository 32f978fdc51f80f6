"""Make the Chinese of studies of pictures from that of studies of text: python tools/picture_words.py [--check]"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "dataqual" / "translations" / "zh"
sys.path.insert(0, str(Path(__file__).parent.parent))

from studies.telling.wording import LOSSES, Wording, in_chinese  # noqa: E402

SOURCES = ("studies.toml", "studies_answer.toml", "studies_exchange.toml", "studies_firmness.toml", "study_page.toml")
TARGET = FOLDER / "studies_reworded.toml"
HEAD = "# Made by tools/picture_words.py from what studies of text say: change it there.\n"


def made() -> str:
    """The whole file."""
    every = {name: tomllib.loads((FOLDER / name).read_text(encoding="utf-8")) for name in SOURCES}
    known = {key for file in FOLDER.glob("*.toml") if file != TARGET for key in tomllib.loads(file.read_text("utf-8"))}
    lines: dict[str, str] = {}
    for entries in every.values():
        for english, chinese in entries.items():
            for loss, said in LOSSES.items():
                own = _outside_holes(english, Wording(loss))
                if own != english and own not in known:
                    lines.setdefault(own, _outside_holes(chinese, partial(in_chinese, loss=said)))
    return HEAD + "".join(f"{_quoted(key)} = {_quoted(value)}\n" for key, value in lines.items())


def _outside_holes(text: str, change: Callable[[str], str]) -> str:
    """The text changed but for the names of its holes."""
    return "".join(part if part[:1] == "{" else change(part) for part in re.split(r"(\{\w+(?:\?|:[t1])?\})", text))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == made() else f"{TARGET}: python tools/picture_words.py")
    TARGET.write_text(made(), encoding="utf-8")
