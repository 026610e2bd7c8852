#include "refused.h"

namespace admin_api {

Answer Refused::answer() const {
    Json param = param_.empty() ? Json() : Json(param_);
    return {status_,
            {{"error",
              {{"message", what()},
               {"type", type_},
               {"param", std::move(param)},
               {"code", std::to_string(status_)}}}}};
}

Refused badRequest(const std::string& message, const std::string& param) {
    return {400, "bad_request_error", message, param};
}

Refused invalid(const std::string& param, const std::string& found, const std::string& allowed) {
    return {422, "validation_error", param + ": found " + found + "; allowed: " + allowed, param};
}

Refused forbidden(const std::string& message) { return {403, "auth_error", message}; }

Refused notYours() { return forbidden("You are not allowed to do this, or it is not there"); }

Refused notFound(const std::string& what) { return {404, "not_found_error", what + " not found"}; }

}  // namespace admin_api
