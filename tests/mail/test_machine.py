"""Which mails a machine wrote: automatic answers, absences, reports, lists, spam; and which a person did."""

from pathlib import Path

import pytest

from helpdesk.mail.bounces import Bounce
from helpdesk.mail.parsing import ParsedMail, parse

SAMPLES = Path(__file__).parent / "samples"


def mail(head: str, body: str = "Hello") -> ParsedMail:
    return parse(f"From: Lena Hart <lena@harbour.example>\r\n{head}\r\n\r\n{body}\r\n".encode())


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: AUTO-REPLIED (vacation)",
        "Precedence: bulk",
        "Precedence: auto-reply",
        "X-Precedence: list",
        "X-Autoreply: yes",
        "X-Autorespond: 1",
        "X-Autoresponder: 1",
        "X-Loop: desk-a",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "X-Auto-Response-Suppress: All",
        "List-Id: <news.harbour.example>",
        "List-Unsubscribe: <mailto:x@harbour.example>",
        "Return-Path: <>",
        "Content-Type: multipart/report; boundary=b",
        "Subject: Automatic reply: your question",
        "Subject: Автоответ: Ваш вопрос",
    ],
)
def test_a_machine_is_known_by_its_sign(head: str) -> None:
    found = mail(head)
    assert found.is_auto
    assert found.evidence


@pytest.mark.parametrize(
    "local", ["no-reply", "noreply", "donotreply", "MAILER-DAEMON", "postmaster", "bounces+x"]
)
def test_a_machine_is_known_by_its_address(local: str) -> None:
    assert parse(f"From: {local}@harbour.example\r\n\r\nHello".encode()).is_auto


@pytest.mark.parametrize(
    "head",
    [
        "Subject: Hello",
        "Auto-Submitted: no",
        "Auto-Submitted: No (a person)",
        "Precedence: normal",
        "X-Auto-Response-Suppress: RN, NRN",
        "Return-Path: <lena@harbour.example>",
        "Subject: Mail delivery failed to our warehouse",
        "Subject: I am on vacation next week",
        "Subject: Undeliverable mails, error 550 user unknown for x@harbour.example",
    ],
)
def test_a_person_is_not_taken_for_a_machine(head: str) -> None:
    found = mail(head, "My mail to max@quarry.example could not be delivered, user unknown.")
    assert (found.is_auto, found.is_bounce, found.is_out_of_office) == (False, False, False)


def test_an_absence_is_recognised() -> None:
    found = parse((SAMPLES / "out_of_office.eml").read_bytes())
    assert (found.is_auto, found.is_out_of_office, found.is_bounce) == (True, True, False)


def test_a_newsletter_about_holidays_is_no_absence() -> None:
    found = mail("List-Id: <n.harbour.example>\r\nSubject: Summer", "Spend your time on vacation!")
    assert (found.is_auto, found.is_list, found.is_out_of_office) == (True, True, False)


def test_a_report_names_each_recipient_that_was_not_reached() -> None:
    found = parse((SAMPLES / "delivery_report.eml").read_bytes())
    assert found.is_bounce
    assert found.bounces == (
        Bounce("eva@gone.example", "5.1.1", True, "smtp; 550 5.1.1 User unknown"),
        Bounce("filip@slow.example", "4.4.1", False),
    )


def test_a_report_names_the_mail_it_is_about() -> None:
    assert parse((SAMPLES / "delivery_report.eml").read_bytes()).reported_ids == (
        "<ours-7@helpdesk.example>",
    )


def test_a_report_in_plain_words_is_read() -> None:
    found = parse(
        b"Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@relay.example>\r\n"
        b"Subject: Mail delivery failed: returning message to sender\r\n\r\n"
        b"A message that you sent could not be delivered to one or more of its recipients.\r\n"
        b"The following address failed:\r\n\r\n  ivan@closed.example\r\n    550 5.1.1 no such user\r\n"
    )
    assert found.bounces == (Bounce("ivan@closed.example", "5.1.1", True),)


def test_a_successful_delivery_is_no_bounce() -> None:
    raw = (SAMPLES / "delivery_report.eml").read_bytes()
    happy = raw.replace(b"Action: failed", b"Action: delivered").replace(
        b"Action: delayed", b"Action: relayed"
    )
    happy = happy.replace(b"Undelivered Mail Returned to Sender", b"Good news").replace(b"could not", b"did")
    assert not parse(happy).is_bounce


@pytest.mark.parametrize(
    ("kind", "is_receipt", "is_complaint"),
    [("disposition-notification", True, False), ("feedback-report", False, True)],
)
def test_receipts_and_complaints_are_told_apart_from_bounces(
    kind: str, is_receipt: bool, is_complaint: bool
) -> None:
    head = f"Content-Type: multipart/report; report-type={kind}; boundary=b"
    found = mail(head, f"--b\r\n\r\nRead.\r\n--b\r\nContent-Type: message/{kind}\r\n\r\nX: y\r\n--b--")
    assert (found.is_read_receipt, found.is_feedback_report) == (is_receipt, is_complaint)
    assert not found.is_bounce


@pytest.mark.parametrize(
    ("head", "is_spam"),
    [
        ("X-Spam-Flag: YES", True),
        ("X-Spam-Status: Yes, score=9", True),
        ("X-MS-Exchange-Organization-SCL: 5", True),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:6;", True),
        ("X-MS-Exchange-Organization-SCL: -1", False),
        ("X-Spam-Status: No, score=1", False),
        ("Subject: WIN MONEY", False),
    ],
)
def test_only_the_servers_own_spam_mark_counts(head: str, is_spam: bool) -> None:
    assert mail(head).is_spam is is_spam


def test_the_marks_of_other_desks_are_kept_for_loop_checks() -> None:
    assert mail("X-Loop: desk-a\r\nX-Loop: desk-b").loop_marks == ("desk-a", "desk-b")
