// What the tests of single services share.
#pragma once

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "characters.h"
#include "rig.h"

namespace guard_remote::testing {

using Json = nlohmann::json;

inline std::string fieldOf(const sluice::testing::HttpAsked& asked, std::string_view name) {
    const auto found = asked.fields.find(name);
    return found ? std::string(*found) : std::string();
}

// A chat of (role, text) pairs.
inline std::string talk(std::initializer_list<std::pair<std::string, std::string>> messages,
                        const nlohmann::ordered_json& more = {}) {
    nlohmann::ordered_json body{{"model", "m"}, {"messages", Json::array()}};
    for (const auto& [role, text] : messages) {
        nlohmann::ordered_json message;  // the fake host wants the role first
        message["role"] = role;
        message["content"] = text;
        body["messages"].push_back(message);
    }
    if (more.is_object()) body.update(more);
    return body.dump();
}

inline Json asked(const FakeHost& host, size_t i) { return Json::parse(host.http.asked().at(i).body); }

inline std::string finding(const std::string& entity, size_t start, size_t end, double score = 0.9) {
    return Json{{"entity_type", entity}, {"start", start}, {"end", end}, {"score", score}}.dump();
}

inline std::string refusalOf(const std::string& config) {
    FakeHost host;
    return host.refusal<Guard>(config);
}

inline const std::string kPresidio =
    R"({"guardrail":"presidio","presidio_analyzer_api_base":"http://service.test/")";

}  // namespace guard_remote::testing
