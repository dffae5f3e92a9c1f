"""Only the verdict of our own receiving server counts."""

import pytest

from helpdesk.intake import SenderCheck
from helpdesk.mail.authentication import sender_check
from helpdesk.mail.parsing import parse

US = "mx.helpdesk.example"
PASSED = f"{US} 1; spf=pass smtp.mailfrom=x.example; dmarc=pass (p=none) header.from=x.example"
FAILED = f"{US}; dmarc=fail header.from=x.example"
FORGED = "mx.attacker.example; dmarc=pass header.from=x.example"
OFFICE = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x.example; dmarc=pass action=none header.from=x.example"
)
CASES = {
    "our server said so": ((PASSED,), SenderCheck.PASS),
    "case does not matter": ((PASSED.upper(),), SenderCheck.PASS),
    "the topmost one of ours counts": ((FAILED, PASSED), SenderCheck.FAIL),
    "a forged one below is not looked at": ((f"{US}; spf=fail", PASSED), SenderCheck.NONE),
    "somebody else's is skipped": ((FORGED, FAILED), SenderCheck.FAIL),
    "somebody else's alone is nothing": ((FORGED,), SenderCheck.NONE),
    "a name that only begins like ours": ((PASSED.replace(US, US + ".attacker.example"),), SenderCheck.NONE),
    "a name that only ends like ours": ((PASSED.replace(US, "x-" + US),), SenderCheck.NONE),
    "no header at all": ((), SenderCheck.NONE),
    "nothing was checked": ((f"{US}; none",), SenderCheck.NONE),
    "the domain has no policy": ((f"{US}; dmarc=none header.from=x.example",), SenderCheck.NONE),
    "the check broke": ((f"{US}; dmarc=temperror header.from=x.example",), SenderCheck.NONE),
    "a word that only begins with pass": ((f"{US}; dmarc=passed",), SenderCheck.NONE),
    "a method that only ends with dmarc": ((f"{US}; x-dmarc=pass",), SenderCheck.NONE),
    "with a version of the method": ((f"{US}; dmarc/1=pass header.from=x.example",), SenderCheck.PASS),
    "with spaces and folds": ((f"{US}\r\n\t; dmarc = pass\r\n header.from = x.example",), SenderCheck.PASS),
    "our name in quotes": ((PASSED.replace(US, f'"{US}"'),), SenderCheck.PASS),
    "our name after a comment": ((f"(by (our) gate) {PASSED}",), SenderCheck.PASS),
    "our name only in a comment": ((f"mx.attacker.example ({US}); dmarc=pass",), SenderCheck.NONE),
    "in a comment": ((f"{US}; spf=fail (dmarc=pass)",), SenderCheck.NONE),
    "in a comment that nests": ((f"{US}; spf=fail (a (b) ; dmarc=pass)",), SenderCheck.NONE),
    "in a comment with a false end": ((f"{US}; spf=fail (a \\) ; dmarc=pass)",), SenderCheck.NONE),
    "in a comment without an end": ((f"{US}; spf=fail (oh; dmarc=pass",), SenderCheck.NONE),
    "in quotes": ((f'{US}; spf=fail x="; dmarc=pass"',), SenderCheck.NONE),
    "in quotes without an end": ((f'{US}; spf=fail x="; dmarc=pass',), SenderCheck.NONE),
    "about another domain": ((f"{US}; dmarc=pass header.from=other.example",), SenderCheck.NONE),
    "about the whole address": ((f"{US}; dmarc=pass header.from=anna@X.example",), SenderCheck.PASS),
    "both ways at once": ((f"{US}; dmarc=pass; dmarc=fail",), SenderCheck.FAIL),
    "an empty header": (("",), SenderCheck.NONE),
    "semicolons only": ((";" * 50_000,), SenderCheck.NONE),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_is_read_from_the_trusted_server(case: str) -> None:
    results, expected = CASES[case]
    assert sender_check(results, US, "anna@x.example") is expected


@pytest.mark.parametrize("server", ["", None, "   "])
def test_nobody_is_believed_while_no_server_is_named(server: str | None) -> None:
    assert sender_check((PASSED,), server, "anna@x.example") is SenderCheck.NONE


@pytest.mark.parametrize("server", [US, "-", "", "spf=pass"])
def test_a_line_that_names_no_server_is_never_believed_since_its_sender_may_have_written_it(
    server: str,
) -> None:
    assert sender_check((OFFICE, FORGED), server, "anna@x.example") is SenderCheck.NONE


EDGE = "mail.protection.example"
HELD_BY = (
    f"from mx.sender.example (192.0.2.1) by M7.{EDGE} (10.1.2.3) with SMTP id 5; Mon, 1 Jun 2026 10:00:00"
)
INNER = "from M7.eu.prod.example (2001:db8::7) by H2.eu.prod.example (2001:db8::2) with SMTP; Mon, 1 Jun 2026"
OUTER = "from H2.eu.prod.example (2001:db8::2) by B9.eu.prod.example with HTTPS; Mon, 1 Jun 2026"
GOOD, BAD = OFFICE, OFFICE.replace("dmarc=pass", "dmarc=fail")
TAKEN, PASSED_IN, GIVEN = ("received", HELD_BY), ("received", INNER), ("received", OUTER)
SAYS, DENIES = ("authentication-results", GOOD), ("authentication-results", BAD)
FOREIGN = ("received", "from a.example by mx.sender.example with ESMTP; Mon, 1 Jun 2026")
MIMICKED = ("received", f"from x.example by M7.{EDGE} with SMTP id 1; Mon, 1 Jun 2026")
TRACES = {
    "right above the edge": ([GIVEN, PASSED_IN, SAYS, TAKEN, FOREIGN], SenderCheck.PASS),
    "at the edge itself": ([SAYS, TAKEN], SenderCheck.PASS),
    "a forged one below is not looked at": (
        [GIVEN, PASSED_IN, DENIES, TAKEN, SAYS, MIMICKED],
        SenderCheck.FAIL,
    ),
    "a forged one below, and none of ours": ([GIVEN, PASSED_IN, TAKEN, SAYS], SenderCheck.NONE),
    "a forged one below a mimicked edge": ([GIVEN, PASSED_IN, TAKEN, SAYS, MIMICKED, SAYS], SenderCheck.NONE),
    "a forged one at the very end": ([PASSED_IN, DENIES, TAKEN, FOREIGN, SAYS], SenderCheck.FAIL),
    "not right above the edge": ([SAYS, PASSED_IN, TAKEN], SenderCheck.NONE),
    "the edge never took it": ([GIVEN, FOREIGN, SAYS, MIMICKED], SenderCheck.NONE),
    "a hop between that is not ours": ([GIVEN, FOREIGN, SAYS, TAKEN], SenderCheck.NONE),
    "no Received at all": ([SAYS], SenderCheck.NONE),
    "it names a server": ([("authentication-results", FORGED), TAKEN], SenderCheck.NONE),
    "the edge only in a comment": (
        [SAYS, ("received", f"from x (by M7.{EDGE}) by mx.sender.example with SMTP; x")],
        SenderCheck.NONE,
    ),
    "the edge only as the name the other side gave": (
        [SAYS, ("received", f"from M7.{EDGE} (192.0.2.1) by mx.sender.example with SMTP; x")],
        SenderCheck.NONE,
    ),
    "a name that only ends like the edge": (
        [SAYS, ("received", HELD_BY.replace(f".{EDGE}", f".x{EDGE}"))],
        SenderCheck.NONE,
    ),
}


@pytest.mark.parametrize("case", TRACES)
def test_a_line_that_names_no_server_counts_only_where_ours_wrote_it(case: str) -> None:
    trace, expected = TRACES[case]
    results = [value for name, value in trace if name == "authentication-results"]
    assert sender_check(results, f"by:{EDGE}", "anna@x.example", trace) is expected
    assert sender_check(results, EDGE, "anna@x.example", trace) is SenderCheck.NONE


def test_the_lines_of_a_mail_are_read_from_the_top() -> None:
    head = (
        f"Received: {OUTER}\r\nReceived: {INNER}\r\nAuthentication-Results: {GOOD}\r\nReceived-SPF: Pass\r\n"
    )
    parsed = parse(f"{head}Received: {HELD_BY}\r\nAuthentication-Results: {BAD}\r\n\r\nHello".encode())
    verdict = sender_check(parsed.authentication_results, f"by:{EDGE}", "anna@x.example", parsed.trace)
    assert verdict is SenderCheck.PASS
