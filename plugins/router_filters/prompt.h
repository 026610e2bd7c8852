// What the filters want to know of a prompt, read in one pass over it: its size, what is in it, and the
// hashes of its beginnings.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <sluice/request.hpp>

namespace router_filters {

/// A beginning of a prompt: tools, system prompt and the messages up to one of them.
struct Prefix {
    uint64_t hash = 0;
    uint64_t text_bytes = 0;
};

struct Prompt {
    static constexpr uint64_t kBytesPerToken = 4;  // of English in today's tokenizers; others have fewer
    static constexpr size_t kPrefixes = 16;

    uint64_t text_bytes = 0;  // of all that a model reads; images and sound are not counted
    bool image = false;
    bool audio = false;
    size_t messages = 0;
    /// The beginnings up to the last messages: that up to message i is at(i), for the last 16 of them.
    std::array<Prefix, kPrefixes> ring{};
    size_t cached = 0;  // the last message with a cache_control, counted from 1; 0: none has one
    Prefix cached_prefix;

    uint64_t tokens() const { return text_bytes / kBytesPerToken; }
    /// Up to and with message i, counted from 1, of which messages - 16 < i <= messages.
    const Prefix& at(size_t i) const { return ring[i % kPrefixes]; }
};

/// What an OpenAI or Anthropic body says to a model: messages, input, prompt, system, instructions, tools,
/// functions. Of a list of texts, as embeddings take it, the longest counts: each is a prompt of its own.
/// Lists of token numbers count as nothing. `hashes`: are the beginnings wanted?
///
/// A hash is of the texts and not of their form: "x" and [{"type":"text","text":"x","cache_control":…}] are
/// alike, for clients move the mark from message to message.
struct PromptMembers {
    std::string_view tools, functions, system, instructions;  // JSON; empty: not there
    std::string_view messages;                                // or input, or prompt
};
PromptMembers promptMembersOf(const sluice::Request& request);
Prompt readPrompt(const PromptMembers& members, bool hashes);

}  // namespace router_filters
