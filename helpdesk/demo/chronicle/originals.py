"""Mails of the past as they may have come, for whoever asks for the original."""

import base64
from datetime import datetime

from helpdesk.demo.chronicle.rows import Row
from helpdesk.demo.placing import ADDRESS


def original_of(name: str, sender: str, message: Row, message_id: str, at: datetime) -> bytes:
    """Its bytes."""
    head = (
        f"From: {_word(name)} <{sender}>\r\nTo: {ADDRESS}\r\nSubject: {_word(message['subject'])}\r\n"
        f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\r\nMessage-ID: {message_id}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    body: str = message["text"]
    return head.encode("ascii") + body.replace("\n", "\r\n").encode() + b"\r\n"


def _word(text: str) -> str:
    """A header's words in ASCII (RFC 2047, one word; long ones are nobody's concern in an old mail)."""
    if text.isascii():
        return text
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode('ascii')}?="
