"""Checks objects with kubeconform, against the schemas of Kubernetes and of the Prometheus operator."""

import json
import tempfile
from functools import cache
from pathlib import Path

import kubernetes_validate
import yaml

from rendering import Refused, run

VERSIONS = ("1.28.0", "1.35.0", kubernetes_validate.latest_version())
KINDS = ("configmap-v1", "daemonset-apps-v1", "pod-v1", "serviceaccount-v1")
KUBERNETES = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
OPERATOR = [Path(__file__).parent / "schemas" / name for name in ("podmonitors.yaml", "prometheusrules.yaml")]


@cache
def schemas():
    """A directory with the schemas as files with the names that kubeconform expects."""
    directory = tempfile.TemporaryDirectory()
    for version in VERSIONS:
        target = Path(directory.name) / f"v{version}"
        target.mkdir()
        for name in ("_definitions", *KINDS):
            # The references in the files are absolute, and kubeconform looks for them next to the file.
            text = (KUBERNETES / f"v{version}-local-strict" / f"{name}.json").read_text()
            schema = json.loads(text.replace("/api/_definitions.json", "_definitions.json"))
            schema.pop("$id", None)
            schema.pop("$schema", None)
            (target / f"{name}.json").write_text(json.dumps(schema))
    for path in OPERATOR:
        definition = yaml.safe_load(path.read_text())["spec"]
        schema = closed(definition["versions"][0]["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {"type": "object"}
        name = f"{definition['names']['singular']}-monitoring-v1.json"
        (Path(directory.name) / name).write_text(json.dumps(schema))
    return directory


def closed(schema):
    """A copy of the schema in which each object allows only the fields that it names, as the API server does."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: closed(each) for key, each in schema.items()}
    named = schema.get("type") == "object" and "properties" in schema
    return copy | {"additionalProperties": False} if named else copy


def violations(renderings):
    """The lines that kubeconform prints for each version. Each rendering is a list of objects with a name."""
    lines = []
    with tempfile.TemporaryDirectory() as directory:
        for name, rendered in renderings.items():
            (Path(directory) / f"{name}.yaml").write_text(yaml.safe_dump_all(rendered))
        for version in VERSIONS:
            flags = ["-strict", "-kubernetes-version", version]
            for location in (f"{schemas().name}/v{version}", schemas().name):
                flags += ["-schema-location", location + "/{{.ResourceKind}}{{.KindSuffix}}.json"]
            try:
                run("KUBECONFORM", *flags, directory)
            except Refused as refused:
                lines += str(refused).splitlines()
    return lines
