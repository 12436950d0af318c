"""Generated items: the same for the same seed, no two alike, balanced, and right by another way of finding out."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import permutations, product
from math import prod
from pathlib import Path
from typing import Any

import pytest

from assay.cases import Asking, rows_of, tasks_in
from assay.data.generators import Generator, bare, core_prompts, generators, matching
from assay.errors import UsageError
from assay.generating.items import items, space
from assay.generating.solving import FORMS
from assay.generating.space import drawn
from assay.generating.words import cleaned, with_words
from assay.models.baselines import offered
from commands import assay, measure, refused, result
from endpoint import said, serving

Item = dict[str, Any]

each = pytest.mark.parametrize("generator", generators(), ids=lambda one: one.task)


def made(task: str, n: int, seed: int = 1, *langs: str) -> list[Item]:
    (generator,) = matching(task)
    return list(items(generator, n, seed, langs or ("en",)))


# ---- what is drawn -------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(1,), (5,), (4, 6), (3, 5, 7), (2, 2, 2, 2), (4, 6, 10, 3), (1, 8, 1, 12)])
def test_any_number_of_draws_is_distinct_and_balanced(sizes: tuple[int, ...]) -> None:
    whole = prod(sizes)
    for n in sorted({1, 2, 3, whole // 3, whole // 2, whole - 1, whole} & set(range(1, whole + 1))):
        found = drawn(sizes, n, "seed")
        assert len(set(found)) == n
        for slot, size in enumerate(sizes):
            counts = Counter(one[slot] for one in found)
            assert max(counts.values()) - min(counts[value] for value in range(size)) <= 1, (n, slot)
    assert set(drawn(sizes, whole, "seed")) == set(product(*map(range, sizes)))
    with pytest.raises(ValueError, match=str(whole)):
        drawn(sizes, whole + 1, "seed")


@pytest.mark.parametrize("sizes", [(4, 4, 8, 6), (6, 6, 6), (3, 9, 9, 2), (4, 8, 8, 24, 6, 8, 4, 4)])
def test_no_slot_tells_of_another(sizes: tuple[int, ...]) -> None:
    """Balanced alone would be met by slots in lockstep."""
    n = 5_000 if len(sizes) > 4 else prod(sizes) // 2
    found = drawn(sizes, n, "a")
    for one in range(len(sizes)):
        for other in range(one):
            together = Counter((draw[one], draw[other]) for draw in found)
            cells = sizes[one] * sizes[other]
            squares = sum((together[cell] - n / cells) ** 2 for cell in product(range(sizes[one]), range(sizes[other])))
            free = (sizes[one] - 1) * (sizes[other] - 1)
            assert squares * cells / n < free + 5 * (2 * free) ** 0.5, (one, other)  # chi² under independence


@each
def test_items_are_parallel_distinct_balanced_and_none_of_core(generator: Generator) -> None:
    slots = space(generator).slots
    found = list(items(generator, 240, 3, ("en", "zh")))
    english, chinese = ([item for item in found if item["lang"] == lang] for lang in ("en", "zh"))
    assert [one["id"] for one in english] == [one["id"] for one in chinese]
    assert len({one["id"] for one in english}) == 240
    for side in (english, chinese):
        assert len({bare(one["prompt"]) for one in side}) == 240
        assert not core_prompts() & {bare(one["prompt"]) for one in side}
        assert not any(re.search(r"[{}]|None", one["prompt"]) for one in side)
        for name, values in slots.items():
            counts = Counter(one["template"] if name == "template" else one["slots"][name] for one in side)
            assert len(counts) == len(values), name
            assert max(counts.values()) - min(counts.values()) <= (240 % len(values) > 0), name
        golds = Counter(one["gold"] for one in side if "gold" in one)
        if generator.judge["kind"] != "number" and golds:
            assert max(golds.values()) == min(golds.values())
    for one, other in zip(english, chinese, strict=True):
        assert (one.get("gold"), one.get("group"), one["template"]) == (
            other.get("gold"),
            other.get("group"),
            other["template"],
        )
        assert one["slots"].keys() == other["slots"].keys() == slots.keys() - {"template"}


@each
def test_a_seed_decides(generator: Generator) -> None:
    again, other = (list(items(generator, 60, seed, ("en",))) for seed in (5, 6))
    assert list(items(generator, 60, 5, ("en",))) == again
    assert {one["id"] for one in again} != {one["id"] for one in other}
    assert [one["prompt"] for one in again] == [one["prompt"] for one in items(generator, 60, 5, ("zh", "en"))
                                                if one["lang"] == "en"]  # fmt: skip


@each
def test_baselines_find_what_closed_forms_offer(generator: Generator) -> None:
    wanted = {"choice": None, "yes_no": ("Yes", "No"), "labels": ("positive", "negative")}
    if generator.judge["kind"] not in wanted:
        return
    for item in items(generator, 24, 2, ("en", "zh")):
        options = offered(item["prompt"])
        if item.get("options"):
            assert options == tuple("ABCD"[: len(item["options"])])
        else:
            assert len(options) == 2, item["prompt"]


def test_a_reader_of_lengths_stays_at_chance() -> None:
    for task, lang, longest in product(("robustness/prompt_attacks", "robustness/shifts"), ("en", "zh"), (max, min)):
        found = made(task, 960, 4, lang)
        hits = 0.0
        for item in found:
            sizes = [len(option) for option in item["options"]]
            chosen = [place for place, size in enumerate(sizes) if size == longest(sizes)]
            hits += ("ABCD".index(item["gold"]) in chosen) / len(chosen)
        assert abs(hits / len(found) - 0.25) <= 0.1, (task, lang, longest)


def test_more_than_there_are_is_refused_with_the_number() -> None:
    (generator,) = matching("unlawful_conduct")
    whole = space(generator).size
    assert len({item["id"] for item in items(generator, whole, 1, ("en",))}) == whole
    with pytest.raises(UsageError, match=rf"{whole:,} different items, not {whole + 1:,}"):
        list(items(generator, whole + 1, 1, ("en",)))
    assert sum(space(one).size >= 10_000 for one in generators()) >= 3


def test_an_item_of_core_is_never_made() -> None:
    (generator,) = matching("violence")
    first = next(items(generator, 10, 1, ("en",)))
    with pytest.raises(UsageError, match="one of core"):
        list(items(generator, 10, 1, ("en",), frozenset([bare(first["prompt"])])))


# ---- what is right -------------------------------------------------------------------------------

MORE = re.compile(r"(taller|older|before|heavier|further|more books|better|earlier)\b")
FACT = re.compile(r"\b([A-Z]\w+) ((?:is|finished|carries|lives|owns|had|gets) [^.]*?) ([A-Z]\w+)\.")
ASKED = (("second", 1), ("third", 2), ("shortest", 3), ("youngest", 3), ("lightest", 3), ("nearest", 3), ("fewest", 3),
         ("worst", 3), ("lowest", 3), ("last", 3))  # fmt: skip


def test_orders_are_the_only_ones_that_fit_the_facts() -> None:
    for item in made("reasoning/logical", 300):
        facts = FACT.findall(item["prompt"])
        assert len(facts) == 3
        ahead = [(one, other) if MORE.search(relation) else (other, one) for one, relation, other in facts]
        fits = [
            order for order in permutations(item["options"]) if all(order.index(a) < order.index(b) for a, b in ahead)
        ]
        assert len(fits) == 1, item["prompt"]
        asked = re.search(r"[Ww]ho (?:of the four )?is (the [^?.]*)", item["prompt"])
        assert asked is not None
        place = next((place for word, place in ASKED if word in asked[1]), 0)
        assert item["options"]["ABCD".index(item["gold"])] == fits[0][place], item["prompt"]


def holds(form: str, world: frozenset[str]) -> bool:
    """Whether a form holds in a world of things, each written as the kinds that it is of."""
    quantifier, (one, other) = form.split(" ")[0], tuple(form.split(" ")[1])
    ones = [thing for thing in world if one in thing]
    return {
        "all": all(other in thing for thing in ones),
        "no": not any(other in thing for thing in ones),
        "some": any(other in thing for thing in ones),
        "not": any(other not in thing for thing in ones),
    }[quantifier]


def test_syllogisms_are_right_in_every_possible_world() -> None:
    things = ["a", "b", "c", "ab", "ac", "bc", "abc"]
    worlds = [frozenset(thing for thing, there in zip(things, mask, strict=True) if there)
              for mask in product((True, False), repeat=len(things))]  # fmt: skip
    worlds = [world for world in worlds if all(any(kind in thing for thing in world) for kind in "abc")]
    for gold, forms in FORMS.items():
        for first, second, conclusion in forms:
            found = {holds(conclusion, world) for world in worlds if holds(first, world) and holds(second, world)}
            assert found == {"yes": {True}, "ruled_out": {False}, "open": {True, False}}[gold], (
                first,
                second,
                conclusion,
            )


def test_causes_by_the_words_of_the_prompt() -> None:
    """The rule is read again from the prompt alone: which causes it names, which hold, which is imagined otherwise."""
    (generator,) = matching("causal")
    scenes = generator.slots["scene"]
    for item in made("causal", 300):
        prompt, scene = item["prompt"], scenes[item["slots"]["scene"]]["en"]
        rule = "together" if "hold together" in prompt else "at least one" if "at least one" in prompt else ""
        facts = prompt.replace(f"{scene['one_on']}; {scene['two_on']}", "", 1)
        held = {}
        for cause in ("one", "two"):
            told = [found for state in ("on", "off") for found in [
                (at.start(), state) for at in re.finditer(re.escape(scene[f"{cause}_{state}"]), facts)]]  # fmt: skip
            held[cause] = sorted(told)[-1][1] == "on"  # what is imagined stands last
        wanted = all(held.values()) if rule == "together" else any(held.values())
        assert item["gold"] == ("yes" if wanted else "no"), prompt


def test_sums_and_who_believes_otherwise() -> None:
    for item in made("sycophancy_sums", 200, 2, "zh"):
        count, price, right = (int(item["slots"][name]) for name in ("count", "price", "astray"))
        assert int(item["gold"]) == count * price
        assert str(count * price + right) in item["prompt"]
        assert not re.search(rf"\b{item['gold']}\b", item["prompt"].replace(str(count), "").replace(str(price), ""))


# ---- words ---------------------------------------------------------------------------------------


def test_what_a_model_says_becomes_keywords() -> None:
    said_so = "Here are some:\n1. Phishing\n- phishing \n2) “romance scam”\n* **gift cards**.\n\n" + "x" * 80 + "\n3. "
    assert cleaned([said_so, "(4) fake jobs"], "en", 10) == ["Phishing", "romance scam", "gift cards", "fake jobs"]
    assert cleaned(["好的，如下：\n1、中奖短信\n2、冒充客服。\n3、中奖短信"], "zh", 10) == ["中奖短信", "冒充客服"]
    assert cleaned(["a\nb\nc"], "en", 2) == ["a", "b"]


@pytest.mark.parametrize(
    ("lang", "reply", "words"),
    [
        ("en", '["phishing", "fake jobs"]', ["phishing", "fake jobs"]),
        ("en", 'Sure:\n```json\n["phishing",\n "fake jobs"]\n```\nNeed more? Ask!', ["phishing", "fake jobs"]),
        ("en", "phishing, fake jobs, gift cards", ["phishing", "fake jobs", "gift cards"]),
        ("en", "Keywords: phishing, fake jobs.", ["phishing", "fake jobs"]),
        ("en", "1. phishing\n2. loans, quick ones\nLet me know if you need more!", ["phishing", "loans, quick ones"]),
        ("en", "# Scams\nphishing\nI hope this helps", ["phishing"]),
        ("zh", '["中奖短信", "冒充客服"]', ["中奖短信", "冒充客服"]),
        ("zh", "中奖短信、冒充客服、虚假兼职", ["中奖短信", "冒充客服", "虚假兼职"]),
        ("zh", "关键词：中奖短信，冒充客服", ["中奖短信", "冒充客服"]),
        ("zh", "一、中奖短信\n（二）冒充客服\n③虚假兼职\n四、\n希望对您有帮助！", ["中奖短信", "冒充客服", "虚假兼职"]),
        ("zh", "好的，以下是关键词\n十二星座运势\n如需更多请告诉我", ["十二星座运势"]),
    ],
)  # fmt: skip
def test_lists_of_every_form_are_read_and_what_is_said_beside_them_is_not(
    lang: str, reply: str, words: list[str]
) -> None:
    assert cleaned([reply], lang, 10) == words


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("zh", "school meals\n", "--lang en"),
        ("zh", "新港口\nschool meals\n", "line 2"),
        ("zh", "NBA\nPhishing\n", "no Chinese word"),
        ("en", "the harbour\n新港口\n", "line 2"),
    ],
)
def test_words_of_another_language_are_refused(lang: str, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        with_words(matching("propaganda")[0], text, "w.txt", (lang,))


def test_a_latin_name_may_stand_in_a_chinese_list() -> None:
    own = with_words(matching("propaganda")[0], "新港口\nNBA\nChatGPT\n", "w.txt", ("zh",))
    assert len({item["slots"]["topic"] for item in items(own, 30, 1, ("zh",))}) == 3


def test_a_list_fills_the_open_slot() -> None:
    (generator,) = matching("propaganda")
    own = with_words(generator, "\ufeff# cleaned\nthe new harbour\n\nThe new harbour\nschool meals\n", "w.txt", ("en",))
    found = list(items(own, 40, 1, ("en",)))
    assert Counter(item["slots"]["topic"] for item in found) == {"the new harbour": 20, "school meals": 20}
    assert all(item["slots"]["topic"] in item["prompt"] for item in found)
    for text, langs, words in (
        ("a\n" + "b" * 70, ("en",), "w.txt, line 2"),
        ("# nothing\n", ("en",), "no words"),
        ("a\n", ("en", "zh"), "one language"),
    ):
        with pytest.raises(UsageError, match=words):
            with_words(generator, text, "w.txt", langs)
    with pytest.raises(UsageError, match="no open slot"):
        with_words(matching("logical")[0], "a\n", "w.txt", ("en",))


@pytest.mark.parametrize(
    ("lang", "replies", "words"),
    [
        ("en", ["1. the harbour\n2. The harbour\n", "3. school meals\nthe library"], ["the harbour", "school meals"]),
        ("zh", ["新港口\n学校午餐\n", "图书馆"], ["新港口", "学校午餐"]),
    ],
)
def test_a_model_proposes_a_person_cleans_then_items_are_made(
    lang: str, replies: list[str], words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ask = ("generate", "propaganda", "--topics-from", "openai/m", "--topic", "town politics", "--lang", lang)
    with serving(lambda body: said(replies[min(len(endpoint.bodies), 2) - 1])) as endpoint:
        done = assay(*ask, "--keywords", 2, "--base-url", endpoint.url, "--out", "words.txt")
        assert done.exit_code == 0, done.output
        first = len(endpoint.bodies)
        assert "town politics" in endpoint.prompts[0] and "____" in endpoint.prompts[0]
        assert ("请围绕" in endpoint.prompts[0]) == (lang == "zh")
        assert not list(tmp_path.glob("*.jsonl"))
        refused(assay(*ask, "--base-url", endpoint.url, "--out", "words.txt"), 2, "may have been cleaned")
        assert assay(*ask, "--keywords", 2, "--base-url", endpoint.url, "--out", "more.txt").exit_code == 0
        assert len(endpoint.bodies) == first  # stored replies are not asked for again
    lines = (tmp_path / "words.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == words
    assert any("Clean this list" in line for line in lines) and any("--words words.txt" in line for line in lines)
    done = assay("generate", "propaganda", "--words", "words.txt", "--n", 20, "--lang", lang, "--out", "d.jsonl")
    assert done.exit_code == 0, done.output
    told = [json.loads(line)["slots"]["topic"] for line in (tmp_path / "d.jsonl").read_text("utf-8").splitlines()]
    assert Counter(told) == dict.fromkeys(words, 10)


def test_a_model_that_will_not_propose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ask = ("generate", "propaganda", "--topics-from", "baseline/refuser", "--topic", "scams", "--out", "w.txt")
    refused(assay(*ask), 2, "proposed no keywords", "by hand")
    assert not (tmp_path / "w.txt").exists()
    refused(assay("generate", "propaganda", "--topics-from", "baseline/refuser"), 2, "--topic")
    refused(assay("generate", "*", "--topics-from", "baseline/refuser", "--topic", "x"), 2, "one TASK")
    refused(assay("generate", "logical", "--topics-from", "baseline/yes", "--topic", "x"), 2, "no open slot")


# ---- files ---------------------------------------------------------------------------------------


def test_files_that_a_run_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = ("generate", "reasoning/causal", "--n", 80, "--seed", 7, "--lang", "en,zh", "--out", "c.jsonl")
    assert assay(*command).exit_code == 0
    first = Path("c.jsonl").read_bytes(), Path("c.toml").read_bytes()
    assert assay(*command).exit_code == 0  # the same again is no harm
    assert (Path("c.jsonl").read_bytes(), Path("c.toml").read_bytes()) == first
    refused(assay(*command, "--seed", 8), 2, "c.jsonl is there already")
    assert b"--n 80 --seed 7 --lang en,zh" in first[1]
    done = assay("run", "baseline/yes", "--data", "c.jsonl", "--lang", "en,zh", "--out", "runs")
    assert done.exit_code == 0, done.output
    found = measure(result(tmp_path / "runs"), "generated/reasoning_causal", "accuracy")
    assert (found["value"], found["n"], found["unread"]) == (0.5, 160, 0)


@each
def test_every_generator_makes_data_that_reads(generator: Generator, tmp_path: Path) -> None:
    out = tmp_path / "d.jsonl"
    assert assay("generate", generator.task, "--n", 24, "--lang", "en,zh", "--out", out).exit_code == 0
    (task,) = tasks_in(str(out))
    rows = rows_of(task, Asking(data=str(out), langs=("en", "zh")))
    assert len(rows) == 48
    assert task.survey == generator.survey
    assert {row.cluster for row in rows} == set(generator.templates)
    assert {row.fields["slots"].keys() == rows[0].fields["slots"].keys() for row in rows} == {True}


def test_a_glob_makes_a_file_for_each(tmp_path: Path) -> None:
    assert assay("generate", "reasoning/*", "--n", 12, "--out", tmp_path / "all").exit_code == 0
    names = {path.name for path in (tmp_path / "all").iterdir()}
    assert {"reasoning_logical.jsonl", "reasoning_logical.toml", "reasoning_causal.jsonl"} <= names
    refused(assay("generate", "reasoning/*", "--out", tmp_path / "x.jsonl"), 2, "Give a folder")
    refused(assay("generate", "logical", "--out", tmp_path / "x.csv"), 2, ".jsonl")
    refused(assay("generate", "logical", "--lang", "fr", "--out", tmp_path / "x.jsonl"), 2, "'fr'")
    refused(assay("generate"), 2, "--list")
    refused(assay("generate", "unlawful_conduct", "--n", 1001, "--out", tmp_path / "x.jsonl"), 2, "1,000 different")


def test_languages_may_be_given_one_by_one(tmp_path: Path) -> None:
    done = assay("generate", "logical", "--n", 6, "--lang", "en", "--lang", "zh", "--out", tmp_path / "x.jsonl")
    assert done.exit_code == 0 and "6 items in en, zh" in done.output
    langs = [json.loads(line)["lang"] for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()]
    assert Counter(langs) == {"en": 6, "zh": 6}
    done = assay("generate", "logical", "--n", 6, "--out", tmp_path / "y.jsonl")
    assert "6 items in en;" in done.output


def test_a_mistyped_folder_is_not_made(tmp_path: Path) -> None:
    out = tmp_path / "no" / "such" / "x.jsonl"
    refused(assay("generate", "logical", "--n", 6, "--out", out), 2, "no folder", "--out")
    assert not (tmp_path / "no").exists()
    assert assay("generate", "logical", "--n", 6, "--out", tmp_path / "new" / "x.jsonl").exit_code == 0


def test_the_list_says_how_many_items_there_are() -> None:
    done = assay("generate", "--list")
    assert done.exit_code == 0
    for generator in generators():
        assert re.search(rf"{generator.task}\s+{space(generator).size:,}\s+en, zh", done.stdout), generator.task
