"""Rules whose sources cannot be installed, in slow, obvious Python: what their code says, written anew from its meaning.

Read in mlfoundations/dclm at c7ed275 and 15af3ce (baselines/mappers), togethercomputer/RedPajama-Data at 855a8e0
(app/src/core) and CASIA-LM/ChineseWebText at de83375 (preprocess.py).
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

GOPHER_STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}
Values = dict[str, float]


def windows(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def dclm(text: str, words: list[str]) -> Values:
    """What DCLM compares with Gopher's thresholds; `words` are those of uniseg that a letter or number begins."""
    blanked = text.split()
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    paragraphs = [paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip()]
    symbols = sum(text.count(symbol) for symbol in ("#", "...", ". . .", "…"))
    found: Values = {
        "too_few_words": sum(word[0].isalnum() for word in blanked),
        "short_words": share(sum(map(len, blanked)), len(blanked)),
        "symbols": share(symbols, len(blanked)),
        "bullet_lines": share(sum(line.startswith(("●", "•", "*", "-")) for line in lines), len(lines)),
        "ellipsis_lines": share(sum(line.endswith(("...", ". . .", "…")) for line in lines), len(lines)),
        "few_alphabetic_words": share(sum(any(map(str.isalpha, word)) for word in blanked), len(blanked)),
        "few_stop_words": sum(word.lower() in GOPHER_STOP_WORDS for word in blanked),
    }
    for name, pieces in (("line", lines), ("paragraph", paragraphs)):
        times = Counter(pieces)
        repeated = [piece for piece in pieces if times[piece] > 1]
        found[f"duplicate_{name}s"] = share(len(repeated), len(pieces))
        found[f"duplicate_{name}_characters"] = share(sum(map(len, repeated)), sum(map(len, pieces)))
    whole = sum(map(len, words))
    for n in range(2, 11):
        counts = Counter(windows(words, n))
        most = max(counts.values(), default=1)
        if n < 5:
            longest = max((sum(map(len, gram)) for gram in counts if counts[gram] == most), default=0)
            found[f"top_{n}gram"] = share(most * longest, whole) if most > 1 else 0.0
        else:
            within = {i + k for i, gram in enumerate(windows(words, n)) if counts[gram] > 1 for k in range(n)}
            found[f"duplicate_{n}grams"] = share(sum(len(words[i]) for i in within), whole)
    return found


COUNTS = "likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views|followers"


def refinedweb_removed(text: str) -> float:
    """The share of words that DCLM's line rules take out, one rule after the other over the whole page."""

    def without(page: str, notice: str) -> str:
        kept = []
        for line in page.split("\n"):
            left = re.sub(notice, "", line, flags=re.IGNORECASE) if len(line.split()) <= 10 else line
            if left.strip() or not line:
                kept.append(left)
        return "\n".join(kept)

    def keeping(page: str, stays: Callable[[str], bool]) -> str:
        return "\n".join(line for line in page.split("\n") if not line or stays(line))

    page = keeping(text, lambda line: sum(map(str.isupper, line)) / len(line) <= 0.5)
    page = keeping(page, lambda line: sum(map(str.isdigit, line)) / len(line) <= 0.999999)
    counter = re.compile(rf"^\W*\d[,.\d]*[kmb]?\s+(?:{COUNTS})\W*$")
    page = keeping(page, lambda line: not counter.search(line.lower()))
    page = keeping(page, lambda line: len(line.split()) >= 2)
    for notice in (r"\s?items in cart", r"\s?Read more...$", r"^Sign-in\s?"):
        page = without(page, notice)
    before, after = (sum(word[0].isalnum() for word in whole.split()) for whole in (text, page))
    return share(before - after, before)


BULLETS = "•‣▶◀◦■□▪▫–"


def redpajama(text: str) -> Values:
    """What RedPajama's card compares with thresholds."""
    words = redpajama_words(text)
    raw = raw_words(text)
    counts = Counter(windows(words, 2))
    most = max(counts.values(), default=0)
    top = next((gram for gram, count in counts.items() if count == most), ())
    repeated = counts[top] if top and counts[top] > 1 else 0
    lines = text.split("\n")
    return {
        "too_few_words": len(words),
        "short_words": share(sum(map(len, words)), len(words)),
        "symbols": share(sum(text.count(symbol) for symbol in ("#", "...", "…")), len(raw)),
        "bullet_lines": share(sum(line.lstrip().startswith(tuple(BULLETS)) for line in lines), len(lines)),
        "top_2gram": share(sum(map(len, top)) * repeated, sum(map(len, words))),
    }


def redpajama_more(text: str) -> Values:
    """Quality signals of RedPajama for which its card has no rule."""
    words = redpajama_words(text)
    counts = Counter(words)
    found = {"unique": share(len(counts), len(words))}
    found["entropy"] = -sum(n / len(words) * math.log(n / len(words)) for n in counts.values())
    for n in range(5, 11):
        grams = windows(words, n)
        times = Counter(grams)
        within = {i + k for i, gram in enumerate(grams) if times[gram] > 1 for k in range(n)}
        found[f"dupe_{n}"] = share(sum(len(words[i]) for i in within), sum(map(len, words)))
    return found


def redpajama_words(text: str) -> list[str]:
    """Its words: without ASCII punctuation, in lower case, decomposed."""
    bare = "".join(char for char in text if char not in string.punctuation).lower()
    return unicodedata.normalize("NFD", bare).split()


def raw_words(text: str) -> list[str]:
    """RedPajama's words before normalisation: runs of word characters, and of others that are no white space."""
    return re.findall(r"\w+|[^\w\s]+", text)


def evalweb(text: str) -> Values:
    """What ChineseWebText's preprocessing compares with thresholds."""
    bare = re.sub("[ \n\t]", "", text.strip().lower())
    grams = [bare[i : i + 13] for i in range(len(bare) - 13)] if len(bare) >= 13 else [bare]
    counts = Counter(grams)
    return {
        "too_short": len(text),
        "short_lines": len(text) / len(text.split("\n")),
        "few_han_characters": share(sum("\u4e00" <= char <= "\u9fa5" for char in text), len(text)),
        "repeated_13grams": share(sum(n for n in counts.values() if n > 1), len(grams)),
    }
