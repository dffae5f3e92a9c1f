"""The process that opens a winmail.dat: bytes on the standard input, one JSON object on the output."""

import base64
import json
import logging
import mimetypes
import resource
import sys
from collections.abc import Mapping
from typing import Any

from tnefparse import TNEF

from helpdesk.mail.charset import decode
from helpdesk.mail.rtf import rtf_to_text

CPU_SECONDS = 5
MEMORY_BYTES = 1024**3
HEAD_LENGTH = 6
TRAILING = 4
CONTENT_ID = 0x3712
MIME_TYPE = 0x370E


def opened(content: bytes) -> Mapping[str, Any]:
    """Text, HTML and files. Raises whatever the library raises for a damaged one."""
    tnef = TNEF(content + b"\0", do_checksum=False)  # without one more byte it overlooks a tiny last object
    if not 0 <= len(content) - HEAD_LENGTH - sum(one.length for one in tnef.objects) <= TRAILING:
        raise ValueError("It ends in the middle.")
    text, html = _text(tnef.body, tnef), _text(tnef.htmlbody, tnef)
    if not text and not html and tnef.rtfbody:
        text = rtf_to_text(tnef.rtfbody)
    files = [_file(one) for one in tnef.attachments if isinstance(one.data, bytes)]
    return {"text": text, "html": html, "files": files}


def _text(body: Any, tnef: Any) -> str:
    while isinstance(body, list | tuple) and body:
        body = body[0]
    if isinstance(body, str):
        return body.rstrip("\0")
    return decode(body.rstrip(b"\0"), tnef.codepage or "").text if isinstance(body, bytes) else ""


def _file(one: Any) -> Mapping[str, str]:
    name = _name(one)
    declared = _property(one, MIME_TYPE)
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return {
        "name": name,
        "type": (declared if "/" in declared else guessed).lower(),
        "content_id": _property(one, CONTENT_ID).strip("<>"),
        "content": base64.b64encode(one.data).decode("ascii"),
    }


def _name(one: Any) -> str:
    """The long name, else the short one in whatever character set it is."""
    try:
        return str(one.long_filename() or "").rstrip("\0")
    except UnicodeDecodeError:
        return decode(bytes(one._name).rstrip(b"\0"), "").text


def _property(one: Any, name: int) -> str:
    found = next((each.data for each in one.mapi_attrs if each.name == name), "")
    found = found[0] if isinstance(found, list | tuple) and found else found
    return (found.decode("latin-1") if isinstance(found, bytes) else str(found or "")).rstrip("\0")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    logging.disable(logging.CRITICAL)
    json.dump(opened(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
