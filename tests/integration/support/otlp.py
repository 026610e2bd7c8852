"""What OTLP receivers get, as OpenTelemetry's own classes read it: opentelemetry-proto from PyPI, protobuf and JSON."""
import base64
import json
import sys

from pypi import packages

PIN = ("opentelemetry-proto==1.45.2", "protobuf==7.36.2")


def ready():
    """Makes the classes importable, or skips."""
    try:
        import opentelemetry.proto.collector.logs.v1.logs_service_pb2  # noqa: F401
    except ImportError:
        sys.path.insert(0, packages(*PIN))


def with_ids_as_protobuf(value):
    """OTLP's JSON has ids in hexadecimal digits, where proto3's has base64."""
    if isinstance(value, list):
        return [with_ids_as_protobuf(one) for one in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {key: base64.b64encode(bytes.fromhex(one)).decode() if key in ids else with_ids_as_protobuf(one) for key, one in value.items()}


def message(call, signal):
    """The request of a call. Unknown fields are faults: nothing of ours may go unread."""
    from google.protobuf import json_format
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    kind = {"traces": ExportTraceServiceRequest, "metrics": ExportMetricsServiceRequest, "logs": ExportLogsServiceRequest}[signal]
    if call.headers["content-type"] == "application/json":
        return json_format.Parse(json.dumps(with_ids_as_protobuf(json.loads(call.body))), kind())
    assert call.headers["content-type"] == "application/x-protobuf", call.headers
    found = kind.FromString(call.body)
    again = kind.FromString(call.body)
    again.DiscardUnknownFields()
    assert again == found and again.ByteSize() == found.ByteSize(), "fields that OpenTelemetry does not know"
    return found


def plain(value):
    """An AnyValue as Python has it."""
    which = value.WhichOneof("value")
    if which == "array_value":
        return [plain(one) for one in value.array_value.values]
    if which == "kvlist_value":
        return attributes(value.kvlist_value.values)
    return getattr(value, which) if which else None


def attributes(pairs):
    found = {pair.key: plain(pair.value) for pair in pairs}
    assert len(found) == len(pairs), "an attribute is there twice"
    return found


def calls_of(calls, signal):
    return [call for call in calls if call.path.endswith(f"/v1/{signal}")]


def logs(calls):
    """(record, its attributes) of all log records."""
    return [(record, attributes(record.attributes)) for call in calls_of(calls, "logs") for resource in message(call, "logs").resource_logs
            for scope in resource.scope_logs for record in scope.log_records]


def spans(calls):
    return [(span, attributes(span.attributes)) for call in calls_of(calls, "traces") for resource in message(call, "traces").resource_spans
            for scope in resource.scope_spans for span in scope.spans]


class Exported:
    """One request with metrics."""

    def __init__(self, call):
        (resource,) = message(call, "metrics").resource_metrics
        (scope,) = resource.scope_metrics
        self.resource = attributes(resource.resource.attributes)
        self.metrics = {metric.name: metric for metric in scope.metrics}
        assert len(self.metrics) == len(scope.metrics), "a metric is there twice"

    def data(self, name):
        metric = self.metrics[name]
        return getattr(metric, metric.WhichOneof("data"))

    def points(self, name):
        """{attributes as JSON: point}"""
        if name not in self.metrics:
            return {}
        found = {json.dumps(attributes(point.attributes), sort_keys=True): point for point in self.data(name).data_points}
        assert len(found) == len(self.data(name).data_points), "a set of attributes is there twice"
        return found


def exported(calls):
    return [Exported(call) for call in calls_of(calls, "metrics")]


def total(exports, name, value=lambda point: point.count):
    """Of all points: the last of each set of each stream where they are cumulative, the sum of those that are differences."""
    last, sum_of_all = {}, 0
    for one in exports:
        for key, point in one.points(name).items():
            if one.data(name).aggregation_temporality == 1:
                sum_of_all += value(point)
            else:
                last[one.resource["service.instance.id"], key] = value(point)
    return sum_of_all + sum(last.values())
