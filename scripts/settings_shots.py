"""Pictures of the settings: each list, each sheet, and what a sheet says to what cannot be."""

from scenes import Scene, Shot, refused


def rule_tried(scene: Scene) -> None:
    scene.go("/settings/rules")
    trial = scene.page.locator(".trial form")
    trial.locator("textarea").last.fill("Nobody can work: everything is down since nine")
    trial.locator("button[type=submit]").last.click()
    scene.page.locator(".trial-verdict").wait_for()


def settings_searched(scene: Scene) -> None:
    scene.go("/settings")
    scene.page.locator("input[type=search]").last.fill("mail")
    scene.page.keyboard.press("Enter")
    scene.page.wait_for_url("**q=mail*")


def _sheet(name: str, path: str) -> Shot:
    return Shot(name, "admin", path, whole=True)


SETTINGS = (
    _sheet("settings", "/settings"),
    Shot("settings-found", "admin", act=settings_searched),
    _sheet("settings-nothing", "/settings?q=zzzz"),
    _sheet("policies", "/settings/policies"),
    _sheet("policy", "/settings/policies/{policy}"),
    _sheet("policy-new", "/settings/policies/new"),
    _sheet("policy-version", "/settings/policies/{policy}/versions/1"),
    Shot("policy-refused", "admin", act=refused("/settings/policies/{policy}", name=""), whole=True),
    _sheet("calendars", "/settings/calendars"),
    _sheet("calendar", "/settings/calendars/{calendar}"),
    _sheet("calendar-edit", "/settings/calendars/{calendar}/edit"),
    _sheet("calendar-new", "/settings/calendars/new"),
    Shot("calendar-refused", "admin", act=refused("/settings/calendars/new", name=""), whole=True),
    _sheet("contracts", "/settings/contracts"),
    _sheet("contract", "/settings/contracts/{contract}"),
    _sheet("contract-new", "/settings/contracts/new"),
    Shot("contract-refused", "admin", act=refused("/settings/contracts/new", name=""), whole=True),
    _sheet("rules", "/settings/rules"),
    Shot("rules-tried", "admin", act=rule_tried, whole=True),
    _sheet("rule", "/settings/rules/{rule}"),
    _sheet("rule-new", "/settings/rules/new"),
    Shot("rule-refused", "admin", act=refused("/settings/rules/new", name=""), whole=True),
    _sheet("categories", "/settings/categories"),
    _sheet("canned", "/settings/canned-answers"),
    _sheet("canned-answer", "/settings/canned-answers/{answer}"),
    _sheet("canned-new", "/settings/canned-answers/new"),
    Shot("canned-refused", "admin", act=refused("/settings/canned-answers/new", name=""), whole=True),
    _sheet("mailboxes", "/settings/mailboxes"),
    _sheet("mailbox", "/settings/mailboxes/{mailbox}"),
    _sheet("mailbox-new", "/settings/mailboxes/new"),
    Shot("mailbox-refused", "admin", act=refused("/settings/mailboxes/new", address="nobody"), whole=True),
    _sheet("mail-texts", "/settings/mail-texts"),
    _sheet("mail-text", "/settings/mail-texts/1"),
    _sheet("people", "/settings/people"),
    _sheet("people-invited", "/settings/people?standing=invited"),
    _sheet("person", "/settings/people/{agent}"),
    _sheet("person-invited", "/settings/people/{invited}"),
    _sheet("person-leaving", "/settings/people/{agent}/deactivation"),
    _sheet("person-last", "/settings/people/{admin}/deactivation"),
    _sheet("people-new", "/settings/people/new"),
    Shot("people-refused", "admin", act=refused("/settings/people/new", addresses="nobody"), whole=True),
    _sheet("teams", "/settings/teams"),
    _sheet("team", "/settings/teams/{team}"),
    _sheet("team-long", "/settings/teams/{long_team}"),
    _sheet("team-new", "/settings/teams/new"),
    Shot("team-refused", "admin", act=refused("/settings/teams/new", name=""), whole=True),
    _sheet("firm", "/settings/firm"),
    Shot("firm-refused", "admin", act=refused("/settings/firm", name=""), whole=True),
    _sheet("branding", "/settings/branding"),
    _sheet("imports", "/settings/imports"),
    _sheet("history", "/settings/history"),
    _sheet("in-force", "/settings/in-force"),
    _sheet("welcome-mailbox", "/welcome/mailbox"),
    _sheet("welcome-lines", "/welcome/lines"),
    _sheet("welcome-hours", "/welcome/hours"),
    _sheet("welcome-policy", "/welcome/policy"),
    _sheet("welcome-ready", "/welcome/ready"),
)
