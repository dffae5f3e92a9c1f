"""Tables of routing rules and of each decision with the facts it was made from."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class RoutingRule(Base):
    """Ordered by `position`, first match wins; one that was put away keeps its row for old decisions.

    `conditions` and `placement` have the shapes of routing/rules.py.
    """

    __tablename__ = "routing_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str]
    conditions: Mapped[dict[str, Any]]
    placement: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RoutingDecision(Base):
    """Why a ticket was placed where it was:

    The rule (null: none matched), its facts and the reason as codes.
    """

    __tablename__ = "routing_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("routing_rule.id"))
    rule_name: Mapped[str] = mapped_column(server_default="")
    facts: Mapped[dict[str, Any]]
    because: Mapped[list[Any]]
    placement: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime]
