#include "llm/content.h"

#include <catch2/catch.hpp>

#include "llm/stream_texts.h"

using namespace sluice;
using namespace sluice::llm;

namespace {

Content request(const std::string& json) {
    return Content::ofRequest(*Body::read(json, BodyKind::Json, "application/json"));
}

// "lane role message text", a line each; opaque ones as "where".
std::string listed(Content& content) {
    std::string out;
    for (size_t i = 0; i < content.size(); ++i) {
        const auto& t = content.info(i);
        const char* lane = t.lane == kLaneText        ? "text"
                           : t.lane == kLaneReasoning ? "thought"
                           : t.lane == kLaneToolArgs  ? "args"
                           : t.lane == kLaneRefusal   ? "refusal"
                                                      : "meta";
        out +=
            std::string(lane) + " " + "osuat"[static_cast<size_t>(t.role)] + std::to_string(t.message) + " ";
        out += t.opaque ? "<" + t.where + ">" : std::string(content.text(i));
        out += t.read_only && !t.opaque ? " (fixed)\n" : "\n";
    }
    return out;
}

std::string put(Content& content, const std::string& json) {
    Body body = *Body::read(json, BodyKind::Json, "application/json");
    content.put(body);
    return body.flattened();
}

size_t find(Content& content, std::string_view text) {
    for (size_t i = 0; i < content.size(); ++i) {
        if (content.text(i) == text) return i;
    }
    FAIL("no text " << text);
    return 0;
}

}  // namespace

TEST_CASE("content of a chat request", "[llm]") {
    auto content = request(R"({"model":"gpt","user":"u1","messages":[
      {"role":"system","content":"be kind"},
      {"content":[{"type":"text","text":"a \"b\" \u00e9"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
                  {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},{"type":"new_thing","words":"seen"}],"role":"user"},
      {"role":"assistant","content":null,"refusal":"no","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":\"y\"}"}},
          {"type":"custom","custom":{"name":"g","input":"free text"}}]},
      {"role":"tool","tool_call_id":"c1","content":"result"}],
      "tools":[{"type":"function","function":{"name":"f","description":"does f","parameters":{"type":"object","properties":{"x":{"type":"string","description":"an x"}},"required":["x"]}}}],
      "temperature":0.5,"stop":["END"],"metadata":{"k":"v"}})");
    CHECK(listed(content) ==
          "text s0 be kind\ntext u1 a \"b\" \xc3\xa9\ntext u1 <messages[1].content[1].image_url>\n"
          "text u1 <messages[1].content[2].input_audio.data>\ntext u1 seen\n"
          "refusal a2 no\nargs a2 {\"x\":\"y\"}\nargs a2 free text\ntext t3 result\n"
          "meta s0 does f\nmeta s0 an x\n");
}

TEST_CASE("content of other requests", "[llm]") {
    auto messages = request(
        R"({"model":"claude","system":[{"type":"text","text":"sys","cache_control":{"type":"ephemeral"}}],"messages":[
      {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"AbC="},{"type":"redacted_thinking","data":"xx"},
        {"type":"tool_use","id":"t1","name":"f","input":{"q":"who"}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"found"}]},
        {"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"plain words"}},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
        {"type":"image","source":{"type":"url","url":"https://a/b"}}]}]})");
    CHECK(
        listed(messages) ==
        "text s0 sys\nthought a0 hm (fixed)\ntext a0 <messages[0].content[1].data>\nargs a0 {\"q\":\"who\"}\n"
        "text t1 found\ntext u1 T\ntext u1 plain words\ntext u1 <messages[1].content[2].source.data>\n"
        "text u1 <messages[1].content[3].source.url>\n");
    auto responses = request(
        R"({"model":"g","instructions":"ins","reasoning":{"effort":"low"},"input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]},
      {"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"sum"}],"encrypted_content":"zz"},
      {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"out"}]})");
    CHECK(listed(responses) == "text s0 ins\ntext u0 hi\nthought a1 sum (fixed)\nargs a2 {}\ntext t3 out\n");
    auto tokens = request(R"({"prompt":[[1,2],[3]],"suffix":"end"})");
    CHECK(listed(tokens) == "text u0 <prompt[0]>\ntext u1 <prompt[1]>\ntext u0 end\n");
    auto rerank = request(R"({"query":"q","documents":["one",{"name":"two","size":"xl"}]})");
    CHECK(listed(rerank) == "text u0 q\ntext o0 one\ntext o1 two\ntext o1 xl\n");
    auto fresh = request(R"({"brand_new":{"deep":["words"]},"model":"m"})");
    CHECK(listed(fresh) == "text u0 words\n");
}

TEST_CASE("content of answers", "[llm]") {
    auto chat = Content::ofAnswer(
        R"({"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi","reasoning_content":"hm"},"logprobs":{"content":[{"token":"hi"}]},"finish_reason":"stop"}],"usage":{"total_tokens":3}})");
    CHECK(listed(chat) == "text a0 hi\nthought a0 hm\n");
    auto messages = Content::ofAnswer(
        R"({"type":"message","role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"stop_reason":"end_turn"})");
    CHECK(listed(messages) == "text a0 a\ntext a1 b\n");
    auto images = Content::ofAnswer(R"({"created":1,"data":[{"b64_json":"AA","revised_prompt":"a cat"}]})");
    CHECK(listed(images) == "text a0 <data[0].b64_json>\ntext a0 a cat\n");
    auto embeddings =
        Content::ofAnswer(R"({"data":[{"embedding":[0.1,0.2],"index":0},{"embedding":"AAAA"}]})");
    CHECK(listed(embeddings).empty());
    auto text = Content::ofAnswer("1\n00:00 --> 00:01\nspoken words\n");
    CHECK(listed(text) == "text a0 1\n00:00 --> 00:01\nspoken words\n\n");
    auto sound = Content::ofAnswer("\xff\xfb\x90\x44");
    CHECK(listed(sound) == "text a0 <body>\n");
    auto twice = Content::ofAnswer(R"({"text":"one","text":"two"})");
    CHECK(listed(twice) == "text a0 one\ntext a0 two\n");
    auto empty = Content::ofAnswer("");
    CHECK(empty.size() == 0);
}

TEST_CASE("replacing content leaves every other byte", "[llm]") {
    const std::string json =
        "{ \"model\" : \"m\",\n \"messages\" : [ {\"role\":\"user\", \"content\":\"call \\u0034 me\" , "
        "\"x\":1.0e3}, "
        "{\"role\":\"user\",\"content\":\"second\"} ] , \"n\": 1 }";
    auto content = request(json);
    REQUIRE(content.replace(find(content, "call 4 me"), "say \"hi\"\n"));
    CHECK(content.text(0) == "say \"hi\"\n");
    CHECK(content.pending());
    const std::string once = put(content, json);
    CHECK(once ==
          "{ \"model\" : \"m\",\n \"messages\" : [ {\"role\":\"user\", \"content\":\"say \\\"hi\\\"\\n\" , "
          "\"x\":1.0e3}, {\"role\":\"user\",\"content\":\"second\"} ] , \"n\": 1 }");
    CHECK_FALSE(content.pending());
    // What was replaced before stays replaced.
    REQUIRE(content.replace(1, ""));
    CHECK(put(content, json).find("say \\\"hi\\\"\\n") != std::string::npos);
    CHECK(put(content, json).find("second") == std::string::npos);
}

TEST_CASE("what cannot be replaced, and what goes with it", "[llm]") {
    auto chat = Content::ofAnswer(
        R"({"choices":[{"message":{"content":"hi","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},"logprobs":{"content":[{"token":"hi"}]}}]})");
    CHECK(chat.replace(0, "\xff").error().code == base::Code::InvalidArgument);
    CHECK(chat.replace(1, "{\"a\":").error().code == base::Code::InvalidArgument);
    REQUIRE(chat.replace(1, "{\"a\":1}"));
    std::string body;
    chat.put(body);
    CHECK(
        body ==
        R"({"choices":[{"message":{"content":"hi","tool_calls":[{"function":{"name":"f","arguments":"{\"a\":1}"}}]},"logprobs":null}]})");
    auto thought = request(
        R"({"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"}]}]})");
    CHECK(thought.replace(0, "x").error().code == base::Code::Unsupported);
    auto use = request(
        R"({"messages":[{"role":"assistant","content":[{"type":"tool_use","name":"f","input":{"q":"who"}}]}]})");
    CHECK(use.replace(0, "who").error().code == base::Code::InvalidArgument);
    REQUIRE(use.replace(0, R"({"q":"[NAME]"})"));
    auto lanes = Content::ofLanes({{kLaneText, "gone"}});
    CHECK(lanes.text(0) == "gone");
    CHECK(lanes.replace(0, "x").error().code == base::Code::Unsupported);
}

TEST_CASE("content that tries to break the walker", "[llm]") {
    std::string deep = "\"x\"";
    for (int i = 0; i < 500; ++i) deep = i % 2 ? "{\"a\":" + deep + "}" : "[" + deep + "]";
    auto content = request("{\"input\":" + deep + "}");
    REQUIRE(content.size() == 1);
    CHECK(content.info(0).read_only);  // not taken apart, and not unseen either
    CHECK(content.text(0).find("\"x\"") != std::string_view::npos);
    std::string many = "{\"input\":[";
    for (int i = 0; i < 150'000; ++i) many += "\"x\",";
    auto bounded = request(many + "\"last\"]}");
    CHECK(bounded.size() <= 100'001);
    CHECK(bounded.info(bounded.size() - 1).read_only);
    CHECK(bounded.text(bounded.size() - 1).find("last") != std::string_view::npos);
    auto brackets = request(R"({"input":"}]\\\"{[","\u006dessages":[{"\u0063ontent":"hidden"}]})");
    CHECK(listed(brackets) == "text u0 }]\\\"{[\ntext u0 hidden\n");
    const std::string form =
        "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nwords\r\n--b\r\nContent-Disposition: "
        "form-data; name=\"prompt\"\r\n\r\nmore\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
        "filename=\"a.mp3\"\r\n\r\nxx\r\n--b--\r\n";
    Body body = *Body::read(form, BodyKind::Multipart, "multipart/form-data; boundary=b");
    auto fields = Content::ofRequest(body);
    CHECK(listed(fields) == "text u0 words\ntext u0 more (fixed)\ntext u0 <file>\n");
    REQUIRE(fields.replace(0, "[W]"));
    fields.put(body);
    CHECK(body.flattened().find("words") == std::string::npos);
    CHECK(body.flattened().find("[W]\r\n") != std::string::npos);
}
