"""Signals that are measured only when asked for, each against a simpler way or a published value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.errors import SpecError
from dataqual.signals.boilerplate_lines import BoilerplateLines
from dataqual.signals.code_share import CodeShare
from dataqual.signals.dates_mentioned import DatesMentioned
from dataqual.signals.mattr import Mattr
from dataqual.signals.reading_grade import ReadingGrade
from dataqual.signals.url_share import UrlShare


@given(st.lists(st.sampled_from("a b c d 好 学 E e".split()), max_size=30), st.integers(1, 12))
def test_mattr_is_the_mean_of_the_ratios_of_all_windows(words: list[str], window: int) -> None:
    lowered = [word.lower() for word in words]
    size = min(window, len(words))
    ratios = [len(set(lowered[at : at + size])) / size for at in range(len(words) - size + 1)] if words else [0.0]
    assert Mattr(window=window)([" ".join(words)])[0] == pytest.approx(np.mean(ratios))


def test_a_window_without_words_is_refused() -> None:
    with pytest.raises(SpecError, match="window is 0; it is at least 1 word"):
        Mattr(window=0)


def test_the_grade_of_the_usual_example_and_of_easy_text() -> None:
    example = (
        "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."  # 24 syllables, 13 words
    )
    assert ReadingGrade()([example])[0] == pytest.approx(0.39 * 13 + 11.8 * 24 / 13 - 15.59)
    assert ReadingGrade()(["The cat sat on the mat.", "好好学习。", ""]).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("for (int i = 0; i < n; i++) {", True),
        ("def measure(self):", True),
        ("import numpy as np", True),
        ("total += price", True),
        ("});", True),
        ("He went home; she stayed.", False),
        ("Price: 7.95. In stock: 4.", False),
        ("然后他说：走吧。", False),
        ("- a point of a list", False),
    ],
)
def test_a_line_looks_like_code_or_not(line: str, code: bool) -> None:
    assert CodeShare()([line])[0] == code


def test_an_address_ends_where_text_goes_on() -> None:
    assert UrlShare()(["<http://a.cn/x>"])[0] == pytest.approx(len("http://a.cn/x") / len("<http://a.cn/x>"))
    assert UrlShare()(["见 https://a.cn。"])[0] == pytest.approx(len("https://a.cn") / len("见 https://a.cn。"))
    assert [mark[:2] for mark in UrlShare().evidence("见 www.a.cn 吧")] == [(2, 10)]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2024-03-05, 2024/3/5 and 05.03.2024", 3),
        ("5 March 2024; the 1st Sept. 1999; March 5, 2024", 3),
        ("2024年3月5日，又于2023年12月。", 2),
        ("1.2.3, 10/20/30, 2024-13-01, March 2024, 2024", 0),
        ("build 2024-03-05b of x2024-03-05", 0),
        ("", 0),
    ],
)
def test_dates_are_counted_in_the_ways_they_are_written(text: str, dates: int) -> None:
    assert DatesMentioned()([text])[0] == dates


def test_boilerplate_is_told_by_short_lines_alone() -> None:
    sentence = "He could sign in only after a long talk about what the privacy policy of the library meant for those who read there at night."
    assert BoilerplateLines()([f"{sentence}\n\nSign in\n", "正文在这里。\n登录\n", "no line of it"]).tolist() == [
        0.5,
        0.5,
        0.0,
    ]
    assert [mark[:2] for mark in BoilerplateLines().evidence("正文\n版权所有 2024")] == [(3, 7)]
