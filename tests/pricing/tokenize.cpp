// Tokens of texts, for comparing with the reference and for measuring.
//   sluice_tokenize ENCODING < TEXTS     each text: its length in bytes, a newline, the bytes. Prints the
//                                        tokens of each on one line.
//   sluice_tokenize ENCODING --bench N   reads one text, encodes it N times; prints MB/s, tokens, bytes.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <string>

#include "tokenizer/encoding.h"

namespace {

int bench(const pricing::Encoding& encoding, int rounds) {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    size_t tokens = encoding.count(text);
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        tokens = encoding.count(text);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        if (took.count() < best) best = took.count();
    }
    std::printf("%.1f MB/s, %zu tokens, %zu bytes\n", static_cast<double>(text.size()) / best / 1e6, tokens,
                text.size());
    return 0;
}

int compare(const pricing::Encoding& encoding) {
    std::string size, text, out;
    while (std::getline(std::cin, size)) {
        text.resize(std::strtoull(size.c_str(), nullptr, 10));
        if (!std::cin.read(text.data(), static_cast<std::streamsize>(text.size()))) return 1;
        out.clear();
        const auto tokens = encoding.encode(text);
        if (tokens.size() != encoding.count(text)) return 1;
        for (const auto token : tokens) out += std::to_string(token) + " ";
        std::puts(out.c_str());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto* encoding = argc > 1 ? pricing::Encoding::named(argv[1]) : nullptr;
    if (!encoding) {
        std::fputs("usage: sluice_tokenize cl100k_base|o200k_base [--bench N]\n", stderr);
        return 2;
    }
    if (argc > 3 && std::strcmp(argv[2], "--bench") == 0) return bench(*encoding, std::atoi(argv[3]));
    return compare(*encoding);
}
