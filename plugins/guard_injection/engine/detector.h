// Is this text an attack on the model that reads it? Prompt injection (other instructions than those of
// whoever runs the model) and jailbreaks (no rules at all). Local, linear in the length of the text, no
// network.
#pragma once

#include <sluice/scanner.hpp>

#include <string_view>
#include <vector>

#include "lexicon.h"
#include "model.h"

namespace injection {

/// What a user may not say: a score from this on is an attack, see docs/injection.md for what it catches.
constexpr double kThreshold = 0.5;
/// The same for what a document or a tool may not say to the model.
constexpr double kIndirectThreshold = 0.5;

class Detector {
public:
    Detector() : lexicon_(Lexicon::builtin()), model_(Model::builtin()) {}

    /// 0 to 1: how much a prompt looks like an attack. The worst window of 384 words counts. [any]
    double score(std::string_view text) const;

    /// 0 to 1: how much a document or the result of a tool looks like it gives instructions to a model. The
    /// worst 24 words count, and phrases count more than in prompts. [any]
    double scoreIndirect(std::string_view text) const;

private:
    const Lexicon& lexicon_;
    const Model& model_;
};

/// The phrases that speak for an attack, with what each is worth alone (from 0.5 on): the explanation of a
/// score, and not the decision. Entities PROMPT_INJECTION, JAILBREAK, SYSTEM_PROMPT_LEAK.
class Phrases final : public sluice::Scanner {
public:
    Phrases() : lexicon_(Lexicon::builtin()) {}

    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override { return kPhraseMax; }
    size_t lookBehind() const override { return 2 * kPhraseMax; }
    size_t lookAhead() const override { return kPhraseMax; }

private:
    const Lexicon& lexicon_;
};

}  // namespace injection
