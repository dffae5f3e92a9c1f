"""Whether all that a rule's sheet names is there to be chosen; a typed company counts as one."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select

from helpdesk.accounts.models import Team
from helpdesk.admin import words
from helpdesk.admin.rule_sheet import RuleSheet
from helpdesk.clients.models import Company
from helpdesk.clients.queries import find_company
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.mail.models import Mailbox
from helpdesk.routing.rules import Conditions, Placement
from helpdesk.tickets.models import Category
from helpdesk.tickets.rules import Channel, TicketType

NOT_LISTED = N_("Something that was chosen here is no longer there. Choose once more.")
LARGEST_ID = 2**31 - 1


def asked(sheet: RuleSheet) -> Conditions:
    """What the rule asks, every choice looked up. Raises BadInput at the field whose choice is not there."""
    found = sheet.conditions
    _check_listed("channels", found.channels, [channel.value for channel in Channel])
    _check_listed("types", found.types, [kind.value for kind in TicketType])
    _check_listed("languages", found.languages, words.LANGUAGES)
    _check_listed("weekdays", found.weekdays, range(7))
    _check_kept("mailbox_ids", Mailbox, found.mailbox_ids)
    _check_kept("company", Company, found.company_ids)
    typed = sheet.texts.get("company_text", "").strip()
    if not typed:
        return found
    return replace(found, company_ids=tuple(dict.fromkeys((*found.company_ids, _company(typed)))))


def placed(sheet: RuleSheet) -> Placement:
    """What the rule does, every choice looked up. Raises BadInput at the field whose choice is not there."""
    found = sheet.placement
    if found.team_id is not None:
        _check_kept("team", Team, [found.team_id])
        if db.session.get_one(Team, found.team_id).retired_at is not None:
            raise BadInput(NOT_LISTED, "team")
    if found.line is not None:
        _check_listed("team", [found.line], (1, 2, 3))
    if found.category_id is not None:
        _check_kept("category", Category, [found.category_id])
    return found


def _company(typed: str) -> int:
    """Without this a rule meant for one client would ask nothing, and take every request."""
    company = find_company(typed)
    if company is None:
        raise BadInput(
            N_("No company is called “%(name)s”. Choose it from the list, or take the words away."),
            "company",
            name=typed[:80],
        )
    return company.id


def _check_listed(field: str, chosen: Iterable[object], known: Iterable[object]) -> None:
    if not set(chosen) <= set(known):
        raise BadInput(NOT_LISTED, field)


def _check_kept(field: str, table: type[Mailbox | Company | Team | Category], ids: Iterable[int]) -> None:
    wanted = set(ids)
    if any(one > LARGEST_ID for one in wanted):
        raise BadInput(NOT_LISTED, field)
    if wanted and set(db.session.scalars(select(table.id).where(table.id.in_(wanted)))) != wanted:
        raise BadInput(NOT_LISTED, field)
