// The features of texts, for training: tools/injection/train.py runs it.
//
//   sluice_guard_injection_features --names     name and sign of each number, one a line
//   sluice_guard_injection_features             texts on standard input, each u32 length and bytes; on
//   standard output for
//                                               each window u32 index of the text, u32 count of n-grams, the
//                                               numbers as f32, the n-grams as u32; little endian
#include <cstdio>
#include <cstring>
#include <string>

#include "engine/extractor.h"

namespace {

class Writer final : public injection::WindowSink {
public:
    explicit Writer(uint32_t text) : text_(text) {}
    void window(const injection::Window& window) override {
        put(text_);
        put(static_cast<uint32_t>(window.ngrams.size()));
        std::fwrite(window.dense.data(), sizeof(float), window.dense.size(), stdout);
        std::fwrite(window.ngrams.data(), sizeof(uint32_t), window.ngrams.size(), stdout);
    }

private:
    static void put(uint32_t number) { std::fwrite(&number, sizeof number, 1, stdout); }
    const uint32_t text_;
};

}  // namespace

int main(int count, char** arguments) {
    const auto& lexicon = injection::Lexicon::builtin();
    if (count > 1 && std::strcmp(arguments[1], "--names") == 0) {
        for (const auto& name : injection::featureNames(lexicon))
            std::printf("%s\t%c\n", name.name.c_str(), name.sign);
        return 0;
    }
    uint32_t length = 0;
    for (uint32_t index = 0; std::fread(&length, sizeof length, 1, stdin) == 1; ++index) {
        std::string text(length, '\0');
        if (std::fread(text.data(), 1, length, stdin) != length) return 1;
        Writer writer(index);
        injection::Extractor(lexicon, writer).extract(text);
    }
}
