// What the rules of guard_pii find in public cases, and how fast. Prints `name<TAB>value<TAB>bar<TAB>aim`.
//
//   sluice_guard_pii_bench [--misses]
//
// Data: $SLUICE_TEST_DATA (default ../shared/data), pii/recognizer_cases.jsonl and pii/sentences.jsonl. A
// case of a recogniser is asked with that one entity enabled and `lenient` (see docs/pii.md). A sentence is
// asked with the default entities and DOMAIN_NAME, and the default threshold. A span counts if both of its
// ends are right.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>

#include <engine/rule_scanner.h>

#include "pii_data.h"

namespace {

struct Score {
    double hits = 0, wrong = 0, missed = 0;
    double precision() const { return hits + wrong == 0 ? 1 : hits / (hits + wrong); }
    double recall() const { return hits + missed == 0 ? 1 : hits / (hits + missed); }
    double f1() const { return hits == 0 ? 0 : 2 * hits / (2 * hits + wrong + missed); }
    void add(const Score& other) {
        hits += other.hits;
        wrong += other.wrong;
        missed += other.missed;
    }
};

bool show_misses = false;

void print(const std::string& name, double value, double bar, double aim) {
    std::printf("%s\t%.4g\t%g\t%g\n", name.c_str(), value, bar, aim);
}

void tell(const char* what, const std::string& entity, const std::string& text, size_t begin, size_t end) {
    if (show_misses)
        std::printf("# %s %s '%s' in %s\n", what, entity.c_str(), text.substr(begin, end - begin).c_str(),
                    nlohmann::json(text).dump().c_str());
}

// Spans against findings of one entity.
Score compare(const bench::Case& one, const std::vector<bench::Span>& wanted,
              const std::vector<sluice::Finding>& found) {
    Score score;
    std::vector<bool> used(found.size());
    for (const auto& span : wanted) {
        bool hit = false;
        for (size_t i = 0; i < found.size() && !hit; ++i)
            if (!used[i] && found[i].begin == span.begin && found[i].end == span.end) hit = used[i] = true;
        (hit ? score.hits : score.missed) += 1;
        if (!hit) tell("missed", span.entity, one.text, span.begin, span.end);
    }
    for (size_t i = 0; i < found.size(); ++i) {
        if (used[i]) continue;
        score.wrong += 1;
        tell("wrong", std::string(found[i].entity), one.text, found[i].begin, found[i].end);
    }
    return score;
}

Score compareCase(const bench::Case& one, const std::vector<sluice::Finding>& found) {
    if (one.count > 0 && one.spans.size() == one.count) return compare(one, one.spans, found);
    Score score;
    score.hits = static_cast<double>(std::min(one.count, found.size()));
    score.missed = static_cast<double>(one.count) - score.hits;
    score.wrong = static_cast<double>(found.size()) - score.hits;
    if (score.missed + score.wrong > 0)
        tell(score.missed > 0 ? "missed" : "wrong", one.entity, one.text, 0, one.text.size());
    return score;
}

void recognizers() {
    const auto known = pii::RuleScanner::known();
    std::map<std::string, std::unique_ptr<pii::RuleScanner>> scanners;
    std::map<std::string, Score> scores;
    for (const auto& one : bench::recognizerCases()) {
        if (std::find(known.begin(), known.end(), one.entity) == known.end()) continue;
        auto& scanner = scanners[one.entity];
        if (!scanner) {
            pii::Options options;
            options.entities = {one.entity};
            options.lenient = true;
            scanner = std::make_unique<pii::RuleScanner>(options);
        }
        std::vector<sluice::Finding> found;
        scanner->find(one.text, 0, found);
        scores[one.entity].add(compareCase(one, found));
    }
    Score all;
    for (const auto& [entity, score] : scores) {
        print("pii.case." + entity + ".precision", score.precision(), 0.97, 0.99);
        print("pii.case." + entity + ".recall", score.recall(), 0.97, 0.99);
        all.add(score);
    }
    print("pii.case.all.precision", all.precision(), 0.97, 0.99);
    print("pii.case.all.recall", all.recall(), 0.97, 0.99);
}

pii::RuleScanner everyday() {
    pii::Options options;
    for (const auto name : pii::RuleScanner::byDefault()) options.entities.emplace(name);
    options.entities.insert("DOMAIN_NAME");
    return pii::RuleScanner(options);
}

void inSentences(const std::vector<bench::Case>& cases) {
    const auto scanner = everyday();
    std::map<std::string, Score> scores;
    for (const auto* entity : {"EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER",
                               "US_SSN", "DOMAIN_NAME"}) {
        for (const auto& one : cases) {
            std::vector<sluice::Finding> all;
            scanner.find(one.text, 0, all);
            std::vector<sluice::Finding> found;
            std::vector<bench::Span> wanted;
            std::copy_if(all.begin(), all.end(), std::back_inserter(found),
                         [&](const auto& f) { return f.entity == entity; });
            std::copy_if(one.spans.begin(), one.spans.end(), std::back_inserter(wanted),
                         [&](const auto& s) { return s.entity == entity; });
            scores[entity].add(compare(one, wanted, found));
        }
    }
    for (const auto& [entity, score] : scores)
        print("pii.sentence." + entity + ".f1", score.f1(), 0.93, 0.97);
    size_t other = 0;
    for (const auto& one : cases) {
        std::vector<sluice::Finding> all;
        scanner.find(one.text, 0, all);
        for (const auto& found : all) {
            if (scores.contains(std::string(found.entity))) continue;
            ++other;
            tell("other", std::string(found.entity), one.text, found.begin, found.end);
        }
    }
    std::printf("pii.sentence.other_entities_found\t%zu\t-\t-\n", other);
}

// Time of the processor: other work on the machine does not count.
struct Clock {
    static double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
};
double since(double start) { return Clock::now() - start; }

void speed(const std::vector<bench::Case>& cases) {
    pii::Options options;
    for (const auto name : pii::RuleScanner::known()) options.entities.emplace(name);
    const pii::RuleScanner scanner(options);
    std::string all;
    for (const auto& one : cases) all += one.text + "\n";
    std::vector<std::string> prompts;
    for (size_t i = 0; i + 2048 < all.size(); i += 517) prompts.push_back(all.substr(i, 2048));
    std::string prose;  // sentences without digits in between, as long texts are
    for (const auto& one : cases)
        if (std::none_of(one.text.begin(), one.text.end(), [](char c) { return c >= '0' && c <= '9'; }))
            prose += one.text + " ";
    std::string text;
    for (size_t i = 0; text.size() < (4U << 20); ++i)
        text += prose.substr(0, 4096) + cases[i % cases.size()].text + "\n";
    std::vector<sluice::Finding> found;
    double best_text = 1e9;
    double best_prompts = 1e9;
    for (int round = 0; round < 7; ++round) {
        found.clear();
        auto start = Clock::now();
        scanner.find(text, 0, found);
        best_text = std::min(best_text, since(start));
        start = Clock::now();
        for (const auto& prompt : prompts) {
            found.clear();
            scanner.find(prompt, 0, found);
        }
        best_prompts = std::min(best_prompts, since(start));
    }
    print("pii.speed.long_text_mb_per_s", static_cast<double>(text.size()) / 1e6 / best_text, 80, 400);
    print("pii.speed.us_2kb", best_prompts / static_cast<double>(prompts.size()) * 1e6, 25, 10);
}

void hostile() {
    pii::Options options;
    for (const auto name : pii::RuleScanner::known()) options.entities.emplace(name);
    const pii::RuleScanner scanner(options);
    for (const auto* unit : {"1 ", "12 ", "1234 ", "a@", "::", "1.", "a.", "a1 ", "+1-", "://",
                             "f:", "1234567890", "AB 12 ", "(1)", "1@a.com"}) {
        std::string text;
        while (text.size() < 1'000'000) text += unit;
        double best = 1e9;
        for (int round = 0; round < 5; ++round) {
            std::vector<sluice::Finding> found;
            const auto start = Clock::now();
            scanner.find(text, 0, found);
            best = std::min(best, since(start));
        }
        print("pii.us.1mb_of_" + nlohmann::json(unit).dump(), best * 1e6, 100000, 50000);
    }
}

}  // namespace

int main(int argc, char** argv) {
    show_misses = argc > 1 && std::strcmp(argv[1], "--misses") == 0;
    recognizers();
    const auto cases = bench::sentences();
    if (cases.empty()) {
        std::printf("# no data in %s\n", bench::dataDirectory().c_str());
        return 2;
    }
    inSentences(cases);
    speed(cases);
    hostile();
}
