"""A stand-in for CloudWatch that accepts all requests. It writes two numbers to a file: how many different minutes have
arrived, and how many minutes are missing between the oldest minute and the newest minute.

  python3 tools/bench/cloudwatch.py PORT FILE
"""

import gzip
import http.server
import re
import struct
import sys

port, file = int(sys.argv[1]), sys.argv[2]
minutes = set()
# A timestamp in CBOR: the key, the tag for a time (0xC1), the type and the number. The SDK sends a double as a float if
# the float has the same value.
TIMESTAMP = re.compile(rb"\x69Timestamp\xc1(\xfb.{8}|\xfa.{4}|\x1a.{4})", re.DOTALL)
FORMATS = {0xFB: ">d", 0xFA: ">f", 0x1A: ">I"}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for number in TIMESTAMP.findall(body):
            minutes.add(int(struct.unpack(FORMATS[number[0]], number[1:])[0]) // 60)
        missing = max(minutes) - min(minutes) + 1 - len(minutes) if minutes else 0
        with open(file, "w") as out:
            out.write(f"{len(minutes)} {missing}\n")
        self.send_response(200)
        self.send_header("smithy-protocol", "rpc-v2-cbor")
        self.send_header("Content-Type", "application/cbor")
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"\xa0")

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
