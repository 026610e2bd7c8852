#include "llm/error_body.h"

#include "llm/sse.h"
#include "llm/stream_reader.h"

using namespace sluice::llm;
using nlohmann::json;

namespace {

const std::vector<std::string> kHostile{"",
                                        "plain",
                                        "quote \" backslash \\ slash /",
                                        "two\nlines\r\nand\r",
                                        "data: [DONE]\n\nevent: x\n\n",
                                        std::string("nul\0nul", 7),
                                        "\x01\x1f\x7f",
                                        "bad \xff\xfe utf-8 \xc3",
                                        "\xe2\x80\xa8 line separator",
                                        "</script>",
                                        std::string(100'000, 'x')};

}  // namespace

TEST_CASE("error bodies in the shape of each dialect", "[llm]") {
    const ApiError error{429, "", "", "Too many", ""};
    CHECK(errorBody(error, Dialect::OpenAI) ==
          R"({"error":{"message":"Too many","type":"throttling_error","param":null,"code":"429"}})");
    CHECK(errorBody(error, Dialect::OpenAIResponses) == errorBody(error, Dialect::OpenAI));
    const auto anthropic = json::parse(errorBody(error, Dialect::Anthropic));
    CHECK(anthropic["type"] == "error");
    CHECK(anthropic["error"]["type"] == "rate_limit_error");
    CHECK(anthropic["error"]["message"] == "Too many");
    const auto full =
        json::parse(errorBody({400, "content_filter", "blocked", "No", "messages"}, Dialect::OpenAI));
    CHECK(full["error"] ==
          json{{"message", "No"}, {"type", "content_filter"}, {"param", "messages"}, {"code", "blocked"}});
}

TEST_CASE("every status has a type in each dialect", "[llm]") {
    for (int status = 400; status < 600; ++status) {
        CAPTURE(status);
        CHECK_FALSE(errorType(status).empty());
        for (const auto dialect : {Dialect::OpenAI, Dialect::Anthropic})
            CHECK_FALSE(json::parse(errorBody({status, "", "", "x", ""}, dialect))["error"]["type"]
                            .get<std::string>()
                            .empty());
    }
    CHECK(errorType(401) == "auth_error");
    CHECK(errorType(500) == "internal_server_error");
    CHECK(errorType(418) == "invalid_request_error");
}

TEST_CASE("hostile texts stay texts", "[llm]") {
    for (const auto& hostile : kHostile) {
        for (const auto dialect : {Dialect::OpenAI, Dialect::OpenAIResponses, Dialect::Anthropic}) {
            const ApiError error{500, hostile, hostile, hostile, hostile};
            CAPTURE(hostile.substr(0, 40));
            const auto body = json::parse(errorBody(error, dialect), nullptr, false);
            REQUIRE(body.is_object());
            CHECK(body["error"]["message"].is_string());

            // One event, whole, with valid JSON in it.
            const std::string stream = errorEvent(error, dialect);
            SseSplitter splitter(1 << 20);
            splitter.feed(stream);
            SseEvent event;
            REQUIRE(splitter.next(event));
            CHECK(event.raw == stream);
            CHECK(event.name == (dialect == Dialect::OpenAI ? "" : "error"));
            const auto data = json::parse(event.data, nullptr, false);
            REQUIRE(data.is_object());
            if (dialect != Dialect::OpenAI) CHECK(data["type"] == "error");
            CHECK(data["error"]["message"].is_string());
        }
    }
}

TEST_CASE("the reader of each dialect takes our own error event for a failure", "[llm]") {
    for (const auto operation : {Operation::Chat, Operation::Responses, Operation::Messages}) {
        const std::string stream = errorEvent({503, "", "", "gone", ""}, info(operation).dialect);
        SseSplitter splitter(1 << 20);
        splitter.feed(stream);
        SseEvent event;
        REQUIRE(splitter.next(event));
        StreamReader reader(operation);
        CHECK(reader.read(event, false) == StreamReader::Kind::Failure);
    }
}
