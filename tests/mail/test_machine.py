"""Which mails a machine wrote: automatic answers, absences, reports, lists, spam; and which a person did."""

from pathlib import Path

import pytest

from helpdesk.clients.rules import ReturnKind
from helpdesk.mail.bounces import Bounce
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.parsing import ParsedMail, parse
from helpdesk.mail.statuses import return_kind

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
        "X-Auto-Response-Suppress: DR; oof",
        "Precedence: bulk (newsletter)",
        "X-Cron-Env: <SHELL=/bin/sh>",
        "Return-Path:",
        "Return-Path: <MAILER-DAEMON>",
        "List-Id: <news.harbour.example>",
        "List-Unsubscribe: <mailto:x@harbour.example>",
        "Return-Path: <>",
        "Content-Type: multipart/report; boundary=b",
        "Subject: Automatic reply: your question",
        "Subject: Автоответ: Ваш вопрос",
        "Subject: Automatische Antwort: Ihre Frage",
        "Subject: Réponse automatique : Votre question",
        "Subject: Respuesta automática: Su pregunta",
        "Subject: Risposta automatica: domanda",
        "Subject: Resposta automática: pergunta",
        "Subject: Automatisch antwoord: uw vraag",
        "Subject: Autosvar: din fråga",
        "Subject: Odpowiedź automatyczna: pytanie",
        "Subject: Automatická odpověď: dotaz",
        "Subject: Automatikus válasz: kérdés",
        "Subject: 自動返信: ご質問",
    ],
)
def test_a_machine_is_known_by_its_sign(head: str) -> None:
    found = mail(head)
    assert found.is_auto
    assert found.evidence


@pytest.mark.parametrize(
    "local",
    [
        *("no-reply", "noreply", "donotreply", "do_not_reply", "no.reply.shop", "tracker-noreply"),
        *("MAILER-DAEMON", "postmaster", "bounces+x", "nicht-antworten", "ne-pas-repondre", "no-responder"),
    ],
)
def test_a_machine_is_known_by_its_address(local: str) -> None:
    assert parse(f"From: {local}@harbour.example\r\n\r\nHello".encode()).is_auto


@pytest.mark.parametrize(
    "head",
    [
        "Subject: Hello",
        "Auto-Submitted: no",
        "Auto-Submitted: No (a person)",
        "X-Autoreply: no",
        "Subject: Out of office note does not start any more",
        "Subject: Vacation request form is broken",
        "Subject: Abwesenheitsnotiz: wie geht das?",
        "Subject: Auto: Bremse",
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


@pytest.mark.parametrize(
    ("head", "body", "kind"),
    [
        ("Subject: Hello", "My printer is dead.", MailKind.PERSON),
        ("Subject: Re: Hello", "Thanks!", MailKind.THANKS),
        ("Subject: Re: Hello\r\nAuto-Submitted: auto-replied", "Thanks!", MailKind.AUTOMATIC),
        ("Subject: Out of office: Re: Hello\r\nX-Autoreply: yes", "Back on Monday.", MailKind.AWAY),
        ("Subject: Out of office", "I am out of the office until Monday.", MailKind.AWAY),
        ("List-Id: <n.harbour.example>", "News", MailKind.LIST),
        ("X-Spam-Flag: YES\r\nList-Id: <n.harbour.example>", "News", MailKind.SPAM),
    ],
)
def test_every_mail_has_one_kind(head: str, body: str, kind: MailKind) -> None:
    assert mail(head, body).kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you so much, Anna!",
        "Great, thanks, it works again.\n\nBest regards\nHanna Bell",
        "Danke Herr Schmidt",
        "Vielen Dank für die schnelle Hilfe!\n\nViele Grüße\nHanna",
        "Спасибо большое, всё работает",
        "Дякую!",
        "Merci beaucoup",
        "Muchas gracias por su ayuda",
        "Grazie mille",
        "Bedankt!",
        "Dziękuję bardzo",
        "Tack så mycket!",
        "ありがとうございます",
        "谢谢",
        "Thanks\n\nOn Wed, 4 Mar 2026 at 11:00, Fernhill wrote:\n> Why does it not print?\n> Please call us.",
    ],
)
def test_a_thank_you_and_nothing_else_is_known_in_many_languages(text: str) -> None:
    assert mail("Subject: Re: Hello\r\nContent-Type: text/plain; charset=utf-8", text).kind is MailKind.THANKS


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but it is broken again",
        "Thanks. Printer Dead",
        "Thank you. Can you look at room 4?",
        "Danke, geht aber nicht",
        "Danke, der Drucker",
        "Спасибо, но не работает",
        "Thanks for nothing",
        "Help! Thanks",
        "Problem again, thanks",
        "Works",
        "Hello",
        "",
    ],
)
def test_whoever_says_more_than_thanks_is_heard(text: str) -> None:
    assert mail("Subject: Re: Hello\r\nContent-Type: text/plain; charset=utf-8", text).kind is MailKind.PERSON


def test_thanks_with_a_file_is_more_than_thanks() -> None:
    head = "Content-Type: multipart/mixed; boundary=b"
    body = "--b\r\n\r\nThanks!\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--b--"
    assert mail(head, body).kind is MailKind.PERSON


def report(kind: str, fields: str) -> ParsedMail:
    head = f"Content-Type: multipart/report; report-type={kind}; boundary=b"
    part = "delivery-status" if kind == "delivery-status" else kind
    return mail(
        head, f"--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/{part}\r\n\r\n{fields}\r\n--b--"
    )


def test_a_read_receipt_names_the_reader_and_the_mail() -> None:
    fields = (
        "Final-Recipient: rfc822;Eva@harbour.example\r\nOriginal-Message-ID: <ours-7@fernhill.example>\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed"
    )
    found = report("disposition-notification", fields)
    assert (found.kind, found.receipts.read) == (MailKind.RECEIPT, ("eva@harbour.example",))
    assert "<ours-7@fernhill.example>" in found.reported_ids


def test_a_mail_deleted_unread_was_not_read() -> None:
    fields = "Final-Recipient: rfc822;eva@harbour.example\r\nDisposition: automatic-action/x; deleted"
    found = report("disposition-notification", fields)
    assert (found.kind, found.receipts.read) == (MailKind.RECEIPT, ())


def test_a_delivery_receipt_names_whom_the_mail_reached() -> None:
    fields = (
        "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822;eva@harbour.example\r\n"
        "Action: delivered\r\nStatus: 2.0.0"
    )
    found = report("delivery-status", fields)
    assert (found.kind, found.is_bounce) == (MailKind.RECEIPT, False)
    assert found.receipts.delivered == ("eva@harbour.example",)


def test_a_complaint_names_who_complained() -> None:
    found = report("feedback-report", "Feedback-Type: abuse\r\nOriginal-Rcpt-To: <eva@harbour.example>")
    assert (found.kind, found.receipts.complained) == (MailKind.COMPLAINT, ("eva@harbour.example",))


@pytest.mark.parametrize(
    ("status", "hard", "words", "kind"),
    [
        ("5.1.1", True, "", ReturnKind.HARD),
        ("5.1.10", True, "", ReturnKind.HARD),
        ("5.2.1", True, "", ReturnKind.HARD),
        ("5.4.4", True, "", ReturnKind.HARD),
        ("5.7.1", True, "", ReturnKind.POLICY),
        ("5.7.26", True, "user unknown", ReturnKind.POLICY),
        ("5.2.2", True, "", ReturnKind.SOFT),
        ("5.3.4", True, "message too big", ReturnKind.SOFT),
        ("4.4.1", False, "", ReturnKind.DELAYED),
        ("4.4.7", True, "no answer for five days", ReturnKind.DELAYED),
        ("4.2.2", False, "mailbox full", ReturnKind.DELAYED),
        ("", True, "550 No such user here", ReturnKind.HARD),
        ("5.0.0", True, "550 blocked because of spam", ReturnKind.POLICY),
        ("", True, "mailbox is full", ReturnKind.SOFT),
        ("", True, "something went wrong", ReturnKind.SOFT),
    ],
)
def test_codes_and_words_say_what_a_return_means(
    status: str, hard: bool, words: str, kind: ReturnKind
) -> None:
    assert return_kind(status, words, hard=hard) is kind
