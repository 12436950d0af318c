"""A finding: what is claimed, the number that speaks to it with its interval, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assay.pages.both import Both, both
from assay.stats.correlation import Correlation
from assay.stats.two_samples import Shift

Verdict = Literal["supported", "not supported", "cannot tell"]

LEVEL = 0.05

RULE = both(
    "Supported: the whole interval is on the side of the claim. Not supported: the number itself is on the other side. "
    "Cannot tell: the number is on the side of the claim, but its interval reaches over; or there are too few numbers.",
    "支持：整个区间都在该说法一侧。不支持：数值本身就在另一侧。无法判断：数值在该说法一侧，但区间跨过界线；或数据太少。",
)
"""How verdicts come about."""

TOO_FEW = both("too few numbers in this table", "此表中数值太少")
NOT_HERE = both("this table lacks the numbers", "此表缺少所需数值")


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number that speaks to a claim."""

    value: float | None
    low: float | None = None
    high: float | None = None
    """The 95 % interval, where there is one."""
    p: float | None = None
    n: int | None = None
    """How many it is made of: models, or rows."""

    def described(self) -> dict[str, Any]:
        """As JSON."""
        return {"value": self.value, "low": self.low, "high": self.high, "p": self.p, "n": self.n}


NOTHING = Statistic(None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim and what the numbers say."""

    id: str
    group: str
    """Under which heading it stands."""
    claim: Both
    source: str
    """Who says so."""
    statistic: str
    """What the number is: `Spearman ρ`."""
    found: Statistic
    verdict: Verdict
    about: Both
    """What was computed of what, and what to bear in mind."""
    dimension: str = ""
    """Empty where it is about all."""
    ranks: str = ""
    """The convention of the average ranks, where they enter."""
    otherwise: Mapping[str, Any] = field(default_factory=dict)
    """The same under the other convention: `ranks value low high p n verdict`."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """What else was found."""

    def described(self) -> dict[str, Any]:
        """As JSON; texts in English, with the Chinese beside them."""
        return {
            "id": self.id,
            "group": self.group,
            "dimension": self.dimension or None,
            "claim": str(self.claim),
            "claim_zh": self.claim.zh,
            "source": self.source,
            "statistic": self.statistic,
            **self.found.described(),
            "verdict": self.verdict,
            "ranks": self.ranks or None,
            "about": str(self.about),
            "about_zh": self.about.zh,
            **({"otherwise": dict(self.otherwise)} if self.otherwise else {}),
            **({"figures": dict(self.figures)} if self.figures else {}),
        }


def statistic(found: Correlation | Shift | None) -> Statistic:
    """What was found, or nothing."""
    if found is None:
        return NOTHING
    n = found.n if isinstance(found, Correlation) else sum(found.n)
    return Statistic(found.value, found.low, found.high, found.p, n)


def sided(found: Statistic, claimed: Literal["above", "below"], bar: float = 0.0) -> Verdict:
    """The verdict on a claim that a number is above or below a bar."""
    if found.value is None:
        return "cannot tell"
    sign = 1 if claimed == "above" else -1
    if sign * (found.value - bar) <= 0:
        return "not supported"
    if found.low is None or found.high is None:
        return "supported" if found.p is not None and found.p <= LEVEL else "cannot tell"
    nearest = found.low if claimed == "above" else found.high
    return "supported" if sign * (nearest - bar) > 0 else "cannot tell"


def said(found: Statistic, claimed: float, within: float = 0.01) -> Verdict:
    """The verdict on a claim that a printed number is so much: what is printed decides, within rounding."""
    if found.value is None:
        return "cannot tell"
    return "supported" if abs(found.value - claimed) <= within else "not supported"


def held(found: bool | None) -> Verdict:
    """The verdict on a claim about the printed numbers themselves, which have no interval."""
    return "cannot tell" if found is None else "supported" if found else "not supported"
