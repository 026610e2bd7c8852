// Streams: whatever the chunks, the same text comes out, and it is text.
#include <random>

#include <nlohmann/json.hpp>

#include "gateway/stream_filter.h"
#include "validator/case.h"

namespace sluice::validator {
namespace {

using llm::EventText;
using Lanes = std::vector<uint32_t>;

const Lanes kLanes{llm::kLaneText, llm::kLaneReasoning, llm::kLaneToolArgs, llm::kLaneRefusal};

const std::vector<std::string> kTexts{
    "Call 555-1234 or write to jane.doe@example.com. The key is sk-abcdefghijklmnop1234. Bye!",
    "\u4f60\u597d\u3002 caf\u00e9 \U0001f600 na\u00efve\n\nline two\twith tabs and a "
    "very-long-word-without-any-space",
    "secret password: hunter2; card 4111 1111 1111 1111; iban DE89370400440532013000",
    std::string(3000, 'a') + " forbidden " + std::string(3000, 'b')};

// Pieces of whole characters.
std::vector<std::string> cut(const std::string& text, std::mt19937& random) {
    std::vector<std::string> pieces(1);
    const unsigned often = 1 + random() % 40;
    for (const char c : text) {
        const bool start = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        if (start && !pieces.back().empty() && random() % often == 0) pieces.emplace_back();
        pieces.back() += c;
    }
    return pieces;
}

struct Outcome {
    std::string text;
    bool stopped = false;
    bool operator==(const Outcome&) const = default;
};

Outcome stream(host::Instance& instance, uint32_t lane, const std::vector<std::string>& pieces, int32_t end) {
    Call call(instance, llm::Operation::Chat, sampleBodies(llm::Operation::Chat, true)[0], true);
    if (!call.before()) throw Skip{"it answers or refuses the request before there is a stream"};
    gateway::StreamFilter filter(call.runner(), call.request);
    Outcome outcome;
    std::string out;
    const llm::SseEvent event{"data: {}\n\n", "{}", {}, true};
    for (const auto& piece : pieces) {
        if (outcome.stopped) break;
        std::vector<EventText> texts{{EventText::Kind::Delta, lane, 0, piece, {}}};
        outcome.stopped = !filter.take(event, texts, SLUICE_END_NOT_YET, out);
    }
    if (!outcome.stopped) outcome.stopped = !filter.end(end, out);
    const auto failure = call.failure();
    require(failure.empty(), failure);
    // What had gone out before a stop depends on the chunks; that it stops must not.
    if (!outcome.stopped) outcome.text = filter.lanes() & lane ? filter.said(lane) : std::string();
    return outcome;
}

std::unique_ptr<host::Instance> subscriber(Trial& trial) {
    auto instance = trial.instance();
    if (!instance->hooks() || !SLUICE_HAS(instance->hooks(), on_stream)) throw Skip{"it has no on_stream"};
    return instance;
}

void chunks(Trial& trial) {
    const auto instance = subscriber(trial);
    trial.onLoop([&](base::Loop&) {
        std::mt19937 random(11);
        for (const uint32_t lane : kLanes) {
            for (const auto& text : kTexts) {
                const Outcome whole = stream(*instance, lane, {text}, SLUICE_END_OK);
                for (int round = 0; round < 30; ++round) {
                    const Outcome other = stream(*instance, lane, cut(text, random), SLUICE_END_OK);
                    require(other == whole, "the same text, cut otherwise, gives \"" +
                                                other.text.substr(0, 120) + "\" instead of \"" +
                                                whole.text.substr(0, 120) + "\"");
                }
            }
        }
    });
}

void ends(Trial& trial) {
    const auto instance = subscriber(trial);
    trial.onLoop([&](base::Loop&) {
        for (const int32_t end :
             {SLUICE_END_OK, SLUICE_END_TRUNCATED, SLUICE_END_CANCELLED, SLUICE_END_ERROR}) {
            for (const auto& pieces : {std::vector<std::string>{}, {"half a sen"}, {"", "x"}})
                (void)stream(*instance, llm::kLaneText, pieces, end);
        }
    });
}

void manyTexts(Trial& trial) {
    const auto instance = subscriber(trial);
    trial.onLoop([&](base::Loop&) {
        std::vector<std::string> pieces(20'000, "word ");
        (void)stream(*instance, llm::kLaneText, pieces, SLUICE_END_OK);
    });
}

}  // namespace

std::vector<Case> streamCases() {
    return {{"stream.chunks", "what comes out does not depend on how the text was cut", chunks},
            {"stream.ends", "every end of a stream is taken", ends},
            {"stream.long", "a long stream is taken, piece by piece", manyTexts}};
}

}  // namespace sluice::validator
