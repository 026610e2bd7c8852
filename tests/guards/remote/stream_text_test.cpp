// One text of a stream in steps, with a service that finds addresses and numbers: the outcome is that of the
// whole text, however it is cut and whatever the steps are, as long as no finding is longer than the overlap.
#include <catch2/catch.hpp>

#include "characters.h"
#include "stream_text.h"

using namespace guard_remote;

namespace {

void add(std::string_view text, std::string_view what, const std::string& by, std::vector<Found>& found) {
    for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
        found.push_back({at, at + what.size(), "E", 1, by});
}

Judgement judgeOf(std::string_view text) {
    Judgement judgement;
    add(text, "a@b.c", "<MAIL>", judgement.found);
    add(text, "\u00e9t\u00e9", "<\"SUMMER\">", judgement.found);
    settle(judgement.found);
    return judgement;
}

struct Run {
    std::string out;
    std::vector<std::string> asked;
};

// As the gateway does it: what has not been released comes again, with more.
Run run(std::string_view text, uint64_t seed, bool json, Yields yields, const Settings& settings) {
    StreamText one(SLUICE_LANE_TEXT, 0, json);
    Run result;
    std::string window;
    for (bool ended = false; !ended;) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t size = firstCharacters(text, 1 + (seed >> 33) % 9);
        ended = size == text.size();
        window.append(text.substr(0, size));
        text.remove_prefix(size);
        if (!one.due(window, ended, 0, yields, settings)) continue;
        const auto step = one.step(window, ended, yields, settings);
        const auto shown = step.shown.text().substr(0, step.size);
        result.asked.emplace_back(shown);
        Judgement judgement = judgeOf(shown);
        if (yields == Yields::Edits) {
            if (!judgement.found.empty()) judgement.edited = masked(shown, judgement.found);
            judgement.found.clear();
        }
        const auto outcome = one.settle(step, judgement, window, ended, yields, settings);
        REQUIRE(outcome.possible);
        REQUIRE(outcome.release <= window.size());
        REQUIRE(characterBegin(window, outcome.release) == outcome.release);
        size_t at = 0;
        for (const auto& change : outcome.changes) {
            REQUIRE(change.begin >= at);
            REQUIRE(change.end <= outcome.release);
            result.out.append(window, at, change.begin - at).append(change.by);
            at = change.end;
        }
        result.out.append(window, at, outcome.release - at);
        window.erase(0, outcome.release);
    }
    REQUIRE(window.empty());
    return result;
}

std::string replacedIn(std::string text, std::string_view what, std::string_view by) {
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

Settings settingsOf(size_t chunk, size_t overlap) {
    Settings settings;
    settings.stream_chunk_chars = chunk;
    settings.stream_overlap_chars = overlap;
    settings.stream_wait_ms = 1;
    return settings;
}

const std::string kSaid =
    "wr\u00efte to a@b.c. or, in \u00e9t\u00e9, a@b.ca@b.c; not to anybody else!\nneither a@b .c nor \u00e9t "
    "e. And a@b.c";

}  // namespace

TEST_CASE("findings across steps are found, whatever the cuts", "[stream_text]") {
    const std::string wanted =
        replacedIn(replacedIn(kSaid, "a@b.c", "<MAIL>"), "\u00e9t\u00e9", "<\"SUMMER\">");
    for (const size_t chunk : {1u, 2u, 5u, 9u, 20u, 50u, 500u}) {
        for (const size_t overlap : {5u, 8u, 30u}) {
            for (uint64_t seed = 0; seed < 40; ++seed) {
                INFO(chunk << " " << overlap << " " << seed);
                REQUIRE(run(kSaid, seed, false, Yields::Spans, settingsOf(chunk, overlap)).out == wanted);
            }
        }
    }
}

TEST_CASE("in JSON, too, with escapes", "[stream_text]") {
    const std::string json =
        R"({"a":"wr\u00efte a@b.c","b":["\u0061@b.c",17,"\u00e9t\u00e9 a@\u0062.c\n"],"c":"\"a@b.c\\"})";
    const std::string wanted =
        R"({"a":"wr\u00efte <MAIL>","b":["<MAIL>",17,"<\"SUMMER\"> <MAIL>\n"],"c":"\"<MAIL>\\"})";
    for (const size_t chunk : {1u, 4u, 11u, 40u, 500u}) {
        for (uint64_t seed = 0; seed < 40; ++seed) {
            INFO(chunk << " " << seed);
            REQUIRE(run(json, seed, true, Yields::Spans, settingsOf(chunk, 9)).out == wanted);
        }
    }
}

TEST_CASE("edits take the place of sentences; JSON is edited whole", "[stream_text]") {
    const auto result = run(kSaid, 3, false, Yields::Edits, settingsOf(40, 10));
    std::string all;
    for (const auto& asked : result.asked) all += asked;
    CHECK(all == kSaid);  // each text once
    CHECK(result.asked.size() > 1);
    CHECK(run(R"({"a":"a@b.c"})", 3, true, Yields::Edits, settingsOf(2, 1)).asked.size() == 1);
}

TEST_CASE("what goes has been asked about before", "[stream_text]") {
    for (const auto yields : {Yields::Verdicts, Yields::Spans, Yields::Edits}) {
        const std::string plain = replacedIn(kSaid, "@", "");
        const auto result = run(plain, 5, false, yields, settingsOf(7, 5));
        CHECK(result.out.size() >= plain.size());
        std::string joined;
        for (const auto& asked : result.asked) {
            // Each question goes on where the one before has ended, or earlier.
            size_t common = std::min(joined.size(), asked.size());
            while (common > 0 && joined.compare(joined.size() - common, common, asked, 0, common) != 0)
                --common;
            joined += asked.substr(common);
        }
        CHECK(joined == plain);
    }
}

TEST_CASE("a finding longer than everything goes on, masked", "[stream_text]") {
    const Settings settings = settingsOf(10, 4);
    StreamText one(SLUICE_LANE_TEXT, 0, false);
    const std::string window = "aaaaaaaaaaaaaaaaaaaa";
    REQUIRE(one.due(window, false, 0, Yields::Spans, settings));
    const auto step = one.step(window, false, Yields::Spans, settings);
    Judgement judgement;
    judgement.found.push_back({0, window.size(), "E", 1, "*"});
    const auto outcome = one.settle(step, judgement, window, false, Yields::Spans, settings);
    CHECK(outcome.release == window.size());
    REQUIRE(outcome.changes.size() == 1);
    CHECK(outcome.changes[0].by == "*");
}
