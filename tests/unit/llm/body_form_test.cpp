// Edits of multipart forms.
#include "llm/body.h"

using namespace sluice;
using llm::Body;
using llm::BodyKind;

namespace {

const std::string kType = "multipart/form-data; boundary=XX";

std::string part(const std::string& name, const std::string& content, const std::string& more = {}) {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n" + content +
           "\r\n";
}

const std::string kFile = part("file", std::string("\0\x01\xff", 3), "; filename=\"a.mp3\"");
const std::string kEnd = "--XX--\r\n";

Body form(const std::string& text) {
    auto body = Body::read(text, BodyKind::Multipart, kType);
    REQUIRE(body);
    return std::move(*body);
}

std::string now(const Body& body) {
    const std::string text = body.flattened();
    CHECK(body.size() == text.size());
    std::vector<iovec> list;
    body.appendParts(list);
    std::string out;
    for (const auto& piece : list) out.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    CHECK(out == text);
    return text;
}

}  // namespace

TEST_CASE("fields of a form read like members of an object", "[llm]") {
    const Body body =
        form(part("model", "whisper-1") + kFile + part("stream", "True") + part("n", "2") + kEnd);
    CHECK(body.text("model") == "whisper-1");
    CHECK(body.member("n") == "\"2\"");
    CHECK(body.isTrue("stream"));
    CHECK_FALSE(body.isTrue("n"));
    CHECK_FALSE(body.member("file").has_value());  // a file is no text
}

TEST_CASE("a field is replaced in place, bare if it is a text", "[llm]") {
    Body body = form(part("model", "a") + kFile + part("z", "1") + kEnd);
    CHECK(body.set("model", "\"whisper \\u0031\""));
    CHECK(body.set("z", "[1, 2]"));
    CHECK(now(body) == part("model", "whisper 1") + kFile + part("z", "[1, 2]") + kEnd);
    CHECK(body.text("model") == "whisper 1");
    CHECK(body.set("model", " \"spaced\" "));
    CHECK(now(body) == part("model", "spaced") + kFile + part("z", "[1, 2]") + kEnd);
}

TEST_CASE("a field is added and removed", "[llm]") {
    Body body = form(part("model", "a") + kFile + kEnd);
    CHECK(body.set("language", "\"de\""));
    const auto added = Body::read(now(body), BodyKind::Multipart, kType);
    REQUIRE(added);
    CHECK(added->text("language") == "de");
    CHECK(added->text("model") == "a");
    CHECK(now(body).find(kFile) != std::string::npos);
    CHECK(body.remove("language"));
    CHECK(body.remove("model"));
    CHECK(now(body) == kFile + kEnd);
    Body empty = form("--XX--\r\n");
    CHECK(empty.set("a", "1"));
    CHECK(Body::read(now(empty), BodyKind::Multipart, kType));
}

TEST_CASE("repeated fields are edited together", "[llm]") {
    Body body = form(part("g[]", "word") + part("model", "a") + part("g[]", "segment") + kEnd);
    CHECK(body.remove("g[]"));
    CHECK(now(body) == part("model", "a") + kEnd);
}

TEST_CASE("an edit cannot break out of its field", "[llm]") {
    for (const auto& [name, json] :
         {std::pair{"a\"; filename=\"x", "\"v\""},
          {"a\r\nContent-Type: x", "\"v\""},
          {"a", "\"v\\r\\n--XX\\r\\nContent-Disposition: form-data; name=\\\"model\\\"\\r\\n\\r\\ndear\""},
          {"a", "\"v\\r\\n--XX--\""}}) {
        CAPTURE(name, json);
        Body body = form(part("model", "cheap") + kEnd);
        if (!body.set(name, json)) continue;
        const auto again = Body::read(now(body), BodyKind::Multipart, kType);
        REQUIRE(again);
        std::vector<std::string> names;
        const auto parsed = llm::Multipart::read(now(body), kType);
        REQUIRE(parsed);
        CHECK(parsed->parts().size() == 2);
        for (const auto& one : parsed->parts()) CHECK_FALSE(one.file);
        CHECK(again->text("model") == "cheap");
    }
}

TEST_CASE("a file is not replaced by a field's edit", "[llm]") {
    Body body = form(part("model", "a") + kFile + kEnd);
    CHECK_FALSE(body.remove("file"));
    if (body.set("file", "\"x\"")) CHECK(now(body).find(kFile) != std::string::npos);
}

TEST_CASE("a form is replaced by a form", "[llm]") {
    Body body = form(part("model", "a") + kEnd);
    CHECK(body.replace(part("model", "b") + kEnd));
    CHECK(body.text("model") == "b");
    CHECK_FALSE(body.replace("{\"model\":\"c\"}"));
    CHECK(body.text("model") == "b");
}
