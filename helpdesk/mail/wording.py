"""Which words of a read mail a ticket shows, finds and remarks on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from flask_babel import force_locale, gettext

from helpdesk.intake import Body
from helpdesk.mail.indexable import is_hard_to_index
from helpdesk.mail.opening import TOO_HEAVY
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.plaintext import html_to_text

REMOTE_PICTURE = re.compile(r"""<img\b[^<>]*\bsrc\s*=\s*["']?\s*https?:""", re.IGNORECASE)
WORD = re.compile(r"\w{3,}")
FEW_WORDS = 8
OTHER_SHARE = 0.25
OTHER_LIMIT = 200_000
Remark = Mapping[str, str]


def body_of(parsed: ParsedMail, language: str) -> Body:
    """What is stored; sentences of ours are in the language of the mailbox."""
    if parsed.is_too_complex:
        return Body(text=_said(language, is_complex=True))
    if parsed.is_encrypted:
        rest = f"\n\n{parsed.text}" if parsed.text.strip() else ""
        return Body(text=_said(language) + rest, html=None, remarks=_remarks(parsed, ""))
    until = parsed.reply_until
    other = other_words(parsed.text, parsed.html)
    return Body(
        text=parsed.text,
        html=parsed.html or None,
        reply_until=until if 0 < until < len(parsed.text) else None,
        other_text=other,
        remarks=_remarks(parsed, other),
    )


def keeps_original(parsed: ParsedMail) -> bool:
    """The bytes themselves are attached, since what could be read of them is not all."""
    return parsed.is_too_complex or parsed.is_encrypted


def other_words(text: str, html: str) -> str:
    """The words of the HTML when a good part of them is missing from the text; else empty."""
    shown = html_to_text(html) if html else ""
    words = set(WORD.findall(shown.lower()))
    missing = words - set(WORD.findall(text.lower()))
    is_other = len(words) >= FEW_WORDS and len(missing) > OTHER_SHARE * len(words)
    return shown[:OTHER_LIMIT] if is_other and not is_hard_to_index(shown) else ""


def _said(language: str, *, is_complex: bool = False) -> str:
    with force_locale(language):
        if is_complex:
            return gettext("This message is too complex to be shown. Please open the attached original.")
        return gettext("This message is encrypted. Please open the attached original.")


def _remarks(parsed: ParsedMail, other: str) -> tuple[Remark, ...]:
    found: list[Remark] = []
    if parsed.invitation is not None:
        found.append({"kind": "invitation", **asdict(parsed.invitation)})
    if TOO_HEAVY in parsed.defects:
        found.append({"kind": "html_left_out"})
    if other:
        found.append({"kind": "two_versions", "lines": str(other.count("\n") + 1 + len(other) // 90)})
    if parsed.html and parsed.heights:
        found.append(
            {"kind": "heights", **{name: _list(one) for name, one in asdict(parsed.heights).items()}}
        )
    if REMOTE_PICTURE.search(parsed.html):
        found.append({"kind": "remote_pictures"})
    return tuple(found)


def _list(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))
