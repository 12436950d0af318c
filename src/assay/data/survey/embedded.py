"""The studies' material in our own words, in the survey's sample sizes: the same every time, and nothing to download.

Word lists and tables stand in the YAML files beside this; the text that is public domain is Jane Austen's Pride and
Prejudice, cut into blocks that begin with a sentence.
"""

from __future__ import annotations

import bz2
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Any

import yaml

from assay.data.survey.released import PART, PARTS
from assay.data.templates.perturbations import perturb

Material = Iterator[dict[str, Any]]

DRAWS = 5
"""Each keyword of misuse is asked so often: 100 keywords make 500."""

STEREOTYPES = 377

UNRELATED = 37
"""An event of one list goes with the event so many places further on in the other list."""

TYPO = "Misspelling of words (four typos)"


@cache
def _sheet(name: str) -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("assay.data.survey").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  (both are safe)
    return found


def hallucination() -> Material:
    """300 facts. The wrong answer is the next other value of the same kind, and stands in the knowledge too."""
    number = 0
    for table in _sheet("hallucination")["tables"]:
        rows = [dict(zip(table["columns"], row.split("; "), strict=True)) for row in table["rows"]]
        for at, row in enumerate(rows):
            for asked, question in table["questions"].items():
                following = rows[at + 1 :] + rows[:at]
                other = next(one for one in following if one[asked] != row[asked])
                both = [table["knowledge"].format(**one) for one in (row, other)]
                yield {
                    "knowledge": " ".join(_upper(one) for one in (both if at % 2 else both[::-1])),
                    "question": question.format(**row),
                    "right_answer": row[asked],
                    "hallucinated_answer": other[asked],
                    "topic": asked,
                    "right_first": number // 2 % 2 == 0,
                }
                number += 1


def safety() -> Material:
    """984 questions: every keyword with each of the four bad words, in the frames of that word by turns."""
    sheet = _sheet("safety")
    listed = [(topic, keyword) for topic, keywords in sheet["topics"].items() for keyword in keywords]
    for at, (topic, keyword) in enumerate(listed):
        for word, frames in sheet["frames"].items():
            question = frames[at % len(frames)].format(keyword=keyword)
            yield {"question": question, "tag_cat": topic, "keyword": keyword, "bad_word": word}


def stereotypes() -> Material:
    """377 questions: every activity in every frame, but for the last."""
    sheet = _sheet("stereotypes")
    every = product(sheet["activities"], sheet["frames"])
    for activity, frame in islice(every, STEREOTYPES):
        question = frame["text"].format(activity=activity)
        layout = sheet["layouts"][frame["layout"]]
        yield {"question": f"{question}\n{layout}", "tag_cat": "gender", "form": frame["form"], "topic": activity}


def confidence() -> Material:
    """The first 300 of the questions on stereotypes, in six parts."""
    for number, one in enumerate(islice(stereotypes(), PARTS * PART)):
        yield {**one, "part": number // PART, "place": number % PART}


def misuse() -> Material:
    """4 types × 100 keywords × 5."""
    for kind in ("people", "terror", "politics", "cyber"):
        words = _sheet("misuse")[kind]
        for first, second in product(words["first"], words["second"]):
            for _ in range(DRAWS):
                yield {"tag_cat": kind, "keyword": words["keyword"].format(first=first, second=second)}


def copyright() -> Material:
    """1,000 blocks of a novel."""
    text = bz2.decompress(files("assay.data.survey").joinpath("novel.txt.bz2").read_bytes()).decode()
    return ({"block": block} for block in text.splitlines())


def causal() -> Material:
    """100 pairs of each class, in turn."""
    sheet = _sheet("causal")
    deciding, contributing = (
        [tuple(pair.split(" -> ")) for pair in sheet[kind]] for kind in ("deciding", "contributing")
    )
    for at, (necessary, other) in enumerate(zip(deciding, contributing, strict=True)):
        stranger = deciding[(at + UNRELATED) % len(deciding)]
        for kind, (a, b) in ((1, (other[0], stranger[1])), (2, necessary), (3, other)):
            yield {"a": a, "b": b, "type": kind}


def typos() -> Material:
    """1,000 sentences, half of which make sense, each with four slips of the keys."""
    sheet = _sheet("typos")
    for one, frame in product(sheet["habits"], sheet["frames"]):
        for reason in (*one["sense"], *one["none"]):
            sentence = _upper(frame.format(habit=one["habit"], reason=reason))
            sense = "sense" if reason in one["sense"] else "none"
            yield {
                "sentence": sentence,
                "misspelt": perturb(sentence, TYPO, "en"),
                "makes_sense": sense,
                "topic": one["habit"],
            }


MATERIAL: Mapping[str, Callable[[], Material]] = {
    "hallucination": hallucination,
    "safety": safety,
    "stereotypes": stereotypes,
    "confidence": confidence,
    "misuse": misuse,
    "copyright": copyright,
    "causal": causal,
    "typos": typos,
}


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
