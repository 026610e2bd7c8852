"""Plots as SVG, written by hand: a dot and its interval for each contender, on a logarithmic scale. No bars: their length would
say nothing on such a scale."""
import html
import math

import figures

WIDTH, LEFT, RIGHT, ROW, TOP = 860, 190, 150, 26, 56
COLOURS = {"direct": "#9aa0a6", "proxy": "#5f6caf", "sluice": "#1a936f", "peer": "#d9822b"}


def ticks(low, high):
    """Powers of ten, and their halves and fifths where there is room."""
    steps = (1, 2, 5) if math.log10(high / low) < 2.5 else (1,)
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for step in steps:
            if low <= step * 10.0**power <= high:
                yield step * 10.0**power


def short(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def dots(title, unit, rows):
    """rows: (label, kind, interval). Without positive figures there is no plot."""
    rows = [row for row in rows if row[2]["value"] and row[2]["value"] > 0]
    if not rows:
        return None
    positive = [value for _, _, interval in rows for value in interval.values() if value and value > 0]
    low, high = min(positive) / 1.6, max(positive) * 1.2
    inner, height = WIDTH - LEFT - RIGHT, TOP + ROW * len(rows) + 34

    def x(value):
        return LEFT + inner * math.log(max(value, low) / low) / math.log(high / low)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
           f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
           f'<text x="16" y="24" font-size="15" font-weight="bold">{html.escape(title)}</text>',
           f'<text x="16" y="42" fill="#5f6368" font-size="12">{html.escape(unit)}; logarithmic; lines are 95 % intervals</text>']
    for tick in ticks(low, high):
        out.append(f'<line x1="{x(tick):.1f}" y1="{TOP}" x2="{x(tick):.1f}" y2="{height - 30}" stroke="#e0e0e0"/>')
        out.append(f'<text x="{x(tick):.1f}" y="{height - 14}" text-anchor="middle" fill="#5f6368" font-size="11">{short(tick)}</text>')
    for number, (label, kind, interval) in enumerate(rows):
        y, value = TOP + ROW * number, interval["value"]
        out.append(f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{html.escape(label)}</text>')
        out.append(f'<line x1="{LEFT}" y1="{y + 12}" x2="{LEFT + inner}" y2="{y + 12}" stroke="#eeeeee"/>')
        if interval["low"] is not None:
            out.append(f'<line x1="{x(interval["low"]):.1f}" y1="{y + 12}" x2="{x(interval["high"]):.1f}" y2="{y + 12}" stroke="{COLOURS[kind]}" stroke-width="3"/>')
        out.append(f'<circle cx="{x(value):.1f}" cy="{y + 12}" r="6" fill="{COLOURS[kind]}"/>')
        out.append(f'<text x="{x(max(value, interval["high"] or 0)) + 11:.1f}" y="{y + 17}">{short(value)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


def all_plots(result):
    """{name: SVG} of what was measured."""
    def rows(figure, kinds=("direct", "proxy", "sluice", "peer")):
        return [(f"Sluice {c['name']}" if c["kind"] == "sluice" else c["name"], c["kind"], figure(c)) for c in result["contenders"] if c["kind"] in kinds]

    def each_stream(contender):
        found = figures.only(contender, "open")
        return {"value": found and found["bytes_per_stream"] / 1000, "low": None, "high": None}

    def first_token(contender):
        return figures.added(contender, "streams", 0.99, "through_first_token", "direct_first_token")
    through = ("proxy", "sluice", "peer")
    plots = {"cpu": dots("CPU a request", "microseconds, saturated", rows(lambda c: figures.median(c, "cpu", "cpu_us"))),
             "saturation": dots("Requests a second at p99 <= 5 ms", "requests a second", rows(lambda c: figures.median(c, "saturation", "rps_at_p99"))),
             "latency": dots("Added latency, p99", "microseconds", rows(lambda c: figures.added(c, "latency", 0.99), through)),
             "first_token": dots("Time to first token added, p99", "microseconds", rows(first_token, through)),
             "memory": dots("Memory of an open stream", "KB of resident memory", rows(each_stream, through))}
    return {name: plot for name, plot in plots.items() if plot}
