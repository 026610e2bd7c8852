// The public test data: a folder beside the project, named by SLUICE_TEST_DATA. What is not there is skipped,
// aloud.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace sluice::test {

/// The objects of a .jsonl file, for example "http/probe_requests.jsonl". Nothing if the file is missing:
/// then a line on standard output says so, and the test is to return.
std::optional<std::vector<nlohmann::json>> testData(const std::string& file);

/// RFC 4648 section 4, padding included.
std::string base64Decoded(std::string_view text);

}  // namespace sluice::test
