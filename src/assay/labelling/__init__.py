"""People's labels on a part of a run: a sheet to be filled in, drawn with known probabilities, and what it tells.

`shares`    which measures labels can say something about, and which labels a reply can have
`drawing`   which rows are drawn, and with which probability
`sheet`     the CSV file, written and read
`telling`   labels and verdicts together: the measure without the judge's error
"""

from assay.labelling.shares import choices
from assay.labelling.sheet import Sheet, read_sheet, write_sheet
from assay.labelling.telling import by_labels

__all__ = ["Sheet", "by_labels", "choices", "read_sheet", "write_sheet"]
