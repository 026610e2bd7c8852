#include <catch2/catch.hpp>

#include <random>

#include "event.h"
#include "frame.h"
#include "intake.h"
#include "support.h"

using namespace ledger;
using namespace ledger::tests;

namespace {

constexpr std::pair<const char*, sluice_str sluice_record::*> kTexts[] = {
    {"call_id", &sluice_record::call_id},
    {"outcome", &sluice_record::outcome},
    {"route", &sluice_record::route},
    {"model", &sluice_record::model},
    {"call_type", &sluice_record::call_type},
    {"key_id", &sluice_record::key_id},
    {"key_alias", &sluice_record::key_alias},
    {"tenant", &sluice_record::tenant},
    {"user", &sluice_record::user},
    {"team", &sluice_record::team},
    {"organization", &sluice_record::organization},
    {"end_user", &sluice_record::end_user},
    {"model_group", &sluice_record::model_group},
    {"deployment_id", &sluice_record::deployment_id},
    {"upstream_model", &sluice_record::upstream_model},
    {"provider", &sluice_record::provider},
    {"api_base", &sluice_record::api_base},
    {"error", &sluice_record::error},
    {"error_class", &sluice_record::error_class},
    {"client", &sluice_record::client},
    {"user_agent", &sluice_record::user_agent},
    {"attributes", &sluice_record::attributes},
    {"record_id", &sluice_record::record_id},
};

sluice_record full() {
    sluice_record record{};
    record.size = sizeof record;
    for (const auto& [name, member] : kTexts) record.*member = str(name);
    record.http_status = 429;
    record.start_ms = 1;
    record.end_ms = 2;
    record.first_token_ms = 3;
    record.prompt_tokens = 4;
    record.completion_tokens = 5;
    record.cached_tokens = 6;
    record.cache_write_tokens = 7;
    record.reasoning_tokens = 8;
    record.cost_pico_usd = -9;
    record.attempts = 10;
    record.stream = 1;
    record.usage_known = 1;
    record.usage_estimated = 1;
    record.cache_hit = 1;
    return record;
}

std::string encoded(const sluice_record& record) {
    std::string bytes;
    encode(record, bytes);
    return bytes;
}

// The only event that an intake has.
sluice_record onlyOne(Intake& intake, Frames& frames) {
    intake.take(frames);
    REQUIRE(frames.events == 1);
    seal(frames.bytes);
    FrameReader reader(frames.bytes);
    std::string_view event;
    REQUIRE(reader.next(event));
    sluice_record back;
    REQUIRE(decode(event, back));
    return back;
}

}  // namespace

TEST_CASE("an event says what the record said, but for its JSON") {
    sluice_record record = full();
    record.json = str("a prompt");
    const std::string bytes = encoded(wholeRecord(record));
    sluice_record back;
    REQUIRE(decode(bytes, back));
    for (const auto& [name, member] : kTexts) CHECK(text(back.*member) == name);
    CHECK(back.http_status == 429);
    CHECK(back.start_ms == 1);
    CHECK(back.end_ms == 2);
    CHECK(back.first_token_ms == 3);
    CHECK(back.prompt_tokens == 4);
    CHECK(back.completion_tokens == 5);
    CHECK(back.cached_tokens == 6);
    CHECK(back.cache_write_tokens == 7);
    CHECK(back.reasoning_tokens == 8);
    CHECK(back.cost_pico_usd == -9);
    CHECK(back.attempts == 10);
    CHECK((back.stream == 1 && back.usage_known == 1 && back.usage_estimated == 1 && back.cache_hit == 1));
    CHECK(back.size == sizeof back);
    CHECK(bytes.find("a prompt") == std::string::npos);
}

TEST_CASE("records of hosts that know less") {
    sluice_record old = full();
    old.size = offsetof(sluice_record, cost_pico_usd);
    const sluice_record whole = wholeRecord(old);
    CHECK(text(whole.call_id) == "call_id");
    CHECK(whole.cost_pico_usd == -1);
    CHECK(whole.key_id.len == 0);
}

TEST_CASE("long texts are cut between characters, long attributes left out") {
    sluice_record record = full();
    std::string umlauts = "x";
    while (umlauts.size() < 2 * kTextBytesMax) umlauts += "ä";
    const std::string many(kAttributesBytesMax + 1, 'a');
    const std::string most(kAttributesBytesMax, 'a');
    record.model = str(umlauts);
    record.attributes = str(many);
    sluice_record back;
    std::string bytes = encoded(record);
    REQUIRE(decode(bytes, back));
    CHECK(back.model.len == kTextBytesMax - 1);
    CHECK(back.attributes.len == 0);
    record.attributes = str(most);
    bytes = encoded(record);
    REQUIRE(decode(bytes, back));
    CHECK(back.attributes.len == kAttributesBytesMax);
    for (const auto& [name, member] : kTexts) record.*member = str(most);
    CHECK(encoded(record).size() < kEventBytesMax);
}

TEST_CASE("a part of an event is none, at whichever byte it ends") {
    const std::string bytes = encoded(full());
    sluice_record back;
    for (size_t size = 0; size < bytes.size(); ++size) {
        // On the heap and of that size, so that a sanitizer sees who reads beyond it.
        const std::vector<char> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_FALSE(decode({part.data(), part.size()}, back));
    }
}

TEST_CASE("bytes that somebody has changed make an event within these bytes, or none") {
    const std::string bytes = encoded(full());
    std::mt19937 dice(1);
    size_t understood = 0;
    for (int i = 0; i < 50'000; ++i) {
        std::vector<char> changed(bytes.begin(), bytes.end());
        for (int changes = 0; changes < 3; ++changes)
            changed[dice() % changed.size()] = static_cast<char>(dice());
        changed.resize(changed.size() - dice() % 4);
        sluice_record back;
        if (!decode({changed.data(), changed.size()}, back)) continue;
        ++understood;
        for (const auto& [name, member] : kTexts) {
            const sluice_str& one = back.*member;
            if (one.len > 0)
                CHECK((one.ptr >= changed.data() && one.ptr + one.len <= changed.data() + changed.size()));
        }
    }
    CHECK(understood > 1'000);
    CHECK(understood < 50'000);
}

TEST_CASE("events of a later release: more numbers and more texts behind ours; of an older one: fewer") {
    std::string bytes;
    const auto number = [&](auto value) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    number(uint16_t{96});
    number(int64_t{1'234});
    bytes.append(88, '\x01');
    number(uint16_t{25});
    for (int i = 0; i < 25; ++i) number(uint32_t{2});
    for (int i = 0; i < 25; ++i) bytes += std::string(1, static_cast<char>('a' + i)) + "!";
    sluice_record back;
    REQUIRE(decode(bytes, back));
    CHECK(back.start_ms == 1'234);
    CHECK(text(back.attributes) == "v!");
    bytes.clear();
    number(uint16_t{8});
    number(int64_t{1'234});
    number(uint16_t{1});
    number(uint32_t{2});
    bytes += "id";
    REQUIRE(decode(bytes, back));
    CHECK(back.start_ms == 1'234);
    CHECK(back.cost_pico_usd == -1);
    CHECK(text(back.call_id) == "id");
    CHECK(back.attributes.len == 0);
}

TEST_CASE("an event without any id is given one of its own") {
    Intake intake(1'000'000, 0xABC);
    Frames frames;
    intake.add(call("ours"));
    CHECK(onlyOne(intake, frames).record_id.len == 0);
    sluice_record named = call("");
    named.record_id = str("named");
    intake.add(named);
    CHECK(text(onlyOne(intake, frames).record_id) == "named");
    intake.add(call(""));
    CHECK(text(onlyOne(intake, frames).record_id) == "~0000000000000abc.1");
    intake.add(call(""));
    CHECK(text(onlyOne(intake, frames).record_id) == "~0000000000000abc.2");
}

TEST_CASE("a start that is no moment becomes one before the event is kept") {
    Intake intake(1'000'000, 1);
    Frames frames;
    for (const int64_t start : {int64_t{0}, int64_t{-5}, INT64_MAX}) {
        const std::string id = "a";
        sluice_record record = call(id);
        record.start_ms = start;
        intake.add(record);
        const int64_t kept = onlyOne(intake, frames).start_ms;
        CHECK(kept > 1'700'000'000'000);
        CHECK(kept < 100'000'000'000'000);
    }
}

TEST_CASE("the intake has a bound, and says how many it refused") {
    Intake intake(10'000, 1);
    for (int i = 0; i < 1'000; ++i) intake.add(call("call-" + std::to_string(i)));
    Frames frames;
    intake.take(frames);
    CHECK(frames.bytes.size() < 11'000);
    CHECK(frames.events > 10);
    CHECK(frames.events + intake.dropped() == 1'000);
    intake.add(call("again"));
    intake.take(frames);
    CHECK(frames.events == 1);
}
