#include "model.h"

#include <cmath>
#include <cstring>
#include <stdexcept>

#include "texts.h"

namespace injection {
namespace {

struct Header {
    char magic[4];
    uint32_t version, bits, dense;
    float bias, scale;
};

}  // namespace

Model::Model(std::string_view bytes, size_t dense) : dense_(dense) {
    Header header{};
    if (bytes.size() < sizeof header) throw std::runtime_error("model.bin is cut off");
    std::memcpy(&header, bytes.data(), sizeof header);
    const bool known = std::memcmp(header.magic, "SLIJ", 4) == 0 && header.version == 1;
    const size_t all = sizeof header + dense * sizeof(float) + (size_t{1} << kNgramBits);
    if (!known || header.bits != kNgramBits || header.dense != dense || bytes.size() != all)
        throw std::runtime_error(
            "model.bin does not belong to words.txt and patterns.txt: run tools/injection/train.py");
    bias_ = header.bias;
    scale_ = header.scale;
    std::memcpy(dense_.data(), bytes.data() + sizeof header, dense * sizeof(float));
    ngrams_ = reinterpret_cast<const int8_t*>(bytes.data() + sizeof header + dense * sizeof(float));
}

const Model& Model::builtin() {
    static const Model model(kModel, featureNames(Lexicon::builtin()).size());
    return model;
}

float Model::logit(const Window& window) const {
    float z = bias_;
    for (size_t i = 0; i < dense_.size(); ++i) z += dense_[i] * window.dense[i];
    int32_t sum = 0;
    for (const uint32_t one : window.ngrams) sum += ngrams_[one];
    const auto count = static_cast<float>(window.ngrams.size() + 1);
    return z + scale_ * static_cast<float>(sum) / std::sqrt(count);
}

}  // namespace injection
