// What a text is about: lists of words with weights, and a threshold. Each word counts once, however often it
// is said, so that a long text is not about everything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "word_finder.h"

namespace guard_content {

struct Topic {
    std::string name;
    struct Word {
        std::string text;
        double weight;
    };
    std::vector<Word> words;
    double threshold = 1;
};

/// A file of a topic: "word or phrase, tab or two spaces, weight" on a line, a line "threshold N", # for
/// comments. A word without a weight has 1. Throws ListFault. [control]
Topic readTopic(std::string_view text, const std::string& name, const std::string& file);

class Topics {
public:
    /// What has been said so far, in one request or answer.
    class Score {
    public:
        double of(size_t topic) const { return sums_[topic]; }

    private:
        friend class Topics;
        std::vector<double> sums_;
        std::vector<bool> seen_;  // by word
    };

    explicit Topics(std::vector<Topic> topics);
    bool empty() const { return topics_.empty(); }
    const std::vector<Topic>& topics() const { return topics_; }
    Score start() const;
    /// Adds a text. [any]
    void add(Score& score, std::string_view text) const;
    /// The first topic whose threshold has been reached; -1 if none has.
    int reached(const Score& score) const;

private:
    struct Entry {
        size_t topic;
        double weight;
    };
    std::vector<Topic> topics_;
    std::vector<Entry> entries_;  // by phrase
    WordFinder finder_;
};

}  // namespace guard_content
