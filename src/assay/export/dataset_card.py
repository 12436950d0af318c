"""The README of an export, in English and Chinese, with the front matter that dataset hubs read. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from assay.export.grading import Example, error_of

USES = {
    "sft": ("SFTTrainer", "good replies to imitate", "可供模仿的好回复"),
    "dpo": ("DPOTrainer", "a good and a bad reply to each prompt", "同一提示下一好一坏两个回复"),
    "kto": ("KTOTrainer", "replies, each with whether it was good", "带好坏标签的回复"),
    "reward": ("RewardTrainer", "a good and a bad reply, prompt included", "含提示的一好一坏两个回复"),
}

CARD = """\
---
language: [{langs}]
{front_licence}
tags: [assay, alignment, trustworthiness, {form}]
task_categories: [text-generation]
---

# {count} {form} examples out of a trust evaluation

{what}, from replies that `assay` asked for and judged. Layout: {layout}; TRL's {trainer} reads `train.jsonl` as it is.

{table}

* **Models** that wrote the replies: {models}. Their terms of use say whether other models may be trained on them.
* **Judges** that called them good or bad, and how often they err: {judges}. What a judge gets wrong is learned.
* **Data** that the prompts are from: {data}. Prompts of safety tasks ask for harmful things; bad replies may give them.
* **Licence** of the prompts: {licences}. That of the replies is in the terms of the models that wrote them.
* **Held out**: whole topics and templates, about {share:.0%} of all items and more or less than that of a single task,
  are not in here. Score the trained model on those (`assay run MODEL --unseen manifest.json`);
  `--trained-on manifest.json` says how many rows of another run it has met.
* Every line names its task, item, topic, group, model, verdict and the words that decided.

# {count} 条 {form} 样本，来自可信度评测

{what_zh}，均由 `assay` 提问并评判。格式：{layout}；TRL 的 {trainer} 可直接读取 `train.jsonl`。

* **写出回复的模型**：{models}。能否用来训练别的模型，以其使用条款为准。
* **评判者及其误差**：{judges}。评判错了，模型也会学错。
* **提示来自**：{data}。安全类任务的提示要求有害内容，坏回复里可能真的含有。
* **提示的许可**：{licences}。回复的许可以写出它们的模型的使用条款为准。
* **留出部分**：整个主题、整个模板地留出，占全部条目的约 {share:.0%}（单个任务可能多些或少些），不在本数据中。
  训练后请只在留出部分上评测
  （`assay run MODEL --unseen manifest.json`）；`--trained-on manifest.json` 会报告其他评测里有多少条是模型见过的。
* 每一行都写明任务、条目、主题、分组、模型、判定和判定依据。
"""


def dataset_card(
    form: str, layout: str, share: float, runs: Sequence[Mapping[str, Any]], examples: Sequence[Example]
) -> str:
    """The card.

    Args:
        form: what the trainer learns from.
        layout: of the lines.
        share: of the items that are held out.
        runs: run.json of each.
        examples: one a line.
    """
    trainer, what, what_zh = USES[form]
    cards = {name: card for run in runs for name, card in run["judges"].get("cards", {}).items()}
    judges = sorted({one.judge for one in examples})
    licences = sorted({one.source["licence"] for one in examples})
    return CARD.format(
        langs=", ".join(sorted({one.lang for one in examples})),
        form=form,
        layout=layout,
        trainer=trainer,
        count=len(examples),
        what=what[0].upper() + what[1:],
        what_zh=what_zh,
        table=_table(examples),
        models=", ".join(sorted({one.model for one in examples})),
        judges="; ".join(f"{judge}, {error_of(judge, cards)}" for judge in judges),
        data=", ".join(sorted({f"{data_name(run)} (sha256 {run['data']['sha256'][:12]})" for run in runs})),
        licences="; ".join(licences),
        front_licence="license: mit" if licences == ["MIT"] else "license: other\nlicense_name: several-see-below",
        share=share,
    )


def data_name(run: Mapping[str, Any]) -> str:
    """What a run was asked from: of a file or folder its name, since where it lay is nobody's business."""
    return PurePath(run["data"]["name"]).name


def _table(examples: Sequence[Example]) -> str:
    counts = Counter((one.task, one.lang) for one in examples)
    langs = sorted({lang for _, lang in counts})
    tasks = sorted({task for task, _ in counts})
    head = [f"| task | {' | '.join(langs)} |", f"|---|{'---|' * len(langs)}"]
    return "\n".join(head + [f"| {task} | {' | '.join(str(counts[task, lang]) for lang in langs)} |" for task in tasks])
