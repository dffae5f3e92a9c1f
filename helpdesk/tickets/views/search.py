"""The doors to searching: a number jumps, words list what fits by kind, and a few lines come while typing."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from helpdesk import web
from helpdesk.accounts import rates
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clients import phones
from helpdesk.clients.models import Company
from helpdesk.clients.queries import Found, search_companies, search_contacts
from helpdesk.clients.words import known_as
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.i18n import page_language
from helpdesk.kb import queries as kb
from helpdesk.kb.marks import marked, without_marks
from helpdesk.sla.queries import chips
from helpdesk.tickets import typed as reading
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.excerpts import Excerpt, excerpts, marked_name
from helpdesk.tickets.queries.lists import Order, TicketRow, listed
from helpdesk.tickets.queries.search import begun, lately_read, search, visible_number
from helpdesk.tickets.queries.visibility import visible_to
from helpdesk.tickets.typed import Typed
from helpdesk.tickets.views import rows
from helpdesk.tickets.views.blueprint import blueprint

BESIDE = 5  # contacts, companies and instructions beside the tickets
BY_PHONE = 20
WHILE_TYPING = 4


@dataclass(frozen=True)
class Marks:
    """The words of a row with the found ones marked."""

    subject: Markup
    said: Markup
    company: Markup
    contact: Markup


@dataclass(frozen=True)
class Named:
    """A contact or company as a line of what was found."""

    name: Markup
    note: str
    url: str
    initials: str = ""
    tint: int = 1


@blueprint.get("/search", endpoint="search")
@policy(Permission.SIGNED_IN, rate=rates.SEARCH)
def find() -> ResponseReturnValue:
    """Tickets, clients and instructions; only what the person may see."""
    actor, now = current_actor(), process_time()
    typed = reading.read(request.args.get("q", ""))
    if typed.number is not None and visible_number(actor, typed.number):
        return redirect(url_for("tickets.page", number=typed.number))
    contacts = _contacts(actor, typed, BY_PHONE)
    by_phone = [one.id for one in contacts] if phones.looks_like_number(typed.text) else []
    numbers = search(actor, typed, contact_ids=by_phone)
    found = listed(
        actor, Ticket.id.in_(numbers), visible_to(actor), order=Order.NEWEST, cursor=None
    ).rows if numbers else ()  # fmt: skip
    place = {number: at for at, number in enumerate(numbers)}
    best = sorted(found, key=lambda row: place[row.number])
    return web.render(
        "tickets/search.html",
        typed=typed.text,
        remarks=[gettext(one.sentence, word=one.word) for one in typed.remarks],
        rows=rows.shown(best, chips(numbers, now) if numbers else {}, actor.lines),
        marks=_marks(numbers, typed, best),
        contacts=[_contact(one, typed) for one in contacts[:BESIDE]],
        companies=[_company(one, typed) for one in _companies(actor, typed, BESIDE)],
        articles=_articles(actor, typed),
        elsewhere=_elsewhere(actor, typed),
    )


@blueprint.get("/search/suggestions", endpoint="suggestions")
@policy(Permission.SIGNED_IN, rate=rates.LOOK_UP)
def suggest() -> ResponseReturnValue:
    """A few lines under the search box while somebody types; what he read lately before he does."""
    actor, typed = current_actor(), reading.read(request.args.get("q", ""))
    tickets = begun(actor, typed, limit=WHILE_TYPING) if typed.text else lately_read(actor, limit=BESIDE)
    words = (*typed.words, *typed.phrases)
    return web.render(
        "tickets/_suggestions.html",
        typed=typed.text,
        tickets=[(number, marked(marked_name(subject, words))) for number, subject in tickets],
        contacts=[_contact(one, typed) for one in _contacts(actor, typed, WHILE_TYPING)],
        companies=[_company(one, typed) for one in _companies(actor, typed, WHILE_TYPING - 1)],
    )


def _contacts(actor: Actor, typed: Typed, most: int) -> Sequence[Found]:
    """People by any part of name, company, address or number, as far as the person may look for them."""
    wanted = typed.text if phones.looks_like_number(typed.text) else typed.plain
    if not wanted or not may(actor.relations, Permission.CLIENT_READ):
        return ()
    found = search_contacts(wanted, limit=most, region=settings().phone_region)
    return [one for one in found if _in_scope(actor, one.company_id)]


def _companies(actor: Actor, typed: Typed, most: int) -> Sequence[Company]:
    if not typed.plain or not may(actor.relations, Permission.CLIENT_READ):
        return ()
    return [one for one in search_companies(typed.plain, limit=most) if _in_scope(actor, one.id)]


def _in_scope(actor: Actor, company_id: int) -> bool:
    """Whoever only manages some clients finds only those."""
    everybody = actor.is_agent or actor.is_administrator or actor.manager_company_ids is None
    return everybody or company_id in (actor.manager_company_ids or ())


def _contact(one: Found, typed: Typed) -> Named:
    return Named(
        name=marked(marked_name(known_as(one.name), typed.words)),
        note=", ".join(part for part in (one.position, known_as(one.company)) if part),
        url=url_for("clients.contact", contact_id=one.id),
        initials=one.initials,
        tint=one.tint,
    )


def _company(one: Company, typed: Typed) -> Named:
    return Named(
        marked(marked_name(known_as(one.name), typed.words)),
        "",
        url_for("clients.company", company_id=one.id),
    )


def _articles(actor: Actor, typed: Typed) -> list[kb.Hit]:
    if not typed.has_words or typed.is_narrowed or not may(actor.relations, Permission.ARTICLE_READ):
        return []
    return kb.search(typed.plain, languages=kb.languages_for(page_language()), limit=BESIDE)


def _elsewhere(actor: Actor, typed: Typed) -> list[tuple[str, str]]:
    """Where the same words may find something else, as far as the person may look there."""
    places = (
        (gettext("Look in the instructions"), "kb.articles", Permission.ARTICLE_READ),
        (gettext("Look among the clients"), "clients.companies", Permission.CLIENT_READ),
    )
    return [
        (words, url_for(end, q=typed.text)) for words, end, needed in places if may(actor.relations, needed)
    ]


def _marks(numbers: list[int], typed: Typed, best: Sequence[TicketRow]) -> dict[int, Marks]:
    """What to draw instead of the plain words of each row."""
    found, words = excerpts(numbers, typed), (*typed.words, *typed.phrases, *typed.clients)
    plain = {row.number: Excerpt(without_marks(row.subject), without_marks(row.preview)) for row in best}
    return {
        number: Marks(
            marked(said.subject),
            marked(said.said),
            marked(marked_name(known_as(row.company), words)),
            marked(marked_name(known_as(row.contact), words)),
        )
        for row in best
        for number, said in ((row.number, found.get(row.number, plain[row.number])),)
    }
