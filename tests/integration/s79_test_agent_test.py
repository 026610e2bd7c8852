"""AY: an OTLP receiver that nobody here wrote: Datadog's test agent from PyPI takes traces, metrics and log records, and understands all of them."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Gateway, main, wait_until  # noqa: E402
from callback_scene import SOON, Scene  # noqa: E402
from test_agent import TestAgent  # noqa: E402

REQUESTS = 30


def all_of(value, *names):
    """Every member of these names, however deep: what came as JSON has other ones than what came as protobuf."""
    if isinstance(value, list):
        return [found for one in value for found in all_of(one, *names)]
    if not isinstance(value, dict):
        return []
    return [found for key, one in value.items() for found in ([one] if key in names else all_of(one, *names))]


def flat(lists):
    return [one for each in lists for one in each]


class AtTheTestAgent(Scene):
    def test_ay01_traces_metrics_and_logs(self):
        for protocol in ("http/protobuf", "http/json"):
            with self.subTest(protocol), TestAgent() as agent:
                config = {"endpoint": agent.otlp, "spool": f"{self.spool}-{len(protocol)}", "protocol": protocol, "enable_metrics": True, "enable_events": True,
                          "metrics_interval_s": 0.3, **SOON}
                gateway = Gateway(json.dumps({"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo"}}], "general_settings": {"master_key": KEY},
                                              "plugins": [{"plugin": "callback_otel", "config": config}, {"plugin": "admin", "grants": ["admin"]}]}))
                self.addCleanup(gateway.stop)
                ids, _ = self.send(gateway, REQUESTS, "y" + protocol[-4:])
                wait_until(lambda: len(self.spans(agent)) >= REQUESTS, 20 * SLOW, "spans")
                self.assertEqual(sorted(self.spans(agent)), sorted(ids))
                wait_until(lambda: self.durations(agent) >= REQUESTS, 20 * SLOW, "durations")
                self.assertEqual(self.durations(agent), REQUESTS)
                wait_until(lambda: len(flat(all_of(agent.understood("logs"), "log_records", "logRecords"))) >= REQUESTS, 20 * SLOW, "log records")
                gateway.stop()

    def spans(self, agent):
        """Ids of calls, of all spans that it has understood."""
        attributes = [span["attributes"] for span in flat(all_of(agent.understood("traces"), "spans"))]
        named = [{pair["key"]: pair["value"] for pair in each} for each in attributes]
        return [next(iter(at["metadata.litellm_call_id"].values())) for at in named if "metadata.litellm_call_id" in at]

    def durations(self, agent):
        """Requests in the newest state of the histogram."""
        sums = {}
        for metric in flat(all_of(agent.understood("metrics"), "metrics")):
            if metric["name"] == "gen_ai.client.operation.duration":
                for point in flat(all_of(metric, "data_points", "dataPoints")):
                    sums[json.dumps(point["attributes"], sort_keys=True)] = int(point["count"])
        return sum(sums.values())


if __name__ == "__main__":
    main()
