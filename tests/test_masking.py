"""What is private is hidden, and nothing moves."""

from __future__ import annotations

from dataqual.masking import hidden
from dataqual.quoting import replacements


def test_marks_are_hidden_in_any_order_and_where_they_overlap() -> None:
    assert hidden("one two three", [(8, 13, ""), (0, 3, ""), (2, 7, "")]) == "o•• ••• t••••"


def test_edits_are_quoted_with_what_is_private_in_any_of_the_texts_masked() -> None:
    befores = ["Ask ann.lee@example.com today", "今天打 13812345678", "so it is"]
    edits = [
        [(4, 23, "bob@example.org", "x")],
        [(0, 2, "明天", "x"), (4, 15, "13987654321", "x")],
        [(3, 5, "that", "x")],
    ]
    assert replacements(befores, edits) == [
        "[a••••••@•••••••.com→b••@•••••••.org]",
        "[今天→明天], [13•••••••••→13•••••••••]",
        "[it→that]",
    ]
