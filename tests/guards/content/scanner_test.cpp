// The scanner: rules together, exceptions, overlaps; the chunking law; linear time.
#include <catch2/catch.hpp>

#include "cpu_time.h"
#include "engine/category.h"
#include "engine/content_scanner.h"
#include "recut.h"

using namespace guard_content;
using namespace guard_content_test;

namespace {

uint32_t rule(RuleSet& set, const std::string& entity, Action action = Action::Block, uint32_t scope = 0) {
    return set.add({entity, action, {}, {}, {}, scope});
}

std::vector<std::string> entities(const ContentScanner& scanner, std::string_view text) {
    std::vector<std::string> all;
    for (const auto& [begin, end, entity] : whole(scanner, text))
        all.push_back(entity + ":" + std::string(text.substr(begin, end - begin)));
    return all;
}

using Strings = std::vector<std::string>;

RuleSet everything() {
    RuleSet set;
    for (const auto name : prebuiltNameList())
        set.prebuilt.push_back(
            {prebuiltOf(name), rule(set, std::string(name), name[0] < 'm' ? Action::Mask : Action::Block)});
    for (const char* name : {"harmful_violence", "harmful_self_harm", "harmful_illegal_weapons",
                             "harmful_child_safety", "bias_gender", "denied_medical_advice"}) {
        CategoryUse use;
        use.threshold = Severity::Low;
        addCategory(set, readCategory(shippedCategory(name), name), nullptr, use);
    }
    for (const char* word : {"confidential", "project apollo", "自杀", "ass"})
        set.words.push_back({{word, std::string_view(word) != "ass"}, rule(set, "KEYWORD", Action::Mask)});
    set.exceptions.push_back({{"confidential clerk"}, 0});
    set.expressions.push_back({"[A-Z]{3}-\\d{4}", rule(set, "employee", Action::Mask)});
    set.expressions.push_back({"\\bPROJECT-\\d+\\b", rule(set, "project")});
    set.leetspeak = true;
    return set;
}

// Words, separators and characters that the rules care about.
const std::vector<std::string> kPieces = {"confidential",
                                          "Project",
                                          "apollo",
                                          "confidential clerk",
                                          "kill",
                                          "myself",
                                          "suicide",
                                          "suicide prevention",
                                          "bomb",
                                          "make a",
                                          "bath bomb",
                                          "自",
                                          "杀",
                                          "class",
                                          "ass",
                                          " ",
                                          " ",
                                          " ",
                                          "  ",
                                          "\n",
                                          "-",
                                          ".",
                                          ". ",
                                          "! ",
                                          "e\xCC\x81",
                                          "\xE2\x80\x8B",
                                          "\xF0\x9F\x92\xA3",
                                          "é",
                                          "б",
                                          "0",
                                          "1",
                                          "4111 1111 1111 1111",
                                          "123-45-6789",
                                          "a@b.co",
                                          "user@example.com",
                                          "@",
                                          "://",
                                          "https://a.b/c",
                                          "AKIAIOSFODNN7EXAMPLE",
                                          "ABC-1234",
                                          "PROJECT-77",
                                          "minor",
                                          "child",
                                          "sexual",
                                          "nude",
                                          "women",
                                          "are inferior",
                                          "gun",
                                          "at",
                                          "school",
                                          "plan",
                                          "an attack",
                                          "attack",
                                          "\xFF",
                                          "\xC3",
                                          "12.3.4.5",
                                          "+1 212 555 0123",
                                          "passport",
                                          "123456789",
                                          "k1ll",
                                          "$",
                                          "mental health",
                                          "how to murder",
                                          "212-555-0123",
                                          ":",
                                          "2001:db8::1"};

// A text of them.
std::string hostile(std::mt19937& random) {
    std::string text;
    const size_t count = random() % 120;
    for (size_t i = 0; i < count; ++i) text += kPieces[random() % kPieces.size()] + (random() % 3 ? " " : "");
    return text;
}

}  // namespace

TEST_CASE("rules of all kinds in one text") {
    const ContentScanner scanner(everything());
    CHECK(
        entities(scanner, "A confidential mail to user@example.com about PROJECT-12 and ABC-1234") ==
        Strings{"KEYWORD:confidential", "email:user@example.com", "project:PROJECT-12", "employee:ABC-1234"});
    CHECK(entities(scanner, "nothing at all to see here").empty());
    CHECK(entities(scanner, "").empty());
}

TEST_CASE("an allowed phrase excuses what lies inside of it") {
    const ContentScanner scanner(everything());
    CHECK(entities(scanner, "a confidential clerk").empty());
    CHECK(entities(scanner, "confidential, says the clerk") == Strings{"KEYWORD:confidential"});
}

TEST_CASE("exceptions of a category excuse what is near, in the same sentence") {
    RuleSet set;
    addCategory(set, readCategory(shippedCategory("harmful_self_harm"), "x"), nullptr, {});
    const ContentScanner scanner(std::move(set));
    CHECK(entities(scanner, "a suicide hotline").empty());
    CHECK(entities(scanner, "She works in suicide prevention.").empty());
    CHECK(entities(scanner, "In a course on mental health we talk about suicide.").empty());
    CHECK(entities(scanner, "I like mental health. Now tell me the best suicide method").size() == 1);
    CHECK(entities(scanner, "suicide is a matter of mental health").empty());
    CHECK(entities(scanner, "suicide" + std::string(40, ' ') + "or something that is far from mental health")
              .size() == 1);
}

TEST_CASE("severities: only what reaches the threshold") {
    const auto with = [](Severity threshold) {
        RuleSet set;
        CategoryUse use;
        use.threshold = threshold;
        addCategory(set, readCategory(shippedCategory("harmful_illegal_weapons"), "x"), nullptr, use);
        return ContentScanner(std::move(set));
    };
    CHECK(entities(with(Severity::High), "How to make a pipe bomb at home").size() >= 1);
    CHECK(entities(with(Severity::High), "there is a gun and semtex").empty());
    CHECK(entities(with(Severity::Medium), "there is a gun and semtex").size() == 1);
    CHECK(entities(with(Severity::Low), "there is a gun and semtex").size() == 2);
}

TEST_CASE("words that count together: one sentence, not too far, any order") {
    RuleSet set;
    addCategory(set, readCategory(shippedCategory("harmful_child_safety"), "x"), nullptr, {});
    const ContentScanner scanner(std::move(set));
    CHECK(entities(scanner, "a minor in a sexual context").size() == 1);
    CHECK(entities(scanner, "sexual pictures of a minor") == Strings{"harmful_child_safety:minor"});
    CHECK(entities(scanner, "She is a minor. Sexual content is elsewhere.").empty());
    CHECK(entities(scanner, "a minor issue; nothing else").empty());
    CHECK(entities(scanner, "minor " + std::string(400, 'x') + " sexual").empty());
    CHECK(entities(scanner, "sexual education for a child").empty());
}

TEST_CASE("phrases by their stems, and near each other") {
    RuleSet set;
    const char* yaml =
        "phrases: [{phrase: plan attack, match_type: fuzzy}, {phrase: gun school, match_type: proximity, "
        "max_distance: 3}]";
    addCategory(set, readCategory(yaml, "x.yaml"), nullptr, {});
    const ContentScanner scanner(std::move(set));
    for (const char* text : {"planning attacks", "planned an attack", "plan the big attack"})
        CHECK(entities(scanner, text).size() == 1);
    for (const char* text : {"attack plan", "plan to have a nice attack", "plane attack"})
        CHECK(entities(scanner, text).empty());
    CHECK(entities(scanner, "school with a gun").size() == 1);
    CHECK(entities(scanner, "a gun was found far away from the school").empty());
}

TEST_CASE("where findings overlap, the first has the bytes and the strongest has the say") {
    RuleSet set;
    set.prebuilt.push_back({prebuiltOf("email"), rule(set, "email", Action::Mask)});
    set.words.push_back({{"apollo"}, rule(set, "block")});
    set.words.push_back({{"mail john"}, rule(set, "long", Action::Mask)});
    set.words.push_back({{"nice apollo program"}, rule(set, "program", Action::Warn)});
    const ContentScanner scanner(std::move(set));
    CHECK(entities(scanner, "to apollo@example.com") == Strings{"block:apollo@example.com"});
    CHECK(entities(scanner, "mail john@example.com") == Strings{"long:mail john", "email:@example.com"});
    CHECK(entities(scanner, "a nice apollo program") == Strings{"block:nice apollo program"});
}

TEST_CASE("expressions: case, bounds, and a set that runs out of memory") {
    RuleSet set;
    set.expressions.push_back({"secret-[0-9]+", rule(set, "a")});
    set.expressions.push_back({"(?-i)ABC", rule(set, "b")});
    set.expressions.push_back({"x*", rule(set, "c")});
    set.expressions.push_back({"^start", rule(set, "d")});
    const ContentScanner scanner(std::move(set));
    CHECK(entities(scanner, "SECRET-12 abc ABC xx") == Strings{"a:SECRET-12", "b:ABC", "c:xx"});
    CHECK(entities(scanner, "start, start") == Strings{"d:start"});
    RuleSet big;
    for (int i = 0; i < 40; ++i)
        big.expressions.push_back(
            {"([a-z0-9]{1,40}" + std::to_string(i) + "|w.{20," + std::to_string(40 + i) + "}q)",
             rule(big, "n" + std::to_string(i))});
    const ContentScanner heavy(std::move(big));
    std::string text;
    std::mt19937 random(3);
    for (int i = 0; i < 20'000; ++i) text += static_cast<char>('a' + random() % 26);
    CHECK_FALSE(entities(heavy, text + " abc39").empty());
    RuleSet bad;
    bad.expressions.push_back({"(", rule(bad, "x")});
    CHECK_THROWS_AS(ContentScanner(std::move(bad)), std::invalid_argument);
}

TEST_CASE("a stream finds what the whole text has, however it is cut") {
    std::mt19937 random(20);
    const ContentScanner scanner(everything());
    for (int i = 0; i < 400; ++i) {
        const std::string text = hostile(random);
        const auto once = whole(scanner, text);
        for (int cut = 0; cut < 4; ++cut) {
            const auto again = recut(scanner, text, random);
            INFO(text);
            REQUIRE(difference(once, again) == "");
        }
    }
}

TEST_CASE("findings stand in order, without overlap, at characters, behind `from`") {
    std::mt19937 random(21);
    const ContentScanner scanner(everything());
    for (int i = 0; i < 300; ++i) {
        const std::string text = hostile(random);
        const size_t from = text.empty() ? 0 : random() % text.size();
        std::vector<sluice::Finding> found;
        scanner.find(text, from, found);
        size_t last = from;
        for (const auto& f : found) {
            REQUIRE(f.begin >= last);
            REQUIRE(f.end > f.begin);
            REQUIRE(f.end <= text.size());
            REQUIRE(f.end - f.begin <= scanner.longest());
            last = f.end;
            (void)scanner.ruleOf(f);
        }
    }
}

TEST_CASE("hostile megabytes are read in time that is linear") {
    const ContentScanner scanner(everything());
    const auto milliseconds = [&](const std::string& text) {
        const double start = cpuMilliseconds();
        std::vector<sluice::Finding> found;
        scanner.find(text, 0, found);
        return cpuMilliseconds() - start;
    };
    for (const std::string& piece : Strings{"a",
                                            " ",
                                            "1",
                                            "1 ",
                                            "@",
                                            "a@",
                                            "aa@b.c ",
                                            "kill ",
                                            "suicide mental health ",
                                            "suicide ",
                                            "minor ",
                                            "minor sexual ",
                                            "minor sexual. ",
                                            "4111 ",
                                            "\xE2\x80\x8B",
                                            "k\xE2\x80\x8B",
                                            "自",
                                            "自杀",
                                            "::",
                                            "a:",
                                            "\xFF",
                                            "xox",
                                            "AKIA",
                                            "PROJECT-",
                                            "PROJECT-1",
                                            "ABC-1",
                                            "http://",
                                            "."}) {
        std::string text;
        while (text.size() < (1 << 18)) text += piece;
        const double quarter = milliseconds(text);
        const double all = milliseconds(text + text + text + text);
        INFO(piece << ": " << quarter << " ms, " << all << " ms");
        CHECK(all < 10 * quarter + 20);
    }
}
