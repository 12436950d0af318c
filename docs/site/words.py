"""The words of the menu and of the generated pages, in Chinese. What a docstring or a `--help` says stays English."""

from __future__ import annotations

from collections.abc import Callable, Mapping

CHINESE_WORDS: Mapping[str, str] = {
    # the menu
    "Start": "开始",
    "Measure": "测量",
    "Look": "查看",
    "Understand": "读懂数字",
    "Extend": "扩展",
    "More": "其他",
    # tasks
    "What is measured": "测什么",
    "A page for each task, made of the docstring in its module and of the catalogue.": (
        "每个任务一页，由模块的 docstring 和任务目录生成。docstring 是英文，照原样放在这里；标题和表头是中文。"
    ),
    "The text is the docstring of the task's module.": "下面这段正文是任务模块的 docstring，英文原文。",
    "task": "任务",
    "what": "内容",
    "rows": "题数",
    "Numbers": "指标",
    "measure": "指标",
    "better": "方向",
    "in the published leaderboard": "原榜中的名称",
    "what cannot be read": "无法判读的回复",
    "interval": "区间",
    "higher": "越高越好",
    "lower": "越低越好",
    "neither": "不论高低",
    "counts as wrong": "按答错计",
    "leaves the number; moves floor and ceiling": "不计入数值，只体现在下限与上限",
    "of a share": "比率的区间",
    "of a mean": "均值的区间",
    "bootstrap over clusters": "按簇自助法",
    "none": "无",
    "Judge: `{judge}`{needs}. Temperature {temperature}. Version {version} of the task.": (
        "裁判：`{judge}`{needs}。温度 {temperature}。任务版本 {version}。"
    ),
    " (needs {what})": "（需要 {what}）",
    "Rows and licence": "题目与许可",
    "data": "数据",
    "licence": "许可",
    "once the data is here": "取得数据后可知",
    "our own words, MIT": "自撰，MIT",
    "the archive is offered under MIT by its authors; what it is made of has licences of its own": (
        "作者以 MIT 发布整个存档；其中各来源另有各自的许可"
    ),
    "our own words after the survey's protocol, MIT": "按综述的规程自撰，MIT",
    "[Where the official data comes from](../../datasets.md), with each source's licence.": (
        "[官方数据从哪里来](../../datasets.md)，以及每个来源的许可。"
    ),
    "Deviations from the published toolkit": "与已发布工具包的差别",
    "published": "已发布工具包",
    "corrected": "校正计分",
    "Paper": "论文",
    "dimension {name}": "维度：{name}",
    "Try it": "试一试",
    # commands
    "The command line": "命令行",
    "Each command's `--help`, as a terminal shows it.": "各命令的 `--help`，与终端所示一致，英文原文。",
}

Say = Callable[[str], str]


def in_english(words: str) -> str:
    """As it stands."""
    return words


def in_chinese(words: str) -> str:
    """What stands for it.

    Raises:
        KeyError: words that nobody has translated.
    """
    return CHINESE_WORDS[words]
