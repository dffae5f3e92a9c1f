"""Pictures of promises: clocks and their stories, waiting, missed deadlines, drafts, recomputes."""

from collections.abc import Callable

from scenes import Act, Scene, Shot


def on_paper(path: str) -> Act:
    """The page as a printer would get it."""

    def shown(scene: Scene) -> None:
        scene.go(path)
        scene.page.emulate_media(media="print")

    return shown


def dialog(path: str, name: str, then: Callable[[Scene], None] | None = None) -> Act:
    def opened(scene: Scene) -> None:
        scene.go(path)
        scene.page.locator(f"[data-opens={name}]").first.evaluate("(it) => it.click()")
        scene.page.locator(f"#{name}").wait_for()
        if then:
            then(scene)

    return opened


def less_urgent(scene: Scene) -> None:
    scene.page.locator("#properties-dialog select[name=priority]").select_option("P4")
    scene.page.locator("#priority-outlook dl").wait_for()


def other_wait(scene: Scene) -> None:
    scene.page.locator("#waiting-dialog input[value=third_party]").check()


def call_of_earlier(scene: Scene) -> None:
    scene.go("/calls/new")
    scene.page.locator(".call-when summary").first.click()


def holidays_shown(scene: Scene) -> None:
    scene.go("/settings/calendars/{calendar}/edit")
    scene.page.locator("select[name=country]").select_option("FR")
    scene.page.locator("button[name=act][value=look]").click()
    scene.page.locator(".public-days").wait_for()
    scene.page.locator(".public-days").scroll_into_view_if_needed()


def anew_refused(scene: Scene) -> None:
    scene.go("/settings/drafts/{tried}")
    scene.page.locator("#publish input[value=retroactive]").check()
    scene.page.locator("#publish button.button-main").click()
    scene.page.locator(".field-error").first.wait_for()


LATE, MANY = "/tickets/{late}/clocks/resolution", "/tickets/{many}/clocks/next_response"
PROMISES = (
    Shot("clock", "first", "/tickets/{full}/clocks/resolution", whole=True),
    Shot("clock-late", "lead", LATE, whole=True),
    Shot("clock-paused", "lead", "/tickets/{waiting}/clocks/resolution", whole=True),
    Shot("clock-again", "manager", MANY, whole=True),
    Shot("clock-line", "lead", "/tickets/{late}/clocks/line-1", whole=True),
    Shot("clock-print", "lead", act=on_paper(LATE), whole=True),
    Shot("ticket-late", "lead", "/tickets/{late}"),
    Shot("ticket-waiting", "lead", "/tickets/{waiting}"),
    Shot("ticket-wait", "first", act=dialog("/tickets/{full}", "waiting-dialog")),
    Shot("ticket-wait-third", "first", act=dialog("/tickets/{full}", "waiting-dialog", other_wait)),
    Shot("ticket-less-urgent", "lead", act=dialog("/tickets/{late}", "properties-dialog", less_urgent)),
    Shot("call-earlier", "first", act=call_of_earlier),
    Shot("asked", "lead", "/tickets/asked"),
    Shot("breaches", "manager", "/reports/breaches", whole=True),
    Shot("breaches-none", "manager", "/reports/breaches?line=3&reason=wanted"),
    Shot("priorities", "manager", "/reports/priorities", whole=True),
    Shot("drafts", "admin", "/settings/drafts", whole=True),
    Shot("draft", "admin", "/settings/drafts/{draft}", whole=True),
    Shot("draft-tried", "admin", "/settings/drafts/{tried}", whole=True),
    Shot("draft-refused", "admin", act=anew_refused),
    Shot("recompute", "admin", "/settings/recomputes/{recompute}", whole=True),
    Shot("policy-compared", "admin", "/settings/policies/{changed_policy}/versions/2", whole=True),
    Shot("policy-tickets", "admin", "/settings/policies/{policy}/versions/1/tickets", whole=True),
    Shot("calendar-holidays", "admin", act=holidays_shown),
)
