"""What is said on a told ticket, and the mails that carried it in and out."""

import hashlib
import random
import uuid
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from helpdesk.config import settings
from helpdesk.demo.chronicle.desk import Caller, Desk
from helpdesk.demo.chronicle.originals import original_of
from helpdesk.demo.chronicle.rows import Batch, Ids, Row
from helpdesk.demo.chronicle.threads import talk_until
from helpdesk.demo.placing import ADDRESS
from helpdesk.events import Event
from helpdesk.mail.compose import chain
from helpdesk.mail.models import InboundState
from helpdesk.mail.threading import with_subject_tag
from helpdesk.mail.tokens import make_message_id, make_token
from helpdesk.notifications.caps import SOLVED_IN_CALL
from helpdesk.notifications.letters import closing, laid
from helpdesk.notifications.models import DeliveryState, OutboxKind
from helpdesk.notifications.reactions import REOPEN_DAYS, UNDO
from helpdesk.notifications.signing import id_domain
from helpdesk.notifications.texts import original
from helpdesk.notifications.wording import Occasion
from helpdesk.tickets.actions.conversation import preview_of
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.rules import Channel, MessageKind, Visibility

BOUNCE = "550 5.1.1 <{to}>: Recipient address rejected: User unknown"
SLOW = "451 4.7.1 Greylisting in action, please come back later"
FATES = ((DeliveryState.ACCEPTED, 0.985), (DeliveryState.DELAYED, 0.993), (DeliveryState.BOUNCED, 1.0))


class Talk:
    """The conversation of one ticket; the verbs live in telling.Told."""

    desk: Desk
    ids: Ids
    number: int
    rng: random.Random
    marks: random.Random
    batch: Batch
    ticket: SimpleNamespace
    caller: Caller
    receipt: Row | None
    notices: list[tuple[Event, Row]]

    def keep_client_message(
        self,
        text: str,
        *,
        at: datetime,
        channel: Channel,
        subject: str = "",
        until: int | None = None,
        machine: bool = False,
        call: Row | None = None,
    ) -> Row:
        """Write the row and what the ticket remembers of it."""
        message = self._message(
            self.caller.person_id,
            MessageKind.CLIENT,
            text,
            at,
            channel=channel,
            subject=subject or (f"Re: {self.ticket.subject}" if channel is Channel.MAIL else ""),
            reply_until=until,
            is_machine=machine,
            recipients=self._people(channel),
            call_id=call["id"] if call else None,
        )
        if channel is Channel.MAIL:
            self._arrive(message, at)
        if not machine:
            self.ticket.client_message_count += 1
            self.ticket.unanswered_since = self.ticket.unanswered_since or at
            self.ticket.preview = preview_of(text[:until])
        return message

    def _people(self, channel: Channel) -> dict[str, object]:
        people: dict[str, object] = {"to": [], "cc": []}
        if channel is Channel.MAIL and self.caller.emails:
            people[WRITTEN_FROM] = self.caller.emails[0]
        return people

    def keep_reply(self, text: str, *, by: int, at: datetime) -> Row:
        """Our words to the client."""
        to = list(self.caller.emails[:1])
        return self._message(
            by, MessageKind.REPLY, text, at, channel=Channel.MAIL, recipients={"to": to, "cc": []}
        )

    def keep_note(self, text: str, *, by: int, at: datetime) -> Row:
        """Our words among ourselves."""
        return self._message(by, MessageKind.NOTE, text, at, channel=Channel.DESK, recipients={})

    def _message(self, author_id: int, kind: MessageKind, text: str, at: datetime, **own: Any) -> Row:
        row = {
            "id": self.ids.next("message_id_seq"),
            "public_id": uuid.UUID(int=self.marks.getrandbits(128), version=4),
            "ticket_id": self.number,
            "author_id": author_id,
            "kind": kind,
            "visibility": Visibility.INTERNAL if kind is MessageKind.NOTE else Visibility.PUBLIC,
            "channel": Channel.MAIL,
            "subject": "",
            "text": text.strip(),
            "reply_until": None,
            "is_machine": False,
            "recipients": {},
            "evidence": [],
            "inbound_mail_id": None,
            "call_id": None,
            "created_at": at,
        } | own
        self.ticket.last_message_id = row["id"]
        return self.batch.add("message", **row)

    # mail that came in

    def _arrive(self, message: Row, at: datetime) -> None:
        sender = next(iter(self.caller.emails), "nobody@unknown.example")
        domain = sender.rpartition("@")[2]
        message_id = f"<{self.marks.getrandbits(80):020x}@{domain}>"
        raw = original_of(self.caller.name, sender, message, message_id, at)
        row = self.batch.add(
            "inbound_mail",
            id=self.ids.next("inbound_mail_id_seq"),
            mailbox_id=self.desk.mailbox_id,
            raw=raw,
            size=len(raw),
            sha256=hashlib.sha256(raw).hexdigest(),
            envelope_from=sender,
            envelope_to=[ADDRESS],
            received_at=at,
            state=InboundState.PROCESSED,
            reason="joined" if self.ticket.client_message_count else "opened",
            attempts=1,
            next_try_at=at,
            rfc_message_id=message_id,
            fingerprint=hashlib.sha256(raw + b"print").hexdigest(),
            from_email=sender,
            subject=message["subject"],
            ticket_id=self.number,
            processed_at=at,
        )
        message["inbound_mail_id"] = row["id"]
        self._refer(message_id, message["id"], at, ours=False)

    def _refer(self, message_id: str, about: int | None, at: datetime, *, ours: bool) -> None:
        self.batch.add(
            "mail_reference",
            rfc_message_id=message_id,
            ticket_id=self.number,
            message_id=about,
            ours=ours,
            created_at=at,
        )

    # mail that went out

    def acknowledge(self, message: Row, *, at: datetime) -> None:
        """The receipt with the ticket's number."""
        if self.ticket.opened_by_machine or not self.caller.emails:
            return
        known = self.caller.is_verified
        occasion = Occasion.RECEIVED if known else Occasion.RECEIVED_UNKNOWN
        self.receipt = self._send(
            f"received:{self.number}",
            OutboxKind.ACKNOWLEDGEMENT,
            occasion,
            message["id"],
            at,
            at,
            by_phone=self.ticket.channel is Channel.PHONE,
        )

    def send_reply(self, message: Row, *, by: int, at: datetime) -> None:
        """The agent's words as a mail."""
        if not message["recipients"]["to"]:
            return
        signature = closing("", self.desk.agents[by].name, "")
        words = {"answer": message["text"], "signature": signature}
        self._send(
            f"reply:{message['id']}", OutboxKind.REPLY, Occasion.REPLY, message["id"], at, at + UNDO, **words
        )

    def tell_resolved(self, event: Event, *, at: datetime, in_call: bool) -> None:
        """The notice that we think it is done; whoever was on the phone has heard it."""
        if in_call:
            self._hold_receipt_back()
        elif self.caller.emails and self.caller.is_verified and not self.ticket.opened_by_machine:
            about = self.ticket.last_message_id
            days = str(REOPEN_DAYS)
            mail = self._send("", OutboxKind.NOTICE, Occasion.RESOLVED, about, at, at + UNDO, days=days)
            self.notices.append((event, mail))

    def _hold_receipt_back(self) -> None:
        row = self.receipt
        if row is None:
            return
        row |= {
            "finished_at": row["created_at"],
            "error": SOLVED_IN_CALL,
            "attempts": 0,
            "handed_over_at": None,
        }
        row |= {"in_reply_to": None, "references": []}
        for recipient in self.batch.rows["outbox_recipient"]:
            if recipient["outbox_id"] == row["id"]:
                recipient |= {"state": DeliveryState.FAILED, "answer": SOLVED_IN_CALL}
                recipient["changed_at"] = row["created_at"]
        references = self.batch.rows["mail_reference"]
        references[:] = [one for one in references if one["rfc_message_id"] != row["rfc_message_id"]]

    def _send(
        self,
        key: str,
        kind: OutboxKind,
        occasion: Occasion,
        about: int | None,
        at: datetime,
        due: datetime,
        by_phone: bool = False,
        **words: str,
    ) -> Row:
        version, secret = self.desk.signing
        message_id = self._own_id(about)
        letter = self._letter(occasion, by_phone=by_phone, **words)
        ids, answered = talk_until(at, self.batch.rows["mail_reference"])
        sent = due + timedelta(seconds=1)
        row = self.batch.add(
            "outbox",
            id=self.ids.next("outbox_id_seq"),
            key=key,
            kind=kind,
            ticket_id=self.number,
            message_id=about,
            mailbox_id=self.ticket.mailbox_id,
            rfc_message_id=message_id,
            in_reply_to=answered,
            references=list(chain(ids, answered or "")),
            reply_token=make_token(secret, self.number, about or 0, version),
            **dict(zip(("subject", "body", "body_html"), letter, strict=True)),
            language=self.caller.language,
            due_at=due,
            attempts=1,
            handed_over_at=sent,
            finished_at=sent,
            error=None,
            created_at=at,
        )
        self._deliver(row, kind, sent)
        self._refer(message_id, about, at, ours=True)
        return row

    def _own_id(self, about: int | None) -> str:
        version, secret = self.desk.signing
        unique = f"{self.marks.getrandbits(64):016x}"
        return make_message_id(secret, self.number, about or 0, version, domain=id_domain(), unique=unique)

    def _deliver(self, mail: Row, kind: OutboxKind, sent: datetime) -> None:
        email = self.caller.emails[0]
        chance = self.rng.random()
        fate = next(state for state, below in FATES if chance <= below)
        answers = {
            DeliveryState.ACCEPTED: f"250 2.0.0 Ok: queued as {self.rng.getrandbits(40):010X}",
            DeliveryState.DELAYED: SLOW,
            DeliveryState.BOUNCED: BOUNCE.format(to=email),
        }
        if fate is not DeliveryState.ACCEPTED:
            mail["error"] = answers[fate]
        named = kind is not OutboxKind.REPLY and self.caller.is_verified
        self.batch.add(
            "outbox_recipient",
            outbox_id=mail["id"],
            email=email,
            name=self.caller.name if named else "",
            field="to",
            state=fate,
            answer=answers[fate],
            changed_at=sent,
        )

    def _letter(self, occasion: Occasion, *, by_phone: bool = False, **words: str) -> tuple[str, str, str]:
        prefix, language = settings().ticket_prefix, self.caller.language
        known = {
            "number": f"{prefix}#{self.number}",
            "firm": settings().firm_name,
            "name": self.caller.name if self.caller.is_verified else "",
            "subject": self.ticket.subject,
        }
        text, html = laid(original(occasion, language), language, known | words, by_phone=by_phone)
        subject = "" if occasion is Occasion.RECEIVED_UNKNOWN else self.ticket.subject
        return with_subject_tag(subject[:200], prefix, self.number), text, html
