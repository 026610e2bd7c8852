#!/usr/bin/env python3
"""Draws ratios.tsv: python3 plot.py ratios.tsv ratios.svg. Needs matplotlib."""
import csv
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text: a small file
import matplotlib.pyplot as plt  # noqa: E402

COLOURS = {"0.7": "#4477aa", "0.9": "#228833", "1.1": "#cc3311"}


def main(source, target):
    rows = list(csv.DictReader(open(source, encoding="utf-8"), delimiter="\t"))
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for axis, trace, title in zip(axes, ("zipf", "zipf+scan"), ("Zipf", "Zipf, two in seven requests of scans")):
        for alpha, colour in COLOURS.items():
            mine = [row for row in rows if row["trace"] == trace and row["alpha"] == alpha]
            sizes = [100 * float(row["size"]) for row in mine]
            axis.plot(sizes, [100 * float(row["s3fifo"]) for row in mine], color=colour, label=f"S3-FIFO, alpha {alpha}")
            axis.plot(sizes, [100 * float(row["lru"]) for row in mine], color=colour, linestyle="--", label=f"LRU, alpha {alpha}")
        axis.set_xscale("log")
        axis.set_xticks([0.5, 1, 5, 10, 20], ["0.5", "1", "5", "10", "20"])
        axis.minorticks_off()
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("size of the cache, % of the objects")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("hit ratio, %")
    axes[0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:3])
