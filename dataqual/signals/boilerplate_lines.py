"""The signal `boilerplate_lines`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import evidence
from dataqual.operators import Signal
from dataqual.text import Text

PHRASES = (
    "all rights reserved", "copyright ©", "privacy policy", "terms of use", "terms of service", "terms and conditions",
    "cookie policy", "uses cookies", "use of cookies", "sign in", "log in", "sign up", "subscribe to our", "skip to content",
    "skip to main content", "back to top", "read more", "share this", "follow us", "contact us", "add to cart",
    "powered by", "click here", "leave a comment", "leave a reply", "related articles", "related posts", "loading…",
    "版权所有", "保留所有权利", "未经许可", "未经授权", "隐私政策", "隐私声明", "服务条款", "用户协议", "免责声明", "联系我们", "关于我们",
    "返回顶部", "上一篇", "下一篇", "相关阅读", "相关文章", "点击查看", "点击这里", "扫描二维码", "关注我们", "关注公众号", "责任编辑",
    "登录", "注册账号", "加入购物车", "备案号", "icp备", "icp证", "版權所有", "隱私權政策", "服務條款", "聯絡我們", "回到頂端",
)  # fmt: skip
"""What pages say around their text, in English, simplified and traditional Chinese; a list of ours."""

LONGEST = 120
"""Bytes of a line that is nothing but such words; in a longer one they stand in a sentence."""

_ONE = re.compile("|".join(map(re.escape, PHRASES)).encode(), re.IGNORECASE)


@dataclass(frozen=True)
class BoilerplateLines(Signal):
    """Share of a document's lines, blank ones aside, that are short and say what pages say around their text; 0 without lines.

    Copyright, cookies, sign in, related articles, 版权所有, 返回顶部 and the like, in lines of at most 120 bytes: a list of ours.

    >>> BoilerplateLines()(["The text.\\nAll rights reserved.", "正文。\\n版权所有\\n返回顶部", ""]).round(2).tolist()
    [0.5, 0.67, 0.0]
    """

    profiled: ClassVar[bool] = False

    def measure(self, text: Text) -> NDArray[Any]:
        data, borders = text.data.tobytes(), text.offsets.tolist()
        return np.array([_share(data[a:b]) for a, b in pairwise(borders)], np.float64)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The phrases in such lines."""
        raw, at, spans = document.encode(), 0, []
        for line in raw.split(b"\n"):
            if len(line) <= LONGEST:
                spans += [(at + match.start(), at + match.end()) for match in _ONE.finditer(line)]
            at += len(line) + 1
        return evidence(document, [a for a, _ in spans], [b for _, b in spans], "boilerplate")


def _share(document: bytes) -> float:
    lines = [line for line in document.split(b"\n") if line.strip()]
    return sum(len(line) <= LONGEST and _ONE.search(line) is not None for line in lines) / max(len(lines), 1)
