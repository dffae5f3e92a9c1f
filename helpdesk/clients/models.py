"""Tables of client companies and contacts; a contact is one person at one company."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import Person
from helpdesk.db import Base


class CompanyKind(StrEnum):
    """Clients, and the two companies that the desk itself needs."""

    CLIENT = "client"
    UNKNOWN = "unknown"
    OWN = "own"


class Company(Base):
    """A client firm. `confirmed_at` null means "to be confirmed": line 1 entered it during a call.

    `retired_at` says since when it is a client no longer; its tickets, people and calls stay. Without
    `colleagues_answer` a mail of a colleague joins no request of another that he is not on.
    """

    __tablename__ = "company"
    __table_args__ = (
        Index("uq_company_system_kind", "kind", unique=True, postgresql_where=text("kind <> 'client'")),
        Index("ix_company_sort_key", "sort_key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CompanyKind] = mapped_column(server_default="client")
    name: Mapped[str]
    sort_key: Mapped[str]
    main_phone: Mapped[str | None]
    main_phone_e164: Mapped[str | None] = mapped_column(index=True)
    zone: Mapped[str | None]
    language: Mapped[str | None]
    vip: Mapped[bool] = mapped_column(server_default=text("false"))
    colleagues_answer: Mapped[bool] = mapped_column(server_default=text("true"))
    systems: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    confirmed_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    domains: Mapped[list["CompanyDomain"]] = relationship(lazy="raise")

    @property
    def shares_requests(self) -> bool:
        """Whether its people may answer each other's requests by mail; those of no real firm never may."""
        return self.kind is CompanyKind.CLIENT and self.colleagues_answer


class CompanyDomain(Base):
    """A mail domain whose senders belong to the company; lower-case, one company only.

    It stands for exactly itself; with "*." in front for all below it.
    """

    __tablename__ = "company_domain"
    __table_args__ = (CheckConstraint("domain = lower(domain)", name="domain_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    domain: Mapped[str] = mapped_column(unique=True)


class Contact(Base):
    """A person as client of one company. `lookup` is one lower-cased line of all that he may be found by.

    `words` are its words as they stand: while somebody types, beginnings of words come by index (measured
    with ranking at 100,000 contacts: 10 to 17 ms, 38 MB) and only what is missing by reading the lines
    (`like '%...%'`: 40 to 120 ms on a busy machine, a tenth of it at 10,000). Every ending of every word as a
    key of its own would answer at once, but weigh 490 MB.
    `verified_at` null: known only from what came in, nobody has said yet who it is.
    """

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("person_id", "company_id"),
        Index("ix_contact_words", "words", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    position: Mapped[str] = mapped_column(server_default="")
    vip: Mapped[bool] = mapped_column(server_default=text("false"))
    note: Mapped[str] = mapped_column(server_default="")
    lookup: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("array_to_tsvector(array_remove(string_to_array(lookup, ' '), ''))", persisted=True),
        deferred=True,
    )
    verified_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    company: Mapped[Company] = relationship(lazy="joined", innerjoin=True)
    addresses: Mapped[list["ContactAddress"]] = relationship(
        lazy="raise", order_by="ContactAddress.id", back_populates="contact"
    )
    phones: Mapped[list["ContactPhone"]] = relationship(
        lazy="raise", order_by="ContactPhone.id", back_populates="contact"
    )


class ContactAddress(Base):
    """A mail address of a contact, lower-case, unique in the installation."""

    __tablename__ = "contact_address"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    undeliverable_at: Mapped[datetime | None]
    undeliverable_reason: Mapped[str | None]
    complained_at: Mapped[datetime | None]

    contact: Mapped[Contact] = relationship(lazy="raise", back_populates="addresses")


class ContactPhone(Base):
    """A number as typed and in E.164; `e164` is null when it cannot be read (a short internal number)."""

    __tablename__ = "contact_phone"
    __table_args__ = (UniqueConstraint("contact_id", "typed"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    typed: Mapped[str]
    e164: Mapped[str | None] = mapped_column(index=True)

    contact: Mapped[Contact] = relationship(lazy="raise", back_populates="phones")
