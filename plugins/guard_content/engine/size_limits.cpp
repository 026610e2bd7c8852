#include "size_limits.h"

#include "fold.h"

namespace guard_content {

void TokenCounter::flush() {
    tokens_ = total();  // common words of up to six letters are one
    letters_ = digits_ = 0;
}

void TokenCounter::add(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (static_cast<unsigned char>(c) >= 0x80) {
            const FoldedChar folded = foldChar(text, i);
            i += folded.length;
            if (folded.kind == CharKind::Word) {
                letters_ += folded.folded_size > 1 ? 2 : 1;
            } else if (folded.kind != CharKind::Nothing) {
                flush();
                ++tokens_;
            }
            continue;
        }
        ++i;
        const bool digit = c >= '0' && c <= '9';
        const bool letter = !digit && isAsciiWord(c);
        if (!letter && letters_ > 0) flush();
        if (!digit && digits_ > 0) flush();
        if (digit)
            ++digits_;
        else if (letter)
            ++letters_;
        else if (c > ' ')
            ++tokens_;
    }
}

size_t roughTokens(std::string_view text) {
    TokenCounter counter;
    counter.add(text);
    return counter.total();
}

size_t characters(std::string_view text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size(); ++count) {
        const uint8_t length = codePointAt(text, i).length;
        i += length > 0 ? length : 1;
    }
    return count;
}

void Sizes::add(std::string_view text, const SizeLimits& limits) {
    bytes += text.size();
    if (limits.max_characters > 0) characters += guard_content::characters(text);
    if (limits.max_tokens > 0) tokens.add(text);
}

std::string excess(const Sizes& sizes, const SizeLimits& limits) {
    const auto over = [](uint64_t found, uint64_t allowed, const char* what) {
        return "too long: " + std::to_string(found) + " " + what + "; allowed: " + std::to_string(allowed);
    };
    if (limits.max_messages > 0 && sizes.messages > limits.max_messages)
        return over(sizes.messages, limits.max_messages, "messages");
    if (limits.max_bytes > 0 && sizes.bytes > limits.max_bytes)
        return over(sizes.bytes, limits.max_bytes, "bytes");
    if (limits.max_characters > 0 && sizes.characters > limits.max_characters)
        return over(sizes.characters, limits.max_characters, "characters");
    if (limits.max_tokens > 0 && sizes.tokens.total() > limits.max_tokens)
        return over(sizes.tokens.total(), limits.max_tokens, "tokens (roughly)");
    return {};
}

}  // namespace guard_content
