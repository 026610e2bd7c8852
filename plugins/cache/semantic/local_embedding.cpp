#include "semantic/local_embedding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

namespace cache {
namespace {

// Words that say little of what is asked.
constexpr std::array<std::string_view, 44> kCommon{
    "a",    "an",    "and",  "are",  "as",   "at",  "be",     "by",     "can",  "could", "do",
    "does", "for",   "from", "give", "have", "hi",  "hello",  "how",    "i",    "in",    "is",
    "it",   "me",    "my",   "of",   "on",   "or",  "please", "should", "some", "tell",  "that",
    "the",  "there", "this", "to",   "us",   "was", "we",     "what",   "with", "would", "you"};

uint64_t hashOf(std::string_view text, uint64_t seed) {
    uint64_t h = 14695981039346656037ULL ^ seed;  // FNV-1a
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    h ^= h >> 32;
    return h * 0x9E3779B97F4A7C15ULL;
}

void add(std::vector<float>& vector, std::string_view feature, uint64_t kind, float weight) {
    const uint64_t h = hashOf(feature, kind);
    vector[(h >> 8) % vector.size()] += (h >> 63) ? weight : -weight;
}

std::vector<std::string> wordsOf(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        const bool letter =
            u >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter) {
            word += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        } else if (!word.empty() && c != '\'') {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

}  // namespace

bool normalise(std::vector<float>& vector) {
    double sum = 0;
    for (const float x : vector) sum += static_cast<double>(x) * x;
    if (!(sum > 0) || !std::isfinite(sum)) return false;
    const auto scale = static_cast<float>(1 / std::sqrt(sum));
    for (float& x : vector) x *= scale;
    return true;
}

std::vector<float> localEmbedding(std::string_view text) {
    std::vector<float> vector(kLocalSize);
    const auto words = wordsOf(text);
    for (size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        const bool common = std::binary_search(kCommon.begin(), kCommon.end(), std::string_view(word));
        add(vector, word, 1, common ? 0.15f : 1.0f);
        if (i > 0 && !common) add(vector, words[i - 1] + " " + word, 2, 0.3f);
        for (size_t at = 0; !common && at + 4 <= word.size(); ++at)
            add(vector, std::string_view(word).substr(at, 4), 3, 0.25f);
    }
    (void)normalise(vector);
    return vector;
}

}  // namespace cache
