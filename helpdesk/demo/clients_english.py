"""The client companies that write in English; all invented."""

from helpdesk.demo.client_shape import Client, Human

ENGLISH = (
    Client(
        name="Brightwater Clinics",
        domains=("brightwater.example", "brightwater-clinics.example"),
        region="GB",
        zone="Europe/London",
        language="en",
        phone="020 7946 0100",
        contract="clock",
        systems="Meridian CRM 8.4, cloud, region London; Exchange; 3 practices",
        note="Reception works from 07:00. Call before restarting anything.",
        vip=True,
        people=(
            Human(
                name="Hanna Bell",
                position="Practice manager",
                mails=("h.bell", "hanna.bell"),
                phones=("020 7946 0112", "07700 900112"),
                vip=True,
            ),
            Human(
                name="Oliver Grant",
                position="Head of IT",
                mails=("o.grant",),
                phones=("020 7946 0115", "07700 900115"),
            ),
            Human(
                name="Priscilla Moyo", position="Reception", mails=("reception",), phones=("020 7946 0101",)
            ),
            Human(
                name="Dr Alan Fraser",
                position="Medical director",
                mails=("a.fraser",),
                phones=("07700 900118",),
            ),
            Human(name="Ruth Penrose", position="Billing", mails=("r.penrose", "billing")),
        ),
    ),
    Client(
        name="Halden Freight",
        domains=("halden.example",),
        region="DE",
        zone="Europe/Berlin",
        language="en",
        phone="030 23125 400",
        contract="care",
        systems="Meridian CRM 8.4, own server; telephone link to their exchange",
        people=(
            Human(
                name="Markus Vogt",
                position="Sales director",
                mails=("m.vogt",),
                phones=("030 23125 410", "0171 3920 041"),
            ),
            Human(name="Sabine Krüger", position="Dispatch", mails=("s.krueger",), phones=("030 23125 417",)),
            Human(
                name="Jens Albrecht",
                position="System administrator",
                mails=("j.albrecht", "it"),
                phones=("030 23125 499",),
            ),
            Human(name="Carla Brandt", position="Accounts", mails=("c.brandt",)),
        ),
    ),
    Client(
        name="Norrland Timber",
        domains=("norrland.example",),
        region="SE",
        zone="Europe/Stockholm",
        language="en",
        phone="08-465 004 10",
        systems="Meridian CRM 8.3, cloud, region Frankfurt",
        people=(
            Human(
                name="Astrid Holm",
                position="Office manager",
                mails=("astrid.holm",),
                phones=("08-465 004 12", "070-174 06 12"),
            ),
            Human(
                name="Erik Sandell",
                position="Key accounts",
                mails=("erik.sandell",),
                phones=("08-465 004 15",),
            ),
            Human(name="Karin Lund", position="Marketing", mails=("karin.lund",)),
        ),
    ),
    Client(
        name="Kestrel Insurance",
        domains=("kestrel.example", "kestrel-claims.example"),
        region="GB",
        zone="Europe/London",
        language="en",
        phone="0113 496 0200",
        contract="clock",
        systems="Meridian CRM 8.4, cloud, region London; single sign-on; interface to the policy system",
        note="Regulated: every export is logged. Security questions go to Miles Hart.",
        vip=True,
        people=(
            Human(
                name="Miles Hart",
                position="Information security",
                mails=("miles.hart", "security"),
                phones=("0113 496 0222", "07700 900222"),
            ),
            Human(
                name="Gwen Parrish",
                position="Claims team lead",
                mails=("gwen.parrish",),
                phones=("0113 496 0231",),
                vip=True,
            ),
            Human(
                name="Tariq Aziz", position="Broker desk", mails=("tariq.aziz",), phones=("0113 496 0240",)
            ),
            Human(name="Joan Whitlock", position="Reporting", mails=("joan.whitlock",)),
            Human(
                name="Felix Adeyemi",
                position="Integration developer",
                mails=("felix.adeyemi",),
                phones=("07700 900245",),
            ),
            Human(name="Sophie Lane", position="Claims", mails=("sophie.lane",), phones=("0113 496 0251",)),
        ),
    ),
    Client(
        name="Copperfield Print",
        domains=("copperfield.example",),
        region="GB",
        zone="Europe/London",
        language="en",
        phone="01632 960300",
        systems="Meridian CRM 8.2, cloud, region London",
        people=(
            Human(
                name="Dora Quill", position="Owner", mails=("dora",), phones=("01632 960301", "07700 900301")
            ),
            Human(name="Ben Marsh", position="Estimates", mails=("ben", "quotes"), phones=("01632 960304",)),
        ),
    ),
    Client(
        name="Rivoli Hotels",
        domains=("rivoli.example",),
        region="FR",
        zone="Europe/Paris",
        language="en",
        phone="01 99 00 51 00",
        contract="care",
        systems="Meridian CRM 8.4, cloud, region Frankfurt; loyalty cards; 11 houses",
        people=(
            Human(
                name="Claire Fontaine",
                position="Group reservations",
                mails=("c.fontaine",),
                phones=("01 99 00 51 10", "06 39 98 51 10"),
            ),
            Human(
                name="Luc Marchand",
                position="Revenue manager",
                mails=("l.marchand",),
                phones=("01 99 00 51 14",),
            ),
            Human(name="Inès Caron", position="Marketing", mails=("i.caron", "newsletter")),
            Human(name="Paul Girard", position="IT", mails=("p.girard",), phones=("06 39 98 51 20",)),
        ),
    ),
    Client(
        name="Steinmann Optik",
        domains=("steinmann.example",),
        region="DE",
        zone="Europe/Berlin",
        language="en",
        phone="030 23125 600",
        systems="Meridian CRM 8.3, cloud, region Frankfurt; 24 shops",
        people=(
            Human(
                name="Ute Steinmann",
                position="Managing partner",
                mails=("u.steinmann",),
                phones=("030 23125 601",),
            ),
            Human(
                name="Dirk Pohl",
                position="Shop systems",
                mails=("d.pohl",),
                phones=("030 23125 608", "0171 3920 060"),
            ),
            Human(name="Lena Hoff", position="Customer care", mails=("l.hoff",), phones=("030 23125 612",)),
        ),
    ),
    Client(
        name="Tamarind Foods",
        domains=("tamarind.example",),
        region="AU",
        zone="Australia/Sydney",
        language="en",
        phone="02 5550 0700",
        contract="clock",
        systems="Meridian CRM 8.4, cloud, region Sydney; web shop by webhooks",
        people=(
            Human(
                name="Grace Nguyen",
                position="Operations",
                mails=("grace.nguyen",),
                phones=("02 5550 0712", "0491 570 006"),
            ),
            Human(name="Liam Doyle", position="E-commerce", mails=("liam.doyle",), phones=("0491 570 156",)),
            Human(name="Mei Tan", position="Wholesale", mails=("mei.tan",), phones=("02 5550 0721",)),
        ),
    ),
)
