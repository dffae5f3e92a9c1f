"""Notices as a mail to whoever is away: what waits, ticket by ticket, in one letter to one address."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale

from helpdesk.accounts.actor import Actor
from helpdesk.config import settings
from helpdesk.db import db, notify
from helpdesk.i18n import gettext, ngettext
from helpdesk.notifications.letters import LANGUAGES, Letter
from helpdesk.notifications.models import Notice, Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import id_domain
from helpdesk.notifications.words import sentence

SHOWN = 20
NUMBERS_IN_SUBJECT = 3
SUBJECT_LENGTH = 120


@dataclass(frozen=True, kw_only=True)
class About:
    """One ticket of the letter with what happened on it; number 0 is what concerns no ticket."""

    number: int
    tag: str
    subject: str
    url: str
    sentences: tuple[str, ...]


def write(actor: Actor, rows: Sequence[tuple[Notice, str | None]]) -> Letter:
    """The letter in the person's language; `rows` are notices with the subject of their ticket."""
    wanted = (actor.language, settings().default_language, *LANGUAGES)
    language = next(one for one in wanted if one in LANGUAGES)
    with force_locale(language):
        every = _by_ticket(rows, ZoneInfo(actor.zone or settings().default_timezone))
        subject = _subject(every, len(rows))
        template = current_app.jinja_env.get_template(f"outgoing/{language}/notices.txt")
        body = template.render(
            firm=settings().firm_name,
            name=actor.name,
            tickets=every[:SHOWN],
            more=max(0, len(every) - SHOWN),
            notices_url=f"{settings().base_url}/notices",
            wishes_url=f"{settings().base_url}/profile/notices",
        )
    return Letter(subject=subject, body=body.strip() + "\n", language=language)


def queue(letter: Letter, email: str, *, key: str, now: datetime) -> Outbox:
    """Put the letter into the outbox; it belongs to no ticket, so nothing that answers it joins one."""
    mail = Outbox(
        key=key,
        kind=OutboxKind.NOTICE,
        rfc_message_id=f"<{secrets.token_hex(16)}@{id_domain()}>",
        subject=letter.subject,
        body=letter.body,
        language=letter.language,
        due_at=now,
        created_at=now,
    )
    db.session.add(mail)
    db.session.flush()
    db.session.add(OutboxRecipient(outbox_id=mail.id, email=email, changed_at=now))
    db.session.flush()
    notify("outbox")
    return mail


def _by_ticket(rows: Sequence[tuple[Notice, str | None]], zone: ZoneInfo) -> list[About]:
    """Tickets in the order of their first notice, each with its sentences once."""
    found: dict[int, list[str]] = {}
    subjects = {notice.ticket_id or 0: subject or "" for notice, subject in rows}
    for notice, _ in rows:
        words = sentence(notice.kind, notice.payload, zone)
        said = found.setdefault(notice.ticket_id or 0, [])
        if words not in said:
            said.append(words)
    return [_about(number, subjects[number], said) for number, said in found.items()]


def _about(number: int, subject: str, said: list[str]) -> About:
    place = f"/tickets/{number}" if number else "/notices"
    return About(
        number=number,
        tag=f"{settings().ticket_prefix}#{number}" if number else "",
        subject=" ".join(subject.split())[:SUBJECT_LENGTH],
        url=settings().base_url + place,
        sentences=tuple(said),
    )


def _subject(every: Sequence[About], count: int) -> str:
    """Numbers and what happened, never the words of a client: a subject shows on locked screens."""
    tags = [about.tag for about in every if about.tag]
    if len(every) == 1:
        (about,) = every
        return ": ".join(filter(None, (about.tag, about.sentences[-1])))
    numbers = ", ".join(tags[:NUMBERS_IN_SUBJECT]) + (" …" if len(tags) > NUMBERS_IN_SUBJECT else "")
    words = ngettext("%(num)s notice", "%(num)s notices", count)
    return gettext("%(notices)s: %(numbers)s", notices=words, numbers=numbers) if numbers else words
