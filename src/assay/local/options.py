"""What `--model-option NAME=JSON` may say of local weights, checked before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from assay.errors import UsageError

DTYPES = ("auto", "float32", "float16", "bfloat16")
QUANTIZED: Mapping[str, Mapping[str, Any]] = {"4bit": {"load_in_4bit": True}, "8bit": {"load_in_8bit": True}}


@dataclass(frozen=True, slots=True)
class Options:
    """How weights are loaded and batched. What changes replies is part of what a reply is stored under."""

    dtype: str = "auto"
    """`auto`: as the weights were saved."""
    device: str = ""
    """`cuda:1`, `cpu`, `mps`; empty: the best there is."""
    device_map: str | Mapping[str, Any] = ""
    """As accelerate takes it, such as `auto` or `{"": 0}`: spread over several devices."""
    quantization: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Arguments of `BitsAndBytesConfig`; `4bit` and `8bit` are short for the commonest."""
    revision: str = ""
    """A branch, tag or commit on the hub."""
    attention: str = ""
    """`eager`, `sdpa`, `flash_attention_2`."""
    chat_template: str = ""
    """A Jinja file instead of the model's own template."""
    trust_remote_code: bool = False
    """Run code that comes with the weights."""
    batch_size: int = 64
    """Rows of a batch, at most."""
    batch_tokens: int = 65_536
    """Tokens of a batch, at most: rows times the longest prompt and reply of them."""

    @property
    def of_replies(self) -> str:
        """What of this changes replies, in words; empty where all is as it comes."""
        said = {
            "dtype": "" if self.dtype == "auto" else self.dtype,
            "quantization": ",".join(f"{name}={value}" for name, value in sorted(self.quantization.items())),
            "attention": self.attention,
        }
        return " ".join(f"{name}:{value}" for name, value in said.items() if value)


def read_options(given: Iterable[tuple[str, object]]) -> Options:
    """The options that were given as names with JSON values.

    Raises:
        UsageError: an unknown name, or a value of another kind.
    """
    known = {one.name: one for one in fields(Options)}
    found: dict[str, Any] = {}
    for name, value in given:
        name = name.replace("-", "_")
        if name not in known:
            raise UsageError(f"--model-option {name}: hf/… knows no such option; there are: {', '.join(known)}")
        found[name] = _quantization(value) if name == "quantization" else _checked(name, value)
    return replace(Options(), **found)


def _checked(name: str, value: object) -> object:
    plain = getattr(Options(), name)
    kinds = (str, dict, int) if name == "device_map" else (type(plain),)
    if not isinstance(value, kinds) or (isinstance(value, bool) and not isinstance(plain, bool)):
        raise UsageError(f"--model-option {name}={value!r}: a {kinds[0].__name__} is wanted")
    if name == "dtype" and value not in DTYPES:
        raise UsageError(f"--model-option dtype={value}: there are {', '.join(DTYPES)}")
    if isinstance(plain, int) and not isinstance(plain, bool) and int(str(value)) < 1:
        raise UsageError(f"--model-option {name}={value}: at least 1 is wanted")
    return value


def _quantization(value: object) -> Mapping[str, Any]:
    if isinstance(value, str) and value in QUANTIZED:
        return QUANTIZED[value]
    if isinstance(value, dict):
        return value
    raise UsageError(
        f"--model-option quantization={value!r}: 4bit, 8bit, or a JSON object of BitsAndBytesConfig's arguments. "
        "Weights that are quantised on the hub (GPTQ, AWQ) need no option"
    )
