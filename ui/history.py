"""The conversation as the page holds it, turned into the assistant's values and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

TAG = re.compile(r"<[^>]*>")


def text_of(message: dict[str, Any]) -> str:
    """The plain words of one message, whichever way Gradio wraps its content."""
    content = message.get("content", "")
    if isinstance(content, list):
        content = " ".join(part.get("text", "") if isinstance(part, dict) else str(part) for part in content)
    return unescape(TAG.sub("", str(content).replace("<br>", "\n")))


def earlier(history: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """What the person has said so far, oldest first."""
    return tuple(text_of(message) for message in history if message.get("role") == "user")


def with_reply(history: Sequence[dict[str, Any]], said: str, reply: str) -> list[dict[str, Any]]:
    """The conversation with one more message and its reply, both as HTML."""
    return [*history, {"role": "user", "content": said}, {"role": "assistant", "content": reply}]
