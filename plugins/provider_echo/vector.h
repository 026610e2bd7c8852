// Embeddings without a model: a unit vector that follows from the text alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace provider_echo {

std::vector<float> vectorOf(std::string_view text, uint32_t dimensions);

/// The floats as OpenAI packs them for encoding_format base64: 32-bit, little-endian, one after the other.
std::string base64Of(const std::vector<float>& values);

}  // namespace provider_echo
