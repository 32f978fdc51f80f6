"""Pairs of parent and child of which is known whether the child may be added: good and bad ones, English and Chinese.

A good child has other words and the same sense, by rules that hold whatever the sentence is about: contractions written
out, words of one sense, clauses of a list turned round. A bad one is a good one, or its parent, with one planted fault. The lists
here were written for the benchmark, not taken from the gate's.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.opposites_elsewhere import ELSEWHERE_EN, ELSEWHERE_ZH

SAME_EN = """
film movie|movies films|actor performer|actors performers|picture film|begins starts|starts begins|begin start|often frequently|big large|
whole entire|entire whole|near close to|nearly almost|almost nearly|perhaps maybe|maybe perhaps|because since|although though|though although|
while whilst|quite rather|rather quite|tale story|story tale|stories tales|director filmmaker|kids children|children kids|child kid|
seems appears|seem appear|shows displays|also too|too overly|many numerous|several various|ultimately finally|finally eventually|
wants wishes|help assist|talk speak|fast quick|sad sorrowful|scary frightening|funny amusing|smart clever|beautiful lovely|
great terrific|terrible awful|awful terrible|bad poor|boring dull|dull boring|excellent superb|pretty fairly|enough sufficiently|
audience viewers|audiences viewers|viewer spectator|plot storyline|script screenplay|screenplay script|
mostly largely|largely mostly|truly really|really truly|very extremely|simply just|just simply|makes renders|keeps maintains|ends finishes
""".replace("\n", "")
"""A word and one of the same sense in nearly any sentence."""

CONTRACTED = (
    (r"\bit's\b", "it is"), (r"\bdoesn't\b", "does not"), (r"\bdon't\b", "do not"), (r"\bisn't\b", "is not"), (r"\bcan't\b", "cannot"),
    (r"\bwon't\b", "will not"), (r"\bdidn't\b", "did not"), (r"\bthere's\b", "there is"), (r"\bthat's\b", "that is"), (r"\bwasn't\b", "was not"),
    (r"\bdoes not\b", "doesn't"), (r"\bit is\b", "it's"), (r"\bis not\b", "isn't"), (r"\bcannot\b", "can't"), (r"\byou're\b", "you are"),
)  # fmt: skip

SAME_ZH = """
电影 影片|觉得 感觉|感觉 觉得|认为 觉得|酒店 宾馆|宾馆 酒店|但是 可是|可是 但是|不过 但是|因为 由于|所以 因此|非常 十分|十分 非常|
特别 格外|这本书 此书|东西 商品|商品 东西|孩子 小孩|宝宝 孩子|父母 爸妈|看了 读了|购买 买|买了 购买了|应该 应当|如果 要是|
虽然 尽管|而且 并且|马上 立刻|现在 目前|已经 早已|还是 仍然|一直 始终|朋友 友人|服务员 服务生|前台 总台|房间 客房|早餐 早饭|
价格 价钱|质量 品质|收到 拿到|希望 盼望|喜欢 喜爱|推荐 荐举|内容 内文|作者 作家|便宜 实惠|漂亮 好看|满意 称心|失望 扫兴|
屏幕 显示屏|电池 电源|声音 音响|速度 速率|开始 起初|后来 之后|时候 时刻|方便 便利|干净 整洁|舒服 舒适|好像 似乎
""".replace("\n", "")

OPPOSITE_EN = """
good bad|great terrible|best worst|better worse|love hate|loves hates|loved hated|funny boring|interesting dull|fresh stale|
smart stupid|intelligent stupid|beautiful ugly|brilliant mediocre|success failure|succeeds fails|works fails|strong weak|
powerful feeble|rich poor|warm cold|moving tedious|entertaining tiresome|engaging tedious|enjoyable unpleasant|honest dishonest|
original derivative|clever stupid|charming repulsive|delightful dreadful|excellent awful|perfect flawed|easy difficult|hot cold|
fast slow|new old|young old|happy sad|light heavy|bright dim|deep shallow|true false|full empty|high low|long short|big small|
more less|always never|right wrong|memorable forgettable|satisfying disappointing|fun tedious|impressive unimpressive|
compelling unconvincing|convincing unconvincing|hope despair|win lose|worthy worthless|human inhuman|likely unlikely
""".replace("\n", "")

OPPOSITE_ZH = """
好 差|不错 糟糕|很好 很差|喜欢 讨厌|满意 失望|推荐 不推荐|便宜 昂贵|贵 便宜|干净 肮脏|安静 吵闹|舒服 难受|方便 麻烦|精彩 乏味|有趣 无聊|
漂亮 难看|好看 难看|快 慢|大 小|新 旧|高 低|多 少|热情 冷淡|优秀 低劣|成功 失败|值得 不值得|开心 伤心|支持 反对|正版 盗版|简单 复杂|
容易 困难|清晰 模糊|优点 缺点|好吃 难吃|完美 糟透|宽敞 狭小|幸福 痛苦|积极 消极|聪明 愚蠢|高兴 难过|真 假|强 弱|实用 无用|
感动 恶心|经典 烂俗|流畅 卡顿|周到 敷衍|新鲜 变质|深刻 肤浅|豪华 简陋|爱 恨
""".replace("\n", "")

HELD_OUT_EN = """
clean dirty|quiet noisy|polite rude|spacious cramped|reliable unreliable|cheap expensive|tasty disgusting|generous stingy|
brave cowardly|calm anxious|wise foolish|safe dangerous|simple complicated|healthy sick|legal illegal|guilty innocent|
increase decrease|accept reject|admit deny|friend enemy|friends enemies|victory defeat|peace war|hero villain|heroes villains|
sweet bitter|soft harsh|gentle brutal|wide narrow|thick thin|early late|first last|begin end|begins ends|open closed|
alive dead|life death|man woman|men women|male female|past future|day night|hard soft|loud quiet|public private|major minor|
simple complex|modern ancient|real fake|serious silly|subtle obvious|fresh tired|rare common|sharp blunt|sincere insincere|
sane insane|sense nonsense|hopeful hopeless|careful careless|pleasure pain|comedy tragedy|gain loss|praise criticism|adult child
""".replace("\n", "")

HELD_OUT_ZH = """
美丽 丑陋|温暖 寒冷|光明 黑暗|坚强 软弱|勤奋 懒惰|诚实 虚伪|谦虚 骄傲|富有 贫穷|先进 落后|正确 错误|真实 虚假|安全 危险|增加 减少|提高 降低|
开始 结束|前面 后面|上面 下面|里面 外面|进去 出来|买 卖|爱 恨|哭 笑|男 女|早 晚|远 近|长 短|宽 窄|厚 薄|轻 重|软 硬|亮 暗|香 臭|对 错|胖 瘦|
细心 粗心|有名 无名|复杂 单纯|礼貌 粗暴|主动 被动|整齐 凌乱|平静 激动|团结 分裂|朋友 敌人|赞扬 批评|完整 残缺|公开 秘密|表扬 责备
""".replace("\n", "")
"""The same kind of lists, at which nobody looked while the gate's were made."""

_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Planted:
    """A pair, whether the child may be added, and what was done to it."""

    parent: str
    child: str
    kind: str
    language: str

    @property
    def good(self) -> bool:
        return self.kind == "good"


Change = Callable[[str, random.Random], str | None]


def pairs(texts: Sequence[str], language: str, seed: int) -> list[Planted]:
    """For every text, where it can be had: a good pair, and one of each kind of bad pair."""
    found = []
    for at, parent in enumerate(texts):
        rng = random.Random(f"{seed} {at}")
        child = good(parent, language, rng)
        if child is None:
            continue
        found.append(Planted(parent, child, "good", language))
        other = texts[rng.randrange(len(texts))]
        for kind, change in faults(language, other).items():
            for base, told in ((parent, kind), (child, f"{kind}, in a good child")):
                spoilt = change(base, rng)
                if spoilt is not None and spoilt not in (base, parent):
                    found.append(Planted(parent, spoilt, told, language))
                if kind not in ("negation", "antonym", "number"):
                    break
    return found


def good(text: str, language: str, rng: random.Random) -> str | None:
    """One to three changes that leave the sense; None where none applies."""
    changes = [(re.compile(pattern), new) for pattern, new in CONTRACTED] if language == "en" else []
    for entry in (SAME_EN if language == "en" else SAME_ZH).split("|"):
        old, _, new = entry.partition(" ")
        changes.append((re.compile(rf"\b{old}\b" if language == "en" else old), new))
    fitting = [(pattern, new) for pattern, new in changes if pattern.search(text)]
    rng.shuffle(fitting)
    child = text
    for pattern, new in fitting[: rng.randint(1, 3)]:
        child = pattern.sub(new, child, count=1)
    return child if child != text else None


def faults(language: str, other: str) -> dict[str, Change]:
    """What is planted, by name; a change gives None where it cannot be made."""
    known, unseen = (OPPOSITE_EN, HELD_OUT_EN) if language == "en" else (OPPOSITE_ZH, HELD_OUT_ZH)
    others = ELSEWHERE_EN if language == "en" else ELSEWHERE_ZH
    opposites, held_out, elsewhere = (
        [pair.split(" ") for pair in listed.split("|")] for listed in (known, unseen, others)
    )
    return {
        "negation": _negated_en if language == "en" else _negated_zh,
        "antonym": lambda text, rng: _opposite(text, opposites, language, rng),
        "antonym, held-out list": lambda text, rng: _opposite(text, held_out, language, rng),
        "number": _renumbered,
        "unrelated": lambda text, rng: other,
        "cut off": lambda text, rng: text[: len(text) * 2 // 5] or None,
        "other language": lambda text, rng: OTHER[language][rng.randrange(len(OTHER[language]))],
        "said twice": lambda text, rng: f"{text} {text} {text}",
        "words shuffled": _shuffled,
        "antonym, others' list": lambda text, rng: _opposite(text, elsewhere, language, rng),
    }


OTHER = {
    "en": ("这部电影的剧情很有意思，演员也不错。", "Esta película no es buena, pero los actores son excelentes.", "Der Film ist leider viel zu lang geraten."),
    "zh": ("This hotel is clean and the staff were friendly.", "この本はとても面白かったです。", "Este libro es muy interesante."),
}  # fmt: skip


def _opposite(text: str, opposites: list[list[str]], language: str, rng: random.Random) -> str | None:
    """A word in the place of its opposite; one Han character only where it is a word: between 很 and a sign, say."""
    fitting = []
    for old, new in [*opposites, *([new, old] for old, new in opposites)]:
        pattern = (
            rf"\b{old}\b"
            if language == "en"
            else old
            if len(old) > 1
            else f"(?<=[很太更最真挺较]){old}(?=[，。！；,.!的了]|$)"
        )
        if re.search(pattern, text):
            fitting.append((pattern, new))
    if not fitting:
        return None
    pattern, new = fitting[rng.randrange(len(fitting))]
    return re.sub(pattern, new, text, count=1)


def _negated_en(text: str, rng: random.Random) -> str | None:
    for pattern, new in ((r"n't\b", ""), (r"\b(?:not|never) (?!only)", ""), (r"\bno (?=[a-z])", "a ")):
        if re.search(pattern, text):
            return re.sub(pattern, new, text, count=1)
    verbs = list(re.finditer(r"\b(?:is|are|was|were|has|will|can|should|would|could)\b(?! (?:not|no)\b)", text))
    if not verbs:
        return None
    verb = verbs[rng.randrange(len(verbs))]
    cut = verb.end()
    return f"{text[:cut]}{rng.choice([' not', chr(110) + chr(39) + 't'])}{text[cut:]}"


def _negated_zh(text: str, rng: random.Random) -> str | None:
    taken = list(re.finditer("(?<![是好能要会对])不(?=[好错想会能要是行值推喜满])|没有(?=[想到任一])", text))
    if taken and rng.random() < 0.5:
        one = taken[rng.randrange(len(taken))]
        return text[: one.start()] + text[one.end() :]
    put = list(re.finditer("(?<=很)(?=[好多高])|(?<![不没是别])(?=是|会|能|喜欢|推荐|值得|满意|方便|舒服|干净)", text))
    if not put:
        return None
    at = put[rng.randrange(len(put))].start()
    return text[:at] + "不" + text[at:]


def _renumbered(text: str, rng: random.Random) -> str | None:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return None
    one = found[rng.randrange(len(found))]
    return text[: one.start()] + str(int(one.group()) + 1 + rng.randrange(9)) + text[one.end() :]


def _shuffled(text: str, rng: random.Random) -> str | None:
    han = len(_HAN.findall(text)) > len(text) / 3
    parts = list(text) if han else text.split(" ")
    if len(parts) < 6:
        return None
    rng.shuffle(parts)
    return ("" if han else " ").join(parts)
