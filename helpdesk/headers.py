"""The security headers of every answer, and the nonce that lets our own scripts run."""

import secrets

from flask import Flask, Response, g, request

NONCE_BYTES = 18
STATIC = "ops.static"
LASTING = frozenset({STATIC, "admin.colours", "admin.logo"})  # named by their content
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; frame-src 'self'"
)
MAIL_BODY_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
NOTHING_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"
FEATURES_OFF = (
    "accelerometer, autoplay, camera, display-capture, encrypted-media, fullscreen, geolocation, gyroscope, "
    "magnetometer, microphone, midi, payment, picture-in-picture, publickey-credentials-get, "
    "screen-wake-lock, usb, xr-spatial-tracking"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in FEATURES_OFF.split(", ")),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
ONE_YEAR = "max-age=31536000; includeSubDomains"


def install(app: Flask, *, is_https: bool) -> None:
    """Add the headers to every answer of the app, whatever made it."""

    def begin() -> None:
        g.csp_nonce = secrets.token_urlsafe(NONCE_BYTES)

    def add(response: Response) -> Response:
        return with_headers(response, is_https=is_https)

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(add)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """The random word of this request that marks scripts as ours."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(NONCE_BYTES)
    return str(g.csp_nonce)


def with_headers(response: Response, *, is_https: bool) -> Response:
    """A view may have set its own policy already; browsers keep nothing but static files."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY.format(nonce=csp_nonce()))
    if is_https:
        response.headers.setdefault("Strict-Transport-Security", ONE_YEAR)
    if request.endpoint not in LASTING or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    return response


def as_mail_body(response: Response) -> Response:
    """The one exception: a cleaned mail in its sandboxed frame, with its own inline styles and pictures."""
    response.headers["Content-Security-Policy"] = MAIL_BODY_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def as_download(response: Response) -> Response:
    """A file from outside: never run, never framed."""
    response.headers["Content-Security-Policy"] = NOTHING_POLICY
    return response
