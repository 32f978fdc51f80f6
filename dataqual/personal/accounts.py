"""Names and numbers by which people are reached on messengers, by the words that stand before them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Messenger:
    """One messenger: what it is called before an account, the whole shape, and where the shape of its accounts is documented."""

    name: str
    marks: tuple[str, ...]
    """One of these is in every mention, letter by letter, in small letters."""
    pattern: re.Pattern[str]
    """The account is the group `id`; `said` has the sign or word, if any, that says an account follows."""
    source: str
    real: Callable[[str, re.Match[str]], bool]
    """Whether a match in this text is an account."""


SAID = (
    r"(?P<said>(?:\s?(?:号码|号|號碼|號|账号|帐号|帳號|賬號|账户|客服|同号|(?:[Ii][Dd]|number|account|name)(?![A-Za-z])"
    r"|[(（][^()（）\n]{1,8}[)）])){0,3}(?:\s{0,2}(?:[:：=＝]|是|为|為|is(?![A-Za-z])))?)\s{0,2}"
)
"""What may stand between a messenger and an account: `QQ号码是`, `微信（同号）：`, `WeChat ID:`."""
ALONE = r"(?<![A-Za-z0-9_.@/-])"
"""No part of a longer name."""
ENDS = r"(?![A-Za-z0-9_@-]|[.,:][A-Za-z0-9])"

HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
SENTENCE = re.compile("[\n。；;]")
NEAR = 24
"""Characters on either side: whether `vx:` or `line id:`, which programs have too, is said in a language whose speakers mean the messenger."""

COUNTED = re.compile(
    r"\s?(?:[个個元块塊人万萬亿億分条條次位名年月天级級版米币幣点點币幣家户字%％]|\+|多|余)"
    r"|\s(?!(?:or|and|wechat|weixin|tel|phone|mobile|e-?mail|msn|skype)(?![a-z]))[A-Za-z]",
    re.IGNORECASE,
)
"""Behind a number: what is counted, so that no account was meant; or the sentence goes on."""
UNIT = re.compile(
    r"\s?(?:[个個元块塊人万萬亿億条條次位名级級币幣家户%％]|多|余|(?:points?|users?|people|members)(?![a-z]))",
    re.IGNORECASE,
)
"""The same where a sign says that an account follows."""

OTHER = frozenset(
    "required optional string number null none unknown true false the your user users username name account your_id "
    "yourid wechatid wechat_id user_id wechat weixin android iphone ipad windows macos linux login xxxxx xxxxxx http https".split()
)
PRODUCT = re.compile(r"(?:iphone|ipad|android|windows|win|ios|https?|www|api|sdk|html|utf|v\d)", re.IGNORECASE)
"""What manuals and news have in the place of an account."""


def _name(text: str, match: re.Match[str]) -> bool:
    """A WeChat account: one of letters alone needs more to say that it is one."""
    account, said = match["id"], match["said"].strip()
    if account.lower() in OTHER or len(set(account)) < 3 or (PRODUCT.match(account) and not said):
        return False
    if account.isdigit():
        return bool(said or match["verb"]) and not UNIT.match(text, match.end())
    if not account.isalpha():
        return bool(said) or len(account) >= 6
    if re.match(r"[^\S\n][A-Za-z]", text[match.end() : match.end() + 2]):
        return False  # a sentence
    if re.search("[号號户]|[Ii][Dd]", said):
        return True
    chinese = HAN.search(match["app"]) or match["verb"] or "：" in said
    return bool(chinese and (said or match["verb"]) and account.islower() and len(account) >= 6)


def _short(text: str, match: re.Match[str]) -> bool:
    """An account behind `vx` and the like, which are names of variables too."""
    return ("：" in match["said"] or _foreign(text, match)) and _name(text, match)


def _foreign(text: str, match: re.Match[str]) -> bool:
    """Whether what stands around in the sentence is in such a language."""
    before = SENTENCE.split(text[max(0, match.start() - NEAR) : match.start()])[-1]
    after = SENTENCE.split(text[match.end() : match.end() + NEAR])[0]
    return HAN.search(before + match[0] + after) is not None


def _number(text: str, match: re.Match[str]) -> bool:
    """A QQ or ICQ number: without a word that says so it must not be what is counted."""
    after = UNIT if match["said"].strip() else COUNTED
    return not after.match(text, match.end()) and len(set(match["id"])) > 1


def _line(text: str, match: re.Match[str]) -> bool:
    return match["app"].startswith("LINE") or _foreign(text, match)


def _any(text: str, match: re.Match[str]) -> bool:
    return match["id"].lower().removeprefix("live:") not in OTHER


_VERB = r"(?P<verb>(?:[加➕]|添加|\badd\s)\s?(?:我|my)?的?\s?)?"
_WECHAT = r"(?P<id>[A-Za-z][A-Za-z0-9_-]{5,19}|[1-9][0-9]{5,10})"

MESSENGERS = (
    Messenger(
        "qq",
        ("qq", "ｑｑ", "ＱＱ", "扣扣", "企鹅号", "q号", "加q"),
        re.compile(
            rf"(?:{ALONE}[Qq][Qq]|扣扣|企鹅(?=号)|(?<![A-Za-z])[Qq](?=号)|加[Qq](?![A-Za-z]))群?{SAID}(?P<id>[1-9][0-9]{{4,10}}){ENDS}"
        ),
        "five to eleven digits, no 0 first: what validators take (github.com/Barrior/Magpie, server/qq, up to twelve); no page of Tencent's was found that says it",
        _number,
    ),
    Messenger(
        "wechat",
        ("微信", "薇信", "威信", "wechat", "weixin", "v信"),
        re.compile(rf"{_VERB}(?P<app>[微薇威]信|{ALONE}[Ww]e[Cc]hat|{ALONE}[Ww]eixin|[Vv]信){SAID}{_WECHAT}{ENDS}"),
        "6 to 20 letters, digits, underscores or hyphens, a letter first: WeChat's answers of 2020, in hacos.cn/en/blog/2020/06/05/6627d747a8; telephone and QQ "
        "numbers serve too",
        _name,
    ),
    Messenger(
        "wechat, short",
        ("vx", "ｖｘ", "ＶＸ", "wx", "加v", "➕v"),
        re.compile(
            rf"{_VERB}(?P<app>{ALONE}(?:[Vv][Xx]|[Ww][Xx](?!id_))|(?<=[加➕])[Vv](?![A-Za-z])){SAID}{_WECHAT}{ENDS}"
        ),
        "as WeChat",
        _short,
    ),
    Messenger(
        "wechat, internal",
        ("wxid_",),
        re.compile(rf"{ALONE}(?P<id>wxid_[a-z0-9]{{10,20}}){ENDS}"),
        "the name that WeChat makes itself, 9969.net/28517; how long it is nobody says",
        _any,
    ),
    Messenger(
        "line",
        ("line id", "lineid", "line：", "line帳號"),
        re.compile(
            r"(?<![A-Za-z0-9_-])(?P<app>L(?:INE|ine)|line)(?:\s?(?:I[Dd]|id)(?![A-Za-z])\s{0,2}[:：=]?|：|帳號：?)\s{0,2}"
            rf"(?P<id>@?[a-z0-9][a-z0-9._-]{{3,19}}){ENDS}"
        ),
        "4 to 20 characters, small letters, digits and three signs: apptopi.jp/2020/08/23/line-id-setting; a full stop, hyphen and underscore, "
        "news.mynavi.jp/article/20221121-2518823 (which prints a comma for the stop); @ before those of shops",
        lambda text, match: _line(text, match) and _any(text, match),
    ),
    Messenger(
        "telegram",
        ("telegram", "电报", "電報", "飞机", "飛機", "tg:", "tg：", "tg@", "tg @"),
        re.compile(
            rf"(?:{ALONE}(?:[Tt]elegram|TG|tg)|电报|電報|[飞飛][机機]){SAID}"
            rf"(?P<id>@[A-Za-z][A-Za-z0-9_]{{3,31}}|(?<=[Ii][Dd][:： ])\s?[A-Za-z][A-Za-z0-9_]{{4,31}}){ENDS}"
        ),
        "telegram.org/faq, usernames: a-z, 0-9 and underscores, five characters and more, fewer for those that are sold; up to 32, a letter first: "
        "rubydoc.info/gems/validates_im",
        _any,
    ),
    Messenger(
        "skype",
        ("skype",),
        re.compile(
            rf"{ALONE}[Ss]kype(?:\s?(?:[Ii][Dd]|name|账号|帐号|号)\s{{0,2}}[:：=]?|[:：])\s{{0,2}}"
            rf"(?P<id>live:[A-Za-z0-9._-]{{3,40}}|(?=[A-Za-z]*[0-9._-]*[0-9_])[A-Za-z][A-Za-z0-9._-]{{4,30}}[A-Za-z0-9]){ENDS}"
        ),
        "6 to 32 letters, digits and . , - _, a letter first: Skype's answers, in biz.skype-china.net/faq/zE1 (a comma is left to the sentence); live: and a "
        "name, as Microsoft made them later: salesla.blogg.se/2023/march",
        _any,
    ),
    Messenger(
        "kakaotalk",
        ("kakao", "카카오톡", "카톡"),
        re.compile(
            rf"(?:{ALONE}[Kk]akao\s?(?:[Tt]alk)?\s?(?=ID|id)|카카오톡|카톡)\s?(?:ID|id|아이디)?\s{{0,2}}[:：]?\s{{0,2}}"
            rf"(?P<id>[A-Za-z][A-Za-z0-9._-]{{3,19}}){ENDS}"
        ),
        "4 to 20 letters, digits, hyphens and underscores, as the app said in 2024: lliamlisten.tistory.com; full stops too, for which no source was found",
        _any,
    ),
    Messenger(
        "icq",
        ("icq",),
        re.compile(
            rf"{ALONE}(?:ICQ|icq)(?P<said>\s?(?:UIN|uin|#|:|：|number|no\.?){{0,2}}\s{{0,2}}#?)(?P<id>[1-9][0-9]{{4,8}}){ENDS}"
        ),
        "en.wikipedia.org/wiki/ICQ, UIN: from 10,000 on, in order; the latest above 100,000,000",
        _number,
    ),
)
"""Each with what its accounts look like. Official accounts (公众号) and groups' names are nobody's."""

MARKS = tuple(dict.fromkeys(mark for messenger in MESSENGERS for mark in messenger.marks))


def marked(text: str) -> bool:
    """Whether it has the mark of any of them."""
    low = text.lower()
    return any(mark.lower() in low for mark in MARKS)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Those of a text, as spans.

    >>> text = "加微信 abc_123，QQ：12345678"
    >>> [text[a:b] for a, b in find(text)], [*find("微信支付 100 元，QQ音乐，qq 12345678 points")]
    (['12345678', 'abc_123'], [])
    """
    low = text.lower()
    for messenger in MESSENGERS:
        if any(mark in low for mark in messenger.marks):
            for match in messenger.pattern.finditer(text):
                if messenger.real(text, match):
                    yield match.span("id")
