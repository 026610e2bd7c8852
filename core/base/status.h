// Errors as values. An Error says what went wrong (code), who caused it (origin) and whether the same
// attempt may be made again without doing harm (retry). Nothing in the code base parses messages.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace sluice::base {

enum class Code {
    InvalidArgument,
    NotFound,
    Unauthenticated,
    PermissionDenied,
    TooLarge,
    Unsupported,
    Unavailable,
    ResourceExhausted,
    DeadlineExceeded,
    Cancelled,
    Truncated,
    Malformed,
    Internal,
};

enum class Origin { Client, Gateway, Plugin, Upstream };

/// Whether repeating the attempt can do harm. `Safe` only if the other side provably did not act on it.
enum class Retry { Safe, Unsafe };

/// Stable lower-case name for logs and records, for example "deadline_exceeded".
const char* name(Code code);
const char* name(Origin origin);

struct Error {
    Code code = Code::Internal;
    Origin origin = Origin::Gateway;
    Retry retry = Retry::Unsafe;
    std::string message;  // for people; may be shown to the client, so never holds a secret
};

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::move(value)) {}
    Result(Error error) : state_(std::move(error)) {}

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() { return std::get<0>(state_); }
    const T& value() const { return std::get<0>(state_); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    Error& error() { return std::get<1>(state_); }
    const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

/// Result without a value: either fine or an Error.
class [[nodiscard]] Status {
public:
    Status() = default;
    Status(Error error) : state_(Failure{std::move(error)}) {}

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    Error& error() { return std::get<1>(state_).error; }
    const Error& error() const { return std::get<1>(state_).error; }

private:
    struct Failure {
        Error error;
    };
    std::variant<std::monostate, Failure> state_;
};

[[gnu::cold]] Error clientError(Code code, std::string message);
[[gnu::cold]] Error gatewayError(Code code, std::string message);
[[gnu::cold]] Error upstreamError(Code code, std::string message, Retry retry = Retry::Unsafe);
[[gnu::cold]] Error pluginError(Code code, std::string message);

}  // namespace sluice::base
