"""The conversation of a ticket in its order: messages, moves, thin lines, each on the rail of who held it
then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from flask import url_for
from flask_babel import gettext

from helpdesk import web
from helpdesk.accounts import faces
from helpdesk.i18n import day, duration
from helpdesk.tickets import timeline
from helpdesk.tickets.evidence import is_unproved
from helpdesk.tickets.queries.addresses import ANSWER_TO, WRITTEN_FROM
from helpdesk.tickets.rules import Channel, HandoverKind, MessageKind, ReturnReason
from helpdesk.tickets.timeline import Sentence
from helpdesk.tickets.views.delivery import Reader, delivery_of
from helpdesk.tickets.views.entries import Day, Entry, Letter, Line, Move
from helpdesk.tickets.views.machine_signs import signs_in
from helpdesk.tickets.views.mail_body import is_drawn, mail_body
from helpdesk.tickets.views.origins import decided_in, origin_of, told_in
from helpdesk.tickets.views.reading import Facts, Happened, Passed, Said
from helpdesk.tickets.views.sizes import size_of
from helpdesk.tickets.words import RETURN_REASONS

WAITING = ("waiting_client", "waiting_third_party")
SHAPES = {
    MessageKind.CLIENT: "in",
    MessageKind.REPLY: "out",
    MessageKind.NOTE: "note",
    MessageKind.FORWARD: "fwd",
    MessageKind.THIRD_PARTY: "third",
}
TALK, MOVES = "talk", "moves"
SHOWN = {TALK: ("message", "day"), MOVES: ("move", "line", "day")}


@dataclass
class _Walk:
    """Where the ticket stood at a point of its history."""

    line: int = 1
    waits: Happened | None = None
    last_day: str = ""
    returns: int = 0
    messages: Mapping[int, Said] = field(default_factory=dict)
    opened_at: datetime | None = None
    withdrawn: frozenset[int] = frozenset()
    decided: Mapping[int, Happened] = field(default_factory=dict)
    told: Mapping[int, int] = field(default_factory=dict)
    reader: Reader | None = None

    @property
    def is_paused(self) -> bool:
        return self.waits is not None


def entries(
    number: int,
    history: Sequence[Happened],
    messages: Mapping[int, Said],
    zone: tzinfo,
    *,
    routed: str = "",
    reader: Reader | None = None,
) -> list[Entry]:
    """Everything in order; `routed` says why the ticket came to its first place."""
    walk = _Walk(
        messages=messages, withdrawn=withdrawn_in(history), decided=decided_in(history), reader=reader
    )
    walk.told = told_in(history)
    found = list[Entry]()
    for event in _in_force(history):
        if event.kind == "ticket.opened":
            walk.line, walk.opened_at = int(event.payload["line"]), event.at
        found += _day(event, walk, zone)
        found += _resumed(event, walk)
        if event.kind in ("ticket.escalated", "ticket.returned", "ticket.moved") and event.passed:
            walk.line = event.passed.to_line
            walk.returns += event.kind == "ticket.returned"
            found.append(_move(event, event.passed, walk))
        found += _letter(number, event, walk)
        if event.kind == "ticket.opened" and routed:
            found.append(_line(event, walk, Sentence(routed, "shield")))
        found += _said_by_event(event, walk)
    if walk.waits is not None:
        found += [_line(walk.waits, walk, sentence) for sentence in _own_sentence(walk.waits)]
    return found


def only(every: list[Entry], wanted: str) -> list[Entry]:
    """What a filter leaves: the talk, the moves, or everything; a day stays where something follows on it."""
    shapes = SHOWN.get(wanted)
    if shapes is None:
        return every
    left = [one for one in every if one.shape in shapes]
    following = [*left[1:], None]
    return [
        one for one, after in zip(left, following, strict=True) if one.shape != "day" or not _is_day(after)
    ]


def _is_day(entry: Entry | None) -> bool:
    return entry is None or entry.shape == "day"


def withdrawn_in(history: Iterable[Happened]) -> frozenset[int]:
    """The messages that were taken back before they left."""
    kind = "ticket.reply_withdrawn"
    return frozenset(int(event.payload["message_id"]) for event in history if event.kind == kind)


def _in_force(history: Sequence[Happened]) -> list[Happened]:
    """The history without what was taken back together with an answer; the answer itself stays."""
    voided = {seq for event in history for seq in event.payload.get("voided", ())}
    return _in_time([event for event in history if event.seq not in voided or "message_id" in event.payload])


def _in_time(history: Sequence[Happened]) -> list[Happened]:
    """What was entered later stands where it took place; all else stays in its order."""
    late = [
        event for event in history if event.kind == "ticket.call_joined" and event.payload.get("found_at")
    ]
    found = [event for event in history if event not in late]
    for event in late:
        place = next((n for n, other in enumerate(found) if other.at > event.at), len(found))
        found.insert(place, event)
    return found


def _day(event: Happened, walk: _Walk, zone: tzinfo) -> Iterator[Entry]:
    date = event.at.astimezone(zone).date()
    if str(date) != walk.last_day:
        walk.last_day = str(date)
        yield Day(shape="day", at=event.at, line=walk.line, words=day(event.at))


def _resumed(event: Happened, walk: _Walk) -> Iterator[Entry]:
    """When waiting ends, one line says how long it was; while it lasts, the rail is dashed."""
    waits = walk.waits
    if waits is None or event.payload.get("state", waits.payload["new"]) in WAITING:
        return
    span = (event.at - waits.at).total_seconds()
    words = timeline.paused(waits.payload["new"], waits.words, span)
    yield Line(shape="line", at=event.at, line=walk.line, is_paused=True, sentence=words)
    walk.waits = None


def _letter(number: int, event: Happened, walk: _Walk) -> Iterator[Entry]:
    said = walk.messages.get(event.payload.get("message_id") or 0)
    if said is None or event.kind == "ticket.reply_withdrawn":
        return
    reader = walk.reader
    may_decide, now = bool(reader and reader.may_repeat), reader.now if reader else None
    origin = origin_of(number, said, walk.decided, may_decide=may_decide, now=now, told=walk.told)
    pictures = {file["content_id"]: _file(file)[1] for file in said.files if file["inline"]}
    body = mail_body(number, said, walk.reader.person_id if walk.reader else None)
    yield Letter(
        shape="message",
        at=event.at,
        line=walk.line,
        is_paused=walk.is_paused,
        said=said,
        kind="stray" if said.is_unverified else SHAPES[said.kind],
        initials=faces.initials(said.author),
        tint=faces.tint(said.author_id),
        way=_way(said),
        way_icon=_way_icon(said),
        extra=_extra(event, said, walk, origin.words),
        files=[_file(file) for file in said.files if not (is_drawn(file, said) or file["is_repeated"])],
        frame_url=body.frame_url,
        frame_is_open=body.is_open,
        body=body,
        logos=[_file(file) for file in body.logos],
        formed=web.formed(said.html, pictures) if said.html else None,
        delivery=delivery_of(number, said, walk.reader, is_withdrawn=said.id in walk.withdrawn),
        is_withdrawn=said.id in walk.withdrawn,
        origin=origin,
        is_unproved=is_unproved(said.evidence),
        answers_at=", ".join(said.recipients.get(ANSWER_TO, [])),
        signs=signs_in(said.evidence) if said.is_machine else (),
        begins=event.kind == "ticket.opened",
    )


def _way(said: Said) -> str:
    if said.kind in (MessageKind.REPLY, MessageKind.FORWARD):
        return gettext("to %(names)s", names=", ".join(_addresses(said)))
    if said.kind is MessageKind.THIRD_PARTY:
        return str(said.recipients.get(WRITTEN_FROM) or gettext("by mail"))
    if said.channel is Channel.PHONE:
        return gettext("by phone")
    return gettext("by mail, from a machine") if said.is_machine else gettext("by mail")


def _way_icon(said: Said) -> str:
    if said.channel is Channel.PHONE:
        return "phone"
    return {MessageKind.REPLY: "reply", MessageKind.FORWARD: "fwd"}.get(said.kind, "mail")


def _addresses(said: Said) -> list[str]:
    every = [*said.recipients.get("to", []), *said.recipients.get("cc", [])]
    return [one if isinstance(one, str) else one["email"] for one in every]


def _extra(event: Happened, said: Said, walk: _Walk, words: str) -> str:
    if event.payload.get("found_at") and said.channel is Channel.PHONE:
        found_at = datetime.fromisoformat(event.payload["found_at"])
        return timeline.late(event.at, found_at, event.actor)
    if event.kind == "ticket.opened":
        return gettext("first message")
    if said.id in walk.withdrawn:
        return ""
    if event.payload.get("first") and walk.opened_at:
        span = duration((event.at - walk.opened_at).total_seconds())
        return gettext("answered in %(span)s", span=span)
    return words


def _file(file: Facts) -> tuple[str, str, str]:
    url = url_for("tickets.attachment", public_id=file["public_id"])
    return file["name"], url, size_of(int(file["size"]))


def _move(event: Happened, passed: Passed, walk: _Walk) -> Move:
    span = duration(passed.held_s)
    why = gettext("after %(span)s, by %(name)s", span=span, name=event.actor)
    if passed.kind is HandoverKind.MOVE and passed.reason:
        why = f"{why}: {passed.reason}"
    code = passed.reason_code
    return Move(
        shape="move",
        at=event.at,
        line=walk.line,
        is_paused=walk.is_paused,
        passed=passed,
        why=why,
        by=event.actor,
        reason=str(RETURN_REASONS[ReturnReason(code)]) if code else "",
        note=gettext("Return %(number)s", number=walk.returns) if code else "",
    )


def _said_by_event(event: Happened, walk: _Walk) -> Iterator[Entry]:
    if event.kind == "ticket.state_changed" and event.payload["new"] in WAITING:
        walk.waits = event
        return
    if event.kind == "ticket.state_changed" and event.payload["old"] in WAITING:
        return
    for sentence in _own_sentence(event):
        yield _line(event, walk, sentence)


def _own_sentence(event: Happened) -> list[Sentence]:
    sentence = timeline.sentence_of(event.kind, event)
    return [sentence] if sentence else []


def _line(event: Happened, walk: _Walk, sentence: Sentence) -> Line:
    return Line(shape="line", at=event.at, line=walk.line, is_paused=walk.is_paused, sentence=sentence)


def quoted_lines(text: str) -> int:
    """How long a folded quote is."""
    return len([line for line in text.splitlines() if line.strip()])
