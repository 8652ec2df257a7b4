"""Stands in for CloudWatch: accepts all requests, and writes how many different minutes have arrived to a file.

  python3 tools/bench/cloudwatch.py PORT FILE
"""

import gzip
import http.server
import re
import struct
import sys

port, file = int(sys.argv[1]), sys.argv[2]
minutes = set()
# In CBOR: the key, the tag of a time (0xC1), and a double or an integer of 32 bits.
TIMESTAMP = re.compile(rb"\x69Timestamp\xc1(?:\xfb(.{8})|\x1a(.{4}))", re.DOTALL)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for double, integer in TIMESTAMP.findall(body):
            seconds = struct.unpack(">d", double)[0] if double else struct.unpack(">I", integer)[0]
            minutes.add(int(seconds) // 60)
        with open(file, "w") as out:
            out.write(str(len(minutes)))
        self.send_response(200)
        self.send_header("smithy-protocol", "rpc-v2-cbor")
        self.send_header("Content-Type", "application/cbor")
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"\xa0")

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
