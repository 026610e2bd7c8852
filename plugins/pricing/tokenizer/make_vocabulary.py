#!/usr/bin/env python3
"""Makes vocabulary.tar.xz from the npm package js-tiktoken (MIT), which has the ranks of OpenAI's encodings.

    npm pack js-tiktoken@1.0.21 && tar xzf js-tiktoken-1.0.21.tgz
    plugins/pricing/tokenizer/make_vocabulary.py package/dist/ranks plugins/pricing/tokenizer/vocabulary.tar.xz

Refuses ranks whose text in tiktoken's own format has another SHA-256 than tiktoken expects (tiktoken_ext/openai_public.py).
A .bin is, little-endian: the number of tokens (4 bytes), the length of each token in the order of ranks (1 byte each), their bytes.
"""
import base64
import hashlib
import io
import pathlib
import re
import struct
import sys
import tarfile

EXPECTED = {"cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
            "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"}


def ranks(text):
    """js-tiktoken: "! FIRST token token …", several times, in base64."""
    tokens = {}
    for line in re.search(r'"bpe_ranks":"([^"]*)"', text)[1].split("\\n"):
        _, first, *rest = line.split(" ")
        tokens.update({int(first) + i: base64.b64decode(token) for i, token in enumerate(rest)})
    return [tokens[rank] for rank in range(len(tokens))]


def packed(name, folder):
    tokens = ranks((folder / f"{name}.js").read_text(encoding="ascii"))
    lines = b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens))
    if hashlib.sha256(lines).hexdigest() != EXPECTED[name]:
        sys.exit(f"{name}: not the ranks that tiktoken uses")
    return struct.pack("<I", len(tokens)) + bytes(map(len, tokens)) + b"".join(tokens)


def main():
    folder, target = pathlib.Path(sys.argv[1]), sys.argv[2]
    with tarfile.open(target, "w:xz", preset=9) as archive:
        for name in sorted(EXPECTED):
            data = packed(name, folder)
            entry = tarfile.TarInfo(f"{name}.bin")
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
            print(f"{name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
