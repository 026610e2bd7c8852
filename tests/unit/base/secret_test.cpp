#include "base/secret.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <new>
#include <ostream>
#include <type_traits>

using sluice::base::equalConstantTime;
using sluice::base::Secret;

namespace {

template <class T, class = void>
struct IsStreamable : std::false_type {};
template <class T>
struct IsStreamable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>>
    : std::true_type {};

}  // namespace

// A secret in a log line does not compile.
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!IsStreamable<Secret>::value);
static_assert(!std::is_convertible_v<Secret, std::string> &&
              !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);

TEST_CASE("a secret tells its text only when asked", "[base]") {
    const Secret secret(std::string("sk-1234567890"));
    CHECK(secret.reveal() == "sk-1234567890");
    CHECK_FALSE(secret.empty());
    CHECK(Secret().empty());
    const Secret copy = secret;
    CHECK(copy.reveal() == secret.reveal());
}

TEST_CASE("a secret is wiped when it dies", "[base]") {
    // Long enough to live on the heap is short enough here: the text of a short secret stands inside the
    // object itself.
    alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
    auto* secret = new (memory.data()) Secret(std::string("sk-short-one"));
    const std::string_view bytes(reinterpret_cast<const char*>(memory.data()), memory.size());
    REQUIRE(bytes.find("sk-short") != std::string_view::npos);
    secret->~Secret();
    CHECK(bytes.find("sk-short") == std::string_view::npos);
    CHECK(bytes.find("short") == std::string_view::npos);
}

TEST_CASE("a secret that was moved from or assigned over leaves nothing behind", "[base]") {
    alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
    const std::string_view bytes(reinterpret_cast<const char*>(memory.data()), memory.size());
    auto* secret = new (memory.data()) Secret(std::string("sk-short-one"));
    SECTION("moved from") {
        const Secret moved = std::move(*secret);
        CHECK(moved.reveal() == "sk-short-one");
        CHECK(bytes.find("k-short") == std::string_view::npos);
    }
    SECTION("assigned over") {
        *secret = Secret(std::string("x"));
        CHECK(bytes.find("short-one") == std::string_view::npos);
    }
    secret->~Secret();
}

TEST_CASE("comparison in constant time says the same as ==", "[base]") {
    CHECK(equalConstantTime("", ""));
    CHECK(equalConstantTime("sk-1234", "sk-1234"));
    CHECK_FALSE(equalConstantTime("sk-1234", "sk-1235"));
    CHECK_FALSE(equalConstantTime("xk-1234", "sk-1234"));
    CHECK_FALSE(equalConstantTime("sk-1234", "sk-12345"));
    CHECK_FALSE(equalConstantTime("", "x"));
    CHECK(equalConstantTime(std::string_view("a\0b", 3), std::string_view("a\0b", 3)));
    CHECK_FALSE(equalConstantTime(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}
