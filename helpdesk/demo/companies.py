"""All client companies of the demo, and people of whom nobody knows more than an address or a number."""

from helpdesk.demo.client_shape import Client
from helpdesk.demo.clients_english import ENGLISH
from helpdesk.demo.clients_russian import RUSSIAN

CLIENTS: tuple[Client, ...] = (*ENGLISH, *RUSSIAN)

NOBODIES = (
    ("Peter Lang", "p.lang.office@freemail.example", "en"),
    ("", "+44 1632 960771", "en"),
    ("Maria K.", "maria.k.home@postbox.example", "en"),
    ("Андрей", "andrey.msk@pochta.example", "ru"),
    ("", "+7 495 000-77-31", "ru"),
    ("Best Offers", "deals@bulk-offers.example", "en"),
)
