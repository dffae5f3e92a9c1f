"""The forms of a company and of a contact as they stand or were sent; lists are one entry a line."""

from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from helpdesk.clients.models import Company, Contact


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

    @classmethod
    def of(cls, company: Company) -> Self:
        return cls(
            name=company.name,
            main_phone=company.main_phone or "",
            domains="\n".join(sorted(domain.domain for domain in company.domains)),
            zone=company.zone or "",
            language=company.language or "",
            systems=company.systems,
            note=company.note,
            vip=company.vip,
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
            note=contact.note,
            vip=contact.vip,
        )

    @property
    def email_list(self) -> list[str]:
        return _entries(self.emails)

    @property
    def phone_list(self) -> list[str]:
        return _entries(self.phones)


def company_sheet(sent: MultiDict[str, str]) -> CompanySheet:
    """The company's form as the browser sent it."""
    texts = {name: sent.get(name, "") for name in _COMPANY_TEXTS}
    return CompanySheet(**texts, vip="vip" in sent)


def contact_sheet(sent: MultiDict[str, str]) -> ContactSheet:
    """The contact's form as the browser sent it."""
    texts = {name: sent.get(name, "") for name in _CONTACT_TEXTS}
    return ContactSheet(**texts, vip="vip" in sent)


_COMPANY_TEXTS = ("name", "main_phone", "domains", "zone", "language", "systems", "note")
_CONTACT_TEXTS = ("name", "position", "emails", "phones", "language", "note")


def _entries(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
