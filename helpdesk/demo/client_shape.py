"""What a client company of the demo consists of."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Human:
    """A contact: local parts of his addresses at the company's domain, numbers as people type them."""

    name: str
    position: str
    mails: tuple[str, ...]
    phones: tuple[str, ...] = ()
    vip: bool = False


@dataclass(frozen=True, kw_only=True)
class Client:
    """A company with its contract: a key of promises.PROMISES, "" for none (the default policy)."""

    name: str
    domains: tuple[str, ...]
    region: str
    zone: str
    language: str
    phone: str
    people: tuple[Human, ...]
    contract: str = ""
    systems: str = ""
    note: str = ""
    vip: bool = False
