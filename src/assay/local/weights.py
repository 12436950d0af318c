"""Weights of a folder or of the Hugging Face hub: which ones they are, before any is loaded; then the loading.

A reply is stored under the weights that gave it. On the hub that is a commit; of a folder it is a fingerprint of its
files, so that a model trained again in the same place is another model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assay.errors import UsageError
from assay.local.options import Options

EXTRA = "pip install 'llm-assay[local]' (on Linux without a GPU, take torch from an index of CPU builds first)"
SMALL = 1 << 26
"""Bytes up to which a file counts whole for the fingerprint."""
SAMPLES, SAMPLE = 512, 4096
"""Of a longer one, so many pieces of so many bytes, evenly spread: training moves more than that."""
COUNTED = ("*.json", "*.jinja", "*.model", "*.txt", "*.safetensors", "*.bin", "*.py")
TEMPLATES = ("chat_template.jinja", "chat_template.json", "tokenizer_config.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """Where weights are, and which ones they are."""

    where: str
    """A folder, or a name on the hub."""
    mark: str
    """The commit on the hub, or the fingerprint of the folder."""
    has_template: bool
    """Whether the model brings a chat template."""
    hub: bool

    @property
    def revision(self) -> dict[str, str]:
        """What names this very commit to transformers; nothing for a folder."""
        return {"revision": self.mark} if self.hub else {}


def needs_extra(name: str) -> None:
    """Whether torch and transformers are there; neither is imported.

    Raises:
        UsageError: one of them is not.
    """
    missing = [module for module in ("torch", "transformers") if find_spec(module) is None]
    if missing:
        raise UsageError(f"{name} runs in this process and needs {' and '.join(missing)}: {EXTRA}")


def is_folder(model: str) -> bool:
    """`./folder`, `../folder`, `/folder`, `~/folder`: a path says that it is one."""
    return model.startswith((".", "/", "~")) or Path(model).is_absolute()


def found(model: str, options: Options) -> Weights:
    """The weights of a folder or of the hub; of the hub, only small files are fetched.

    Raises:
        UsageError: there are none, or they cannot be had.
    """
    return _of_folder(Path(model).expanduser()) if is_folder(model) else _of_hub(model, options)


def _of_folder(folder: Path) -> Weights:
    if not (folder / "config.json").is_file():
        raise UsageError(f"hf/{folder}: no config.json is there; give a folder that save_pretrained wrote")
    return Weights(str(folder), fingerprint(folder), _templated(lambda name: _there(folder / name)), hub=False)


def _of_hub(model: str, options: Options) -> Weights:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, LocalEntryNotFoundError

    revision = options.revision or None

    def fetched(name: str) -> Path | None:
        try:
            return Path(hf_hub_download(model, name, revision=revision))
        except LocalEntryNotFoundError:
            if name == "config.json":
                raise
            return None
        except EntryNotFoundError:
            return None

    try:
        config = fetched("config.json")
    except (HfHubHTTPError, LocalEntryNotFoundError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UsageError(
            f"hf/{model} cannot be had from the Hugging Face hub ({type(error).__name__}: {reason}). Check the name; "
            "gated models want HF_TOKEN; a folder is written hf/./folder"
        ) from error
    if config is None:
        raise UsageError(f"hf/{model} has no config.json on the hub: transformers cannot load it")
    return Weights(model, config.parent.name, _templated(fetched), hub=True)


def _there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _templated(file: Callable[[str], Path | None]) -> bool:
    """Whether one of the places where a chat template can stand has one."""
    for name in TEMPLATES:
        path = file(name)
        if path is not None and (path.suffix == ".jinja" or "chat_template" in _json(path)):
            return True
    return False


def _json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def fingerprint(folder: Path) -> str:
    """Sixteen hexadecimal digits of the folder's files; long ones count by samples."""
    found = hashlib.sha256()
    for path in sorted({path for kind in COUNTED for path in folder.glob(kind)}):
        found.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        for piece in _pieces(path):
            found.update(piece)
    return found.hexdigest()[:16]


def _pieces(path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= SMALL:
            yield file.read()
            return
        for number in range(SAMPLES):
            file.seek(number * (size - SAMPLE) // (SAMPLES - 1))
            yield file.read(SAMPLE)


# ---- loading -------------------------------------------------------------------------------------


def tokenizer_of(weights: Weights, options: Options) -> Any:
    """The tokenizer, padding on the left: replies begin where prompts end."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        weights.where, padding_side="left", trust_remote_code=options.trust_remote_code, **weights.revision
    )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return tokenizer


KINDS = {
    "AutoModelForCausalLM": "causal language model",
    "AutoModelForSequenceClassification": "text classifier",
}
"""What transformers loads weights as."""


def loaded(kind: str, weights: Weights, options: Options) -> Any:
    """The weights as `transformers.<kind>` loads them, on their device, for use and not for training.

    Raises:
        UsageError: they cannot be loaded so, or they lack some that such a model has.
    """
    import transformers

    transformers.utils.logging.disable_progress_bar()  # the run has its own
    settings: dict[str, Any] = {
        "dtype": options.dtype,
        "trust_remote_code": options.trust_remote_code,
        **weights.revision,
    }
    if options.attention:
        settings["attn_implementation"] = options.attention
    if options.quantization:
        settings["quantization_config"] = transformers.BitsAndBytesConfig(**options.quantization)
    device_map = options.device_map or ("auto" if options.quantization else "")
    if device_map:
        settings["device_map"] = device_map
    try:
        model, told = getattr(transformers, kind).from_pretrained(weights.where, output_loading_info=True, **settings)
        check_whole(weights.where, kind, told, [name for name, _ in model.named_parameters()])
        if not device_map:
            model = model.to(options.device or best_device())
    except UsageError:
        raise
    except Exception as error:  # of the hub, of safetensors, of accelerate, of code that comes with the weights
        raise UsageError(f"hf/{weights.where} cannot be loaded: {' '.join(str(error).split())[:400]}") from error
    return model.eval()


def check_whole(where: str, kind: str, told: Mapping[str, Collection[Any]], trained: Collection[str]) -> None:
    """Whether every trained weight was there: transformers draws those that are not by chance, and goes on.

    Args:
        where: the folder, or the name on the hub.
        kind: of `KINDS`.
        told: what transformers says of the loading.
        trained: the model's parameters. Buffers are computed, and may be missing.

    Raises:
        UsageError: one was not, or has another shape.
    """
    absent = {str(name) for name in told.get("missing_keys", ())} & set(trained)
    absent |= {str(one[0] if isinstance(one, tuple) else one) for one in told.get("mismatched_keys", ())}
    if absent:
        first = ", ".join(sorted(absent)[:3])
        rest = f" and {len(absent) - 3:,} more" if len(absent) > 3 else ""
        raise UsageError(
            f"hf/{where} is no {KINDS[kind]}: it has no weights for {first}{rest}, and random ones say nothing"
        )


def best_device() -> str:
    """`cuda`, `mps` or `cpu`."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def context_of(model: Any, tokenizer: Any) -> int:
    """Tokens that prompt and reply may have together; a million where nobody says."""
    config = model.config.get_text_config() if hasattr(model.config, "get_text_config") else model.config
    said = [getattr(config, name, None) for name in ("max_position_embeddings", "n_positions")]
    said.append(getattr(tokenizer, "model_max_length", None))
    return min((int(one) for one in said if isinstance(one, int | float) and 0 < one < 1e7), default=1_000_000)
