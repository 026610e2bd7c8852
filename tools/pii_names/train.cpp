// Trains the model of plugins/guard_pii/names from a marked corpus (tools/pii_names/corpus.py writes it):
//
//     pii_names_train CORPUS MODEL
//
// A corpus is lines: "T<tab>text" (a text; \n and \\ are escaped) and, for each name in it,
// "S<tab>begin<tab>end<tab> entity" (bytes; the number of the entity in model.h). Two averaged perceptrons,
// one for each pass of the tagger. All arithmetic is of integers and all that is random comes from fixed
// seeds, so the same corpus gives the same bytes.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <unordered_map>

#include "names/candidates.h"
#include "names/tagger.h"

namespace {

using namespace pii::names;

constexpr int kEpochs = 2;
constexpr int kVoters = 5;
constexpr int kContextEpochs = 6;
constexpr int64_t kMargin = 12;          // of the first pass, in steps of a weight
constexpr int64_t kContextMargin = 100;  // of the second
constexpr int64_t kNothingMargin =
    3;  // times as much where there is no name: a false alarm costs more than a miss
constexpr uint32_t kSeenMin = 10;        // a feature seen less often is not learned
constexpr int kWeightMin = 1;            // a row without a weight of that much is left out
constexpr int64_t kScale = 4;            // a step of the first pass becomes that much in the model
constexpr uint32_t kForgetPercent = 22;  // of the names on the lists are learned as if they were not on them

class Random {
public:
    explicit Random(uint64_t seed) : state_(seed) {}
    uint32_t below(uint32_t bound) {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<uint32_t>((state_ >> 33) % bound);
    }

private:
    uint64_t state_;
};

struct Span {
    size_t begin, end;
    int entity;
};

/// A word that the model has to judge.
struct Sample {
    uint32_t token;
    uint8_t gold;
    uint32_t features;  // index of the first one
    uint32_t count;
};

struct Document {
    std::string text;
    std::vector<Span> spans;
    std::vector<Token> tokens;
    std::vector<Sample> samples;
    std::vector<uint32_t> features;
};

using Rows = std::vector<std::array<int32_t, kTags>>;

class Perceptron {
public:
    explicit Perceptron(size_t features) : weights_(features), sums_(features) {}

    void learn(const uint32_t* features, uint32_t count, const Scores* base, uint8_t gold, int64_t margin) {
        ++time_;
        std::array<int64_t, kTags> scores{};
        for (int t = 0; base && t < kTags; ++t) scores[t] = (*base)[t];
        for (uint32_t f = 0; f < count; ++f) {
            for (int t = 0; t < kTags; ++t) scores[t] += weights_[features[f]][t];
        }
        int rival = gold == 0 ? 1 : 0;
        for (int t = 0; t < kTags; ++t) {
            if (t != gold && scores[t] > scores[rival]) rival = t;
        }
        if (scores[gold] >= scores[rival] + (gold ? margin : kNothingMargin * margin)) return;
        for (uint32_t f = 0; f < count; ++f) {
            move(features[f], gold, 1);
            move(features[f], static_cast<uint8_t>(rival), -1);
        }
    }

    /// The average of a weight over time, times `scale` times 1024.
    int64_t average(size_t feature, int tag, int64_t scale) const {
        return (weights_[feature][tag] * (time_ + 1) - sums_[feature][tag]) * scale * 1024 / (time_ + 1);
    }

private:
    void move(uint32_t row, uint8_t tag, int32_t step) {
        weights_[row][tag] += step;
        sums_[row][tag] += step * time_;
    }
    Rows weights_;
    std::vector<std::array<int64_t, kTags>> sums_;
    int64_t time_ = 0;
};

/// Features that are frequent enough to be learned, numbered.
class Numbers {
public:
    void count(uint32_t feature) { ++counts_[feature]; }
    void number(uint32_t least) {
        for (const auto& [feature, count] : counts_) {
            if (count >= least) features_.push_back(feature);
        }
        std::sort(features_.begin(), features_.end());
        counts_.clear();
        for (uint32_t i = 0; i < features_.size(); ++i) numbers_[features_[i]] = i;
    }
    /// Replaces features by their numbers and leaves out those that have none.
    uint32_t translate(uint32_t* features, uint32_t count) const {
        uint32_t kept = 0;
        for (uint32_t f = 0; f < count; ++f) {
            auto at = numbers_.find(features[f]);
            if (at != numbers_.end()) features[kept++] = at->second;
        }
        return kept;
    }
    /// Keeps only these features, given by their numbers so far.
    void keep(const std::vector<uint32_t>& kept) {
        std::vector<uint32_t> features;
        std::unordered_map<uint32_t, uint32_t> numbers;
        for (uint32_t number : kept)
            numbers[number] = static_cast<uint32_t>(features.size()), features.push_back(features_[number]);
        features_ = features;
        numbers_ = numbers;  // translates the numbers so far
    }
    const std::vector<uint32_t>& features() const { return features_; }

private:
    std::unordered_map<uint32_t, uint32_t> counts_, numbers_;
    std::vector<uint32_t> features_;
};

/// The same training in several orders; what they agree on is what counts.
using Voters = std::vector<Perceptron>;

std::array<int8_t, kRow> agreed(const Voters& voters, size_t feature, int64_t scale) {
    std::array<int8_t, kRow> row{};
    for (int t = 0; t < kTags; ++t) {
        int64_t sum = 0;
        for (const Perceptron& voter : voters) sum += voter.average(feature, t, scale);
        int64_t half = 512 * static_cast<int64_t>(voters.size());
        int64_t rounded = (sum + (sum < 0 ? -half : half)) / (2 * half);
        row[t] = static_cast<int8_t>(std::clamp<int64_t>(rounded, -127, 127));
    }
    return row;
}

/// Lays the rows of perceptrons into a table; where there is no place the row that says least gives way.
struct Table {
    std::vector<int8_t> bytes;
    std::vector<uint32_t> kept;  // numbers of the features that have a row
};

Table lay(const Voters& voters, const Numbers& numbers, uint32_t rows, int64_t scale) {
    struct Row {
        uint32_t number = 0;
        int weight = 0;
        std::array<int8_t, kRow> bytes{};
    };
    std::vector<Row> table(rows);
    size_t used = 0, lost = 0;
    for (size_t i = 0; i < numbers.features().size(); ++i) {
        Row row{static_cast<uint32_t>(i), 0, agreed(voters, i, scale)};
        for (int t = 0; t < kTags; ++t) row.weight = std::max(row.weight, std::abs(row.bytes[t]));
        if (row.weight < kWeightMin) continue;
        uint16_t identity = Model::identityOf(numbers.features()[i]);
        std::memcpy(&row.bytes[kRow - sizeof identity], &identity, sizeof identity);
        Row* pair = &table[numbers.features()[i] & (rows - 2)];
        Row& place = pair[0].weight <= pair[1].weight ? pair[0] : pair[1];
        lost += place.weight != 0;
        ++used;
        if (row.weight > place.weight) place = row;
    }
    std::printf("%zu features, %zu of weight, %zu without a place\n", numbers.features().size(), used, lost);
    Table result;
    for (const Row& row : table) {
        result.bytes.insert(result.bytes.end(), row.bytes.begin(), row.bytes.end());
        if (row.weight) result.kept.push_back(row.number);
    }
    std::sort(result.kept.begin(), result.kept.end());
    return result;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size())
            out += text[++i] == 'n' ? '\n' : text[i];
        else
            out += text[i];
    }
    return out;
}

std::vector<Document> read(const char* path) {
    std::vector<Document> documents;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("T\t")) {
            documents.emplace_back();
            documents.back().text = unescaped(std::string_view(line).substr(2));
        } else if (line.starts_with("S\t")) {
            Span span{};
            std::istringstream(line.substr(2)) >> span.begin >> span.end >> span.entity;
            documents.back().spans.push_back(span);
        }
    }
    return documents;
}

uint8_t goldOf(const std::vector<Span>& spans, const std::vector<Token>& tokens, size_t index) {
    const Token& token = tokens[index];
    for (const Span& span : spans) {
        if (token.begin < span.begin || token.end > span.end) continue;
        bool first = index == 0 || tokens[index - 1].begin < span.begin;
        return first ? beginTag(span.entity) : insideTag(span.entity);
    }
    return 0;
}

/// What is known of some names is forgotten, so that unknown names are learned, too.
void forget(std::vector<Token>& tokens, Random& random) {
    constexpr uint16_t kNames = kGiven | kFamily | kPlace | kCompany | kCountry;
    for (Token& token : tokens) {
        bool forgotten = random.below(100) < kForgetPercent;
        if (forgotten && token.is(kNames) && !token.is(kCommon | kOrdinary | kTelling))
            token.known = 0, token.hash = 0;
    }
}

void describe(Document& document, Random& random) {
    const Lexicon& lexicon = Lexicon::builtIn();
    tokenize(document.text, lexicon, document.tokens);
    forget(document.tokens, random);
    Context context(document.text, lexicon, document.tokens);
    std::vector<uint8_t> candidates;
    findCandidates(document.text, context, document.tokens, candidates);
    Features features;
    for (uint32_t i = 0; i < document.tokens.size(); ++i) {
        if (!candidates[i]) continue;
        features.count = 0;
        Neighbours neighbours(context, document.tokens, i);
        context.describe(neighbours, features);
        context.describeAround(neighbours, features);
        context.describeFurther(neighbours, features);
        document.samples.push_back({i, goldOf(document.spans, document.tokens, i),
                                    static_cast<uint32_t>(document.features.size()),
                                    static_cast<uint32_t>(features.count)});
        document.features.insert(document.features.end(), features.ids, features.ids + features.count);
    }
}

std::vector<uint32_t> shuffled(size_t count, Random& random) {
    std::vector<uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(static_cast<uint32_t>(i))]);
    return order;
}

/// Trains the first pass on the documents of which `half` is not the parity (2: on all of them).
Table trainFirst(const std::vector<Document>& documents, const Numbers& numbers, uint32_t half) {
    Voters voters(kVoters, Perceptron(numbers.features().size()));
    Random random(7 + half);
    for (Perceptron& perceptron : voters) {
        for (int epoch = 0; epoch < kEpochs; ++epoch) {
            for (uint32_t d : shuffled(documents.size(), random)) {
                if (d % 2 == half) continue;
                const Document& document = documents[d];
                for (const Sample& sample : document.samples) {
                    perceptron.learn(&document.features[sample.features], sample.count, nullptr, sample.gold,
                                     kMargin);
                }
            }
        }
    }
    return lay(voters, numbers, kFeatureRows, kScale);
}

struct FirstTags {
    std::vector<uint8_t> tags;
    std::vector<Scores> scores;
};

FirstTags firstTags(const Document& document, const Numbers& numbers, const Model& model) {
    FirstTags result{std::vector<uint8_t>(document.tokens.size()),
                     std::vector<Scores>(document.tokens.size())};
    for (const Sample& sample : document.samples) {
        Scores scores{};
        for (uint32_t f = 0; f < sample.count; ++f)
            model.add(numbers.features()[document.features[sample.features + f]], scores);
        result.scores[sample.token] = scores;
        result.tags[sample.token] = best(scores);
    }
    return result;
}

/// The second pass learns from first tags by models that have not seen the document.
std::vector<int8_t> trainSecond(const std::vector<Document>& documents, const Numbers& numbers,
                                const std::array<std::vector<int8_t>, 2>& halves) {
    std::vector<FirstTags> firsts;
    std::vector<Features> described;
    Numbers context_numbers;
    for (size_t d = 0; d < documents.size(); ++d) {
        const std::vector<int8_t>& weights = halves[d % 2];
        Model model({reinterpret_cast<const char*>(weights.data()), weights.size()});
        firsts.push_back(firstTags(documents[d], numbers, model));
        Context context(documents[d].text, Lexicon::builtIn(), documents[d].tokens);
        for (const Sample& sample : documents[d].samples) {
            described.emplace_back();
            context.describeTags(sample.token, firsts.back().tags.data(), described.back());
            for (int f = 0; f < described.back().count; ++f) context_numbers.count(described.back().ids[f]);
        }
    }
    context_numbers.number(kSeenMin);
    std::vector<size_t> begins;
    for (size_t d = 0, at = 0; d < documents.size(); at += documents[d++].samples.size())
        begins.push_back(at);
    for (Features& f : described)
        f.count = static_cast<int>(context_numbers.translate(f.ids, static_cast<uint32_t>(f.count)));
    auto train = [&] {
        Voters voters(1, Perceptron(context_numbers.features().size()));
        Perceptron& perceptron = voters[0];
        Random random(11);
        for (int epoch = 0; epoch < kContextEpochs; ++epoch) {
            for (uint32_t d : shuffled(documents.size(), random)) {
                size_t at = begins[d];
                for (const Sample& sample : documents[d].samples) {
                    const Features& features = described[at++];
                    perceptron.learn(features.ids, static_cast<uint32_t>(features.count),
                                     &firsts[d].scores[sample.token], sample.gold, kContextMargin);
                }
            }
        }
        return lay(voters, context_numbers, kContextRows, 1);
    };
    context_numbers.keep(train().kept);
    for (Features& f : described)
        f.count = static_cast<int>(context_numbers.translate(f.ids, static_cast<uint32_t>(f.count)));
    return train().bytes;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s CORPUS MODEL\n", argv[0]);
        return 2;
    }
    std::vector<Document> documents = read(argv[1]);
    Random random(3);
    size_t samples = 0;
    for (Document& document : documents) {
        describe(document, random);
        samples += document.samples.size();
    }
    std::printf("%zu texts, %zu words to judge\n", documents.size(), samples);
    Numbers numbers;
    for (const Document& document : documents) {
        for (uint32_t feature : document.features) numbers.count(feature);
    }
    numbers.number(kSeenMin);
    auto translate = [&] {
        for (Document& document : documents) {
            for (Sample& sample : document.samples) {
                sample.count = numbers.translate(&document.features[sample.features], sample.count);
            }
        }
    };
    translate();
    numbers.keep(trainFirst(documents, numbers, 2).kept);  // chooses the features that get a row
    translate();
    std::array<std::vector<int8_t>, 2> halves = {trainFirst(documents, numbers, 0).bytes,
                                                 trainFirst(documents, numbers, 1).bytes};
    std::vector<int8_t> model = trainFirst(documents, numbers, 2).bytes;
    std::vector<int8_t> second = trainSecond(documents, numbers, halves);
    model.insert(model.end(), second.begin(), second.end());
    std::ofstream(argv[2], std::ios::binary)
        .write(reinterpret_cast<const char*>(model.data()), static_cast<std::streamsize>(model.size()));
    return 0;
}
