#include "content_scanner.h"

#include <algorithm>
#include <stdexcept>

#include "sentences.h"

namespace guard_content {

struct ContentScanner::Tag {
    enum Kind : uint8_t { Word, Member, Exception } kind;
    uint32_t index;  // rule, number in together_, or scope
    uint32_t group = 0;
};

struct ContentScanner::Work {
    std::string_view text;
    std::vector<Candidate> candidates;
    struct Exempt {
        size_t begin, end;
        uint32_t scope;
    };
    std::vector<Exempt> exempt;
    std::vector<WordHit> last;  // of each group; end 0: none yet
    Sentences sentences;

    explicit Work(std::string_view t) : text(t), sentences(t) {}
};

ContentScanner::~ContentScanner() = default;

ContentScanner::ContentScanner(RuleSet set)
    : rules_(std::move(set.rules)), expressions_(set.expression_bytes_max) {
    for (uint32_t i = 0; i < rules_.size(); ++i) {
        // Entities are told apart by where they stand, so they must not share the buffer of an empty text.
        if (rules_[i].entity.empty()) rules_[i].entity = "CONTENT";
        by_entity_[rules_[i].entity.data()] = i;
    }
    std::vector<Phrase> phrases;
    number(set, phrases);
    plain_ = WordFinder(phrases);
    if (set.leetspeak) leet_ = WordFinder(phrases, Disguise::Leet);
    for (const auto& named : set.prebuilt) prebuilt_.add(named.pattern, named.rule);
    addExpressions(set);
    measure(set);
}

void ContentScanner::number(const RuleSet& set, std::vector<Phrase>& phrases) {
    for (const auto& word : set.words) {
        phrases.push_back(word.phrase);
        tags_.push_back({Tag::Word, word.rule});
    }
    for (const auto& together : set.together) {
        const auto index = static_cast<uint32_t>(together_.size());
        together_.push_back({together.rule, static_cast<uint32_t>(together.groups.size()), groups_,
                             together.words_max, together.in_order});
        for (uint32_t g = 0; g < together.groups.size(); ++g) {
            for (const Phrase& phrase : together.groups[g]) {
                phrases.push_back(phrase);
                tags_.push_back({Tag::Member, index, g});
            }
        }
        groups_ += static_cast<uint32_t>(together.groups.size());
    }
    for (const auto& exception : set.exceptions) {
        any_exceptions_ = true;
        exception_bytes_ = std::max(exception_bytes_, exception.phrase.text.size());
        phrases.push_back(exception.phrase);
        tags_.push_back({Tag::Exception, exception.scope});
    }
}

void ContentScanner::addExpressions(const RuleSet& set) {
    for (const auto& one : set.expressions) {
        const std::string fault = expressions_.add(one.pattern, one.rule);
        if (!fault.empty()) throw std::invalid_argument(fault);
    }
    expressions_.prepare();
}

void ContentScanner::measure(const RuleSet&) {
    const size_t words = plain_.usualLength();
    longest_ = std::max<size_t>(words > 0 ? words + words / 2 + 16 : 0, prebuilt_.longest());
    if (!expressions_.empty()) longest_ = std::max(longest_, expressions_.longest());
    longest_ = std::max<size_t>(longest_, 16);
    // A word is followed by a boundary: invisible characters, and one more.
    ahead_ = WordFinder::kGapBytesMax + 4;
    if (any_exceptions_) ahead_ += kExceptionAheadBytes + exception_bytes_ + exception_bytes_ / 2;
    // What begins before the window may reach into it, and words before that may decide about it.
    behind_ = std::max(plain_.reach(), longest_) + 2 * WordFinder::kGapBytesMax + kContextBytes;
    if (!together_.empty()) behind_ += kTogetherBytes;
    if (any_exceptions_) behind_ += kExceptionBehindBytes;
}

bool ContentScanner::empty() const { return plain_.empty() && prebuilt_.empty() && expressions_.empty(); }

const Rule& ContentScanner::ruleOf(const sluice::Finding& finding) const {
    return rules_[by_entity_.at(finding.entity.data())];
}

void ContentScanner::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    Work work(text);
    if (!plain_.empty()) {
        std::vector<WordHit> hits;
        hits.reserve(32);
        plain_.find(text, hits);
        sortHits(work, hits);
        if (!leet_.empty()) {
            hits.clear();
            leet_.find(text, hits);
            sortHits(work, hits);
        }
    }
    prebuilt_.find(text, from > prebuilt_.longest() ? from - prebuilt_.longest() : 0, work.candidates);
    expressions_.find(text, from, work.candidates);
    if (work.candidates.empty()) return;
    if (!work.exempt.empty()) excuse(work);
    settle(work, from, found);
}

void ContentScanner::sortHits(Work& work, const std::vector<WordHit>& hits) const {
    if (groups_ > 0) work.last.assign(groups_, WordHit{});
    for (const WordHit& hit : hits) {
        const Tag& tag = tags_[hit.phrase];
        if (tag.kind == Tag::Word) {
            work.candidates.push_back({hit.begin, hit.end, tag.index});
        } else if (tag.kind == Tag::Member) {
            count(work, hit, tag);
        } else {
            work.exempt.push_back({hit.begin, hit.end, tag.index});
        }
    }
}

// One word of a group: are the others there already?
void ContentScanner::count(Work& work, const WordHit& hit, const Tag& tag) const {
    const Group& together = together_[tag.index];
    WordHit* last = &work.last[together.first];
    bool whole = true;
    for (uint32_t g = 0; g < together.groups && whole; ++g) {
        if (g == tag.group) continue;
        const WordHit& other = last[g];
        const bool there =
            other.end > 0 && other.end <= hit.begin && hit.word - other.word <= together.words_max &&
            hit.begin - other.end <= kTogetherBytes && work.sentences.same(other.end - 1, hit.begin);
        const bool ordered = !together.in_order || g < tag.group;
        whole = there && ordered;
    }
    if (whole) work.candidates.push_back({hit.begin, hit.end, together.rule});
    last[tag.group] = hit;
}

void ContentScanner::excuse(Work& work) const {
    std::sort(work.exempt.begin(), work.exempt.end(), [](const auto& a, const auto& b) {
        return a.scope != b.scope ? a.scope < b.scope : a.begin < b.begin;
    });
    auto& all = work.candidates;
    all.erase(std::remove_if(all.begin(), all.end(), [&](const Candidate& c) { return excused(work, c); }),
              all.end());
}

bool ContentScanner::excused(Work& work, const Candidate& c) const {
    const auto before = [](const Work::Exempt& e, const std::pair<uint32_t, size_t>& key) {
        return e.scope != key.first ? e.scope < key.first : e.begin < key.second;
    };
    const auto covers = [&](uint32_t scope, bool whole) {
        auto e = std::lower_bound(work.exempt.begin(), work.exempt.end(), std::pair(scope, c.end), before);
        for (int steps = 0; e != work.exempt.begin() && steps < 64; ++steps) {
            --e;
            if (e->scope != scope || e->begin + plain_.reach() < c.begin) return false;
            if (whole ? e->begin <= c.begin && e->end >= c.end : e->end > c.begin) return true;
        }
        return false;
    };
    if (covers(0, true)) return true;
    const uint32_t scope = rules_[c.rule].scope;
    if (scope == 0 || work.exempt.back().scope < scope) return false;
    if (covers(scope, false)) return true;
    const auto next =
        std::lower_bound(work.exempt.begin(), work.exempt.end(), std::pair(scope, c.end), before);
    if (next != work.exempt.end() && next->scope == scope && next->begin - c.end <= kExceptionAheadBytes &&
        work.sentences.same(c.end - 1, next->begin))
        return true;
    if (next == work.exempt.begin()) return false;
    const auto previous = next - 1;
    return previous->scope == scope && previous->end <= c.begin &&
           c.begin - previous->end <= kExceptionBehindBytes &&
           work.sentences.same(previous->end - 1, c.begin);
}

void ContentScanner::settle(Work& work, size_t from, std::vector<sluice::Finding>& found) const {
    const size_t first = found.size();
    for (Candidate& c : work.candidates) {
        if (c.end - c.begin <= longest_)
            continue;  // the end of what is longer: the rest may have gone already
        c.begin = c.end - longest_;
        while ((static_cast<unsigned char>(work.text[c.begin]) & 0xC0) == 0x80 && c.begin + 1 < c.end)
            ++c.begin;
    }
    std::sort(work.candidates.begin(), work.candidates.end(), [this](const Candidate& a, const Candidate& b) {
        if (a.begin != b.begin) return a.begin < b.begin;
        if (a.end != b.end) return a.end > b.end;
        if (rules_[a.rule].action != rules_[b.rule].action)
            return rules_[a.rule].action > rules_[b.rule].action;
        return a.rule < b.rule;
    });
    size_t covered = from;
    for (const Candidate& c : work.candidates) {
        const Rule& rule = rules_[c.rule];
        if (c.end <= from) continue;
        if (c.end > covered) {
            found.push_back({std::max(c.begin, covered), c.end, rule.entity, 1});
            covered = c.end;
            continue;
        }
        size_t i = found.size() - 1;
        while (i > first && found[i].begin >= c.end) --i;
        if (found[i].begin < c.end && rule.action > ruleOf(found[i]).action) found[i].entity = rule.entity;
    }
}

}  // namespace guard_content
