"""The default answers: a well-behaved provider. Pure functions of the request, so the same request gets the same answer
and a test can predict it. The path's prefix is free: /v1/..., /openai/deployments/x/..., or none."""
import json

from . import anthropic, openai_chat, openai_media, openai_misc, openai_responses
from .common import Refusal, openai_error

# The longest ending that fits wins: /chat/completions also ends in /completions.
ROUTES = {
    ("POST", "/chat/completions"): openai_chat.chat,
    ("POST", "/completions"): openai_chat.completion,
    ("POST", "/responses"): openai_responses.responses,
    ("POST", "/embeddings"): openai_misc.embeddings,
    ("POST", "/moderations"): openai_misc.moderations,
    ("POST", "/rerank"): openai_misc.rerank,
    ("POST", "/images/generations"): openai_media.images,
    ("POST", "/audio/speech"): openai_media.speech,
    ("POST", "/audio/transcriptions"): openai_media.transcription,
    ("POST", "/messages"): anthropic.messages,
    ("POST", "/messages/count_tokens"): anthropic.count_tokens,
    ("GET", "/models"): openai_misc.models,
}


def find(method, path):
    endings = [ending for verb, ending in ROUTES if verb == method and path.endswith(ending)]
    return ROUTES[method, max(endings, key=len)] if endings else None


def answer_by_default(request):
    handler = find(request.method, request.path)
    if handler is None:
        return openai_error(404, f"Invalid URL ({request.method} {request.path})", code="unknown_url")
    speaks_anthropic = handler in (anthropic.messages, anthropic.count_tokens)
    try:
        (anthropic if speaks_anthropic else openai_misc).check_key(request)
        return handler(request, body_of(request))
    except Refusal as refusal:
        return refusal.reply
    except (ValueError, TypeError, AttributeError) as error:  # not JSON, or JSON of another shape
        return (anthropic.error if speaks_anthropic else openai_error)(400, f"We could not parse the body: {error}")


def body_of(request):
    """The JSON object, or None for a multipart form, which its handler reads itself."""
    if request.method != "POST" or (request.header("content-type") or "").startswith("multipart/"):
        return None
    body = json.loads(request.body)
    if not isinstance(body, dict):
        raise ValueError("expected an object")
    return body
