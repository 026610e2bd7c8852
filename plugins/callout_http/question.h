// What the service is asked: JSON text. docs/callout_http.md is the schema.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "options.h"

namespace callout_http {

/// This cannot be asked: the verdict is not_scanned, with what() as its reason.
struct Unasked : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Members are added in order; `json` must be JSON text and is taken over byte by byte.
class Question {
public:
    explicit Question(Phase phase);
    void add(std::string_view name, std::string_view json);
    std::string text() && { return std::move(text_) + "}"; }

private:
    std::string text_;
};

/// Who asks for what, without the body.
std::string aboutRequest(const sluice::Request& request, const sluice_host_request& table,
                         const Options& options);
/// The same with the body. Throws Unasked.
std::string wholeRequest(const sluice::Request& request, const sluice_host_request& table,
                         const Options& options);
/// The answer, or the texts of a stream that is over. Throws Unasked.
std::string aboutResponse(const sluice::Response& response, const Options& options);
std::string aboutStream(const sluice::Stream& stream);

}  // namespace callout_http
