#include "topics.h"

#include <algorithm>
#include <charconv>
#include <locale>
#include <optional>
#include <sstream>

#include "list_fault.h"

namespace guard_content {

namespace {

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view kWhite = " \t\r";
    const size_t begin = line.find_first_not_of(kWhite);
    if (begin == std::string_view::npos) return {};
    return line.substr(begin, line.find_last_not_of(kWhite) - begin + 1);
}

std::optional<double> numberOf(std::string_view text) {
    std::istringstream in{std::string(text)};
    in.imbue(std::locale::classic());
    double value = 0;
    if (!(in >> value) || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
    return value;
}

// "word<TAB>2" or "word  2": the word, and what stands behind it.
std::pair<std::string_view, std::string_view> halves(std::string_view line) {
    size_t cut = line.find('\t');
    if (cut == std::string_view::npos) cut = line.rfind("  ");
    if (cut == std::string_view::npos) return {line, {}};
    return {trimmed(line.substr(0, cut)), trimmed(line.substr(cut))};
}

}  // namespace

Topic readTopic(std::string_view text, const std::string& name, const std::string& file) {
    Topic topic{name, {}, 1};
    for (size_t number = 1; !text.empty(); ++number) {
        const size_t end = std::min(text.find('\n'), text.size());
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line[0] == '#') continue;
        constexpr std::string_view kThreshold = "threshold ";
        if (line.substr(0, kThreshold.size()) == kThreshold) {
            const auto value = numberOf(trimmed(line.substr(kThreshold.size())));
            if (!value || *value <= 0) throw ListFault(file, number, "threshold: allowed: a number above 0");
            topic.threshold = *value;
            continue;
        }
        const auto [word, weight] = halves(line);
        const auto value = weight.empty() ? 1.0 : numberOf(weight);
        if (!value)
            throw ListFault(file, number, "found a weight that is no number; allowed: word, tab, number");
        topic.words.push_back({std::string(word), *value});
    }
    return topic;
}

Topics::Topics(std::vector<Topic> topics) : topics_(std::move(topics)) {
    std::vector<Phrase> phrases;
    for (size_t t = 0; t < topics_.size(); ++t) {
        for (const auto& word : topics_[t].words) {
            phrases.push_back({word.text});
            entries_.push_back({t, word.weight});
        }
    }
    if (!phrases.empty()) finder_ = WordFinder(phrases);
}

Topics::Score Topics::start() const {
    Score score;
    score.sums_.resize(topics_.size());
    score.seen_.resize(entries_.size());
    return score;
}

void Topics::add(Score& score, std::string_view text) const {
    std::vector<WordHit> hits;
    finder_.find(text, hits);
    for (const WordHit& hit : hits) {
        if (score.seen_[hit.phrase]) continue;
        score.seen_[hit.phrase] = true;
        score.sums_[entries_[hit.phrase].topic] += entries_[hit.phrase].weight;
    }
}

int Topics::reached(const Score& score) const {
    for (size_t t = 0; t < topics_.size(); ++t)
        if (score.sums_[t] >= topics_[t].threshold) return static_cast<int>(t);
    return -1;
}

}  // namespace guard_content
