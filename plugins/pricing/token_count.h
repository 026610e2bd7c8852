// How many tokens a request has before anybody has answered it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tokenizer/encoding.h"

namespace pricing {

/// The encoding of a model. `exact`: OpenAI says so; otherwise it is cl100k_base, which LiteLLM takes for
/// every model that has no tokenizer it knows. Source: tiktoken/model.py, version 0.14.0.
struct ModelEncoding {
    std::string_view name;
    bool exact;
};
ModelEncoding encodingOf(std::string_view model);

/// Adds up tokens. With no encoding four bytes are a token, and every sum is an estimate.
class TokenCount {
public:
    explicit TokenCount(const Encoding* encoding, bool exact)
        : encoding_(encoding), estimated_(!encoding || !exact) {}

    void text(std::string_view text);
    /// As OpenAI's cookbook counts them: 3 for each message, 1 for a name, 3 for the answer to come.
    /// github.com/openai/openai-cookbook, How_to_count_tokens_with_tiktoken. Tool calls and pictures are
    /// estimates.
    void messages(const nlohmann::json& messages);
    /// A text, or a list of texts and of tokens.
    void prompt(const nlohmann::json& prompt);
    /// Gemini's: [{"role": …, "parts": [{"text": …}]}]. An estimate.
    void contents(const nlohmann::json& contents);
    /// Anything by its JSON text: definitions of tools. An estimate.
    void json(const nlohmann::json& value);

    size_t tokens() const { return tokens_; }
    bool estimated() const { return estimated_; }

private:
    void message(const nlohmann::json& message);
    void content(const nlohmann::json& value, int depth);
    void part(const nlohmann::json& part, int depth);

    const Encoding* encoding_;
    bool estimated_;
    size_t tokens_ = 0;
};

}  // namespace pricing
