"""What is wrong with a command is told in one line, with exit code 2, in both languages; `signals` and `rules` speak Chinese."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from dataqual.cli import main
from studies.cli import main as studies


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "words",
    [
        ["profile", "--sample", "abc", "x"],
        ["profile", "--samplee", "3"],
        ["labels", "--rank-by", "foo", "x"],
        ["prof"],
        ["rules", "diff", "a"],
        ["agreement"],
    ],
)
def test_a_wrong_option_is_one_line(words: list[str], language: str) -> None:
    done = CliRunner().invoke(main, [*words, "--lang", language], prog_name="dataqual")
    assert done.exit_code == 2
    assert re.fullmatch(r"dataqual: .+dataqual.* -h.*\n", done.output)
    assert bool(re.search("[\u4e00-\u9fff]", done.output)) == (language == "zh")


def test_the_other_program_says_its_own_name() -> None:
    done = CliRunner().invoke(studies, ["run", "--workers", "0"], prog_name="studies")
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert done.output.startswith("studies: Invalid value for '--workers'")
    assert done.output.endswith("; studies run -h tells more\n")


def test_one_word_of_the_vocabulary_is_told_in_chinese() -> None:
    told = CliRunner().invoke(main, ["signals", "word_count", "--lang", "zh"]).output
    assert told.startswith("word_count (信号，词)\n\n文档")
    assert "默认 unicode" in told
    listed = CliRunner().invoke(main, ["signals", "--lang", "zh"]).output
    assert listed.startswith("信号\n") and "\n规则集\n" in listed
    assert "3 条规则  C4 的页面规则" in CliRunner().invoke(main, ["rules", "--lang", "zh"]).output
