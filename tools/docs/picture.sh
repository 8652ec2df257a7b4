#!/bin/sh
# Draws docs/dashboard.png and docs/grafana.png (tools/docs/picture.py). MVN is the command of Maven. Needs a built
# agent (make dry-run). Builds Prometheus and promtool once (about 20 min of CPU each); this needs Go.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
python=$("$top/tools/venv.sh" -r "$top/tools/docs/requirements.txt" "$top/.venv-picture")
prometheus=$("$top/tools/deploy/tool.sh" prometheus)
promtool=$("$top/tools/deploy/tool.sh" promtool)
cd "$top"
PYTHONPATH=$top/tools exec "$python" tools/docs/picture.py --agent agent/target/dist/bin/cni-metrics-agent \
  --maven "${MVN:-mvn}" --prometheus "$prometheus" --promtool "$promtool" --output docs
