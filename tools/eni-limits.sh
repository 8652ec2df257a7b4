#!/bin/sh
# Converts a CSV table of instance types to the agent's table. The columns of the CSV table are: instance type, ENIs on
# the default card, IPv4 addresses per ENI, default card, ENIs on each card, hypervisor, bare metal, trunk, branch ENIs.
# Usage: tools/eni-limits.sh LIMITS.csv 'SOURCE' > agent/src/main/resources/io/cnimetrics/capacity/eni-limits.txt
set -eu
echo "# Instance types: ENIs that the VPC CNI may use on each network card, IPv4 addresses per ENI, branch ENIs if known."
echo "# Source: $2."
echo "# Made by tools/eni-limits.sh; sorted, one type a line."
grep -v -e '^#' -e '^instance_type,' "$1" | awk -F, 'NF >= 9 {
  cards = $5 == "" ? $2 : $5; gsub(" ", ",", cards)
  branches = $8 == "true" ? $9 : $8 == "false" ? 0 : ""
  print $1, cards, $3 (branches == "" ? "" : " " branches)
}' | LC_ALL=C sort
