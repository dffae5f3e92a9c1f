"""Doors to the words of letters to clients: for each occasion, language and mailbox, with a preview."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import mail_texts as texts
from helpdesk.admin import words
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.letter_frame import unpacked
from helpdesk.admin.pages import render_section
from helpdesk.db import db
from helpdesk.errors import DomainError, StaleChange
from helpdesk.headers import as_mail_body
from helpdesk.i18n import gettext, told
from helpdesk.mail.models import Mailbox
from helpdesk.notifications import text_settings as actions
from helpdesk.notifications.letters import LANGUAGES
from helpdesk.notifications.text_settings import Place
from helpdesk.notifications.texts import is_silent
from helpdesk.notifications.wording import MAY_BE_SILENT, PLACEHOLDERS, Occasion


@dataclass(frozen=True)
class Words:
    """An occasion as the thing of a route."""

    occasion: Occasion


def _words(_actor: Actor, number: int) -> Words | None:
    occasion = actions.occasion_of(number)
    return Words(occasion) if occasion else None


LOADER = Loader(_words, lambda _actor, _words: frozenset())
PLACE = ("language", "mailbox")


@blueprint.get("/settings/mail-texts")
@policy(Permission.SETTINGS_READ)
def mail_texts() -> str:
    """Every occasion, whether it is written on, and in whose words."""
    return render_section(
        "admin/mail_texts.html", "mail_texts", rows=texts.overview(), languages=words.LANGUAGES
    )


@blueprint.get("/settings/mail-texts/<int:number>")
@policy(Permission.SETTINGS_READ, load=LOADER)
def mail_text(thing: Words, number: int) -> str:
    """The words of one occasion in one language, for one mailbox or for all."""
    place = _place(thing.occasion)
    return _page(place, texts.in_force(place))


@blueprint.post("/settings/mail-texts/<int:number>")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
@takes(*PLACE, "body")
def change_mail_text(thing: Words, number: int) -> ResponseReturnValue:
    """Let these words hold from the next mail on."""
    place, body, seen = _place(thing.occasion), request.form.get("body", ""), request.form.get("version", "")

    def refused(problem: DomainError) -> ResponseReturnValue:
        new = texts.in_force(place) if isinstance(problem, StaleChange) else ""
        return _page(place, body, error=told(problem), new=new), status_of(problem)

    return write_once(
        leading_to(_url(place), lambda by, now: actions.reword(place, body, seen=seen, by=by, now=now)),
        refused=refused,
        said=gettext("Saved. The next mail says it this way."),
    )


@blueprint.post("/settings/mail-texts/<int:number>/preview")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
@takes(*PLACE, "body")
def preview_mail_text(thing: Words, number: int) -> str:
    """The mail as an invented client would get it; nothing is saved."""
    place, body = _place(thing.occasion), request.form.get("body", "")
    if web.is_htmx():
        return render_template("admin/_mail_preview.html", **_previewed(place, body))
    return _page(place, body)


@blueprint.get("/settings/mail-texts/<int:number>/letter")
@policy(Permission.SETTINGS_READ, load=LOADER)
def mail_text_letter(thing: Words, number: int) -> ResponseReturnValue:
    """The same mail with its form, for the sandboxed frame; without `words` those in force."""
    place, words = _place(thing.occasion), request.args.get("words")
    body = texts.in_force(place) if words is None else unpacked(words)
    if body is None:
        abort(404)
    return as_mail_body(make_response(texts.letter(place, body)))


@blueprint.post("/settings/mail-texts/<int:number>/original")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
@takes(*PLACE)
def restore_mail_text(thing: Words, number: int) -> ResponseReturnValue:
    """Take the own words away."""
    place = _place(thing.occasion)
    write = leading_to(_url(place), lambda by, now: actions.restore(place, by=by, now=now))
    return write_once(write, said=gettext("The original holds again."))


@blueprint.post("/settings/mail-texts/<int:number>/silence")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
@takes(*PLACE, "is_sent")
def silence_mail_text(thing: Words, number: int) -> ResponseReturnValue:
    """Write on this occasion, or keep silent."""
    is_sent, name = bool(request.form.get("is_sent")), str(texts.NAMES[thing.occasion][0])

    def verb(by: int, now: datetime) -> None:
        actions.silence(thing.occasion, name, is_sent=is_sent, by=by, now=now)

    said = gettext("Clients get this mail again.") if is_sent else gettext("Nobody gets this mail any more.")
    return write_once(leading_to(url_for(".mail_text", number=number), verb), said=said)


def _place(occasion: Occasion) -> Place:
    """Language and mailbox of the address or the form; 404 for those that are not there."""
    language = request.values.get("language") or LANGUAGES[0]
    written = request.values.get("mailbox", "")
    mailbox = None
    if written:
        is_number = written.isascii() and written.isdigit() and len(written) < 18
        mailbox = db.session.get(Mailbox, int(written)) if is_number else None
        if mailbox is None:
            abort(404)
    if language not in LANGUAGES:
        abort(404)
    return Place(
        occasion=occasion,
        language=language,
        mailbox=(mailbox.id, mailbox.address) if mailbox else None,
        name=str(texts.NAMES[occasion][0]),
    )


def _url(place: Place) -> str:
    return _url_of(place.occasion, place.language, place.mailbox[0] if place.mailbox else None)


def _url_of(occasion: Occasion, language: str, mailbox_id: int | None) -> str:
    return url_for(".mail_text", number=actions.number_of(occasion), language=language, mailbox=mailbox_id)


def _page(place: Place, body: str, *, error: str = "", new: str = "") -> str:
    own = actions.own_text(place)
    mailboxes = db.session.scalars(select(Mailbox).where(Mailbox.active).order_by(Mailbox.address)).all()
    mailbox_id = place.mailbox[0] if place.mailbox else None
    return render_section(
        "admin/mail_text.html",
        "mail_texts",
        thing=(actions.KIND, actions.number_of(place.occasion)),
        thing_name=place.name,
        place=place,
        number=actions.number_of(place.occasion),
        says=texts.NAMES[place.occasion][1],
        body=body,
        error=error,
        new=new,
        version=actions.mark(own),
        is_own=own is not None,
        is_sent=not is_silent(place.occasion),
        may_be_silent=place.occasion in MAY_BE_SILENT,
        placeholders=[(name, texts.MEANINGS[name]) for name in PLACEHOLDERS[place.occasion]],
        language_tabs=[
            (str(name), _url_of(place.occasion, code, mailbox_id), None, code == place.language)
            for code, name in words.LANGUAGES.items()
        ],
        mailbox_tabs=[
            (
                gettext("All mailboxes"),
                _url_of(place.occasion, place.language, None),
                None,
                mailbox_id is None,
            ),
            *(
                (one.address, _url_of(place.occasion, place.language, one.id), None, one.id == mailbox_id)
                for one in mailboxes
            ),
        ],
        **_previewed(place, body),
    )


def _previewed(place: Place, body: str) -> dict[str, object]:
    preview, mailbox_id = texts.preview(place, body), place.mailbox[0] if place.mailbox else None
    number = actions.number_of(place.occasion)
    letter_url = url_for(
        ".mail_text_letter",
        number=number,
        language=place.language,
        mailbox=mailbox_id,
        words=preview.packed,
    )
    return {"preview": preview, "letter_url": letter_url if preview.packed else ""}
