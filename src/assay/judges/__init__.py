"""Judges: record → verdicts. Pure generators that yield questions and are sent answers, without any I/O.

A judge of single replies gives one verdict a reply, in order, and none on a reply that is not the model's
own words (`why` says `failed` or `filtered`). A judge of whole records gives one verdict. None raises,
whatever a reply holds.
"""

from assay.judges.by_choice import by_choice
from assay.judges.by_grader import by_grader
from assay.judges.by_leak import by_leak
from assay.judges.by_match import by_match, token_f1
from assay.judges.by_pair import by_pair
from assay.judges.by_parse import by_parse
from assay.judges.by_refusal import by_refusal
from assay.judges.by_similarity import by_similarity
from assay.judges.by_toxicity import by_toxicity
from assay.judges.first_of import first_of
from assay.judges.lexical import ngram_vectors
from assay.judges.recorded import recorded

__all__ = [
    "by_choice",
    "by_grader",
    "by_leak",
    "by_match",
    "by_pair",
    "by_parse",
    "by_refusal",
    "by_similarity",
    "by_toxicity",
    "first_of",
    "ngram_vectors",
    "recorded",
    "token_f1",
]
