"""What a model card discloses, by which sentence; what it leaves open, and what it refuses to say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.errors import DataError
from assay.scorecard import Finding, as_json, disclosures, scorecard
from commands import assay, refused

CARDS = Path(__file__).parent / "cards"
ALL = {one.id for one in disclosures()}


def found(text: str) -> dict[str, Finding]:
    return {one.disclosure.id: one for one in scorecard(text)}


def of(name: str) -> dict[str, Finding]:
    return found((CARDS / name).read_text(encoding="utf-8"))


def made(card: dict[str, Finding]) -> set[str]:
    return {name for name, one in card.items() if one.state == "made"}


def test_the_list_covers_both_dimensions_and_asks_for_trust_technologies() -> None:
    assert {one.dimension for one in disclosures()} == {"transparency", "accountability"}
    assert {one.id for one in disclosures() if one.part == "trust technology"} >= {
        "alignment", "data_filtering", "moderation", "red_teaming"
    }  # fmt: skip
    assert len(ALL) == len(disclosures())


@pytest.mark.parametrize("name", ["full.en.md", "full.zh.md"])
def test_a_card_that_says_everything_has_everything(name: str) -> None:
    assert ALL - made(of(name)) == set()


def test_the_sentence_that_makes_it_is_shown_with_its_heading() -> None:
    card = of("full.en.md")
    assert card["red_teaming"].sentence == "Forty people red-teamed the model for six weeks."
    assert card["red_teaming"].where.endswith("Safety")
    assert card["licence"].where == "front matter: license" and card["licence"].sentence == "apache-2.0"
    assert card["evaluation"].sentence == "MMLU 58.4"


def test_a_template_that_nobody_filled_in_discloses_nothing() -> None:
    assert made(of("template.md")) == set()


def test_an_empty_card_discloses_nothing() -> None:
    assert {one.state for one in scorecard("")} == {"absent"}


def test_a_refusal_to_say_is_no_disclosure_and_is_told_apart() -> None:
    card = of("secretive.md")
    assert card["data_sources"].state == card["size"].state == "denied"
    assert "do not disclose" in card["data_sources"].sentence
    assert card["data_cutoff"].state == "absent"
    assert {"limitations"} <= made(card)


@pytest.mark.parametrize(
    ("id", "sentence"),
    [
        ("size", "The model has 7B parameters."),
        ("size", "模型参数规模为 70 亿。"),
        ("data_sources", "The training corpus consists of filtered web pages."),
        ("data_cutoff", "Its knowledge cutoff is March 2024."),
        ("compute", "Training took 1.7M GPU hours."),
        ("alignment", "We applied RLHF."),
        ("alignment", "通过人类反馈进行对齐。"),
        ("red_teaming", "发布前由外部专家进行了越狱测试。"),
        ("moderation", "All outputs carry a watermark."),
        ("misuse", "Do not use this model for surveillance."),
        ("contact", "Questions? team@example.org"),
        ("audit", "An external audit took place in 2025."),
    ],
)
def test_one_sentence_is_enough(id: str, sentence: str) -> None:
    assert id in made(found(f"# Model\n\n{sentence}\n"))


@pytest.mark.parametrize(
    ("id", "sentence"),
    [
        ("size", "The image shows 7 boats."),
        ("data_sources", "Thank you for reading this page."),
        ("red_teaming", "The team wore red shirts."),
        ("data_filtering", "Filter the coffee before you drink it."),
        ("alignment", "Text is aligned to the left."),
        ("audit", "The library works independently of any backend."),
        ("energy", "The model is carbon copied to the server."),
        ("personal_data", "This is my personal opinion."),
        ("compliance", "It answers any question."),
        ("evaluation", "Read the paper for our results."),
        ("monitoring", "Plug the monitor in."),
        ("moderation", "Use in moderation, like coffee, and enjoy."),
    ],
)
def test_words_alone_are_no_disclosure(id: str, sentence: str) -> None:
    assert id not in made(found(f"# Model\n\n{sentence}\n"))


def test_code_and_comments_say_nothing() -> None:
    assert made(found("```\ntrained with RLHF, contact a@b.example\n```\n<!-- trained with RLHF -->\n")) == set()


def test_front_matter_that_is_no_yaml_is_an_error_that_says_where() -> None:
    with pytest.raises(DataError, match="front matter"):
        scorecard("---\nlicense: [a\n---\n# Model\n")


def test_counts_add_up() -> None:
    counted = as_json("x", scorecard((CARDS / "secretive.md").read_text(encoding="utf-8")))
    for one in (*counted["dimensions"].values(), counted["trust_technologies"]):
        assert one["made"] + one["denied"] + one["absent"] == one["of"] > 0


def test_the_command(tmp_path: Path) -> None:
    done = assay("card", CARDS / "full.en.md")
    assert done.exit_code == 0 and "Forty people red-teamed" in done.output and "transparency:" in done.output
    assert "红队" in assay("card", CARDS / "full.zh.md", "--lang", "zh").output
    parsed = json.loads(assay("card", CARDS / "secretive.md", "--json").output)
    assert parsed["dimensions"]["transparency"]["denied"] >= 2
    refused(assay("card", tmp_path / "none.md"), 1, "none.md", "model card")
