// Answers of the admin routes, and how they say no.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace admin_api {

using Json = nlohmann::ordered_json;

struct Answer {
    uint32_t status = 200;
    Json body;
};

/// Thrown by whoever finds that a request cannot be carried out; nothing has been changed then.
class Refused : public std::runtime_error {
public:
    Refused(uint32_t status, std::string type, const std::string& message, std::string param = {})
        : std::runtime_error(message), status_(status), type_(std::move(type)), param_(std::move(param)) {}

    /// LiteLLM's shape: {"error": {"message", "type", "param", "code"}}.
    Answer answer() const;

private:
    uint32_t status_;
    std::string type_, param_;
};

Refused badRequest(const std::string& message, const std::string& param = {});                    // 400
Refused invalid(const std::string& param, const std::string& found, const std::string& allowed);  // 422
Refused forbidden(const std::string& message);                                                    // 403
Refused notFound(const std::string& what);                                                        // 404
/// 403 for somebody else's: the same words whether it is there or not.
Refused notYours();

}  // namespace admin_api
