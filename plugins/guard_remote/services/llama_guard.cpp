// Llama Guard, served by anything that speaks OpenAI's chat completions (vLLM, Ollama, Groq, …): a model
// whose whole answer is "safe", or "unsafe" and a line of categories.
//
// Format: model card of Llama Guard 3 and 4,
// https://github.com/meta-llama/PurpleLlama/blob/main/Llama-Guard3/8B/MODEL_CARD.md: "unsafe\nS1,S10"; the
// categories S1 to S14 are MLCommons' hazards and S14 code interpreter abuse.
#include <algorithm>

#include "../characters.h"
#include "../json.h"
#include "../reading.h"
#include "services.h"

namespace guard_remote {
namespace {

constexpr std::string_view kHazards[] = {"violent crimes",
                                         "non-violent crimes",
                                         "sex-related crimes",
                                         "child sexual exploitation",
                                         "defamation",
                                         "specialized advice",
                                         "privacy",
                                         "intellectual property",
                                         "indiscriminate weapons",
                                         "hate",
                                         "suicide and self-harm",
                                         "sexual content",
                                         "elections",
                                         "code interpreter abuse"};
constexpr size_t kPromptMax = 2'000;  // characters of the question that an answer is judged with

std::string_view trimmed(std::string_view text) {
    const size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const size_t end = text.find_last_not_of(" \t\r\n");
    return begin == text.size() ? std::string_view() : text.substr(begin, end + 1 - begin);
}

// "S1,S10" or "S1, S10"; what is no category is none.
std::vector<std::string> categoriesIn(std::string_view line) {
    std::vector<std::string> all;
    for (size_t at = 0; at <= line.size();) {
        const size_t end = std::min(line.find(',', at), line.size());
        const auto one = trimmed(line.substr(at, end - at));
        const bool digits = one.size() >= 2 && one.size() <= 3 &&
                            one.find_first_not_of("0123456789", 1) == std::string_view::npos;
        if (digits && (one[0] == 'S' || one[0] == 'O')) all.emplace_back(one);
        at = end + 1;
    }
    return all;
}

std::string nameOf(const std::string& category) {
    const size_t number = static_cast<size_t>(std::stoi(category.substr(1)));
    const bool known = category[0] == 'S' && number >= 1 && number <= std::size(kHazards);
    return known ? category + " (" + std::string(kHazards[number - 1]) + ")" : category;
}

class LlamaGuard final : public Adapter {
public:
    LlamaGuard(const sluice::ConfigObject& config, const sluice::Host&) {
        std::string base, key;
        config.need("api_base", base);
        url_ = urlOf(base, "api_base") + "/chat/completions";
        config.read("api_key", key);
        if (!key.empty()) headers_.emplace_back("authorization", "Bearer " + headerValue(key, "api_key"));
        config.need("model", model_);
        config.read("categories", categories_);
    }

    Bounds bounds() const override { return {1, 16'000, 0}; }
    Yields yields() const override { return Yields::Verdicts; }
    bool wantsAbout() const override { return true; }
    std::string keyOf(const About& about, std::string_view role) const override {
        return speaks(about, role) + about.prompt;
    }

    std::vector<Judgement> judge(Caller& caller, const About& about,
                                 const std::vector<Piece>& texts) const override {
        std::vector<Judgement> judgements;
        for (const auto& piece : texts) judgements.push_back(one(caller, about, piece));
        return judgements;
    }

private:
    // The model knows two speakers, who take turns and of whom the last is judged.
    static std::string speaks(const About& about, std::string_view role) {
        return about.side == Side::Answer || role == "assistant" ? "assistant" : "user";
    }

    Judgement one(Caller& caller, const About& about, const Piece& piece) const {
        const std::string role = speaks(about, piece.role);
        Json messages = Json::array();
        if (role == "assistant") {
            const auto prompt =
                std::string_view(about.prompt).substr(0, firstCharacters(about.prompt, kPromptMax));
            messages.push_back({{"role", "user"}, {"content", blank(prompt) ? "Hello" : prompt}});
        }
        messages.push_back({{"role", role}, {"content", piece.text}});
        const Json question{{"model", model_},
                            {"messages", messages},
                            {"temperature", 0},
                            {"max_tokens", 32},
                            {"stream", false}};
        return read(parsed(caller.post({url_, headers_, dumped(question)})));
    }

    Judgement read(const Json& answer) const {
        const Json& choices = needList(answer, "choices");
        const Json* message = choices.empty() ? nullptr : find(choices[0], "message");
        if (!message) malformed("there is no message");
        const std::string content = needText(*message, "content");
        const auto said = trimmed(content);
        const size_t line = std::min(said.find_first_of("\r\n"), said.size());
        const auto word = trimmed(said.substr(0, line));
        Judgement judgement;
        if (word == "safe") return judgement;
        if (word != "unsafe") malformed("neither \"safe\" nor \"unsafe\"");
        auto categories = categoriesIn(trimmed(said.substr(line)));
        // Unsafe without a category is unsafe all the same.
        judgement.blocked = categories.empty() || categories_.empty();
        for (const auto& category : categories) {
            judgement.labels.push_back(category);
            judgement.blocked |=
                std::find(categories_.begin(), categories_.end(), category) != categories_.end();
        }
        judgement.reason = "Violated guardrail policy";
        for (const auto& category : categories)
            judgement.reason += (&category == &categories[0] ? ": " : ", ") + nameOf(category);
        return judgement;
    }

    std::string url_, model_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::vector<std::string> categories_;  // that are blocked; empty: all
};

}  // namespace

Made makeLlamaGuard(const sluice::ConfigObject& config, const sluice::Host& host, const std::string&) {
    return std::make_unique<LlamaGuard>(config, host);
}

}  // namespace guard_remote
