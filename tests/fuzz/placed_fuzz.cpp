// Text of streams that plugins hold and release: whatever is taken in whichever order, bytes and their places
// stay together.
#include <deque>
#include <string>
#include <utility>

#include "fuzz.h"
#include "plugin_host/placed_text.h"

using namespace sluice;
using host::PlacedText;

namespace {

using Model = std::deque<std::pair<char, uint64_t>>;

void check(const PlacedText& text, const Model& model) {
    fuzz::require(text.size() == model.size() && text.empty() == model.empty(), "another number of bytes");
    size_t i = 0;
    for (const char c : text.view()) fuzz::require(c == model[i++].first, "another byte");
    fuzz::require(text.firstPlace() == (model.empty() ? host::kNoPlace : model.front().second),
                  "the first byte is from elsewhere");
    fuzz::require(text.lastPlace() == (model.empty() ? host::kNoPlace : model.back().second),
                  "the last byte is from elsewhere");
}

void pop(Model& model, std::string_view taken) {
    fuzz::require(taken.size() <= model.size(), "more was taken than there was");
    for (const char c : taken) {
        fuzz::require(c == model.front().first, "something else was taken");
        model.pop_front();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    PlacedText text, other;
    Model model, other_model;
    uint64_t place = 0;
    for (size_t at = 0; at + 1 < size; at += 2) {
        const size_t n = data[at + 1];
        switch (data[at] % 6) {
            case 0: {
                const std::string more(n % 40, static_cast<char>('a' + at % 26));
                place += n / 40;
                text.append(place, more);
                for (const char c : more) model.emplace_back(c, place);
                break;
            }
            case 1:
                pop(model, text.take(n));
                break;
            case 2: {
                const uint64_t upto = n * place / 255;
                pop(model, text.takeUpTo(upto));
                fuzz::require(model.empty() || model.front().second > upto,
                              "bytes from up to there were left");
                break;
            }
            case 3: {
                const size_t moved = std::min<size_t>(n, model.size());
                text.moveTo(other, n);
                for (size_t i = 0; i < moved; ++i) {
                    other_model.push_back(model.front());
                    model.pop_front();
                }
                break;
            }
            case 4:
                pop(other_model, other.take(n));
                break;
            default:
                if (n < 8) {
                    text.clear();
                    model.clear();
                }
        }
        check(text, model);
        check(other, other_model);
    }
    return 0;
}
