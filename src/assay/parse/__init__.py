"""A label out of free text, in English and Chinese.

Every reader is pure and total, and returns None when it cannot tell: an echo of all options, a dodge, two
answers that contradict each other. What counts as an answer, in falling order: one that is marked ("The
answer is (b)."), one that leads ("B) because A is wrong"), one that stands alone in a short text.
"""

from assay.parse.assent import yes_no
from assay.parse.choices import letter, one_of
from assay.parse.figures import number
from assay.parse.marks import emails, last_verdict
from assay.parse.numerals import in_digits
from assay.parse.wording import dodges, plain, spelled_out

__all__ = [
    "dodges",
    "emails",
    "in_digits",
    "last_verdict",
    "letter",
    "number",
    "one_of",
    "plain",
    "spelled_out",
    "yes_no",
]
