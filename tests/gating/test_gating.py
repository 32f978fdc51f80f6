"""A gate lets through what says the same in other words, and refuses what flips, loses or adds, in English and Chinese."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataqual.children import Child, Edit
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.gating import Gate, Pairs, gate_of
from dataqual.gating.antonyms import AntonymsSwapped
from dataqual.gating.copies import CopiesOriginal, CopiesSibling, Originals
from dataqual.gating.fluency import PerplexityRatio
from dataqual.gating.kept_facts import names, numbers
from dataqual.gating.label_agreement import LabelModels, folds_of
from dataqual.gating.likeness import BigramOverlap, Chrf, OrderKept, Similarity
from dataqual.gating.negation import NegationsChanged, negations
from dataqual.lexicons import FOLDER
from dataqual.ngram_model import NgramModel
from dataqual.steps._gated import judge_of
from dataqual.synonyms.everyday import everyday
from dataqual.text import Text

GOOD = [
    ("It doesn't work well, but I like the story.", "It does not work well, but I like the tale."),
    ("The film is funny and the actors are great.", "The movie is amusing and the actors are terrific."),
    ("我觉得这家酒店非常干净，早餐也不错。", "我感觉这家宾馆十分整洁，早饭也不错。"),
    ("In 2019 we paid 1,000 euros to Anna Smith.", "In 2019 we gave Anna Smith 1000 euros."),
]
BAD = {
    "negations_changed": [
        ("I would recommend this hotel to friends.", "I would not recommend this hotel to friends."),
        ("She never liked the ending of it.", "She liked the ending of it."),
        ("这本书不值得买，内容很单薄。", "这本书值得买，内容很单薄。"),
        ("服务态度好，下次会再来。", "服务态度好，下次不会再来。"),
    ],
    "antonyms_swapped": [
        ("a brilliant and moving film about loss", "a mediocre and tedious film about loss"),
        ("She loved every minute of the long film.", "She hated every minute of the long film."),
        ("She was happy with the result of it.", "She was unhappy with the result of it."),
        ("a careful and honest account of the war", "a careless and honest account of the war"),
        ("房间很干净，服务员很热情。", "房间很肮脏，服务员很热情。"),
        ("质量好，送货快，价格便宜。", "质量好，送货快，价格昂贵。"),
    ],
    "numbers_changed": [
        ("We waited for 20 minutes there.", "We waited for 30 minutes there."),
        ("住了３天", "住了4天"),
    ],
    "names_lost": [
        ("I went there with Anna and her dog.", "I went there with her and the dog."),
        ("买了 iPhone 手机，很喜欢", "买了手机，真的很喜欢"),
        ("See https://example.org/a for the rest.", "See the web site for the rest."),
    ],
    "length_ratio": [("The whole story of the film in one line.", "The story.")],
    "script_kept": [("这部电影很好看，演员也很好。", "This film is good, the actors too.")],
    "copies_parent": [("A good film.", "a good film")],
    "bigram_overlap": [
        ("one small dog ran over the green hill at night", "hill the night small ran green at dog over one the")
    ],
    "word_overlap": [("We had a good time in the park today.", "Nobody knows what causes earthquakes there.")],
}


@pytest.mark.parametrize("pair", GOOD, ids=lambda pair: pair[1])
def test_a_child_that_says_the_same_in_other_words_is_let_through(pair: tuple[str, str]) -> None:
    [verdict] = Gate.default().judge([pair[0]], [pair[1]])
    assert verdict.accepted, verdict.refusals
    assert verdict.similarity is not None and 0.3 < verdict.similarity < 1


@pytest.mark.parametrize(("rule", "pair"), [(rule, pair) for rule, pairs in BAD.items() for pair in pairs], ids=str)
def test_a_bad_child_is_refused_by_the_rule_that_is_there_for_it(rule: str, pair: tuple[str, str]) -> None:
    [verdict] = Gate.default().judge([pair[0]], [pair[1]])
    assert rule in [refusal.rule for refusal in verdict.refusals]
    told = next(refusal for refusal in verdict.refusals if refusal.rule == rule)
    assert told.value is not None and told.threshold is not None


def test_chrf_is_that_of_its_source() -> None:
    """Figures of sacrebleu 2.6.0, CHRF(word_order=0).sentence_score(child, [parent]).score."""
    pairs = Pairs.of(
        ["The cat is on the mat.", "that restaurant was truly great!", "这家旅馆的服务很好", "abd", "a", "b", "abc"],
        ["The cat sat on the mat.", "this restaurant is really great", "这家酒店的服务非常好", "abc", "a", "a", ""],
    )
    expected = [67.17273492330233, 50.34963903280687, 19.282239556629797, 38.888888888888886, 100, 0, 0]
    assert np.allclose(100 * Chrf(order_han=6).measure(pairs), expected)


def test_negations_are_counted_whatever_their_form() -> None:
    for text in ("It is not so.", "It isn't so.", "It isn’t so.", "It is n't so.", "It isn ' t so.", "It isnt so."):
        assert negations(text) == (1, 0), text
    assert negations("他没有来，也不想来") == (0, 2)
    assert negations("不过非常好，别人都是不是的，不仅如此，未来无论如何") == (0, 0)


def test_a_word_and_its_like_are_no_opposites_whatever_else_changed() -> None:
    pairs = Pairs.of(
        ["an awful, boring story", "it is sad and scary"], ["a terrible, dull tale", "it is sorrowful and frightening"]
    )
    assert AntonymsSwapped().measure(pairs).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        ("They spoke of the safety of it.", "They spoke of the danger of it."),  # derived from safe and dangerous
        ("It was the man's idea.", "It was the woman's idea."),
        ("She is a loud dancer.", "She is a tall dancer."),  # strangers of which each has an opposite
        ("这次调整加重了我们的负担", "这次调整减轻了我们的负担"),
        ("他为人慷慨，做事认真", "他为人拘谨，做事认真"),
    ],
)
def test_a_word_in_the_place_of_one_that_nobody_calls_its_like_is_refused(parent: str, child: str) -> None:
    assert AntonymsSwapped().measure(Pairs.of([parent], [child])).tolist() == [1.0]


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        ("It was truly odd.", "It was really odd."),  # of one synset
        ("We talked about the table.", "We talked about the chair."),  # no word that has an opposite
        ("The walk on the hill was fine.", "The walk over the hill was fine."),  # of a closed class
        ("我们下午住酒店", "我们下午住宾馆"),  # of one gloss
        ("他做事认真", "他做事十分认真"),
    ],
)
def test_words_that_have_no_opposite_or_are_of_one_sense_are_no_strangers(parent: str, child: str) -> None:
    assert AntonymsSwapped().measure(Pairs.of([parent], [child])).tolist() == [0.0]


def test_what_our_list_of_everyday_words_puts_in_the_place_of_a_word_is_neither_opposite_nor_negation() -> None:
    listed = [(word, other) for word, others in everyday().may.items() for other in others]
    pairs = Pairs.of([f"我说{word}啊" for word, _ in listed], [f"我说{other}啊" for _, other in listed])
    assert [listed[i] for i in np.flatnonzero(AntonymsSwapped().measure(pairs))] == []
    assert [listed[i] for i in np.flatnonzero(NegationsChanged().measure(pairs))] == []
    worse = Pairs.of(["很多缺点，很好", "缺点"], ["不少不足，不好", "不缺点"])
    assert NegationsChanged().measure(worse).tolist() == [1, 1]
    assert AntonymsSwapped().measure(Pairs.of(["很多好的"], ["不少坏的"]))[0] >= 1


def test_what_a_source_of_synonyms_vouches_for_is_no_stranger_but_an_opposite_stays_one() -> None:
    texts = ["他为人慷慨，做事认真"], ["他为人拘谨，做事认真"]
    assert AntonymsSwapped().measure(Pairs.of(*texts, vouched=[{("慷慨", "拘谨")}])).tolist() == [0.0]
    opposite = ["服务很热情"], ["服务很冷淡"]
    assert AntonymsSwapped().measure(Pairs.of(*opposite, vouched=[{("热情", "冷淡")}])).tolist() == [1.0]
    judge = judge_of(
        gate_of([{"signal": "antonyms_swapped", "max": 0}]), Corpus.of(["a"]), Local(), lambda batch: batch.made
    )
    edits = [Child.of(texts[0][0], [Edit(3, 5, "拘谨", reason)]) for reason in ("synonym", "translated")]
    assert [one.accepted for one in judge.judge(texts[0] * 2, edits, [None] * 2)] == [True, False]


def test_numbers_and_names_are_found_as_they_are_written() -> None:
    assert numbers("1,000 and 3.5, 10:30 on 2020-01-02; ３間") == {
        "1000": 1,
        "3.5": 1,
        "10:30": 1,
        "2020-01-02": 1,
        "3": 1,
    }
    assert names("In the end he met Mr Smith there. Then he left.") == {"Mr", "Smith"}
    assert names("ALL OF THIS IS LOUD") == set()
    assert names("看了《红楼梦》，卡尔·马克思，用 iPad 看的") == {"红楼梦", "卡尔·马克思", "iPad"}


def test_a_copy_of_another_original_is_refused_and_one_of_the_parent_is_not() -> None:
    texts = ["one two three four five six seven eight", "eight seven six five four three two one", "…"]
    signal = CopiesOriginal(Originals.of_texts(texts))
    pairs = Pairs.of([texts[0], texts[0]], ["one two three four five six seven nine", texts[1]])
    assert signal.measure(pairs).tolist() == [0.0, 1.0]
    gate = gate_of([{"signal": "copies_original", "below": 0.8}]).prepared(originals=Originals.of_texts(texts))
    assert [verdict.accepted for verdict in gate.judge_pairs(pairs)] == [True, False]


def test_of_siblings_with_the_same_words_the_first_is_let_through() -> None:
    pairs = Pairs.of(["a b", "a b", "c d"], ["A c", "a c!", "a c"])
    assert CopiesSibling().measure(pairs).tolist() == [0, 1, 0]


def test_fluency_is_the_ratio_of_perplexities(tmp_path: Path) -> None:
    NgramModel.fit(Text.of(["the cat sat on the mat"] * 5)).save(tmp_path / "n.npz")
    signal = PerplexityRatio(str(tmp_path / "n.npz"))
    pairs = Pairs.of(["the cat sat on the mat", "…"], ["mat the on sat cat the", "…"])
    model = NgramModel.load(tmp_path / "n.npz")
    parent, child = model.perplexities(Text.of(["the cat sat on the mat", "mat the on sat cat the"]))
    assert signal.measure(pairs)[0] == pytest.approx(child / parent, abs=1e-3) and child > 2 * parent
    assert np.isnan(signal.measure(pairs)[1])


def test_a_gate_is_written_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text("rules:\n  - {signal: chrf, min: 0.9}\n", encoding="utf-8")
    gate = gate_of(str(tmp_path / "gate.yaml"))
    [verdict] = gate.judge(["a good film"], ["a nice film"])
    assert [(one.rule, one.threshold) for one in verdict.refusals] == [("chrf", ">= 0.9")]
    assert gate_of("none").judge(["a"], ["b"])[0].accepted


@pytest.mark.parametrize(
    ("given", "letter"),
    [
        ([{"signal": "chfr", "min": 1}], "gate[0]: no pair signal 'chfr'; did you mean 'chrf'?"),
        ([{"signal": "chrf"}], "gate[0]: needs at least one of min, max, above, below"),
        ([{"signal": "chrf", "min": 1, "with": {"ordr": 2}}], "gate.chrf: no parameter 'ordr'; did you mean 'order'?"),
        ([{"signal": "similarity", "min": 1}], "gate: the rule similarity needs a model: give similarity_model"),
        ("strict", "gate: 'strict' is neither default nor none, nor the path of a .yaml file of rules"),
    ],
)
def test_a_gate_that_is_wrong_says_where(given: object, letter: str) -> None:
    with pytest.raises(SpecError) as error:
        gate_of(given)
    assert str(error.value).startswith(letter)


def test_a_child_that_a_classifier_of_the_originals_calls_otherwise_is_refused() -> None:
    texts = [f"good food, really nice place {n}" for n in range(30)] + [
        f"bad food, rather dirty room {n}" for n in range(30)
    ]
    labels = ["pos"] * 30 + ["neg"] * 30
    models = LabelModels.fit(Text.of(texts), labels)
    assert models is not None
    gate = gate_of([{"signal": "label_agreement", "min": 1}]).prepared(labels=models)
    children = ["nice food", "dirty food", "dirty food"]
    verdicts = gate.judge(["good food"] * 3, children, ["pos", "pos", None])
    assert [verdict.accepted for verdict in verdicts] == [True, False, True]
    assert LabelModels.fit(Text.of(texts), ["pos"] * 55 + ["neg"] * 5) is None


def test_a_parent_has_no_say_in_the_label_of_its_child() -> None:
    texts = [f"good food {n}" for n in range(30)] + [f"bad food {n}" for n in range(30)] + ["bad food, unheard of"]
    labels = ["pos"] * 30 + ["neg"] * 30 + ["pos"]
    gate = gate_of([{"signal": "label_agreement", "min": 1}]).prepared(labels=LabelModels.fit(Text.of(texts), labels))
    assert not gate.judge(texts[-1:], ["bad food, unknown"], ["pos"])[0].accepted


def test_classifiers_that_learnt_little_are_not_asked_and_that_is_said() -> None:
    texts = [f"word{n % 7} text{n % 5} number{n % 3} and so on {n}" for n in range(60)]
    labels = ["pos" if n * 7919 % 13 < 6 else "neg" for n in range(60)]
    corpus = Corpus.of(pl.DataFrame({"text": texts, "label": labels}), label="label")
    gated = judge_of(gate_of("default"), corpus, Local(), lambda batch: np.ones(len(batch), bool))
    assert "label_agreement" not in gated.gate.measure(Pairs.of(["a b"], ["a c"], ["pos"]))
    [note] = gated.notes
    assert note.startswith("gate: label_agreement is not asked: a classifier of the 60 labelled documents is right on ")
    corpus = Corpus.of(pl.DataFrame({"text": texts[:3], "label": labels[:3]}), label="label")
    gated = judge_of(gate_of("default"), corpus, Local(), lambda batch: np.ones(len(batch), bool))
    assert gated.notes == ("gate: label_agreement is not asked: fewer than two labels have 10 documents",)


STRANGE = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STRANGE, STRANGE), max_size=4))
def test_any_pair_gets_a_verdict_and_that_of_its_own(pairs: list[tuple[str, str]]) -> None:
    gate = Gate.default()
    rules = tuple(rule for rule in gate.rules if rule.signal != "copies_sibling")
    gate = Gate.of(rules)
    together = gate.judge([parent for parent, _ in pairs], [child for _, child in pairs])
    assert together == [gate.judge([parent], [child])[0] for parent, child in pairs]


def test_no_pair_gets_no_verdict() -> None:
    assert Gate.default().judge([], []) == []


def test_words_in_a_heap_share_no_neighbours() -> None:
    parent = "one two three four five six seven eight"
    child = "two one four three six five eight seven"
    assert BigramOverlap().measure(Pairs.of([parent], [child]))[0] == 0


def test_words_in_a_heap_do_not_stand_in_the_order_of_the_parent() -> None:
    parent = "the small dog that lives next door ran over the green hill at night"
    heap = "night hill the over ran door next lives that dog small green at the"
    turned = "over the green hill at night ran the small dog that lives next door"
    han = "这家酒店的早餐很不错", "错不很餐早的店酒家这"
    kept = OrderKept().measure(Pairs.of([parent, parent, han[0]], [heap, turned, han[1]])).round(2).tolist()
    assert kept == [0.29, 0.5, 0.1]  # four of fourteen, the clause of seven, one character of ten
    [refused] = Gate.default().judge([han[0]], [han[1]])
    assert [one.rule for one in refused.refusals if one.rule == "order_kept"] == ["order_kept"]


def test_a_model_that_is_not_there_is_told() -> None:
    from dataqual.errors import InputError

    with pytest.raises(InputError, match="there is no such folder"):
        Similarity("nowhere")


def test_negations_of_two_languages_do_not_make_up_for_each_other() -> None:
    assert NegationsChanged().measure(Pairs.of(["it is not 好"], ["it is 不好"])).tolist() == [2]


def test_a_rare_label_is_agreed_with_as_readily_as_a_frequent_one() -> None:
    texts = [f"good nice fine {n}" for n in range(30)] + [f"bad awful poor {n}" for n in range(270)]
    models = LabelModels.fit(Text.of(texts), ["pos"] * 30 + ["neg"] * 270)
    assert models is not None
    told = Text.of(["something else entirely", "good and fine", "bad and poor"])
    rare, good, bad = models.agreement(told, ["pos"] * 3, folds_of(told))
    assert rare > 0.8  # nothing speaks for either; 30 to 270 is no reason
    assert good >= 1
    assert bad < 0.5


@pytest.mark.parametrize(
    ("parent", "child", "told"),
    [
        ("服务很好，早餐清淡", "服务很差，早餐清淡", "很好 / 很差"),
        ("服务周到，早餐清淡", "服务周到，早餐油腻", "清淡 / 油腻"),  # strangers
        ("停車場是免費的", "停車場是收費的", "免費 / 收費"),  # an antonymic compound, in traditional characters
        ("She loved this film.", "She hated this film.", "loved / hated"),
        (
            "我喜欢这里，也很干净",
            "我讨厌这里，也很肮脏",
            "喜欢 / 讨厌; 干净 / 肮脏",
        ),  # praise and blame, but each in its own place
    ],
)
def test_a_refusal_says_which_words_are_opposites(parent: str, child: str, told: str) -> None:
    [verdict] = Gate.of(gate_of([{"signal": "antonyms_swapped", "max": 0}]).rules).judge([parent], [child])
    assert [refusal.evidence for refusal in verdict.refusals] == [told]


@pytest.mark.parametrize(
    ("was", "now"),
    [("愉快", "忧愁"), ("坚硬", "柔软"), ("勤快", "懒散"), ("丰满", "瘦削"), ("城市", "农村"), ("雨天", "晴天")],
)
def test_chinese_opposites_on_no_list_are_told_by_glosses_characters_or_as_strangers(was: str, now: str) -> None:
    listed = (FOLDER / "antonyms.zh.txt").read_text(encoding="utf-8")
    assert not [line for line in listed.splitlines() if {was, now} <= set(line.split())]
    pairs = Pairs.of([f"我说{was}啊", f"我说{now}啊"], [f"我说{now}啊", f"我说{was}啊"])
    assert AntonymsSwapped().measure(pairs).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("was", "now"), [("酒店", "宾馆"), ("愉快", "快乐"), ("惬意", "满意"), ("電影", "影片")])
def test_chinese_words_with_a_gloss_or_a_character_in_common_are_alike(was: str, now: str) -> None:
    assert AntonymsSwapped().measure(Pairs.of([f"我说{was}啊"], [f"我说{now}啊"])).tolist() == [0.0]
