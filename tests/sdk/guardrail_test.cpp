// Guardrail with the fake host: findings with context, actions by entity, JSON that stays JSON, modes,
// memory; and the same outcome however a stream is cut.
#include <catch2/catch.hpp>
#include <sluice/guardrail.hpp>
#include <sluice/testing/fake_host.hpp>

#include <cstring>

using sluice::Finding;
using sluice::GuardAction;
using sluice::testing::FakeHost;

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// Runs of eight digits that no digit touches; "PIN" only behind the word "pin ", "BAD" behind "bad ".
class Numbers : public sluice::Scanner {
public:
    void find(std::string_view text, size_t from, std::vector<Finding>& found) const override {
        for (size_t i = from; i + 8 <= text.size(); ++i) {
            if ((i > 0 && digit(text[i - 1])) || (i + 8 < text.size() && digit(text[i + 8]))) continue;
            if (!std::all_of(text.begin() + static_cast<long>(i), text.begin() + static_cast<long>(i) + 8,
                             digit))
                continue;
            const auto before = text.substr(i < 4 ? 0 : i - 4, i < 4 ? i : 4);
            found.push_back({i, i + 8, before == "pin " ? "PIN" : before == "bad " ? "BAD" : "NUMBER", 1});
            i += 7;
        }
    }
    size_t longest() const override { return 8; }
    size_t lookBehind() const override { return 4; }
    size_t lookAhead() const override { return 1; }
};

struct Notes : sluice::Guardrail::Memory {
    std::vector<std::string> seen;
};

class Guard : public sluice::Guardrail {
public:
    Guard(std::string_view, sluice::Host host) : Guardrail(host) {}
    const sluice::Scanner* scanner(const sluice::Request&, const Place& place) const override {
        return place.role == sluice::Role::System ? nullptr : &numbers_;
    }
    GuardAction action(const Finding& finding, const Place&) const override {
        return finding.entity == "BAD"   ? GuardAction::Block
               : finding.entity == "PIN" ? GuardAction::Mask
                                         : GuardAction::Observe;
    }
    std::string replacement(const sluice::Request& request, const Finding&,
                            std::string_view found) const override {
        auto& seen = memory<Notes>(request).seen;
        seen.emplace_back(found);
        return "<\"" + std::to_string(seen.size()) + "\">";
    }
    std::unique_ptr<Memory> remember() const override { return std::make_unique<Notes>(); }

private:
    Numbers numbers_;
};

constexpr char kChat[] =
    R"({"model":"m","stream":true,"messages":[{"role":"system","content":"pin 11111111"},)"
    R"({"role":"user","content":"pin 12345678, 87654321, pin 123456789"}]})";

}  // namespace

TEST_CASE("a guardrail treats findings by entity, and reports them") {
    FakeHost host;
    auto guard = host.load<Guard>("");
    auto request = host.request(kChat);
    CHECK(guard.preCall(request).continued());
    CHECK(request.body().find("pin 11111111") != std::string::npos);
    CHECK(request.body().find(R"("pin <\"1\">, 87654321, pin 123456789")") != std::string::npos);
    CHECK(request.guardReport() == R"({"entities":{"NUMBER":1,"PIN":1}})");
    CHECK(request.attribute("guard.guard") == "found");
    auto bad = host.request(R"({"model":"m","input":"bad 12345678"})");
    CHECK(guard.preCall(bad).blocked());
    CHECK(bad.blockCode() == "content_blocked");
    CHECK(bad.block().category == "guard");
}

TEST_CASE("a stream is guarded alike however it is cut, with what stands before and behind") {
    FakeHost host;
    auto guard = host.load<Guard>("");
    const std::string said = "a pin 12345678. p\u00efn 12345678 pin 1234567890 pin 87654321";
    for (uint64_t seed = 0; seed < 60; ++seed) {
        auto request = host.request(kChat);
        REQUIRE(guard.preCall(request).continued());
        auto stream = host.stream(request);
        REQUIRE(stream.pushCut(said, seed));
        REQUIRE(stream.end());
        CHECK(stream.text() == "a pin <\"2\">. p\u00efn 12345678 pin 1234567890 pin <\"3\">");
    }
    auto request = host.request(kChat);
    REQUIRE(guard.preCall(request).continued());
    auto stream = host.stream(request);
    bool open = true;
    for (const char c : std::string("fine so far, bad 12345678 and more text behind it"))
        open = open && stream.push(std::string(1, c));
    CHECK_FALSE(open);
    CHECK(stream.text().find('1') == std::string::npos);
}

TEST_CASE("JSON stays JSON, and its escapes hide nothing") {
    FakeHost host;
    auto guard = host.load<Guard>("");
    const std::string args =
        R"({"a":"pin \u0031\u0032345678","b":"pin 12345678","n":12345678,"c\n":["pin 87654321\"x"],"e":"\ud83d\ude00"})";
    const std::string wanted =
        R"({"a":"pin <\"1\">","b":"pin <\"2\">","n":12345678,"c\n":["pin <\"3\">\"x"],"e":"\ud83d\ude00"})";
    auto request =
        host.request(R"({"model":"m","messages":[{"arguments":)" + sluice::jsonQuoted(args) + "}]}");
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == R"({"model":"m","messages":[{"arguments":)" + sluice::jsonQuoted(wanted) + "}]}");
    for (uint64_t seed = 0; seed < 60; ++seed) {
        auto streamed = host.request(R"({"model":"m","stream":true})");
        REQUIRE(guard.preCall(streamed).continued());
        auto stream = host.stream(streamed);
        REQUIRE(stream.pushCut(args, seed, SLUICE_LANE_TOOL_ARGS));
        REQUIRE(stream.end());
        CHECK(stream.text(SLUICE_LANE_TOOL_ARGS) == wanted);
    }
}

TEST_CASE("what takes the place of a number in JSON is a string") {
    const auto shown = sluice::ScanView::json({}, R"({"x":-1234.5e3,"y":"1\n2"})", false, true);
    CHECK(shown.text() == "{\"x\":-1234.5e3,\"y\":\"1\n2\"}");
    size_t begin = shown.text().find("1234"), end = begin + 4;
    CHECK(shown.together(begin, end));
    shown.widen(begin, end);
    CHECK(shown.text().substr(begin, end - begin) == "-1234.5e3");
    CHECK(shown.fit("<a\n\">", begin) == R"("<a\u000a\">")");
    const size_t inside = shown.text().find("1\n2");
    CHECK(shown.fit("<a>", inside) == "<a>");
    CHECK(shown.at(inside + 3) - shown.at(inside) == 4);  // the escape is two bytes
    CHECK_FALSE(shown.together(inside, inside + 4));      // the closing quote
}

TEST_CASE("a guardrail does what its modes say") {
    FakeHost host;
    auto guard = host.load<Guard>("");
    auto answer = host.request(kChat);
    answer.withGuard(SLUICE_GUARD_POST_CALL);
    CHECK(guard.preCall(answer).continued());
    CHECK(answer.body() == kChat);
    CHECK(answer.subscriptions().size() == 1);
    auto asked = host.request(kChat);
    asked.withGuard(SLUICE_GUARD_PRE_CALL);
    CHECK(guard.preCall(asked).continued());
    CHECK(asked.body() != kChat);
    CHECK(asked.subscriptions().empty());
    auto logged = host.request(R"({"model":"m","input":"bad 12345678"})");
    logged.withGuard(SLUICE_GUARD_LOGGING_ONLY);
    CHECK(guard.preCall(logged).continued());
    CHECK(logged.guardReport() == R"({"entities":{"BAD":1}})");
    auto beside = host.request(kChat);  // what cannot be changed any more is blocked
    beside.withGuard(SLUICE_GUARD_DURING_CALL);
    CHECK(guard.duringCall(beside).blocked());
}

namespace {

// "123" anywhere, without regard to what stands beside it.
class Digits : public sluice::Scanner {
public:
    void find(std::string_view text, size_t from, std::vector<Finding>& found) const override {
        for (size_t at = text.find("123", from); at != std::string_view::npos; at = text.find("123", at + 3))
            found.push_back({at, at + 3, "DIGITS", 1});
    }
    size_t longest() const override { return 3; }
    size_t lookBehind() const override { return 0; }
    size_t lookAhead() const override { return 0; }
};

class DigitGuard : public sluice::Guardrail {
public:
    DigitGuard(std::string_view, sluice::Host host) : Guardrail(host) {}
    const sluice::Scanner* scanner(const sluice::Request&, const Place&) const override { return &digits_; }

private:
    Digits digits_;
};

}  // namespace

TEST_CASE("a number of which a part is masked becomes one text, wherever a stream is cut") {
    FakeHost host;
    auto guard = host.load<DigitGuard>("");
    for (const std::string args :
         {R"({"n": -1234567})", R"({"a": 0.1234567})", R"({"f":123e-123})", R"([9123,4])"}) {
        for (size_t at = 1; at < args.size(); ++at) {
            auto request = host.request(R"({"model":"m","stream":true})");
            REQUIRE(guard.preCall(request).continued());
            auto stream = host.stream(request);
            REQUIRE(stream.push(args.substr(0, at), SLUICE_LANE_TOOL_ARGS));
            REQUIRE(stream.push(args.substr(at), SLUICE_LANE_TOOL_ARGS));
            REQUIRE(stream.end());
            const std::string got = stream.text(SLUICE_LANE_TOOL_ARGS);
            INFO(args << " cut at " << at << ": " << got);
            sluice::JsonReader reader(got);
            CHECK((reader.value() && reader.done()));
            CHECK(got.find("123") == std::string::npos);
        }
    }
}
