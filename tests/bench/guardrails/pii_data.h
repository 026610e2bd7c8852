// The public cases of personal data, as bytes: their positions count characters.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bench {

struct Span {
    size_t begin, end;
    std::string entity;
};

struct Case {
    std::string text;
    std::string entity;  // of a recogniser's case
    size_t count = 0;
    std::vector<Span> spans;  // may be missing where there is a count
};

inline std::string dataDirectory() {
    const char* set = std::getenv("SLUICE_TEST_DATA");
    return set ? set : "../shared/data";
}

inline size_t byteOf(const std::string& text, size_t character) {
    size_t i = 0;
    for (; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
        if (character-- == 0) return i;
    }
    return i;
}

inline std::vector<nlohmann::json> readLines(const std::string& file) {
    std::ifstream in(dataDirectory() + "/pii/" + file);
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) lines.push_back(nlohmann::json::parse(line));
    return lines;
}

inline std::vector<Case> recognizerCases() {
    std::vector<Case> cases;
    for (const auto& line : readLines("recognizer_cases.jsonl")) {
        Case one{line["text"], line["entity"], line["count"], {}};
        for (const auto& span : line["spans"])
            if (span.size() == 2)
                one.spans.push_back({byteOf(one.text, span[0]), byteOf(one.text, span[1]), one.entity});
        cases.push_back(std::move(one));
    }
    return cases;
}

inline std::vector<Case> sentences() {
    std::vector<Case> cases;
    for (const auto& line : readLines("sentences.jsonl")) {
        Case one{line["text"], "", line["spans"].size(), {}};
        for (const auto& span : line["spans"])
            one.spans.push_back({byteOf(one.text, span["start_position"]),
                                 byteOf(one.text, span["end_position"]), span["entity_type"]});
        cases.push_back(std::move(one));
    }
    return cases;
}

}  // namespace bench
