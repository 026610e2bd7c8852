// The way to one value inside a JSON text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::llm {

/// Member names and indices from the root: JsonPath() / "choices" / 0u / "delta". A value: copy it freely.
class JsonPath {
public:
    struct Step {
        const char* name = nullptr;  // a literal; null: the index counts
        uint32_t index = 0;
    };
    static constexpr size_t kMax = 8;  // deeper ways are cut, and lead nowhere

    JsonPath operator/(const char* name) const { return with({name, 0}); }
    JsonPath operator/(uint32_t index) const { return with({nullptr, index}); }
    const Step* begin() const { return steps_.data(); }
    const Step* end() const { return steps_.data() + size_; }
    bool empty() const { return size_ == 0; }

private:
    JsonPath with(Step step) const {
        JsonPath longer = *this;
        if (longer.size_ < kMax) longer.steps_[longer.size_++] = step;
        return longer;
    }
    std::array<Step, kMax> steps_{};
    size_t size_ = 0;
};

/// The value at the end of the way, as it stands in `text`; empty if there is none. `text` must be valid
/// JSON.
std::string_view valueAt(std::string_view text, const JsonPath& path);

}  // namespace sluice::llm
