#include "world.h"

using namespace batches;

namespace {

const Patience kPatience{2, 100, 400};
const std::string kFine = R"({"usage":{"prompt_tokens":1,"completion_tokens":2}})";

struct Running {
    explicit Running(const std::string& text)
        : store(world.open()),
          batch(makeBatch(store, text)),
          run(store, batch, readLines(Kind::OpenAI, text, {}, 100), {}) {}
    World world;
    Store store;
    Batch batch;
    Run run;
};

}  // namespace

TEST_CASE("run: 429 holds back the lines of that model, and no others") {
    Running r(lineOf("x1", "x") + lineOf("x2", "x") + lineOf("y1", "y"));
    CHECK(r.run.next(0) == 0u);
    CHECK_FALSE(r.run.settle(0, answerOf(429, "{}", 5'000), kPatience, 1'000));
    CHECK(r.run.next(1'000) == 2u);
    CHECK_FALSE(r.run.next(1'000));
    CHECK(r.run.wakeAt() == 6'000);
    CHECK_FALSE(r.run.next(5'999));
    CHECK(r.run.next(6'000));
    CHECK(r.run.next(6'000));
    CHECK_FALSE(r.run.wakeAt());
}

TEST_CASE("run: a failing line is tried again, longer apart, and then is an error; 429 has no end") {
    Running r(lineOf("a"));
    int64_t now = 0;
    for (const int64_t pause : {100, 200}) {
        CHECK(r.run.next(now) == 0u);
        CHECK_FALSE(r.run.settle(0, answerOf(503, "away"), kPatience, now));
        CHECK_FALSE(r.run.next(now + pause - 1));
        now += pause;
    }
    for (int i = 0; i < 20; ++i) {
        CHECK(r.run.next(now) == 0u);
        CHECK_FALSE(r.run.settle(0, answerOf(429, "{}"), kPatience, now));
        now += kPatience.max_ms;
    }
    CHECK(r.run.next(now) == 0u);
    CHECK(r.run.settle(0, answerOf(503, "away"), kPatience, now));
    CHECK(r.run.done());
    const auto line = Json::parse(r.run.journal().json(0));
    CHECK(line["response"]["status_code"] == 503);
    CHECK(line["response"]["body"]["error"]["message"] == "away");
}

TEST_CASE("run: what ends a line at once") {
    struct Case {
        int status;
        const char* body;
        bool output;
    };
    for (const auto& c :
         {Case{200, kFine.c_str(), true}, Case{400, R"({"error":{"code":"content_blocked"}})", false},
          Case{401, "{}", false}, Case{429, R"({"error":{"type":"budget_exceeded"}})", false},
          Case{200, "no json", false}, Case{200, "{\"a\":", false}}) {
        CAPTURE(c.status, c.body);
        Running r(lineOf("a"));
        CHECK(r.run.next(0) == 0u);
        CHECK(r.run.settle(0, answerOf(c.status, c.body), kPatience, 0));
        CHECK(r.run.journal().succeeded() == (c.output ? 1 : 0));
    }
}

TEST_CASE("an answer of many lines, and a stream") {
    Answer answer = answerOf(200,
                             "{\r\n \"a\": \"x\\ny\",\n \"usage\": {\"input_tokens\": 7,\n\"output_tokens\": "
                             "8, \"output_tokens_details\": {\"reasoning_tokens\": 3}}}\n");
    const Result result = resultOf(Kind::OpenAI, answer, "i", "c");
    CHECK(result.json.find('\n') == std::string::npos);
    CHECK(Json::parse(result.json)["response"]["body"]["a"] == "x\ny");
    CHECK(result.usage.input == 7);
    CHECK(result.usage.reasoning == 3);
    answer.content_type = "text/event-stream; charset=utf-8";
    CHECK(Json::parse(resultOf(Kind::OpenAI, answer, "i", "c").json)["error"]["code"] ==
          "stream_not_allowed");
    CHECK(Json::parse(resultOf(Kind::Anthropic, answer, "i", "c").json)["result"]["error"]["error"]["type"] ==
          "api_error");
}

TEST_CASE("what is no UTF-8 does not break the line") {
    const Result result = resultOf(Kind::OpenAI, answerOf(500, "\xff\xfe oops"), "i", "c\"d");
    CHECK(Json::parse(result.json)["custom_id"] == "c\"d");
    CHECK(Json::accept(resultOf(Kind::Anthropic, answerOf(500, "\xff"), "i", "c").json));
    // A NUL ends no JSON (found by batches_fuzz).
    const std::string nul("6\0{}", 4);
    CHECK(resultOf(Kind::OpenAI, answerOf(200, nul), "i", "c").outcome == Journal::Outcome::Error);
    CHECK(resultOf(Kind::OpenAI, answerOf(500, nul), "i", "c").json.find('\0') == std::string::npos);
}
