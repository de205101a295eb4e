"""An application that is not written in Rust, for the reverse proxy. It uses only Python's standard library.

    python3 app.py

It listens on a free port of 127.0.0.1 and prints that: `port 12345`. It takes the signed-in user from the header
X-Auth-Request-User.
"""

import base64
import gzip
import hashlib
import html
import json
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

WEBSOCKET_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - a notebook in Python</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 12vh auto; max-width: 36rem; padding: 0 1.5rem; font: 1.05rem/1.6 system-ui, sans-serif; }}
h1 {{ margin: 0 0 .5rem; font-size: 1.7rem; }}
button {{ font: inherit; padding: .5rem 1.1rem; border-radius: .6rem; border: 1px solid; cursor: pointer; }}
</style>
</head>
<body data-user="{user}">
<h1>{title}</h1>
{content}
</body>
</html>
"""

SIGNED_IN = """<p>These are the notes of {user}.</p>
<form method="post" action="/logout"><button id="sign-out">Sign out</button></form>"""

SIGNED_OUT = "<p>Sign in to see your notes.</p>"

# Gates that a test can open: requests that wait at one are in flight.
GATES = {}
GATES_LOCK = threading.Lock()


def gate(name):
    with GATES_LOCK:
        return GATES.setdefault(name, threading.Event())


def pass_gate(name):
    """Waits until the test opens the gate. After 20 seconds the connection breaks instead."""
    if not gate(name).wait(20):
        raise TimeoutError(name)


def page(user):
    user = html.escape(user)
    content = SIGNED_IN.format(user=user) if user else SIGNED_OUT
    return PAGE.format(title="My notes" if user else "Signed out", user=user, content=content)


class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer()

    def do_HEAD(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def do_PUT(self):
        self.answer()

    def do_OPTIONS(self):
        self.answer()

    def answer(self):
        path = urlsplit(self.path).path
        handler = ROUTES.get(path, App.echo if path.startswith("/echo") else App.lost)
        handler(self)

    # --- The usual pages ----------------------------------------------------------------------

    def home(self):
        self.body()
        self.send(200, "text/html; charset=utf-8", page(self.headers.get("X-Auth-Request-User", "")).encode(),
                  [("ETag", '"notes-1"'), ("Content-Digest", "sha-256=:AAAA:")])

    def lost(self):
        self.body()
        self.send(404, "text/html; charset=utf-8", page("").encode())

    def logout(self):
        self.body()
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        if "fetch" in query:
            self.send(204, None, b"")
        elif "fail" in query:
            self.send(500, "text/plain", b"The session store is down.")
        else:
            self.send(303, None, b"", [("Location", query.get("to", ["/oauth2/sign_out"])[0])])

    def style(self):
        self.send(200, "text/css", b"body { color: black; }\n" * 50)

    # --- Requests as they arrived --------------------------------------------------------------

    def echo(self):
        """The request as it arrived: every header line, the body, and the trailers."""
        body, trailers = self.body()
        seen = {
            "method": self.command,
            "target": self.path,
            "version": self.request_version,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": body.decode("latin-1"),
            "trailers": trailers,
        }
        self.send(200, "application/json", json.dumps(seen).encode(), [
            ("Connection", "X-Hop, keep-alive"),
            ("Keep-Alive", "timeout=5"),
            ("X-Hop", "for the next one only"),
            ("Proxy-Authenticate", "Basic"),
            ("X-End", "to everybody"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ])

    def stream(self):
        """A page in chunks. The second one waits until the test has seen the first."""
        name = parse_qs(urlsplit(self.path).query)["gate"][0]
        kind = parse_qs(urlsplit(self.path).query).get("type", ["text/html; charset=utf-8"])[0]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Trailer", "X-Checksum")
        self.end_headers()
        self.chunk(b"<!doctype html><title>Stream</title><p>first")
        pass_gate(name)
        self.chunk(b"<p>second")
        self.wfile.write(b"0\r\nX-Checksum: 42\r\n\r\n")

    def upload(self):
        """Responds with what it has read so far, piece by piece, while the rest of the request is still under way."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while piece := self.read_chunk():
            self.chunk(b"got " + piece)
        self.read_trailers()
        self.wfile.write(b"0\r\n\r\n")

    def wait(self):
        """In flight until the gate opens."""
        name = parse_qs(urlsplit(self.path).query)["gate"][0]
        gate("arrived " + name).set()
        pass_gate(name)
        self.send(200, "text/plain", b"done")

    def open_gate(self):
        gate(parse_qs(urlsplit(self.path).query)["gate"][0]).set()
        self.send(204, None, b"")

    def arrived(self):
        there = gate("arrived " + parse_qs(urlsplit(self.path).query)["gate"][0]).wait(20)
        self.send(200 if there else 504, "text/plain", b"")

    def cut(self):
        """Promises more than it sends."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def encoded(self):
        """Compressed even if the client did not ask for it."""
        self.send(200, "text/html; charset=utf-8", gzip.compress(page("").encode()),
                  [("Content-Encoding", "gzip"), ("ETag", '"mine"')])

    def switch(self):
        """Switches to another protocol without being asked."""
        self.send_response(101)
        self.send_header("Connection", "upgrade")
        self.send_header("Upgrade", "h2c")
        self.end_headers()
        self.wfile.write(b"anything")
        self.close_connection = True

    # --- A WebSocket, by hand: https://www.rfc-editor.org/rfc/rfc6455 -------------------------

    def websocket(self):
        key = self.headers.get("Sec-WebSocket-Key")
        upgrade = self.headers.get("Upgrade", "").lower()
        if upgrade != "websocket" or "upgrade" not in self.headers.get("Connection", "").lower() or not key:
            self.send(426, "text/plain", b"a WebSocket lives here", [("Upgrade", "websocket")])
            return
        digest = hashlib.sha1((key + WEBSOCKET_MAGIC).encode()).digest()
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "websocket")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
        self.end_headers()
        self.frame(1, b"welcome")
        while (message := self.read_frame()) is not None:
            self.frame(1, b"echo " + message)
        self.frame(8, b"")
        self.close_connection = True

    def frame(self, opcode, payload):
        self.wfile.write(bytes([0x80 | opcode, len(payload)]) + payload)

    def read_frame(self):
        head = self.rfile.read(2)
        if len(head) < 2 or head[0] & 0x0F == 8:
            return None
        length = head[1] & 0x7F
        if length == 126:
            length = struct.unpack("!H", self.rfile.read(2))[0]
        mask = self.rfile.read(4)
        return bytes(byte ^ mask[place % 4] for place, byte in enumerate(self.rfile.read(length)))

    # --- Reading and writing ------------------------------------------------------------------

    def body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            pieces = b""
            while piece := self.read_chunk():
                pieces += piece
            return pieces, self.read_trailers()
        return self.rfile.read(int(self.headers.get("Content-Length", 0))), []

    def read_chunk(self):
        size = int(self.rfile.readline().split(b";")[0], 16)
        if size == 0:
            return b""
        piece = self.rfile.read(size)
        self.rfile.readline()
        return piece

    def read_trailers(self):
        trailers = []
        while line := self.rfile.readline().strip():
            name, value = line.decode("latin-1").split(":", 1)
            trailers.append([name.lower(), value.strip()])
        return trailers

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def send(self, status, kind, content, headers=()):
        encoding = None
        names = [name for name, _ in headers]
        if "gzip" in self.headers.get("Accept-Encoding", "") and content and "Content-Encoding" not in names:
            encoding, content = "gzip", gzip.compress(content)
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if encoding:
            self.send_header("Content-Encoding", encoding)
            self.send_header("Vary", "Accept-Encoding")
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(content)


ROUTES = {
    "/": App.home,
    "/logout": App.logout,
    "/log/out": App.logout,
    "/style.css": App.style,
    "/stream": App.stream,
    "/upload": App.upload,
    "/wait": App.wait,
    "/open": App.open_gate,
    "/arrived": App.arrived,
    "/cut": App.cut,
    "/encoded": App.encoded,
    "/switch": App.switch,
    "/socket": App.websocket,
}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # A test opens this many connections at once.
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A client that disconnected is no error."""


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), App)
    print(f"port {server.server_address[1]}", flush=True)
    server.serve_forever()
