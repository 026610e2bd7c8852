#include "llm/stream_reader.h"

#include "base/text.h"

using namespace sluice;
using llm::Operation;
using llm::StreamReader;
using Kind = llm::StreamReader::Kind;

namespace {

struct Piece {
    uint32_t lane, choice;
    std::string text;
    bool operator==(const Piece&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Piece& piece) {
    return out << piece.lane << "/" << piece.choice << " \"" << piece.text << "\"";
}

// A reader with what it said about each event.
struct Reading {
    explicit Reading(Operation operation) : reader(operation) {}
    Kind event(std::string_view data) {
        const llm::SseEvent event{data, data, {}, true};
        const Kind kind = reader.read(event, true);
        for (const auto& text : reader.texts()) {
            if (text.kind == llm::EventText::Kind::Delta && text.lane != llm::kLaneMeta)
                pieces.push_back({text.lane, text.part, text.text});
        }
        return kind;
    }
    StreamReader reader;
    std::vector<Piece> pieces;
};

using Pieces = std::vector<Piece>;

}  // namespace

TEST_CASE("comments and events without data are passed over", "[llm]") {
    StreamReader reader(Operation::Chat);
    CHECK(reader.read({": ping\n\n", {}, {}, false}, false) == Kind::Normal);
    CHECK(reader.read({"event: ping\n\n", {}, "ping", false}, false) == Kind::Normal);
}

TEST_CASE("data that is not JSON is malformed; [DONE] and empty data are not", "[llm]") {
    for (const auto operation : {Operation::Chat, Operation::Responses, Operation::Messages}) {
        Reading r(operation);
        CHECK(r.event("{\"a\":") == Kind::Malformed);
        CHECK(r.event("hello") == Kind::Malformed);
        CHECK(r.event("{\"a\":\"\xff\"}") == Kind::Malformed);
        CHECK(r.event("123") == Kind::Normal);
        CHECK(r.event("[]") == Kind::Normal);
        CHECK(r.event("") == Kind::Normal);  // "data:" as a sign of life
        CHECK_FALSE(r.reader.terminal());
        CHECK(r.event("[DONE]") == Kind::Terminal);
        CHECK(r.reader.terminal());
    }
    Reading spaced(Operation::Chat);
    CHECK(spaced.event("[DONE] ") == Kind::Terminal);
}

TEST_CASE("chat: text, reasoning, refusal and tool arguments by choice", "[llm]") {
    Reading r(Operation::Chat);
    CHECK(
        r.event(
            R"({"choices":[{"index":0,"delta":{"role":"assistant","content":"He"}},{"index":1,"delta":{"content":"Sh"}}]})") ==
        Kind::Normal);
    CHECK(r.event(R"({"choices":[{"index":1,"delta":{"refusal":"no","reasoning_content":"hm"}}]})") ==
          Kind::Normal);
    CHECK(r.event(R"({"choices":[{"index":0,"delta":{"reasoning":"aha"}}]})") == Kind::Normal);
    CHECK(
        r.event(
            R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\"a\""}},{"index":1,"function":{"arguments":":1}"}}]}}]})") ==
        Kind::Normal);
    CHECK(r.event(R"({"choices":[{"index":0,"delta":{"content":null,"tool_calls":null}}]})") == Kind::Normal);
    CHECK(r.pieces == Pieces{{llm::kLaneText, 0, "He"},
                             {llm::kLaneText, 1, "Sh"},
                             {llm::kLaneRefusal, 1, "no"},
                             {llm::kLaneReasoning, 1, "hm"},
                             {llm::kLaneReasoning, 0, "aha"},
                             {llm::kLaneToolArgs, 0, "{\"a\""},
                             {llm::kLaneToolArgs, 1u << 16, ":1}"}});
}

// Content that no lane shows is content that no guardrail sees.
TEST_CASE("chat: text in other shapes is heard too", "[llm]") {
    Reading r(Operation::Chat);
    SECTION("function_call, older than tool_calls") {
        (void)r.event(R"({"choices":[{"index":0,"delta":{"function_call":{"name":"f","arguments":"{}"}}}]})");
        CHECK(r.pieces == Pieces{{llm::kLaneToolArgs, 0, "{}"}});
    }
    SECTION("content as a list of parts, as Mistral sends it") {
        (void)r.event(
            R"({"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"hi"}]}}]})");
        CHECK(r.pieces == Pieces{{llm::kLaneReasoning, 0, "hm"}, {llm::kLaneText, 0, "hi"}});
    }
    SECTION("custom tools") {
        (void)r.event(
            R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"custom":{"input":"x"}}]}}]})");
        CHECK(r.pieces == Pieces{{llm::kLaneToolArgs, 0, "x"}});
    }
    SECTION("the transcript of audio") {
        (void)r.event(R"({"choices":[{"index":0,"delta":{"audio":{"transcript":"hi"}}}]})");
        CHECK(r.pieces == Pieces{{llm::kLaneText, 1u << 16, "hi"}});
    }
}

TEST_CASE("chat: finish reason, usage and the end", "[llm]") {
    Reading r(Operation::Chat);
    CHECK_FALSE(r.reader.complete());
    (void)r.event(R"({"choices":[{"index":0,"delta":{},"finish_reason":null}],"usage":null})");
    CHECK(r.reader.finishReason().empty());
    CHECK_FALSE(r.reader.usage().known);
    (void)r.event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
    CHECK(r.reader.finishReason() == "stop");
    CHECK(r.reader.complete());
    CHECK_FALSE(r.reader.terminal());
    CHECK(r.event(R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}})") ==
          Kind::UsageOnly);
    CHECK(r.reader.usage().prompt_tokens == 9);
    CHECK(r.event("[DONE]") == Kind::Terminal);
}

TEST_CASE("chat: usage beside choices is not usage alone", "[llm]") {
    Reading r(Operation::Chat);
    CHECK(
        r.event(
            R"({"choices":[{"index":0,"delta":{"content":"x"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}})") ==
        Kind::Normal);
    CHECK(r.reader.usage().total_tokens == 3);
    CHECK(r.event(R"({"choices":[],"prompt_filter_results":[]})") == Kind::Normal);  // Azure's first chunk
}

TEST_CASE("chat: an error in the stream is a failure", "[llm]") {
    for (const char* data : {R"({"error":{"message":"overloaded"}})", R"({"error":"overloaded"})",
                             R"({"id":"x","error":{"code":500},"choices":[]})"}) {
        Reading r(Operation::Chat);
        CHECK(r.event(data) == Kind::Failure);
        CHECK(r.reader.failed());
    }
    Reading fine(Operation::Chat);
    CHECK(fine.event(R"({"error":null,"choices":[]})") == Kind::Normal);
    CHECK_FALSE(fine.reader.failed());
}

TEST_CASE("completions: text stands in the choice", "[llm]") {
    Reading r(Operation::Completions);
    (void)r.event(R"({"choices":[{"index":2,"text":"once","finish_reason":"length"}]})");
    CHECK(r.pieces == Pieces{{llm::kLaneText, 2, "once"}});
    CHECK(r.reader.finishReason() == "length");
    CHECK(r.reader.complete());
}

TEST_CASE("messages: text, thinking and tool input by content block", "[llm]") {
    Reading r(Operation::Messages);
    CHECK(
        r.event(
            R"({"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1}}})") ==
        Kind::Normal);
    (void)r.event(
        R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}})");
    (void)r.event(
        R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})");
    (void)r.event(
        R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"abc"}})");
    (void)r.event(R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"hi"}})");
    (void)r.event(
        R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}})");
    CHECK(r.event(R"({"type":"ping"})") == Kind::Normal);
    CHECK(r.pieces == Pieces{{llm::kLaneReasoning, 0, "hm"},
                             {llm::kLaneText, 1, "hi"},
                             {llm::kLaneToolArgs, 2, "{\"a\":"}});
    (void)r.event(
        R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":20}})");
    CHECK(r.reader.finishReason() == "tool_use");
    CHECK_FALSE(r.reader.complete());  // message_stop is still missing
    CHECK(r.event(R"({"type":"message_stop"})") == Kind::Terminal);
    CHECK(r.reader.complete());
    CHECK(r.reader.usage().prompt_tokens == 15);
    CHECK(r.reader.usage().cached_tokens == 5);
    CHECK(r.reader.usage().completion_tokens == 20);
    CHECK(r.reader.usage().total_tokens == 35);
}

TEST_CASE("messages: text that comes with the start of a block is heard too", "[llm]") {
    Reading r(Operation::Messages);
    (void)r.event(
        R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hello"}})");
    CHECK(r.pieces == Pieces{{llm::kLaneText, 0, "Hello"}});
}

TEST_CASE("messages: a later delta without a stop reason does not take it back", "[llm]") {
    Reading r(Operation::Messages);
    (void)r.event(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})");
    (void)r.event(R"({"type":"message_delta","delta":{},"usage":{"output_tokens":1}})");
    CHECK(r.reader.finishReason() == "end_turn");
}

TEST_CASE("messages: an error event is a failure", "[llm]") {
    Reading r(Operation::Messages);
    CHECK(r.event(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})") ==
          Kind::Failure);
    CHECK(r.reader.failed());
    CHECK_FALSE(r.reader.complete());
}

TEST_CASE("responses: text, refusal, arguments and reasoning by output item", "[llm]") {
    Reading r(Operation::Responses);
    (void)r.event(R"({"type":"response.output_text.delta","output_index":1,"delta":"hi"})");
    (void)r.event(R"({"type":"response.refusal.delta","output_index":1,"delta":"no"})");
    (void)r.event(R"({"type":"response.function_call_arguments.delta","output_index":2,"delta":"{}"})");
    (void)r.event(R"({"type":"response.reasoning_text.delta","output_index":0,"delta":"hm"})");
    (void)r.event(R"({"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"so"})");
    CHECK(r.pieces == Pieces{{llm::kLaneText, 1, "hi"},
                             {llm::kLaneRefusal, 1, "no"},
                             {llm::kLaneToolArgs, 2, "{}"},
                             {llm::kLaneReasoning, 0, "hm"},
                             {llm::kLaneReasoning, 0x8000u << 16, "so"}});
}

TEST_CASE("responses: arguments of other tools are heard too", "[llm]") {
    for (const char* type :
         {"response.mcp_call_arguments.delta", "response.custom_tool_call_input.delta",
          "response.code_interpreter_call_code.delta", "response.apply_patch_call_operation_diff.delta"}) {
        CAPTURE(type);
        Reading r(Operation::Responses);
        (void)r.event(R"({"type":")" + std::string(type) + R"(","output_index":3,"delta":"x"})");
        CHECK(r.pieces == Pieces{{llm::kLaneToolArgs, 3, "x"}});
    }
    Reading audio(Operation::Responses);
    (void)audio.event(R"({"type":"response.audio.transcript.delta","output_index":0,"delta":"x"})");
    CHECK(audio.pieces == Pieces{{llm::kLaneText, 0, "x"}});
}

TEST_CASE("responses: how they end", "[llm]") {
    Reading completed(Operation::Responses);
    CHECK_FALSE(completed.reader.complete());
    CHECK(
        completed.event(
            R"({"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":3,"output_tokens":4,"total_tokens":7}}})") ==
        Kind::Terminal);
    CHECK(completed.reader.finishReason() == "completed");
    CHECK(completed.reader.usage().prompt_tokens == 3);
    CHECK(completed.reader.complete());
    Reading incomplete(Operation::Responses);
    CHECK(incomplete.event(R"({"type":"response.incomplete","response":{"status":"incomplete"}})") ==
          Kind::Terminal);
    Reading failed(Operation::Responses);
    CHECK(
        failed.event(
            R"({"type":"response.failed","response":{"status":"failed","error":{"code":"server_error"}}})") ==
        Kind::Failure);
    CHECK(failed.reader.failed());
}

TEST_CASE("responses: an error event is a failure, in both of its shapes", "[llm]") {
    // platform.openai.com/docs/api-reference/responses-streaming/error: code, message and param stand at the
    // top.
    for (
        const char* data :
        {R"({"type":"error","code":"ERR_SOMETHING","message":"Something went wrong","param":null,"sequence_number":1})",
         R"({"type":"error","error":{"message":"Something went wrong"}})"}) {
        CAPTURE(data);
        Reading r(Operation::Responses);
        CHECK(r.event(data) == Kind::Failure);
        CHECK(r.reader.failed());
    }
    Reading fine(Operation::Responses);  // each response object has "error":null
    CHECK(fine.event(R"({"type":"response.created","response":{"error":null},"error":null})") ==
          Kind::Normal);
}

TEST_CASE("streams of other routes end with their connection", "[llm]") {
    Reading speech(Operation::AudioSpeech);
    CHECK(speech.reader.complete());
    CHECK(speech.event(R"({"type":"speech.audio.delta","audio":"AAAA"})") == Kind::Normal);
}

TEST_CASE("events of the wrong shape are harmless", "[llm]") {
    for (const auto operation :
         {Operation::Chat, Operation::Completions, Operation::Responses, Operation::Messages}) {
        for (const char* data :
             {R"({"choices":1})", R"({"choices":[1,null,"x",[]]})",
              R"({"choices":[{"index":-1,"delta":"x"}]})",
              R"({"choices":[{"index":99999999999,"delta":{"content":1}}]})",
              R"({"choices":[{"delta":{"tool_calls":[1,{"function":2},{"function":{"arguments":{}}}]}}]})",
              R"({"usage":1})", R"({"usage":[]})",
              R"({"usage":{"prompt_tokens":-1,"completion_tokens":1.5,"total_tokens":"x"}})", R"({"type":1})",
              R"({"type":"message_start","message":1})",
              R"({"type":"message_delta","delta":[],"usage":null})",
              R"({"type":"content_block_delta","index":"x","delta":null})",
              R"({"type":"response.output_text.delta","delta":{}})",
              R"({"choices":[{"finish_reason":1}]})"}) {
            CAPTURE(data);
            Reading r(operation);
            CHECK(r.event(data) == Kind::Normal);
            CHECK(r.pieces.empty());
        }
        Reading r(operation);
        (void)r.event(R"({"type":"response.completed","response":1})");
        (void)r.event(R"({"type":"response.completed"})");
    }
}

TEST_CASE("without a sink the same is understood", "[llm]") {
    StreamReader reader(Operation::Chat);
    const std::string_view data =
        R"({"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}})";
    CHECK(reader.read({data, data, {}, true}, false) == Kind::Normal);
    CHECK(reader.finishReason() == "stop");
    CHECK(reader.usage().known);
}
