"""Draws the dashboard that `dashboard --format grafana` prints. A Prometheus evaluates the printed queries."""

import re

import numpy as np

from picture_drawing import draw
from prometheus_server import ask

# The units in the picture, each as a multiple of its base unit (seconds or ratio).
SCALES = {"minutes": 60, "milliseconds": 0.001, "percent": 0.01}
SHORT = {"minutes": "min", "percent": "%"}
CELL_HEIGHT = 36


def draw_grafana(dashboard, prometheus, day, period, output):
    """Draws the panels over a day.

    Args:
        prometheus: the address of a server that has the day's samples
        period: the time between two points, in seconds
    """
    end = int(day.timestamp()) + 24 * 3600
    asked = Queries(prometheus, end - 24 * 3600, end, period)
    drawn = [widget(panel, asked) for panel in dashboard["panels"]]
    empty = [each["properties"]["title"] for each, lines in drawn if each["type"] != "text" and not lines]
    if empty:
        raise SystemExit(f"Prometheus has no data for {empty}")
    draw(drawn, day, period, output, CELL_HEIGHT)


class Queries:
    """Evaluates queries as Grafana does, with all clusters and all nodes selected."""

    def __init__(self, prometheus, start, end, step):
        self._prometheus, self._start, self._end, self._step = prometheus, start, end, step
        self._values = {"cluster": ".*", "node": ".*", "__range": f"{end - start}s"}

    def _query(self, target):
        least = 60 * int(target.get("interval", "1m").removesuffix("m"))
        values = self._values | {"__rate_interval": f"{max(self._step + least, 4 * least)}s"}
        return re.sub(r"\$(\w+)", lambda name: values[name[1]], target["expr"])

    def lines(self, target):
        """Returns pairs of legend and values."""
        found = ask(self._prometheus, "query_range", query=self._query(target), step=self._step,
                    start=self._start, end=self._end - self._step)
        lines = []
        for series in found:
            values = np.full((self._end - self._start) // self._step, np.nan)
            for at, value in series["values"]:
                values[(int(at) - self._start) // self._step] = float(value)
            lines.append((legend(target, series["metric"]), values))
        return lines

    def now(self, target):
        """Returns pairs of labels and value."""
        found = ask(self._prometheus, "query", query=self._query(target), time=self._end)
        return [(series["metric"], float(series["value"][1])) for series in found]


def legend(target, labels):
    return re.sub(r"{{(\w+)}}", lambda label: labels[label[1]], target["legendFormat"])


def widget(panel, queries):
    """Converts a panel to a widget of CloudWatch with its lines, as `draw` expects it."""
    position = panel["gridPos"]
    place = {"x": position["x"], "y": position["y"], "width": position["w"], "height": position["h"]}
    if panel["type"] == "row":
        return place | {"type": "text", "properties": {"markdown": f"### {panel['title']}"}, "plain": True}, []
    if panel["type"] == "text":
        return place | {"type": "text", "properties": {"markdown": panel["options"]["content"]}, "plain": True}, []
    if panel["type"] == "table":
        return place | {"type": "table", "properties": {"title": panel["title"]}}, table(panel, queries)
    defaults = panel["fieldConfig"]["defaults"]
    if panel["type"] == "stat":
        [target] = panel["targets"]
        values = [(legend(target, labels), np.array([value])) for labels, value in queries.now(target)]
        return place | {"type": "metric", "properties": {"title": panel["title"], "view": "singleValue"}}, values
    lines = [line for target in panel["targets"] for line in queries.lines(target)]
    unit = readable(defaults["unit"], max((np.nanmax(line) for _, line in lines), default=0))
    scale = SCALES.get(unit, 1)
    label = unit or defaults["custom"].get("axisLabel", "")
    properties = {"title": panel["title"], "yAxis": {"left": {"label": label}}}
    if defaults["custom"]["thresholdsStyle"]["mode"] == "line":
        steps = [step for step in defaults["thresholds"]["steps"] if step["value"] is not None]
        limits = [{"value": step["value"] / scale, "color": step["color"]} for step in steps]
        properties["annotations"] = {"horizontal": limits}
    properties |= {"view": "timeSeries", "stacked": defaults["custom"]["stacking"]["mode"] == "normal"}
    return place | {"type": "metric", "properties": properties}, [(name, line / scale) for name, line in lines]


def readable(unit, most):
    """Returns the unit that Grafana chooses for values up to `most`; empty for a number."""
    if unit == "s":
        return "minutes" if most >= 60 or most == 0 else "milliseconds"
    return {"percentunit": "percent"}.get(unit, "")


def table(panel, queries):
    """Returns the rows of the table: one row for each node, merged and sorted as in Grafana."""
    organize = panel["transformations"][1]["options"]
    nodes = {}
    for target in panel["targets"]:
        for labels, value in queries.now(target):
            nodes.setdefault(tuple(labels.items()), dict(labels))[f"Value #{target['refId']}"] = value
    fields = sorted(organize["indexByName"], key=organize["indexByName"].get)
    names = {field: organize["renameByName"].get(field, field) for field in fields}
    order = [field for by in panel["options"]["sortBy"] for field in fields if names[field] == by["displayName"]]
    overrides = {
        each["matcher"]["options"]: {one["id"]: one["value"] for one in each["properties"]}
        for each in panel["fieldConfig"]["overrides"]
    }
    rows = [[(names[field], None) for field in fields]]
    for node in sorted(nodes.values(), key=lambda node: [-node.get(field, -1) for field in order]):
        rows.append([cell(node.get(field), overrides.get(names[field], {})) for field in fields])
    return rows


def cell(value, options):
    """Returns the text and the colour of a value."""
    if value is None or isinstance(value, str):
        return value or "", None
    unit = readable(options["unit"], 60)
    text = f"{value / SCALES.get(unit, 1):,.3g} {SHORT.get(unit, '')}"
    reached = [step for step in options["thresholds"]["steps"] if step["value"] is None or value >= step["value"]]
    return text, None if reached[-1]["color"] == "text" else reached[-1]["color"]
