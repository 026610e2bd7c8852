// Precision, recall and speed of guard_secrets' engine: one line a figure, name<TAB>value<TAB>bar<TAB>aim.
//
//   sluice_guard_secrets_bench [--corpus FILE]... [--misses] [--no-speed]
//
// A corpus is JSON lines {"text", "secret": [begin, end] or null, "kind"}, see
// tests/guards/secrets/corpus.py. A secret counts as found if findings cover nine tenths of it; every finding
// beside a secret is a false one. Exit 1 if a figure is below its bar. Speed: over prompts of
// SLUICE_TEST_DATA (default ../shared/data), else of the corpora.
#include <guard_secrets/engine/scanner.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;

struct Options {
    std::vector<std::string> corpora;
    bool misses = false, speed = true;
};

struct Counts {
    int positives = 0, found = 0, negatives = 0, false_ones = 0;
};

bool line(const std::string& name, double value, double bar, double aim, bool lower_is_better = false) {
    std::printf("%s\t%.4g\t%.4g\t%.4g\n", name.c_str(), value, bar, aim);
    return lower_is_better ? value <= bar : value >= bar;
}

void tell(const char* what, const Json& one, const std::string& text, size_t begin, size_t end,
          std::string_view entity) {
    std::string shown = text.substr(begin > 40 ? begin - 40 : 0, end - begin + 60);
    std::printf("# %s %s %.*s: %s\n", what, one["kind"].get<std::string>().c_str(),
                static_cast<int>(entity.size()), entity.data(),
                Json(shown).dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

void judge(const secrets::SecretScanner& scanner, const Json& one, bool misses, Counts& counts) {
    const auto text = one["text"].get<std::string>();
    std::vector<sluice::Finding> found;
    scanner.find(text, 0, found);
    size_t begin = 0, end = 0, covered = 0;
    if (!one["secret"].is_null()) {
        begin = one["secret"][0].get<size_t>();
        end = one["secret"][1].get<size_t>();
    }
    for (const auto& finding : found) {
        const size_t from = std::max(finding.begin, begin), to = std::min(finding.end, end);
        if (from < to) {
            covered += to - from;
        } else {
            ++counts.false_ones;
            if (misses) tell("false", one, text, finding.begin, finding.end, finding.entity);
        }
    }
    if (end == 0) {
        ++counts.negatives;
        return;
    }
    ++counts.positives;
    if (covered * 10 >= (end - begin) * 9) {
        ++counts.found;
    } else if (misses) {
        tell("missed", one, text, begin, end, "");
    }
}

using Rows = std::vector<std::string>;

Rows rowsOf(const std::string& path) {
    std::ifstream in(path);
    Rows rows;
    for (std::string row; std::getline(in, row);) rows.push_back(row);
    return rows;
}

// What the script of the corpora writes: of three seeds, so that 900 positives and 900 near misses count.
Rows generated(const std::string& style) {
    Rows rows;
    for (const auto* seed : {"1", "2", "3"}) {
        const std::string command =
            "python3 " SLUICE_SECRETS_CORPUS " /dev/stdout --style " + style + " --seed " + seed;
        FILE* out = popen(command.c_str(), "r");
        if (!out) return rows;
        std::string all;
        char part[65536];
        for (size_t size = 0; (size = fread(part, 1, sizeof part, out)) > 0;) all.append(part, size);
        pclose(out);
        size_t at = 0;
        for (size_t end = 0; (end = all.find('\n', at)) != all.npos; at = end + 1)
            rows.push_back(all.substr(at, end - at));
    }
    return rows;
}

bool quality(const std::string& label, const Rows& rows, bool misses, std::vector<std::string>& texts) {
    const secrets::SecretScanner scanner;
    Counts counts;
    for (const auto& row : rows) {
        const auto one = Json::parse(row);
        texts.push_back(one["text"].get<std::string>());
        judge(scanner, one, misses, counts);
    }
    if (counts.positives == 0) return false;
    const double recall = static_cast<double>(counts.found) / counts.positives;
    const double precision =
        static_cast<double>(counts.found) / std::max(1, counts.found + counts.false_ones);
    std::printf("# %s: %d positives, %d near misses\n", label.c_str(), counts.positives, counts.negatives);
    const bool good = line("secrets.recall." + label, recall, 0.97, 0.99);
    return line("secrets.precision." + label, precision, 0.97, 0.99) && good;
}

// Texts of `size` bytes each, cut from all of them in a row.
std::vector<std::string> cut(const std::vector<std::string>& texts, size_t size) {
    std::string all;
    for (const auto& text : texts) all += text + "\n";
    std::vector<std::string> out;
    for (size_t at = 0; at + size <= all.size() && out.size() < 400; at += size)
        out.push_back(all.substr(at, size));
    return out;
}

std::vector<std::string> prompts(const std::string& path) {
    std::vector<std::string> texts;
    std::ifstream in(path);
    for (std::string row; std::getline(in, row);) {
        const auto one = Json::parse(row, nullptr, false);
        if (!one.is_object()) continue;
        for (const auto& [key, value] : one.items())
            if (value.is_string() && value.get_ref<const std::string&>().size() > 60) texts.push_back(value);
    }
    return texts;
}

std::vector<std::string> whole(const std::string& path) {
    std::ifstream in(path);
    return {std::string(std::istreambuf_iterator<char>(in), {})};
}

// Microseconds a text, the best of several rounds over all of them.
double timed(const std::vector<std::string>& texts) {
    const secrets::SecretScanner scanner;
    std::vector<sluice::Finding> found;
    double best = 1e9;
    for (int round = 0; round < 15; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        for (const auto& text : texts) {
            found.clear();
            scanner.find(text, 0, found);
        }
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
        best = std::min(best, took.count() / static_cast<double>(texts.size()));
    }
    return best;
}

bool speed(const std::vector<std::string>& corpus) {
    const char* data = std::getenv("SLUICE_TEST_DATA");
    const std::string folder = data ? data : "../shared/data";
    bool good = true;
    const auto measure = [&good](const char* name, const std::vector<std::string>& texts, double bar = 25) {
        const auto pieces = cut(texts, 2048);
        if (pieces.empty()) return;
        good &= line(std::string("secrets.us_2kb.") + name, timed(pieces), bar, 15, true);
        std::string all;
        for (const auto& piece : pieces) all += piece;
        line(std::string("secrets.mb_per_s.") + name, static_cast<double>(all.size()) / timed({all}), 80,
             400);
    };
    const auto found = prompts(folder + "/injection/prompts.jsonl");
    if (found.empty()) std::printf("# no prompts in %s\n", folder.c_str());
    measure("prompts", found);
    measure("yaml", whole(folder + "/specs/openai.yaml"));
    measure("json", whole(folder + "/sse/provider_chunks.jsonl"));
    measure("corpus", corpus, 60);  // a secret or a near miss every 200 bytes
    return good;
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (argument == "--corpus" && i + 1 < count) options.corpora.emplace_back(arguments[++i]);
        if (argument == "--misses") options.misses = true;
        if (argument == "--no-speed") options.speed = false;
    }
    std::vector<std::string> texts;
    bool good = true;
    for (const auto& path : options.corpora) good &= quality("corpus", rowsOf(path), options.misses, texts);
    if (options.corpora.empty()) {
        for (const std::string style : {"usual", "other"})
            good &= quality(style, generated(style), options.misses, texts);
    }
    return (!options.speed || speed(texts)) && good ? 0 : 1;
}
