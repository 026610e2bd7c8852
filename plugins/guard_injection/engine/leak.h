// Does an answer give away what stands in the system prompt? Two ways to see it: a token that stands there
// and nowhere else (a canary), and words that stand there in the same order.
#pragma once

#include <sluice/scanner.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace injection {

struct LeakOptions {
    std::string canary;  // empty: none is looked for
    uint32_t words =
        12;  // as many words of the system prompt in a row are a leak; 0: rows are not looked for
};

/// Of one request: made of its system prompt. Entities CANARY and SYSTEM_PROMPT_LEAK.
///
/// Words are read as in prompts (reader.h): a system prompt in base64, s p a c e d or in rot13 of words of
/// the lexicon is the same to it; in other words or another language it is not. Of a long row of words the
/// first are found.
class LeakScanner final : public sluice::Scanner {
public:
    /// Of more than 16384 words of a system prompt the first count. Memory: 4 bytes a word.
    LeakScanner(LeakOptions options, std::string_view system_prompt);

    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    /// A row of words that is longer than this, in bytes, is not seen.
    size_t longest() const override;
    size_t lookBehind() const override { return 128; }
    size_t lookAhead() const override { return 1; }

    /// 0 to 1: how much of the system prompt stands in the answer, by its rows of four words. 0 for system
    /// prompts of less than 12 words: those say what many say. [any]
    double share(std::string_view answer) const;

private:
    bool knows(uint32_t shingle) const;

    LeakOptions options_;
    std::vector<uint32_t> shingles_;  // of four words; sorted, each once
};

}  // namespace injection
