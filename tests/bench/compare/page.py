"""RESULTS.md and its plots from compare.json, and from nothing else.

    python3 tests/bench/compare/page.py build/bench-results/compare.json --out tests/bench
"""
import argparse
import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent)]

import figures  # noqa: E402
import plots  # noqa: E402
from phrases import CHECKS, INTRODUCTION, NOTES  # noqa: E402

KINDS = {"direct": "yardstick", "proxy": "plain proxy", "sluice": "Sluice", "peer": "gateway"}
PHASE_NAMES = {"start": "start", "died": "process", "calibration": "calibration", "cpu": "CPU a request", "saturation": "requests a second", "latency": "added latency",
               "streams": "paced streams", "prompts": "prompts", "open": "open streams", "inflight": "in flight at once"}


def number(value, scale=1.0):
    """Three digits that mean something, thousands apart."""
    if value is None:
        return "-"
    value *= scale
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return "0" if float(text.replace(",", "")) == 0 else text


def cell(interval, scale=1.0):
    if interval["value"] is None:
        return "-"
    return f"{number(interval['value'], scale)} ({number(interval['low'], scale)} to {number(interval['high'], scale)})"


def table(head, rows, right=True):
    yield "| " + " | ".join(head) + " |"
    yield "| --- |" + (" ---: |" if right else " --- |") * (len(head) - 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def label(contender):
    return f"Sluice {contender['name']}" if contender["kind"] == "sluice" else contender["name"]


def with_rounds(result, phase):
    return [c for c in result["contenders"] if figures.rounds(c, phase)]


def requests_table(result):
    yardstick = figures.by_name(result).get("nginx")
    def row(c):
        return [label(c), cell(figures.median(c, "cpu", "cpu_us")), cell(figures.ratio(c, yardstick, "cpu", "cpu_us")), cell(figures.median(c, "cpu", "rps")),
                cell(figures.median(c, "saturation", "rps_at_p99")), cell(figures.ratio(c, yardstick, "saturation", "rps_at_p99"))]
    return table(["", "CPU us a request", "x nginx", "requests/s, saturated", "requests/s at p99 <= 5 ms", "x nginx"],
                 [row(c) for c in result["contenders"] if c["rounds"].get("cpu") or c["rounds"].get("saturation")])


def ladder_table(result):
    """Nothing, unless two steps that follow each other were measured."""
    steps = [c for c in result["contenders"] if c["kind"] == "sluice" and c["rounds"].get("cpu")]
    rows = [[label(after), label(before), cell(figures.step(after, before, "cpu", "cpu_us")), after["about"]] for before, after in zip(steps, steps[1:])]
    if rows:
        yield "What each step of Sluice's ladder adds, within rounds:"
        yield ""
        yield from table(["step", "over", "CPU us a request more", "what it is"], rows, right=False)


def latency_table(result):
    def row(c):
        found = figures.rounds(c, "latency")
        return [label(c), number(found[0]["rate"]), *(cell(figures.added(c, "latency", fraction)) for fraction in (0.5, 0.99, 0.999)),
                number(sum(r["cpu_us"] for r in found) / len(found))]
    return table(["", "requests/s", "p50 added, us", "p99 added, us", "p99.9 added, us", "CPU us a request"], [row(c) for c in with_rounds(result, "latency")])


def streams_table(result):
    def row(c):
        found = figures.rounds(c, "streams")
        token = [cell(figures.added(c, "streams", f, "through_first_token", "direct_first_token")) for f in (0.5, 0.99)]
        gap = [cell(figures.added(c, "streams", f, "through_gap", "direct_gap")) for f in (0.5, 0.99, 0.999)]
        return [label(c), str(found[0]["streams"]), *token, *gap, cell(figures.median(c, "streams", "cpu_us_per_chunk")), f"{sum(r['chunks_checked'] for r in found):,}"]
    return table(["", "streams", "first token p50 added, us", "p99", "gap p50 added, us", "p99", "p99.9", "CPU us a token", "tokens checked"],
                 [row(c) for c in with_rounds(result, "streams")])


def memory_table(result):
    def row(c):
        load = max((r["rss_max_bytes"] for r in figures.rounds(c, "cpu")), default=None)
        streams = figures.only(c, "open")
        return [label(c), number(c["rss_idle"], 1e-6), number(load, 1e-6), number(streams and streams["bytes_per_stream"], 1e-3),
                f"{streams['streams']:,}" if streams else "-", number(c["start_seconds"] if c["kind"] != "direct" else None)]
    return table(["", "RSS idle, MB", "RSS under load, MB", "KB an open stream", "streams open", "s to the first answer"], [row(c) for c in result["contenders"] if c["rss_idle"]])


def prompts_tables(result):
    found = with_rounds(result, "prompts")
    sizes = list(figures.rounds(found[0], "prompts")[0]["sizes"]) if found else []
    for title, key, scale in (("p50 added, us", "added_p50_us", 1.0), ("CPU us a request", "cpu_us", 1.0)):
        def row(c, key=key, scale=scale):
            return [label(c), *("fails" if figures.size_error(c, size) else cell(figures.of_size(c, size, key), scale) for size in sizes)]
        yield f"{title}, by size of the prompt:"
        yield ""
        yield from table(["", *sizes], [row(c) for c in found])


def inflight_table(result):
    def row(c):
        f = figures.only(c, "inflight")
        return [label(c), f"{f['requests']:,}", f"{f['waiting_max']:,}", f"{f['answered']:,}", str(f["errors"]) if not f["errors"] else f"{f['errors']} ({f['first_error']})",
                number(f["over_p50_ms"]), number(f["over_p99_ms"]), number(f["rss_max_bytes"], 1e-6), number(f["bytes_each"], 1e-3)]
    return table(["", "requests", "waiting at once", "answered", "errors", "ms over the wait, p50", "p99", "RSS, MB", "KB each"],
                 [row(c) for c in with_rounds(result, "inflight")])


def crosscheck_lines(result):
    checked = result["crosscheck"]
    if not checked:
        yield "Was left out of this run."
        yield ""
        return
    rows = []
    for target, tools in checked["figures"].items():
        for name, rounds in tools.items():
            contender = {"rounds": {"x": [{"round": i, **r} for i, r in enumerate(rounds)]}}
            said = "; ".join(f"{v['figure'].replace('_us', '')} x {v['ratio']:.2f}, {v['verdict']} (within {v['tolerance']:.0%})"
                             for v in checked["verdicts"] if (v["target"], v["tool"]) == (target, name))
            rows.append([f"{name}, {target}", *(cell(figures.median(contender, "x", key)) for key in ("rps", "p50_us", "p99_us", "cpu_us")), said or "ours"])
    yield from table(["tool, server", "requests/s", "p50 us", "p99 us", "server's CPU us a request", "over ours"], rows)
    for name in checked["missing"]:
        yield f"- {name} is not installed and was left out."
    yield ""


def contender_faults(contenders):
    for c in contenders:
        for phase, text in c["errors"].items():
            yield f"{label(c)}, {PHASE_NAMES.get(phase, phase)}: {' / '.join(text.splitlines())}"
        for size in next((list(r["sizes"]) for r in figures.rounds(c, "prompts")), []):
            if error := figures.size_error(c, size):
                yield f"{label(c)}, prompts of {size}: {error}"


def crosscheck_faults(result):
    checked = result["crosscheck"] or {"verdicts": [], "faults": []}
    yield from checked["faults"]
    for verdict in checked["verdicts"]:
        if verdict["verdict"] == "DIFFERS":
            yield f"cross-check: {verdict['tool']} on {verdict['target']}, {verdict['figure']}: {verdict['ratio']:.2f} of ours"


def own_faults(result):
    """What must not fail: another gateway may."""
    yield from contender_faults(c for c in result["contenders"] if c["kind"] != "peer")
    yield from crosscheck_faults(result)


def faults(result):
    yield from contender_faults(result["contenders"])
    yield from crosscheck_faults(result)


def head_lines(result):
    machine, sizes = result["machine"], result["sizes"]
    yield "# Results"
    yield ""
    yield from INTRODUCTION
    if result["quick"]:
        yield "**A quick run: for a look. None of its figures is one to quote.**"
        yield ""
    yield from table(["", ""], [
        ["date, length", f"{result['date']}, {result['minutes']:.0f} minutes"], ["command", f"`{result['command'].strip()}`, at {result['commit']}"],
        ["machine", f"{machine['cpu']}, {machine['cores']} cores, {number(result['memory_bytes'], 1e-9)} GB, Linux {machine['kernel']}, "
                    f"{result['descriptors']:,} descriptors a process"],
        ["load before, time stolen", f"{result['load_before']:.2f}; {result['steal_seconds']:.0f} s of processor time taken by the host during the run"],
        ["rounds", ", ".join(f"{PHASE_NAMES.get(phase, phase)} {count}" for phase, count in sizes["rounds"].items())],
        *([name, version] for name, version in result["versions"].items())], right=False)
    yield from (f"- {note}" for note in result["notes"])
    yield ""


def sections(result):
    yield "requests", "Requests", [*requests_table(result), *ladder_table(result)], ["cpu", "saturation"]
    yield "latency", "Added latency", latency_table(result), ["latency"]
    yield "streams", "Streams", streams_table(result), ["first_token"]
    yield "memory", "Memory", memory_table(result), ["memory"]
    yield "prompts", "Size of the prompt", prompts_tables(result), []
    yield "inflight", "In flight at once", inflight_table(result), []
    yield "crosscheck", "The load generator beside others", crosscheck_lines(result), []


def page(result, pictures):
    """The lines of RESULTS.md; `pictures`: names of the plots that there are."""
    yield from head_lines(result)
    yield "## Who"
    yield ""
    yield from table(["", "what", "what it does here"], [[label(c), KINDS[c["kind"]], c["about"]] for c in result["contenders"]], right=False)
    for key, title, lines, wanted in sections(result):
        yield f"## {title}"
        yield ""
        yield from NOTES[key]
        yield ""
        yield from lines
        for name in wanted:
            if name in pictures:
                yield f"![{title}: {name}](plots/{name}.svg)"
                yield ""
    yield "## What was checked"
    yield ""
    yield from CHECKS
    yield ""
    found = list(faults(result))
    yield "What failed in this run:" if found else "Nothing failed in this run."
    yield ""
    yield from (f"- {fault.replace('|', '/')}" for fault in found)
    yield ""
    yield "## What could not be had"
    yield ""
    yield from (f"- {name}: {why}" for name, why in result["missing"].items())
    if not result["missing"]:
        yield "Everything that was asked for was there."


def write(result, directory):
    pictures = plots.all_plots(result)
    (directory / "plots").mkdir(parents=True, exist_ok=True)
    for name, text in pictures.items():
        (directory / "plots" / f"{name}.svg").write_text(text)
    lines = "\n".join(page(result, pictures)).rstrip() + "\n"
    while "\n\n\n" in lines:
        lines = lines.replace("\n\n\n", "\n\n")
    (directory / "RESULTS.md").write_text(lines)


def main():
    parser = argparse.ArgumentParser(description="RESULTS.md and plots from a run's data.")
    parser.add_argument("data", type=Path, help="compare.json")
    parser.add_argument("--out", type=Path, default=Path("build/bench-results"))
    options = parser.parse_args()
    write(json.loads(options.data.read_text()), options.out)


if __name__ == "__main__":
    main()
