"""OpenAI: images and audio."""
import base64
import re

from .common import CREATED, Refusal, Reply, count_tokens, openai_error, openai_headers, openai_reply


def images(request, body):
    prompt = str(body.get("prompt", ""))
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + prompt.encode("utf-8")).decode()
    tokens = count_tokens(prompt)
    data = [{"b64_json": picture, "revised_prompt": prompt} for _ in range(body.get("n") or 1)]
    return openai_reply(request, {"created": CREATED, "data": data, "usage": {
        "input_tokens": tokens, "output_tokens": 100, "total_tokens": tokens + 100}})


def speech(request, body):
    """Every byte value sixteen times, then the text: bytes that a text-minded gateway would spoil."""
    sound = b"ID3" + bytes(range(256)) * 16 + str(body.get("input", "")).encode("utf-8")
    return Reply(200, [("content-type", "audio/mpeg"), *openai_headers(request)], sound, chunked=True)


def transcription(request, _):
    form = read_form(request)
    if "file" not in form:
        raise Refusal(openai_error(400, "Missing required parameter: 'file'.", param="file"))
    filename, sound = form["file"]
    model = form.get("model", (None, b""))[1].decode("utf-8")
    text = f"{model} heard: {len(sound)} bytes of {filename}"
    if form.get("response_format", (None, b"json"))[1] == b"text":
        return Reply(200, [("content-type", "text/plain"), *openai_headers(request)], text.encode("utf-8"))
    return openai_reply(request, {"text": text})


def read_form(request):
    """name -> (filename or None, bytes)"""
    boundary = re.search(r'boundary="?([^";]+)', request.header("content-type") or "")
    if not boundary:
        raise ValueError("expected multipart/form-data")
    form = {}
    for part in (b"\r\n" + bytes(request.body)).split(b"\r\n--" + boundary[1].encode("latin-1"))[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'\bname="([^"]*)"', head)
        if blank and name:
            filename = re.search(rb'filename="([^"]*)"', head)
            form[name[1].decode("utf-8")] = (filename[1].decode("utf-8") if filename else None, content)
    return form
