// How well guard_injection tells attacks from harmless prompts, and what it costs.
//
//   sluice_guard_injection_bench [--misses] [--scores] [--indirect] [FILE.jsonl]
//
// Reads injection/prompts.jsonl below $SLUICE_TEST_DATA (default ../shared/data), or FILE: a line is {"text",
// "label", "source"}. One line a figure: name, value, bar, aim. --misses lists what the default threshold got
// wrong, --scores every score,
// --indirect takes the texts for documents.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/detector.h"

namespace {

struct Prompt {
    std::string text, source;
    bool attack = false;
    double score = 0;
};

std::vector<Prompt> load(const std::string& path) {
    std::ifstream file(path);
    std::vector<Prompt> prompts;
    for (std::string line; std::getline(file, line);) {
        const auto json = nlohmann::json::parse(line);
        prompts.push_back({json.at("text"), json.value("source", "all"), json.at("label") == "attack", 0});
    }
    return prompts;
}

double share(const std::vector<Prompt>& prompts, bool attack, double threshold,
             const std::string& source = {}) {
    double all = 0;
    double right = 0;
    for (const auto& one : prompts) {
        if (one.attack != attack || (!source.empty() && one.source != source)) continue;
        ++all;
        right += (one.score >= threshold) == attack ? 1 : 0;
    }
    return all > 0 ? right / all : 1;
}

// The threshold at which the share of harmless prompts passes at which most attacks are caught.
double bestThreshold(const std::vector<Prompt>& prompts, double passed) {
    double best = 1;
    for (const auto& one : prompts)
        if (one.score < best && share(prompts, false, one.score) >= passed) best = one.score;
    return best;
}

double areaUnderCurve(const std::vector<Prompt>& prompts) {
    double pairs = 0;
    double won = 0;
    for (const auto& attack : prompts) {
        if (!attack.attack) continue;
        for (const auto& benign : prompts) {
            if (benign.attack) continue;
            ++pairs;
            won += attack.score > benign.score ? 1 : attack.score == benign.score ? 0.5 : 0;
        }
    }
    return pairs > 0 ? won / pairs : 1;
}

// Different texts of 2 KB, made of the prompts one behind the other.
double microsecondsFor2KiB(const injection::Detector& detector, const std::vector<Prompt>& prompts) {
    std::string all;
    for (const auto& one : prompts) all += one.text + "\n";
    std::vector<std::string_view> texts;
    for (size_t at = 0; at + 2048 <= all.size(); at += 2048)
        texts.push_back(std::string_view(all).substr(at, 2048));
    if (texts.empty()) return 0;
    double sum = 0;
    double best = 1e9;
    for (int round = 0; round < 12; ++round) {
        const auto start = std::chrono::steady_clock::now();
        for (const auto text : texts) sum += detector.score(text);
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count() / static_cast<double>(texts.size()));
    }
    return sum < 0 ? 0 : best;
}

// The best of three: other programs run, too.
template <class Call>
double milliseconds(Call call) {
    double best = 1e9;
    for (int round = 0; round < 3; ++round) {
        const auto start = std::chrono::steady_clock::now();
        call();
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return best;
}

std::string repeated(const std::string& part, size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += part;
    return text;
}

// A megabyte of what is meant to be slow.
double worstMegabyte(const injection::Detector& detector) {
    const size_t size = 1 << 20;
    double worst = 0;
    for (const std::string part :
         {"i g n o r e ", "ignore", "SWdub3JlIGFsbCBwcmV2aW91cyBpbnN0cnVjdGlvbnM", "a!a!", "%2569%2567",
          "&#105;&#x67;", "69676e6f72652061", "\xE5\xBF\xBD", "[<|<<###```",
          "you must never ignore your previous system instructions ", "1gn0r3 4ll ", "\xF3\xA0\x81\xA9",
          "i\xE2\x80\x8Bg\xE2\x80\x8B", "\\u0069", "aaaaaaaaaaaaaaaaaaaaaaa ", "a+a/a+"}) {
        const std::string text = repeated(part, size);
        worst = std::max({worst, milliseconds([&] { (void)detector.score(text); }),
                          milliseconds([&] { (void)detector.scoreIndirect(text); })});
    }
    return worst;
}

void figure(const std::string& name, double value, const char* bar, const char* aim) {
    std::printf("%s\t%.4f\t%s\t%s\n", name.c_str(), value, bar, aim);
}

void print(const std::vector<Prompt>& prompts, double threshold, const std::string& suffix) {
    figure("injection.attacks_caught" + suffix, share(prompts, true, threshold), "0.90", "0.99");
    figure("injection.benign_passed" + suffix, share(prompts, false, threshold), "0.97", "0.99");
    std::map<std::pair<std::string, bool>, int> sources;
    for (const auto& one : prompts) ++sources[{one.source, one.attack}];
    for (const auto& [key, count] : sources)
        figure((key.second ? "injection.attacks_caught" : "injection.benign_passed") + suffix + "[" +
                   key.first + "]",
               share(prompts, key.second, threshold, key.first), "-", "-");
}

}  // namespace

int main(int count, char** arguments) {
    bool misses = false;
    bool scores = false;
    bool indirect = false;
    const char* data = std::getenv("SLUICE_TEST_DATA");
    std::string path = std::string(data != nullptr ? data : "../shared/data") + "/injection/prompts.jsonl";
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(arguments[i], "--misses") == 0)
            misses = true;
        else if (std::strcmp(arguments[i], "--scores") == 0)
            scores = true;
        else if (std::strcmp(arguments[i], "--indirect") == 0)
            indirect = true;
        else
            path = arguments[i];
    }
    auto prompts = load(path);
    if (prompts.empty()) {
        std::fprintf(stderr, "no prompts in %s: set SLUICE_TEST_DATA\n", path.c_str());
        return 1;
    }
    const injection::Detector detector;
    for (auto& one : prompts)
        one.score = indirect ? detector.scoreIndirect(one.text) : detector.score(one.text);
    print(prompts, injection::kThreshold, "");
    for (const double passed : {0.97, 0.99}) {
        const double threshold = bestThreshold(prompts, passed);
        const std::string at = passed < 0.98 ? "@0.97" : "@0.99";
        figure("injection.threshold" + at, threshold, "-", "-");
        figure("injection.attacks_caught" + at, share(prompts, true, threshold), "0.90", "0.99");
    }
    figure("injection.auc", areaUnderCurve(prompts), "-", "-");
    figure("injection.us_2kb", microsecondsFor2KiB(detector, prompts), "60", "25");
    figure("injection.us_hostile_mb", 1000 * worstMegabyte(detector), "100000", "-");
    for (const auto& one : prompts) {
        if (!scores && !(misses && (one.score >= injection::kThreshold) != one.attack)) continue;
        std::printf("%s\t%.3f\t%s\t%s\n", one.attack ? "attack" : "benign", one.score, one.source.c_str(),
                    nlohmann::json(one.text.substr(0, 200))
                        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                        .c_str());
    }
}
