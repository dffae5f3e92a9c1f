"""Making client companies, and the mail domains by which their people are known."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, select

from helpdesk.accounts.people import sort_key
from helpdesk.clients import phones, rules
from helpdesk.clients.actions.lookup import refresh_lookup
from helpdesk.clients.facts import note_company
from helpdesk.clients.models import Company, CompanyDomain, CompanyKind, Contact
from helpdesk.db import db
from helpdesk.errors import RuleViolation

_SYSTEM_NAMES = {CompanyKind.UNKNOWN: "Unknown client", CompanyKind.OWN: "Our firm"}


def ensure_system_companies(now: datetime) -> None:
    """Make "Unknown client" and "Our firm" where they are missing; harmless when they are there."""
    for kind, name in _SYSTEM_NAMES.items():
        if not db.session.scalar(select(Company.id).where(Company.kind == kind)):
            db.session.add(
                Company(kind=kind, name=name, sort_key=sort_key(name), confirmed_at=now, created_at=now)
            )
    db.session.flush()


def create_company(
    name: str,
    *,
    now: datetime,
    to_be_confirmed: bool = False,
    main_phone: str = "",
    region: str = "GB",
    by: int | None = None,
) -> Company:
    """A new client company. With `to_be_confirmed` somebody still has to look at it.

    With `by` it stands in the history as his; whoever fills in more afterwards writes that down himself
    (facts.note_company). Raises RuleViolation without a name, or when a client of that name is there.
    """
    name = " ".join(name.split())
    if not name:
        raise RuleViolation(_("Give the company a name."))
    _refuse_second(name)
    company = Company(
        name=name,
        sort_key=sort_key(name),
        confirmed_at=None if to_be_confirmed else now,
        created_at=now,
    )
    set_main_phone(company, main_phone, region)
    db.session.add(company)
    db.session.flush()
    if by is not None:
        note_company(company, None, by=by, now=now)
    return company


def confirm_company(company: Company, *, now: datetime) -> None:
    """Somebody looked at what was entered during a call. Raises RuleViolation for one that was retired."""
    if company.retired_at is not None:
        raise RuleViolation(_("%(name)s is a client no longer.", name=company.name))
    company.confirmed_at = company.confirmed_at or now


def retire_company(company: Company, *, open_tickets: int, now: datetime) -> None:
    """It is a client no longer: it leaves the lists and gives its mail domains back; all history stays.

    Raises RuleViolation while tickets are open, and for the companies that the desk itself needs.
    """
    if company.kind is not CompanyKind.CLIENT:
        raise RuleViolation(_("The desk needs this one itself."))
    if open_tickets:
        raise RuleViolation(
            ngettext(
                "%(name)s still has %(num)d open ticket. Finish it first.",
                "%(name)s still has %(num)d open tickets. Finish them first.",
                open_tickets,
                name=company.name,
            )
        )
    set_domains(company, ())
    company.retired_at = company.retired_at or now


def restore_company(company: Company) -> None:
    """It is a client again; its mail domains have to be entered again."""
    company.retired_at = None


def set_main_phone(company: Company, typed: str, region: str = phones.DEFAULT_REGION) -> None:
    """Keep the main number as typed and, where it can be read, in E.164; "" takes it away."""
    company.main_phone = typed.strip() or None
    company.main_phone_e164 = phones.e164(typed, region) if company.main_phone else None


def rename_company(company: Company, name: str) -> None:
    """Another name, by which its contacts are found too. Raises RuleViolation when it is taken or empty."""
    name = " ".join(name.split())
    if not name:
        raise RuleViolation(_("Give the company a name."))
    if name == company.name:
        return
    if sort_key(name) != company.sort_key:
        _refuse_second(name)
    company.name, company.sort_key = name, sort_key(name)
    db.session.flush()
    for contact in db.session.scalars(select(Contact).where(Contact.company_id == company.id)):
        refresh_lookup(contact)


def _refuse_second(name: str) -> None:
    if db.session.scalar(select(Company.id).where(Company.sort_key == sort_key(name))):
        raise RuleViolation(_("A company called “%(name)s” is there already.", name=name))


def add_domain(company: Company, typed: str, *, ours: Collection[str] = ()) -> CompanyDomain:
    """Mail from that domain belongs to the company from now on.

    `ours` are the domains of the desk's own mailboxes. Raises RuleViolation for what is no domain, for
    free-mail providers, ends of domains such as co.uk, our own domains, and when another company has it.
    """
    name = rules.domain(typed)
    if company.kind is not CompanyKind.CLIENT:
        raise RuleViolation(_("Only a client company has mail domains."))
    _refuse_common(name, typed, ours)
    taken = db.session.execute(
        select(CompanyDomain, Company.name).join(Company).where(CompanyDomain.domain == name)
    ).one_or_none()
    if taken and taken[0].company_id != company.id:
        raise RuleViolation(_("%(domain)s belongs to %(company)s.", domain=name, company=taken[1]))
    return taken[0] if taken else _new_domain(company, name)


def _refuse_common(name: str, typed: str, ours: Collection[str]) -> None:
    shown = rules.domain_shown(name)
    if not rules.is_mail_domain(name):
        raise RuleViolation(_("“%(domain)s” is no mail domain.", domain=typed.strip()))
    if rules.is_free_mail(name):
        raise RuleViolation(_("Anybody can have an address at %(domain)s, so it says nothing.", domain=shown))
    if rules.is_public_suffix(name):
        raise RuleViolation(
            _("Many firms have a domain that ends in %(domain)s; give the whole one.", domain=shown)
        )
    if rules.bare_domain(name) in ours:
        raise RuleViolation(_("%(domain)s is our own mail domain, not a client's.", domain=shown))


def set_domains(company: Company, typed: Sequence[str], *, ours: Collection[str] = ()) -> None:
    """Exactly these mail domains; for what is refused see add_domain."""
    kept = {add_domain(company, name, ours=ours).id for name in typed}
    gone = delete(CompanyDomain).where(CompanyDomain.company_id == company.id, CompanyDomain.id.not_in(kept))
    db.session.execute(gone)


def _new_domain(company: Company, name: str) -> CompanyDomain:
    domain = CompanyDomain(company_id=company.id, domain=name)
    db.session.add(domain)
    db.session.flush()
    return domain
