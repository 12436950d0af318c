from __future__ import annotations

import pytest

from assay.errors import UsageError
from assay.local.options import Options, read_options


def test_options_are_read_and_what_changes_replies_is_said() -> None:
    found = read_options([("dtype", "bfloat16"), ("batch-size", 8), ("quantization", "4bit"), ("device_map", "auto")])
    assert (found.dtype, found.batch_size, found.device_map) == ("bfloat16", 8, "auto")
    assert dict(found.quantization) == {"load_in_4bit": True}
    assert found.of_replies == "dtype:bfloat16 quantization:load_in_4bit=True"


def test_what_only_changes_speed_is_no_part_of_what_a_reply_is_stored_under() -> None:
    assert Options().of_replies == ""
    fast = read_options([("batch_size", 1), ("device", "cpu"), ("device_map", {"": 0}), ("batch_tokens", 10)])
    assert fast.of_replies == ""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("dtpye", "float32", "knows no such option"),
        ("dtype", "float8", "there are auto"),
        ("dtype", 16, "str is wanted"),
        ("batch_size", 0, "at least 1"),
        ("batch_size", True, "int is wanted"),
        ("batch_size", "8 rows", "int is wanted"),
        ("quantization", "3bit", "4bit, 8bit"),
        ("trust_remote_code", 1, "bool is wanted"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_loaded(name: str, value: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_options([(name, value)])
