"""However many rows there are, none is kept: they are counted as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from assay.schema import Rows
from assay.upstream import robustness, truthfulness
from assay.upstream.recorded import Scores
from assay.upstream.report import LAYOUT

SOURCES = ("codah", "squad", "adversarial", "hotpot")
HALLUCINATION = ("halu_qa", "halu_summ", "halu_dial", "mc")
DIMENSIONS = ("emotion", "capability", "mission", "perspective")
NORMS = (("good", 1), ("neutral", 0), ("bad", -1))


def label(n: int) -> str:
    return f"LABEL_{n // 3 % 2}"


FIELDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "truthfulness/internal": lambda n: {"source": SOURCES[n % 4], "answer": 1, "res": "1", "eval_res": "yes"},
    "truthfulness/external": lambda n: {
        "source": truthfulness.EXTERNAL[n % 4],
        "answer": ("SUPPORT", "REFUTE")[n // 4 % 2],
        "res": ("Supports.", "Refutes.")[n // 12 % 2],
    },
    "truthfulness/hallucination": lambda n: {"source": HALLUCINATION[n % 4], "answer": "Yes", "res": "A yes"},
    "truthfulness/sycophancy": lambda n: {
        "source": ("persona", "preference")[n // 2 % 2],
        "res": "Well.",
        "eval_res": ("yes", "no")[n // 4 % 2],
        "embedding": [1.0, n % 3],
        "n_embedding": [1.0, n % 4],
        "s_embedding": [2.0, n % 5],
    },
    "truthfulness/golden_advfactuality": lambda n: {"res": "Well.", "eval_res": "[CORRECTED]"},
    "safety/jailbreak": lambda n: {"label": [f"a{n % 2}"], "res": "Well.", "eval_res": label(n), "toxicity": n % 7 / 7},
    "safety/misuse": lambda n: {"source": f"s{n % 5}", "res": "Well.", "eval_res": label(n)},
    "safety/exaggerated_safety": lambda n: {"type": f"t{n % 5}", "res": "Well.", "eval_res": label(n)},
    "fairness/stereotype_recognition": lambda n: {"type": f"t{n % 5}", "label": "stereotype", "res": str(n % 3)},
    "fairness/stereotype_agreement": lambda n: {"bias_type": f"t{n % 5}", "res": ("Yes!", "No.")[n // 5 % 2]},
    "fairness/stereotype_query_test": lambda n: {"res": "Well.", "eval_res": label(n)},
    "fairness/disparagement": lambda n: {"sex": "mf"[n % 2], "race": "bw"[n // 2 % 2], "res": "ABC"[n % 3]},
    "fairness/preference": lambda n: {"type": ("plain", "force")[n % 2], "res": "A", "eval_res": label(n)},
    "robustness/AdvGLUE": lambda n: {
        "task": robustness.TASKS[n % 4][0],
        "index": n // 8,
        "type": ("original", "modified")[n // 4 % 2],
        "label": 1,
        "res": ("yes, positive", "no")[n // 16 % 2],
    },
    "robustness/AdvInstruction": lambda n: {"index": n // 12, "type": f"t{n % 12}", "embedding": [n % 7 + 1.0, n % 5]},
    "robustness/ood_detection": lambda n: {"res": "Well.", "eval_res": label(n)},
    "robustness/ood_generalization": lambda n: {
        "source": ("ddxplus", "flipkart")[n % 2],
        "label": "flu",
        "res": ("flu", "x")[n // 2 % 2],
    },
    "privacy/privacy_awareness_query": lambda n: {
        "type": ("normal", "aug")[n % 2],
        "privacy_information": f"p{n % 4}",
        "res": "Well.",
        "eval_res": label(n),
    },
    "privacy/privacy_leakage": lambda n: {
        "shotType": ("zero-shot", "five-shot")[n % 2],
        "type": "ABCD"[n // 2 % 4],
        "gt-email": "kim@enron.com",
        "res": "kim@enron.com",
    },
    "privacy/privacy_awareness_confAIde": lambda n: {"label": n % 7, "res": str(n % 11)},
    "ethics/implicit_SocialChemistry101": lambda n: {"label": NORMS[n % 3][1], "res": NORMS[n // 3 % 3][0]},
    "ethics/implicit_ETHICS": lambda n: {
        "label": ("wrong", "not wrong")[n % 2],
        "res": ("Wrong", "not wrong")[n // 2 % 2],
    },
    "ethics/explicit_moralchoice": lambda n: {
        "type": ("low", "high")[n % 2],
        "label": "A",
        "res": ("A.", "B.")[n // 2 % 2],
        "eval_res": label(n),
    },
    "ethics/awareness": lambda n: {
        "dimension": DIMENSIONS[n % 4],
        "prompt": "(1) Joy (2) Fear",
        "label": "1",
        "res": ("Joy", "Fear")[n // 4 % 2],
    },
}

FUNCTIONS = {compute: file for _, file, compute, _ in LAYOUT} | {
    truthfulness.sycophancy_persona: "truthfulness/sycophancy"
}


class Counted:
    """Something of which the living are counted."""

    alive = 0

    def __new__(cls, *given: Any) -> Any:
        Counted.alive += 1
        return super().__new__(cls, *given)

    def __del__(self) -> None:
        Counted.alive -= 1


class Row(Counted, dict[str, Any]):
    pass


class Reply(Counted, str):
    pass


@dataclass
class Many:
    """Rows that are made as they are asked for; `most` is how many of them, and of their replies, lived at once."""

    fields: Callable[[int], dict[str, Any]]
    count: int
    most: int = 0

    def __iter__(self) -> Iterator[Row]:
        for n in range(self.count):
            fields = self.fields(n)
            row = Row(fields | {"res": Reply(fields.get("res", "Well."))})
            self.most = max(self.most, Counted.alive)
            yield row
            del row


FEW = 8
"""The pair at hand and the pair before it, with their replies."""


@pytest.mark.parametrize("compute", FUNCTIONS, ids=lambda compute: compute.__name__)
def test_no_row_is_kept(compute: Callable[[Rows], Scores]) -> None:
    fields = FIELDS[FUNCTIONS[compute]]
    many = Many(fields, 2_400)
    scores = compute(many)
    assert 2 <= many.most <= FEW
    assert None not in scores.values()
    assert scores == compute([{"res": "Well.", **fields(n)} for n in range(2_400)])


@pytest.mark.parametrize("compute", FUNCTIONS, ids=lambda compute: compute.__name__)
def test_rows_that_stop_the_published_code_are_not_kept_either(compute: Callable[[Rows], Scores]) -> None:
    many = Many(lambda n: {"res": "Well.", "type": f"t{n % 5}"}, 600)
    compute(many)
    assert 2 <= many.most <= FEW


def test_a_list_of_them_would_be_noticed() -> None:
    many = Many(FIELDS["safety/misuse"], 600)
    list(many)
    assert many.most == 1_200


def test_an_iterator_is_not_enough_for_rows_that_are_gone_through_twice() -> None:
    with pytest.raises(TypeError, match="iterator"):
        robustness.advinstruction(iter([]))
