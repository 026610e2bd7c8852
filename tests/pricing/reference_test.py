"""The tokenizers against tiktoken, token by token: the public texts of SLUICE_TEST_DATA, and texts made up to be difficult.

    python3 tests/pricing/reference_test.py SLUICE_TOKENIZE VOCABULARY_DIR PACKAGES_DIR

tiktoken is taken from where Python finds it, else pip installs it into PACKAGES_DIR; without either the test says so and is skipped (77).
It reads its vocabularies from the network, unless its cache has them: the cache is filled from ours, and tiktoken checks their SHA-256.
"""
import base64
import hashlib
import json
import os
import pathlib
import random
import struct
import subprocess
import sys

PIN = "tiktoken==0.14.0"
ENCODINGS = ("cl100k_base", "o200k_base")
URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
SKIPPED = 77


def get_tiktoken(folder):
    sys.path.insert(0, str(folder))
    try:
        import tiktoken
    except ImportError:
        done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(folder), PIN],
                              capture_output=True, text=True)
        if done.returncode != 0:
            print(f"skipped: no {PIN} here, and pip could not get it: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
            sys.exit(SKIPPED)
        import importlib
        importlib.invalidate_caches()
        import tiktoken
    return tiktoken


def fill_cache(vocabularies, cache):
    """Our vocabularies in tiktoken's format, where it looks for them."""
    cache.mkdir(parents=True, exist_ok=True)
    for name in ENCODINGS:
        data = (vocabularies / f"{name}.bin").read_bytes()
        count, at, lines = struct.unpack_from("<I", data)[0], 4, []
        begin = at + count
        for rank in range(count):
            size = data[at + rank]
            lines.append(base64.b64encode(data[begin:begin + size]) + b" %d\n" % rank)
            begin += size
        (cache / hashlib.sha1(URL.format(name).encode()).hexdigest()).write_bytes(b"".join(lines))
    os.environ["TIKTOKEN_CACHE_DIR"] = str(cache)


def texts_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)


def public_texts():
    """Every text in the data, and every file as a whole."""
    folder = pathlib.Path(os.environ.get("SLUICE_TEST_DATA", pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "data"))
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    if not files:
        print("no public texts: set SLUICE_TEST_DATA; made-up ones only")
    for path in files:
        whole = path.read_bytes().decode("utf-8", errors="replace")
        yield whole
        if path.suffix == ".jsonl":
            for line in filter(None, whole.split("\n")):
                for text in texts_in(json.loads(line)):
                    yield text.encode("utf-8", errors="replace").decode()


PIECES = ["'s", "'LL", "'Re", "'ſ", "'", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u0301", "\u0308", "a", "B", "ſ", "É", "ß", "中", "ア", "ǅ", "ʰ",
          "1", "٣", "Ⅷ", "½", "!", "/", "-", "—", "😀", "\u200d", "🏳️‍🌈", "_", "=", "def", "The", "HTML", "x", "\x00", "\x85", "\u2028", "<|endoftext|>", "हि", "ไทย"]
SETS = ["aAbB '\n", " \t\n\r\u00a0", "aA\u0301中ʰǅ", "'sStTrReEvVmMlLdD ", "019٣½ a", "!/\n\r -a", "中文A字bC", "\u0301\u0308AB ab!"]


def random_character(rng):
    while 0xD800 <= (code := rng.choice((rng.randrange(0x250), rng.randrange(0x3100), rng.randrange(0x10000), rng.randrange(0x110000)))) < 0xE000:
        pass
    return chr(code)


def made_texts(rng):
    for _ in range(6000):
        yield "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 40)))
    for letters in SETS:
        for _ in range(1500):
            yield "".join(rng.choice(letters) for _ in range(rng.randrange(1, 30)))
    for _ in range(4000):
        yield "".join(random_character(rng) for _ in range(rng.randrange(1, 60)))
    for code in range(0x110000):  # each character between others, whatever its class
        if not 0xD800 <= code < 0xE000 and (code < 0x3400 or code % 17 == 0):
            yield f"a{chr(code)}B {chr(code)}1{chr(code)}\n{chr(code)}A'{chr(code)}"
    for unit, times in (("a", 20000), (" ", 20000), ("ab", 9000), ("\n", 5000), ("中", 4000), ("A", 7000), (" \n", 3000), ("=", 9000), ("😀", 3000)):
        yield unit * times
        yield unit * times + "x"
        yield "x" + unit * 63 + "x" + unit * 64 + "." + unit * 65


def ours(program, name, texts):
    encoded = [text.encode() for text in texts]
    framed = b"".join(b"%d\n" % len(text) + text for text in encoded)
    lines = subprocess.run([program, name], input=framed, capture_output=True, check=True).stdout.decode().split("\n")
    return [[int(token) for token in line.split()] for line in lines[:-1]]


def main():
    program, vocabularies, packages = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    tiktoken = get_tiktoken(packages)
    fill_cache(vocabularies, packages / "vocabularies")
    texts = list(dict.fromkeys([*public_texts(), *made_texts(random.Random(20260101))]))
    wrong = 0
    for name in ENCODINGS:
        reference, tokens = tiktoken.get_encoding(name), 0
        for text, got in zip(texts, ours(program, name, texts), strict=True):
            wanted = reference.encode_ordinary(text)
            tokens += len(wanted)
            if got != wanted:
                wrong += 1
                if wrong <= 10:
                    print(f"{name}: {text[:80]!r}: {got[:20]}, but tiktoken {wanted[:20]}")
        size = sum(len(text.encode()) for text in texts)
        print(f"{name}: {len(texts)} texts, {size} bytes, {tokens} tokens compared with tiktoken {tiktoken.__version__}: {wrong} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
