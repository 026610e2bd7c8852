// What a content filter costs: a thousand blocked words, every shipped category, every prebuilt pattern.
//
//   sluice_guard_content_bench [data]     lines of name, value, bar, aim; data: $SLUICE_TEST_DATA or
//   ../shared/data sluice_guard_content_bench --misses   what of the data is found, one finding a line
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "engine/category.h"
#include "engine/content_scanner.h"
#include "engine/language.h"

using namespace guard_content;

namespace {

// Microseconds on the processor: what counts is the cost, not who else is running.
double now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

std::vector<std::string> texts(const std::string& dir, const char* file) {
    std::vector<std::string> all;
    std::ifstream in(dir + "/" + file);
    for (std::string line; std::getline(in, line);) {
        const auto json = nlohmann::json::parse(line, nullptr, false);
        if (json.is_object() && json.contains("text") && json["text"].is_string())
            all.push_back(json["text"]);
    }
    return all;
}

// Words of nobody's: two to four syllables, some of them two words.
std::vector<std::string> blockedWords() {
    std::mt19937 random(7);
    const char* syllables[] = {"ba",  "co",  "den", "fi",  "gar", "hel", "jo",  "kra", "lu",  "mon",
                               "ner", "ops", "pri", "qua", "ras", "sto", "tel", "ul",  "vin", "zor"};
    std::vector<std::string> all;
    while (all.size() < 1000) {
        std::string word;
        for (size_t n = 2 + random() % 3; n > 0; --n) word += syllables[random() % std::size(syllables)];
        if (random() % 4 == 0)
            word += std::string(" ") + syllables[random() % std::size(syllables)] +
                    syllables[random() % std::size(syllables)];
        all.push_back(word);
    }
    return all;
}

ContentScanner scanner() {
    RuleSet set;
    for (const auto name : prebuiltNameList())
        set.prebuilt.push_back({prebuiltOf(name), set.add({std::string(name), Action::Mask, {}, {}, {}, 0})});
    std::string names = shippedCategories();
    for (size_t at = 0; at < names.size();) {
        const size_t end = std::min(names.find(", ", at), names.size());
        const std::string name = names.substr(at, end - at);
        addCategory(set, readCategory(shippedCategory(name), name), nullptr, {});
        at = end + 2;
    }
    for (const auto& word : blockedWords())
        set.words.push_back({{word}, set.add({"KEYWORD", Action::Block, {}, {}, {}, 0})});
    return ContentScanner(std::move(set));
}

std::vector<std::string> pages(const std::vector<std::string>& lines, size_t size, size_t count) {
    std::vector<std::string> all;
    std::mt19937 random(11);
    while (all.size() < count) {
        std::string page;
        while (page.size() < size) page += lines[random() % lines.size()] + "\n";
        all.push_back(page.substr(0, size));
    }
    return all;
}

double microseconds(const sluice::Scanner& scanner, const std::vector<std::string>& all, int rounds) {
    size_t findings = 0;
    double best = 1e18;
    for (int round = 0; round < rounds; ++round) {
        const double start = now();
        for (const auto& text : all) {
            std::vector<sluice::Finding> found;
            scanner.find(text, 0, found);
            findings += found.size();
        }
        best = std::min(best, now() - start);
    }
    if (findings == 1) std::fputs("", stderr);  // it is used
    return best / static_cast<double>(all.size());
}

double hostileMicroseconds(const sluice::Scanner& scanner) {
    double worst = 0;
    for (const char* piece : {"a", "1 ", "@", "a@", "kill ", "suicide mental health ", "minor sexual ", "自",
                              "k\xE2\x80\x8B", "4111 ", "::", "aa@b.co ", "212-555-0123 ", "é", "A", "Aa1"}) {
        std::string text;
        while (text.size() < 1'000'000) text += piece;
        worst = std::max(worst, microseconds(scanner, {text}, 2));
    }
    return worst;
}

}  // namespace

int main(int count, char** arguments) {
    const char* given = std::getenv("SLUICE_TEST_DATA");
    std::string dir = given ? given : "../shared/data";
    bool misses = false;
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(arguments[i], "--misses") == 0)
            misses = true;
        else
            dir = arguments[i];
    }
    auto lines = texts(dir, "injection/prompts.jsonl");
    for (auto& line : texts(dir, "pii/sentences.jsonl")) lines.push_back(std::move(line));
    if (lines.empty()) {
        std::fprintf(stderr, "no texts in %s: set SLUICE_TEST_DATA\n", dir.c_str());
        return 1;
    }
    const ContentScanner all = scanner();
    if (misses) {
        for (const auto& line : lines) {
            std::vector<sluice::Finding> found;
            all.find(line, 0, found);
            for (const auto& f : found)
                std::printf("%s\t%s\n", std::string(f.entity).c_str(),
                            line.substr(f.begin, f.end - f.begin).c_str());
        }
        return 0;
    }
    std::printf("content.us_2kb\t%.1f\t20\t10\n", microseconds(all, pages(lines, 2048, 400), 20));
    const auto longs = pages(lines, 1 << 20, 4);
    std::printf("content.mb_s\t%.0f\t80\t400\n", 1e6 / microseconds(all, longs, 5) * (1 << 20) / 1e6);
    std::printf("content.us_hostile_1mb\t%.0f\t50000\t20000\n", hostileMicroseconds(all));
    const Languages languages;
    const auto prompts = pages(lines, 2048, 200);
    const double start = now();
    size_t english = 0;
    for (const auto& text : prompts) english += languages.guess(text).code == "en";
    std::printf("content.language_us_2kb\t%.1f\t40\t20\n",
                (now() - start) / static_cast<double>(prompts.size()));
    std::printf("content.memory_kb\t%zu\t-\t-\n", all.bytes() / 1024);
    return english > 0 ? 0 : 1;
}
