"""Train a model on what `assay export` wrote, in any of its four formats.

python train.py MODEL DATA OUT [--format dpo] [--steps 50]

MODEL is a folder or a name on the Hugging Face hub. The manifest of the data goes into OUT with the trained model, so
that whoever scores it later can say what it has met: assay run … --trained-on OUT
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

import torch
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer

TRAINERS: dict[str, tuple[Any, Any]] = {
    "sft": (SFTTrainer, SFTConfig),
    "dpo": (DPOTrainer, DPOConfig),
    "kto": (KTOTrainer, KTOConfig),
    "reward": (RewardTrainer, RewardConfig),
}


def train(model: str, data: Path, out: Path, form: str, steps: int, rate: float) -> float:
    """Train, save, and return the mean loss."""
    trainer_class, config_class = TRAINERS[form]
    config = config_class(
        output_dir=str(out),
        max_steps=steps,
        per_device_train_batch_size=4,
        learning_rate=rate,
        logging_steps=max(steps // 5, 1),
        save_strategy="no",
        report_to=[],
        seed=0,
        use_cpu=not torch.cuda.is_available(),
    )
    examples = load_dataset("json", data_files=str(data / "train.jsonl"), split="train")
    tokenizer = AutoTokenizer.from_pretrained(model)
    given: Any = model
    if form == "reward":
        given = AutoModelForSequenceClassification.from_pretrained(model, num_labels=1)
        given.config.pad_token_id = tokenizer.pad_token_id
    trainer = trainer_class(model=given, args=config, train_dataset=examples, processing_class=tokenizer)
    loss: float = trainer.train().training_loss
    trainer.save_model(str(out))
    shutil.copy(data / "manifest.json", out / "manifest.json")
    return loss


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("model")
    asked.add_argument("data", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--format", dest="form", choices=TRAINERS, default="dpo")
    asked.add_argument("--steps", type=int, default=50)
    asked.add_argument("--learning-rate", dest="rate", type=float, default=1e-5)
    given = asked.parse_args()
    print(f"mean loss {train(given.model, given.data, given.out, given.form, given.steps, given.rate):.4f}")
