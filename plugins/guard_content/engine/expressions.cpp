#include "expressions.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>

namespace guard_content {

namespace {

RE2::Options options() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(false);
    options.set_max_mem(4 << 20);
    return options;
}

bool inCharacter(std::string_view text, size_t at) {
    return at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

}  // namespace

struct Expressions::One {
    std::unique_ptr<re2::RE2> expression;
    uint32_t rule;
};

// All of them at once: says which ones match somewhere.
class Expressions::Together {
public:
    Together() : set_(options(), RE2::UNANCHORED) {}
    void add(const std::string& pattern) { whole_ = whole_ && set_.Add(pattern, nullptr) >= 0; }
    void compile() { whole_ = whole_ && set_.Compile(); }

    /// False if it cannot tell: it ran out of memory, and each has to be asked.
    bool match(std::string_view text, std::vector<int>& which) const {
        if (!whole_) return false;
        RE2::Set::ErrorInfo error{};
        const bool any = set_.Match({text.data(), text.size()}, &which, &error);
        return any || error.kind == RE2::Set::kNoError;
    }

private:
    RE2::Set set_;
    bool whole_ = true;
};

Expressions::Expressions(size_t longest) : longest_(longest) {}
Expressions::~Expressions() = default;
Expressions::Expressions(Expressions&&) noexcept = default;

std::string Expressions::add(std::string_view pattern, uint32_t rule) {
    const std::string text(pattern);
    auto expression = std::make_unique<re2::RE2>(text, options());
    if (!expression->ok()) return expression->error();
    all_.push_back({std::move(expression), rule});
    return {};
}

void Expressions::prepare() {
    if (all_.size() < 2) return;  // one is as fast as a set of one
    together_ = std::make_unique<Together>();
    for (const One& one : all_) together_->add(one.expression->pattern());
    together_->compile();
}

void Expressions::find(std::string_view text, size_t from, std::vector<Candidate>& found) const {
    if (all_.empty() || from >= text.size()) return;
    std::vector<int> which;
    if (!together_ || !together_->match(text, which)) {
        for (const One& one : all_) findOne(one, text, from, found);
        return;
    }
    std::sort(which.begin(), which.end());
    for (const int i : which) findOne(all_[static_cast<size_t>(i)], text, from, found);
}

void Expressions::findOne(const One& one, std::string_view text, size_t from,
                          std::vector<Candidate>& found) const {
    const re2::StringPiece whole(text.data(), text.size());
    re2::StringPiece match;
    size_t at = from;
    // A search looks at a stretch that grows until something is in it. Were it the rest of the text each
    // time, an expression like "x.*y|x" would cost the square of a text of x.
    for (size_t stretch = 2 * longest_; at < text.size();) {
        const size_t limit = std::min(text.size(), at + stretch);
        if (!one.expression->Match(whole, at, limit, RE2::UNANCHORED, &match, 1)) {
            if (limit == text.size()) return;
            stretch *= 4;
            continue;
        }
        auto begin = static_cast<size_t>(match.data() - text.data());
        size_t end = begin + match.size();
        if (end == limit && limit < text.size() && stretch < 2 * longest_ + (begin - at)) {
            stretch = 2 * longest_ + (begin - at);  // it may go on
            continue;
        }
        while (inCharacter(text, begin)) --begin;
        while (inCharacter(text, end)) ++end;
        if (end > begin && begin >= from) found.push_back({begin, end, one.rule});
        at = std::max(end, at + 1);
        if (match.empty()) at = end + 1;
        stretch = 2 * longest_;
    }
}

}  // namespace guard_content
