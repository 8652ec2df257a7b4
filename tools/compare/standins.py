"""Stand-ins for AWS and Kubernetes on 127.0.0.1, for tools/compare/compare.py."""

import gzip
import json
import threading
import time
import urllib.parse
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cbor2

ACCEPTED = b'<PutMetricDataResponse><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PutMetricDataResponse>'
AWAY = b'<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>'


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer_metrics(self, body):
        """Answers like ipamD: compressed if the client accepts compression."""
        zipped = "gzip" in self.headers.get("Accept-Encoding", "")
        headers = [("Content-Encoding", "gzip")] if zipped else []
        self.answer(200, gzip.compress(body) if zipped else body, "text/plain; version=0.0.4", headers)


class CloudWatch:
    """Accepts PutMetricData in the formats of AWS's SDKs (CBOR or form), and records the requests.

    A request is recorded as (time of arrival, bytes of the body). A datum is recorded as (time of arrival, name, value,
    time of the value).
    """

    def __init__(self):
        self.away = False
        self.refused = 0
        self.requests, self.datums = [], []
        outer = self

        class Handler(Quiet):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                accepted = outer.put(body, self.headers)
                cbor = self.headers.get("smithy-protocol")
                headers = [("smithy-protocol", cbor)] if cbor else []
                if cbor:
                    answer = {} if accepted else {"__type": "ServiceUnavailable", "message": "away"}
                    self.answer(200 if accepted else 503, cbor2.dumps(answer), "application/cbor", headers)
                else:
                    self.answer(200 if accepted else 503, ACCEPTED if accepted else AWAY, "text/xml")

        self.port = serve(Handler)

    def put(self, body, headers):
        if self.away:
            self.refused += 1
            return False
        now = time.time()
        self.requests.append((now, len(body)))
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for name, value, at in from_cbor(body) if headers.get("smithy-protocol") else from_form(body):
            self.datums.append((now, name, value, at or now))
        return True


def from_cbor(body):
    for datum in cbor2.loads(body)["MetricData"]:
        at = datum.get("Timestamp")
        yield datum["MetricName"], datum["Value"], at and at.timestamp()


def from_form(body):
    fields = dict(urllib.parse.parse_qsl(body.decode()))
    number = 1
    while name := fields.get(f"MetricData.member.{number}.MetricName"):
        at = fields.get(f"MetricData.member.{number}.Timestamp")
        yield name, float(fields[f"MetricData.member.{number}.Value"]), at and seconds(at)
        number += 1


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def metrics_port(node, reader):
    """Serves a node's metrics to one reader. Closes the connection while ipamD does not answer."""

    class Handler(Quiet):
        def do_GET(self):
            body = node.read(reader)
            if body is None:
                self.close_connection = True
            else:
                self.answer_metrics(body)

    return serve(Handler)


class Kubernetes:
    """The part of an API server that cni-metrics-helper uses: the list of pods, and a proxy to the metrics of the
    pods."""

    def __init__(self, nodes, reader):
        pods = [pod(number) for number in range(len(nodes))]
        listed = {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": pods}
        resource = {"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod",
                    "verbs": ["get", "list", "watch"]}
        kind = {"kind": "APIResourceList", "groupVersion": "v1", "resources": [resource]}

        class Handler(Quiet):
            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                if "/proxy/" in url.path:
                    number = int(url.path.split("/pods/aws-node-")[1].split(":")[0])
                    body = nodes[number].read(reader)
                    return self.answer(503, b"{}") if body is None else self.answer_metrics(body)
                if url.path.endswith("/pods"):
                    query = urllib.parse.parse_qs(url.query)
                    if "watch" in query:
                        return self.watch("sendInitialEvents" in query)
                    return self.answer(200, json.dumps(listed).encode())
                known = {"/api": {"kind": "APIVersions", "versions": ["v1"]}, "/api/v1": kind,
                         "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}}
                return self.answer(200 if url.path in known else 404, json.dumps(known.get(url.path, {})).encode())

            def watch(self, initial):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Connection", "close")
                self.end_headers()
                end = {"kind": "Pod", "apiVersion": "v1", "metadata": {
                    "resourceVersion": "1", "annotations": {"k8s.io/initial-events-end": "true"}}}
                events = [("ADDED", each) for each in pods] + [("BOOKMARK", end)] if initial else []
                for kind, thing in events:
                    self.wfile.write(json.dumps({"type": kind, "object": thing}).encode() + b"\n")
                self.wfile.flush()
                time.sleep(3_600)

        self.port = serve(Handler)


def pod(number):
    return {"kind": "Pod", "apiVersion": "v1", "metadata": {
        "name": f"aws-node-{number}", "namespace": "kube-system", "uid": str(number), "resourceVersion": "1",
        "labels": {"k8s-app": "aws-node"}}, "spec": {"containers": []}, "status": {"phase": "Running"}}


def serve(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port
