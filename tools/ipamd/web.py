"""HTTP servers and requests for the stand-ins and the bench."""
import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Writes no log line for a request."""

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, status, content, content_type="text/plain", headers=None):
        data = content.encode()
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": len(data), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)

    def reply_json(self, status, document):
        self.reply(status, json.dumps(document), "application/json")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def serve(host, port, handler):
    threading.Thread(target=Server((host, port), handler).serve_forever, daemon=True).start()


def get(url):
    """Returns the body of the answer, or None if there is no answer."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.read().decode()
    except OSError:
        return None


def post(url, body=""):
    with urllib.request.urlopen(urllib.request.Request(url, body.encode(), method="POST"), timeout=10) as response:
        response.read()
