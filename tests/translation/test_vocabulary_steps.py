"""What a step's page says behind its first sentence is Chinese where it was asked in Chinese."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from dataqual.cli import main

STEPS = (
    "augment_noise", "augment_shuffle", "augment_synonyms", "augment_nlpaug", "augment_back_translation", "augment_llm", "dedup",
    "dedup_lines", "dedup_paragraphs", "drop_outliers", "fix_encoding", "keep", "normalize", "sample", "spoil_duplicates",
)  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_what_is_said_of_a_step_is_chinese_as_a_whole(name: str) -> None:
    told = CliRunner().invoke(main, ["signals", name, "--lang", "zh"]).stdout.split("\n\n")[2]
    assert re.search("[\u3400-\u9fff]", told)
    assert not re.search(r"(?:[a-z]+ ){4}", re.sub(r"`[^`]*`", "", told)), told
