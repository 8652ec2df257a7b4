"""Draws widgets on a dashboard's grid, as the console shows them."""

import datetime
import re
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.dates as dates
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch
from PIL import Image

COLUMNS = 24
CELL_WIDTH = 56  # pixels
GAP = 7
DPI = 100
BACKGROUND, CARD, FRAME, INK, FAINT = "#f2f3f3", "#ffffff", "#d5dbdb", "#16191f", "#687078"
# The colours of the console, in the console's order.
COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"]
MOST_COLOURS = 256

TITLE = FontProperties(family="DejaVu Sans", weight="bold", size=9)
PLAIN = FontProperties(family="DejaVu Sans", size=8.5)
BOLD = FontProperties(family="DejaVu Sans", weight="bold", size=8.5)
CODE = FontProperties(family="DejaVu Sans Mono", size=8)
SMALL = FontProperties(family="DejaVu Sans", size=7)
HEADINGS = {
    1: FontProperties(family="DejaVu Sans", weight="bold", size=14),
    3: FontProperties(family="DejaVu Sans", weight="bold", size=11),
}


class Page:
    """A picture measured in pixels from the top left."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.figure = plt.figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=BACKGROUND)
        self.renderer = self.figure.canvas.get_renderer()

    def axes(self, x, y, width, height):
        box = (x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box)

    def card(self, x, y, width, height):
        box = FancyBboxPatch(
            (x, self.height - y - height), width, height, boxstyle="round,pad=0,rounding_size=4", transform=None,
            facecolor=CARD, edgecolor=FRAME, linewidth=0.8, zorder=-1,
        )
        self.figure.add_artist(box)

    def mark(self, x, y, colour):
        self.figure.add_artist(plt.Rectangle((x, self.height - y), 8, 8, transform=None, color=colour, linewidth=0))

    def text(self, x, y, text, font, colour=INK):
        """Draws text with its baseline at y. Returns the x where the text ends."""
        self.figure.text(x / self.width, 1 - y / self.height, text, fontproperties=font, color=colour)
        return x + self.measure(text, font)

    def measure(self, text, font):
        return self.renderer.get_text_width_height_descent(text, font, False)[0]


def draw(widgets, day, period, output, cell_height):
    """Draws widgets with their lines. A line is a pair of label and values. The lines of a table are its rows."""
    rows = max(widget["y"] + widget["height"] for widget, _ in widgets)
    page = Page(COLUMNS * CELL_WIDTH + GAP, rows * cell_height + GAP)
    for widget, lines in widgets:
        x, y = widget["x"] * CELL_WIDTH + GAP, widget["y"] * cell_height + GAP
        box = x, y, widget["width"] * CELL_WIDTH - GAP, widget["height"] * cell_height - GAP
        if not widget.get("plain"):
            page.card(*box)
        if widget["type"] == "text":
            draw_text(page, box, widget["properties"]["markdown"])
        elif widget["type"] == "table":
            draw_table(page, box, widget["properties"]["title"], lines)
        elif widget["properties"]["view"] == "singleValue":
            draw_numbers(page, box, widget["properties"], lines)
        else:
            draw_graph(page, box, widget["properties"], lines, day, period)
    page.figure.savefig(output, dpi=DPI, facecolor=BACKGROUND)
    picture = Image.open(output).convert("RGB")
    picture = picture.quantize(MOST_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    picture.save(output, optimize=True)


def draw_graph(page, box, properties, lines, day, period):
    x, y, width, height = box
    page.text(x + 12, y + 20, properties["title"], TITLE)
    limits = properties.get("annotations", {}).get("horizontal", [])
    legend_rows = legend(page, box, lines, limits)
    axes = page.axes(x + 46, y + 46, width - 62, height - 74 - 16 * legend_rows)
    label = properties["yAxis"]["left"].get("label", "")
    page.text(x + 12, y + 36, label, SMALL, FAINT)
    times = [day + datetime.timedelta(seconds=period * number) for number in range(len(lines[0][1]))]
    if properties.get("stacked"):
        values = [np.nan_to_num(line) for _, line in lines]
        axes.stackplot(times, values, colors=COLOURS, alpha=0.85, linewidth=0)
        top = float(np.max(np.sum(values, axis=0)))
    else:
        for (_, line), colour in zip(lines, COLOURS):
            alone = ~np.isnan(line) & np.isnan(np.roll(line, 1)) & np.isnan(np.roll(line, -1))
            axes.plot(times, line, color=colour, linewidth=1.1, solid_joinstyle="round")
            axes.plot(np.array(times)[alone], line[alone], ".", color=colour, markersize=5)
        known = np.concatenate([line[~np.isnan(line)] for _, line in lines])
        top = float(known.max()) if known.size else 0
    top = max([top, 1, *(limit["value"] for limit in limits)]) * 1.18
    axes.set_ylim(0, top)
    for limit in limits:
        axes.axhline(limit["value"], color=limit["color"], linewidth=1.4, clip_on=False)
    style(axes, times, day)


def style(axes, times, day):
    axes.set_facecolor(CARD)
    axes.set_xlim(times[0], day + datetime.timedelta(days=1))
    axes.xaxis.set_major_locator(dates.HourLocator(byhour=range(0, 24, 6)))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%H:%M"))
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, min_n_ticks=3, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(axis="y", color="#eaeded", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=7, colors=FAINT, pad=3)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(FRAME)


def wrapped(page, entries, width):
    """Yields labels and colours. A label that is too wide becomes two labels. The second has no colour."""
    for label, colour in entries:
        if page.measure(label, SMALL) <= width:
            yield label, colour
        else:
            lines = textwrap.wrap(label, len(label) * 2 // 3)
            yield from zip(lines, [colour] + [CARD] * (len(lines) - 1))


def legend(page, box, lines, limits):
    """Draws the legend of lines and limits below the graph. Returns the number of rows of the legend."""
    x, y, width, height = box
    rows = [[]]
    used = 0
    entries = [(label, colour) for (label, _), colour in zip(lines, COLOURS)]
    entries += [(limit["label"], limit["color"]) for limit in limits if "label" in limit]
    for label, colour in wrapped(page, entries, width - 48):
        wide = 24 + page.measure(label, SMALL)
        if rows[-1] and used + wide > width - 24:
            rows.append([])
            used = 0
        rows[-1].append((used, label, colour))
        used += wide
    for number, row in enumerate(rows):
        baseline = y + height - 10 - 16 * (len(rows) - 1 - number)
        for offset, label, colour in row:
            page.mark(x + 14 + offset, baseline, colour)
            page.text(x + 26 + offset, baseline, label, SMALL)
    return len(rows)


def draw_numbers(page, box, properties, lines):
    x, y, width, height = box
    page.text(x + 12, y + 20, properties["title"], TITLE)
    for number, ((label, line), colour) in enumerate(zip(lines, COLOURS)):
        left = x + 24 + number * (width - 24) / len(lines)
        known = line[~np.isnan(line)]
        page.text(left, y + height / 2 + 16, f"{known[-1]:,.0f}", FontProperties(size=26), INK)
        page.text(left, y + height / 2 + 38, label, SMALL, colour)


def draw_table(page, box, title, rows):
    """Draws rows of cells. A cell is a pair of text and colour. The first row has the titles of the columns."""
    x, y, width, _ = box
    page.text(x + 12, y + 20, title, TITLE)
    columns = [max(page.measure(cell[0], PLAIN) for cell in column) for column in zip(*rows)]
    space = (width - 24 - sum(columns)) / len(columns)
    for number, row in enumerate(rows):
        left = x + 14
        for (text, colour), wide in zip(row, columns):
            page.text(left, y + 46 + 26 * number, text, BOLD if number == 0 else PLAIN, colour or INK)
            left += wide + space


def draw_text(page, box, markdown):
    x, y, width, _ = box
    baseline = y + 4
    code = False
    for line in markdown.rstrip("\n").split("\n"):
        if line == "```":
            code = not code
            continue
        heading = re.fullmatch(r"(#+) (.*)", line)
        if code:
            baseline += 16
            page.text(x + 26, baseline, line, CODE)
        elif heading:
            font = HEADINGS[len(heading[1])]
            baseline += font.get_size() + 12
            page.text(x + 14, baseline, heading[2], font)
            baseline += 3
        else:
            baseline = paragraph(page, x + 14, baseline + 19, width - 28, line)


def paragraph(page, x, baseline, width, line):
    """Draws words in their fonts, and breaks full lines. Returns the y of the last baseline."""
    at = x
    space = page.measure("n n", PLAIN) - page.measure("nn", PLAIN)
    for part, font in styled(line):
        for word in re.findall(r"\S+", part):
            wide = page.measure(word, font)
            if at + wide > x + width and at > x:
                at, baseline = x, baseline + 17
            # There is no space before punctuation, even if the font changes.
            if at > x and re.match(r"[.,:;)]", word):
                at -= space
            at = page.text(at, baseline, word, font) + space
    return baseline


def styled(line):
    """Yields the parts of a line with their fonts."""
    for part in re.split(r"(\*\*.*?\*\*|`.*?`)", line):
        if part.startswith("**"):
            yield part[2:-2], BOLD
        elif part.startswith("`"):
            yield part[1:-1], CODE
        elif part:
            yield part, PLAIN
