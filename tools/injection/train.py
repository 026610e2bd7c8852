#!/usr/bin/env python3
"""Trains the classifier of guard_injection on texts that templates give, and writes its weights.

    tools/injection/train.py --features BUILD/…/sluice_guard_injection_features [--out plugins/guard_injection/engine/model.bin]

Needs numpy. The same seed gives the same file, byte for byte: the random numbers are our own, and weights are rounded
far more coarsely than sums differ between machines. Prints how it does on texts of other templates (held_out/).
"""

import argparse
import pathlib
import struct
import subprocess

import numpy

import disguise
from grammar import Grammar, Random

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20250101
ATTACKS, BENIGN, HELD_OUT = 16000, 26000, 3000
NGRAM_BITS = 17
STEPS = 300
RARE = 8  # texts in which an n-gram must occur at least
DECAY_NGRAMS, DECAY_DENSE = 3e-3, 3e-5
DENSE_STEP = 1 / 512  # weights are multiples of it
SHIFT = 0  # added to the bias: 0.5 is to be the threshold for what people write


def texts(folder, kind, count, random, disguised):
    grammar = Grammar(sorted((HERE / folder).glob(f"{kind}*.txt")))
    for _ in range(count):
        text, root = grammar.text(random)
        text = disguise.careless(text, random)
        if random.chance(disguised):
            text = random.choice(disguise.DISGUISES)(text, random)
        yield text, root


class Features:
    """Windows of texts as the engine sees them: dense numbers, and n-grams in rows one behind the other."""

    def __init__(self, program, all_texts):
        names = subprocess.run([program, "--names"], check=True, capture_output=True, text=True).stdout
        self.names = [line.split("\t") for line in names.splitlines()]
        raw = [text.encode("utf-8", "surrogatepass") for text in all_texts]
        stream = b"".join(struct.pack("<I", len(one)) + one for one in raw)
        answer = subprocess.run([program], input=stream, check=True, capture_output=True).stdout
        self._read(answer, len(self.names))

    def _read(self, data, width):
        text, dense, ngrams, starts = [], [], [], [0]
        at = 0
        while at < len(data):
            index, count = struct.unpack_from("<II", data, at)
            text.append(index)
            dense.append(numpy.frombuffer(data, "<f4", width, at + 8))
            at += 8 + 4 * width
            ngrams.append(numpy.frombuffer(data, "<u4", count, at))
            at += 4 * count
            starts.append(starts[-1] + count)
        self.text, self.starts = numpy.array(text), numpy.array(starts)
        self.dense = numpy.array(dense, dtype=numpy.float64)
        self.ngrams = numpy.concatenate(ngrams).astype(numpy.int64)
        self.counts = numpy.diff(self.starts)
        self.weight = 1 / numpy.sqrt(self.counts + 1)
        self.rows = numpy.repeat(numpy.arange(len(text)), self.counts)

    def logits(self, bias, dense, ngrams):
        sums = numpy.bincount(self.rows, ngrams[self.ngrams], len(self.counts))
        return bias + self.dense @ dense + sums * self.weight

    def worst(self, logits):
        """By text: the window with the highest."""
        out = numpy.full(self.text.max() + 1, -1e9)
        numpy.maximum.at(out, self.text, logits)
        return out


def train(features, labels, signs):
    """Logistic regression by Adam over all windows at once; attacks are as many as harmless ones by weight."""
    window_labels = labels[features.text]
    first = numpy.concatenate([[True], features.text[1:] != features.text[:-1]])
    use = first | (window_labels == 0)  # a later window of an attack need not look like one
    weight = numpy.where(window_labels == 1, 0.5 / window_labels[use].sum(), 0.5 / (1 - window_labels[use]).sum()) * use
    known = numpy.bincount(features.ngrams, minlength=1 << NGRAM_BITS) >= RARE
    size = len(features.names)
    values = numpy.zeros(1 + size + (1 << NGRAM_BITS))
    moment, square = numpy.zeros_like(values), numpy.zeros_like(values)
    positive, negative = signs == "+", signs == "-"
    for step in range(1, STEPS + 1):
        bias, dense, ngrams = values[0], values[1 : 1 + size], values[1 + size :]
        error = (1 / (1 + numpy.exp(-features.logits(bias, dense, ngrams))) - window_labels) * weight
        per_ngram = (error * features.weight)[features.rows]
        slope = numpy.concatenate([
            [error.sum()],
            features.dense.T @ error + DECAY_DENSE * dense,
            (numpy.bincount(features.ngrams, per_ngram, 1 << NGRAM_BITS) + DECAY_NGRAMS * 1e-3 * ngrams) * known,
        ])
        moment += 0.1 * (slope - moment)
        square += 0.01 * (slope**2 - square)
        rate = 0.05 * min(1, 4 * (1 - step / (STEPS + 1)))
        values -= rate * (moment / (1 - 0.9**step)) / (numpy.sqrt(square / (1 - 0.99**step)) + 1e-9)
        dense[positive] = numpy.maximum(dense[positive], 0)
        dense[negative] = numpy.minimum(dense[negative], 0)
    return values[0], values[1 : 1 + size], values[1 + size :]


def quantised(bias, dense, ngrams):
    bias = numpy.round(bias / DENSE_STEP) * DENSE_STEP + SHIFT
    dense = numpy.round(dense / DENSE_STEP) * DENSE_STEP
    scale = numpy.ceil(numpy.abs(ngrams).max() * 64) / 64 / 127
    small = numpy.clip(numpy.round(ngrams / scale), -127, 127).astype(numpy.int8)
    return bias, dense, scale, small


def report(name, features, labels, roots, bias, dense, scale, small):
    scores = features.worst(features.logits(bias, dense, small * scale))
    wrong = (scores > 0) != (labels == 1)
    print(f"{name}: attacks caught {1 - wrong[labels == 1].mean():.4f}, harmless passed {1 - wrong[labels == 0].mean():.4f}")
    for root in sorted(set(roots)):
        mine = numpy.array([one == root for one in roots])
        print(f"    {root:28} {1 - wrong[mine].mean():.3f} of {mine.sum()}")


def gather(folder, attacks, benign, random):
    rows = [(text, "attack." + root, 1) for text, root in texts(folder, "attack", attacks, random, 12)]
    rows += [(text, "benign." + root, 0) for text, root in texts(folder, "benign", benign, random, 2)]
    return [row[0] for row in rows], [row[1] for row in rows], numpy.array([row[2] for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--features", required=True)
    parser.add_argument("--out", default=HERE.parents[1] / "plugins" / "guard_injection" / "engine" / "model.bin")
    options = parser.parse_args()
    random = Random(SEED)
    sets = {}
    for name, folder, attacks, benign in (("train", "train", ATTACKS, BENIGN), ("held out", "held_out", HELD_OUT, HELD_OUT)):
        if any((HERE / folder).glob("*.txt")):
            all_texts, roots, labels = gather(folder, attacks, benign, random)
            sets[name] = Features(options.features, all_texts), labels, roots
    features, labels, _ = sets["train"]
    signs = numpy.array([sign for _, sign in features.names])
    weights = quantised(*train(features, labels, signs))
    for name, (one, one_labels, roots) in sets.items():
        report(name, one, one_labels, roots, *weights)
    bias, dense, scale, small = weights
    head = struct.pack("<4sIIIff", b"SLIJ", 1, NGRAM_BITS, len(dense), bias, scale)
    pathlib.Path(options.out).write_bytes(head + dense.astype("<f4").tobytes() + small.tobytes())


if __name__ == "__main__":
    main()
