"""Renders daemonset/ as its users do: by kustomize and by Helm."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import yaml

TOP = Path(__file__).resolve().parents[3]
DAEMONSET = TOP / "daemonset"
CHART = DAEMONSET / "chart"
NAME = "cni-metrics-agent"
NODE = {
    "metadata.name": "cni-metrics-agent-x7k2p",
    "spec.nodeName": "ip-10-0-0-1.ec2.internal",
    "status.hostIP": "10.0.0.1",
    "status.podIP": "10.0.0.1",
}
SECRET = "api-key=a%20key"
# Helm built by `go install` assumes Kubernetes 1.20, which the chart refuses.
KUBERNETES = "1.35.0"
OVERLAYS = ("irsa", "pod-identity", "prometheus", "host-path-state")


class Refused(Exception):
    """A tool could not render. The text is the tool's message to the user."""


def run(command, *arguments):
    result = subprocess.run(
        [*shlex.split(os.environ[command]), *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    if result.returncode != 0:
        raise Refused(result.stderr or result.stdout)
    return result.stdout


def objects(text):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the parser in C is ten times as fast
    return [each for each in yaml.load_all(text, loader) if each]


@cache
def _kustomized(directory):
    return run("KUSTOMIZE", directory)


def kustomize(directory):
    """Returns the objects of a directory below daemonset/, or of an absolute directory."""
    return objects(_kustomized(DAEMONSET / directory))


def kustomize_components(*components):
    """The objects of the base with some components, as in a user's own kustomization."""
    with tempfile.TemporaryDirectory() as directory:
        return kustomization(
            directory,
            {
                "resources": [str(DAEMONSET / "base")],
                "components": [str(DAEMONSET / "components" / each) for each in components],
            },
        )


def kustomization(directory, content):
    """Writes a kustomization into a directory and returns its objects. Absolute paths become relative paths."""
    here = Path(directory).resolve()
    for key in ("resources", "components"):
        content[key] = [os.path.relpath(path, here) for path in content.get(key, [])]
    (here / "kustomization.yaml").write_text(yaml.safe_dump(content))
    return objects(run("KUSTOMIZE", here))


def helm_text(*flags, chart=CHART, release=NAME):
    return run(
        "HELM", "template", release, chart, "--namespace", "kube-system", "--kube-version", KUBERNETES, *flags
    )


def helm(values=None, *flags, **where):
    """Returns the objects of the chart with some values. Helm's tests are left out, unless `flags` is given."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(values or {}, file)
        file.flush()
        return objects(helm_text("--values", file.name, *(flags or ("--skip-tests",)), **where))


def notes(values=None):
    """The chart's notes. `helm template` does not print them, so a copy of the chart has them in a manifest."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "chart"
        shutil.copytree(CHART, copy)
        (copy / "templates" / "shown.yaml").write_text(
            'text: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}\n'
        )
        return helm(values, "--show-only", "templates/shown.yaml", chart=copy)[0]["text"]


def only(rendered, kind):
    found = [each for each in rendered if each["kind"] == kind]
    if len(found) != 1:
        raise AssertionError(f"expected one {kind}, found {len(found)}")
    return found[0]


def pod_spec(rendered):
    return only(rendered, "DaemonSet")["spec"]["template"]["spec"]


def agent(rendered):
    [container] = pod_spec(rendered)["containers"]
    return container


def env(rendered):
    """The agent's variables by name: the text of the value, or its source."""
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in agent(rendered)["env"]}


def environment(container):
    """Returns the variables as the kubelet sets them. $(NAME) is the value of an earlier variable, and $$ is $."""
    variables = {}
    for each in container["env"]:
        source = each.get("valueFrom", {})
        value = SECRET if "secretKeyRef" in source else each.get("value") or NODE[source["fieldRef"]["fieldPath"]]
        variables[each["name"]] = re.sub(
            r"\$(?:\$|\((.*?)\))",
            lambda found: "$" if found[0] == "$$" else variables.get(found[1], found[0]),
            value,
        )
    return variables


@cache
def checks():
    """The names and forms of the chart's values and of the agent's variables."""
    return yaml.safe_load((CHART / "files/checks.yaml").read_text())


def flat(values, leaves, prefix=""):
    """The values by their dotted names. A map whose name is in `leaves` is one value."""
    result = {}
    for key, value in values.items():
        name = prefix + key
        if isinstance(value, dict) and name not in leaves:
            result |= flat(value, leaves, f"{name}.")
        else:
            result[name] = value
    return result


def nested(name, value):
    """The values in which a dotted name has a value."""
    for key in reversed(name.split(".")):
        value = {key: value}
    return value


def merged(one, other):
    """Two nested values in one, as Helm merges them."""
    result = dict(one)
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def value_sets():
    """The sets of values in the chart's directory `ci`, by file name."""
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted((CHART / "ci").glob("*.yaml"))}


@cache
def _all_renderings():
    rendered = {f"overlay {each}": kustomize(f"overlays/{each}") for each in OVERLAYS}
    rendered["base"] = kustomize("base")
    rendered["chart"] = helm()
    rendered |= {f"chart with {name}": helm(values) for name, values in value_sets().items()}
    return rendered


def all_renderings():
    """Every rendering that a user may apply, by name."""
    return _all_renderings().items()
