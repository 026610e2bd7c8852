#include "base/secret.h"

#include <openssl/crypto.h>

namespace sluice::base {

namespace {

// A short string lives inside the object: moving from it leaves a copy behind.
void clean(std::string& text) {
    text.resize(text.capacity());
    if (!text.empty()) OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace

Secret::Secret(std::string&& text) : text_(text) { clean(text); }

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { clean(other.text_); }

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    clean(text_);
    text_ = std::move(other.text_);
    clean(other.text_);
    return *this;
}

Secret& Secret::operator=(const Secret& other) {
    if (this == &other) return *this;
    clean(text_);
    text_ = other.text_;
    return *this;
}

Secret::~Secret() { clean(text_); }

bool equalConstantTime(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sluice::base
