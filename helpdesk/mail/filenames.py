"""The name under which an attachment is shown to a person."""

import re
import unicodedata

from helpdesk.mail.charset import clean_text
from helpdesk.mail.headers import CONTROLS, decode_words
from helpdesk.mail.mime import Part

LIMIT = 150
EXTENSIONS = {
    "text/plain": "txt",
    "text/html": "html",
    "text/csv": "csv",
    "text/rfc822-headers": "txt",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/json": "json",
    "application/xml": "xml",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "application/pgp-keys": "asc",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/ms-tnef": "dat",
    "audio/mpeg": "mp3",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "video/mp4": "mp4",
}


def given_name(part: Part) -> str:
    """What the sender called the part, cleaned; empty if it has no name."""
    given = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    if not given and part.headers.has("content-location") and not part.content_type.startswith("text/"):
        given = part.headers.raw("content-location").rpartition("/")[2]
    return clean_name(given)


def shown_name(part: Part, number: int) -> str:
    """The given name, or one made up from the type and the part's number."""
    name = given_name(part)
    if name:
        return name
    if part.content_type in {"message/rfc822", "message/global"}:
        return clean_name(_subject_of(part) + ".eml", is_path=False)
    if part.content_type == "text/calendar":
        return "invite.ics"
    return f"part-{number}.{_extension(part.content_type)}"


def clean_name(name: str, *, is_path: bool = True) -> str:
    """Base name, composed, without controls or direction overrides, at most 150 characters."""
    name = clean_text(decode_words(name)).replace("\n", " ")
    base = re.split(r"[/\\]", name.strip())[-1] if is_path else re.sub(r"[/\\]", "_", name)
    shown = unicodedata.normalize("NFC", CONTROLS.sub("", base)).strip(" .\"'" if is_path else " \"'")
    if len(shown) <= LIMIT:
        return shown
    stem, dot, extension = shown.rpartition(".")
    return (
        shown[:LIMIT]
        if not dot or len(extension) > 10
        else stem[: LIMIT - len(extension) - 1] + dot + extension
    )


def _subject_of(part: Part) -> str:
    subject = part.children[0].headers.text("subject") if part.children else ""
    return subject.strip() or "message"


def _extension(content_type: str) -> str:
    kind, _, subtype = content_type.partition("/")
    plain = subtype.removeprefix("x-")
    fallback = plain if kind in {"image", "audio", "video", "text"} and plain.isalnum() else "bin"
    return EXTENSIONS.get(content_type, fallback)
