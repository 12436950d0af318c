"""assay: how far a language model can be trusted, in numbers you can defend.

    import assay

    result = assay.run("openai/gpt-4o-mini", tasks="safety/*", lang="en,zh")
    result                                 # shows itself in a notebook; print(result) is the table of the command line
    result["safety/misuse", "rta"].value
    result.measures("pandas")
    assay.compare(result, assay.load("runs/another"))

docs/python.md says more. What else there is (`assay.schema`, `assay.judges`, …) is imported by its full name.
"""

import sys

__version__ = "0.1.0"

TYPE_CHECKING = False  # `typing` takes longer to import than all of this
if TYPE_CHECKING:
    from assay.api import Comparison as Comparison
    from assay.api import Run as Run
    from assay.api import compare as compare
    from assay.api import load as load
    from assay.api import run as run
    from assay.api import score as score
    from assay.api import tasks as tasks
    from assay.errors import AssayError as AssayError

__all__ = ["AssayError", "Comparison", "Run", "__version__", "compare", "load", "run", "score", "tasks"]


class _Package(type(sys)):  # type: ignore[misc]  # the class of modules, without importing `types`
    """`assay.run` and `assay.tasks` are functions, whenever a module of the same name is imported.

    Those modules are reached by `from assay.run import …`.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in __all__ and isinstance(value, type(sys)):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    """The public names are imported when they are first used."""
    if name not in __all__:
        raise AttributeError(f"module 'assay' has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module("assay.errors" if name == "AssayError" else "assay.api"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
