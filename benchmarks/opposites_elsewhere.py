"""Opposites that others wrote down, for the gate to be measured by: nobody who made it chose them, or looked at which it misses.

English: pairs in the order in which they stand from character 100,000 on in `dataset_files/abstractive/antonym.json` of
https://github.com/ericwtodd/function_vectors (MIT; Todd et al. 2024), those of one word each, doubtful ones with the rest.
Chinese: pairs of two characters each in the order in which they stand in the part of schoolbooks in `dict_antonym.txt` of
https://github.com/guotong1988/chinese_dictionary, each once; a run of synonyms that stands among them by mistake is `ALIKE_ZH`.
"""

from __future__ import annotations

ELSEWHERE_EN = """
adolescent elderly|underground aboveground|interim permanent|individual group|notable unremarkable|binary analog|security risk|coarse fine|
oust install|probable improbable|mechanical organic|protagonist antagonist|cooling heating|recall forget|disorderly orderly|stout slim|
happiness sadness|meat vegetables|import export|creamy watery|encrypt decrypt|stand sit|arrival departure|natural artificial|plural singular|
bold timid|harass comfort|negligence diligence|wasteful efficient|wellness illness|simplicity complexity|recorded live|separation union|
awake asleep|monarchy democracy|success failure|infield outfield|husband wife|incorrect correct|dual single|reduction increase|move stay|
tails heads|sacred profane|hopeful despairing|opaque transparent|chaos order|downgrade upgrade|smooth rough|competence incompetence|
rivalry cooperation|surrender resist|annoy please|bodily spiritual|balance imbalance|agent client|overall specific|advanced basic|
interrupt continue|sleep awake|drive park|simultaneous consecutive|delay advance|infantry cavalry|erroneous correct|dirty clean|empty full|
autonomous dependent|men women|strengthening weakening|persistent fleeting|cooperate compete|microscopic macroscopic|resent cherish|
heavy light|alien human|oval round|offence defence|student teacher|long short|predictable unpredictable|limitless limited|climb descend|
rare common|alter preserve|output input|mad sane|lovely unpleasant|mindfulness mindlessness|solid liquid|living dead|distinct indistinct|
better worse|blunt sharp|humility pride|get give|run walk|discomfort comfort|lady gentleman|unknown known|captive free|refreshing stale|
glad sad|fertility infertility|young mature|principal subordinate|trivial significant|scarce abundant|quiet loud|outside inside|
colonial modern|deny confirm|consistency inconsistency|private public|attend absent|withstand succumb|tragic comic|optimistic pessimistic|
rounded sharp|complicate simplify|overseas domestic|reformed corrupt|actual potential|standby active|emphasize downplay|disembark embark|
bury unearth|terminate initiate|adulthood childhood|wonderful terrible|location displacement|mediocre exceptional|southeast northwest|
danger safety|ashamed proud|mild severe|delicate sturdy|contradictory complementary|saline freshwater|unauthorized authorized|start finish|
emotional unemotional|ask answer|note silence|maritime terrestrial|relative absolute|employee employer|vast limited|partner opponent|
sound silence|rural urban|plentiful scarce|convict acquit|variant standard|unacceptable acceptable|hind front|funny serious|verge center|
northeast southwest|vest coat|jerk gentleman|announce conceal|comedy tragedy|deter encourage|instantaneous delayed|anger joy|
unified divided|faint loud|military civilian|minimize maximize|sack pack|severe mild|false true|homosexual heterosexual|eternal temporary|
initial final|linear nonlinear|alert drowsy|maintain deteriorate|domain range|simulated real|hold release|connect disconnect|
relevant irrelevant|intended unintended|extinct alive|rely distrust|cooperative uncooperative|ally enemy|foolish wise|
extension contraction|cheap expensive|conceptual practical|heavenly hellish|fearless fearful|dispute agreement|finite infinite|lazy active|
marked unmarked|capable incapable|unconditional conditional|surreal realistic|gross delicious|predatory preyful|invasion retreat|
shortage surplus|exhaustive brief|entire partial|obedience disobedience|victory defeat|sharp dull|overweight underweight|
welcome unwelcome|rainy sunny|nominal real|inferior superior|dismissive attentive|economy recession|dislike like|acquire lose|
protective neglectful
""".replace("\n", "")

ELSEWHERE_ZH = """
宽阔 狭窄|平静 动荡|加重 减轻|缓慢 快速|节省 浪费|分散 聚拢|茂盛 枯萎|美丽 丑陋|静寂 热闹|清楚 模糊|镇静 慌乱|威武 沮丧|巨大 细小|神秘 平常|寒冷 炎热|
原始 现代|珍贵 普通|舒服 难受|弯曲 笔直|均匀 悬殊|牢固 脆弱|新鲜 陈腐|反面 正面|干燥 潮湿|平坦 崎岖|简单 复杂|粗糙 细腻|幸福 悲惨|谦虚 骄傲|快乐 伤心|
强健 软弱|清澈 浑浊|明白 糊涂|茂密 稀疏|伸出 缩回|成功 失败|寒冷 温暖|愤怒 高兴|灵活 笨拙|准许 拒绝|热情 冷淡|勤劳 懒惰|分散 聚集|迅速 迟钝|认真 马虎|
失败 胜利|犹豫 果断|坚定 动摇|膨大 缩小|迟钝 灵活|笨重 轻便|临时 长期|慎重 马虎|柔弱 刚强|干燥 湿润|光滑 粗糙|静谧 热闹|崭新 陈旧|开始 结尾|漂亮 丑陋|
喧闹 宁静|容易 困难|凋谢 盛开|朋友 敌人|点燃 熄灭|神奇 平常|热闹 安静|关心 冷漠|高傲 谦逊|郑重 轻率|从容 慌张|奢侈 寒酸|敏捷 迟缓|合上 打开|老实 狡猾|
温柔 粗暴|丰富 贫乏|高兴 难过|淘气 规矩|讨厌 喜欢|反抗 顺从|忠厚 奸诈|坚固 脆弱|陡峭 平坦|伟大 渺小|相同 不同|古老 现代|宏大 微小|魁梧 矮小|丰满 干瘪|
无名 有名|满意 失望|灿烂 暗淡|凋零 盛开|希望 失望|安全 危险|可怜 可恨|庄重 轻浮|坚强 懦弱|宽裕 拮据|神气 颓丧|喜悦 忧伤|快乐 悲伤|繁华 萧条|热闹 宁静|
踊跃 消极|清晰 模糊|仔细 粗心|具体 大略|匆匆 慢慢|认识 陌生|疏远 亲近|聪明 愚蠢|长处 短处|现代 古代|依赖 自立|舒适 艰苦|输入 输出|陌生 熟悉|打开 关闭|
凶猛 温和|笨重 轻巧|迟钝 灵敏|相似 相反|特殊 一般|美妙 蹩脚|优良 低劣|轻快 沉重|鲜艳 暗淡|增添 削减|活泼 呆板|聚拢 分散|停止 开始|玲珑 粗笨|送行 迎接|
舒适 难受|悲惨 幸福|愈合 开裂|离开 回归|害怕 勇敢|忧伤 高兴|飞快 缓慢|镇定 慌张|严寒 温暖|恶劣 优良|为难 容易|担心 放心|便宜 昂贵|忧虑 放心|糟糕 精彩|
紧张 松懈|激烈 平静|狼狈 潇洒|英勇 怯懦|繁荣 衰败|精致 粗糙|权利 义务|穷苦 富裕|健康 虚弱|寂寞 喧闹|奴隶 主人|紧张 松弛|统一 分裂|诚意 假意|拒绝 接受|
惩罚 奖励|迟延 提前|好心 恶意|破碎 完整|酥软 坚硬|诚实 撒谎|仔细 马虎|正常 异常|非凡 平凡|特别 一般|扫兴 高兴|轻蔑 敬重|开心 苦闷|寻常 异常|违背 遵循|
怀疑 相信|强盛 衰败|尊重 侮辱|嘈杂 寂静|信奉 背弃|失信 守信|退化 进化|增添 减少|温暖 凉爽|柔和 严厉|拒绝 同意|清醒 糊涂|清晰 浑浊|坚强 软弱|纯熟 生疏|
慎重 随便|喜欢 厌恶|痛快 难受|幽静 喧闹|慌忙 镇定|伶俐 笨拙|怕羞 大方|团结 分裂|洒脱 拘谨|明朗 阴沉|沉重 轻盈|脆弱 坚强|饱满 干瘪|丰收 歉收|复杂 简单|
自在 拘束|平常 奇特|密集 稀疏|挺进 撤退|宽敞 狭窄|倾斜 竖直|闻名 无名|有趣 乏味|舒畅 苦闷|结束 开始|紧张 轻松|整齐 纷乱|慈祥 凶恶|可爱 可恶|附近 远方|
赞许 反对|精彩 平淡|听从 违抗|诚实 虚伪|承认 否认|高兴 伤心|起劲 没劲|熟练 生疏|准确 错误|温和 严厉|近处 远处|气愤 欢喜|粗心 细心|高兴 痛苦|常常 偶尔|
幼稚 老练|含糊 清楚|严重 轻微|光明 黑暗|微弱 强大|杰出 平庸|恶劣 良好|特殊 普通|异常 平常|简陋 豪华
""".replace("\n", "")

ALIKE_ZH = """
惬意 满意|惊讶 吃惊|优惠 优待|精巧 精致|完美 完善|兴许 也许|轻巧 轻松|率先 首先|忙碌 劳碌|欣赏 赏识|寻觅 寻找|会晤 会见|感触 感受|振奋 振作|慈祥 慈爱|
感激 感谢
""".replace("\n", "")
