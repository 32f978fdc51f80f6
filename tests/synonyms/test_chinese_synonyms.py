"""Chinese synonyms, and those of MyThes files: groups of a thesaurus, words as they are cut, nothing behind a negation."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from dataqual.children import Chance
from dataqual.errors import InputError
from dataqual.synonyms import Synonyms
from dataqual.synonyms.chinese import Chinese
from dataqual.synonyms.chinese_thesaurus import read
from dataqual.synonyms.everyday import everyday
from dataqual.synonyms.mythes import MyThes, files
from dataqual.synonyms.segmenting import by_longest
from dataqual.synonyms.source import Source
from dataqual.synonyms.used_alike import used_alike
from dataqual.word_spans import word_spans
from tests.test_children import check_locality

CILIN = """\
Ed03A01= 漂亮 美观 好看
Ga01A01= 高兴 快乐 愉快
Ga01A02= 快乐 幸福
Bb01A01= 酒店 宾馆
Bb01A02# 酒店 房间
Aa02A01= 我们 咱们
Dn01A01= 一千 一万
Kb01A01= 虽然 尽管
"""


OWN = "漂亮 美观 好看\n高兴 快乐 愉快\n快乐 幸福\n酒店 宾馆\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own.txt").write_text(OWN, encoding="utf-8")
    return tmp_path / "own.txt"


@pytest.fixture
def thesaurus(tmp_path: Path) -> Path:
    (tmp_path / "cilin.txt").write_bytes(CILIN.encode("gb18030"))
    return tmp_path / "cilin.txt"


def swapped(source: Source, text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for child in Synonyms((source,), 1.0).children(text, Chance(3), 30):
        check_locality(text, child)
        for edit in child.edits:
            found.setdefault(text[edit.start : edit.end], set()).add(edit.replacement)
    return found


def test_groups_of_synonyms_are_read_and_related_words_pronouns_and_numbers_are_not(thesaurus: Path) -> None:
    groups = read(thesaurus)
    assert groups.synonyms("漂亮") == ["美观", "好看"]
    assert groups.synonyms("酒店") == ["宾馆"]
    assert groups.synonyms("我们") == groups.synonyms("一千") == groups.synonyms("虽然") == []
    assert groups.synonyms("高兴") == ["快乐", "愉快"]
    assert groups.synonyms("快乐") == []  # nothing is in both of its groups


def test_chinese_words_are_replaced_and_all_else_stays(own: Path) -> None:
    chinese = Chinese(str(own), "none", "longest")
    text = "酒店很漂亮，我们很高兴。不漂亮！《漂亮》https://x.cn/漂亮 5间酒店"
    assert swapped(chinese, text) == {"酒店": {"宾馆"}, "漂亮": {"美观", "好看"}, "高兴": {"快乐", "愉快"}}
    again = pickle.loads(pickle.dumps(chinese))
    assert Synonyms((again,), 0.1).children(text, Chance(1), 3) == Synonyms((chinese,), 0.1).children(
        text, Chance(1), 3
    )


def test_what_is_negated_stays(own: Path) -> None:
    assert swapped(Chinese(str(own), "none", "longest"), "这里不漂亮，没有高兴的人，很多人没去过酒店") == {
        "酒店": {"宾馆"}
    }


def test_of_cilin_only_words_of_one_sense_that_the_corpus_uses_alike_are_taken(tmp_path: Path) -> None:
    (tmp_path / "cilin.txt").write_text(
        "Dj04A01= 价格 价钱 物价\nBn01A01= 平台 阳台\nHi01A01= 回来 回去\nDa01A01= 效果 成果\nDb01A01# 效果 音响\n",
        encoding="utf-8",
    )
    chinese = Chinese(str(tmp_path / "cilin.txt"), "none", "longest")
    assert chinese.groups is not None
    assert chinese.groups.near("效果") == []  # in another group, though of related words
    assert chinese.groups.near("回来") == []  # the other way round
    assert chinese.groups.near("价格") == ["价钱", "物价"]
    corpus = ["这个价格高，购书平台好", "这个价钱高，有阳台", "这个价格低，物价"]
    learnt = chinese.learnt(corpus)
    assert swapped(learnt, "那个价格高，购书平台好") == {"价格": {"价钱"}}
    assert swapped(learnt, "那些价格高") == {"价格": {"价钱"}}  # of a pair that our own list has one side is enough
    assert swapped(learnt, "那些价格贵") == {}  # 价钱 has stood neither behind 些 nor before 贵
    assert swapped(learnt, "个价格价格高") == {}  # a word that is said twice is meant so
    assert swapped(pickle.loads(pickle.dumps(learnt)), "那个价格高") == {"价格": {"价钱"}}


def test_a_thesaurus_of_ones_own_is_taken_at_its_word(own: Path) -> None:
    chinese = Chinese(str(own), "none", "longest")
    assert chinese.learnt(["无"]) is chinese
    assert (chinese.most, Chinese.most) == (None, None)


def test_japanese_is_no_chinese(thesaurus: Path) -> None:
    assert swapped(Chinese(str(thesaurus), "none", "longest"), "酒店はとても漂亮です") == {}


def test_other_kinds_of_thesauri_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("# mine\n漂亮 美观，好看\n酒店 宾馆\n", encoding="utf-8")
    (tmp_path / "wn-data-cmn.tab").write_text(
        "# OMW\n001-a\tcmn:lemma\t漂亮\n001-a\tcmn:lemma\t美+观\n002-n\tcmn:lemma\t酒店\n", encoding="utf-8"
    )
    (tmp_path / "tree.json").write_text(
        '{"E": {"sub": {"d": {"sub": {"03": {"sub": {"A": {"sub": {"01=": ["漂亮", "美观"], "02#": ["好", "坏"]}}}}}}}}}',
        encoding="utf-8",
    )
    assert read(tmp_path / "own.txt").synonyms("漂亮") == ["美观", "好看"]
    assert read(tmp_path / "wn-data-cmn.tab").synonyms("漂亮") == ["美观"]
    assert read(tmp_path / "tree.json").synonyms("漂亮") == ["美观"]
    (tmp_path / "bad.txt").write_text("just one\n", encoding="utf-8")
    with pytest.raises(InputError, match="no line has two Chinese words"):
        read(tmp_path / "bad.txt")


def test_words_that_both_directions_do_not_agree_about_are_left_alone() -> None:
    cut = by_longest({"研究", "研究生", "生命"})
    assert cut("研究生命") == ["研", "究", "生", "命"]
    assert "".join(cut("我研究生命的研究")) == "我研究生命的研究"
    assert cut("他研究的")[1] == "研究"


def test_jieba_cuts_and_tells_kinds_of_words() -> None:
    segmenting = pytest.importorskip("dataqual.synonyms.segmenting")
    pytest.importorskip("jieba")
    assert segmenting.by_jieba("我们今天去公园散步") == ["我们", "今天", "去", "公园", "散步"]
    assert [segmenting.kind_of(word) for word in ("漂亮", "自己", "泰山", "喜欢")] == ["a", "", "", "v"]


MYTHES = """\
UTF-8
schön|1
(Adj)|hübsch|ansehnlich (ugs.)|prima (Oberbegriff)
hübsch|1
(Adj)|schön|nett
bank|2
(Nomen)|geldinstitut
(Nomen)|sitzbank
das|1
-|dieses
haus|1
(Nomen)|gebäude
gebäude|1
(Nomen)|haus
"""


def test_mythes_files_serve_their_language(tmp_path: Path) -> None:
    (tmp_path / "th_de_DE_v2.dat").write_text(MYTHES, encoding="utf-8")
    german = MyThes(str(tmp_path / "th_de_DE_v2.dat"), "none")
    assert german.language == "de"
    assert swapped(german, "das haus ist schön, die bank nicht") == {"haus": {"gebäude"}, "schön": {"hübsch"}}
    english = "the film was quite good and we liked it"
    assert not german.serves(english, *word_spans([english]))
    assert files((str(tmp_path),)) == [tmp_path / "th_de_DE_v2.dat"]
    with pytest.raises(InputError, match="there is no MyThes file"):
        files(("xx",))


def test_words_that_stand_in_the_same_places_are_used_alike() -> None:
    some = [
        ["这", room, "很", good, "，", "下次", "再来"] for room in ("房间", "客房") for good in ("干净", "整洁")
    ] * 9
    found = used_alike([*some, *[["我们", "昨天", "打", "了", "电话"]] * 9])
    assert max(found["干净"], key=found["干净"].__getitem__) == "整洁"
    assert max(found["房间"], key=found["房间"].__getitem__) == "客房"
    assert used_alike([]) == used_alike([["干净"]]) == {}


def test_the_everyday_list_never_contradicts_itself() -> None:
    listed = everyday()
    for word, others in listed.may.items():
        assert word not in others
        assert not listed.never.get(word, frozenset()) & set(others), word
    assert listed.may["觉得"] == ("感觉",) and "感觉" not in listed.may


def test_of_a_thesaurus_and_a_corpus_that_agree_more_words_are_taken(tmp_path: Path) -> None:
    pytest.importorskip("jieba")
    lines = ["Ed03A01= 牢固 结实", "Ed03B01= 牢固 稳固", "Bn01A01= 房间 屋子", "Ih01A01= 认为 以为"]
    (tmp_path / "cilin.txt").write_text("\n".join(lines), encoding="utf-8")
    texts = [f"这个{room}非常{good}，我们很喜欢" for room in ("房间", "屋子") for good in ("牢固", "结实")] * 9
    texts += ["我认为很好", "我以为很好"] * 9

    def swaps(evidence: str) -> set[tuple[str, str]]:
        source = Chinese(str(tmp_path / "cilin.txt"), "none", "jieba", evidence).learnt(texts)  # type: ignore[arg-type]
        return {(word, one.word) for word in ("牢固", "房间", "认为", "非常") for one in source._synonyms(word)}

    assert ("牢固", "结实") in swaps("both")
    assert ("牢固", "结实") not in swaps(
        "thesaurus"
    )  # of two senses, of which a thesaurus alone cannot tell which is meant
    assert ("非常", "十分") in swaps("both")
    assert ("认为", "以为") not in swaps("either")  # near, and of one class, and yet no synonym
