"""What is right, computed: orders of things, switches that depend on each other, sums. Pure.

A solver has slots of its own beside the template's, and makes of what was drawn the texts that go into the template and
what is right. Words come from the template's YAML; numbers and orders from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

Drawn = Mapping[str, int]
"""Solver's slot → the place of its value."""
Words = Mapping[str, Any]
"""Template's slot → its word in one language."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solver makes of one draw."""

    texts: Mapping[str, str]
    right: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Solver:
    """Its slots with their values, as provenance shows them, and the solving."""

    slots: Mapping[str, Sequence[str]]
    solve: Callable[[Drawn, Words, str], Solved]
    options: int = 0
    """How many it offers; none where nothing is."""


# ---- who is first ----------------------------------------------------------------------------------

PLACES = tuple(range(4))
ORDERS = tuple(permutations(PLACES))
TELLINGS = tuple(permutations(range(3)))
TURNED = tuple(range(8))
"""Bit by bit, whether a fact is told from its other end: "B is shorter than A"."""


def _ordering(drawn: Drawn, words: Words, lang: str) -> Solved:
    names: Sequence[str] = words["people"]["names"]
    relation: Mapping[str, str] = words["relation"]
    order = [names[place] for place in ORDERS[drawn["order"]]]
    facts = []
    for fact in TELLINGS[drawn["telling"]]:
        ahead, behind = order[fact], order[fact + 1]
        turned = drawn["turned"] >> fact & 1
        pair = (behind, relation["less"], ahead) if turned else (ahead, relation["more"], behind)
        facts.append(_fact(*pair, lang))
    right = order[drawn["asked"]]
    asked = (relation["first"], relation["second"], relation["third"], relation["last"])[drawn["asked"]]
    others = tuple(name for name in names if name != right)
    return Solved({"facts": ("" if lang == "zh" else " ").join(facts), "asked": asked}, right, others)


def _fact(one: str, relation: str, other: str, lang: str) -> str:
    if lang == "zh":
        return relation.format(one=one, other=other) + "。"
    return f"{one} {relation} {other}."


ORDERING = Solver(
    {
        "order": ["".join(map(str, order)) for order in ORDERS],
        "telling": ["".join(map(str, telling)) for telling in TELLINGS],
        "turned": [f"{turned:03b}" for turned in TURNED],
        "asked": ["first", "second", "third", "last"],
    },
    _ordering,
    options=4,
)

# ---- what follows ----------------------------------------------------------------------------------

FORMS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "yes": (
        ("all ab", "all bc", "all ac"),
        ("all ab", "no bc", "no ac"),
        ("some ab", "all bc", "some ac"),
        ("some ab", "no bc", "not ac"),
    ),
    "ruled_out": (
        ("all ab", "no bc", "some ac"),
        ("all ab", "all bc", "not ac"),
        ("some ab", "all bc", "no ac"),
        ("some ab", "no bc", "all ac"),
    ),
    "open": (
        ("all ab", "some bc", "some ac"),
        ("all ac", "all bc", "all ab"),
        ("no ab", "no bc", "no ac"),
        ("some ab", "some bc", "some ac"),
    ),
}
"""What becomes of the conclusion → two premises and the conclusion, each a quantifier and two of the kinds a, b, c."""


def _syllogism(drawn: Drawn, words: Words, lang: str) -> Solved:
    says: Mapping[str, str] = words["says"]
    kinds = dict(zip("abc", words["kinds"]["names"], strict=True))
    gold = tuple(FORMS)[drawn["gold"]]

    def said(form: str) -> str:
        quantifier, _, pair = form.partition(" ")
        return says[quantifier].format(one=kinds[pair[0]], other=kinds[pair[1]])

    first, second, conclusion = map(said, FORMS[gold][drawn["form"]])
    texts = {**kinds, "first": first, "second": second, "conclusion": conclusion}
    return Solved(texts, says[gold], tuple(says[other] for other in FORMS if other != gold))


SYLLOGISM = Solver(
    {"gold": tuple(FORMS), "form": [str(number) for number in range(len(FORMS["yes"]))]},
    _syllogism,
    options=3,
)

# ---- would it have happened ------------------------------------------------------------------------

MECHANISMS: Mapping[str, Callable[[bool, bool], bool]] = {
    "both": lambda one, other: one and other,
    "either": lambda one, other: one or other,
}
CASES: Mapping[str, tuple[tuple[str, bool, bool, int], ...]] = {
    answer: tuple(
        (name, one, other, changed)
        for name, works in MECHANISMS.items()
        for one in (True, False)
        for other in (True, False)
        for changed in (0, 1)
        if works(one != (changed == 0), other != (changed == 1)) == (answer == "yes")
    )
    for answer in ("yes", "no")
}
"""Answer → mechanism, what held of the two causes, and which one is imagined otherwise. There are eight of each."""


def _intervention(drawn: Drawn, words: Words, lang: str) -> Solved:
    answer = ("yes", "no")[drawn["gold"]]
    mechanism, one, other, changed = CASES[answer][drawn["case"]]
    scene: Mapping[str, str] = words["scene"]
    held = {0: ("one_on" if one else "one_off"), 1: ("two_on" if other else "two_off")}
    imagined = {0: ("one_off" if one else "one_on"), 1: ("two_off" if other else "two_on")}[changed]
    rule: str = words["rules"][mechanism]
    texts = {
        "rule": rule.format(effect=scene["effect"], one=scene["one_on"], two=scene["two_on"]),
        "held_one": scene[held[0]],
        "held_two": scene[held[1]],
        "imagined": scene[imagined],
        "effect": scene["effect"],
    }
    return Solved(texts, answer)


INTERVENTION = Solver(
    {"gold": ["yes", "no"], "case": [str(number) for number in range(len(CASES["yes"]))]},
    _intervention,
)

# ---- what it comes to ------------------------------------------------------------------------------

FEW = tuple(range(3, 20))
PRICES = tuple(range(4, 30, 2))
ASTRAY = (-10, -6, -2, 2, 6, 10)
"""What a false sum is off by; less than the least sum."""


def _bill(drawn: Drawn, words: Words, lang: str) -> Solved:
    count, price = FEW[drawn["count"]], PRICES[drawn["price"]]
    right = count * price
    claimed = right + ASTRAY[drawn["astray"]]
    return Solved({"count": str(count), "price": str(price), "claimed": str(claimed)}, str(right))


BILL = Solver(
    {
        "count": [str(count) for count in FEW],
        "price": [str(price) for price in PRICES],
        "astray": [f"{off:+d}" for off in ASTRAY],
    },
    _bill,
)

SOLVERS: Mapping[str, Solver] = {
    "ordering": ORDERING,
    "syllogism": SYLLOGISM,
    "intervention": INTERVENTION,
    "bill": BILL,
}
