#include "names_score.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace names_bench {
namespace {

int entityOf(std::string_view name) {
    if (name == "GPE") name = "LOCATION";
    auto at = std::find(kEntities.begin(), kEntities.end(), name);
    return at == kEntities.end() ? -1 : static_cast<int>(at - kEntities.begin());
}

// Byte offsets of characters, with one more for the end.
std::vector<size_t> characters(std::string_view text) {
    std::vector<size_t> offsets;
    for (size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) offsets.push_back(i);
    }
    offsets.push_back(text.size());
    return offsets;
}

size_t overlap(const Span& span, const std::vector<Span>& others) {
    size_t bytes = 0;
    for (const Span& other : others) {
        if (other.entity != span.entity) continue;
        size_t begin = std::max(span.begin, other.begin), end = std::min(span.end, other.end);
        if (begin < end) bytes += end - begin;
    }
    return bytes;
}

bool isCovered(const Span& span, const std::vector<Span>& others) {
    return 2 * overlap(span, others) >= span.end - span.begin;
}

void note(std::string* misses, const char* what, const Span& span, const std::string& text) {
    if (!misses) return;
    size_t from = span.begin < 60 ? 0 : span.begin - 60;
    std::string line = text.substr(from, span.begin - from) + "[[" +
                       text.substr(span.begin, span.end - span.begin) + "]]" + text.substr(span.end, 50);
    std::replace(line.begin(), line.end(), '\n', '|');
    *misses += std::string(what) + " " + std::string(kEntities[static_cast<size_t>(span.entity)]) + "\t" +
               line + "\n";
}

std::vector<Span> predict(const sluice::Scanner& scanner, const std::string& text) {
    std::vector<sluice::Finding> found;
    scanner.find(text, 0, found);
    std::vector<Span> spans;
    for (const sluice::Finding& finding : found) {
        int entity = entityOf(finding.entity);
        if (entity >= 0) spans.push_back({finding.begin, finding.end, entity});
    }
    return spans;
}

}  // namespace

double Score::f1() const {
    double sum = precision() + recall();
    return sum > 0 ? 2 * precision() * recall() / sum : 0;
}

void Score::operator+=(const Score& other) {
    gold += other.gold, found += other.found, predicted += other.predicted, right += other.right;
    exact += other.exact;
}

std::vector<Sentence> readSentences(const std::string& path) {
    std::vector<Sentence> sentences;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        auto json = nlohmann::json::parse(line);
        Sentence sentence{json["text"], {}};
        std::vector<size_t> offsets = characters(sentence.text);
        for (const auto& span : json["spans"]) {
            int entity = entityOf(span["entity_type"].get<std::string>());
            size_t begin = span["start_position"], end = span["end_position"];
            if (entity >= 0) sentence.gold.push_back({offsets.at(begin), offsets.at(end), entity});
        }
        sentences.push_back(std::move(sentence));
    }
    return sentences;
}

std::array<Score, kMeasured> score(const sluice::Scanner& scanner, const std::vector<Sentence>& sentences,
                                   std::string* misses) {
    std::array<Score, kMeasured> scores{};
    for (const Sentence& sentence : sentences) {
        std::vector<Span> predicted = predict(scanner, sentence.text);
        for (const Span& span : sentence.gold) {
            Score& score = scores[static_cast<size_t>(span.entity)];
            ++score.gold;
            bool found = isCovered(span, predicted);
            score.found += found;
            score.exact += std::any_of(predicted.begin(), predicted.end(), [&](const Span& other) {
                return other.entity == span.entity && other.begin == span.begin && other.end == span.end;
            });
            if (!found) note(misses, "missed", span, sentence.text);
        }
        for (const Span& span : predicted) {
            Score& score = scores[static_cast<size_t>(span.entity)];
            ++score.predicted;
            bool right = isCovered(span, sentence.gold);
            score.right += right;
            if (!right) note(misses, "wrong", span, sentence.text);
        }
    }
    return scores;
}

}  // namespace names_bench
