/* sluice.host.content/1: every text of a request or of a whole answer that says something to a model or to a
 * person, in whatever dialect: one list for chat, completions, embeddings, responses, messages, images,
 * audio, moderations, rerank. A guard that walks it needs to know no route.
 *
 * Texts are decoded (no JSON escapes) and stand in the order of the body. Replacing one changes its bytes
 * only: everything around it stays as it was. What cannot be read as text (an image, sound, a file, token
 * numbers) is listed with SLUICE_TEXT_OPAQUE, so that a guard can say that it has not scanned it.
 *
 * Texts of a member that no dialect knows are listed too: nothing is skipped because it is new. Not listed is
 * what only steers: model, parameters, ids, URLs, names of functions. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_CONTENT_ID "sluice.host.content/1"

#define SLUICE_CONTENT_REQUEST 1  /* from pre_call on */
#define SLUICE_CONTENT_RESPONSE 2 /* in post_call; of a stream: a text for each lane, read-only */

/* Who says it. */
#define SLUICE_ROLE_OTHER 0  /* none is given: input of embeddings, documents, … */
#define SLUICE_ROLE_SYSTEM 1 /* system, developer, instructions, descriptions of tools */
#define SLUICE_ROLE_USER 2
#define SLUICE_ROLE_ASSISTANT 3
#define SLUICE_ROLE_TOOL 4 /* what a tool answered */

#define SLUICE_TEXT_READ_ONLY 1u /* signed, or gone already: replace answers SLUICE_E_UNSUPPORTED */
#define SLUICE_TEXT_OPAQUE 2u    /* no text: `text` is empty, `where` says what nobody has looked into */
#define SLUICE_TEXT_SENT 4u      /* the client has it: on_stream was where to stop or change it */

typedef struct sluice_text {
    uint32_t size;
    uint32_t lane;    /* SLUICE_LANE_*; META: descriptions of tools and schemas */
    uint32_t role;    /* SLUICE_ROLE_* */
    uint32_t flags;   /* SLUICE_TEXT_* */
    uint32_t message; /* position of the message, item or choice it belongs to, from 0 */
    uint32_t reserved;
    sluice_str text;  /* UTF-8; TOOL_ARGS: JSON text. Until the hook returns, also when it is replaced */
    sluice_str where; /* for people: "messages[2].content[0].text"; likewise */
} sluice_text;

typedef struct sluice_host_content {
    uint32_t size;
    uint32_t reserved;
    /* How many texts that side has. SLUICE_E_UNSUPPORTED in a phase that does not have it. [loop] */
    sluice_status (*count)(sluice_ctx* ctx, int32_t side, uint32_t* count);
    /* Text i, edits included; `text->size` is filled in by the caller. SLUICE_E_NOT_FOUND past the end.
     * [loop]
     */
    sluice_status (*at)(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_text* text);
    /* Puts another text in its place; the positions of the others stay. Requests in pre_call, answers in
     * post_call unless they were streamed, SLUICE_E_UNSUPPORTED elsewhere. SLUICE_E_INVALID: not UTF-8, or
     * arguments of a tool that would be no JSON. What repeats an answer's text in another form (logprobs)
     * becomes null once one of its texts was replaced. [loop] */
    sluice_status (*replace)(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_str text);
    /* The bytes behind text i as they stand in the body: JSON, or the content of a file in a form. For
     * whoever looks into images, sound and files. Needs the capability "raw_bytes", SLUICE_E_DENIED without
     * it. [loop] */
    sluice_status (*raw)(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_str* bytes);
} sluice_host_content;

#ifdef __cplusplus
}
#endif
