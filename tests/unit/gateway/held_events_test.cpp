// The queue of events that wait, against a list of copies.
#include "gateway/held_events.h"

#include <deque>
#include <random>

using namespace sluice;
using gateway::HeldEvents;

namespace {

struct Copy {
    std::string raw, data;
    std::vector<uint64_t> places;
};

// Where the data stands: in the bytes of the event, at their end, or elsewhere, as of several lines or of an
// event that is hidden.
Copy randomEvent(std::mt19937& random, uint64_t& place) {
    Copy event;
    event.data.assign(random() % 400, static_cast<char>('a' + random() % 26));
    if (random() % 4 != 0) event.raw = "data: " + event.data + std::string(random() % 3, '\n');
    for (size_t i = random() % 3; i > 0; --i) event.places.push_back(++place);
    return event;
}

void add(HeldEvents& queue, const Copy& event, bool inside) {
    for (const uint64_t place : event.places) queue.add().place = place;
    REQUIRE(queue.added().size() == event.places.size());
    const bool in_raw = inside && !event.raw.empty();
    const auto data = in_raw ? std::string_view(event.raw).substr(6, event.data.size()) : event.data;
    queue.keep({event.raw, data, {}, true});
    REQUIRE(queue.added().empty());
}

void checkFront(const HeldEvents& queue, const Copy& event) {
    const auto front = queue.front();
    CHECK(front.raw == event.raw);
    CHECK(front.data == event.data);
    REQUIRE(front.texts.size() == event.places.size());
    for (size_t i = 0; i < event.places.size(); ++i) CHECK(front.texts[i].place == event.places[i]);
}

}  // namespace

TEST_CASE("events that wait go as they came, in order, with their texts", "[gateway]") {
    std::mt19937 random(11);
    for (int round = 0; round < 60; ++round) {
        HeldEvents queue;
        std::deque<Copy> model;
        uint64_t place = 0;
        size_t bytes = 0;
        const unsigned often = 2 + random() % 3;  // how full it gets
        for (int step = 0; step < 400; ++step) {
            if (random() % often != 0) {
                model.push_back(randomEvent(random, place));
                add(queue, model.back(), random() % 2 == 0);
                bytes += model.back().raw.size();
            } else if (!model.empty()) {
                queue.pop();
                bytes -= model.front().raw.size();
                model.pop_front();
            } else {  // an event that does not wait
                queue.add().place = ++place;
                CHECK(queue.added().back().place == place);
                queue.drop();
            }
            queue.prefetch();
            CHECK(queue.bytes() == bytes);
            REQUIRE(queue.empty() == model.empty());
            if (!model.empty()) checkFront(queue, model.front());
        }
    }
}
