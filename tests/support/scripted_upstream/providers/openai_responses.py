"""OpenAI: /responses."""
from .common import (CREATED, EventStream, as_list, count_tokens, deltas, digest, last_user_text, named_event,
                     openai_headers, openai_reply, prompt_tokens, reply_text)


def responses(request, body):
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else as_list(given)
    text = reply_text(body, last_user_text(items))
    prompt = prompt_tokens(items) + count_tokens(body.get("instructions") or "")
    usage = {"input_tokens": prompt, "input_tokens_details": {"cached_tokens": 0},
             "output_tokens": count_tokens(text), "output_tokens_details": {"reasoning_tokens": 0},
             "total_tokens": prompt + count_tokens(text)}
    if body.get("stream"):
        return EventStream(openai_headers(request), list(events(request, body, text, usage)))
    return openai_reply(request, response(request, body, "completed", [message(request, text)], usage))


def response(request, body, status, output, usage=None):
    return {"id": "resp_" + digest(request), "object": "response", "created_at": CREATED, "status": status,
            "error": None, "incomplete_details": None, "instructions": body.get("instructions"), "metadata": {},
            "model": body.get("model"), "output": output, "parallel_tool_calls": True, "temperature": 1.0,
            "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_p": 1.0, "usage": usage}


def part(text):
    return {"type": "output_text", "text": text, "annotations": []}


def message(request, text, status="completed"):
    return {"id": "msg_" + digest(request), "type": "message", "role": "assistant", "status": status,
            "content": [part(text)] if status == "completed" else []}


def events(request, body, text, usage):
    sequence = iter(range(1_000_000))
    at = {"item_id": "msg_" + digest(request), "output_index": 0, "content_index": 0}

    def event(kind, **fields):
        return named_event({"type": kind, "sequence_number": next(sequence), **fields})

    started = response(request, body, "in_progress", [])
    done = message(request, text)
    yield event("response.created", response=started)
    yield event("response.in_progress", response=started)
    yield event("response.output_item.added", output_index=0, item=message(request, "", "in_progress"))
    yield event("response.content_part.added", **at, part=part(""))
    for word in deltas(text):
        yield event("response.output_text.delta", **at, delta=word)
    yield event("response.output_text.done", **at, text=text)
    yield event("response.content_part.done", **at, part=part(text))
    yield event("response.output_item.done", output_index=0, item=done)
    yield event("response.completed", response=response(request, body, "completed", [done], usage))
