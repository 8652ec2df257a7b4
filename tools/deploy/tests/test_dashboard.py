"""Checks the dashboard of Grafana against Grafana's own types (grafana-foundation-sdk, Python 3.11 or newer)."""

import enum
import json
import typing
import unittest

from rendering import TOP

try:
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard
except ImportError:
    Dashboard = None

DASHBOARD = TOP / "daemonset/chart/files/grafana-dashboard.json"


@unittest.skipIf(Dashboard is None, "Grafana's types need Python 3.11 or newer")
class GrafanaDashboard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        register_default_plugins()
        cls.text = DASHBOARD.read_text(encoding="utf-8")

    def test_grafana_knows_each_field_and_each_value(self):
        self.assertEqual([], list(faults(self.text)))

    def test_other_fields_and_values_are_faults(self):
        for right, wrong in (
            ('"mode": "multi"', '"mode": "all"'),
            ('"thresholdsStyle"', '"thresholdStyle"'),
            ('"legendFormat"', '"legend"'),
            ('"lineWidth": 1', '"lineWidth": "thin"'),
            ('"sortBy"', '"sort"'),
            ('"refresh": 2', '"refresh": 5'),
            ('"cellHeight": "sm"', '"cellHeight": "tiny"'),
        ):
            with self.subTest(wrong):
                self.assertIn(right, self.text)
                self.assertNotEqual([], list(faults(self.text.replace(right, wrong))))


def faults(text):
    dashboard = json.loads(text)
    known = Dashboard.from_json(dashboard)
    yield from bad_values(known, "dashboard")
    yield from lost(dashboard, json.loads(json.dumps(known, cls=JSONEncoder)), "dashboard")


def lost(ours, theirs, where):
    """Yields the fields that Grafana's types do not have."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if key in theirs:
                yield from lost(value, theirs[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}"
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (value, other) in enumerate(zip(ours, theirs)):
            yield from lost(value, other, f"{where}[{number}]")
    elif ours != theirs:
        yield where


def bad_values(known, where):
    """Yields the fields whose value has another type than in Grafana, or is not in an enumeration of Grafana."""
    if isinstance(known, list):
        for number, value in enumerate(known):
            yield from bad_values(value, f"{where}[{number}]")
    elif of_grafana(type(known)) and not isinstance(known, enum.Enum):
        hints = typing.get_type_hints(type(known))
        for name, value in vars(known).items():
            if not fits(value, hints[name]):
                yield f"{where}.{name}: {value}"
            yield from bad_values(value, f"{where}.{name}")


def fits(value, hint):
    kind = typing.get_origin(hint)
    if hint in (typing.Any, object):
        return True
    if kind is typing.Union:
        return any(fits(value, each) for each in typing.get_args(hint))
    if kind is typing.Literal:
        return value in typing.get_args(hint)
    if kind is list:
        return isinstance(value, list) and all(fits(each, typing.get_args(hint)[0]) for each in value)
    if kind is dict:
        return isinstance(value, dict)
    if hint is float:
        return isinstance(value, (int, float))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return value in [each.value for each in hint]
    # The SDK does not convert transformations.
    return isinstance(value, hint) or of_grafana(hint) and isinstance(value, dict)


def of_grafana(kind):
    return kind.__module__.startswith("grafana_foundation_sdk.models")


if __name__ == "__main__":
    unittest.main()
