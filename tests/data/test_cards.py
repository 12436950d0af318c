"""The cards of judges: read whole, and stale once their judge is another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.data import cards as cards_module
from assay.data.cards import FIGURES, cards, fingerprint, read_cards
from assay.errors import DataError


def test_every_card_says_what_it_was_measured_on() -> None:
    assert set(cards()) == {"refusal", "match", "stance", "leak"}
    for card in cards().values():
        content = card.content
        assert {"date", "assay", "fingerprint", "finds", "else", "verdicts"} <= set(content)
        assert all(one["rows"] and one["from"] and one["licence"] for one in content["sets"].values())
        assert sum(one["rows"] for one in content["sets"].values()) == content["n"]
        for breakdown in ("by_model", "by_lang"):
            assert sum(one["n"] for one in content[breakdown].values()) == content["n"]
        for figures in (content, *content["by_model"].values(), *content["by_lang"].values()):
            for name in FIGURES:
                if figures[name] is not None:
                    low, high = figures["intervals"][name]
                    assert low <= figures[name] <= high


def test_in_short_leaves_models_and_languages_out() -> None:
    card = cards()["refusal"]
    assert set(card.described()) - set(card.in_short()) == {"by_model", "by_lang"}


def test_a_changed_judge_has_another_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards_module, "HOME", tmp_path)
    source = tmp_path / "judges" / "by_x.py"
    source.parent.mkdir()
    source.write_bytes(b"a = 1\nb = 2\n")
    before = fingerprint(["judges/by_x*"])
    source.write_bytes(b"a = 1\r\nb = 2\r\n")
    assert fingerprint(["judges/by_x*"]) == before
    (tmp_path / "judges" / "by_x_words.py").write_bytes(b"")
    assert fingerprint(["judges/by_x*"]) != before
    (tmp_path / "judges" / "by_x_words.py").unlink()
    source.write_bytes(b"a = 1\nb = 3\n")
    assert fingerprint(["judges/by_x*"]) != before


@pytest.mark.parametrize("text", ["judge = ", "judge = 'x'\n", "judge = 'x'\nby_model = 3\nby_lang = 3\n", "\udcff"])
def test_a_damaged_card_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=r"x\.toml"):
        read_cards(tmp_path)
