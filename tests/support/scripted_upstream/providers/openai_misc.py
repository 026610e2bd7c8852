"""OpenAI: the key check, /models, /embeddings, /moderations; and /rerank, which is Cohere's but lives beside them."""
import base64
import hashlib
import struct

from .common import CREATED, Refusal, as_list, count_tokens, digest, openai_error, openai_reply

DIMENSIONS = 8


def check_key(request):
    """Any key will do, except one with "invalid" in it."""
    bearer = request.header("authorization") or ""
    key = request.header("api-key") or (bearer[7:] if bearer.lower().startswith("bearer ") else "")
    if not key:
        raise Refusal(openai_error(401, "You didn't provide an API key."))
    if "invalid" in key:
        raise Refusal(openai_error(401, "Incorrect API key provided.", code="invalid_api_key"))


def models(request, _):
    names = ("gpt-upstream", "embed-upstream", "claude-upstream")
    return openai_reply(request, {"object": "list", "data": [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "scripted"} for name in names]})


def vector(text, dimensions):
    """Floats between -1 and 1 that follow from the text. Multiples of 1/128: exact in any float format."""
    seed = hashlib.sha256(text.encode("utf-8")).digest()
    return [seed[index % len(seed)] / 128 - 1 for index in range(dimensions)]


def embeddings(request, body):
    given = body.get("input")
    inputs = given if isinstance(given, list) and not all(type(token) is int for token in given) else [given]
    texts = [item if isinstance(item, str) else str(item) for item in inputs]
    dimensions = body.get("dimensions") or DIMENSIONS

    def encode(values):
        if body.get("encoding_format") != "base64":  # which is what the official SDKs ask for
            return values
        return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()

    data = [{"object": "embedding", "index": index, "embedding": encode(vector(text, dimensions))}
            for index, text in enumerate(texts)]
    tokens = count_tokens(*texts)
    return openai_reply(request, {"object": "list", "model": body.get("model"), "data": data,
                                  "usage": {"prompt_tokens": tokens, "total_tokens": tokens}})


def moderations(request, body):
    given = body.get("input")
    texts = given if isinstance(given, list) else [given]
    results = []
    for item in texts:
        text = item if isinstance(item, str) else str(item.get("text", ""))
        flagged = "violence" in text
        results.append({"flagged": flagged, "categories": {"violence": flagged},
                        "category_scores": {"violence": 0.99 if flagged else 0.01}})
    return openai_reply(request, {"id": "modr-" + digest(request), "model": body.get("model") or "omni-moderation",
                                  "results": results})


def rerank(request, body):
    """Scores a document by the share of the query's words that it has."""
    words = set(str(body.get("query", "")).lower().split())
    texts = [item if isinstance(item, str) else str(item.get("text", "")) for item in as_list(body.get("documents"))]
    scores = [len(words & set(text.lower().split())) / (len(words) or 1) for text in texts]
    order = sorted(range(len(texts)), key=lambda index: -scores[index])[:body.get("top_n") or len(texts)]
    results = [{"index": index, "relevance_score": scores[index], "document": {"text": texts[index]}}
               for index in order]
    return openai_reply(request, {"id": "rerank-" + digest(request), "results": results,
                                  "meta": {"billed_units": {"search_units": 1}}})
