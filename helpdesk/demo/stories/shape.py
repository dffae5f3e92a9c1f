"""What a story of the demo consists of: one problem with its course, told in two languages."""

from dataclasses import dataclass

from helpdesk.tickets.rules import Impact, Priority, TicketType, Urgency, priority_of


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
