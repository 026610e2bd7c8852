// on_chunk: what comes out must not depend on how the upstream cut its text.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sluice/testing/fake_host.hpp>

#include "plugin.h"

namespace {

using lua_policy::Plugin;
using nlohmann::json;
using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;

const char* const kStreamed = R"({"model":"gpt","stream":true,"messages":[{"role":"user","content":"hi"}]})";
const std::string kText =
    "Hello there. My mail is ann@example.com, and my other one is bob@example.org! Is that fine?\n"
    "Gr\u00fc\u00dfe aus K\u00f6ln. \u4f60\u597d\u3002\u518d\u89c1 (no end) ann@example.com at the very end";

std::string config(const std::vector<json>& all) { return json{{"policies", all}}.dump(); }
json policy(const std::string& name, const std::string& code, const std::string& grain,
            const char* mode = "enforce") {
    return {{"name", name},
            {"code", code},
            {"mode", mode},
            {"stream", {{"granularity", grain}, {"window_bytes", 24}, {"overlap_bytes", 20}}}};
}

// What comes out, and whether it was stopped, for that cut.
std::pair<std::string, bool> streamed(const std::string& settings, uint64_t seed, const std::string& text,
                                      std::string* verdicts = nullptr) {
    FakeHost host;
    auto plugin = host.load<Plugin>(settings);
    auto request = host.request(kStreamed);
    REQUIRE(plugin.preCall(request).continued());
    auto stream = host.stream(request);
    const std::string out = stream.run(text, seed);
    if (verdicts) *verdicts = request.attribute("lua.verdicts").value_or("");
    for (const auto& line : host.log) INFO(line.text);
    return {out, stream.aborted()};
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

const std::string kMasked =
    replaced(replaced(kText, "ann@example.com", "<mail>"), "bob@example.org", "<mail>");
const char* const kRedact =
    R"(local mail = re.compile([[\w+@\w+\.\w+]]) function on_chunk(ctx, chunk) chunk:redact(mail, "<mail>") end)";

}  // namespace

TEST_CASE("a script that knows nothing of pieces sees whole ones") {
    for (const char* grain : {"word", "line", "sentence", "window", "whole"}) {
        for (uint64_t seed = 1; seed <= 20; ++seed) {
            INFO(grain << " " << seed);
            CHECK(streamed(config({policy("p", kRedact, grain)}), seed, kText).first == kMasked);
        }
    }
}

TEST_CASE("pieces are the same, however the upstream cuts") {
    const char* code = "function on_chunk(ctx, chunk) chunk:replace('[' .. chunk.text .. ']') end";
    for (const char* grain : {"word", "line", "sentence", "whole"}) {
        const auto first = streamed(config({policy("p", code, grain)}), 1, kText).first;
        CHECK(replaced(replaced(first, "[", ""), "]", "") == kText);
        for (uint64_t seed = 2; seed <= 20; ++seed)
            CHECK(streamed(config({policy("p", code, grain)}), seed, kText).first == first);
    }
    CHECK(streamed(config({policy("p", code, "sentence")}), 3, "One. Two! Three").first ==
          "[One. ][Two! ][Three]");
    CHECK(streamed(config({policy("p", code, "word")}), 3, "a bc  d").first == "[a ][bc ][ ][d]");
    CHECK(streamed(config({policy("p", code, "line")}), 3, "a\n\nb").first == "[a\n][\n][b]");
}

TEST_CASE("policies form a row, each with its own pieces; a shadow changes nothing") {
    const char* upper = "function on_chunk(ctx, chunk) chunk:replace(chunk.text:upper()) end";
    const char* drop = "local m = re.compile('<mail>') function on_chunk(ctx, chunk) chunk:redact(m, '') end";
    const auto all = config({policy("mask", kRedact, "word"), policy("shadow", upper, "sentence", "shadow"),
                             policy("drop", drop, "sentence"), policy("again", kRedact, "window")});
    for (uint64_t seed = 1; seed <= 30; ++seed)
        CHECK(streamed(all, seed, kText).first == replaced(kMasked, "<mail>", ""));
    std::string verdicts;
    (void)streamed(all, 5, kText, &verdicts);
    CHECK(verdicts.find(R"({"policy":"mask","hook":"on_chunk","verdict":"modify","edits":)") !=
          std::string::npos);
    CHECK(verdicts.find(R"({"policy":"shadow","hook":"on_chunk","verdict":"modify","mode":"shadow")") !=
          std::string::npos);
}

TEST_CASE("holding and releasing by hand") {
    const char* code = R"(
        -- lets nothing go before a full stop has been seen
        function on_chunk(ctx, chunk)
          local stop = chunk.text:find(".", 1, true)
          if stop then chunk:release(stop) else chunk:hold() end
        end)";
    for (uint64_t seed = 1; seed <= 10; ++seed)
        CHECK(streamed(config({policy("p", code, "arrival")}), seed, kText).first == kText);
}

TEST_CASE("a stream is stopped before the text has gone") {
    const char* code =
        R"(function on_chunk(ctx, chunk) if chunk.text:find("bob@", 1, true) then chunk:abort("leak", {code="leak"}) end end)";
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        const auto [out, stopped] = streamed(config({policy("p", code, "sentence")}), seed, kText);
        CHECK(stopped);
        CHECK(out == "Hello there. ");
    }
    CHECK(!streamed(config({policy("p", code, "sentence", "shadow")}), 1, kText).second);
}

TEST_CASE("a failure stops the stream, or lets it go on unseen") {
    const char* code =
        "function on_chunk(ctx, chunk) if ctx.vars.seen then error('x') end ctx.vars.seen = true "
        "chunk:replace(chunk.text:upper()) end";
    json failing = policy("p", code, "sentence");
    CHECK(streamed(config({failing}), 1, "One. Two. Three.").second);
    failing["on_error"] = "allow";
    const auto [out, stopped] = streamed(config({failing}), 1, "One. Two. Three.");
    CHECK(!stopped);
    CHECK(out == "ONE. Two. Three.");
}

TEST_CASE("a word that never ends is cut at a character") {
    std::string text;
    for (int i = 0; i < 9000; ++i) text += "\u00fc";
    const char* code =
        "function on_chunk(ctx, chunk) assert(utf8.len(chunk.text), 'a character was cut') end";
    CHECK(streamed(config({policy("p", code, "word")}), 7, text) == std::pair(text, false));
    CHECK(streamed(config({policy("p", code, "window")}), 7, text) == std::pair(text, false));
}

TEST_CASE("pseudonyms of the request are put back in the answer") {
    FakeHost host;
    const char* code = R"(
        policy = {granularity = "word"}
        local mail, alias = re.compile([[\w+@[\w.]+\w]]), re.compile([[<mail-\d+>]])
        function on_request(ctx)
          local n = 0
          ctx:redact(mail, function(found) n = n + 1 ctx.vars["<mail-" .. n .. ">"] = found return "<mail-" .. n .. ">" end)
        end
        function on_chunk(ctx, chunk) chunk:redact(alias, function(found) return ctx.vars[found] end) end)";
    auto plugin = host.load<Plugin>(json{{"policies", {{{"name", "p"}, {"code", code}}}}}.dump());
    auto request = host.request(
        R"({"model":"gpt","stream":true,"messages":[{"role":"user","content":"write to ann@example.com and bob@x.org"}]})");
    REQUIRE(plugin.preCall(request).continued());
    CHECK(request.body().find("write to <mail-1> and <mail-2>") != std::string::npos);
    auto stream = host.stream(request);
    CHECK(stream.run("Dear <mail-2>, greet <mail-1> and <mail-9> .", 11) ==
          "Dear bob@x.org, greet ann@example.com and <mail-9> .");
}

TEST_CASE("the last piece is known to be the last one") {
    const char* code =
        "function on_chunk(ctx, chunk) if chunk.last then chunk:replace(chunk.text .. 'END') end end";
    for (const char* grain : {"word", "line", "sentence", "whole"}) {
        for (const std::string text : {"One. Two. ", "One. Two.", "One\ntwo\n", "x"}) {
            for (uint64_t seed = 1; seed <= 8; ++seed)
                CHECK(streamed(config({policy("p", code, grain)}), seed, text).first == text + "END");
        }
    }
}

TEST_CASE("windows find what the whole text has, wherever it stands") {
    const char* code =
        "local w = re.words({'falcon', 'red owl'}) function on_chunk(ctx, chunk) chunk:redact(w, '#') end";
    for (size_t pad = 0; pad < 40; ++pad) {
        const std::string text = std::string(pad, 'a') +
                                 " falcon falconer xfalcon red owl falcon's redowl red owls falcon, red "
                                 "owl.falcon and something else at the end: falcon";
        const auto whole = streamed(config({policy("p", code, "whole")}), 1, text).first;
        for (uint64_t seed = 1; seed <= 4; ++seed)
            CHECK(streamed(config({policy("p", code, "window")}), seed + pad, text).first == whole);
    }
}
