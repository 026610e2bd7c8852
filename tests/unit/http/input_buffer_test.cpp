#include "http/input_buffer.h"

#include <random>

using sluice::http::InputBuffer;

namespace {

void append(InputBuffer& buffer, std::string_view text) {
    std::memcpy(buffer.space(text.size()), text.data(), text.size());
    buffer.commit(text.size());
}

}  // namespace

TEST_CASE("an input buffer is a queue of bytes in one piece", "[http]") {
    std::mt19937 random(7);
    InputBuffer buffer;
    std::string model;
    for (int step = 0; step < 5'000; ++step) {
        if (random() % 2) {
            const std::string text(random() % 700, static_cast<char>('a' + step % 26));
            append(buffer, text);
            model += text;
        } else {
            const size_t n = model.empty() ? 0 : random() % (model.size() + 1);
            buffer.consume(n);
            model.erase(0, n);
        }
        REQUIRE(buffer.size() == model.size());
        REQUIRE(buffer.view() == model);
    }
}

TEST_CASE("there is room for at least what was asked for, and padding behind it", "[http]") {
    InputBuffer buffer;
    for (const size_t min : {1u, 4'032u, 4'096u, 100'000u}) {
        char* room = buffer.space(min);
        REQUIRE(buffer.spaceSize() >= min);
        std::memset(room, 'x', buffer.spaceSize() + InputBuffer::kPadding);  // the sanitizer would complain
    }
}

TEST_CASE("only an empty buffer gives its memory back", "[http]") {
    InputBuffer buffer;
    buffer.releaseIfEmpty();
    append(buffer, "abc");
    buffer.releaseIfEmpty();
    CHECK(buffer.view() == "abc");
    buffer.consume(3);
    CHECK(buffer.empty());
    buffer.releaseIfEmpty();
    CHECK(buffer.spaceSize() == 0);
    append(buffer, "def");
    CHECK(buffer.view() == "def");
}
