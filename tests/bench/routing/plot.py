"""The plot of report.py as the text of an SVG: latency over time, and what of it is cache and load."""

import math
from html import escape

WIDTH, LEFT, RIGHT, TOP = 960, 70, 250, 50
TIME_HEIGHT, BAR_HEIGHT, GAP = 320, 16, 90
COLOURS = "#4e79a7 #f28e2b #e15759 #76b7b2 #b6992d #59a14f #9c755f #b07aa1 #d37295 #555555".split()
DEGRADES = (300, 600)  # seconds, as in world.hpp
TICKS_MS = (500, 1000, 2000, 5000, 10000, 20000)


def svg(simulated):
    strategies = simulated["strategies"]
    bars_top = TOP + TIME_HEIGHT + GAP
    height = bars_top + len(strategies) * (BAR_HEIGHT + 6) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    parts += over_time(simulated)
    parts += bars(strategies, bars_top)
    return "\n".join(parts + ["</svg>", ""])


def text(x, y, words, **attributes):
    extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.0f}" y="{y:.0f}"{extra}>{escape(words)}</text>'


def log_scale(low, high, height):
    span = math.log(high / low)
    return lambda ms: height * (1 - math.log(min(max(ms, low), high) / low) / span)


def over_time(simulated):
    seconds, window = simulated["seconds"], simulated["window_seconds"]
    plot_width = WIDTH - LEFT - RIGHT
    x = lambda second: LEFT + plot_width * second / seconds
    y_of = log_scale(TICKS_MS[0], TICKS_MS[-1], TIME_HEIGHT)
    y = lambda ms: TOP + y_of(ms)
    parts = [
        text(LEFT, TOP - 20, "p95 latency of 30 seconds each, ms (logarithmic)", font_weight="bold"),
        f'<rect x="{x(DEGRADES[0]):.0f}" y="{TOP}" width="{x(DEGRADES[1]) - x(DEGRADES[0]):.0f}" '
        f'height="{TIME_HEIGHT}" fill="#f3f3f3"/>',
        text(x(DEGRADES[0]) + 6, TOP + 14, "one deployment takes four times as long", fill="#777"),
    ]
    for ms in TICKS_MS:
        parts.append(f'<line x1="{LEFT}" x2="{x(seconds):.0f}" y1="{y(ms):.1f}" y2="{y(ms):.1f}" stroke="#ddd"/>')
        parts.append(text(LEFT - 8, y(ms) + 4, str(ms), text_anchor="end"))
    for second in range(0, int(seconds) + 1, 150):
        parts.append(text(x(second), TOP + TIME_HEIGHT + 18, f"{second} s", text_anchor="middle"))
    for i, (strategy, colour) in enumerate(zip(simulated["strategies"], COLOURS)):
        points = " ".join(
            f"{x((n + 0.5) * window):.1f},{y(ms):.1f}" for n, ms in enumerate(strategy["p95_ms_by_window"])
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        legend_y = TOP + 10 + i * 22
        parts.append(f'<rect x="{x(seconds) + 20:.0f}" y="{legend_y}" width="14" height="4" fill="{colour}"/>')
        parts.append(text(x(seconds) + 42, legend_y + 7, strategy["strategy"]))
    return parts


def bars(strategies, top):
    half = (WIDTH - LEFT - 130) / 3
    columns = (
        ("prompt cache hits", LEFT + 110, "cache_hits", 1, "{:.0%}"),
        ("p99 latency, ms", LEFT + 120 + half, "p99_ms", max(s["p99_ms"] for s in strategies), "{:.0f}"),
        ("variation of load", LEFT + 130 + 2 * half, "load_cv", max(s["load_cv"] for s in strategies), "{:.2f}"),
    )
    parts = []
    for title, left, key, most, form in columns:
        parts.append(text(left, top - 12, title, font_weight="bold"))
        for i, (strategy, colour) in enumerate(zip(strategies, COLOURS)):
            y = top + i * (BAR_HEIGHT + 6)
            width = (half - 60) * strategy[key] / most
            parts.append(f'<rect x="{left:.0f}" y="{y}" width="{width:.1f}" height="{BAR_HEIGHT}" fill="{colour}"/>')
            parts.append(text(left + width + 5, y + 12, form.format(strategy[key])))
    for i, strategy in enumerate(strategies):
        parts.append(text(LEFT + 102, top + i * (BAR_HEIGHT + 6) + 12, strategy["strategy"], text_anchor="end"))
    return parts
