"""What is no client's problem: machines that write, offers, strangers, calls without a ticket."""

import random
from datetime import datetime, timedelta

from helpdesk.demo.chronicle.desk import Caller, Desk
from helpdesk.demo.chronicle.rows import Batch, Ids
from helpdesk.demo.chronicle.shape import Start
from helpdesk.demo.chronicle.telling import Told
from helpdesk.demo.stories.phrases import PHRASES
from helpdesk.routing import rules as routing
from helpdesk.telephony.models import CallOutcome, Direction
from helpdesk.tickets.rules import Channel, DiscardReason, Priority, TicketType


def strangers(desk: Desk) -> list[Caller]:
    """Those whom nobody has identified and who write mails."""
    return [caller for caller in desk.callers if not caller.is_known and caller.emails]


def tell_chatter(told: Told, rng: random.Random, at: datetime, until: datetime) -> None:
    """A machine's mail or an offer, thrown away by whoever sees it first."""
    machine = rng.random() < 0.5
    known = [caller for caller in told.desk.callers if caller.is_known and caller.emails]
    caller = rng.choice(known if machine else strangers(told.desk))
    phrases = PHRASES[caller.language]
    subject, text = rng.choice(phrases.machine if machine else phrases.spam)
    _open(told, caller, subject, text, at, by_machine=machine)
    seen = at + timedelta(minutes=rng.randint(4, 25))
    if seen <= until:
        reason = DiscardReason.MACHINE_CHATTER if machine else DiscardReason.SPAM
        told.discard(reason, "", by=_operator(told, rng), at=seen)


def tell_stranger(told: Told, rng: random.Random, at: datetime) -> None:
    """Somebody unknown asks something; nobody has said yet who it is."""
    caller = rng.choice([one for one in strangers(told.desk) if "offers" not in one.emails[0]])
    subject, text = rng.choice(PHRASES[caller.language].strangers)
    _open(told, caller, subject, text, at, by_machine=False)


def _open(told: Told, caller: Caller, subject: str, text: str, at: datetime, *, by_machine: bool) -> None:
    desk = told.desk
    unit = desk.default_unit(1)
    start = Start(
        caller=caller,
        channel=Channel.MAIL,
        subject=subject,
        text=text,
        type=TicketType.REQUEST,
        priority=Priority.P3,
        unit=unit,
        by_machine=by_machine,
    )
    told.open(start, by=desk.system_id, at=at)
    placement = routing.Placement(line=1, team_id=unit.id)
    facts = routing.Facts(
        channel=Channel.MAIL,
        company_id=caller.company_id,
        vip=caller.vip,
        words="",
        language=caller.language,
        hour=at.hour,
        weekday=at.weekday(),
        mailbox_id=desk.mailbox_id,
    )
    told.batch.add(
        "routing_decision",
        ticket_id=told.number,
        rule_id=None,
        rule_name="",
        facts=routing.stored(facts),
        because=[{"code": "no_rule", "value": None}],
        placement=routing.stored(placement),
        decided_at=at,
    )


def noted_call(desk: Desk, ids: Ids, rng: random.Random, at: datetime) -> Batch:
    """A call that ends without a ticket."""
    batch = Batch()
    caller = rng.choice([one for one in desk.callers if one.numbers])
    subject, note = rng.choice(PHRASES[caller.language].noted)
    typed, e164 = caller.numbers[0]
    seconds = rng.randint(25, 200)
    agents = [a for a in desk.default_unit(1).agents if (a.language == "ru") == (caller.language == "ru")]
    batch.add(
        "call",
        id=ids.next("call_id_seq"),
        direction=Direction.IN,
        number_typed=typed,
        number_e164=e164,
        contact_id=caller.contact_id,
        operator_id=rng.choice(agents).id,
        ticket_id=None,
        outcome=CallOutcome.NOTED,
        subject=subject,
        note=note,
        started_at=at - timedelta(seconds=seconds),
        seconds=seconds,
    )
    return batch


def _operator(told: Told, rng: random.Random) -> int:
    return rng.choice(told.desk.default_unit(1).agents).id
