"""Delivery reports of old and odd mail servers: whom they name, and whether they gave up."""

import pytest

from helpdesk.mail.bounces import Bounce
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.parsing import parse

HEAD = "Return-Path: <>\r\nFrom: {sender}\r\nTo: support@fernhill.example\r\nSubject: {subject}\r\n"


def report(
    body: str, *, sender: str = "MAILER-DAEMON@relay.example", subject: str = "failure notice"
) -> tuple[Bounce, ...]:
    raw = HEAD.format(sender=sender, subject=subject) + "\r\n" + body.replace("\n", "\r\n")
    return parse(raw.encode()).bounces


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("Delivery failed:\n * [ana@gone.example]: 550 full\nOriginal message details:\n * To: x@y.example",
         ["ana@gone.example"]),
        ("The following recipients could not be delivered:\n\tscreenname\n", ["screenname@relay.example"]),
        ("Ours are x@relay.example. Your message was addressed to ivo@gone.example.", ["ivo@gone.example"]),
        ("The following address failed:\n  david...@gone.example\n", []),
    ],
    ids=["in square brackets", "without a domain", "in a sentence", "masked by an archive"],
)  # fmt: skip
def test_whoever_was_not_reached_is_named(body: str, named: list[str]) -> None:
    assert [one.recipient for one in report(body)] == named


@pytest.mark.parametrize(
    ("body", "subject", "is_final"),
    [
        ("This is a permanent error, call 480-624-2500.\n<a@gone.example>: full", "failure notice", True),
        ("a@gone.example - no such user here.", "Warning: a@gone.example - User unknown!", True),
        ("<a@gone.example>: 451 try later. It will be tried again.", "Delivery delayed", False),
    ],
)
def test_a_passing_trouble_is_told_from_a_final_one(body: str, subject: str, is_final: bool) -> None:
    assert [(one.recipient, one.hard) for one in report(body, subject=subject)] == [
        ("a@gone.example", is_final)
    ]


@pytest.mark.parametrize(("action", "is_final"), [("failed", True), ("delayed", False)])
def test_a_server_that_gave_up_after_passing_troubles_gave_up(action: str, is_final: bool) -> None:
    body = (
        "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; r\r\n\r\n"
        f"Final-Recipient: rfc822; a@gone.example\r\nAction: {action}\r\nStatus: 4.4.7\r\n--b--\r\n"
    )
    head = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
    found = parse((HEAD.format(sender="m@r.example", subject="Hm") + head + "\r\n" + body).encode()).bounces
    assert found == (Bounce("a@gone.example", "4.4.7", is_final),)


MACHINE = "Auto-Submitted: auto-replied\r\n"
FROM_NOBODY = "Return-Path: <>\r\n"


@pytest.mark.parametrize(
    ("sender", "subject", "body", "head", "kind"),
    [
        ("mtaylor@firm.example", "No sign-in", "An error occurred: user unknown.", "", MailKind.PERSON),
        ("bouncer@club.example", "Help", "My mailbox is full, ana@firm.example says.", "", MailKind.PERSON),
        ("ana@smtp-tools.example", "Message delayed?", "Where is it? ivo@a.example", "", MailKind.PERSON),
        ("postmaster@firm.example", "Quota", "Our mailbox is full.", "", MailKind.AUTOMATIC),
        ("ana@firm.example", "Out of office: yours", "Ivo no longer works here, ask eva@firm.example.",
         MACHINE + FROM_NOBODY, MailKind.AWAY),
        ("shop@firm.example", "Your order", "Delivery of it to ana@a.example is planned.",
         MACHINE + FROM_NOBODY, MailKind.AUTOMATIC),
        ("alarm@firm.example", "PROBLEM: mail delivery failed on mx1", "An error occurred.", MACHINE,
         MailKind.AUTOMATIC),
        ("alarm@firm.example", "Mail delivery failed", "ana@gone.example: user unknown", MACHINE,
         MailKind.BOUNCE),
    ],
    ids=["a name", "a trade", "a domain", "a postmaster", "absence", "an order", "an alarm", "a report"],
)  # fmt: skip
def test_what_sounds_like_a_report_is_none_unless_all_of_it_does(
    sender: str, subject: str, body: str, head: str, kind: MailKind
) -> None:
    raw = f"{head}From: {sender}\r\nTo: support@fernhill.example\r\nSubject: {subject}\r\n\r\n{body}\r\n"
    assert parse(raw.encode()).kind is kind
