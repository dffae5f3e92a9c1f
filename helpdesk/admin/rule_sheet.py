"""The sheet of a routing rule: as it was typed, as values, and as facts for the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from helpdesk.admin import queries, words
from helpdesk.errors import N_, BadInput
from helpdesk.history import Facts
from helpdesk.i18n import gettext
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.queries import rule_of
from helpdesk.routing.rules import Conditions, Placement
from helpdesk.tickets.rules import Priority, TicketType

MOST_WORDS, WORD_LENGTH = 50, 60
LISTS = ("channels", "mailbox_ids", "company_ids", "types", "languages", "weekdays")
TEXTS = (
    "name",
    "vip",
    "words",
    "senders",
    "company_text",
    "from_hour",
    "to_hour",
    "team",
    "priority",
    "type",
    "category",
    "tags",
)
DOUBTS: Mapping[str, str] = {
    "shadowed": N_("The rule “%(rule)s” stands before it and takes everything that would fit."),
    "mailbox_by_phone": N_("It asks for a mailbox, but only for what does not come by mail."),
    "sender_by_phone": N_("It asks for a sender's address, but only for what does not come by mail."),
    "type_by_mail": N_("It asks for a kind, but mail has none before somebody reads it."),
    "no_hour": N_("It begins and ends at the same hour."),
}


@dataclass(frozen=True)
class RuleSheet:
    """What stands in the form, as text; lists hold what is ticked."""

    texts: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> Self:
        return cls({name: form.get(name, "") for name in TEXTS}, {name: form.getlist(name) for name in LISTS})

    @classmethod
    def of(cls, row: RoutingRule) -> Self:
        """The rule as it stands."""
        rule = rule_of(row)
        asked, place = rule.conditions, rule.placement
        hours = asked.hours or ("", "")
        where = f"team-{place.team_id}" if place.team_id else f"line-{place.line}" if place.line else ""
        return cls(
            {
                "name": row.name,
                "vip": {None: "", True: "yes", False: "no"}[asked.vip],
                "words": "\n".join(asked.words),
                "senders": "\n".join(asked.senders),
                "from_hour": str(hours[0]),
                "to_hour": str(hours[1]),
                "team": where,
                "priority": place.priority or "",
                "type": place.type or "",
                "category": str(place.category_id or ""),
                "tags": ", ".join(place.tags),
            },
            {name: [str(value) for value in getattr(asked, name)] for name in LISTS},
        )

    @property
    def conditions(self) -> Conditions:
        """What it asks. Raises BadInput at the field that cannot be."""
        return Conditions(
            channels=tuple(self.lists["channels"]),
            mailbox_ids=_ids(self.lists["mailbox_ids"]),
            company_ids=_ids(self.lists["company_ids"]),
            vip={"yes": True, "no": False}.get(self.texts["vip"]),
            senders=_senders(self.texts["senders"]),
            words=_words(self.texts["words"]),
            types=tuple(self.lists["types"]),
            languages=tuple(self.lists["languages"]),
            weekdays=_ids(self.lists["weekdays"]),
            hours=_hours(self.texts["from_hour"], self.texts["to_hour"]),
        )

    @property
    def placement(self) -> Placement:
        """What it does. Raises BadInput for a choice that does not exist."""
        where, _, number = self.texts["team"].partition("-")
        try:
            return Placement(
                team_id=int(number) if where == "team" else None,
                line=int(number) if where == "line" else None,
                priority=Priority(self.texts["priority"]) if self.texts["priority"] else None,
                type=TicketType(self.texts["type"]) if self.texts["type"] else None,
                category_id=int(self.texts["category"]) if self.texts["category"] else None,
                tags=tuple(
                    dict.fromkeys(filter(None, (tag.strip() for tag in self.texts["tags"].split(","))))
                ),
            )
        except ValueError as problem:
            raise BadInput(N_("Choose what the rule does from the lists."), "team") from problem


def told(row: RoutingRule) -> Facts:
    """The rule in the words of its screen, for the history."""
    names, rule = queries.names_in([row]), rule_of(row)
    return {
        "name": row.name,
        "asked": words.asked(rule.conditions, names),
        "placed": words.placed(rule.placement, names),
        "active": row.active,
    }


def doubt_words(code: str, rule_name: str = "") -> str:
    """Why nothing can ever fit, in the viewer's language."""
    return gettext(DOUBTS[code], rule=rule_name)


def _ids(texts: Sequence[str]) -> tuple[int, ...]:
    return tuple(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 16)


def _words(text: str) -> tuple[str, ...]:
    found = tuple(
        dict.fromkeys(filter(None, (line.strip() for line in text.replace(",", "\n").splitlines())))
    )
    if len(found) > MOST_WORDS or any(len(word) > WORD_LENGTH for word in found):
        raise BadInput(N_("At most fifty words or phrases of sixty characters each."), "words")
    return found


def _senders(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.replace(",", " ").lower().split()))
    wrong = next((one for one in found if one.count("@") != 1 or one.endswith("@")), None)
    if wrong:
        raise BadInput(
            N_("“%(text)s” is neither an address nor a domain such as @client.example."),
            "senders",
            text=wrong,
        )
    return found


def _hours(start: str, end: str) -> tuple[int, int] | None:
    if not start and not end:
        return None
    if not (start.isdigit() and end.isdigit() and int(start) < 24 and int(end) <= 24):
        raise BadInput(N_("Say both hours, from and to."), "hours")
    return int(start), int(end) % 24
