"""Hand-made streams of the four dialects, as events for the upstream's `sse` action."""
import json


def data(value):
    return "data: " + json.dumps(value, separators=(",", ":"))


def named(value):
    return f"event: {value['type']}\n{data(value)}"


def chat(text, finish=None):
    return data({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


def completion(text, finish=None):
    return data({"id": "c", "object": "text_completion", "choices": [{"index": 0, "text": text, "finish_reason": finish}]})


USAGE = data({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}})
DONE = "data: [DONE]"

# dialect -> (events without an end, events of the end)
BEGUN = {
    "chat": [chat("one"), chat(" two"), chat(" three")],
    "completions": [completion("one"), completion(" two"), completion(" three")],
    "responses": [named({"type": "response.created", "response": {"id": "r"}}),
                  named({"type": "response.output_text.delta", "output_index": 0, "delta": "one"}),
                  named({"type": "response.output_text.delta", "output_index": 0, "delta": " two"})],
    "messages": [named({"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 3, "output_tokens": 1}}}),
                 named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "one"}}),
                 named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " two"}})],
}
ENDING = {
    "chat": [chat("", "stop"), DONE],
    "completions": [completion("", "stop"), DONE],
    "responses": [named({"type": "response.completed", "response": {"id": "r", "status": "completed", "usage": {
        "input_tokens": 3, "output_tokens": 2, "total_tokens": 5}}})],
    "messages": [named({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
                 named({"type": "message_stop"})],
}
# what a client takes for the good end of its stream
GOOD_ENDS = ("[DONE]", "message_stop", "response.completed")


def is_error(dialect, event):
    """Is this SseEvent an error that the official SDKs of the dialect raise?"""
    value = json.loads(event.data) if event.data and event.data != "[DONE]" else {}
    if dialect in ("chat", "completions"):
        return event.event is None and isinstance(value.get("error"), dict) and bool(value["error"]["message"])
    if dialect == "messages":
        return event.event == "error" and value.get("type") == "error" and bool(value["error"]["type"] and value["error"]["message"])
    return event.event == "error" and value.get("type") == "error" and bool(value["message"])
