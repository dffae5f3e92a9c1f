"""What a reader is told about a mail beside its words: invitations, versions, blocked pictures, logos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import format_datetime, gettext

from helpdesk import i18n
from helpdesk.mail.cleaning import is_drawable
from helpdesk.mail.frame_rooms import WIDTHS, Room, rooms_of
from helpdesk.tickets.views.reading import Facts, Said

LEAST, A_LINE, LETTERS_A_LINE, A_PICTURE = 96, 22, 90, 280
LOGO_BYTES = 4_000  # a picture of fewer stands between words


@dataclass(frozen=True)
class Pictures:
    """Pictures that a mail has elsewhere; `are_shown` to this reader, who asked for them at `url`."""

    url: str
    are_shown: bool


@dataclass(frozen=True)
class MailBody:
    """How the mail of a message is drawn. `frame_url` is None where there is nothing more to see; `rooms` say
    how high the frame must be, narrow ones first, for a frame that can do nothing cannot tell.
    """

    remarks: Sequence[str]
    frame_url: str | None
    rooms: Sequence[Room]
    is_open: bool
    pictures: Pictures | None
    logos: Sequence[Facts]


def mail_body(number: int, said: Said, reader_id: int | None) -> MailBody:
    kinds = {str(one["kind"]) for one in said.remarks}
    pictures = _pictures(number, said, reader_id) if "remote_pictures" in kinds else None
    return MailBody(
        remarks=[words for one in said.remarks if (words := _remark(one))],
        frame_url=_frame(number, said, pictures),
        rooms=_rooms(said, fetched=pictures is not None and pictures.are_shown),
        is_open=_says_more(kinds, said, pictures),
        pictures=pictures if said.has_html else None,
        logos=[file for file in said.files if file["is_repeated"] and not is_drawn(file, said)],
    )


def _says_more(kinds: set[str], said: Said, pictures: Pictures | None) -> bool:
    """Another text, a picture that is no logo below every mail, or pictures this reader asked for."""
    if "two_versions" in kinds and said.has_html:
        return True
    own = any(is_drawn(file, said) and not file["is_repeated"] for file in said.files)
    return own or (pictures is not None and pictures.are_shown)


def is_drawn(file: Facts, said: Said) -> bool:
    """Whether it is seen between the words: of a mail only what its frame draws, of ours every picture."""
    if not file["inline"] or said.html is not None:
        return bool(file["inline"])
    return said.has_html and is_drawable(str(file["content_type"]), int(file["size"]))


def _pictures(number: int, said: Said, reader_id: int | None) -> Pictures:
    url = url_for("tickets.show_pictures", number=number, message_id=said.id)
    return Pictures(url, are_shown=reader_id is not None and reader_id in said.pictures_for)


def _frame(number: int, said: Said, pictures: Pictures | None) -> str | None:
    if not said.has_html or said.html is not None:
        return None
    shown = pictures is not None and pictures.are_shown
    return url_for(
        "tickets.message_with_pictures" if shown else "tickets.message_body",
        number=number,
        message_id=said.id,
    )


def _rooms(said: Said, *, fetched: bool) -> list[Room]:
    """As counted when the mail was read; of one that was read before that, guessed from its words."""
    counted = next((one for one in said.remarks if one["kind"] == "heights"), None)
    if counted is None:
        return rooms_of([_guessed(said, fetched)] * len(WIDTHS))
    return rooms_of(map(int, str(counted["fetched" if fetched else "blocked"]).split()))


def _guessed(said: Said, fetched: bool) -> int:
    drawn = [file for file in said.files if is_drawn(file, said) and int(file["size"]) > LOGO_BYTES]
    pictures = len(drawn) + fetched
    other = next((one for one in said.remarks if one["kind"] == "two_versions"), {})
    text = said.new_words
    lines = text.count("\n") + 2 + len(text) // LETTERS_A_LINE
    high = A_LINE * max(lines, int(other.get("lines", 0))) + A_PICTURE * pictures
    return max(high, LEAST)


def _remark(one: Facts) -> str:
    if one["kind"] == "invitation":
        return _invitation(one)
    if one["kind"] == "came_earlier":
        at = datetime.fromisoformat(str(one["at"]))
        return gettext(
            "It reached the mail server on %(when)s; the desk took it in later.", when=i18n.full_moment(at)
        )
    if one["kind"] == "html_left_out":
        return gettext("This mail was too heavy to be shown in its form; these are its words.")
    return ""


def _invitation(one: Facts) -> str:
    """One line in the reader's language and zone."""
    title = str(one["title"]) or gettext("no title")
    details = [title, *filter(None, (_span(str(one["start"]), str(one["end"])), str(one["place"])))]
    words = ", ".join(details)
    if one["organiser"]:
        words = gettext("%(details)s, by %(organiser)s", details=words, organiser=one["organiser"])
    if one["method"] == "CANCEL":
        return gettext("Cancelled invitation: %(words)s", words=words)
    if one["method"] == "REPLY":
        return gettext("Answer to an invitation: %(words)s", words=words)
    return gettext("Invitation: %(words)s", words=words)


def _span(start: str, end: str) -> str:
    begins, ends = _moment(start), _moment(end)
    if begins is None:
        return ""
    if not isinstance(begins, datetime):
        return i18n.day(begins)
    if begins.tzinfo is None:
        words = gettext("%(when)s by the clocks there", when=format_datetime(begins, "short", rebase=False))
    else:
        words = i18n.full_moment(begins)
    if not isinstance(ends, datetime) or bool(ends.tzinfo) != bool(begins.tzinfo):
        return words
    return gettext("%(when)s, for %(span)s", when=words, span=i18n.duration(ends - begins))


def _moment(written: str) -> date | None:
    try:
        found = datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
    except ValueError:
        return None
    return found if date.min.year < found.year < date.max.year else None
