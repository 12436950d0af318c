"""Price tables: which entry holds, and what is wrong with one that cannot."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assay.errors import UsageError
from assay.models import OPENAI_URL
from assay.models.prices import FREE, Price, Prices, load_prices, packaged_table, parsed_table, read_table, unpriced

TABLE = parsed_table(
    """
    "openai/gpt-4o*" = {prompt = 3, completion = 12}
    "openai/gpt-4o-mini*" = {prompt = 0.15, completion = 0.6}
    "openai/gpt-4o-mini-2024-07-18" = {prompt = 0.2, completion = 0.7}
    "openai/*-0?" = {prompt = 7, completion = 7}

    ["openai/[odd] (name)"]
    prompt = 1
    completion = 0
    as_of = 2026-01-31
    at = "https://models.example/v1/"
    """,
    "prices.toml",
)


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        ("openai/gpt-4o", 3.0),
        ("openai/gpt-4o-2024-05-13", 3.0),
        ("openai/gpt-4o-mini", 0.15),
        ("openai/gpt-4o-mini-2099", 0.15),
        ("openai/gpt-4o-mini-2024-07-18", 0.2),
        ("openai/any-01", 7.0),
        ("openai/any-011", None),
        ("openai/o", None),
        ("else/gpt-4o", None),
    ],
)
def test_the_pattern_with_most_characters_of_its_own_holds(model: str, prompt: float | None) -> None:
    price = Prices((TABLE,)).of(model, "http://127.0.0.1:9/v1")
    assert (price and price.prompt) == prompt


def test_an_entry_may_hold_at_one_address_only() -> None:
    prices, name = Prices((TABLE,)), "openai/[odd] (name)"
    price = Price(1.0, 0.0, date(2026, 1, 31), "https://models.example/v1")
    assert prices.of(name, "https://models.example/v1") == price
    assert prices.of(name, "https://models.example/v1/embeddings") == price
    assert prices.of(name, "https://models.example/v10") is None
    assert prices.of(name, "https://models.example.evil/v1") is None


def test_the_cost_is_for_a_million() -> None:
    assert Price(2.0, 8.0).cost(1_000_000, 500_000) == 6.0
    assert Price(0.15, 0.6).cost(0, 0) == 0.0


# ---- the packaged table --------------------------------------------------------------------------


def test_packaged_prices_are_dated_and_hold_at_their_provider_only() -> None:
    table = packaged_table()
    assert len(table) > 20
    for pattern, price in table.items():
        assert price.as_of is not None and price.at == OPENAI_URL, pattern
        assert price.completion >= price.prompt or "embedding" in pattern, pattern
    prices = load_prices()
    assert prices.of("openai/gpt-4o-mini", OPENAI_URL) == table["openai/gpt-4o-mini"]
    assert prices.of("openai/gpt-4o-mini", "http://localhost:8000/v1") is None
    assert prices.of("openai/omni-moderation-latest", f"{OPENAI_URL}/moderations") is not None


@pytest.mark.parametrize("model", ["gpt-4o-audio-preview", "gpt-4o-mini-realtime-preview", "o3-pro", "o3-deep-research",
                                   "gpt-5-pro", "gpt-3.5-turbo-16k", "gpt-4.5-preview", "gpt-4-32k"])  # fmt: skip
def test_a_model_that_shares_a_name_does_not_share_the_price(model: str) -> None:
    assert load_prices().of(f"openai/{model}", OPENAI_URL) is None


def test_a_dated_version_has_its_models_price() -> None:
    prices = load_prices()
    assert prices.of("openai/gpt-5-mini-2025-08-07", OPENAI_URL) == prices.of("openai/gpt-5-mini", OPENAI_URL)
    assert prices.of("openai/gpt-4.1-2025-04-14", OPENAI_URL) == prices.of("openai/gpt-4.1", OPENAI_URL)


def test_baselines_are_free_and_the_unknown_is_unknown() -> None:
    assert load_prices().of("baseline/refuser", "baseline") == FREE
    assert load_prices().of("openai/my-model", "http://127.0.0.1:8000/v1") is None


# ---- the user's own ------------------------------------------------------------------------------


def test_the_given_file_goes_before_the_users_own_and_that_before_the_packaged_one(
    clean_environment: Path, tmp_path: Path
) -> None:
    def price(given: Path | None = None) -> Price:
        found = load_prices(given).of("openai/gpt-4o-mini", OPENAI_URL)
        assert found is not None
        return found

    packaged = price()
    (clean_environment / "prices.toml").write_text('"openai/*" = {prompt = 5, completion = 6}', encoding="utf-8")
    assert price() == Price(5.0, 6.0) != packaged
    given = tmp_path / "mine.toml"
    given.write_text('"openai/gpt-4o-mini" = {prompt = 1, completion = 2}', encoding="utf-8-sig")
    assert price(given) == Price(1.0, 2.0)
    given.write_text("", encoding="utf-8")
    assert price(given) == Price(5.0, 6.0)


def test_without_a_home_of_its_own_the_table_lies_in_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ASSAY_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    mine = tmp_path / ".cache" / "assay" / "prices.toml"
    mine.parent.mkdir(parents=True)
    mine.write_text('"openai/my-model" = {prompt = 1, completion = 2}', encoding="utf-8")
    assert load_prices().of("openai/my-model", "http://127.0.0.1:8000/v1") == Price(1.0, 2.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[openai/gpt-4o]\nprompt = 1", ["line 1", "quotes"]),
        ('"openai/m" = {prompt = ?, completion = ?}', ["line 1"]),
        ('"openai/m" = {prompt = 1, completion = 1}\n"openai/m" = {prompt = 1, completion = 1}', ["overwrite"]),
        ('["openai/m"]\nprompt = 1', ['"openai/m"', "completion is missing"]),
        ('["openai/m"]\ncompletion = 1', ['"openai/m"', "prompt is missing"]),
        ('["openai/m"]\nprompt = -1\ncompletion = 1', ['"openai/m"', "prompt = -1"]),
        ('["openai/m"]\nprompt = nan\ncompletion = 1', ['"openai/m"', "prompt = nan"]),
        ('["openai/m"]\nprompt = 1\ncompletion = inf', ['"openai/m"', "completion = inf"]),
        ('["openai/m"]\nprompt = true\ncompletion = 1', ['"openai/m"', "prompt = True"]),
        ('["openai/m"]\nprompt = "1"\ncompletion = 1', ['"openai/m"', "prompt = '1'"]),
        (f'["openai/m"]\nprompt = {10**400}\ncompletion = 1', ['"openai/m"', "not a price"]),
        (f'["openai/m"]\nprompt = {"9" * 5000}\ncompletion = 1', ["digits"]),
        ('["openai/m"]\npromt = 1\ncompletion = 1', ['"openai/m"', "'promt'"]),
        ('["openai/m"]\nprompt = 1\ncompletion = 1\nas_of = "soon"', ['"openai/m"', "as_of"]),
        ('["openai/m"]\nprompt = 1\ncompletion = 1\nat = 7', ['"openai/m"', "at "]),
        ("prompt = 1", ['"prompt"', "model string"]),
        ('[openai."m"]\nprompt = 1\ncompletion = 1', ['"openai"', "model string"]),
    ],
)
def test_a_table_that_is_wrong_is_said_with_file_and_place(text: str, words: list[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_prices(file)
    for word in (str(file), *words):
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        read_table(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'"openai/\xe9" = 1')
    with pytest.raises(UsageError, match="not UTF-8"):
        read_table(tmp_path / "latin.toml")


@pytest.mark.parametrize("model", ["openai/my-model", 'openai/a "quoted" \\ name', "openai/模型"])
def test_the_line_to_paste_prices_the_model_once_it_has_numbers(model: str) -> None:
    line = unpriced(model, "http://127.0.0.1:8000/v1").split("--prices: ")[1]
    table = parsed_table(line.replace("?", "1.5"), "pasted")
    assert Prices((table,)).of(model, "http://127.0.0.1:8000/v1") == Price(1.5, 1.5)
