// Embeddings. Source: platform.openai.com/docs/api-reference/embeddings.
#include <algorithm>
#include <vector>

#include "reply.h"
#include "vector.h"
#include "words.h"

namespace provider_echo {
namespace {

constexpr uint32_t kDimensions = 8;
constexpr uint32_t kDimensionsMax = 8192;
constexpr size_t kInputsMax = 2048;     // OpenAI's own bound
constexpr size_t kFloatsMax = 1 << 20;  // of one answer, which is made in memory: 20 MB of digits

bool isTokens(const Json& value) {
    const auto is_token = [](const Json& each) { return each.is_number_integer(); };
    return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_token);
}

// A list of tokens stands for itself: the same list gives the same vector. Its words are its tokens.
bool addInput(const Json& value, std::vector<std::string>& texts) {
    if (!value.is_string() && !isTokens(value)) return false;
    std::string tokens;
    if (value.is_array()) {
        for (const auto& token : value) tokens += text(token) + " ";
    }
    texts.push_back(value.is_string() ? value.get<std::string>() : tokens);
    return true;
}

std::optional<Fault> readInputs(const Json& body, std::vector<std::string>& texts) {
    const Json& input = member(body, "input");
    if (addInput(input, texts)) return std::nullopt;
    if (!input.is_array() || input.empty()) return Fault{"Missing required parameter: 'input'.", "input"};
    if (input.size() > kInputsMax) return Fault{"'input' has more than 2048 elements.", "input"};
    for (const auto& each : input) {
        if (!addInput(each, texts)) return Fault{"'input' must be texts or lists of tokens.", "input"};
    }
    return std::nullopt;
}

std::optional<Fault> readDimensions(const Json& body, uint32_t& dimensions) {
    const Json& given = member(body, "dimensions");
    if (given.is_null()) return std::nullopt;
    if (!given.is_number_integer() || given < 1 || given > kDimensionsMax) {
        return Fault{"'dimensions' must be a whole number from 1 to 8192.", "dimensions"};
    }
    dimensions = given.get<uint32_t>();
    return std::nullopt;
}

}  // namespace

sluice_status serveEmbeddings(const Call& call) {
    std::vector<std::string> texts;
    uint32_t dimensions = kDimensions;
    if (const auto fault = readInputs(call.body, texts)) return sendFault(call, *fault);
    if (const auto fault = readDimensions(call.body, dimensions)) return sendFault(call, *fault);
    if (texts.size() * dimensions > kFloatsMax) return sendFault(call, {"The answer is too large.", "input"});
    // What the official SDKs ask for by themselves.
    const bool packed = textAt(call.body, "encoding_format") == "base64";
    Json data = Json::array();
    uint64_t tokens = 0;
    for (const auto& each : texts) {
        const auto vector = vectorOf(each, dimensions);
        Json embedding = packed ? Json(base64Of(vector)) : Json(vector);
        data.push_back(
            {{"object", "embedding"}, {"index", data.size()}, {"embedding", std::move(embedding)}});
        tokens += countWords(each);
    }
    tokens = std::max<uint64_t>(tokens, 1);
    return sendJson(call, {{"object", "list"},
                           {"data", std::move(data)},
                           {"model", call.model},
                           {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}});
}

}  // namespace provider_echo
