"""The words of RESULTS.md that do not depend on a run's figures."""

INTRODUCTION = """\
Made by `tests/bench/compare/page.py` from the rounds of one run; how to make it again, and how each figure is taken, is in [README.md](README.md). A
figure is the median over rounds, or a percentile over the records of all rounds; in brackets is the interval in which it lies with 95 % confidence
(bootstrap over rounds: it says what the machine's moods do to the figure, not what another machine would). Microseconds move with the machine and its
day; ratios to nginx, taken within each round, travel better. Everything is on loopback, one worker or process a server; load generator, upstream and
the server under test share the machine's cores.
""".splitlines() + [""]

NOTES = {key: text.strip().splitlines() for key, text in {
    "requests": """
CPU a request: user and system time of the server's whole process tree over the requests it answered, closed loop, prompt of 1,000 bytes, 64 clients
(16 for servers below 2,000 requests a second). Of `direct` it is the upstream's own; of the others the upstream is not in it. Requests a second at
p99 <= 5 ms: the highest offered rate, open loop, whose p99 from the moment a request was due stays within 5 ms, found by halving; 0: not even the
lowest rate that was tried held.
""",
    "latency": """
Open loop at a fixed rate (the smaller of 1,000 and a fifth of what the server can do); each request counts from the moment it was due, so one that
has to wait for those before it is not better off (coordinated omission). Each round is a pair: the same load on the upstream itself directly before
or after; added is the difference of the percentiles. A percentile with fewer than three records beyond it is not shown. CPU a request is higher here
than saturated: a server that sleeps between requests pays for each awakening.
""",
    "streams": """
Streams of 100 numbered tokens, one each 20 ms, opened within half a second at random moments (the same in each run), and the same on the upstream
itself, paired as above. Every stream has to bring each token once, in
order, a finish reason, `[DONE]` and the end of the body; otherwise the contender has no figures here. Slow servers get fewer streams.
""",
    "memory": """
Resident memory of the process tree: after the first answer and a second of rest; the most seen during the saturated rounds; and, of a fresh instance,
the growth by streams of one token a second, all open at once, over their number. Kernel memory (socket buffers) is in none of these. One measurement
each.
""",
    "prompts": """
One client, one request after the other, the same on the upstream itself directly before.
""",
    "inflight": """
Requests that arrive over 6 seconds at an upstream which answers after 8 (a quick run: 1 and 2), at a fresh instance: all wait at once, as counted by the upstream. Slow
servers get fewer; descriptors may limit the number, too. "ms over the wait" is the latency less that wait.
""",
    "crosscheck": """
Our load generator, wrk, h2load (`--h1`) and autocannon with the same bytes, closed loop. `slow` is the upstream with 5 ms before each answer and 16
clients: what has to come out is known, and all have to agree. `fast` is nginx, saturated by 32 clients. autocannon resolves latency to milliseconds
and needs more processor than nginx does, so its p50 on `slow` and its figures on `fast` are shown and not judged.
""",
}.items()}

CHECKS = """\
- Every answer has status 200, is strictly parsed HTTP and a chat completion; as many requests reached the upstream as were answered (nothing from a cache, nothing sent twice).
- Sluice from `+auth` on refuses a wrong key before it is measured, and is asked with a virtual key that has limits of its own and of its team.
- Each token of each stream arrived once and in order, up to `[DONE]` and the end of the body.
- Streams and requests said to be open at once were counted at the upstream or by the load generator, not computed.
- The load generator notices the faults it claims to notice (`loadgen_test.py`).
""".splitlines()
