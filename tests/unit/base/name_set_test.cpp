#include "base/name_set.h"

#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "base/random.h"

using sluice::base::NameSet;

namespace {

constexpr std::array<std::string_view, 12> kNames{"a",  "b",  "ab",  "ba", "abc", "cba",
                                                  "id", "di", "idd", "x",  "xx",  "xxx"};
constexpr NameSet kSet{kNames};
static_assert(kSet.has("abc") && !kSet.has("bca") && !kSet.has(""));

}  // namespace

TEST_CASE("a set of names knows its own and no others", "[base]") {
    const std::set<std::string, std::less<>> model(kNames.begin(), kNames.end());
    for (const auto name : kNames) CHECK(kSet.has(name));
    for (int round = 0; round < 20'000; ++round) {
        std::string name(sluice::base::randomBelow(5), ' ');
        for (char& c : name) c = "abcdix"[sluice::base::randomBelow(6)];
        CAPTURE(name);
        REQUIRE(kSet.has(name) == (model.count(name) == 1));
    }
}
