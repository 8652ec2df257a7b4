#!/usr/bin/env python3
"""Draws docs/dashboard.png and docs/grafana.png: the dashboards that `dashboard` prints, over a simulated day.

The agent's own code publishes the day to the emulator, and writes it to a file for Prometheus (PictureDay in the
tests). Each line shows the emulator's answer to the widget's GetMetricData queries, or the answer of Prometheus to the
panel's queries. Therefore the pictures prove that the queries match the data.

    tools/docs/picture.sh        or: make picture
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

import boto3
import moto.cloudwatch.models as moto_cloudwatch
import numpy as np
from botocore.session import Session
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from cloudwatch_emulator import QuietHandler, SmithyCbor
from grafana_picture import draw_grafana
from picture_drawing import draw
from prometheus_server import serve

CLUSTER = "prod"
REGION = "eu-west-1"
DAY = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc)
PERIOD = 300  # the console uses this period for a day
PERIODS = 24 * 3600 // PERIOD
CELL_HEIGHT = 42  # pixels
# Each request covers a short time, because for each period the emulator reads all datums of the requested time.
AT_ONCE = datetime.timedelta(hours=1)


class MoreStatistics(moto_cloudwatch.Statistics):
    """Computes percentiles and trimmed counts, which moto does not support."""

    def get_statistics_for_type(self, stat):
        values = sorted(self.metric_single_values_list)
        if percentile := re.fullmatch(r"p([\d.]+)", stat):
            rank = int(np.ceil(float(percentile[1]) / 100 * len(values)))
            return values[max(1, rank) - 1]
        if above := re.fullmatch(r"TC\(([\d.]+):\)", stat):
            return float(sum(value > float(above[1]) for value in values))
        return super().get_statistics_for_type(stat)


def start_emulator():
    """Starts the tests' emulator in this process."""
    moto_cloudwatch.Statistics = MoreStatistics
    app = SmithyCbor(DomainDispatcherApplication(create_backend_app), Session().get_service_model("cloudwatch"))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.port}"


def publish_day(maven, endpoint, samples):
    command = [*maven.split(), "--quiet", "--projects=agent", "test", "-Dtest=PictureDay"]
    settings = [f"-Dpicture.emulator={endpoint}", f"-Dpicture.openmetrics={samples}"]
    subprocess.run([*command, *settings], check=True, stdout=sys.stderr)


def printed(agent, *settings):
    command = [agent, "dashboard", f"--cluster-id={CLUSTER}", "--subnets=true", *settings]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


class Answers:
    """The emulator's answers: each series has a value or NaN for each period of the day."""

    def __init__(self, endpoint):
        self._client = boto3.client(
            "cloudwatch", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="k", aws_secret_access_key="s"
        )

    def series(self, asked):
        """Returns the series by (namespace, metric, dimensions, statistic)."""
        answers = {each: np.full(PERIODS, np.nan) for each in asked}
        queries = {f"q{number}": each for number, each in enumerate(answers)}
        start = DAY
        while start < DAY + datetime.timedelta(days=1):
            answer = self._client.get_metric_data(
                MetricDataQueries=[query(name, *each) for name, each in queries.items()],
                StartTime=start,
                EndTime=start + AT_ONCE,
            )
            for result in answer["MetricDataResults"]:
                for at, value in zip(result["Timestamps"], result["Values"]):
                    answers[queries[result["Id"]]][int((at - DAY).total_seconds()) // PERIOD] = value
            start += AT_ONCE
        return answers

    def found(self, namespace, metric, dimension, value):
        """Returns the dimensions of all series that a search finds."""
        pages = self._client.get_paginator("list_metrics").paginate(Namespace=namespace, MetricName=metric)
        metrics = [each["Dimensions"] for page in pages for each in page["Metrics"]]
        sets = [tuple((each["Name"], each["Value"]) for each in dimensions) for dimensions in metrics]
        return [each for each in sets if (dimension, value) in each]


def query(name, namespace, metric, dimensions, statistic):
    named = [{"Name": key, "Value": value} for key, value in dimensions]
    stat = {"Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": named}, "Period": PERIOD}
    return {"Id": name, "MetricStat": stat | {"Stat": statistic}}


def series_of(entry):
    """Returns (namespace, metric, dimensions, statistic) of a widget's entry, or None for an expression."""
    if len(entry) == 1:
        return None
    *names, options = entry
    return names[0], names[1], tuple(zip(names[2::2], names[3::2])), options["stat"]


def choose(condition, then, otherwise=np.nan):
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, then, otherwise))


def compare(expression):
    """Replaces comparisons. CloudWatch compares missing data to missing data, but numpy returns False."""
    return re.sub(r"(\w+) > (\w+)", r"above(\1, \2)", expression)


def work_out(expression, by_id):
    functions = {
        "PERIOD": lambda series: PERIOD,
        "IF": choose,
        "above": lambda one, other: np.where(np.isnan(one), np.nan, np.greater(one, other)),
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        values = eval(compare(expression), {"__builtins__": {}}, functions | by_id)
    return np.where(np.isfinite(values), values, np.nan)


def lines_of(widget, series, answers):
    """Returns the widget's visible lines as pairs of label and values."""
    metrics = widget["properties"]["metrics"]
    by_id = {entry[-1]["id"]: series[series_of(entry)] for entry in metrics if len(entry) > 1}
    lines = []
    for entry in metrics:
        options = entry[-1]
        expression = options.get("expression", options["id"])
        if "SEARCH(" in expression:
            lines += searched(expression, answers)
        elif options.get("visible", True):
            lines.append((options["label"], work_out(expression, by_id)))
    return lines


def searched(expression, answers):
    """Evaluates SORT(SEARCH(...), MIN, ASC, N), the form in the widgets of subnets."""
    named = r"{\"(.*?)\".*} MetricName=\"(.*?)\" \"(.*?)\"=\"(.*?)\""
    parts = re.search(named + r"', '(.*?)'\), MIN, ASC, (\d+)", expression)
    namespace, metric, dimension, value, statistic, most = parts.groups()
    found = answers.found(namespace, metric, dimension, value)
    values = answers.series([(namespace, metric, dimensions, statistic) for dimensions in found])
    lines = [(key[2][-1][1], line) for key, line in values.items()]
    return sorted(lines, key=lambda line: np.nanmin(line[1]))[: int(most)]


def main():
    arguments = argparse.ArgumentParser(description="Draws the dashboards over a simulated day.")
    arguments.add_argument("--agent", required=True, help="the program that prints the dashboards")
    arguments.add_argument("--maven", default="mvn", help="the command that runs the tests' code")
    arguments.add_argument("--prometheus", required=True)
    arguments.add_argument("--promtool", required=True)
    arguments.add_argument("--output", required=True, help="the folder of the pictures")
    options = arguments.parse_args()
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

    endpoint = start_emulator()
    with tempfile.TemporaryDirectory() as work:
        samples = os.path.join(work, "samples.txt")
        publish_day(options.maven, endpoint, samples)
        with serve(options.prometheus, options.promtool, samples) as prometheus:
            dashboard = printed(options.agent, "--format=grafana")
            draw_grafana(dashboard, prometheus, DAY, PERIOD, os.path.join(options.output, "grafana.png"))
    draw_cloudwatch(printed(options.agent, f"--region={REGION}"), Answers(endpoint),
                    os.path.join(options.output, "dashboard.png"))


def draw_cloudwatch(dashboard, answers, output):
    widgets = dashboard["widgets"]
    graphs = [widget for widget in widgets if widget["type"] == "metric"]
    asked = {series_of(entry) for widget in graphs for entry in widget["properties"]["metrics"]} - {None}
    series = answers.series(sorted(asked))
    silent = [each for each, values in series.items() if np.isnan(values).all()]
    if silent:
        sys.exit(f"the emulator has no data for {silent}")
    drawn = [(widget, lines_of(widget, series, answers) if widget in graphs else []) for widget in widgets]
    draw(drawn, DAY, PERIOD, output, CELL_HEIGHT)


if __name__ == "__main__":
    main()
