"""What the stand-ins' HTTP servers share."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Requests are not logged."""

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
