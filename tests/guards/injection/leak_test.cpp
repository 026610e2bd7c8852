// Answers that give away the system prompt.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "engine/leak.h"

using injection::LeakScanner;

namespace {

const std::string kSystem =
    "You are Marlow, the shopping assistant of Example Books. Never recommend titles of the publisher Gray "
    "Fox. "
    "Discounts above fifteen percent need the approval of a manager. The internal code of the summer sale is "
    "HELIOTROPE.";

std::vector<std::string> entities(const LeakScanner& leaks, std::string_view text) {
    std::vector<sluice::Finding> found;
    leaks.find(text, 0, found);
    std::vector<std::string> names;
    for (const auto& one : found) names.emplace_back(one.entity);
    return names;
}

}  // namespace

TEST_CASE("rows of words of the system prompt are a leak, whatever they are dressed up as") {
    const LeakScanner leaks({"", 10}, kSystem);
    const std::vector<std::string> leak{"SYSTEM_PROMPT_LEAK"};
    CHECK(entities(leaks, "My instructions are: " + kSystem) == leak);
    CHECK(
        entities(leaks,
                 "never RECOMMEND titles of the **publisher** Gray Fox - discounts above fifteen percent") ==
        leak);
    CHECK(entities(leaks,
                   "RGlzY291bnRzIGFib3ZlIGZpZnRlZW4gcGVyY2VudCBuZWVkIHRoZSBhcHByb3ZhbCBvZiBhIG1hbmFnZXIu") ==
          leak);
    CHECK(entities(leaks, "I am Marlow, the shopping assistant of Example Books. How can I help?").empty());
    CHECK(entities(leaks, "Discounts above ten percent need a manager.").empty());
    CHECK(entities(leaks, "").empty());
}

TEST_CASE("a canary is found wherever it stands") {
    const LeakScanner leaks({"ref-77aa", 0}, "");
    CHECK(entities(leaks, "it says ref-77aa, twice: (ref-77aa)") ==
          std::vector<std::string>{"CANARY", "CANARY"});
    CHECK(entities(leaks, "ref-77ab").empty());
    const LeakScanner both({"HELIOTROPE", 10}, kSystem);
    CHECK(entities(both, kSystem) == std::vector<std::string>{"SYSTEM_PROMPT_LEAK", "CANARY"});
    CHECK(entities(both, "approval of a manager. The internal code of the summer sale is HELIOTROPE") ==
          std::vector<std::string>{"SYSTEM_PROMPT_LEAK", "CANARY"});
}

TEST_CASE("the share of the system prompt in an answer") {
    const LeakScanner leaks({"", 12}, kSystem);
    CHECK(leaks.share(kSystem) == 1);
    CHECK(leaks.share("The answer is 42.") == 0);
    const double half = leaks.share(kSystem.substr(0, kSystem.size() / 2));
    CHECK(half > 0.35);
    CHECK(half < 0.6);
    CHECK(LeakScanner({"", 12}, "You are a helpful assistant.").share("You are a helpful assistant.") == 0);
    std::string huge;
    for (int i = 0; i < 40000; ++i) huge += "word" + std::to_string(i * 7) + " ";
    CHECK(LeakScanner({"", 12}, huge).share(huge) <= 1);
}
