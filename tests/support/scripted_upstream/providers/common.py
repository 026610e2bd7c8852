"""What the answers share: their two forms, and how text, ids and token counts follow from the request."""
import hashlib
import json
import re
from dataclasses import dataclass

CREATED = 1_700_000_000  # one moment for all answers: nothing here depends on the clock


@dataclass
class Reply:
    status: int
    headers: list
    body: bytes
    chunked: bool = False


@dataclass
class EventStream:
    headers: list
    events: list  # raw event texts without the blank line


class Refusal(Exception):
    def __init__(self, reply):
        super().__init__(reply.status)
        self.reply = reply


def digest(request):
    """Twelve hex digits that follow from the request's body."""
    return hashlib.sha256(bytes(request.body)).hexdigest()[:12]


def openai_headers(request):
    return [("x-request-id", "req_" + digest(request)), ("openai-version", "2020-10-01"),
            ("openai-processing-ms", "7"), ("x-ratelimit-limit-requests", "10000"),
            ("x-ratelimit-remaining-requests", "9999")]


def json_reply(status, headers, value):
    body = json.dumps(value, ensure_ascii=False).encode("utf-8")
    return Reply(status, [("content-type", "application/json"), *headers], body)


def openai_reply(request, value):
    return json_reply(200, openai_headers(request), value)


def openai_error(status, message, kind="invalid_request_error", code=None, param=None):
    error = {"message": message, "type": kind, "param": param, "code": code}
    return json_reply(status, [("x-request-id", "req_refused")], {"error": error})


def data_event(value):
    return "data: " + json.dumps(value, ensure_ascii=False)


def named_event(value):
    """Anthropic and OpenAI's Responses name the event after the object's type."""
    return f"event: {value['type']}\ndata: {json.dumps(value, ensure_ascii=False)}"


def text_of(content):
    """The text of a message's content: a string, or a list of parts of which some carry text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return " ".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))


def last_user_text(messages):
    said = [text_of(message.get("content")) for message in messages if message.get("role") == "user"]
    return said[-1] if said else ""


def reply_text(body, heard):
    return f"{body.get('model')} heard: {heard}"


def count_tokens(*texts):
    """A token is a word here: a test can count it by hand."""
    return sum(len(text.split()) for text in texts)


def prompt_tokens(messages):
    return count_tokens(*(text_of(message.get("content")) for message in messages))


def deltas(text):
    """Words with their spaces: joined again they are the text, to the last byte."""
    return re.findall(r"\s*\S+|\s+", text)


def fragments(text, size=7):
    """Cuts JSON arguments where no reader expects it."""
    return [text[at:at + size] for at in range(0, len(text), size)]


def tool_to_call(body, name_of):
    """The tool that answers, if any: the first one, unless the tools are forbidden or one has just answered."""
    tools = body.get("tools") or []
    messages = body.get("messages") or [{}]
    last = messages[-1]
    answered = last.get("role") == "tool" or any(
        isinstance(part, dict) and part.get("type") == "tool_result" for part in as_list(last.get("content")))
    choice = body.get("tool_choice")
    forbidden = choice == "none" or (isinstance(choice, dict) and choice.get("type") == "none")
    return name_of(tools[0]) if tools and not answered and not forbidden else None


def as_list(content):
    return content if isinstance(content, list) else []


def tool_arguments(schema, heard):
    """What the user said, under each required property (or "input"), so that arguments carry known text."""
    names = (schema or {}).get("required") or ["input"]
    return {name: heard for name in names}
