"""Redis with vector search, as far as cache and cache_redis speak to it, over TCP in RESP2. What is documented is demanded: the order of words, counts, types, DIALECT 2,
PARAMS, the length of vectors. Sources: redis.io/docs/latest/commands/{ft.create,ft.search,ft.info,ft.dropindex,hset,pexpire,set,scan},
redis.io/docs/latest/develop/ai/search-and-query/query/vector-search and …/advanced-concepts/{vectors,escaping}, …/reference/protocol-spec."""
import math
import re
import socketserver
import struct
import threading
import time

ESCAPED = re.compile(rb"(?:\\[\x00-\x7f]|[A-Za-z0-9_]|[\x80-\xff])+")
QUERY = re.compile(rb"\(@(\w+):\{((?:\\.|[^{}\\])*)\}\)=>\[KNN (\d+) @(\w+) \$(\w+) AS (\w+)\]\Z", re.S)


class Fault(Exception):
    """what goes back as an error"""


def need(condition, what):
    if not condition:
        raise Fault(what)


def tags_of(text):
    """the tags of @field:{a|b}; what is no letter, digit or underscore has to be escaped"""
    tags = []
    for tag in text.split(b"|"):
        need(ESCAPED.fullmatch(tag.strip(b" ")), f"Syntax error at offset 0 near {tag[:20].decode(errors='replace')}")
        tags.append(re.sub(rb"\\(.)", rb"\1", tag.strip(b" "), flags=re.S).lower())
    return tags


class Index:
    def __init__(self, words):
        self.name = words[0]
        need(words[1:3] == [b"ON", b"HASH"] and words[3] == b"PREFIX", "expected ON HASH PREFIX")
        count = int(words[4])
        self.prefixes, rest = words[5:5 + count], words[5 + count:]
        need(len(self.prefixes) == count and rest[:1] == [b"SCHEMA"], "expected SCHEMA")
        self.tags, rest = [], rest[1:]
        while rest and rest[1] == b"TAG":
            self.tags.append(rest[0])
            rest = rest[2:]
        need(rest[1:2] == [b"VECTOR"] and rest[2] in (b"HNSW", b"FLAT"), "Could not parse field type")
        self.vector, self.algorithm = rest[0], rest[2]
        need(int(rest[3]) == len(rest[4:]), "Bad arguments for vector similarity: wrong number of attributes")
        attributes = dict(zip(rest[4::2], rest[5::2]))
        need(set(attributes) == {b"TYPE", b"DIM", b"DISTANCE_METRIC"} and attributes[b"TYPE"] == b"FLOAT32", "Missing mandatory parameter")
        self.dimensions, self.metric = int(attributes[b"DIM"]), attributes[b"DISTANCE_METRIC"]
        need(0 < self.dimensions <= 32768 and self.metric in (b"COSINE", b"IP", b"L2"), "Bad arguments for vector similarity")

    def info(self):
        return [b"index_name", self.name, b"index_options", [], b"index_definition", [b"key_type", b"HASH", b"prefixes", self.prefixes, b"default_score", b"1"],
                b"attributes", [[b"identifier", tag, b"attribute", tag, b"type", b"TAG", b"SEPARATOR", b","] for tag in self.tags] +
                [[b"identifier", self.vector, b"attribute", self.vector, b"type", b"VECTOR", b"algorithm", self.algorithm, b"data_type", b"FLOAT32",
                  b"dim", self.dimensions, b"distance_metric", self.metric]], b"num_docs", b"0"]


def encoded(value):
    if value is None:
        return b"$-1\r\n"
    if isinstance(value, Fault):
        return b"-" + str(value).encode() + b"\r\n"
    if isinstance(value, int):
        return b":%d\r\n" % value
    if isinstance(value, list):
        return b"*%d\r\n" % len(value) + b"".join(encoded(one) for one in value)
    if isinstance(value, str):
        return b"+" + value.encode() + b"\r\n"
    return b"$%d\r\n%s\r\n" % (len(value), value)


class RedisSearch:
    """`module`: without it there is no FT.…; `delay`: seconds before each search; `faults`: what was asked in a wrong way"""

    def __init__(self, password=None):
        self.password, self.module, self.delay = password, True, 0
        self.values, self.expires, self.indices, self.heard, self.faults = {}, {}, {}, [], []
        self.lock = threading.Lock()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                trusted = outer.password is None
                while line := self.rfile.readline():
                    words = []
                    for _ in range(int(line[1:])):
                        size = int(self.rfile.readline()[1:])
                        words.append(self.rfile.read(size + 2)[:size])
                    if words[0] == b"AUTH":
                        trusted = words[-1] == outer.password.encode()
                        answer = "OK" if trusted else Fault("WRONGPASS invalid username-password pair")
                    else:
                        answer = outer.answer(words) if trusted else Fault("NOAUTH Authentication required.")
                    try:
                        self.wfile.write(encoded(answer))
                    except OSError:
                        return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, words):
        name = words[0].upper().decode()
        if name == "FT.SEARCH" and self.delay:
            time.sleep(self.delay)
        with self.lock:
            if name != "PING":
                self.heard.append(name)
            for key in [key for key, at in self.expires.items() if at <= time.time()]:
                self.forget(key)
            method = getattr(self, "do_" + name.lower().replace(".", "_"), None)
            if not method or (name.startswith("FT.") and not self.module):
                return Fault(f"ERR unknown command '{name}', with args beginning with: '{words[-1][:10]!r}'")
            try:
                return method(words[1:])
            except Fault as fault:
                self.faults.append((name, str(fault)))
                return fault
            except (IndexError, ValueError, TypeError) as error:
                self.faults.append((name, repr(error)))
                return Fault(f"ERR wrong number of arguments for '{name.lower()}' command")

    def forget(self, key):
        self.expires.pop(key, None)
        return self.values.pop(key, None) is not None

    def do_ping(self, _):
        return "PONG"

    def do_info(self, _):
        return b"# Server\r\nredis_version:7.4.0\r\nrole:master\r\n"

    def do_dbsize(self, _):
        return len(self.values)

    def do_get(self, words):
        value = self.values.get(words[0])
        need(not isinstance(value, dict), "WRONGTYPE Operation against a key holding the wrong kind of value")
        return value

    def do_pttl(self, words):
        return int((self.expires[words[0]] - time.time()) * 1000) if words[0] in self.expires else -1 if words[0] in self.values else -2

    def do_set(self, words):
        key, value, px, ms = words
        need(px == b"PX" and int(ms) > 0, "ERR syntax error")
        self.values[key], self.expires[key] = value, time.time() + int(ms) / 1000
        return "OK"

    def do_hset(self, words):
        need(len(words) >= 3 and len(words) % 2 == 1, "ERR wrong number of arguments for 'hset' command")
        self.values.setdefault(words[0], {}).update(zip(words[1::2], words[2::2]))
        return len(words) // 2

    def do_pexpire(self, words):
        key, ms = words
        need(int(ms) > 0, "the test wants a time")
        if key in self.values:
            self.expires[key] = time.time() + int(ms) / 1000
        return int(key in self.values)

    def do_unlink(self, words):
        return sum(self.forget(key) for key in words)

    def do_scan(self, words):
        need(words[0] == b"0" and words[1] == b"MATCH" and words[3] == b"COUNT", "ERR syntax error")
        begin = re.sub(rb"\\(.)", rb"\1", words[2][:-1])
        return [b"0", [key for key in self.values if key.startswith(begin)]]

    def do_ft_create(self, words):
        need(words[0] not in self.indices, "Index already exists")
        self.indices[words[0]] = Index(words)
        return "OK"

    def index(self, name):
        if name not in self.indices:
            raise Fault(f"{name.decode()}: no such index")
        return self.indices[name]

    def do_ft_info(self, words):
        (name,) = words
        return self.index(name).info()

    def do_ft_dropindex(self, words):
        index = self.index(words[0])
        need(words[1:] in ([], [b"DD"]), "Unknown argument")
        if words[1:]:
            for key in list(self.hashes(index)):
                self.forget(key)
        del self.indices[words[0]]
        return "OK"

    def hashes(self, index):
        return {key: value for key, value in self.values.items() if isinstance(value, dict) and any(key.startswith(one) for one in index.prefixes)}

    def do_ft_search(self, words):
        index, query, options = self.index(words[0]), words[1], self.options(words[2:])
        found = QUERY.fullmatch(query)
        need(found and options["dialect"] == 2, f"Syntax error at offset 0 near {query[:40].decode(errors='replace')}")
        field, tags, count, vector, parameter, alias = found.groups()
        need(field in index.tags, f"Unknown field at offset 0 near {field.decode()}")
        need(vector == index.vector and parameter in options["params"], "No such parameter")
        blob, wanted = options["params"][parameter], set(tags_of(tags))
        need(len(blob) == 4 * index.dimensions,
             f"Error parsing vector similarity query: query vector blob size ({len(blob)}) does not match index's expected size ({4 * index.dimensions}).")
        rows = []
        for key, fields in self.hashes(index).items():
            if len(fields.get(vector, b"")) == len(blob) and fields.get(field, b"").lower() in wanted:
                rows.append((self.distance(index, fields[vector], blob), key, fields))
        rows = sorted(rows, key=lambda row: row[0])[:int(count)][options["first"]:options["first"] + options["most"]]
        answer = [len(rows)]
        for distance, key, fields in rows:
            shown = {**fields, alias: repr(distance).encode()}
            answer += [key, [part for name in options["return"] if name in shown for part in (name, shown[name])]]
        return answer

    @staticmethod
    def distance(index, one, other):
        a, b = (struct.unpack(f"<{index.dimensions}f", blob) for blob in (one, other))
        need(index.metric == b"COSINE", "the tests know cosine only")
        return 1 - sum(x * y for x, y in zip(a, b)) / (math.hypot(*a) * math.hypot(*b) or 1)

    @staticmethod
    def options(words):
        said = {"dialect": 1, "params": {}, "return": [], "first": 0, "most": 10}
        while words:
            name, words = words[0].upper(), words[1:]
            if name in (b"RETURN", b"PARAMS"):
                count, words = int(words[0]), words[1:]
                need(0 < count <= len(words) and (name == b"RETURN" or count % 2 == 0), "Bad arguments: count")
                taken, words = words[:count], words[count:]
                said[name.decode().lower()] = taken if name == b"RETURN" else dict(zip(taken[::2], taken[1::2]))
            elif name == b"LIMIT":
                said["first"], said["most"], words = int(words[0]), int(words[1]), words[2:]
            elif name in (b"TIMEOUT", b"DIALECT"):
                said[name.decode().lower()], words = int(words[0]), words[1:]
            else:
                raise Fault(f"Unknown argument `{name.decode(errors='replace')}`")
        return said

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
