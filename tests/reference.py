"""The second way: the rules of docs/text.md in slow, obvious Python, with nothing but str, re and unicodedata."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

JOINERS = "\u00ad\u200c\u200d\u2060"

ALONE_NAMES = (
    "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC ITERATION", "IDEOGRAPHIC NUMBER",
    "IDEOGRAPHIC CLOSING MARK", "OLD CHINESE ITERATION", "HANGZHOU NUMERAL", "VERTICAL IDEOGRAPHIC ITERATION", "VERTICAL KANA REPEAT", "HIRAGANA",
    "HENTAIGANA", "KATAKANA", "HALFWIDTH KATAKANA", "BOPOMOFO LETTER", "BOPOMOFO FINAL", "YI ", "THAI ", "LAO ", "KHMER ",
    "MYANMAR ", "TAI LE ", "NEW TAI LUE ", "TAI THAM ", "TAI VIET ", "AHOM ",
)  # fmt: skip
"""How the names of the characters of scripts without spaces begin: unicodedata knows no scripts."""


def category(char: str) -> str:
    return unicodedata.category(char)


def is_letter(char: str) -> bool:
    return category(char) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nl")


def is_digit(char: str) -> bool:
    return category(char) == "Nd"


def is_mark(char: str) -> bool:
    return category(char) in ("Mn", "Mc", "Me")


def is_alone(char: str) -> bool:
    return char != "" and is_letter(char) and unicodedata.name(char, "").startswith(ALONE_NAMES)


def extends(char: str) -> bool:
    return is_mark(char) or char in JOINERS


def tokens(document: str) -> list[str]:
    """Runs of letters, digits, marks; other characters alone, with the marks and joiners behind them."""
    found: list[list[str]] = []
    glue = ""  # "run": a letter or digit may follow; "alone": only marks and joiners may
    for char in document:
        in_run = (is_letter(char) or is_digit(char)) and not is_alone(char)
        if char.isspace():
            glue = ""
        elif (glue and extends(char)) or (glue == "run" and in_run):
            found[-1].append(char)
        else:
            found.append([char])
            glue = "run" if in_run else "alone"
    return ["".join(token) for token in found]


def is_word(token: str) -> bool:
    return is_letter(token[0]) or is_digit(token[0])


def words(document: str) -> list[str]:
    return [token for token in tokens(document) if is_word(token)]


def lines(document: str) -> list[str]:
    *broken, last = document.split("\n")
    return [line.removesuffix("\r") for line in broken] + [last]


def paragraphs(document: str) -> list[str]:
    found: list[str] = []
    open_ = False
    for line in document.split("\n"):
        if not line.strip():
            open_ = False
        elif open_:
            found[-1] += "\n" + line
        else:
            found.append(line)
            open_ = True
    return [paragraph.strip() for paragraph in found]


NARROW = re.escape(".!?…")
WIDE = "‼‽⁇⁈⁉。！？｡．।॥؟۔։።፧၊။᙮᠃᠉។៕︕︖﹒﹖﹗"
CLOSING = re.escape("\"')]}’”»›」』】）》〉］｝〕〗〙〛〞〟｣")
EITHER = "“‘«‹"
END = re.compile(
    f"[{NARROW}][{NARROW}{CLOSING}{EITHER}]*([{WIDE}][{NARROW}{WIDE}{CLOSING}]*)?|([{WIDE}][{NARROW}{WIDE}{CLOSING}]*)"
)


def sentences(document: str) -> list[str]:
    return [sentence for paragraph in paragraphs(document) for sentence in sentences_of_paragraph(paragraph)]


def sentences_of_paragraph(paragraph: str) -> list[str]:
    found, begin, word = [], 0, 0
    for match in END.finditer(paragraph):
        before = re.split(r"\s", paragraph[word : match.start()])[-1]
        initial = match.group().startswith(".") and len(before) == 1 and category(before) in ("Lu", "Lt")
        word = match.end()
        wide = match.group(1) or match.group(2)
        following = paragraph[word : word + 1]
        run = match.group()
        unspaced = is_alone(following) and ("!" in run or "?" in run or (run.count(".") == 1 and "…" not in run))
        if wide or (not initial and (not following or following.isspace() or unspaced)):
            found.append(paragraph[begin:word].strip())
            begin = word
    return [*found, paragraph[begin:].strip()] if paragraph[begin:].strip() else found


def lower(text: str) -> str:
    """Simple lower-casing: character by character, where that gives one character."""
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def without_accents(text: str) -> str:
    """Each character's decomposition without nonspacing marks, where that leaves at most one character."""
    bare = [[c for c in unicodedata.normalize("NFD", char) if category(c) != "Mn"] for char in text]
    return "".join("".join(left) if len(left) <= 1 else char for left, char in zip(bare, text, strict=True))


def hashed(raw: bytes) -> int:
    """64 bits of a segment: eight bytes at a time, the last of them with how many they are, and splitmix64's finaliser."""

    def mix(h: int, v: int) -> int:
        h = (h ^ v) * 0x9E3779B97F4A7C15 % 2**64
        return h ^ (h >> 32)

    h, whole = 0x243F6A8885A308D3, len(raw) // 8 * 8
    for at in range(0, whole, 8):
        h = mix(h, int.from_bytes(raw[at : at + 8], "little"))
    h = (mix(h, int.from_bytes(raw[whole:], "little")) + len(raw) % 8) % 2**64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        h = (h ^ (h >> shift)) * factor % 2**64
    return h ^ (h >> 31)


def median(values: Sequence[int]) -> float:
    ordered, n = sorted(values), len(values)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2 if n else 0.0


def entropy(words: Sequence[str]) -> float:
    n = len(words)
    return -sum(count / n * math.log2(count / n) for count in Counter(words).values())


def ngram_statistics(words: Sequence[str], n: int) -> dict[str, int]:
    """What `NgramTable` says of one document and one n, under the same names."""
    grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    counts = Counter(grams)
    length = {gram: sum(map(len, gram)) for gram in counts}
    top = max(counts, key=lambda gram: counts[gram], default=())
    covered = {i + k for i, gram in enumerate(grams) if counts[gram] > 1 for k in range(n)}
    return {
        "top_count": counts[top] if grams else 0,
        "top_chars": sum(map(len, top)),
        "later_chars": _later(grams, n),
        "repeated_chars": sum(length[gram] for gram in grams if counts[gram] > 1),
        "all_chars": sum(length[gram] for gram in grams),
        "covered_chars": sum(len(words[i]) for i in covered),
        "distinct": len(counts),
    }


def _later(grams: Sequence[tuple[str, ...]], n: int) -> int:
    seen, at, chars = set(), 0, 0
    while at < len(grams):
        if grams[at] in seen:
            chars += sum(map(len, grams[at]))
            at += n
        else:
            seen.add(grams[at])
            at += 1
    return chars
