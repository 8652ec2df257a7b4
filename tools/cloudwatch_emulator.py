#!/usr/bin/env python3
"""CloudWatch and EC2 in one process, for tests. It is moto with the protocol of the AWS SDK for Java.

The SDK's CloudWatch client sends Smithy RPC v2 with CBOR bodies, which moto does not know. A layer in front of moto
converts these requests to the JSON that moto reads, and converts the answers back. EC2's requests are not changed.

    .venv/bin/python tools/cloudwatch_emulator.py [--port PORT] [--while-stdin-open]

Prints `emulator: http://127.0.0.1:PORT` when it serves. Errors go to standard error.
"""

import argparse
import gzip
import io
import json
import os
import sys
import threading

import cbor2
from botocore.session import Session
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

EPOCH_SECONDS = 1  # CBOR's tag for a time
JSON = "application/x-amz-json-1.0"


class SmithyCbor:
    """A WSGI layer that converts Smithy RPC v2 CBOR to JSON and back. Requests of other protocols are not changed."""

    def __init__(self, app, model):
        self._app = app
        self._model = model

    def __call__(self, environ, start_response):
        if environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor":
            return self._app(environ, start_response)
        # /service/SERVICE/operation/OPERATION
        _, _, service, _, operation = environ["PATH_INFO"].split("/")
        status, answer = self._ask(json_request(environ, service, operation))
        shape = self._model.operation_model(operation).output_shape
        body = cbor2.dumps(with_times(answer, shape) if status.startswith("2") else answer)
        start_response(
            status,
            [
                ("Content-Type", "application/cbor"),
                ("Content-Length", str(len(body))),
                ("smithy-protocol", "rpc-v2-cbor"),
            ],
        )
        return [body]

    def _ask(self, environ):
        """Returns moto's answer: the status line, and the body as an object."""
        started = []
        chunks = self._app(environ, lambda status, headers, error=None: started.append(status))
        try:
            text = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        try:
            return started[0], json.loads(text) if text.strip() else {}
        except ValueError:
            # moto's internal errors are HTML pages.
            return started[0], {"__type": "InternalFailure", "message": text.decode("utf-8", "replace")[:300]}


def json_request(environ, service, operation):
    """Returns the same request in the format that moto reads."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
        body = gzip.decompress(body)
    # `default` converts times; all other types in these bodies exist in JSON too.
    text = json.dumps(cbor2.loads(body) if body else {}, default=lambda time: time.timestamp()).encode()
    outer = ("HTTP_SMITHY_PROTOCOL", "HTTP_CONTENT_ENCODING", "HTTP_ACCEPT")
    return {name: value for name, value in environ.items() if name not in outer} | {
        "PATH_INFO": "/",
        "CONTENT_TYPE": JSON,
        "CONTENT_LENGTH": str(len(text)),
        "HTTP_X_AMZ_TARGET": f"{service}.{operation}",
        "wsgi.input": io.BytesIO(text),
    }


def with_times(value, shape):
    """Returns the value with CBOR tags on all times. The service's model shows which numbers are times."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure":
        return {name: with_times(member, shape.members.get(name)) for name, member in value.items()}
    if shape.type_name == "list":
        return [with_times(member, shape.member) for member in value]
    if shape.type_name == "timestamp":
        return cbor2.CBORTag(EPOCH_SECONDS, float(value))
    return value


class QuietHandler(MotoRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code="-", size="-"):
        pass


def exit_when_stdin_ends():
    """Ends this process when the process that started it ends. Until then standard input is open."""
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(0)


def main():
    arguments = argparse.ArgumentParser(description="CloudWatch and EC2 for tests, on 127.0.0.1.")
    arguments.add_argument("--port", type=int, default=0, help="0, the default, chooses a free port")
    arguments.add_argument("--while-stdin-open", action="store_true", help="exit when standard input ends")
    options = arguments.parse_args()

    model = Session().get_service_model("cloudwatch")
    app = SmithyCbor(DomainDispatcherApplication(create_backend_app), model)
    server = make_server("127.0.0.1", options.port, app, threaded=True, request_handler=QuietHandler)
    if options.while_stdin_open:
        threading.Thread(target=exit_when_stdin_ends, daemon=True).start()
    print(f"emulator: http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
