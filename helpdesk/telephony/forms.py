"""The call form as it was sent: every field as typed, so that a refused form comes back whole."""

from dataclasses import dataclass, field
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from helpdesk.telephony import rules
from helpdesk.tickets.rules import Impact, Urgency

NEW_CALLER = "new"
_JOIN = "join:"
_Kind = TypeVar("_Kind", Impact, Urgency)


@dataclass(frozen=True)
class CallForm:
    """What stands in the form. `verb` is the button that was pressed."""

    verb: str = ""
    contact: str = ""
    who: str = ""
    number: str = ""
    keeps_number: bool = False
    new_name: str = ""
    new_company: str = ""
    new_company_id: int | None = None
    new_email: str = ""
    happened: str = ""
    subject: str = ""
    impact: Impact = Impact.ONE_PERSON
    urgency: Urgency = Urgency.DETOUR
    done: str = ""
    asked: str = ""
    configuration: str = ""
    seconds: int = 0
    when: str = ""
    steps: frozenset[str] = field(default_factory=frozenset)
    used: tuple[int, ...] = ()
    failed: frozenset[int] = field(default_factory=frozenset)
    token: str = ""

    @property
    def contact_id(self) -> int | None:
        return _number(self.contact)

    @property
    def is_new(self) -> bool:
        """Somebody new was chosen, or nobody was and a new name or company was typed."""
        named = self.new_name.strip() or self.new_company.strip()
        return self.contact == NEW_CALLER or (self.contact_id is None and bool(named))

    @property
    def joins(self) -> int | None:
        """The number of the ticket that the call is about; None when it is about none of them."""
        return _number(self.verb.removeprefix(_JOIN)) if self.verb.startswith(_JOIN) else None

    @property
    def suggested_subject(self) -> str:
        return self.subject.strip() or rules.subject_from(self.happened)


def read(sent: MultiDict[str, str]) -> CallForm:
    """The form from what the browser sent; unknown choices fall back to the usual ones."""
    return CallForm(
        **{name: sent.get(name, "") for name in _TEXTS},
        contact=next((chosen for chosen in reversed(sent.getlist("contact")) if chosen), ""),
        keeps_number="keeps_number" in sent,
        new_company_id=_number(sent.get("new_company_id", "")),
        impact=_choice(Impact, sent.get("impact", ""), Impact.ONE_PERSON),
        urgency=_choice(Urgency, sent.get("urgency", ""), Urgency.DETOUR),
        seconds=rules.seconds_of(sent.get("seconds", "")),
        steps=frozenset(sent.getlist("step")),
        used=tuple(dict.fromkeys(_numbers([step.partition(":")[0] for step in sent.getlist("step")]))),
        failed=frozenset(_numbers(sent.getlist("failed"))),
        token=sent.get("form_token", ""),
    )


_TEXTS = (
    "verb", "who", "number", "new_name", "new_company", "new_email", "happened", "subject", "done", "when",
    "asked", "configuration",
)  # fmt: skip


SENT = (
    *_TEXTS, "contact", "keeps_number", "new_company_id", "impact", "urgency", "seconds", "step", "failed",
)  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _numbers(texts: list[str]) -> list[int]:
    return [number for number in map(_number, texts) if number is not None]


def _choice(kind: type[_Kind], value: str, usual: _Kind) -> _Kind:
    return next((member for member in kind if member.value == value), usual)
