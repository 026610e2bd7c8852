// Calls everything that a plugin has, once for an answer in one piece and once for a stream.
#pragma once

#include <sluice/testing/fake_host.hpp>

#include <stdexcept>
#include <string>

namespace sluice::abi_test {

/// The plugin does not want to be created in this host; in its words.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws Refused, or std::runtime_error if one of the plugin's functions fails.
/// `config`: what stands in the place of the smallest one that the manifest allows; empty: nothing.
void tryPlugin(testing::FakeHost& host, const sluice_entry& entry, const std::string& config);

}  // namespace sluice::abi_test
