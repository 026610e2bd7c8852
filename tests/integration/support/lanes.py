"""Where texts stand: bodies of every route with a word wherever a text can be, and streams of every lane."""
import json

import events

WORD, MASK = "Falcon", "[BIRD]"

# path -> a body with the word wherever a text can stand
REQUESTS = {
    "/chat/completions": {"messages": [
        {"role": "system", "content": "a Falcon"}, {"role": "developer", "content": [{"type": "text", "text": "Falcon"}]},
        {"content": "Falcon \"quoted\"\n", "role": "user"},
        {"role": "user", "content": [{"type": "text", "text": "Falcon \u00e9"}, {"type": "image_url", "image_url": {"url": "https://a/b"}}]},
        {"role": "assistant", "content": None, "reasoning_content": "Falcon", "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"x\":\"Falcon\"}"}}]},
        {"role": "tool", "tool_call_id": "c", "content": "Falcon"}], "unheard_of": {"text": ["Falcon"]}},
    "/completions": {"prompt": ["Falcon", "two Falcon"], "suffix": "Falcon"},
    "/embeddings": {"input": ["Falcon", "b"]},
    "/responses": {"instructions": "Falcon", "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Falcon"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"x\":\"Falcon\"}"},
        {"type": "function_call_output", "call_id": "c", "output": "Falcon"}]},
    "/images/generations": {"prompt": "a Falcon"},
    "/audio/speech": {"input": "Falcon", "voice": "alloy"},
    "/moderations": {"input": [{"type": "text", "text": "Falcon"}]},
    "/rerank": {"query": "Falcon", "documents": ["Falcon", {"text": "Falcon"}]},
    "/messages": {"max_tokens": 1, "system": [{"type": "text", "text": "Falcon"}], "messages": [
        {"role": "user", "content": "Falcon"},
        {"role": "assistant", "content": [{"type": "text", "text": "Falcon"}, {"type": "tool_use", "id": "t", "name": "f", "input": {"q": "Falcon"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "Falcon"}]},
                                     {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Falcon"}}]}]},
    "/messages/count_tokens": {"messages": [{"role": "user", "content": "Falcon"}]},
}
ANSWERS = {
    "/chat/completions": {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Falcon", "reasoning_content": "Falcon", "refusal": "Falcon", "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"x\":\"Falcon\"}"}}]}, "logprobs": {"content": [{"token": "Falcon"}]}}]},
    "/completions": {"choices": [{"index": 0, "text": "Falcon"}]},
    "/responses": {"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Falcon", "annotations": []}]},
                              {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Falcon"}]}]},
    "/messages": {"type": "message", "role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "x"}, {"type": "text", "text": "Falcon"},
                                                                      {"type": "tool_use", "id": "t", "name": "f", "input": {"q": "Falcon"}}]},
    "/images/generations": {"data": [{"b64_json": "AA", "revised_prompt": "Falcon"}]},
    "/rerank": {"results": [{"index": 0, "document": {"text": "Falcon"}}]},
}


def piece(**delta):
    return events.data({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})


def block(kind, **delta):
    return events.named({"type": "content_block_delta", "index": 0, "delta": {"type": kind, **delta}})


def item(kind, text):
    return events.named({"type": f"response.{kind}.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": text})


def begun(content):
    return [events.BEGUN["messages"][0], events.named({"type": "content_block_start", "index": 0, "content_block": content})]


# dialect -> lane -> (events before the text, one event that says a piece of it)
STREAM_LANES = {
    "chat": {"text": ([], events.chat), "reasoning": ([], lambda t: piece(reasoning_content=t)), "refusal": ([], lambda t: piece(refusal=t)),
             "tool_args": ([], lambda t: piece(tool_calls=[{"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": t}}]))},
    "completions": {"text": ([], events.completion)},
    "responses": {"text": (events.BEGUN["responses"][:1], lambda t: item("output_text", t)),
                  "reasoning": (events.BEGUN["responses"][:1], lambda t: item("reasoning_text", t)),
                  "refusal": (events.BEGUN["responses"][:1], lambda t: item("refusal", t)),
                  "tool_args": (events.BEGUN["responses"][:1], lambda t: item("function_call_arguments", t))},
    "messages": {"text": (begun({"type": "text", "text": ""}), lambda t: block("text_delta", text=t)),
                 "reasoning": (begun({"type": "thinking", "thinking": ""}), lambda t: block("thinking_delta", thinking=t)),
                 "tool_args": (begun({"type": "tool_use", "id": "t", "name": "f", "input": {}}), lambda t: block("input_json_delta", partial_json=t))},
}


def added(kind, content):
    return [*begun(content), events.named({"type": "content_block_stop", "index": 0})] if kind == "block" else [
        events.BEGUN["responses"][0], events.named({"type": "response.output_item.done", "output_index": 0, "item": content})]


def choice(**fields):
    return [events.data({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": None, **fields}]})]


# dialect -> place -> events that say the word outside of the lanes
OUTSIDE = {
    "chat": {
        "annotations": [piece(annotations=[{"type": "url_citation", "url_citation": {"title": "the Falcon", "url": "https://a/b", "start_index": 0, "end_index": 1}}])],
        "reasoning_details": [piece(reasoning_details=[{"type": "reasoning.text", "text": "the Falcon"}])],
        "reasoning_summary": [piece(reasoning_details=[{"type": "reasoning.summary", "summary": "the Falcon"}])],
        "thinking_blocks": [piece(thinking_blocks=[{"type": "thinking", "thinking": "the Falcon", "signature": "s"}])],
        "arguments_object": [piece(tool_calls=[{"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": {"q": "the Falcon"}}}])],
        "unheard_of": [piece(unheard_of={"deep": [{"er": "the Falcon"}]})],
        "of_the_choice": choice(notes="the Falcon"),
        "of_the_chunk": [events.data({"id": "c", "object": "chat.completion.chunk", "choices": [], "search_results": [{"title": "the Falcon"}]})],
        "told_twice": ['data: {"choices":[{"index":0,"delta":{"content":"a","content":"the Falcon"}}]}'],
    },
    "messages": {
        "tool_use_whole": added("block", {"type": "tool_use", "id": "t", "name": "f", "input": {"q": "the Falcon"}}),
        "search_result": added("block", {"type": "web_search_tool_result", "tool_use_id": "t", "content": [
            {"type": "web_search_result", "title": "the Falcon", "url": "https://a/b", "encrypted_content": "x"}]}),
        "code_result": added("block", {"type": "code_execution_tool_result", "tool_use_id": "t", "content": {
            "type": "code_execution_result", "stdout": "the Falcon", "stderr": "", "return_code": 0}}),
        "mcp_result": added("block", {"type": "mcp_tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "the Falcon"}]}),
        "citation": [*begun({"type": "text", "text": ""}), block("citations_delta", citation={"type": "char_location", "cited_text": "the Falcon", "document_title": "d"})],
        "started_with": [events.named({"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "model": "c", "usage": {
            "input_tokens": 1, "output_tokens": 1}, "content": [{"type": "text", "text": "the Falcon"}]}})],
    },
    "responses": {
        "mcp": added("item", {"type": "mcp_call", "id": "i", "name": "f", "arguments": "{}", "output": "the Falcon"}),
        "file_search": added("item", {"type": "file_search_call", "id": "i", "queries": ["the Falcon"], "results": [{"text": "the Falcon", "filename": "f"}]}),
        "web_search": added("item", {"type": "web_search_call", "id": "i", "action": {"type": "search", "query": "the Falcon"}}),
        "code": added("item", {"type": "code_interpreter_call", "id": "i", "outputs": [{"type": "logs", "logs": "the Falcon"}]}),
        "shell": added("item", {"type": "local_shell_call", "id": "i", "action": {"type": "exec", "command": ["echo", "the Falcon"]}}),
        "annotation": [events.BEGUN["responses"][0], events.named({"type": "response.output_text.annotation.added", "output_index": 0, "content_index": 0, "annotation": {
            "type": "url_citation", "title": "the Falcon", "url": "https://a/b"}})],
        "unheard_of": [events.BEGUN["responses"][0], events.named({"type": "response.unheard_of.delta", "output_index": 0, "delta": "the Falcon"})],
        "of_the_end": [events.named({"type": "response.completed", "response": {"id": "r", "status": "completed", "output": [
            {"type": "mcp_call", "id": "i", "output": "the Falcon"}], "error": None}})],
    },
}


def texts_of(value):
    """every text below a key that holds a piece of an answer"""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and name in ("content", "reasoning_content", "refusal", "arguments", "text", "delta", "thinking", "partial_json"):
                yield inner
            else:
                yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def said(stream):
    """what all events of a stream say, in order"""
    values = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]
    return "".join(text for value in values if value.get("type") not in ("response.created", "response.completed") for text in texts_of(value))
