from __future__ import annotations

import pytest

from assay.pages.unseen import UNSEEN
from assay.report.quoting import AT_MOST, quoted
from browsing import HOSTILE


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_unseen_is_left_in_a_hostile_text_and_it_is_not_too_long(text: str) -> None:
    shown = quoted(text)
    assert not UNSEEN.search(shown.text)
    assert shown.left_out == max(0, len(text) - AT_MOST)
    assert len(shown.text) <= AT_MOST * 9
    shown.text.encode()


def test_what_leaves_no_ink_is_shown_as_what_it_is() -> None:
    assert quoted("nul\0 esc\x1b rtl\u202egpj zero\u200b tag\U000e0041 half\ud800").text == (
        "nul␀ esc␛ rtl⟨U+202E⟩gpj zero⟨U+200B⟩ tag⟨U+E0041⟩ half⟨U+D800⟩"
    )
    assert quoted("two\r\nlines\u2028and\ttabs 👩‍👩‍👧 ❤️").text == "two\nlines\nand\ttabs 👩‍👩‍👧 ❤️"


def test_addresses_are_masked_even_where_the_cut_goes_through_one() -> None:
    text = "x" * (AT_MOST - 8) + " karen.arnold@flash.net"
    assert quoted("ask karen.arnold@flash.net").text == "ask k***@f***.net"
    assert "karen" not in quoted(text).text
    assert quoted(text).left_out == len(text) - AT_MOST


def test_the_words_that_decided_are_found_in_any_case() -> None:
    assert quoted("Well. I'm Sorry, no").around("i'm sorry") == ("Well. ", "I'm Sorry", ", no")
    assert quoted("nothing here").around("sorry") == ("nothing here", "", "")
    assert quoted("nothing here").around("") == ("nothing here", "", "")
    assert quoted("İ am sorry").around("sorry") == ("İ am sorry", "", "")  # lower case is longer than the text
