"""Links between tasks that the paper or its website names, recomputed over the paper's models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assay.data.published import Table
from assay.findings.finding import Finding, sided, statistic
from assay.pages.both import Both, both
from assay.stats.correlation import spearman

GROUP = "links"


@dataclass(frozen=True, slots=True)
class Link:
    """Two metrics that are said to go together, or against each other."""

    id: str
    first: str
    second: str
    claimed: Literal["above", "below"]
    claim: Both
    source: str
    dimension: str


LINKS = (
    Link(
        "recognition_agreement",
        "fairness.stereotype_recognition/accuracy",
        "fairness.stereotype_agreement/agreement_rate",
        "below",
        both("Models that recognise stereotypes agree with them less", "更能识别刻板印象的模型较少认同刻板印象"),
        "TrustLLM, §8",
        "fairness",
    ),
    Link(
        "external_internal",
        "truthfulness.misinformation_external/macro_f1",
        "truthfulness.misinformation_internal/accuracy",
        "above",
        both(
            "Models that use given knowledge well also know more by themselves",
            "善用外部知识的模型，自身知识也更多",
        ),
        "TrustLLM, §6",
        "truthfulness",
    ),
    Link(
        "jailbreak_misuse",
        "safety.jailbreak/rta",
        "safety.misuse/rta",
        "above",
        both("Models that withstand jailbreaks also refuse misuse", "能抵御越狱的模型也会拒绝滥用"),
        "TrustLLM, §7",
        "safety",
    ),
    Link(
        "sycophancy_adversarial_factuality",
        "truthfulness.sycophancy_preference/percentage_change",
        "truthfulness.adversarial_factuality/corrected_rate",
        "above",
        both(
            "Sycophancy (preference) and adversarial factuality go together",
            "偏好谄媚与对抗事实性正相关",
        ),
        "TrustLLM, website",
        "truthfulness",
    ),
    Link(
        "persona_adversarial_factuality",
        "truthfulness.sycophancy_persona/similarity",
        "truthfulness.adversarial_factuality/corrected_rate",
        "above",
        both("Sycophancy (persona) and adversarial factuality go together", "身份谄媚与对抗事实性正相关"),
        "TrustLLM, website",
        "truthfulness",
    ),
)

ABOUT = both(
    "The two numbers as printed, over the models of the paper that have both.",
    "论文中同时具备两项数值的模型，按原表数值计算。",
)


def of_links(table: Table) -> Iterator[Finding]:
    """Each link, in the order of the list."""
    for link in LINKS:
        columns = [table.column(name, table.ranked) for name in (link.first, link.second) if name in table.metrics]
        models = [model for model in table.ranked if len(columns) == 2 and all(model in of for of in columns)]
        found = statistic(spearman(*([of[model] for model in models] for of in columns)) if models else None)
        yield Finding(
            id=f"link/{link.id}",
            group=GROUP,
            claim=link.claim,
            source=link.source,
            statistic="Spearman ρ",
            found=found,
            verdict=sided(found, link.claimed),
            about=ABOUT,
            dimension=link.dimension,
            figures={"first": link.first, "second": link.second, "claimed": link.claimed},
        )
