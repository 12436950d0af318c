"""`assay view`: every sample of every run in a browser, from a server that only this machine reaches.

`runs.py` finds the runs, `asked.py` reads what an address asks for, `viewer.py` answers it (a path in, an answer out:
no socket is needed to test it), `choices.py` counts what its filters offer, `items.py` and `plain.py` make samples fit
to be shown, `server.py` is the socket and its guards. Samples are read by `assay.store.searching`, a page at a time.
"""

from __future__ import annotations

from assay.view.runs import Viewed, viewed
from assay.view.server import Server
from assay.view.viewer import Answer, Viewer

__all__ = ["Answer", "Server", "Viewed", "Viewer", "viewed"]
