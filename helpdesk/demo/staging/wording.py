"""The texts of one ticket: a story's words with names and figures of this client put in."""

import random
from dataclasses import dataclass, field

from helpdesk.demo.chronicle.desk import Caller
from helpdesk.demo.stories.phrases import PHRASES
from helpdesk.demo.stories.shape import Phrases, Story, Words
from helpdesk.tickets.rules import HandoverCard, ReturnReason

BROWSERS = ("Chrome 131", "Edge 130", "Firefox 132", "Safari 18", "Chrome 129")
VERSIONS = ("8.4.2", "8.4.1", "8.4.0", "8.3.6", "8.2.9")


@dataclass
class Wording:
    """Words of one ticket; the same chance gives the same words."""

    story: Story
    caller: Caller
    rng: random.Random
    values: dict[str, str] = field(init=False)
    phrases: Phrases = field(init=False)
    words: Words = field(init=False)
    configuration: str = field(init=False)
    seen: str = field(init=False)

    def __post_init__(self) -> None:
        language = self.caller.language if self.caller.language in PHRASES else "en"
        self.phrases, self.words = PHRASES[language], self.story.words(language)
        rng = self.rng
        self.values = {
            "version": rng.choice(VERSIONS),
            "browser": rng.choice(BROWSERS),
            "deal": f"D-{rng.randint(1200, 98000)}",
            "count": str(rng.choice((3, 7, 12, 18, 26, 41, 75, 140, 320))),
            "many": str(rng.randint(4, 90) * 100),
            "clock": f"{rng.randint(8, 17):02}:{rng.choice((5, 10, 20, 35, 40, 55)):02}",
            "day": rng.choice(self.phrases.days),
            "amount": f"{rng.randint(2, 96) * 250:,}".replace(",", "\u00a0"),
            "colleague": rng.choice(self.phrases.colleagues),
            "client": _first_name(self.caller, language),
        }
        self.configuration = self.shared("configuration")
        self.seen = self.shared("reproduced")
        self.values |= {name: self._of(name) for name in ("question", "details", "finding")}

    def subject(self) -> str:
        """The subject."""
        return self._filled(self.rng.choice(self.words.subject))

    def mail(self, text: str) -> tuple[str, int | None]:
        """A client's mail with greeting and signature, and how far the new words go."""
        body = f"{self.rng.choice(self.phrases.hello)}\n\n{text}"
        foot = [self.rng.choice(self.phrases.regards), self.caller.name]
        if self.caller.position:
            foot.append(f"{self.caller.position}, {self.caller.company}")
        if self.caller.numbers and self.rng.random() < 0.6:
            foot.append(self.caller.numbers[0][0])
        return f"{body}\n\n" + "\n".join(foot), len(body)

    def letter(self, text: str) -> str:
        """Our answer with a greeting; the signature is the mail's own matter."""
        dear = self._filled(self.rng.choice(self.phrases.dear))
        return f"{dear}\n\n{text[:1].upper()}{text[1:]}"

    def own(self, name: str) -> str:
        """One of the story's texts."""
        return self._of(name)

    def shared(self, name: str) -> str:
        """One of the sentences that all stories share."""
        return self._filled(self.rng.choice(getattr(self.phrases, name)))

    def returned(self, code: ReturnReason) -> str:
        """Why the ticket goes back."""
        return self._filled(self.rng.choice(self.phrases.returns[code]))

    def card(self, *more: str) -> HandoverCard:
        """The card for the next line; `more` is what has been tried since the last one."""
        return HandoverCard(
            symptom=self._of("call"),
            asked=self._of("asked"),
            tried="\n".join((self._of("tried"), *more)),
            configuration=self.configuration if self.rng.random() < 0.85 else "",
        )

    def _of(self, name: str) -> str:
        return self._filled(getattr(self.words, name))

    def _filled(self, text: str) -> str:
        return text.format_map(self.values) if "{" in text else text


def _first_name(caller: Caller, language: str) -> str:
    """How the client is greeted: in Russian by the whole name's first word, else by first name or title."""
    parts = caller.name.split() or [caller.name]
    if language != "ru" and parts[0].rstrip(".") in {"Dr", "Mr", "Ms"}:
        return " ".join((parts[0], parts[-1]))
    return parts[0]
