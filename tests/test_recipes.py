"""The recipes that ship: what each lets through in English and in Chinese, and that they can be taken, changed and used."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import dataqual
from dataqual.cli import main
from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.recipe import Recipe, path_of, recipes
from dataqual.steps.keep import Keep

ENGLISH = (
    "The harbour was quiet that morning, and the gulls had not yet come to the pier. A man in a blue coat walked up with "
    "a basket of bread, which he meant to sell to the crews of the boats.\n\n“Have you seen the master?” he asked. “I have "
    "not,” said the boy, “and I do not think that he will come before noon.”\n\nBy then the wind had turned, and the fog "
    "that lay over the water was gone. Nobody bought his bread."
)
CHINESE = (
    "清晨的港口十分安静，海鸥还没有飞到码头上来。一个穿蓝色外套的男人提着一篮面包走过来，打算卖给船上的水手。\n\n"
    "“你看见船长了吗？”他问。“没有，”男孩说，“我想他中午以前不会来的。”\n\n"
    "等到风向变了，水面上的雾也散了，还是没有人买他的面包。他坐在石阶上，自己吃了一块，又看了看远处的灯塔。"
)
TRADITIONAL = "這家店的麵包很好吃，老闆也很親切。唯一的缺點是假日要排隊很久，建議平日下午再來。"
REVIEWS = (
    "这本书写得很好，内容详实，推荐给大家！",
    "酒店位置不错，离地铁站很近，就是隔音差了点，晚上有些吵。早餐品种少，不过味道可以",
    "手机收到了，外观漂亮，用了iPhone 15的充电器也能充，电池2天一充，总体满意。",
    "送货太慢了!!!等了一个星期才到,包装还破了……",
    TRADITIONAL,
)
MENU = "Home\nAbout us\nProducts and services\nContact\nSign in\nMy basket\nDelivery\nReturns\nHelp\n" * 5
CHINESE_MENU = "首页\n关于我们\n产品与服务\n联系方式\n登录\n购物车\n配送说明\n退货\n帮助\n"
SPAM = "点击这里免费领取大奖马上行动吧" * 20
JUNK = "￥%……&*（——+！@#￥%……&*（）——+｛｝：“”《》？，。、；‘’【】"


def survivors(recipe: str, *documents: str) -> list[str]:
    """The documents a recipe's rules keep, without its steps that survey a corpus."""
    [keep] = [step for step in Recipe.load(recipe).steps if isinstance(step, Keep)]
    [batch] = Corpus.of(list(documents)).batches()
    left, _ = keep(batch)
    return [left.text[i] for i in range(len(left))]


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_says_what_it_is_for_and_loads_from_what_is_printed(name: str, tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["recipes", name])
    mine = tmp_path / "mine.yaml"
    mine.write_text(printed.output, encoding="utf-8")
    assert printed.output.encode() == path_of(name).read_bytes()
    assert Recipe.load(str(mine)).steps == Recipe.load(name).steps
    if name not in ("minimal", "redact"):
        about = Recipe.load(name).about
        assert "Left out" in about
        assert "arXiv" in about or "JMLR" in about or "Data-Juicer" in about or "cleanvision" in about


def test_every_recipe_of_the_list_is_told_in_one_line_with_its_language() -> None:
    lines = CliRunner().invoke(main, ["recipes"]).output.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["c4", "en"],
        ["chat", "any"],
        ["chinese-web", "zh"],
        ["fineweb", "en"],
        ["gopher", "en"],
        ["images", "any"],
        ["minimal", "any"],
        ["redact", "any"],
        ["web", "any"],
    ]
    assert all(len(line) < 120 for line in lines)


def test_a_recipe_that_does_not_ship_is_told_in_one_line_with_the_nearest() -> None:
    done = CliRunner().invoke(main, ["recipes", "fine-web"])
    assert done.exit_code == 2
    assert done.output == (
        "dataqual: no recipe 'fine-web'; did you mean 'fineweb'? there are: c4, chat, chinese-web, fineweb, gopher, images, minimal, redact, web\n"
    )


def test_web_keeps_prose_with_dialogue_in_english_and_in_chinese() -> None:
    assert survivors("web", ENGLISH, CHINESE) == [ENGLISH, CHINESE]


def test_web_drops_menus_and_repetition_in_english_and_in_chinese() -> None:
    assert survivors("web", MENU, CHINESE_MENU * 5, SPAM, f"{ENGLISH}\n" * 4) == []


def test_chinese_web_keeps_reviews_pages_and_traditional_characters() -> None:
    assert survivors("chinese-web", CHINESE, *REVIEWS) == [CHINESE, *REVIEWS]


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (ENGLISH, "few_han_characters"),
        ("これはとてもよいものですね。ほしいひとはどうぞ。", "few_han_characters"),
        ("很好", "too_short"),
        (CHINESE_MENU, "short_lines"),
        (SPAM, "duplicate_10grams"),
        (f"{TRADITIONAL}\n" * 2, "duplicate_lines"),
        ("一二三" * 20 + JUNK * 2, "much_punctuation"),
        ("编号 1 2 3 4 5 6 7 8 9 产品名称和价格", "few_alphabetic_words"),
        (CHINESE + "\ufffd", "replacement_characters"),
    ],
)
def test_chinese_web_tells_each_fault_under_its_rule(document: str, rule: str) -> None:
    [keep] = [step for step in Recipe.load("chinese-web").steps if isinstance(step, Keep)]
    [batch] = Corpus.of([document]).batches()
    _, changes = keep(batch)
    assert [change.rule for change in changes] == [rule]


def test_chat_keeps_short_messages_in_both_languages_and_drops_none_for_lacking_english_words() -> None:
    messages = ["Thanks, that worked for me!", "谢谢，问题已经解决了。", "print('hello world')"]
    assert survivors("chat", *messages, "ok", "?!?!?!?!?!?!?!", "哈" * 60) == messages


def test_the_english_recipes_keep_prose_that_is_long_enough() -> None:
    assert survivors("c4", ENGLISH) == [ENGLISH]
    with_terminal_lines = ENGLISH.replace("”", "").replace("“", "")
    assert (
        survivors("gopher", with_terminal_lines) == survivors("fineweb", with_terminal_lines) == [with_terminal_lines]
    )


def test_a_recipe_leaves_one_of_each_and_reports_the_rules_that_matched_nothing() -> None:
    done = dataqual.clean([ENGLISH, ENGLISH, CHINESE, CHINESE + "他笑了。"], recipe="web", dry_run=True)
    assert (done.read, done.kept) == (4, 2)
    assert done.rules["exact_copies"] == done.rules["near_copies"] == 1
    assert "matched nothing" in str(done)
    assert "hashes" in str(done).partition("matched nothing")[2]


def test_rules_may_be_written_out_in_a_recipe_and_are_checked_there() -> None:
    rule = {"name": "short", "about": "Short.", "signal": "word_count", "min": 2}
    recipe = Recipe.of({"steps": [{"keep": {"rules": [rule]}}]}, "mine.yaml")
    assert recipe.told_as == ("short",)
    for wrong, said in (
        (
            {"signal": "wrod_count"},
            "mine.yaml.steps[0].keep.rules[1]: no signal 'wrod_count'; did you mean 'word_count'?",
        ),
        ({"name": "short"}, "mine.yaml.steps[0].keep.rules[1]: the name 'short' is taken by rules[0]"),
    ):
        with pytest.raises(SpecError) as caught:
            Recipe.of({"steps": [{"keep": {"rules": [rule, rule | {"name": "other"} | wrong]}}]}, "mine.yaml")
        assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("recipe", "document", "masked"),
    [
        ("web", ENGLISH + " Write to ann.lee@example.com.", "Write to [EMAIL]."),
        ("chinese-web", CHINESE + "请写信到wang@example.cn。", "请写信到[EMAIL]。"),
        ("chat", "我的手机号是13812345678，打给我。", "我的手机号是[PHONE]，打给我。"),
    ],
)
def test_what_stays_has_no_addresses(recipe: str, document: str, masked: str, tmp_path: Path) -> None:
    done = dataqual.clean([document], tmp_path / "out.jsonl", recipe=recipe)
    assert (done.kept, done.edited) == (1, 1)
    assert masked in (tmp_path / "out.jsonl").read_text(encoding="utf-8")
