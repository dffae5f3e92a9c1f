"""How a door answers: a page or a fragment, a redirect after a form, an error in words."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, render_template, request
from markupsafe import Markup

from helpdesk import assets
from helpdesk.i18n import viewer_zone
from helpdesk.rich.cleaning import clean, with_pictures

__all__ = ["formed", "install", "is_htmx", "provide", "render", "safe_path", "see_other", "viewer_zone"]

Provider = Callable[[], Any]
_providers: dict[str, Provider] = {}


def provide(name: str, value: Provider) -> None:
    """Let every whole page have `name`; called once per page, never for fragments or error pages."""
    _providers[name] = value


def render(template: str, **values: Any) -> str:
    """A page with all that is provided, or a fragment (a name with a leading _) with its values alone."""
    if not template.rpartition("/")[2].startswith("_"):
        values = {name: value() for name, value in _providers.items() if name not in values} | values
    return render_template(template, **values)


def is_htmx() -> bool:
    """Whether the page's script asked for a piece, not the browser for a page."""
    return request.headers.get("HX-Request") == "true"


def see_other(url: str) -> Response:
    """Go there after a form: 303, or for a script the header that makes the browser load the page."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)  # type: ignore[return-value]


def safe_path(address: str | None, default: str = "/") -> str:
    """The address if it is a plain path on this desk, else the default; never a way to another host."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return default
    if any(ord(sign) < 0x21 or sign == "\\" or ord(sign) == 0x7F for sign in address):
        return default
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else default


def formed(html: str, pictures: Mapping[str, str]) -> Markup:
    """Words of our own people as a part of the page, made harmless once more; `pictures` are addresses by
    Content-ID.
    """
    shown = with_pictures(clean(html), lambda name: pictures.get(str(name)))
    return Markup(shown)  # noqa: S704 - nothing but the short allow list is left


def form_token() -> str:
    """A new name for one form, so that sending it twice does nothing twice."""
    return str(uuid.uuid4())


def install(app: Flask) -> None:
    """Give templates what all of them use."""
    app.jinja_env.globals.update(
        asset_url=assets.asset_url,
        import_map=assets.import_map,
        form_token=form_token,
        is_htmx=is_htmx,
    )
