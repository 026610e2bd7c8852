// The queue of text and places, against a list of single bytes.
#include "plugin_host/placed_text.h"

#include <deque>
#include <random>

using sluice::host::kNoPlace;
using sluice::host::PlacedText;

namespace {

using Model = std::deque<std::pair<uint64_t, char>>;

std::string textOf(const Model& model) {
    std::string text;
    for (const auto& [place, c] : model) text += c;
    return text;
}

void checkSame(const PlacedText& queue, const Model& model) {
    CHECK(queue.view() == textOf(model));
    CHECK(queue.size() == model.size());
    CHECK(queue.empty() == model.empty());
    CHECK(queue.firstPlace() == (model.empty() ? kNoPlace : model.front().first));
    CHECK(queue.lastPlace() == (model.empty() ? kNoPlace : model.back().first));
}

}  // namespace

TEST_CASE("text goes out as it came in, with its places", "[plugin_host]") {
    std::mt19937 random(3);
    for (int round = 0; round < 50; ++round) {
        PlacedText first, second;
        Model first_model, second_model;
        uint64_t place = 0;
        for (int step = 0; step < 200; ++step) {
            const size_t some = random() % 40;
            if (random() % 2 == 0) {
                place += random() % 2;
                const std::string text(some, static_cast<char>('a' + random() % 26));
                first.append(place, text);
                for (const char c : text) first_model.emplace_back(place, c);
            }
            const size_t bytes = std::min(some, first_model.size());
            const auto from = first_model.begin(), to = from + static_cast<std::ptrdiff_t>(bytes);
            if (random() % 3 == 0) {
                CHECK(first.take(bytes) == textOf({from, to}));
            } else {
                first.moveTo(second, bytes);
                second_model.insert(second_model.end(), from, to);
            }
            first_model.erase(from, to);
            const uint64_t limit = place - std::min<uint64_t>(place, random() % 20);
            const auto behind = std::find_if(second_model.begin(), second_model.end(),
                                             [&](const auto& byte) { return byte.first > limit; });
            CHECK(second.takeUpTo(limit) == textOf({second_model.begin(), behind}));
            second_model.erase(second_model.begin(), behind);
            checkSame(first, first_model);
            checkSame(second, second_model);
        }
    }
}
