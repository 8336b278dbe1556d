"""Hashes of what a client sent under an id of its own, so that a repeat is told from a reused id."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 in hex over canonical JSON; dates, decimals and UUIDs by their text."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
