"""Writes the table of values in the chart's README.md from the comments in values.yaml.

    .venv-deploy/bin/python tools/deploy/chart_readme.py

The comment of a value is above it and starts with `# -- `. A map with such a comment is one value.
"""

import json
import re
from pathlib import Path

import yaml

CHART = Path(__file__).resolve().parents[2] / "daemonset/chart"
TABLE = re.compile(r"(?<=<!-- values -->\n\n).*?(?=\n\n<!-- /values -->)", re.S)


def comment_above(lines, line):
    """The text of the comment that ends above a line; empty if it does not describe a value."""
    text = []
    while line > 0 and lines[line - 1].lstrip().startswith("# "):
        line -= 1
        text.insert(0, lines[line].lstrip()[2:])
        if text[0].startswith("-- "):
            return " ".join(text)[3:]
    return ""


def rows(node, lines, parent=""):
    """Name, default and description of each value below a node."""
    for key, value in node.value:
        name = parent + key.value
        description = comment_above(lines, key.start_mark.line)
        if description:
            yield name, yaml.safe_load(yaml.serialize(value)), description
        elif isinstance(value, yaml.MappingNode):
            yield from rows(value, lines, f"{name}.")
        else:
            raise SystemExit(f"values.yaml: {name} has no description")


def table():
    text = (CHART / "values.yaml").read_text()
    result = ["| value | default | meaning |", "| --- | --- | --- |"]
    for name, default, description in rows(yaml.compose(text), text.splitlines()):
        result.append(f"| `{name}` | `{json.dumps(default)}` | {description} |")
    return "\n".join(result)


def readme():
    return TABLE.sub(lambda _: table(), (CHART / "README.md").read_text())


if __name__ == "__main__":
    (CHART / "README.md").write_text(readme())
