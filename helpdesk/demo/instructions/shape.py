"""What an instruction of the demo consists of."""

from dataclasses import dataclass

from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Audience


@dataclass(frozen=True, kw_only=True)
class Text:
    """An instruction in one language."""

    language: str
    title: str
    summary: str
    body: str

    @property
    def writing(self) -> Writing:
        """As the instructions' own verbs take it."""
        return Writing(language=self.language, title=self.title, summary=self.summary, body=self.body)


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """An instruction in English and Russian; `key` is what stories name it by."""

    key: str
    section: str
    author: str
    en: Text
    ru: Text
    for_clients: bool = False

    @property
    def texts(self) -> tuple[Text, Text]:
        """Both languages."""
        return self.en, self.ru

    @property
    def audience(self) -> Audience:
        """Who may read it."""
        return Audience.CLIENTS if self.for_clients else Audience.STAFF


def en(title: str, summary: str, body: str) -> Text:
    """The English text."""
    return Text(language="en", title=title, summary=summary, body=body.strip())


def ru(title: str, summary: str, body: str) -> Text:
    """The Russian text."""
    return Text(language="ru", title=title, summary=summary, body=body.strip())
