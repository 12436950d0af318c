"""assay: how far a language model can be trusted, in numbers you can defend."""

__version__ = "0.1.0"
