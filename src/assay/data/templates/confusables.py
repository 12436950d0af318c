"""What is easily taken for something else: synonyms, neighbouring keys, characters alike to ear or eye."""

from __future__ import annotations

from collections.abc import Mapping


def _pairs(listed: str) -> Mapping[str, str]:
    return {pair[0]: pair[1] for pair in listed.split()}


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

KEYBOARD: Mapping[str, str] = {
    key: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _ROWS for at, key in enumerate(row)
}
"""A letter's neighbours to the left and right."""

SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "adult": "grown-up", "advice": "guidance", "afraid": "scared", "badly": "poorly",
        "changed": "altered", "cheap": "inexpensive", "child": "kid", "children": "kids",
        "compare": "contrast", "damaging": "harming", "decide": "determine", "describe": "outline",
        "difficulties": "problems", "dinner": "supper", "evening": "night-time", "explain": "clarify",
        "give": "offer", "goods": "wares", "happens": "occurs", "heap": "pile", "hike": "trek",
        "hurt": "ache", "ideas": "notions", "important": "essential", "income": "salary",
        "influence": "affect", "journey": "trip", "larger": "bigger", "likely": "probable",
        "main": "chief", "meets": "gathers", "pack": "bring", "parents": "mothers and fathers",
        "polite": "courteous", "pots": "containers", "prepare": "get ready", "principles": "ground rules",
        "quick": "fast", "reasons": "causes", "remedies": "cures", "residents": "inhabitants",
        "rise": "climb", "routine": "ritual", "safe": "secure", "short": "brief", "show": "present",
        "shy": "timid", "simple": "easy", "slow": "sluggish", "small": "little", "somebody": "someone",
        "someone": "somebody", "student": "pupil", "suggest": "propose", "travelled": "moved",
        "ways": "methods", "why": "for what reason", "write": "compose",
    },
    "zh": {
        "为什么": "为何", "介绍": "讲讲", "便宜": "实惠", "准备": "预备", "列出": "罗列", "半夜": "深夜",
        "厨房": "灶间", "原因": "缘由", "变化": "改变", "可以": "能够", "可能": "也许", "后背": "背部",
        "困难": "难题", "大多数": "多数", "孩子": "小孩", "安排": "规划", "害怕": "惧怕", "帮助": "协助",
        "应该": "该", "建议": "意见", "影响": "左右", "思想": "观念", "怎样": "如何", "怎么": "如何",
        "推荐": "介绍", "描述": "叙述", "方法": "办法", "早晨": "清晨", "晚上": "夜晚", "比较": "对比",
        "每天": "天天", "父母": "爸妈", "生活": "日子", "简单": "简便", "简短": "简要", "经常": "时常",
        "绝对": "千万", "解决": "处理", "解释": "讲清", "讲解": "讲授", "说明": "阐述", "货物": "商品",
        "适合": "适宜", "邻居": "街坊", "重要": "要紧",
    },
}  # fmt: skip
"""Words that can stand in for each other in an instruction, in lower case."""

SLIPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"\bA (?=[bcdfgj-np-tv-z])", "An "),
        (r"\ba (?=[bcdfgj-np-tv-z])", "an "),
        (r"\ban (?=[aeiou])", "a "),
        (r"\bthe (?=[a-z])", ""),
        (r"\bis\b", "are"),
        (r"\bare\b", "is"),
        (r"\bdoes\b", "do"),
        (r"\bhas\b", "have"),
        (r"\bwho (\w{3,})s\b(?! a| the)", r"who \1"),
        (r"\b(can|should|could|must)\b(?= [a-z])", r"\1 to"),
        (r"\A(Explain|Describe|Compare|List|Write|Suggest|Give|Show|Name)\b", r"\1s"),
        (r"\b(two|three|four|six) (\w+)s\b", r"\1 \2"),
        (r"\bto (sharpen|learn|plan|grow|hike|swim)\b", r"to \1ing"),
    ),
    "zh": (
        (r"(?<!目)的(?=[\u4e00-\u9fff])", "地"),
        (r"(?<=[\u4e00-\u9fff])得(?=[\u4e00-\u9fff])", "的"),
        (r"一位", "一条"),
        (r"一名", "一头"),
        (r"一份", "一只"),
        (r"一个", "一"),
        (r"一道", "一根"),
        (r"请(?=[\u4e00-\u9fff])", "请了"),
        (r"怎样", "怎样的"),
        (r"为什么", "为什么是"),
        (r"应该", "应该着"),
        (r"哪些", "哪些个"),
        (r"会(?=[\u4e00-\u9fff])", "会着"),
    ),
}
"""Pattern and replacement of common grammatical errors."""

HOMOPHONES: Mapping[str, str] = _pairs(
    "安按 半伴 帮邦 备倍 比笔 变便 表标 不步 材才 菜蔡 成城 程成 出初 处触 传船 词辞 大达 单丹 到道 道到 "
    "地第 第地 电店 定订 东冬 动洞 对队 多夺 发法 法发 方芳 放访 份分 风封 父付 改该 高糕 个各 给几 工公 "
    "公工 关官 管馆 规归 国果 过锅 还环 孩还 害亥 和合 合和 后厚 呼乎 花化 化话 话划 会汇 活火 货获 机基 "
    "几己 记纪 家佳 坚尖 间尖 简减 件建 建件 讲奖 教叫 较教 介界 解姐 金今 近进 进近 经京 静净 就旧 具巨 "
    "决绝 觉决 可渴 况矿 困捆 理里 里理 力利 利力 立力 两俩 量亮 列裂 邻林 流留 楼喽 乱卵 旅吕 律绿 绿率 "
    "慢曼 没梅 每美 美每 密蜜 描苗 明名 母亩 哪那 内那 年念 排牌 片骗 品拼 期七 其奇 起启 气汽 前钱 钱前 "
    "情请 请情 去趣 全权 人仁 认任 如入 三叁 伤商 上尚 身深 深身 生声 声生 时实 实时 食时 使始 事是 是事 "
    "适是 市式 收手 手守 书输 述树 数树 谁随 睡税 说硕 思司 四寺 诉素 速素 他她 太泰 谈坛 题提 体提 天添 "
    "条调 停亭 同童 图途 推退 外歪 完玩 玩完 晚碗 为维 位味 文闻 问文 我握 屋乌 西希 息希 习席 喜洗 细系 "
    "下夏 先鲜 现线 线现 想响 向像 相香 箱香 小晓 写些 新心 心新 信性 性幸 星腥 行形 型形 学雪 样痒 要药 "
    "也野 业叶 一衣 衣依 医衣 已以 以已 意易 议义 因音 音因 影映 用佣 由油 有友 友有 又右 于鱼 雨语 语雨 "
    "育玉 员圆 原元 源原 院愿 月越 在再 再在 早枣 怎增 长常 丈仗 这浙 真针 正政 证正 之知 只支 知之 直值 "
    "址止 指止 至致 志至 中钟 种肿 周州 主煮 住注 资姿 自字 字自 总宗 最醉 作做 做作 坐座 "
)
"""A character → another that is typed with the same or nearly the same sound."""

LOOKALIKES: Mapping[str, str] = _pairs(
    "人入 入人 大太 太大 天夭 夫天 土士 士土 己已 已己 未末 末未 日曰 目日 白自 自白 田由 由田 甲由 申甲 "
    "午牛 牛午 千干 干千 于干 王玉 玉王 主王 住往 往住 今令 令今 贝见 见贝 西酉 木本 本木 术木 休体 体休 "
    "兔免 免兔 鸟乌 乌鸟 候侯 晴睛 睛晴 清请 请清 情清 精清 请情 拨拔 折拆 拆折 狠狼 粟栗 析折 刀力 力刀 "
    "为办 办为 处外 外处 历厉 厂广 广厂 厨橱 房户 户尸 问间 间问 闷间 们门 他地 地他 池他 说悦 悦说 讲井 "
    "怎作 作怎 样祥 什仕 么公 公么 好奴 如奴 奴如 的约 约的 在庄 不丕 要耍 耍要 哪那 那哪 和积 种钟 科料 "
    "料科 用甩 甩用 电甩 明朋 朋明 时对 对时 过这 这过 还坏 坏还 道首 送进 进迸 近迈 连莲 一— 四西 个介 "
    "介个 介价 会合 合会 全金 金全 余佘 每母 母每 海悔 梅悔 活话 话活 治冶 冶治 况兄 冷泠 凉谅 决快 快决 "
    "块快 音意 意音 竟竞 竞竟 章意 早旱 旱早 草早 卓早 晚挽 易昜 晒洒 洒晒 洗冼 酒洒 游旅 旅游 族旅 放故 "
    "故放 教数 数教 收攻 政攻 改攻 孩核 核孩 该刻 刻该 理埋 埋理 量置 重里 两雨 雨两 网罔 同间 向问 何河 "
    "河何 可司 司可 句旬 各名 名各 吃乞 听昕 喝渴 渴喝 呢妮 味昧 昧味 哭器 写与 与写 考老 老考 者老 孝考 "
    "学字 字学 安女 完宗 宗完 定走 宁宇 家冢 密蜜 蜜密 官宫 宫官 管菅 答荅 笔毛 等寺 筒简 简筒 第弟 弟第 "
    "算箅 爱受 受爱 爪瓜 瓜爪 父文 文父 交文 衣农 农衣 医匠 区匹 匹区 巨臣 "
)
"""A character → another that is drawn almost the same."""

FUNCTION_WORDS = (
    "为什么", "怎样", "怎么", "什么", "哪些", "应该", "可以", "而且", "请", "的", "了", "在", "和", "与",
    "把", "给", "用", "向", "为", "从", "有", "对", "才", "让", "是", "着", "吗", "呢", "并", "里",
)  # fmt: skip
"""Chinese words that join phrases and belong to none, longest first."""
