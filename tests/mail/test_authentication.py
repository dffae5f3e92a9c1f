"""Only the verdict of our own receiving server counts."""

import pytest

from helpdesk.mail.authentication import SenderCheck, dmarc

PASSED = "mx.helpdesk.example 1; spf=pass smtp.mailfrom=x.example; dmarc=pass (p=none) header.from=x.example"
FAILED = "mx.helpdesk.example; dmarc=fail header.from=x.example"
FORGED = "mx.attacker.example; dmarc=pass header.from=x.example"


@pytest.mark.parametrize(
    ("results", "server", "expected"),
    [
        ((PASSED,), "mx.helpdesk.example", SenderCheck.PASSED),
        ((PASSED,), "MX.helpdesk.example", SenderCheck.PASSED),
        ((FAILED, PASSED), "mx.helpdesk.example", SenderCheck.FAILED),
        ((FORGED,), "mx.helpdesk.example", SenderCheck.UNKNOWN),
        ((PASSED,), "", SenderCheck.UNKNOWN),
        ((), "mx.helpdesk.example", SenderCheck.UNKNOWN),
        (("mx.helpdesk.example; none",), "mx.helpdesk.example", SenderCheck.UNKNOWN),
        (("mx.helpdesk.example; spf=fail (dmarc=pass)",), "mx.helpdesk.example", SenderCheck.UNKNOWN),
        (
            ('mx.helpdesk.example; spf=fail x="; dmarc=pass"',),
            "mx.helpdesk.example",
            SenderCheck.UNKNOWN,
        ),
    ],
)
def test_the_verdict_is_read_from_the_trusted_server(
    results: tuple[str, ...], server: str, expected: SenderCheck
) -> None:
    assert dmarc(results, server) is expected
