"""Only the verdict of our own receiving server counts."""

import pytest

from helpdesk.intake import SenderCheck
from helpdesk.mail.authentication import sender_check

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
