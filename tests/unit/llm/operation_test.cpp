#include "llm/operation.h"

#include <set>

using namespace sluice::llm;
using Kind = RouteMatch::Kind;

TEST_CASE("every route in each of its forms", "[llm]") {
    struct Case {
        const char* method;
        const char* path;
        Operation operation;
        const char* model;
    };
    for (const auto& c : {
             Case{"POST", "/v1/chat/completions", Operation::Chat, ""},
             {"POST", "/chat/completions", Operation::Chat, ""},
             {"POST", "/openai/v1/chat/completions", Operation::Chat, ""},
             {"POST", "/cursor/chat/completions", Operation::Chat, ""},
             {"POST", "/queue/chat/completions", Operation::Chat, ""},
             {"POST", "/engines/gpt-4o/chat/completions", Operation::Chat, "gpt-4o"},
             {"POST", "/v1/engines/gpt-4o/chat/completions", Operation::Chat, "gpt-4o"},
             {"POST", "/openai/deployments/gpt-4o/chat/completions", Operation::Chat, "gpt-4o"},
             {"POST", "/openai/deployments/openai/gpt-4o/chat/completions", Operation::Chat, "openai/gpt-4o"},
             {"POST", "/openai/deployments/a%2Fb%20c/chat/completions", Operation::Chat, "a/b c"},
             {"POST", "/v1/completions", Operation::Completions, ""},
             {"POST", "/engines/davinci/completions", Operation::Completions, "davinci"},
             {"POST", "/v1/embeddings", Operation::Embeddings, ""},
             {"POST", "/openai/deployments/ada/embeddings", Operation::Embeddings, "ada"},
             {"POST", "/v1/responses", Operation::Responses, ""},
             {"POST", "/openai/v1/responses", Operation::Responses, ""},
             {"POST", "/v1/messages", Operation::Messages, ""},
             {"POST", "/v1/messages/count_tokens", Operation::CountTokens, ""},
             {"POST", "/engines/claude/messages/count_tokens", Operation::CountTokens, "claude"},
             {"POST", "/v1/images/generations", Operation::ImagesGenerations, ""},
             {"POST", "/v1/audio/speech", Operation::AudioSpeech, ""},
             {"POST", "/v1/audio/transcriptions", Operation::AudioTranscriptions, ""},
             {"POST", "/v1/moderations", Operation::Moderations, ""},
             {"POST", "/rerank", Operation::Rerank, ""},
             {"POST", "/v1/rerank", Operation::Rerank, ""},
             {"POST", "/v2/rerank", Operation::Rerank, ""},
             {"GET", "/v1/models", Operation::Models, ""},
             {"GET", "/models", Operation::Models, ""},
             {"HEAD", "/v1/models", Operation::Models, ""},
             {"GET", "/v1/models/gpt-4o", Operation::Model, "gpt-4o"},
             {"GET", "/models/openai/gpt-4o", Operation::Model, "openai/gpt-4o"},
             {"GET", "/v1/models/openai%2Fgpt-4o", Operation::Model, "openai/gpt-4o"},
             {"GET", "/health/liveliness", Operation::HealthLiveliness, ""},
             {"GET", "/health/liveness", Operation::HealthLiveliness, ""},
             {"GET", "/health/readiness", Operation::HealthReadiness, ""},
         }) {
        CAPTURE(c.method, c.path);
        const auto match = matchRoute(c.method, c.path);
        CHECK(match.kind == Kind::Found);
        CHECK(match.operation == c.operation);
        CHECK(match.model == c.model);
    }
}

TEST_CASE("plain and prefixed forms exist for each forwarded route", "[llm]") {
    for (size_t i = 0; i < kOperations; ++i) {
        const auto& row = info(static_cast<Operation>(i));
        if (!isForwarded(row.operation)) continue;
        for (const char* prefix : {"", "/v1", "/openai/v1", "/engines/m", "/openai/deployments/m"}) {
            const std::string path = prefix + std::string(row.tail);
            CAPTURE(path);
            const auto match = matchRoute("POST", path);
            CHECK(match.kind == Kind::Found);
            CHECK(match.operation == row.operation);
            CHECK(matchRoute("GET", path).kind == Kind::WrongMethod);
            CHECK(matchRoute("GET", path).operation == row.operation);
        }
    }
}

TEST_CASE("what is no route", "[llm]") {
    for (const char* path : {"",
                             "/",
                             "*",
                             "/v1",
                             "/v1/",
                             "/v1/chat",
                             "/v1/chat/completions/",
                             "/v1//chat/completions",
                             "//v1/chat/completions",
                             "/V1/chat/completions",
                             "/v1/chat/Completions",
                             "/v2/chat/completions",
                             "/v1/v1/chat/completions",
                             "/engines/chat/completions/x",
                             "/engines/m",
                             "/engines/",
                             "/openai/deployments/m/models",
                             "/models/",
                             "/v1/models/",
                             "/healthy",
                             "/v1/health/liveliness",
                             "/chat/completions?x=1",
                             "/v1/chat%2Fcompletions"}) {
        CAPTURE(path);
        CHECK(matchRoute("POST", path).kind == Kind::Unknown);
        CHECK(matchRoute("GET", path).kind == Kind::Unknown);
    }
}

TEST_CASE("an engine needs a name", "[llm]") {
    for (const char* path :
         {"/engines//embeddings", "/openai/deployments//chat/completions", "/v1/engines//messages"}) {
        CAPTURE(path);
        CHECK(matchRoute("POST", path).kind == Kind::Unknown);
    }
}

TEST_CASE("methods are exact", "[llm]") {
    CHECK(matchRoute("post", "/v1/chat/completions").kind == Kind::WrongMethod);
    CHECK(matchRoute("HEAD", "/v1/chat/completions").kind == Kind::WrongMethod);
    CHECK(matchRoute("POST", "/v1/models").kind == Kind::WrongMethod);
    CHECK(matchRoute("DELETE", "/v1/models/x").kind == Kind::WrongMethod);
}

TEST_CASE("the table of operations is in order, and names are unique", "[llm]") {
    std::set<std::string_view> names;
    for (size_t i = 0; i < kOperations; ++i) {
        const auto operation = static_cast<Operation>(i);
        CHECK(info(operation).operation == operation);
        CHECK(operationNamed(info(operation).name) == operation);
        names.insert(info(operation).name);
    }
    CHECK(names.size() == kOperations);
    CHECK_FALSE(operationNamed("nope").has_value());
    CHECK(info(Operation::Messages).dialect == Dialect::Anthropic);
    CHECK(info(Operation::Responses).dialect == Dialect::OpenAIResponses);
    CHECK(info(Operation::AudioTranscriptions).body == BodyKind::Multipart);
    CHECK_FALSE(info(Operation::HealthLiveliness).needs_auth);
    CHECK(info(Operation::Models).needs_auth);
}

TEST_CASE("percent decoding leaves malformed escapes alone", "[llm]") {
    CHECK(percentDecoded("a%2Fb") == "a/b");
    CHECK(percentDecoded("%41%7a") == "Az");
    CHECK(percentDecoded("100%") == "100%");
    CHECK(percentDecoded("%4") == "%4");
    CHECK(percentDecoded("%zz%2") == "%zz%2");
    CHECK(percentDecoded("%%41") == "%A");
    CHECK(percentDecoded("a+b") == "a+b");
    CHECK(percentDecoded("%00") == std::string(1, '\0'));
    CHECK(percentDecoded("").empty());
}
