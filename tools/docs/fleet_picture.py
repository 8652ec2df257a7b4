#!/usr/bin/env python3
"""Draws the requests per second that `make fleet` wrote, as SVG on standard output.

    python3 tools/docs/fleet_picture.py agent/target/fleet.csv NODES
"""

import csv
import sys

QUOTA = 500
AWAY, BACK, RESTART = 15 * 60, 25 * 60, 40 * 60  # the phases of FleetRun, in seconds
FATES = {"taken": "#2e7d32", "throttled": "#c62828", "refused": "#90a4ae"}
WIDTH, LEFT, RIGHT, HEIGHT = 880, 60, 16, 170


def bars(rows, start, end, step):
    """Returns the mean requests per second by result, for each step of `step` seconds."""
    sums = [dict.fromkeys(FATES, 0) for _ in range((end - start) // step)]
    for row in rows:
        if start <= int(row["second"]) < end:
            for fate in FATES:
                sums[(int(row["second"]) - start) // step][fate] += int(row[fate]) / step
    return sums


def panel(top, title, sums, start, step, tick):
    most = max(QUOTA * 1.1, max(sum(each.values()) for each in sums) * 1.05)
    wide = (WIDTH - LEFT - RIGHT) / len(sums)
    yield text(LEFT, top - 10, title, weight="bold")
    for number, each in enumerate(sums):
        floor = top + HEIGHT
        for fate, colour in FATES.items():
            high = each[fate] / most * HEIGHT
            if high > 0:
                floor -= high
                yield (f'<rect x="{LEFT + number * wide:.1f}" y="{floor:.1f}" width="{wide * 0.9:.1f}" '
                       f'height="{high:.1f}" fill="{colour}"/>')
    line = top + HEIGHT * (1 - QUOTA / most)
    yield f'<path d="M{LEFT} {line:.1f}H{WIDTH - RIGHT}" stroke="#1a237e" stroke-dasharray="5 4"/>'
    yield text(LEFT - 6, line + 4, str(QUOTA), anchor="end")
    yield text(LEFT - 6, top + 8, f"{most:,.0f}", anchor="end")
    yield f'<path d="M{LEFT} {top + HEIGHT}H{WIDTH - RIGHT}" stroke="#607d8b"/>'
    for second in range(start, start + len(sums) * step, tick):
        x = LEFT + (second - start) / step * wide
        label = f"{second // 60} min" if tick >= 60 else f"{second - start} s"
        yield text(x, top + HEIGHT + 16, label)


def text(x, y, words, anchor="start", weight="normal", fill="#263238"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}" fill="{fill}">{words}</text>'


def main():
    rows = list(csv.DictReader(open(sys.argv[1], encoding="ascii")))
    nodes = int(sys.argv[2])
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 530" font-family="sans-serif" font-size="12">')
    print(f'<rect width="{WIDTH}" height="530" fill="#ffffff"/>')
    print(text(LEFT, 24, f"Requests a second of {nodes:,} nodes; CloudWatch takes {QUOTA}", weight="bold"))
    for number, (fate, colour) in enumerate(FATES.items()):
        print(f'<rect x="{LEFT + number * 110}" y="36" width="10" height="10" fill="{colour}"/>')
        print(text(LEFT + number * 110 + 16, 45, fate))
    start = AWAY - 3 * 60
    print("\n".join(panel(85, "CloudWatch away from minute 15 to 25, by 5 seconds",
                          bars(rows, start, BACK + 4 * 60, 5), start, 5, 120)))
    print("\n".join(panel(325, "All agents stopped and started at once, by second",
                          bars(rows, RESTART, RESTART + 30, 1), RESTART, 1, 5)))
    print("</svg>")


if __name__ == "__main__":
    main()
