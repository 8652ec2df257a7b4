"""Tests the template that `alarms` prints. Needs a built agent: make dry-run, or make test."""

import os
import subprocess
import unittest

import yaml
from botocore.session import get_session
from botocore.validate import ParamValidator
from cfnlint.api import ManualArgs, lint

from cloudformation import resolve
from rendering import TOP, helm, only

AGENT = TOP / "agent/target/dist/bin/cni-metrics-agent"
REGIONS = ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1"]
# The linter asks for MetricName or Metrics, although EvaluationCriteria replaces both.
UNKNOWN = ["E3014"]
SETTINGS = (
    (),
    ("--cluster-id=production", "--region=eu-west-1"),
    ("--format=promql",),
    ("--format=promql", "--cluster-id=production", "--publish-interval=5m"),
    ("--cluster-id=production", "--publish-interval=5m", "--subnet-ids=subnet-0a1,subnet-0b2", "--with-dashboard"),
)


@unittest.skipUnless(AGENT.exists(), "no agent is built: run `make dry-run` first")
class Alarms(unittest.TestCase):
    def test_the_linter_finds_nothing(self):
        for settings in SETTINGS:
            with self.subTest(settings):
                config = ManualArgs(regions=REGIONS, ignore_checks=UNKNOWN if "--format=promql" in settings else [])
                found = lint(template(*settings), config=config)
                self.assertEqual([], [str(each) for each in found])


    def test_the_requests_fit_the_model_of_the_api(self):
        model = get_session().get_service_model("cloudwatch")
        topic = "arn:aws:sns:eu-west-1:111122223333:topic"
        for settings in SETTINGS:
            text = template(*settings)
            resources = resolve(text, ClusterId="production", PageTopicArn=topic, TicketTopicArn=topic, TagKey="team")
            resources.pop("Dashboard", None)
            self.assertGreater(len(resources), 8)
            for name, properties in resources.items():
                with self.subTest(settings, name=name):
                    request = "PutCompositeAlarm" if "AlarmRule" in properties else "PutMetricAlarm"
                    report = ParamValidator().validate(properties, model.operation_model(request).input_shape)
                    self.assertEqual("", report.generate_report())

    def test_each_rule_selects_a_cluster_with_any_name(self):
        name = "a b: c/d@e - +_=."
        for settings in ("--format=prometheus", "--format=prometheus-operator"):
            printed = yaml.safe_load(template(settings, f"--cluster-id={name}"))
            [group] = printed.get("spec", printed)["groups"]
            self.assertEqual(12, len(group["rules"]))
            for rule in group["rules"]:
                self.assertIn(f'{{cluster="{name}"}}[', rule["expr"])

    def test_the_chart_has_the_alerts_of_the_command(self):
        labels = {"release": "prometheus"}
        rule = only(helm({"prometheusRule": {"enabled": True, "labels": labels}}), "PrometheusRule")
        printed = yaml.safe_load(template("--format=prometheus-operator"))
        self.assertEqual(printed["spec"], rule["spec"])
        self.assertEqual(printed["spec"], yaml.safe_load(template("--format=prometheus")))
        self.assertLessEqual(labels.items(), rule["metadata"]["labels"].items())
        self.assertIn("{{ $labels.node }}", rule["spec"]["groups"][0]["rules"][0]["annotations"]["runbook"])


def template(*settings):
    own = ("AWS_CLUSTER_ID", "AWS_REGION", "CLOUDWATCH_NAMESPACE", "PUBLISH_INTERVAL", "ALARMS_FORMAT")
    environment = {key: value for key, value in os.environ.items() if key not in own}
    return subprocess.run(
        [AGENT, "alarms", *settings], env=environment, check=True, capture_output=True, text=True, timeout=60
    ).stdout
