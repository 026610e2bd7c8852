// Calls everything that a plugin has, once for an answer in one piece and once for a stream.
#pragma once

#include <sluice/testing/fake_host.hpp>

#include <string>

namespace sluice::abi_test {

/// Throws std::runtime_error if the plugin refuses its configuration or one of its functions fails.
/// `config`: what stands in the place of the smallest one that the manifest allows; empty: nothing.
void tryPlugin(testing::FakeHost& host, const sluice_entry& entry, const std::string& config);

}  // namespace sluice::abi_test
