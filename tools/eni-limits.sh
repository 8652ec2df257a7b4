#!/bin/sh
# Converts a CSV table (instance type, ENIs, IPv4 addresses per ENI, ...) to the agent's table of instance types.
# Usage: tools/eni-limits.sh LIMITS.csv 'SOURCE, DATE' > agent/src/main/resources/io/cnimetrics/capacity/eni-limits.txt
set -eu
echo "# Instance types: ENIs that the VPC CNI may use on the default network card, IPv4 addresses per ENI."
echo "# Source: $2. Made by tools/eni-limits.sh; sorted, one type a line."
grep -v -e '^#' -e '^instance_type,' "$1" | awk -F, 'NF >= 3 { print $1, $2, $3 }' | LC_ALL=C sort
