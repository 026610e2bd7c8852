// Why a request to these routes is answered with an error. [any]
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace batches {

class Refused : public std::runtime_error {
public:
    /// status: 400 to 599. code: for programs. param: the member or field that is at fault, or empty.
    Refused(uint32_t status, std::string code, const std::string& message, std::string param = {})
        : std::runtime_error(message), status_(status), code_(std::move(code)), param_(std::move(param)) {}
    uint32_t status() const { return status_; }
    const std::string& code() const { return code_; }
    const std::string& param() const { return param_; }

private:
    uint32_t status_;
    std::string code_, param_;
};

}  // namespace batches
