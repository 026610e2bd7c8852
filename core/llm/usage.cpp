#include "llm/usage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "base/name_bits.h"
#include "llm/json_parser.h"
#include "llm/json_scan.h"

namespace sluice::llm {

using simdjson::dom::element;

namespace {

using namespace std::string_view_literals;

constexpr double kCostMax = 1e6;  // USD of one request: beyond it is nonsense

bool number(const element& object, std::string_view name, uint64_t& out) {
    return object[name].get(out) == simdjson::SUCCESS;
}
bool number(const element& object, std::string_view name, double& out) {
    return object[name].get(out) == simdjson::SUCCESS;
}
bool object(const element& in, std::string_view name, element& out) {
    return in[name].get(out) == simdjson::SUCCESS;
}

// A small object as it stands in JSON text, without a tree being built: most answers are parsed for their
// usage alone. Nobody has looked at the text before: an answer may be cut or no JSON at all.
class Flat {
public:
    Flat() = default;  // members_ stay as they are: nobody looks at more than size_ of them
    Flat(const Flat&) = delete;
    Flat& operator=(const Flat&) = delete;

    void read(std::string_view text) {
        names_.clear();
        size_ = end_ = 0;
        size_t at = skipSpace(text, 1);
        while (at < text.size() && text[at] == '"' && size_ < members_.size()) {
            const size_t end = skipString(text, at);
            const size_t colon = skipSpace(text, end);
            if (colon >= text.size() || text[colon] != ':') return;
            const size_t value = skipSpace(text, colon + 1);
            const size_t behind = skipValue(text, value);
            const std::string_view name = text.substr(at + 1, end - at - 2);
            names_.add(name);
            members_[size_++] = {name.data(), name.size(), text.data() + value, behind - value};
            at = skipSpace(text, behind);
            if (at < text.size() && text[at] == ',') at = skipSpace(text, at + 1);
        }
        if (at < text.size() && text[at] == '}') end_ = at + 1;
    }
    /// Behind its brace; 0 if it has no end, or more members than there is room for.
    size_t end() const { return end_; }

    std::string_view find(std::string_view name) const {
        if (!names_.mayHave(name)) return {};
        for (size_t i = 0; i < size_; ++i) {
            const Member& m = members_[i];
            if (std::string_view(m.name, m.name_size) == name) return {m.value, m.value_size};
        }
        return {};
    }

private:
    struct Member {  // no views: those would be cleared
        const char* name;
        size_t name_size;
        const char* value;
        size_t value_size;
    };
    std::array<Member, 24> members_;
    base::NameBits names_;
    size_t size_ = 0, end_ = 0;
};

template <class Number>
bool number(const Flat& object, std::string_view name, Number& out) {
    const std::string_view text = object.find(name);
    if (text.empty()) return false;
    Number value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size()) return false;
    out = value;
    return true;
}
bool object(const Flat& in, std::string_view name, Flat& out) {
    const std::string_view text = in.find(name);
    if (text.empty() || text.front() != '{') return false;
    out.read(text);
    return true;
}

template <class Object>
void mergeOpenAi(const Object& usage, Usage& into) {
    // Chat, completions and embeddings say prompt/completion, responses and images say input/output.
    if (!number(usage, "prompt_tokens", into.prompt_tokens))
        (void)number(usage, "input_tokens", into.prompt_tokens);
    if (!number(usage, "completion_tokens", into.completion_tokens))
        (void)number(usage, "output_tokens", into.completion_tokens);
    for (const auto details : {"prompt_tokens_details"sv, "input_tokens_details"sv}) {
        Object part;
        if (!object(usage, details, part)) continue;
        (void)number(part, "cached_tokens", into.cached_tokens);
        (void)number(part, "cache_write_tokens", into.cache_creation_tokens);  // OpenRouter
        (void)number(part, "audio_tokens", into.audio_prompt_tokens);
        (void)number(part, "image_tokens", into.image_prompt_tokens);
    }
    for (const auto details : {"completion_tokens_details"sv, "output_tokens_details"sv}) {
        Object part;
        if (!object(usage, details, part)) continue;
        (void)number(part, "reasoning_tokens", into.reasoning_tokens);
        (void)number(part, "audio_tokens", into.audio_completion_tokens);
    }
    // openrouter.ai/docs/use-cases/usage-accounting, deepinfra.com/docs
    for (const auto name : {"cost"sv, "estimated_cost"sv}) {
        double cost = 0;
        if (number(usage, name, cost) && cost >= 0 && cost < kCostMax) into.provider_cost = cost;
    }
    if (!number(usage, "total_tokens", into.total_tokens))
        into.total_tokens = into.prompt_tokens + into.completion_tokens;
}

template <class Object>
void mergeAnthropic(const Object& usage, Usage& into) {
    uint64_t input =
        into.prompt_tokens - std::min(into.prompt_tokens, into.cached_tokens + into.cache_creation_tokens);
    (void)number(usage, "input_tokens", input);
    (void)number(usage, "cache_read_input_tokens", into.cached_tokens);
    (void)number(usage, "cache_creation_input_tokens", into.cache_creation_tokens);
    Object created;
    if (object(usage, "cache_creation", created))
        (void)number(created, "ephemeral_1h_input_tokens", into.cache_creation_1h_tokens);
    (void)number(usage, "output_tokens", into.completion_tokens);
    into.prompt_tokens = input + into.cached_tokens + into.cache_creation_tokens;
    into.total_tokens = into.prompt_tokens + into.completion_tokens;
}

template <class Object>
void merge(const Object& usage, Dialect dialect, Usage& into) {
    into.known = true;
    if (dialect == Dialect::Anthropic) {
        mergeAnthropic(usage, into);
    } else {
        mergeOpenAi(usage, into);
    }
}

// Ends the root object right behind `at`, after more of its members? Then what stands before `at` was one of
// its members.
bool endsRoot(std::string_view text, size_t at) {
    for (at = skipSpace(text, at); at < text.size() && text[at] == ','; at = skipSpace(text, at)) {
        at = skipSpace(text, at + 1);
        if (at >= text.size() || text[at] != '"') return false;
        at = skipSpace(text, skipString(text, at));
        if (at >= text.size() || text[at] != ':') return false;
        at = skipValue(text, skipSpace(text, at + 1));
    }
    return at < text.size() && text[at] == '}' && skipSpace(text, at + 1) == text.size();
}

// The root's member `usage`, an object that stands near the end of most answers, found from there. False if
// it is not that simple. Inside a text the name's quotes would be escaped.
bool usageNearEnd(std::string_view body, Flat& usage) {
    constexpr std::string_view kBackwards = "\"egasu\"";
    constexpr size_t kNear = 2048;
    static const std::boyer_moore_horspool_searcher kSearch(kBackwards.begin(), kBackwards.end());
    const auto last = body.rbegin() + static_cast<std::ptrdiff_t>(std::min(body.size(), kNear));
    const auto found = std::search(body.rbegin(), last, kSearch);
    if (found == last) return false;
    const auto behind = static_cast<size_t>(body.rend() - found);
    const size_t name = behind - kBackwards.size();
    if (name == 0 || body[name - 1] == '\\') return false;
    size_t at = skipSpace(body, behind);
    if (at >= body.size() || body[at] != ':') return false;
    at = skipSpace(body, at + 1);
    if (at >= body.size() || body[at] != '{') return false;
    usage.read(body.substr(at));
    return usage.end() > 0 && endsRoot(body, at + usage.end());
}

}  // namespace

void mergeUsage(const element& usage, Dialect dialect, Usage& into) {
    if (usage.is_object()) merge(usage, dialect, into);
}

void addUsage(const Usage& more, Usage& to) {
    to.known |= more.known;
    to.estimated |= more.estimated;
    to.prompt_tokens += more.prompt_tokens;
    to.completion_tokens += more.completion_tokens;
    to.total_tokens += more.total_tokens;
    to.cached_tokens += more.cached_tokens;
    to.cache_creation_tokens += more.cache_creation_tokens;
    to.cache_creation_1h_tokens += more.cache_creation_1h_tokens;
    to.reasoning_tokens += more.reasoning_tokens;
    to.audio_prompt_tokens += more.audio_prompt_tokens;
    to.audio_completion_tokens += more.audio_completion_tokens;
    to.image_prompt_tokens += more.image_prompt_tokens;
    if (more.provider_cost) to.provider_cost = to.provider_cost.value_or(0) + *more.provider_cost;
}

Usage usageOfAnswer(std::string_view body, Dialect dialect) {
    Usage usage;
    if (Flat flat; usageNearEnd(body, flat)) {
        merge(flat, dialect, usage);
        return usage;
    }
    element root, object;
    if (parseJson(body).get(root) != simdjson::SUCCESS) return usage;
    if (root["usage"].get(object) == simdjson::SUCCESS) {
        mergeUsage(object, dialect, usage);
    } else if (dialect == Dialect::Anthropic && number(root, "input_tokens", usage.prompt_tokens)) {
        usage.known = true;  // count_tokens answers with the bare number
        usage.total_tokens = usage.prompt_tokens;
    }
    return usage;
}

}  // namespace sluice::llm
