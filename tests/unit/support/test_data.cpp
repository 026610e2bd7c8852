#include "support/test_data.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace sluice::test {
namespace {

int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

}  // namespace

std::optional<std::vector<nlohmann::json>> testData(const std::string& file) {
    const char* folder = std::getenv("SLUICE_TEST_DATA");
    std::ifstream in(folder ? std::string(folder) + "/" + file : "");
    if (!folder || !in) {
        std::cout << "skipped: SLUICE_TEST_DATA has no " << file << "\n";
        return std::nullopt;
    }
    std::vector<nlohmann::json> rows;
    for (std::string line; std::getline(in, line);) {
        if (!line.empty()) rows.push_back(nlohmann::json::parse(line));
    }
    return rows;
}

std::string base64Decoded(std::string_view text) {
    std::string out;
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        const int value = sextet(c);
        if (value < 0) continue;
        bits = bits << 6 | static_cast<unsigned>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xff);
        }
    }
    return out;
}

}  // namespace sluice::test
