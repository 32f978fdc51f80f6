"""What is private is hidden, and nothing moves."""

from __future__ import annotations

from dataqual.masking import hidden


def test_marks_are_hidden_in_any_order_and_where_they_overlap() -> None:
    assert hidden("one two three", [(8, 13, ""), (0, 3, ""), (2, 7, "")]) == "o•• ••• t••••"
