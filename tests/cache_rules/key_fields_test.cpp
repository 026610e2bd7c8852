// Every field of a request that OpenAI's API document knows changes the key, but for those named here.
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include <yaml-cpp/yaml.h>
#include <catch2/catch.hpp>

#include "request_key.h"

namespace {

// Who asks, how the answer travels, and what the provider does beside answering.
const std::set<std::string> kNoMatter{
    "model",    "stream",           "stream_options",        "user", "safety_identifier",
    "metadata", "prompt_cache_key", "prompt_cache_retention"};
// With these there is no key at all: the answer hangs on what the provider keeps.
const std::set<std::string> kStateful{"previous_response_id", "conversation", "background"};

void collect(const YAML::Node& schemas, const YAML::Node& schema, std::set<std::string>& fields) {
    if (schema["$ref"]) {
        const auto name = schema["$ref"].as<std::string>();
        return collect(schemas, schemas[name.substr(name.rfind('/') + 1)], fields);
    }
    for (const auto& part : schema["allOf"]) collect(schemas, part, fields);
    for (const auto& property : schema["properties"]) fields.insert(property.first.as<std::string>());
}

std::string key(const std::string& body) {
    return cache::keyOf({"chat", "gpt", "key:a", "", body}).value_or("none");
}

}  // namespace

TEST_CASE("each documented field of each request changes the key [data]") {
    const char* data = std::getenv("SLUICE_TEST_DATA");
    if (!data) {
        WARN("SLUICE_TEST_DATA is not set: the document is not there");
        return;
    }
    const auto document = YAML::LoadFile(std::string(data) + "/specs/openai.yaml");
    const auto schemas = document["components"]["schemas"];
    const std::map<std::string, size_t> requests{{"CreateChatCompletionRequest", 25},
                                                 {"CreateCompletionRequest", 14},
                                                 {"CreateEmbeddingRequest", 4},
                                                 {"CreateModerationRequest", 2},
                                                 {"CreateResponse", 20}};
    for (const auto& [name, least] : requests) {
        std::set<std::string> fields, keys;
        collect(schemas, schemas[name], fields);
        INFO(name);
        CHECK(fields.size() >= least);
        keys.insert(key("{}"));
        size_t expected = 1;
        for (const auto& field : fields) {
            INFO(field);
            if (kStateful.count(field)) {
                CHECK(key("{\"" + field + "\":\"v\"}") == "none");
                continue;
            }
            if (kNoMatter.count(field)) {
                CHECK(key("{\"" + field + "\":\"v\"}") == key("{}"));
                continue;
            }
            for (const char* value : {"\"v\"", "\"w\"", "1", "true", "[\"v\"]", "{\"v\":1}"}) {
                keys.insert(key("{\"" + field + "\":" + value + "}"));
                ++expected;
            }
        }
        CHECK(keys.size() == expected);
    }
}
