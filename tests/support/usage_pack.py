"""Events of store_sqlite's batches, as plugins/store_sqlite/usage_pack.h describes them."""

NUMBERS = ("start_ms", "end_ms", "first_token_ms", "combo", "end_user", "tenant", "key_alias", "route", "call_type", "deployment", "api_base",
           "outcome", "error_class", "http_status", "attempts", "flags", "prompt", "completion", "cached", "cache_write", "reasoning", "cost", "priced")
TEXTS = ("requested_model", "client", "user_agent", "error", "attributes")


class _Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def text(self):
        size = self.number()
        self.at += size
        return self.data[self.at - size:self.at].decode()


def events(data):
    """Each event of a batch as a dict: call_id, the numbers and the texts; cost is None if nobody has said it."""
    read, row = _Bytes(data), dict.fromkeys(NUMBERS, 0) | dict.fromkeys(TEXTS, "")
    while read.at < len(data):
        bits = read.number()
        call_id = read.text()
        for place, name in enumerate(NUMBERS):
            if bits >> place & 1:
                zigzag = read.number()
                row[name] += zigzag >> 1 ^ -(zigzag & 1)
        for place, name in enumerate(TEXTS, len(NUMBERS)):
            if bits >> place & 1:
                row[name] = read.text()
        yield {**row, "call_id": call_id, "cost": row["cost"] if row["priced"] else None}
