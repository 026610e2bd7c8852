// Keys of forms: what is in them counts, how they are written does not.
#include <random>

#include <catch2/catch.hpp>

#include "controls.h"
#include "form_body.h"
#include "request_key.h"

using namespace cache;

namespace {

struct Field {
    std::string name, value, file = "", type = "";
};

std::string form(const std::vector<Field>& fields, const std::string& boundary = "b") {
    std::string out;
    for (const auto& field : fields) {
        out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field.name + "\"";
        if (!field.file.empty()) out += "; filename=\"" + field.file + "\"";
        if (!field.type.empty()) out += "\r\nContent-Type: " + field.type;
        out += "\r\n\r\n" + field.value + "\r\n";
    }
    return out + "--" + boundary + "--\r\n";
}

std::string key(const std::vector<Field>& fields, const std::string& boundary = "b") {
    const auto body = form(fields, boundary), type = "multipart/form-data; boundary=" + boundary;
    return keyOf({"audio_transcriptions", "whisper", "key:a", "", body, type}).value_or("none");
}

const std::vector<Field> kUsual{{"model", "whisper"},
                                {"file", std::string("\0\xff\r\n--x\r\n", 9), "a.mp3", "audio/mpeg"},
                                {"language", "de"}};

}  // namespace

TEST_CASE("boundary, order and names of files do not count") {
    const auto usual = key(kUsual);
    CHECK(usual.size() == 64);
    CHECK(key(kUsual, "------------------------d74496d66958873e") == usual);
    CHECK(key({kUsual[2], kUsual[1], kUsual[0]}) == usual);
    auto other = kUsual;
    other[1].file = "other.MP3";
    other.push_back({"user", "u"});
    CHECK(key(other) == usual);
    const auto body = form(kUsual, "b");
    CHECK(keyOf({"audio_transcriptions", "whisper", "key:a", "", body,
                 "Multipart/Form-Data; charset=x; boundary=\"b\""}) == usual);
    CHECK(keyOf({"audio_transcriptions", "whisper", "key:b", "", body, "multipart/form-data; boundary=b"}) !=
          usual);
    CHECK(keyOf({"audio_transcriptions", "other", "key:a", "", body, "multipart/form-data; boundary=b"}) !=
          usual);
}

TEST_CASE("everything else does") {
    std::vector<std::string> keys{key(kUsual)};
    const auto with = [&](size_t which, const Field& field) {
        auto fields = kUsual;
        fields[which] = field;
        keys.push_back(key(fields));
    };
    with(1, {"file", "x", "a.mp3", "audio/mpeg"});
    with(1, {"file", kUsual[1].value, "a.wav", "audio/mpeg"});
    with(1, {"file", kUsual[1].value, "a.mp3", "audio/wav"});
    with(1, {"file", kUsual[1].value});
    with(1, {"other", kUsual[1].value, "a.mp3", "audio/mpeg"});
    with(2, {"language", "en"});
    with(2, {"prompt", "de"});
    with(2, {"stream", "true"});
    with(2, {"metadata", "de"});
    for (const auto& more :
         {std::vector<Field>{{"g[]", "a"}, {"g[]", "b"}}, {{"g[]", "b"}, {"g[]", "a"}}, {{"g[]", "ab"}}}) {
        auto fields = kUsual;
        fields.insert(fields.end(), more.begin(), more.end());
        keys.push_back(key(fields));
    }
    for (const auto& one : keys) CHECK(one.size() == 64);
    std::sort(keys.begin(), keys.end());
    CHECK(std::unique(keys.begin(), keys.end()) == keys.end());
}

TEST_CASE("forms of random fields: equal keys for equal fields only") {
    std::mt19937 random(11);
    const auto text = [&](size_t most) {
        std::string out(random() % most, ' ');
        for (char& c : out) c = "ab\r\n-;=\"\0"[random() % 9];
        return out;
    };
    for (int round = 0; round < 500; ++round) {
        std::vector<Field> fields;
        for (size_t i = 0; i < 3; ++i) fields.push_back({std::string(1, "xyz"[i]), text(6)});
        auto other = fields;
        std::rotate(other.begin(), other.begin() + 1, other.end());
        CHECK(key(fields, "q1") == key(other, "q2"));
        other[random() % 3].value += "a";
        CHECK(key(fields, "q1") != key(other, "q1"));
    }
}

TEST_CASE("what is not understood in full has no key") {
    const std::string type = "multipart/form-data; boundary=b";
    const auto no = [&](const std::string& body, const std::string& content_type) {
        return !keyOf({"audio_transcriptions", "whisper", "key:a", "", body, content_type});
    };
    const auto good = form(kUsual);
    CHECK_FALSE(no(good, type));
    CHECK(no(good, "multipart/mixed; boundary=b"));
    CHECK(no(good, "multipart/form-data"));
    CHECK(no(good, "multipart/form-data; boundary="));
    CHECK(no(good, "multipart/form-data; boundary=c"));
    CHECK(no(good, "none"));
    CHECK(no("", type));
    CHECK(no("--b--\r\n", type));
    CHECK(no("preamble\r\n" + good, type));
    CHECK(no(good + "epilogue", type));
    for (size_t cut = 1; cut + 2 < good.size(); cut += 7) CHECK(no(good.substr(0, cut), type));
    for (const char* head :
         {"Content-Disposition: form-data", "Content-Disposition: attachment; name=\"a\"", "X: y", "nothing",
          "Content-Disposition: form-data; name=\"a\"; name=\"b\"",
          "Content-Disposition: form-data; name=\"a", "Content-Disposition: form-data; name=\"a\\\"b\"",
          "Content-Disposition: form-data; name=a; filename*=UTF-8''x"}) {
        INFO(head);
        CHECK(no("--b\r\n" + std::string(head) + "\r\n\r\nv\r\n--b--", type));
    }
    CHECK_FALSE(no("--b\r\ncontent-disposition:form-data;name=a\r\n\r\nv\r\n--b--", type));
}

TEST_CASE("controls may stand in a form as a text") {
    std::string refused;
    CHECK(Controls::read(R"("{\"no-cache\": true}")", "", refused).no_cache);
    CHECK(refused.empty());
    (void)Controls::read(R"("nonsense")", "", refused);
    CHECK(!refused.empty());
}
