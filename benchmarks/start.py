"""How long until there is anything to see: `assay --help` and `import assay`, beside an interpreter that does nothing.

python benchmarks/start.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measuring import assay, cost

TIMES = 10


def best_ms(*command: str) -> float:
    """The quickest of ten runs, in milliseconds: what disturbs a start only ever makes it longer."""
    with tempfile.TemporaryDirectory() as name:
        return min(cost(command, Path(name)).wall_s for _ in range(TIMES)) * 1000


def said() -> str:
    """One line."""
    nothing, imported = best_ms(sys.executable, "-c", "pass"), best_ms(sys.executable, "-c", "import assay")
    shown = best_ms(assay(), "--help")
    return (
        f"Best of {TIMES}: assay --help {shown:.0f} ms, import assay {imported:.0f} ms, an interpreter that does "
        f"nothing {nothing:.0f} ms"
    )


if __name__ == "__main__":
    print(said())
