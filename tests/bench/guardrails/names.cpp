// Names: how well they are found, how often ordinary text is taken for them, and how long it takes.
//
//     SLUICE_TEST_DATA=../shared/data sluice_guard_names_bench [--misses] [--text FILE...]
//
// Prints a line for each figure: name, value, bar, aim. Texts after --text are ordinary ones: what is found
// in them is counted as a false alarm (and listed with --misses); without --text the bench's own are taken
// (names_texts.cpp).
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

#include "names/name_scanner.h"
#include "names_score.hpp"
#include "names_texts.hpp"

namespace {

void print(const char* name, double value, const char* bar, const char* aim) {
    std::printf("names.%s\t%.4g\t%s\t%s\n", name, value, bar, aim);
}

// The time of this thread alone: others may be busy on the machine.
double microsecondsOfCpu() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e6 + double(now.tv_nsec) / 1e3;
}

void quality(const pii::NameScanner& scanner, std::string* misses) {
    const char* data = std::getenv("SLUICE_TEST_DATA");
    std::string path = std::string(data ? data : "../shared/data") + "/pii/sentences.jsonl";
    std::vector<names_bench::Sentence> sentences = names_bench::readSentences(path);
    if (sentences.empty()) {
        std::fprintf(stderr, "no sentences in %s: quality is not measured\n", path.c_str());
        return;
    }
    auto scores = names_bench::score(scanner, sentences, misses);
    constexpr const char* kNames[] = {"person", "organization", "location", "address"};
    names_bench::Score all;
    for (size_t i = 0; i < scores.size(); ++i) {
        std::string name = kNames[i];
        print((name + ".f1").c_str(), scores[i].f1(), "0.70", "0.85");
        print((name + ".precision").c_str(), scores[i].precision(), "-", "-");
        print((name + ".recall").c_str(), scores[i].recall(), "-", "-");
        print((name + ".exact_f1").c_str(), scores[i].exactF1(), "-", "-");
        all += scores[i];
    }
    print("f1", all.f1(), "0.70", "0.85");
    print("exact_f1", all.exactF1(), "-", "-");
}

void falseAlarms(const pii::NameScanner& scanner, const std::vector<std::string>& texts,
                 std::string* misses) {
    size_t bytes = 0, alarms = 0;
    for (const std::string& text : texts) {
        std::vector<sluice::Finding> found;
        scanner.find(text, 0, found);
        bytes += text.size();
        alarms += found.size();
        for (const sluice::Finding& finding : found) {
            if (misses)
                *misses += "alarm " + std::string(finding.entity) + "\t" +
                           text.substr(finding.begin, finding.end - finding.begin) + "\n";
        }
    }
    print("false_alarms_per_kb", 1024.0 * double(alarms) / double(bytes), "-", "-");
}

std::vector<std::string> prompts(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += text + "\n\n";
    std::vector<std::string> cut;
    for (size_t at = 0; at + 2048 <= all.size(); at += 256) cut.push_back(all.substr(at, 2048));
    return cut;
}

double microsecondsPerText(const pii::NameScanner& scanner, const std::vector<std::string>& texts) {
    std::vector<sluice::Finding> found;
    constexpr int kRounds = 300;
    double begin = 0;
    for (int round = -10; round < kRounds; ++round) {
        if (round == 0) begin = microsecondsOfCpu();  // warm by now
        for (const std::string& text : texts) found.clear(), scanner.find(text, 0, found);
    }
    return (microsecondsOfCpu() - begin) / kRounds / double(texts.size());
}

void speed(const pii::NameScanner& scanner) {
    print("us_per_2kb", microsecondsPerText(scanner, prompts(names_bench::proseTexts())), "15", "8");
    std::vector<std::string> mixed = prompts(names_bench::ordinaryTexts());
    print("us_per_2kb_mixed", microsecondsPerText(scanner, mixed), "-", "-");

    std::string text;
    for (size_t i = 0; text.size() < 8 << 20; ++i) text += mixed[i % mixed.size()];
    std::vector<sluice::Finding> found;
    double begin = microsecondsOfCpu();
    scanner.find(text, 0, found);
    print("mb_per_s", double(text.size()) / (microsecondsOfCpu() - begin), "60", "-");
}

std::string contents(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

}  // namespace

int main(int argc, char** argv) {
    std::string list;
    std::string* misses = nullptr;
    std::vector<std::string> texts;
    for (int i = 1; i < argc; ++i) {
        std::string argument = argv[i];
        if (argument == "--misses")
            misses = &list;
        else if (argument != "--text")
            texts.push_back(contents(argv[i]));
    }
    double begin = microsecondsOfCpu();
    pii::NameScanner scanner;
    print("load_ms", (microsecondsOfCpu() - begin) / 1000, "50", "-");
    quality(scanner, misses);
    falseAlarms(scanner, texts.empty() ? names_bench::ordinaryTexts() : texts, misses);
    speed(scanner);
    std::fputs(list.c_str(), stdout);
    return 0;
}
