"""OpenAI: /chat/completions and the older /completions."""
import json

from .common import (CREATED, EventStream, count_tokens, data_event, deltas, digest, fragments, last_user_text,
                     openai_headers, openai_reply, prompt_tokens, reply_text, tool_arguments, tool_to_call)


def usage_of(prompt, completion):
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def wants_usage(body):
    return bool((body.get("stream_options") or {}).get("include_usage"))


def chat(request, body):
    heard = last_user_text(body.get("messages") or [])
    call = tool_call(request, body, heard)
    text = None if call else reply_text(body, heard)
    usage = usage_of(prompt_tokens(body.get("messages") or []),
                     count_tokens(call["function"]["arguments"] if call else text))
    if body.get("stream"):
        return EventStream(openai_headers(request), chat_events(request, body, text, call, usage))
    message = {"role": "assistant", "content": text, "refusal": None}
    if call:
        message["tool_calls"] = [call]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls" if call else "stop"}
    return openai_reply(request, {
        "id": "chatcmpl-" + digest(request), "object": "chat.completion", "created": CREATED,
        "model": body.get("model"), "choices": [choice], "usage": usage, "system_fingerprint": "fp_scripted"})


def tool_call(request, body, heard):
    function = tool_to_call(body, lambda tool: tool.get("function") or {})
    if function is None:
        return None
    arguments = json.dumps(tool_arguments(function.get("parameters"), heard), ensure_ascii=False)
    return {"id": "call_" + digest(request), "type": "function",
            "function": {"name": function.get("name"), "arguments": arguments}}


def chat_events(request, body, text, call, usage):
    def event(choices, usage=None):
        value = {"id": "chatcmpl-" + digest(request), "object": "chat.completion.chunk", "created": CREATED,
                 "model": body.get("model"), "system_fingerprint": "fp_scripted", "choices": choices}
        if wants_usage(body):  # then every chunk carries the field, and all but the last say null
            value["usage"] = usage
        return data_event(value)

    def delta(delta, finish_reason=None):
        return event([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}])

    events = [delta({"role": "assistant", "content": None if call else "", "refusal": None})]
    events += [delta(piece) for piece in (call_deltas(call) if call else [{"content": word} for word in deltas(text)])]
    events.append(delta({}, "tool_calls" if call else "stop"))
    if wants_usage(body):
        events.append(event([], usage))
    return [*events, "data: [DONE]"]


def call_deltas(call):
    """Name and id come once, the arguments in pieces: as OpenAI sends them."""
    opening = {"index": 0, **call, "function": {"name": call["function"]["name"], "arguments": ""}}
    yield {"tool_calls": [opening]}
    for piece in fragments(call["function"]["arguments"]):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def completion(request, body):
    prompt = body.get("prompt")
    heard = prompt if isinstance(prompt, str) else " ".join(part for part in prompt or [] if isinstance(part, str))
    text = reply_text(body, heard)
    usage = usage_of(count_tokens(heard), count_tokens(text))

    def value(choices):
        return {"id": "cmpl-" + digest(request), "object": "text_completion", "created": CREATED,
                "model": body.get("model"), "choices": choices}

    def choice(text, finish_reason):
        return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}

    if not body.get("stream"):
        return openai_reply(request, {**value([choice(text, "stop")]), "usage": usage})
    events = [data_event(value([choice(word, None)])) for word in deltas(text)]
    events.append(data_event(value([choice("", "stop")])))
    if wants_usage(body):
        events.append(data_event({**value([]), "usage": usage}))
    return EventStream(openai_headers(request), [*events, "data: [DONE]"])
