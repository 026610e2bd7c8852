#include "otlp.h"

namespace exporters {

// Both encodings: otlp_json.cpp and otlp_proto.cpp.
std::string otlpBodyJson(Signal signal, const Attributes& resource, const std::vector<std::string>& items,
                         size_t begin, size_t end);
std::string otlpBodyProto(const Attributes& resource, const std::vector<std::string>& items, size_t begin,
                          size_t end);
size_t otlpRejectedJson(Signal signal, std::string_view answer);
size_t otlpRejectedProto(std::string_view answer);

void Attributes::text(std::string_view key, std::string_view value) {
    if (!value.empty()) all_.emplace_back(key, std::string(value));
}

void Attributes::texts(std::string_view key, std::vector<std::string> values) {
    if (!values.empty()) all_.emplace_back(key, std::move(values));
}

void Attributes::tree(std::string_view key, nlohmann::json value) {
    if (!value.empty()) all_.emplace_back(key, Tree{std::move(value)});
}

std::string otlpBody(Signal signal, bool protobuf, const Attributes& resource,
                     const std::vector<std::string>& items, size_t begin, size_t end) {
    return protobuf ? otlpBodyProto(resource, items, begin, end)
                    : otlpBodyJson(signal, resource, items, begin, end);
}

size_t otlpRejected(Signal signal, bool protobuf, std::string_view answer) {
    return protobuf ? otlpRejectedProto(answer) : otlpRejectedJson(signal, answer);
}

}  // namespace exporters
