"""The kinds of mail there are, as far as the desk treats them differently."""

from enum import StrEnum


class MailKind(StrEnum):
    """What a mail is; everything but a person's mail and thanks was written by a machine."""

    PERSON = "person"
    THANKS = "thanks"
    AUTOMATIC = "automatic"
    AWAY = "away"
    LIST = "list"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"
    SPAM = "spam"


BY_PEOPLE = frozenset({MailKind.PERSON, MailKind.THANKS})
