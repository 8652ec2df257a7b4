"""A Prometheus that serves samples from an OpenMetrics file."""

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

READY_WITHIN = 60  # seconds


@contextlib.contextmanager
def serve(prometheus, promtool, samples):
    """Yields the address of a Prometheus that has the samples."""
    with tempfile.TemporaryDirectory() as work:
        data = os.path.join(work, "data")
        config = os.path.join(work, "prometheus.yaml")
        with open(config, "w", encoding="ascii") as file:
            file.write("{}\n")
        subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", samples, data], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        command = [prometheus, f"--config.file={config}", f"--storage.tsdb.path={data}", "--log.level=error"]
        command += ["--storage.tsdb.retention.time=100y", f"--web.listen-address={address}"]
        with subprocess.Popen(command) as server:
            try:
                wait_until_ready(address, server)
                yield address
            finally:
                server.terminate()


def wait_until_ready(address, server):
    end = time.monotonic() + READY_WITHIN
    while server.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}/-/ready") as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("Prometheus did not start")


def ask(address, path, **parameters):
    """Returns the series of a query: a list of objects with `metric` and `value` or `values`."""
    url = f"http://{address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)["data"]["result"]
