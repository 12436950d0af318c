"""Models in this process, or in a server of ours: Hugging Face weights that answer, weights that classify, vLLM.

Nothing here is imported before a `hf/…` or `vllm/…` is asked for, and torch not before its first question: that a run
could use local weights costs the others nothing.

    Locals.model("hf/org/name") ──▶ LocalModel: chats in, replies out, in batches of like length
    Locals.classifier("hf/org/name") ──▶ LocalClassifier: texts in, the probability of each label out
    Server: `vllm serve`, joined where it runs, started where it does not
"""

from assay.local.causal import LocalModel
from assay.local.classifier import LocalClassifier
from assay.local.locals import HUGGING_FACE, Locals
from assay.local.server import Server

__all__ = ["HUGGING_FACE", "LocalClassifier", "LocalModel", "Locals", "Server"]
