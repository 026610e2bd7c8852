#include "items.h"

#include <algorithm>

#include <simdjson.h>
#include <sluice/json_depth.hpp>

namespace cache {

namespace od = simdjson::ondemand;

namespace {

constexpr size_t kDepthMax = 16;

std::string_view trimmed(std::string_view token) {
    while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
    return token;
}

bool isPlain(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

// As it stands there. Throws simdjson_error.
std::string_view rawOf(od::value value) {
    switch (value.type().value()) {
        case od::json_type::object:
            return trimmed(value.get_object().value().raw_json().value());
        case od::json_type::array:
            return trimmed(value.get_array().value().raw_json().value());
        case od::json_type::number:
        case od::json_type::string:
        case od::json_type::boolean:
        case od::json_type::null:
            break;
    }
    return trimmed(value.raw_json_token());
}

struct Vector {
    std::string rest;  // the members but for the index, each after a comma
    uint64_t index = 0;
    bool whole = false;
};

Vector vectorIn(od::object object) {
    Vector vector;
    bool indexed = false, embedded = false;
    for (auto field : object) {
        const std::string name(field.unescaped_key().value());
        if (!isPlain(name)) return {};
        if (name == "index") {
            vector.index = field.value().get_uint64().value();
            indexed = true;
            continue;
        }
        embedded |= name == "embedding";
        vector.rest.append(",\"").append(name).append("\":").append(rawOf(field.value()));
    }
    vector.whole = indexed && embedded;
    return vector;
}

struct Read {
    std::string model = "null";
    std::vector<Vector> vectors;
};

Read readAnswer(od::document& document) {
    Read read;
    for (auto field : document.get_object()) {
        const std::string_view name = field.unescaped_key().value();
        if (name == "model") read.model = rawOf(field.value());
        if (name != "data") continue;
        for (auto one : field.value().get_array()) {
            read.vectors.push_back(vectorIn(one.get_object().value()));
            if (read.vectors.size() > kItemsMax) return {};
        }
    }
    return read;
}

// The part of a whole that stands between two places of a length.
template <class T>
T shareOf(T whole, uint64_t from, uint64_t to, uint64_t length) {
    const auto at = [&](uint64_t place) {
        return static_cast<T>(static_cast<__int128>(whole) * static_cast<__int128>(place) / length);
    };
    return at(to) - at(from);
}

}  // namespace

std::optional<std::vector<ItemEntry>> itemsOf(std::string_view answer, const std::vector<Item>& items,
                                              uint64_t prompt_tokens, int64_t cost_pico_usd) try {
    if (items.empty() || sluice::nestedBeyond(answer, kDepthMax)) return std::nullopt;
    const simdjson::padded_string text(answer);
    od::parser parser;
    od::document document = parser.iterate(text);
    const Read read = readAnswer(document);
    if (read.vectors.size() != items.size()) return std::nullopt;
    uint64_t length = 0, done = 0;
    for (const auto& item : items) length += item.length;
    std::vector<const Vector*> ordered(items.size());
    for (const auto& vector : read.vectors) {
        if (!vector.whole || vector.index >= items.size() || ordered[vector.index]) return std::nullopt;
        ordered[vector.index] = &vector;
    }
    std::vector<ItemEntry> entries;
    for (size_t i = 0; i < items.size(); ++i) {
        const uint64_t end = done + items[i].length;
        ItemEntry entry{read.model + "\n" + ordered[i]->rest};
        entry.prompt_tokens = shareOf(prompt_tokens, done, end, length);
        if (cost_pico_usd >= 0) entry.cost_pico_usd = shareOf(cost_pico_usd, done, end, length);
        entries.push_back(std::move(entry));
        done = end;
    }
    return entries;
} catch (const simdjson::simdjson_error&) {
    return std::nullopt;
}

std::optional<std::string> answerOf(const std::vector<std::string_view>& entries, uint64_t prompt_tokens) {
    std::string out = R"({"object":"list","data":[)";
    std::string_view model;
    for (size_t i = 0; i < entries.size(); ++i) {
        const size_t end = entries[i].find('\n');
        if (end == std::string_view::npos) return std::nullopt;
        if (i > 0 && entries[i].substr(0, end) != model) return std::nullopt;
        model = entries[i].substr(0, end);
        if (i > 0) out += ',';
        out.append("{\"index\":").append(std::to_string(i)).append(entries[i].substr(end + 1)).append("}");
    }
    if (entries.empty()) return std::nullopt;
    const std::string tokens = std::to_string(prompt_tokens);
    out.append("],\"model\":").append(model);
    out.append(",\"usage\":{\"prompt_tokens\":").append(tokens);
    out.append(",\"total_tokens\":").append(tokens).append("}}");
    return out;
}

}  // namespace cache
