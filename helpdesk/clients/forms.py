"""The forms of a company and of a contact as they stand or were sent; lists are one entry a line."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from werkzeug.datastructures import MultiDict

from helpdesk.clients.models import Company, Contact
from helpdesk.clients.rules import domain_shown


@dataclass(frozen=True)
class CompanySheet:
    """A company as text."""

    name: str = ""
    main_phone: str = ""
    domains: str = ""
    zone: str = ""
    language: str = ""
    systems: str = ""
    note: str = ""
    vip: bool = False
    colleagues_answer: bool = True

    @classmethod
    def of(cls, company: Company) -> Self:
        return cls(
            name=company.name,
            main_phone=company.main_phone or "",
            domains="\n".join(sorted(domain_shown(domain.domain) for domain in company.domains)),
            zone=company.zone or "",
            language=company.language or "",
            systems=company.systems,
            note=company.note,
            vip=company.vip,
            colleagues_answer=company.colleagues_answer,
        )

    @property
    def domain_list(self) -> list[str]:
        return _entries(self.domains.replace(",", "\n"))


@dataclass(frozen=True)
class ContactSheet:
    """A contact as text."""

    name: str = ""
    position: str = ""
    emails: str = ""
    phones: str = ""
    language: str = ""
    zone: str = ""
    note: str = ""
    vip: bool = False

    @classmethod
    def of(cls, contact: Contact) -> Self:
        return cls(
            name=contact.person.name,
            position=contact.position,
            emails="\n".join(address.email for address in contact.addresses),
            phones="\n".join(phone.typed for phone in contact.phones),
            language=contact.person.language or "",
            zone=contact.person.zone or "",
            note=contact.note,
            vip=contact.vip,
        )

    @property
    def email_list(self) -> list[str]:
        return _entries(self.emails)

    @property
    def phone_list(self) -> list[str]:
        return _entries(self.phones)


class Who(StrEnum):
    """How somebody says who a sender is."""

    CONTACT = "contact"
    NEW = "new"


@dataclass(frozen=True)
class WhoSheet:
    """The answer to "who is it": a contact, or a name at a company that is known or new.

    `choice` is the answer ticked: "contact:17" and "company:5" are suggestions, "other" and "new" are not.
    """

    choice: str = ""
    contact_id: int | None = None
    contact_text: str = ""
    name: str = ""
    company_id: int | None = None
    company_text: str = ""

    @property
    def who(self) -> Who:
        return Who.NEW if self.choice == "new" or self.choice.startswith("company:") else Who.CONTACT


WHO = ("who", "contact_id", "contact_id_text", "name", "company_id", "company_text")


def who_sheet(sent: MultiDict[str, str]) -> WhoSheet:
    """The answer as the browser sent it; a bare `contact_id` is one too."""
    choice = sent.get("who", "")
    kind, _, chosen = choice.partition(":")
    ids = {"contact": number_in(chosen), "company": number_in(chosen)} if chosen else {}
    return WhoSheet(
        choice=choice or "other",
        contact_id=ids["contact"] if kind == "contact" and ids else number_in(sent.get("contact_id", "")),
        contact_text=sent.get("contact_id_text", ""),
        name="" if kind == "company" else sent.get("name", "")[:200],
        company_id=ids["company"] if kind == "company" and ids else number_in(sent.get("company_id", "")),
        company_text=sent.get("company_text", "")[:200],
    )


def number_in(text: str) -> int | None:
    """The id that a field holds; None for everything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def company_sheet(sent: MultiDict[str, str]) -> CompanySheet:
    """The company's form as the browser sent it."""
    texts = {name: sent.get(name, "") for name in _COMPANY_TEXTS}
    return CompanySheet(**texts, vip="vip" in sent, colleagues_answer="colleagues_answer" in sent)


def contact_sheet(sent: MultiDict[str, str]) -> ContactSheet:
    """The contact's form as the browser sent it."""
    texts = {name: "\n".join(sent.getlist(name)) for name in _CONTACT_TEXTS}
    return ContactSheet(**texts, vip="vip" in sent)


_COMPANY_TEXTS = ("name", "main_phone", "domains", "zone", "language", "systems", "note")
_CONTACT_TEXTS = ("name", "position", "emails", "phones", "language", "zone", "note")


def _entries(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
