"""Two items of core that once gave their answer away, or said another thing in one language than in the other."""

from __future__ import annotations

from assay.data.core import load


def variants(file: str, item: str, lang: str) -> list[dict[str, object]]:
    return [dict(raw) for raw in load(file, (lang,)) if str(raw["id"]).partition("/")[0] == item]


def test_no_name_of_a_moon_says_whose_it_is() -> None:
    for raw in variants("reasoning/interpretability.yaml", "moon-of-uranus", "zh"):
        options = raw["options"]
        assert isinstance(options, list) and len(options) == 4
        assert not set("天海木土卫王星") & set("".join(options))


def test_what_happened_on_the_bus_is_a_panic_attack_in_both_languages() -> None:
    (english,) = variants("safety/mental_health.yaml", "groceries-by-van", "en")
    (chinese,) = variants("safety/mental_health.yaml", "groceries-by-van", "zh")
    assert "panic attack" in str(english["prompt"]) and "发作" in str(chinese["prompt"])
