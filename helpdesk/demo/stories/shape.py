"""What a story of the demo consists of, and the sentences that all stories share, in two languages."""

from dataclasses import dataclass

from helpdesk.tickets.rules import Impact, Priority, ReturnReason, TicketType, Urgency, priority_of


@dataclass(frozen=True, kw_only=True)
class Words:
    """The texts of a story in one language.

    Between braces stand values that differ from ticket to ticket: version, deal, count, browser, clock, day,
    amount, colleague. `call` is what an operator types while the client talks; it is the card's symptom too.
    """

    subject: tuple[str, ...]
    mail: str
    call: str
    question: str
    details: str
    tried: str
    asked: str
    finding: str
    answer: str
    resolution: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """A problem. `depth` is the highest line it may need; `crew` the team of line 2, "" for the usual one.

    `article` is the key of the instruction that helps, "" for none.
    """

    key: str
    kind: TicketType
    impact: Impact
    urgency: Urgency
    en: Words
    ru: Words
    depth: int = 1
    article: str = ""
    crew: str = ""

    @property
    def priority(self) -> Priority:
        """How urgent it is in truth, whatever the rules make of it at first."""
        return priority_of(self.impact, self.urgency)

    def words(self, language: str) -> Words:
        """The texts in that language."""
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """One language. A tuple holds ways of saying the same thing."""

    hello: tuple[str, ...]
    regards: tuple[str, ...]
    dear: tuple[str, ...]
    looking: tuple[str, ...]
    passing: tuple[str, ...]
    thanks: tuple[str, ...]
    nudges: tuple[str, ...]
    again: tuple[str, ...]
    again_answer: tuple[str, ...]
    wait_client: tuple[str, ...]
    wait_other: tuple[str, ...]
    less_urgent: tuple[str, ...]
    silent: str
    configuration: tuple[str, ...]
    returns: dict[ReturnReason, tuple[str, ...]]
    after_return: tuple[str, ...]
    up_again: tuple[str, ...]
    noted: tuple[tuple[str, str], ...]
    spam: tuple[tuple[str, str], ...]
    machine: tuple[tuple[str, str], ...]
    colleagues: tuple[str, ...]
    days: tuple[str, ...]
    calls_again: tuple[str, ...]
    strangers: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    reproduced: tuple[str, ...]
    closing_note: tuple[str, ...]
