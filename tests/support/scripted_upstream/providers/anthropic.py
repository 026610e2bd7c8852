"""Anthropic: /v1/messages and /v1/messages/count_tokens."""
import json

from . import common
from .common import (EventStream, Refusal, deltas, digest, fragments, json_reply, last_user_text, named_event,
                     prompt_tokens, reply_text, tool_arguments, tool_to_call)

ERROR_TYPES = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error"}


def headers_of(request):
    return [("request-id", "req_" + digest(request)), ("anthropic-organization-id", "org-scripted"),
            ("anthropic-ratelimit-requests-limit", "4000"), ("anthropic-ratelimit-requests-remaining", "3999")]


def error(status, message):
    return json_reply(status, [("request-id", "req_refused")], {
        "type": "error", "error": {"type": ERROR_TYPES[status], "message": message}, "request_id": "req_refused"})


def check_key(request):
    key = request.header("x-api-key")
    if not key:
        raise Refusal(error(401, "x-api-key header is required"))
    if "invalid" in key:
        raise Refusal(error(401, "invalid x-api-key"))
    if not request.header("anthropic-version"):
        raise Refusal(error(400, "anthropic-version: header is required"))


def all_messages(body):
    """The system prompt counts as a message when tokens are counted."""
    return [{"role": "system", "content": body.get("system")}, *(body.get("messages") or [])]


def count_tokens(request, body):
    return json_reply(200, headers_of(request), {"input_tokens": prompt_tokens(all_messages(body))})


def messages(request, body):
    if "max_tokens" not in body:
        return error(400, "max_tokens: Field required")
    block = answer_block(request, body)
    said = block["text"] if block["type"] == "text" else json.dumps(block["input"])
    usage = {"input_tokens": prompt_tokens(all_messages(body)), "cache_creation_input_tokens": 0,
             "cache_read_input_tokens": 0, "output_tokens": common.count_tokens(said)}
    stop = "end_turn" if block["type"] == "text" else "tool_use"
    message = {"id": "msg_" + digest(request), "type": "message", "role": "assistant", "model": body.get("model"),
               "content": [block], "stop_reason": stop, "stop_sequence": None, "usage": usage}
    if body.get("stream"):
        return EventStream(headers_of(request), [named_event(value) for value in events(message, block)])
    return json_reply(200, headers_of(request), message)


def answer_block(request, body):
    heard = last_user_text(body.get("messages") or [])
    tool = tool_to_call(body, lambda tool: tool)
    if tool is None:
        return {"type": "text", "text": reply_text(body, heard)}
    return {"type": "tool_use", "id": "toolu_" + digest(request), "name": tool.get("name"),
            "input": tool_arguments(tool.get("input_schema"), heard)}


def events(message, block):
    opening = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    yield {"type": "message_start", "message": opening}
    empty = {"text": ""} if block["type"] == "text" else {"input": {}}
    yield {"type": "content_block_start", "index": 0, "content_block": {**block, **empty}}
    yield {"type": "ping"}
    for delta in block_deltas(block):
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
           "usage": {"output_tokens": message["usage"]["output_tokens"]}}
    yield {"type": "message_stop"}


def block_deltas(block):
    if block["type"] == "text":
        return [{"type": "text_delta", "text": word} for word in deltas(block["text"])]
    arguments = json.dumps(block["input"], ensure_ascii=False)
    return [{"type": "input_json_delta", "partial_json": piece} for piece in fragments(arguments)]
