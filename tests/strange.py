"""Text to try things on: documents nobody expects, and hypothesis strategies over all scripts."""

from __future__ import annotations

import unicodedata

from hypothesis import settings
from hypothesis import strategies as st

DOCUMENTS = [
    "",
    " ",
    "\n",
    "\r\n \t\r\n",
    "\x00",
    "\x00\x00a\x00\x00\x00\x00\x00é",
    "🙂",
    "👩\u200d🚀 👍🏽 🇩🇪 1️⃣",
    "x" * 1_000_000,
    "\u0301\u0301 \u0301",
    "שלום עולם! \u202eevil\u202c",
    "مَرْحَبًا بِالعَالَم، كيف حالك؟",
    "one\r\ntwo\r\n\r\nthree\rfour",
    "line\n" * 100_000,
    "我们去上海。你呢？她说：“好！”",
    "好.好!好?”好...好…好!…好 A.好 U.S.好 3.5好.5",
    "好。“好。”‘好！’ „Ja.“ Er »Nej!« J.R. Smith... “Да…”",
    "ภาษาไทยไม่มีวรรค",
    "क्‍ष श्री नमस्ते। धन्यवाद॥",
    "カタカナ ラーメン ﾊﾞｽ がぎぐ",
    "\ufeffBOM\u200bzero\u2060width\u00ad",
    "\u0378\uffff\U0010ffff\ue000",
    "𝒜𝒷 𠀀𠀁 𐐀𐐨",
    "<p>&nbsp;a@b.cn Ã©â€™</p>",
    "@&<",
    "Ã",
    "a\u2028b\u2029c\x85d\x1ce",
    "!" * 5000,
    "no no no no no no no",
]
"""Every signal must give one finite number for each of these."""

ALPHABETS = [
    "abcAB .!?\n'",
    "一二三〇々、。！？「」“” \u3000\n",
    "一二あA.!?…”。 ",
    "あいカタナーﾊﾞヽ、。",
    "กขเาำ์ฯ \n๑๒",
    "ابت\u064b\u0651ـ،؟۔\u0660 \u200c\u200f",
    "कखग\u094d\u0941\u093c\u200d।॥० ",
    "🙂👩🚀👍🏽\u200d\ufe0f🇩🇪1\u20e3 ",
    "\u0301\u0300\u0903\u20dde \u00ad",
    "\r\n\t \u00a0\u2028\u3000\x85\x1c\u200ba",
    "\x00\x01ab é",
    "𝒜𠀀𐐀𐐨\U0001d167 a",
    "\u0378\uffff\U0010ffff\ue000a ",
    "ÉéÅåÀßſŒĳİıΣσςЖжДдΩK",
    "한국어 조선漢字.",
    "ⅧⅷⅧ①²½٣9_a-'’·.",
    "ខ្មែរ ລາວ မြန်မာ။ ",
    "«»„“”‚‘’.!? Aa",
    "Ã©â€™Â«»…éàА\u00a0ñ¿",
]

CHANGED = set("\u0295\U0001171e")
"""Characters whose category differs between versions of Unicode that a supported Python may know."""


def _assigned(char: str) -> bool:
    return unicodedata.category(char) != "Cn" and char not in CHANGED


characters = st.characters(exclude_categories=["Cs"]).filter(_assigned)
documents = st.one_of(st.text(characters), *(st.text(st.sampled_from(alphabet)) for alphabet in ALPHABETS))
corpora = st.lists(documents, max_size=6)


def tries(examples: int) -> int:
    """So many examples for hypothesis where slow tests are run too, else three in ten of them (tests/conftest.py)."""
    return examples * settings().max_examples // 100
