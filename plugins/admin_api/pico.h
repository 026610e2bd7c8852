// Money as whole numbers of 1e-12 USD, read and printed digit by digit: no sum of ours goes through a double.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace admin_api {

class Pico {
public:
    Pico() = default;
    explicit Pico(uint64_t pico) : value_(pico) {}

    /// Whole digits of 1e-12 USD, as the store's spend_pico_usd; more than 30 digits count as 10^30.
    static std::optional<Pico> fromDigits(std::string_view digits);
    /// A number as JSON writes it ("0.1", "1e-07") in USD; what is behind the 12th decimal is cut off.
    static std::optional<Pico> fromUsd(std::string_view number);

    Pico& operator+=(Pico more) {
        value_ += more.value_;
        return *this;
    }
    Pico& operator-=(Pico less) {
        value_ -= less.value_;
        return *this;
    }
    friend Pico operator+(Pico a, Pico b) { return a += b; }
    friend bool operator==(Pico a, Pico b) { return a.value_ == b.value_; }
    friend bool operator<(Pico a, Pico b) { return a.value_ < b.value_; }

    /// USD with as many decimals as it takes: "0.000000000001", "12", "0".
    std::string usd() const;

private:
    __extension__ typedef __int128 Wide;
    Wide value_ = 0;
};

}  // namespace admin_api
