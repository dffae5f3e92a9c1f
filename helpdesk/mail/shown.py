"""How an inspected message reads on a terminal."""

import re
from collections.abc import Iterator

from helpdesk.mail.inspecting import Seen

UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
WIDTH = 78
FLAGS = {
    "is_auto": "written by a machine",
    "is_out_of_office": "a note of absence",
    "is_bounce": "a delivery report",
    "is_feedback_report": "a complaint",
    "is_read_receipt": "a read receipt",
    "is_list": "from a list",
    "is_spam": "marked as spam",
    "is_encrypted": "encrypted",
    "is_signed": "signed",
}
UNITS = (("MB", 1_000_000), ("KB", 1_000), ("bytes", 1))


def page_of(seen: Seen, *, is_body: bool = False) -> str:
    """A page of text; nothing in it can move the cursor of a terminal."""
    lines = [*_title(seen), *([] if is_body else _head(seen)), *_words(seen)]
    return UNSAFE.sub("", "\n".join(lines)) + "\n"


def _title(seen: Seen) -> Iterator[str]:
    yield "=" * WIDTH
    yield str(seen["file"])
    yield "=" * WIDTH


def _head(seen: Seen) -> Iterator[str]:
    yield f"Subject:     {seen['subject'] or '(none)'}"
    yield f"From:        {_sender(seen) or '(unknown sender)'}"
    for label, key in (("To", "to_emails"), ("Cc", "cc_emails"), ("Reply-To", "reply_to_emails")):
        if seen.get(key):
            yield f"{label + ':':13}{', '.join(seen[key])}"
    yield f"Message-ID:  {seen['message_id']}"
    found = [words for key, words in FLAGS.items() if seen.get(key)]
    yield f"It is:       {', '.join(found) or 'a message from a person'}"
    yield from (f"Because:     {one}" for one in seen.get("evidence", ()))
    yield from (f"Not reached: {_failure(one)}" for one in seen["bounces"])
    if seen["forwarded_from_email"]:
        yield f"Forwards:    a message from {seen['forwarded_from_email']}"
    yield from (f"File:        {_file(one)}" for one in seen["attachments"])
    yield from (f"Noticed:     {one}" for one in seen["defects"])


def _sender(seen: Seen) -> str:
    return f"{seen['from_name']} <{seen['from_email']}>" if seen["from_name"] else str(seen["from_email"])


def _failure(one: Seen) -> str:
    kind = "for good" if one["hard"] else "for now"
    return f"{one['recipient']} ({kind}{', ' + one['status'] if one['status'] else ''})"


def _file(one: Seen) -> str:
    unit, size = next(((name, size) for name, size in UNITS if one["size"] >= size), ("bytes", 1))
    place = ", shown in the text" if one["inline"] else ""
    return f"{one['name']} ({one['content_type']}, {one['size'] / size:.3g} {unit}{place})"


def _words(seen: Seen) -> Iterator[str]:
    reply, text = str(seen["reply"]), str(seen["text"])
    yield "-" * WIDTH
    yield reply.strip("\n") or "(no text)"
    if len(reply) < len(text):
        yield "--- folded ".ljust(WIDTH, "-")
        yield text[len(reply) :].strip("\n")
    if seen["html"]:
        size = len(seen["html"])
        yield f"--- and the same in HTML, {size} characters once cleaned ".ljust(WIDTH, "-")
