"""Make dataqual/noise/pinyin.txt and shapes.txt: python tools/noise_tables.py FOLDER

FOLDER is where `pip download --no-deps pycorrector pypinyin` was unpacked. Readings are of pypinyin, shapes of pycorrector's
same_stroke.txt; both are cut to level 1 of GB 2312-80, the 3,755 commonest characters, so that no slip is a character that
nobody would type.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NOISE = Path(__file__).parent.parent / "dataqual" / "noise"
PINYIN_HEAD = """\
# Common Chinese characters (level 1 of GB 2312-80, in which they stand by sound) by their most frequent reading in
# Hanyu Pinyin without tones. Readings: pypinyin 0.55.0 (MIT), after Unihan (Unicode licence). Made by tools/noise_tables.py.
"""
SHAPES_HEAD = """\
# Chinese characters that are alike in strokes, of level 1 of GB 2312-80: each line is a character and those it is taken for.
# From same_stroke.txt of pycorrector 1.1.4 (Apache-2.0, https://github.com/shibing624/pycorrector), less rare characters.
# Made by tools/noise_tables.py.
"""


def common() -> list[str]:
    """The characters of level 1, in their order."""
    found = []
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                found.append(bytes([high, low]).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def main(folder: str) -> None:
    """Write both tables."""
    sys.path.insert(0, folder)
    reading = import_module("pypinyin").lazy_pinyin
    sounds: dict[str, str] = {}
    for char in common():
        [sound] = reading(char)
        sounds[sound] = sounds.get(sound, "") + char
    lines = [f"{sound} {chars}" for sound, chars in sounds.items() if len(chars) > 1]
    (NOISE / "pinyin.txt").write_text(PINYIN_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    known = set(common())
    shapes = []
    for line in (Path(folder) / "pycorrector" / "data" / "same_stroke.txt").read_text(encoding="utf-8").splitlines():
        chars = [char for char in line.split() if char in known]
        if len(chars) > 1:
            shapes.append(f"{chars[0]} {''.join(chars[1:])}")
    (NOISE / "shapes.txt").write_text(SHAPES_HEAD + "\n".join(shapes) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
