"""Two threads may ask one text for everything at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dataqual.lazy import lazy
from dataqual.text import Text


def test_a_lazy_attribute_is_computed_once_and_kept() -> None:
    made = []

    class Thing:
        @lazy
        def value(self) -> int:
            made.append(1)
            return len(made)

    thing = Thing()
    assert (thing.value, thing.value, Thing().value) == (1, 1, 2)


def test_threads_that_ask_for_lines_and_paragraphs_of_one_text_do_not_wait_for_each_other() -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(300):
            text = Text.of(["one\n\ntwo", "三\n四"])
            paragraphs = pool.submit(lambda text: text.paragraphs.counts, text)
            lines = pool.submit(lambda text: text.lines.counts, text)
            assert np.array_equal(paragraphs.result(timeout=20), [2, 1])
            assert np.array_equal(lines.result(timeout=20), [3, 2])
