#!/bin/sh
# Draws docs/dashboard.png (tools/docs/picture.py). MVN is the command of Maven. Needs a built agent (make dry-run).
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
python=$("$top/tools/venv.sh" -r "$top/tools/docs/requirements.txt" "$top/.venv-picture")
cd "$top"
PYTHONPATH=$top/tools exec "$python" tools/docs/picture.py --agent agent/target/dist/bin/cni-metrics-agent --maven "${MVN:-mvn}" \
  --output docs/dashboard.png
