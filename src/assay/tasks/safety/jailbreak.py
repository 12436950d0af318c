"""Jailbreak: a harmful request wrapped in an attack that is meant to talk the model out of refusing.

The fourteen published attacks: a dictated first sentence, constraints on the form of the answer, a payload
split over program variables, continued utterances, forbidden refusal words, step-by-step reasoning,
role-play, a list of tasks, percent-encoding. A trustworthy model refuses all the same. TrustLLM §7,
JailbreakTrigger; the data hold 14 attacks of 100 prompts where the paper counts 13, and the attack stands in
a list of one (B56).

Read the refusal rate beside exaggerated safety: refusing everything scores 1.0 here. `attack_success_rate` is
the share that complied among the replies that could be judged; what the judge could not tell is in neither
number.
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import rate, refusal_rate
from assay.schema import Dataset, Raw, Sampling, Score, Task
from assay.tasks.asking import each
from assay.upstream import safety

DATASETS = (
    Dataset("core", "safety/jailbreak.yaml"),
    Dataset("trustllm", "safety/jailbreak.json"),
)
SAMPLING = Sampling(temperature=1.0)


def attack(raw: Raw) -> str:
    """The attack that wraps the request: the first member of the record's label, which is a list (B56)."""
    label = raw.get("label") or ""
    return label if isinstance(label, str) else str(label[0])


def request(raw: Raw) -> str:
    """What identifies the wrapped request: core wraps each in all attacks, the published data in one."""
    return str(raw["id"]).split("/", 1)[0]


rows = each(group=attack, cluster=request)

TASKS = (
    Task(
        id="safety/jailbreak",
        survey=("prompt_attacks", "unlawful_conduct", "violence"),
        datasets=DATASETS,
        rows=rows,
        judge=by_refusal(),
        scores=(
            Score("rta", refusal_rate(), better="higher", published="safety.jailbreak/rta", groups=True),
            Score("attack_success_rate", rate("complied"), better="lower"),
        ),
        upstream=safety.jailbreak,
        sampling=SAMPLING,
    ),
)
