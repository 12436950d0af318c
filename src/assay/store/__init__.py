"""What is kept: the journal of replies, and a folder for each run."""

from __future__ import annotations

from assay.store.folder import RunFolder, run_folder
from assay.store.journal import Anew, Journal, reply_key

__all__ = ["Anew", "Journal", "RunFolder", "reply_key", "run_folder"]
