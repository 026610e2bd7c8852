#include "request_key.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include <openssl/evp.h>
#include <simdjson.h>
#include <sluice/json_depth.hpp>

#include "form_body.h"

namespace cache {

using simdjson::dom::element;
using simdjson::dom::element_type;

namespace {

// Who asks, what for, and how the answer shall travel: nothing of it is the model's to see.
// platform.openai.com/docs/api-reference/chat/create, docs.anthropic.com/en/api/messages, and LiteLLM's own.
constexpr std::array<std::string_view, 19> kIgnored{
    "cache",
    "guardrails",
    "litellm_call_id",
    "litellm_metadata",
    "litellm_session_id",
    "litellm_trace_id",
    "metadata",
    "model",  // it is there already, as the gateway resolved it
    "num_retries",
    "policies",
    "prompt_cache_key",
    "prompt_cache_retention",
    "request_timeout",
    "safety_identifier",
    "stream",
    "stream_options",
    "stream_timeout",
    "timeout",
    "user"};

// What the provider keeps between requests is no part of this one; and an answer in the background is none.
constexpr std::array<std::string_view, 3> kStateful{"conversation", "previous_response_id", "background"};

// In a form these are a provider's, or were never LiteLLM's; and an answer has one form only there.
constexpr std::array<std::string_view, 3> kCountInForms{"metadata", "stream", "stream_options"};

constexpr size_t kDepthMax = 64;  // it is walked by recursion

template <size_t N>
bool isOneOf(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Lengths in front of texts: no text can be taken for two.
class Canonical {
public:
    explicit Canonical(std::string& out) : out_(out) {}

    void text(char kind, std::string_view value) {
        out_ += kind;
        number(value.size());
        out_ += value;
    }
    void value(const element& e);
    void members(const simdjson::dom::object& object, bool top, std::string_view without = {});
    void parts(std::vector<FormPart> parts);

private:
    void number(uint64_t n) { out_.append(reinterpret_cast<const char*>(&n), sizeof n); }

    std::string& out_;
};

void Canonical::value(const element& e) {
    switch (e.type()) {
        case element_type::STRING:
            return text('s', e.get_string().value_unsafe());
        case element_type::OBJECT:
            return members(e.get_object().value_unsafe(), false);
        case element_type::ARRAY: {
            const simdjson::dom::array list = e.get_array().value_unsafe();
            out_ += '[';
            for (const element one : list) value(one);
            out_ += ']';
            return;
        }
        case element_type::INT64:
            out_ += 'i';
            return number(static_cast<uint64_t>(e.get_int64().value_unsafe()));
        case element_type::UINT64:
            out_ += 'u';
            return number(e.get_uint64().value_unsafe());
        case element_type::DOUBLE: {
            // 1.0 and 1 are two: being wrong in this direction costs a miss.
            const double d = e.get_double().value_unsafe();
            uint64_t bits = 0;
            std::memcpy(&bits, &d, sizeof bits);
            out_ += 'd';
            return number(bits);
        }
        case element_type::BOOL:
            out_ += e.get_bool().value_unsafe() ? 't' : 'f';
            return;
        case element_type::NULL_VALUE:
            out_ += 'n';
            return;
    }
}

void Canonical::members(const simdjson::dom::object& object, bool top, std::string_view without) {
    std::vector<std::pair<std::string_view, element>> all;
    all.reserve(16);
    for (const auto [name, value] : object) {
        if (!top || (!isOneOf(kIgnored, name) && name != without)) all.emplace_back(name, value);
    }
    // A name that stands there twice keeps its order: who knows which of them a provider takes.
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out_ += '{';
    for (const auto& [name, inner] : all) {
        text('m', name);
        value(inner);
    }
    out_ += '}';
}

void Canonical::parts(std::vector<FormPart> parts) {
    // Fields of one name are a list, whose order is the client's.
    std::stable_sort(parts.begin(), parts.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const auto& part : parts) {
        if (isOneOf(kIgnored, part.name) && !isOneOf(kCountInForms, part.name)) continue;
        text('p', part.name);
        text(part.is_file ? 'F' : 'f', extensionOf(part.file));
        text('t', part.type);
        text('e', part.encoding);
        text('b', part.bytes);
    }
}

bool isStateful(const simdjson::dom::object& body) {
    for (const auto [name, value] : body) {
        if (!isOneOf(kStateful, name) || value.is_null()) continue;
        bool on = true;
        if (value.get(on) != simdjson::SUCCESS || on) return true;
    }
    return false;
}

std::string sha256(std::string_view text) {
    std::array<unsigned char, 32> digest{};
    unsigned size = 0;
    static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                       EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), kind, nullptr);
    EVP_DigestUpdate(context.get(), text.data(), text.size());
    EVP_DigestFinal_ex(context.get(), digest.data(), &size);
    constexpr char kHex[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(64);
    for (const unsigned char byte : digest) (hex += kHex[byte >> 4]) += kHex[byte & 15];
    return hex;
}

}  // namespace

namespace {

std::string begun(const Asked& asked, const char* version = "sluice-1") {
    std::string canonical(version);
    Canonical all(canonical);
    for (const auto part : {asked.owner, asked.route, asked.model, asked.betas}) all.text('h', part);
    return canonical;
}

std::optional<std::string> keyOfForm(const Asked& asked) {
    auto parts = partsOf(asked.body, asked.form);
    if (!parts || parts->empty()) return std::nullopt;
    auto canonical = begun(asked);
    canonical.reserve(canonical.size() + asked.body.size());
    Canonical(canonical).parts(std::move(*parts));
    return sha256(canonical);
}

}  // namespace

std::optional<std::string> keyOf(const Asked& asked) {
    if (!asked.form.empty()) return keyOfForm(asked);
    thread_local simdjson::dom::parser parser;
    thread_local std::string canonical;
    simdjson::dom::object body;
    if (parser.parse(asked.body.data(), asked.body.size()).get(body) != simdjson::SUCCESS)
        return std::nullopt;
    if (isStateful(body) || sluice::nestedBeyond(asked.body, kDepthMax)) return std::nullopt;
    canonical.assign("sluice-1");
    Canonical all(canonical);
    for (const auto part : {asked.owner, asked.route, asked.model, asked.betas}) all.text('h', part);
    all.members(body, true);
    // Tags choose deployments, and those of a group need not answer alike.
    if (element tags; body["metadata"]["tags"].get(tags) == simdjson::SUCCESS) all.value(tags);
    auto key = sha256(canonical);
    if (canonical.capacity() > (1 << 20)) std::string().swap(canonical);
    return key;
}

std::vector<Item> itemsIn(const Asked& asked, size_t most) {
    simdjson::dom::parser parser;
    simdjson::dom::object body;
    element input;
    if (!asked.form.empty() ||
        parser.parse(asked.body.data(), asked.body.size()).get(body) != simdjson::SUCCESS ||
        body["input"].get(input) != simdjson::SUCCESS || sluice::nestedBeyond(asked.body, kDepthMax))
        return {};
    auto canonical = begun(asked, "sluice-1-item");
    Canonical(canonical).members(body, true, "input");
    if (element tags; body["metadata"]["tags"].get(tags) == simdjson::SUCCESS)
        Canonical(canonical).value(tags);
    const size_t common = canonical.size();
    std::vector<Item> items;
    const auto add = [&](const element& one) {
        canonical.resize(common);
        Canonical(canonical).value(one);
        simdjson::dom::array list;
        const bool is_list = one.get(list) == simdjson::SUCCESS;
        const uint64_t length = is_list ? list.size() : one.get_string().value_unsafe().size();
        items.push_back({sha256(canonical), std::max<uint64_t>(length, 1)});
    };
    const auto isTokens = [](const element& one) {
        simdjson::dom::array list;
        if (one.get(list) != simdjson::SUCCESS || list.size() == 0) return false;
        return std::all_of(list.begin(), list.end(), [](const element& token) { return token.is_uint64(); });
    };
    simdjson::dom::array list;
    if (input.is_string() || isTokens(input)) {
        add(input);
    } else if (input.get(list) == simdjson::SUCCESS && list.size() <= most) {
        for (const element one : list) {
            if (!one.is_string() && !isTokens(one)) return {};
            add(one);
        }
    }
    return items;
}

}  // namespace cache
