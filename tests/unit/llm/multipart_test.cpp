#include "llm/multipart.h"

using namespace sluice;
using llm::Multipart;

namespace {

const std::string kType = "multipart/form-data; boundary=XX";

std::string part(const std::string& disposition, const std::string& content, const std::string& more = {}) {
    return "--XX\r\nContent-Disposition: form-data; " + disposition + "\r\n" + more + "\r\n" + content +
           "\r\n";
}

const std::string kEnd = "--XX--\r\n";

bool refused(const std::string& text, const std::string& type = kType) {
    const auto form = Multipart::read(text, type);
    if (form) return false;
    CHECK(form.error().code == base::Code::Malformed);
    return true;
}

}  // namespace

TEST_CASE("a form as the OpenAI clients send it", "[llm]") {
    const std::string text = part("name=\"model\"", "whisper-1") +
                             part("name=\"file\"; filename=\"a.mp3\"", std::string("\0\r\n--X\xff", 7),
                                  "Content-Type: audio/mpeg\r\n") +
                             part("name=\"prompt\"", "line\r\nline \"two\"") + kEnd;
    const auto form = Multipart::read(text, kType);
    REQUIRE(form);
    REQUIRE(form->parts().size() == 3);
    const auto* model = form->find("model");
    REQUIRE(model);
    CHECK_FALSE(model->file);
    CHECK(model->quoted == "\"whisper-1\"");
    const auto* file = form->find("file");
    REQUIRE(file);
    CHECK(file->file);
    CHECK(text.substr(file->value_begin, file->value_end - file->value_begin) ==
          std::string("\0\r\n--X\xff", 7));
    CHECK(nlohmann::json::parse(form->find("prompt")->quoted) == "line\r\nline \"two\"");
    CHECK_FALSE(form->find("nope"));
    CHECK(form->delimiter() == "--XX");
}

TEST_CASE("the boundary in its spellings", "[llm]") {
    const std::string text = part("name=\"a\"", "1") + kEnd;
    for (const char* type :
         {"multipart/form-data; boundary=XX", "Multipart/Form-Data;boundary=XX",
          "multipart/form-data; charset=utf-8; boundary=\"XX\"", "multipart/form-data; Boundary=XX ",
          "multipart/form-data; boundary=XX; charset=utf-8"}) {
        CAPTURE(type);
        CHECK(Multipart::read(text, type));
    }
    for (const char* type : {"", "application/json", "multipart/form-data",
                             "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
                             "multipart/mixed; boundary=XX", "multipart/form-data; boundary=YY"}) {
        CAPTURE(type);
        CHECK(refused(text, type));
    }
    CHECK(refused(text, "multipart/form-data; boundary=" + std::string(71, 'X')));
}

TEST_CASE("names in their spellings", "[llm]") {
    for (const char* disposition : {"name=\"model\"", "name=model", "NAME=\"model\"", "name=\"model\"; x=y",
                                    "x=y; name=\"model\"", "x=\"a; b\"; name=\"model\""}) {
        CAPTURE(disposition);
        for (const std::string more : {"", "Content-Type: text/plain\r\n"}) {
            const auto form = Multipart::read(part(disposition, "m", more) + kEnd, kType);
            REQUIRE(form);
            REQUIRE(form->find("model"));
            CHECK(form->find("model")->quoted == "\"m\"");
        }
    }
    const auto lower = Multipart::read(
        "--XX\r\ncontent-type: a/b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nm\r\n--XX--",
        kType);
    REQUIRE(lower);
    CHECK(lower->find("model"));
}

TEST_CASE("only a part with a file name is a file", "[llm]") {
    const auto form =
        Multipart::read(part("name=\"filename_prefix\"", "x") + part("name=\"file\"; filename=\"\"", "y") +
                            part("name=\"f2\"; filename*=UTF-8''z", "z") + kEnd,
                        kType);
    REQUIRE(form);
    CHECK_FALSE(form->find("filename_prefix")->file);
    CHECK(form->find("file")->file);
    CHECK(form->find("f2")->file);
}

TEST_CASE("empty values, empty forms, preamble and epilogue", "[llm]") {
    const auto empty_value =
        Multipart::read("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--XX--", kType);
    REQUIRE(empty_value);
    CHECK(empty_value->find("a")->quoted == "\"\"");
    const auto none = Multipart::read("--XX--\r\n", kType);
    REQUIRE(none);
    CHECK(none->parts().empty());
    const auto around =
        Multipart::read("to be ignored\r\n" + part("name=\"a\"", "1") + kEnd + "so is this", kType);
    REQUIRE(around);
    CHECK(around->parts().size() == 1);
}

TEST_CASE("a form that is not whole is refused", "[llm]") {
    const std::string whole = part("name=\"a\"", "1") + part("name=\"b\"", "2") + kEnd;
    const size_t needed = whole.size() - 2;  // the last line end is the epilogue's
    for (size_t n = 0; n < needed; ++n) {
        CAPTURE(n);
        CHECK(refused(whole.substr(0, n)));
    }
    CHECK(refused("no boundary at all"));
    CHECK(refused("--XX\nContent-Disposition: form-data; name=\"a\"\n\n1\n--XX--\n"));  // bare line feeds
}

TEST_CASE("a part without a head, or without a line end of its own, is refused",
          "[llm]") {  // found by fuzzing
    CHECK(refused("--XX\r\n\r\n--XX--\r\n"));
    CHECK(refused("--XX\r\n\r\nvalue\r\n--XX--\r\n"));
    CHECK(refused("--XX\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n--XX--\r\n"));
}

TEST_CASE("the number of parts has a bound", "[llm]") {
    const auto parts = [](int n) {
        std::string text;
        for (int i = 0; i < n; ++i) text += part("name=\"p" + std::to_string(i) + "\"", "v");
        return text + kEnd;
    };
    CHECK(Multipart::read(parts(256), kType));
    CHECK(refused(parts(257)));
}

// A gateway that reads another model, or other fields, than the upstream does can be walked around. Each of
// these is either refused or read as a strict reader reads it.
TEST_CASE("the model cannot be given twice", "[llm]") {
    CHECK(refused(part("name=\"model\"", "cheap") + part("name=\"model\"", "dear") + kEnd));
    CHECK(refused(part("name=\"model\"", "cheap") + part("name=model", "dear") + kEnd));
    CHECK(refused(part("name=\"model\"", "cheap") + part("name=\"model\"; filename=\"x\"", "dear") + kEnd));
    CHECK(refused(part("name=\"model\"; filename=\"x\"", "cheap") + part("name=\"model\"", "dear") + kEnd));
    CHECK(refused(part("name=\"model\"", "cheap") +
                  part("name=model", "dear", "Content-Type: text/plain\r\n") + kEnd));
}

TEST_CASE("a part cannot hide its name in another parameter", "[llm]") {
    for (const char* disposition : {"x=\"; name=y;\"; name=\"model\"", "x=\"\\\"; name=y;\"; name=\"model\"",
                                    "name=\"model\"; x=\"filename\"", "filenamex=1; name=\"model\""}) {
        CAPTURE(disposition);
        const auto form =
            Multipart::read(part("name=\"model\"", "cheap") + part(disposition, "dear") + kEnd, kType);
        CHECK_FALSE(form.has_value());  // it is a second model
    }
    for (const char* disposition :
         {"filename=\"; name=model; x=\"; name=\"file\"", "name=\"file\"; filename=\"a; name=model\""}) {
        CAPTURE(disposition);
        const auto form = Multipart::read(part(disposition, "bytes") + kEnd, kType);
        if (!form) continue;
        CHECK(form->parts()[0].name == "file");
        CHECK(form->parts()[0].file);
    }
}

TEST_CASE("a content type cannot hide its boundary in another parameter", "[llm]") {
    const std::string text =
        "--AA\r\nContent-Disposition: form-data; "
        "name=\"model\"\r\n\r\ncheap\r\n--AA--\r\n--XX\r\nContent-Disposition: form-data; "
        "name=\"model\"\r\n\r\ndear\r\n--XX--";
    for (const char* type :
         {"multipart/form-data; x=\"; boundary=AA\"; boundary=XX",
          "multipart/form-data; x=\"\\\"; boundary=AA;\"; boundary=XX",
          "multipart/form-data; boundary=AA; boundary=XX", "multipart/form-data-x; boundary=AA"}) {
        CAPTURE(type);
        const auto form = Multipart::read(text, type);
        if (form) CHECK(form->delimiter() == "--XX");
    }
}

TEST_CASE("a longer word is not the boundary", "[llm]") {
    const std::string text =
        part("name=\"prompt\"", "a\r\n--XXY\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nb") +
        kEnd;
    const auto form = Multipart::read(text, kType);
    if (!form) return;
    CHECK(form->parts().size() == 1);
    CHECK_FALSE(form->find("model"));
}

TEST_CASE("the head of a part ends before the next boundary", "[llm]") {
    const auto form = Multipart::read(
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n--XX\r\nContent-Disposition: form-data; "
        "name=\"b\"\r\n\r\nvalue\r\n--XX--",
        kType);
    CHECK_FALSE(form.has_value());
}
