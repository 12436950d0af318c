"""The socket of the viewer: loopback only, and its guards against whoever else could ask it.

A page elsewhere could make a browser ask us under a name of its own (DNS rebinding): only loopback's names are served.
Other people on this machine could ask us, too: every address begins with a key that only who started us has seen.
Nothing can be changed by a request, nobody is told that they may read across origins, and pages may load nothing from
elsewhere and run no script but our files.
"""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import compare_digest, token_urlsafe

from assay.errors import UsageError
from assay.view.runs import Viewed
from assay.view.viewer import TEXT, Answer, Viewer

HOST = "127.0.0.1"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)


def refused(host: str | None, site: str | None, path: str, key: str) -> Answer | None:
    """Why a request is not answered; None where it is.

    Args:
        host: its `Host` header. Any port: a tunnel has its own at the other end.
        site: its `Sec-Fetch-Site` header, where the browser sends one.
        path: what it asks for.
        key: what every path begins with.
    """
    if host is None or not _LOOPBACK.fullmatch(host.strip()):
        return Answer(421, TEXT, b"assay view answers only as 127.0.0.1 or localhost.\n")
    if site in ("cross-site", "same-site"):
        return Answer(403, TEXT, b"assay view does not answer what another page asks. Open the address yourself.\n")
    if not compare_digest(path[: len(key) + 2].encode("utf-8", "replace"), f"/{key}/".encode()):
        return Answer(404, TEXT, b"Open the whole address that assay view printed.\n")
    return None


class Server(ThreadingHTTPServer):
    """Serves runs until it is shut down.

    Args:
        runs: at least one.
        port: 0 for any that is free.

    Raises:
        UsageError: the port is taken.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, runs: list[Viewed], port: int = 0) -> None:
        self.key = token_urlsafe(12)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(f"port {port} cannot be used ({error.strerror}): give another with --port") from error
        self.viewer = Viewer(runs, f"/{self.key}/")

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://{HOST}:{self.server_port}/{self.key}/"

    def server_close(self) -> None:
        """Free the port, and what was kept for reading."""
        super().server_close()
        if hasattr(self, "viewer"):  # not where the port could not be had
            self.viewer.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no error; one of ours is shown."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "assay", ""
    timeout = 60

    def do_GET(self) -> None:
        path = self.path
        no = refused(self.headers.get("Host"), self.headers.get("Sec-Fetch-Site"), path, self.server.key)
        self._send(no or self.server.viewer.answer(path))

    do_HEAD = do_GET

    def _other(self) -> None:
        self.close_connection = True  # whatever else was sent is not read
        self._send(Answer(405, TEXT, b"Nothing can be changed here.\n"))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _other

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.status == 405:
            self.send_header("Allow", "GET, HEAD")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is looked at is nobody's business."""
