"""What the desk was told about senders of mail: forms to look behind, no spam, numbers in subjects."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from helpdesk.clients.rules import domain, domain_of, is_address, is_domain, is_free_mail
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.history import Facts, changed
from helpdesk.mail import expressions
from helpdesk.mail.sender_models import SenderAct, SenderRule

THING = "sender_rule"
NO_SENDER = N_("Write an address such as %(address)s, or a whole domain such as %(domain)s.")
EVERYBODY = N_("Everybody has an address at %(domain)s. Name single addresses there, not the whole domain.")
KNOWN = N_("This is said of %(sender)s already.")


def rules_for(email: str) -> Sequence[SenderRule]:
    """Everything that was said of that address, or of its whole domain."""
    return db.session.scalars(
        select(SenderRule).where(SenderRule.pattern.in_(_patterns(email))).order_by(SenderRule.id)
    ).all()


def is_told(email: str, act: SenderAct) -> bool:
    """Whether this was said of the address, or of its whole domain."""
    said = select(SenderRule.id).where(SenderRule.pattern.in_(_patterns(email)), SenderRule.act == act)
    return bool(email) and db.session.scalar(said.limit(1)) is not None


def all_rules() -> Sequence[SenderRule]:
    return db.session.scalars(select(SenderRule).order_by(SenderRule.act, SenderRule.pattern)).all()


def add_rule(sender: str, act: SenderAct, *, by: int, now: datetime, expression: str = "") -> SenderRule:
    """Remember it from now on. Raises BadInput at the field that is wrong."""
    pattern, wanted = pattern_of(sender), expression.strip() if act is SenderAct.EXTERNAL_ID else None
    if wanted is not None:
        expressions.check(wanted, "expression")
    known = select(SenderRule).where(SenderRule.pattern == pattern, SenderRule.act == act)
    if db.session.scalar(known.where(SenderRule.expression.is_not_distinct_from(wanted))):
        raise BadInput(KNOWN, "sender", sender=pattern)
    rule = SenderRule(pattern=pattern, act=act, expression=wanted, created_by_id=by, created_at=now)
    db.session.add(rule)
    db.session.flush()
    changed((THING, rule.id, pattern), None, _facts(rule), by=by, now=now)
    return rule


def remove_rule(rule: SenderRule, *, by: int, now: datetime) -> None:
    """Forget it; mail that came in by it stays as it is."""
    db.session.delete(rule)
    db.session.flush()
    changed((THING, rule.id, rule.pattern), _facts(rule), None, by=by, now=now)


def remember_no_spam(email: str, *, by: int, now: datetime) -> None:
    """What this address sends is no spam from now on, whatever its mail is marked with."""
    if is_address(email) and not is_told(email, SenderAct.NOT_SPAM):
        add_rule(email, SenderAct.NOT_SPAM, by=by, now=now)


def pattern_of(typed: str) -> str:
    """How a sender is kept: the address, or "@" and the domain. Raises BadInput."""
    typed = typed.strip().lower()
    if is_address(typed):
        local, _, name = typed.rpartition("@")
        return f"{local}@{domain(name)}"
    name = domain(typed) if not typed.rpartition("@")[0] else ""
    if not is_domain(name):
        raise BadInput(NO_SENDER, "sender", address="forms@host.example", domain="@host.example")
    if is_free_mail(name):
        raise BadInput(EVERYBODY, "sender", domain=name)
    return f"@{name}"


def _patterns(email: str) -> tuple[str, str]:
    return email.strip().lower(), f"@{domain_of(email)}"


def _facts(rule: SenderRule) -> Facts:
    return {"pattern": rule.pattern, "act": rule.act.value, "expression": rule.expression}
