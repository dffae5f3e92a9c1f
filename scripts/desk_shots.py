"""Pictures of the desk itself: the gate, lists, tickets, calls, clients, instructions, figures, mail."""

import time

from scenes import Act, Scene, Shot, pressed
from sqlalchemy import update
from staged_office import let_mail_stand

from helpdesk.accounts.models import WebSession
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket


def wrong_password(scene: Scene) -> None:
    scene.go("/sign-in")
    scene.page.locator("input[name=email]").fill("ada.lind@fernhill.example")
    scene.page.locator("input[name=password]").fill("not the password at all")
    scene.page.keyboard.press("Enter")
    scene.page.locator(".notice").wait_for()


def call_filled(scene: Scene) -> None:
    page = scene.page
    scene.go("/calls/new")
    page.locator("#contact-text").press_sequentially("an")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#caller dl").wait_for()
    page.locator("#happened").press_sequentially("Password of the CRM has run out, cannot sign in.")
    page.locator("#steps article").first.wait_for()
    page.locator("input[name=impact][value=department]").check()


def call_refused(scene: Scene) -> None:
    scene.go("/calls/new")
    scene.page.locator("#contact-text").press_sequentially("nobody knows her")
    scene.page.locator("button[value=keep]").click()
    scene.page.locator(".notice, .field-error").first.wait_for()


def with_dialog(name: str) -> Act:
    def opened(scene: Scene) -> None:
        scene.go("/tickets/{full}")
        scene.page.locator(f"[data-opens={name}]").first.evaluate("(it) => it.click()")
        scene.page.locator(f"#{name}").wait_for()

    return opened


def write(scene: Scene, kind: str, words: str) -> None:
    """Words in the composer, which is folded on a phone until its kind is touched."""
    scene.go("/tickets/{full}")
    scene.page.locator(f"#composer input[value={kind}]").evaluate("(it) => it.click()")
    scene.page.locator("#composer-text").fill(words)


def as_note(scene: Scene) -> None:
    write(scene, "internal", "Called her: the letters of last week can wait until Monday.")


def menu_open(scene: Scene) -> None:
    scene.go("/lines/1#menu")
    scene.page.locator("summary").first.evaluate("(it) => it.click()")


def stale_reply(scene: Scene) -> None:
    write(scene, "public", "Yes: open the list of letters, choose last week, press Print again.")
    with scene.desk.rows():
        ticket = db.session.get_one(Ticket, scene.places["full"])
        lead = scene.places["people"]["lead"]
        actions.add_note(ticket, "I have just told her on the phone.", by=lead, now=time_of(db.session))
    scene.page.locator("#composer button.button-main").click()
    scene.page.locator(".clash").wait_for()


def stale_properties(scene: Scene) -> None:
    scene.go("/tickets/{unknown}")
    scene.page.locator("[data-opens=properties-dialog]").first.evaluate("(it) => it.click()")
    scene.page.locator("#properties-subject").fill(f"Nothing works at {time.time():.0f}")
    with scene.desk.rows():
        ticket = db.session.get_one(Ticket, scene.places["unknown"])
        lead, now = scene.places["people"]["lead"], time_of(db.session)
        actions.change_properties(ticket, subject=f"A call at {now:%H:%M:%S}", tags=(), by=lead, now=now)
    scene.page.locator("#properties-dialog button.button-main").click()
    scene.page.locator(".clash").wait_for()


def session_ended(scene: Scene) -> None:
    write(scene, "public", "Half an hour of careful words")
    with scene.desk.rows():
        now = time_of(db.session)
        db.session.execute(update(WebSession).where(WebSession.ended_at.is_(None)).values(ended_at=now))
    scene.page.locator("#composer button.button-main").click()
    scene.page.locator("input[name=password]").wait_for()


def database_away(scene: Scene) -> None:
    with scene.desk.database_away():
        scene.go("/lines/1")


def keys_shown(scene: Scene) -> None:
    scene.go("/tickets/{full}")
    scene.page.locator("h1").first.click()
    scene.page.keyboard.press("?")


def mail_stands(scene: Scene) -> None:
    with scene.desk.rows():
        let_mail_stand(True)
    try:
        scene.go("/settings/standstill")
        scene.page.locator(".standstill").wait_for()
    finally:
        with scene.desk.rows():
            let_mail_stand(False)


def bulk_marked(scene: Scene) -> None:
    scene.go("/lines/1")
    for box in scene.page.locator("[data-rows] tbody input[type=checkbox]").all()[:3]:
        box.check()
    scene.page.locator("[data-bulk]").wait_for()


def bulk_asked(scene: Scene) -> None:
    bulk_marked(scene)
    scene.page.locator("[data-bulk] button[value=discard]").click()
    scene.page.locator("#bulk-dialog").wait_for()


def to_third_party(scene: Scene) -> None:
    scene.go("/tickets/{full}")
    scene.page.locator("#composer input[value=third]").evaluate("(it) => it.click()")
    scene.page.locator(".to-third input:visible").last.press_sequentially("help@printer-maker.example, ")
    scene.page.locator(".picks summary").click()
    scene.page.locator("#composer-text").fill("Which driver goes with version 8.2.1?")


def with_copies_and_files(scene: Scene) -> None:
    write(scene, "public", "Both templates are below.")
    scene.page.locator(".to-client input:visible").last.press_sequentially("noah.ray@brightwater.example, ")
    paper = {
        "name": "recall letter, second page.pdf",
        "mimeType": "application/pdf",
        "buffer": b"%PDF-1.7 page",
    }
    scene.page.locator("[data-files]").set_input_files([paper])  # type: ignore[list-item]
    scene.page.locator("[data-waiting] li").first.wait_for()


def help_page(scene: Scene) -> None:
    scene.go("/help")
    scene.page.locator("main a[href^='/help/']").first.click()
    scene.page.wait_for_url("**/help/*/*")


def texts_open(scene: Scene) -> None:
    write(scene, "public", "")
    scene.page.locator("#composer-text").press_sequentially("::")
    scene.page.locator("#composer-texts [role=option]").first.wait_for()


DESK = (
    Shot("sign-in", None, "/sign-in"),
    Shot("sign-in-error", None, act=wrong_password),
    Shot("forgotten", None, "/forgotten"),
    Shot("invitation", None, "{invitation}"),
    Shot("new-password", None, "{password}"),
    Shot("new-address", None, "{address}"),
    Shot("link-gone", None, "/invitations/a-link-that-nobody-sent"),
    Shot("list", "first", "/lines/1"),
    Shot("list-menu", "first", act=menu_open),
    Shot("list-mine", "first", "/tickets/mine"),
    Shot("list-followed", "first", "/tickets/followed"),
    Shot("list-team", "second", "/lines/2"),
    Shot("list-empty", "first", "/tickets/mine?priority=P1&tag=nothing"),
    Shot("list-all", "manager", "/tickets"),
    Shot("ticket", "first", "/tickets/{full}"),
    Shot("ticket-whole", "first", "/tickets/{full}", tall=2300),
    Shot("ticket-note", "first", act=as_note),
    Shot("ticket-long", "first", "/tickets/{long}"),
    Shot("ticket-unknown", "first", "/tickets/{unknown}"),
    Shot("ticket-done", "first", "/tickets/{done}"),
    Shot("ticket-hand-over", "first", act=with_dialog("escalation-dialog")),
    Shot("ticket-properties", "first", act=with_dialog("properties-dialog")),
    Shot("ticket-resolve", "first", act=with_dialog("resolution-dialog")),
    Shot("ticket-instructions", "first", act=with_dialog("articles-dialog")),
    Shot("ticket-keys", "first", act=keys_shown),
    Shot("conflict-reply", "first", act=stale_reply),
    Shot("conflict-properties", "first", act=stale_properties),
    Shot("call", "first", "/calls/new"),
    Shot("call-filled", "first", act=call_filled),
    Shot("call-refused", "first", act=call_refused),
    Shot("calls", "first", "/calls"),
    Shot("bulk-marked", "first", act=bulk_marked),
    Shot("bulk-asked", "first", act=bulk_asked),
    Shot("ticket-third-party", "first", act=to_third_party),
    Shot("ticket-copies", "first", act=with_copies_and_files),
    Shot("ticket-texts", "first", act=texts_open),
    Shot("ticket-link", "first", act=with_dialog("link-dialog")),
    Shot("ticket-discard", "first", act=with_dialog("discard-dialog")),
    Shot("merge", "first", "/tickets/{double}/merging", whole=True),
    Shot("merging", "first", "/tickets/{double}/merging?into={full}", whole=True),
    Shot("notices", "lead", "/notices"),
    Shot(
        "notices-panel", "lead", act=pressed("/lines/1", "[data-bell]", "#notices-panel li, #notices-panel p")
    ),
    Shot("views", "first", "/views"),
    Shot("help", "first", "/help", whole=True),
    Shot("help-page", "first", act=help_page),
    Shot("about", "admin", "/about", whole=True),
    Shot("standstill", "admin", act=mail_stands),
    Shot("search", "first", "/search"),
    Shot("search-found", "first", "/search?q=letter"),
    Shot("search-nothing", "first", "/search?q=zzzzzz"),
    Shot("instructions", "first", "/instructions"),
    Shot("instruction", "first", "/instructions/{article}"),
    Shot("instruction-edit", "lead", "/instructions/{article}/edit"),
    Shot("instruction-new", "lead", "/instructions/new"),
    Shot("clients", "first", "/clients"),
    Shot("company", "first", "/clients/companies/{company}"),
    Shot("company-edit", "first", "/clients/companies/{company}/facts/domains"),
    Shot("contact", "first", "/clients/contacts/{contact}"),
    Shot("contact-edit", "first", "/clients/contacts/{contact}/facts/emails"),
    Shot("company-whole", "first", "/clients/companies/{company}", whole=True),
    Shot("contact-whole", "first", "/clients/contacts/{contact}", whole=True),
    Shot("company-long", "first", "/clients/companies/{long_company}"),
    Shot("contact-long", "first", "/clients/contacts/{long_contact}"),
    Shot("company-new", "lead", "/clients/companies/new"),
    Shot("contact-new", "lead", "/clients/contacts/new?company={company}"),
    Shot("contact-ticket", "first", "/clients/contacts/{contact}/tickets/new"),
    Shot("senders", "first", "/clients/senders"),
    Shot("sender", "first", "/clients/senders/{sender}"),
    Shot("dashboard", "manager", "/reports"),
    Shot("dashboard-whole", "manager", "/reports", tall=1700),
    Shot("held-mail", "admin", "/mail/held"),
    Shot("held-empty", "admin", "/mail/held?state=discarded"),
    Shot("profile", "first", "/profile", whole=True),
    Shot("profile-notices", "first", "/profile/notices", whole=True),
    Shot("sessions", "first", "/sessions"),
    Shot("demo-mail", None, "/demo/mail"),
    Shot("error-403", "first", "/settings"),
    Shot("error-404", "first", "/tickets/999999"),
    Shot("error-503", "first", act=database_away),
    Shot("session-ended", "first", act=session_ended),
)
