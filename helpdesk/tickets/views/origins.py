"""How a message came to its ticket, in words: what led it here, who is no part of it, where else it lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for
from flask_babel import gettext, lazy_gettext

from helpdesk.notifications.receipts import told_of
from helpdesk.tickets.actions.rejoining import UNDONE_WITHIN
from helpdesk.tickets.joined import APART, NO_PART, Standing, joined_by, standing_of, wrong_marks
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.views.reading import Happened, Said

JOINED = {
    "reply_address": lazy_gettext("joined by: reply address"),
    "own_message_id": lazy_gettext("joined by: answer to our mail"),
    "stored_message_id": lazy_gettext("joined by: answer to a mail on this ticket"),
    "marker": lazy_gettext("joined by: our mark in the quoted words"),
    "external_number": lazy_gettext("joined by: number of the other system"),
    "subject_number": lazy_gettext("joined by: number in the subject"),
}
STANDING = {
    Standing.REQUESTER: lazy_gettext("from the client"),
    Standing.COLLEAGUE: lazy_gettext("from the client's company"),
    Standing.WATCHER: lazy_gettext("from a watcher"),
    Standing.WRITTEN_TO: lazy_gettext("from somebody we wrote to"),
    Standing.ASKED: lazy_gettext("from a third party we asked"),
    Standing.STAFF: lazy_gettext("from one of us"),
    Standing.COPIED: lazy_gettext("from somebody the client copied"),
    Standing.EXTERNAL: lazy_gettext("from another system"),
    Standing.NOBODY: lazy_gettext("from nobody on this ticket"),
}
ACCEPTED, SPLIT, UNDONE = "ticket.stray_accepted", "ticket.stray_split", "ticket.split_undone"


@dataclass(frozen=True, kw_only=True)
class Stray:
    """A message of somebody who is not on the ticket; without addresses of forms there is nothing to press.

    `because` says how it got here, `decided` what was done about it, "": nothing yet; `told` what he knows
    already of a ticket that it was split into, "": nothing.
    """

    because: str
    email: str
    adds_watcher: bool = True
    decided: str = ""
    told: str = ""
    accept_url: str = ""
    split_url: str = ""
    undo_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Another mailbox that the mail came to; `open_url` "": a ticket was opened there, or he may not."""

    address: str
    is_opened: bool
    open_url: str


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Everything that is said at a message about where it came from. `words` is short, `notes` sentences."""

    words: str = ""
    notes: Sequence[str] = ()
    stray: Stray | None = None
    elsewhere: Sequence[Elsewhere] = ()


def decided_in(history: Sequence[Happened]) -> dict[int, Happened]:
    """What was decided about the words of strangers and not taken back, by message."""
    found = dict[int, Happened]()
    for event in history:
        if event.kind in (ACCEPTED, SPLIT):
            found[int(event.payload["source_id"])] = event
        elif event.kind == UNDONE:
            found.pop(int(event.payload["source_id"]), None)
    return found


def told_in(history: Sequence[Happened]) -> dict[int, int]:
    """By message the ticket that it was split into last, taken back or not, where the reader may see that
    one and the writer has its number from us. One statement, none where nothing was split off.
    """
    splits = (event.payload for event in history if event.kind == SPLIT)
    became = {int(one["source_id"]): int(one["other_id"]) for one in splits if one.get("other_id")}
    told = told_of(became.values())
    return {message_id: other for message_id, other in became.items() if other in told}


def origin_of(
    number: int,
    said: Said,
    decided: Mapping[int, Happened],
    *,
    may_decide: bool,
    now: datetime | None,
    told: Mapping[int, int],
) -> Origin:
    """For a message of the ticket with that number; `now` None: nobody reads it now. `told`: the tickets
    that messages were split into, where the writer has their number from us.
    """
    stray = _stray(number, said, decided.get(said.id), now if may_decide else None)
    return Origin(
        words=_words(said),
        notes=_notes(said),
        stray=replace(stray, told=_told(stray, told[said.id])) if stray and said.id in told else stray,
        elsewhere=_elsewhere(number, said, may_decide=may_decide),
    )


def _words(said: Said) -> str:
    code = joined_by(said.evidence)
    if code is None:
        return ""
    words = str(JOINED.get(code, ""))
    stands = standing_of(said.evidence)
    if not stands or stands == Standing.REQUESTER or said.is_unverified:  # the latter is said in full below
        return words
    return f"{words}, {STANDING[Standing(stands)]}"


def _notes(said: Said) -> list[str]:
    notes = []
    if any(str(one).startswith(APART) for one in said.evidence):
        notes.append(gettext("It stands apart from the ticket where it began; the two are linked."))
    if wrong_marks(said.evidence):
        notes.append(gettext("It carries a mark that looks like ours and is not. The mark decided nothing."))
    return notes


def _stray(number: int, said: Said, decided: Happened | None, now: datetime | None) -> Stray | None:
    """With `now` the reader may decide."""
    if not said.is_unverified:
        return None
    settled = {
        ACCEPTED: gettext("Accepted by one of us."),
        SPLIT: gettext("Split off: it goes on as a ticket of its own."),
    }
    is_open = now is not None and decided is None
    is_fresh = now is not None and decided is not None and now - decided.at < UNDONE_WITHIN
    email, stands = str(said.recipients.get(WRITTEN_FROM) or ""), standing_of(said.evidence)
    return Stray(
        because=_because(said),
        email=email,
        adds_watcher=stands is None or stands in NO_PART,
        decided=settled.get(decided.kind, "") if decided else "",
        accept_url=url_for("tickets.acceptance", number=number, message_id=said.id)
        if is_open and email
        else "",
        split_url=url_for("tickets.split", number=number, message_id=said.id) if is_open else "",
        undo_url=url_for("tickets.rejoining", number=number, message_id=said.id)
        if is_fresh and decided and decided.kind == SPLIT
        else "",
    )


def _told(stray: Stray, other: int) -> str:
    """Of use before an undo and after it; while the other ticket stands there is nothing odd about it."""
    if stray.undo_url:
        return gettext(
            "The sender has been told of ticket %(other)s already; an undo does not call that mail back.",
            other=other,
        )
    if stray.decided:
        return ""
    return gettext("The sender was told of ticket %(other)s before that split was undone.", other=other)


def _because(said: Said) -> str:
    """Why it stands here although the sender does not."""
    stands = standing_of(said.evidence)
    if stands == Standing.COPIED:
        return gettext("The client copied %(name)s; nobody here has accepted that yet.", name=said.author)
    if stands == Standing.STAFF:
        return gettext("It names one of us as the sender, which nothing proves.")
    if stands == Standing.EXTERNAL:
        return gettext("Another system sent it, with a number that belongs to this ticket.")
    if stands in (None, Standing.NOBODY):
        return gettext(
            "%(name)s is not on this ticket, but answers one of its mails: somebody may have passed it on.",
            name=said.author,
        )
    return gettext("Nothing proves that %(name)s sent it.", name=said.author)


def _elsewhere(number: int, said: Said, *, may_decide: bool) -> list[Elsewhere]:
    rows = {row["mailbox_id"]: row for row in said.elsewhere}
    return [
        Elsewhere(
            address=row["address"],
            is_opened=row["is_opened"],
            open_url=url_for("tickets.second", number=number, message_id=said.id, mail_id=row["id"])
            if may_decide and not row["is_opened"]
            else "",
        )
        for row in rows.values()
    ]
