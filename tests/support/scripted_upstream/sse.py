"""Cuts an event stream into the pieces a script wants: by event, by byte, all at once, or at chosen places."""


def payload_events(spec):
    """The events as bytes, each with its blank line. `repeat` plays the list several times, for long streams."""
    eol = spec.get("eol", "\n")
    events = list(spec.get("events", []))
    tail = ["data: [DONE]"] if spec.get("done", False) else []
    for event in [*events * spec.get("repeat", 1), *tail]:
        yield (event.replace("\n", eol) + eol * 2).encode("utf-8")


def pieces(spec):
    write = spec.get("write", "event")
    if write == "event":
        yield from payload_events(spec)
        return
    whole = b"".join(payload_events(spec))
    if write == "all":
        cuts = []
    elif write == "byte":
        cuts = range(1, len(whole))
    else:
        cuts = write["cut_at"] if isinstance(write["cut_at"], list) else [write["cut_at"]]
    edges = [0, *(cut for cut in cuts if 0 < cut < len(whole)), len(whole)]
    for start, end in zip(edges, edges[1:]):
        if start < end:
            yield whole[start:end]
