"""Serves the page with the headers of the lab, among them those that isolate it (COOP and COEP)."""

import http.server
import os
import threading
import urllib.parse

TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".wasm": "application/wasm",
}
CHUNK = 1 << 20


def serve(folder, headers):
    """Starts a server of a folder on a free port and returns it with its address."""
    root = os.path.realpath(folder)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.answer(True)

        def do_HEAD(self):
            self.answer(False)

        def answer(self, body):
            path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
            file = os.path.realpath(os.path.join(root, path.lstrip("/") or "index.html"))
            found = file.startswith(root + os.sep) and os.path.isfile(file)
            self.send_response(200 if found else 404)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(os.path.getsize(file) if found else 0))
            if found:
                self.send_header("Content-Type", TYPES.get(os.path.splitext(file)[1], "application/octet-stream"))
            self.end_headers()
            if not (found and body):
                return
            with open(file, "rb") as opened:
                while chunk := opened.read(CHUNK):
                    self.wfile.write(chunk)

        def handle_one_request(self):
            try:
                super().handle_one_request()
            except (ConnectionError, TimeoutError):
                # A page that is closed ends its requests.
                self.close_connection = True

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}/"
