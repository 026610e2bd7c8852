// Command-line options of the bench tools: `--name value` or `--name=value`, nothing else. A name that is not
// known or a value that does not parse ends the program with exit code 2 and names the option: a bench that
// guesses what was meant measures the wrong thing.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::bench {

class Options final {
public:
    // `known` and `usage` are read during this call only.
    Options(int argc, char** argv, std::initializer_list<std::string_view> known, std::string_view usage) {
        for (int i = 1; i < argc; ++i) {
            std::string_view word = argv[i];
            if (word == "--help") {
                std::fwrite(usage.data(), 1, usage.size(), stdout);
                std::exit(0);
            }
            if (!word.starts_with("--")) fail("expected an option, found", word);
            word.remove_prefix(2);
            const auto equals = word.find('=');
            const std::string_view name = word.substr(0, equals);
            if (!contains(known, name)) fail("unknown option", name);
            if (equals != std::string_view::npos) {
                values_.emplace_back(name, word.substr(equals + 1));
            } else if (i + 1 < argc) {
                values_.emplace_back(name, argv[++i]);
            } else {
                fail("missing value of", name);
            }
        }
    }

    bool given(std::string_view name) const { return find(name) != nullptr; }

    std::string text(std::string_view name, std::string_view fallback) const {
        const std::string* value = find(name);
        return value ? *value : std::string(fallback);
    }

    std::vector<std::string> all(std::string_view name) const {
        std::vector<std::string> found;
        for (const auto& [key, value] : values_) {
            if (key == name) found.push_back(value);
        }
        return found;
    }

    // A whole or decimal number inside [min, max].
    double number(std::string_view name, double fallback, double min, double max) const {
        return parsed<double>(name, fallback, min, max);
    }

    std::uint64_t count(std::string_view name, std::uint64_t fallback, std::uint64_t min,
                        std::uint64_t max) const {
        return parsed<std::uint64_t>(name, fallback, min, max);
    }

    [[noreturn]] static void fail(std::string_view what, std::string_view subject) {
        std::fprintf(stderr, "%.*s '%.*s' (see --help)\n", static_cast<int>(what.size()), what.data(),
                     static_cast<int>(subject.size()), subject.data());
        std::exit(2);
    }

private:
    static bool contains(std::initializer_list<std::string_view> known, std::string_view name) {
        for (const std::string_view candidate : known) {
            if (candidate == name) return true;
        }
        return false;
    }

    const std::string* find(std::string_view name) const {
        for (auto it = values_.rbegin(); it != values_.rend(); ++it) {
            if (it->first == name) return &it->second;
        }
        return nullptr;
    }

    template <class Number>
    Number parsed(std::string_view name, Number fallback, Number min, Number max) const {
        const std::string* value = find(name);
        if (!value) return fallback;
        Number number{};
        const char* end = value->data() + value->size();
        const auto [stopped, error] = std::from_chars(value->data(), end, number);
        // Written so that a NaN is refused too.
        const bool inside = number >= min && number <= max;
        if (error != std::errc{} || stopped != end || !inside)
            fail("value out of range or not a number for", name);
        return number;
    }

    std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace sluice::bench
