// What the service answered, checked against the schema of docs/callout_http.md and against the phase.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options.h"

namespace callout_http {

/// There is no answer that could be followed. what() names the reason and quotes nothing.
struct Unusable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class Say { Continue, Refuse, Respond, NotScanned };

struct Replacement {
    size_t start, length;  // bytes of the window
    std::string text;
};

struct Answer {
    Say say = Say::Continue;
    std::string message, code, category, reason, content_type;
    uint32_t status = 0;                                   // 0: the verdict's own
    std::vector<std::pair<std::string, std::string>> set;  // member, JSON text
    std::string model;                                     // the text of set.model
    std::vector<std::string> remove;
    std::optional<std::string> body;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::optional<size_t> release;
    std::vector<Replacement> replace;
};

/// Throws Unusable for what is no JSON, an unknown verdict, a wrong type, and a member that this phase cannot
/// follow: an edit that is not carried out would be a promise that is not kept.
Answer readAnswer(std::string_view text, Phase phase);

/// How much of the window goes on, once it is known that the answer fits it. Throws Unusable.
size_t releaseOf(const Answer& answer, std::string_view window, bool ended);

}  // namespace callout_http
