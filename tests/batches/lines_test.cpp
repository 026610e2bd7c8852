#include "lines.h"
#include "multipart.h"
#include "world.h"

using namespace batches;

TEST_CASE("lines: the bytes of the body are the client's") {
    const std::string body =
        R"({ "model" : "m", "n":1.0, "big":123456789012345678901234567890, "ü":"\u00e9" })";
    const auto line = readLine(
        Kind::OpenAI,
        R"({"body":)" + body + R"(,"url":"/v1/embeddings","method":"POST","custom_id":"\u0061"})", 1);
    CHECK(line.body == body);
    CHECK(line.custom_id == "a");
    CHECK(line.model == "m");
}

TEST_CASE("lines: where they stand, and which lane") {
    const std::string text = lineOf("a", "x") + "\r\n  \n" + lineOf("b", "y") + lineOf("c", "x");
    const auto index = readLines(Kind::OpenAI, text, "/v1/chat/completions", 10);
    REQUIRE(index.places.size() == 3);
    CHECK(index.models == std::vector<std::string>{"x", "y"});
    CHECK(index.places[2].lane == 0);
    CHECK(text.substr(index.places[1].offset, index.places[1].length) + "\n" == lineOf("b", "y"));
    // The last one needs no end of line.
    CHECK(readLines(Kind::OpenAI, text.substr(0, text.size() - 1), {}, 3).places.size() == 3);
    CHECK(refusalOf([&] { readLines(Kind::OpenAI, text, {}, 2); }) == "found more than 2 lines; allowed: 2");
    CHECK(refusalOf([&] {
              readLines(Kind::OpenAI, text, "/v1/embeddings", 9);
          }).rfind("line 1: url: found /v1/chat/completions; allowed: /v1/embeddings", 0) == 0);
    CHECK(refusalOf([&] {
              readLines(Kind::OpenAI, text + lineOf("a"), {}, 9);
          }).rfind("line 6: custom_id", 0) == 0);
}

TEST_CASE("lines: nothing that is cut off is taken") {
    const std::string whole = lineOf("a");
    for (size_t size = 1; size + 2 < whole.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(refusalOf([&] { readLine(Kind::OpenAI, whole.substr(0, size), 1); }).empty());
    }
}

TEST_CASE("lines: deep nesting is refused, not walked") {
    const std::string deep =
        R"({"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"x":)" + std::string(100'000, '[');
    CHECK(refusalOf([&] { readLine(Kind::OpenAI, deep, 7); }).rfind("line 7: found", 0) == 0);
}

TEST_CASE("Anthropic's requests become lines, whatever their layout") {
    const auto lines = linesOfRequests(
        "{\"requests\": [\n {\"custom_id\":\"a\",\n \"params\":{\"model\":\"m\",\"x\":\"1\\n2\"}} "
        ",{\"custom_id\":\"b\",\"params\":{}}]}");
    const auto index = readLines(Kind::Anthropic, lines, {}, 10);
    REQUIRE(index.places.size() == 2);
    CHECK(readLine(Kind::Anthropic, lines.substr(index.places[0].offset, index.places[0].length), 1).body ==
          R"({"model":"m","x":"1\n2"})");
    CHECK_FALSE(refusalOf([] { linesOfRequests(R"({"requests":{}})"); }).empty());
    CHECK_FALSE(refusalOf([] { linesOfRequests("[1]"); }).empty());
}

TEST_CASE("forms: parts in any order, with and without quotes") {
    const std::string type = "multipart/form-data; charset=utf-8; boundary=\"a b\"";
    const std::string body =
        "--a b\r\ncontent-disposition: form-data; name=purpose\r\n\r\nbatch\r\n--a b\r\nContent-Type: "
        "x\r\nContent-Disposition: form-data; "
        "filename=\"a \\\"b\\\".jsonl\"; name=\"file\"\r\n\r\n{}\r\n--not\r\n\r\n--a b--\r\n";
    const auto parts = readForm(type, body);
    REQUIRE(parts.size() == 2);
    CHECK(partNamed(parts, "purpose")->content == "batch");
    CHECK(partNamed(parts, "file")->filename == "a \"b\".jsonl");
    CHECK(partNamed(parts, "file")->content == "{}\r\n--not\r\n");
    CHECK(partNamed(parts, "other") == nullptr);
    for (size_t size = 0; size + 6 < body.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(refusalOf([&] { readForm(type, body.substr(0, size)); }).empty());
    }
    CHECK_FALSE(refusalOf([&] { readForm("application/json", body); }).empty());
    CHECK_FALSE(refusalOf([&] { readForm("multipart/form-data", body); }).empty());
}
