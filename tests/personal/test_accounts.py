"""Accounts on messengers: each rule against the examples and the limits of the source that it names."""

from __future__ import annotations

import pytest

from dataqual.personal.accounts import MESSENGERS, find

EXAMPLES = {
    # what stands before an account: what its source takes, and what it does not
    "qq": ("QQ：", ["12345", "12345678901"], ["1234", "01234", "1234567890123"]),
    "wechat": ("微信：", ["qq_123", "qq-123", "ax398_666", "a" * 18 + "b1"], ["389ane-", "ab_12", "a" * 19 + "b1"]),
    "wechat, short": ("vx：", ["qq_123", "ax398_666"], ["389ane-", "ab_12"]),
    "wechat, internal": ("", ["wxid_0123456789abcd"], ["wxid_", "wxid"]),
    "line": ("LINE ID：", ["abc1", "a.b-c_d", "a" * 20], ["abc", "ABCD", "a" * 21]),
    "telegram": (
        "Telegram：",
        ["@Username", "@WorkUsername", "@FunUsername", "@Laiteux1", "@" + "a" * 32],
        ["@1Laiteux", "@" + "a" * 33],
    ),
    "skype": (
        "Skype：",
        ["tennisplayer2011", "Sarah_Johnson", "SarahJohnson87", "live:john_doe", "a1" * 16],
        ["a1b2c", "1abcdef", "a1" * 16 + "b"],
    ),
    "kakaotalk": ("카톡 아이디: ", ["abc1", "ab-c_d", "a" * 20], ["abc", "a" * 21]),
    "icq": ("ICQ#", ["10000", "100000001"], ["9999", "1000000000"]),
}


def test_every_messenger_names_a_source_and_has_its_examples() -> None:
    assert {messenger.name for messenger in MESSENGERS} == set(EXAMPLES)
    assert all(messenger.source for messenger in MESSENGERS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_source_takes_is_found_and_what_it_does_not_is_not(name: str) -> None:
    before, good, bad = EXAMPLES[name]
    for account in good:
        text = f"{before}{account}，谢谢"
        assert [text[start:end] for start, end in find(text)] == [account], account
    for account in bad:
        assert not [*find(f"{before}{account}，谢谢")], account
