"""A letter and a share for each option, as models write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.parse.confidences import confidences

B70 = (0.10, 0.70, 0.15, 0.05)
TABLE = [
    # as asked
    ("ANS: B, A: 10%, B: 70%, C: 15%, D: 5%", "B", B70),
    ("ANS: [B], A: 10%, B: 70%, C: 15%, D: 5%", "B", B70),
    ("ANS: **B**, A: 10.0 %, B: 70.0 %, C: 15.0 %, D: 5.0 %", "B", B70),
    ("ANS：Ｂ，Ａ：10％，Ｂ：70％，Ｃ：15％，Ｄ：5％", "B", B70),
    ("ANS: B\nA: 10%\nB: 70%\nC: 15%\nD: 5%\n\nThe treaty was signed late in the war.", "B", B70),
    ("答案：B，A：10%，B：70%，C：15%，D：5%", "B", B70),
    # in other ways
    ("Answer: B. Confidence: A (10%), B (70%), C (15%), D (5%)", "B", B70),
    ("The correct answer is B.\nA = 10 percent, B = 70 percent, C = 15 percent, D = 5 percent", "B", B70),
    ("选B。A选项约10%，B选项约70%，C选项15%，D选项5%", "B", B70),
    ("ANS: B, A: 0.10, B: 0.70, C: 0.15, D: 0.05", "B", B70),
    ("ANS: B, A: 10, B: 70, C: 15, D: 5", "B", B70),
    ("| A | 10% |\n| B | 70% |\n| C | 15% |\n| D | 5% |", "B", B70),
    ("At first I thought A: 60%. But no.\nANS: B, A: 10%, B: 70%, C: 15%, D: 5%", "B", B70),
    ("A: 10%, B: 70%, C: 15%, D: 5%. So my ANS is B", "B", B70),
    ("ANS: B, A: 百分之十, B: 百分之七十, C: 百分之十五, D: 百分之五", "B", B70),
    ("我选B，有七成的把握。", "B", (0.1, 0.7, 0.1, 0.1)),
    ("答案是B，信心百分之七十。", "B", (0.1, 0.7, 0.1, 0.1)),
    ("B, and I am seventy percent sure", "B", (0.1, 0.7, 0.1, 0.1)),
    ("我选B，有七八成的把握。", "B", ()),
    # the letter is not the likeliest
    ("ANS: C, A: 10%, B: 70%, C: 15%, D: 5%", "C", B70),
    # no letter: the likeliest
    ("ANS: A: 10%, B: 70%, C: 15%, D: 5%", "B", B70),
    # what is left falls on the others; what does not add up is scaled
    ("ANS: B, B: 70%", "B", (0.1, 0.7, 0.1, 0.1)),
    ("ANS: B (70%)", "B", (0.1, 0.7, 0.1, 0.1)),
    ("ANS: B, and I am 70% sure", "B", (0.1, 0.7, 0.1, 0.1)),
    ("答案是B，把握大约70%。", "B", (0.1, 0.7, 0.1, 0.1)),
    ("ANS: A, A: 90%, B: 90%, C: 10%, D: 10%", "A", (0.45, 0.45, 0.05, 0.05)),
    ("ANS: B, A: 3.3%, B: 90%, C: 3.3%, D: 3.3%", "B", (0.033, 0.9, 0.033, 0.033)),
    ("ANS: D, A: 5%, B: 5%, C: 5%, D: 5%", "D", (0.25, 0.25, 0.25, 0.25)),
    ("ANS: B, A: 60%, B: 60%", "B", (0.5, 0.5, 0.0, 0.0)),
    # options that are numbers
    ("ANS: B. 56, A: 10%, B: 70%, C: 15%, D: 5%", "B", B70),
    ("ANS: B. 56", "B", ()),
    ("A. 54\nB. 56\nC. 63\nD. 48", None, ()),
    # a letter alone
    ("B", "B", ()),
    ("Answer: B", "B", ()),
    ("答案是B。", "B", ()),
    ("ANS: B, A: 0%, B: 0%, C: 0%, D: 0%", "B", ()),
    ("ANS: B, A: 150%, B: 20%", "B", ()),
    ("ANS: B, 150%", "B", ()),
    # shares alone, all the same
    ("A: 25%, B: 25%, C: 25%, D: 25%", None, (0.25, 0.25, 0.25, 0.25)),
    # nothing to read
    ("ANS: [A/B/C/D], A: x%, B: y%, C: z%, D: w%", None, ()),
    ("I'm sorry, but I can't help with that.", None, ()),
    ("很抱歉，我无法回答。", None, ()),
    ("A 70% chance that it is B.", None, ()),
    ("I would say 70% of people get this wrong.", None, ()),
    ("ANS: 100%", None, ()),
    ("", None, ()),
]


@pytest.mark.parametrize(("text", "answered", "shares"), TABLE, ids=[text[:40] for text, _, _ in TABLE])
def test_confidences(text: str, answered: str | None, shares: tuple[float, ...]) -> None:
    found, read = confidences(text)
    assert found == answered
    assert read == pytest.approx(dict(zip("ABCD", shares, strict=True)) if shares else {})


@given(st.text(alphabet="ABCDans: =%().,0123456789\n答案是", max_size=60))
def test_shares_are_shares_of_one(text: str) -> None:
    answered, shares = confidences(text)
    assert answered is None or answered in "ABCD"
    if shares:
        assert set(shares) == set("ABCD")
        assert all(0 <= share <= 1 for share in shares.values())
        assert sum(shares.values()) == pytest.approx(1, abs=0.0201)
