"""Scripts: what a test ordered. Checked on arrival, so that a typo in a test is an error and not a default answer."""
import itertools
from dataclasses import dataclass
from typing import Optional

MATCHERS = {"path_contains", "body_contains"}
RESPOND_KEYS = {"status", "reason", "headers", "body", "body_b64"}
SSE_KEYS = {"events", "eol", "gap_ms", "done", "write", "end", "repeat", "status", "headers"}


class BadScript(Exception):
    pass


def require(condition, text):
    if not condition:
        raise BadScript(text)


def check_write(write):
    cut_at = write.get("cut_at") if isinstance(write, dict) else None
    return write in ("event", "byte", "all") or isinstance(cut_at, (int, list))


def check_sse(spec):
    require(isinstance(spec, dict) and not set(spec) - SSE_KEYS, f"sse knows {sorted(SSE_KEYS)}, got {spec!r}")
    require(spec.get("eol", "\n") in ("\n", "\r\n", "\r"), "sse.eol is \\n, \\r\\n or \\r")
    require(check_write(spec.get("write", "event")), "sse.write is event, byte, all or {cut_at: n or [n, ...]}")
    require(spec.get("end", "ok") in ("ok", "cut", "reset", "stall"), "sse.end is ok, cut, reset or stall")


def check_respond(spec):
    require(isinstance(spec, dict) and not set(spec) - RESPOND_KEYS,
            f"respond knows {sorted(RESPOND_KEYS)}, got {spec!r}")


def check_repeated(spec):
    require(isinstance(spec, dict) and set(spec) == {"text", "times"}, "send_repeated wants {text, times}")


def is_a(*kinds):
    def check(value):
        require(type(value) in kinds, f"expected {' or '.join(kind.__name__ for kind in kinds)}, got {value!r}")
    return check


VERBS = {
    "read_request": is_a(bool), "send": is_a(str), "send_b64": is_a(str), "send_repeated": check_repeated,
    "sleep_ms": is_a(int, float), "close": is_a(bool), "reset": is_a(bool), "stall": is_a(bool),
    "respond": check_respond, "sse": check_sse, "default": is_a(bool),
}


def read_first(actions):
    """Every script reads the whole request before it acts, unless it begins with {"read_request": false}."""
    return actions[:1] != [{"read_request": False}]


@dataclass
class Script:
    number: int
    match: dict
    times: Optional[int]  # None: until /__reset
    actions: list


class Scripts:
    """The queue. The first script, in order of arrival, that matches a request is the one that answers it."""

    def __init__(self):
        self.queue = []
        self.numbers = itertools.count(1)

    def push(self, order):
        require(isinstance(order, dict), "a script is an object")
        require(not set(order) - {"match", "times", "actions"}, f"a script knows match, times, actions: {order!r}")
        match, times, actions = order.get("match") or {}, order.get("times", 1), order.get("actions")
        require(not set(match) - MATCHERS, f"match knows {sorted(MATCHERS)}, got {match!r}")
        require(times is None or (type(times) is int and times > 0), "times is a positive number or null")
        require(isinstance(actions, list) and actions, "actions is a list of at least one action")
        for action in actions:
            require(isinstance(action, dict) and len(action) == 1, f"an action has one verb: {action!r}")
            (verb, argument), = action.items()
            require(verb in VERBS, f"unknown verb {verb!r}; known: {sorted(VERBS)}")
            VERBS[verb](argument)
        script = Script(next(self.numbers), match, times, actions)
        self.queue.append(script)
        return script.number

    async def take(self, request, read_request):
        """The body is read only if a script asks about it: others may want to answer before it has come."""
        for script in list(self.queue):
            if script.match.get("path_contains", "") not in request.target:
                continue
            wanted = script.match.get("body_contains")
            if wanted is not None:
                await read_request()
                if wanted.encode("utf-8") not in request.body:
                    continue
            if script in self.queue:  # another request may have used it up while we read
                self.use(script)
                return script
        return None

    def use(self, script):
        if script.times is not None:
            script.times -= 1
            if script.times == 0:
                self.queue.remove(script)

    def clear(self):
        self.queue.clear()
