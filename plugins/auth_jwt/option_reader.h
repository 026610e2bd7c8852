// Reads members of a JSON configuration whose texts may be secrets, {"$secret": "HANDLE"}. null is not there.
// Everything throws sluice::ConfigError; no fault quotes a text.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/config.hpp>

#include "object.h"

namespace auth_jwt {

class OptionReader {
public:
    /// `object` has to outlive the reader.
    OptionReader(const Json& object, std::string path, const sluice::Host& host)
        : object_(object), path_(std::move(path)), host_(host) {}

    void text(const char* key, std::string& to) const;
    void flag(const char* key, bool& to) const;
    void whole(const char* key, int64_t& to, int64_t least, int64_t most) const;
    /// A text, or a list of texts; empty if there is nothing.
    std::vector<std::string> texts(const char* key) const;
    /// The same; leaves `to` as it is if there is nothing.
    void texts(const char* key, std::vector<std::string>& to) const;
    /// A list of objects with no other members than these.
    void each(const char* key, std::initializer_list<const char*> allowed,
              const std::function<void(const OptionReader&)>& visit) const;
    void only(std::initializer_list<const char*> allowed) const;
    std::string pathOf(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

private:
    const Json* find(const char* key) const;
    std::string textOf(const Json& value, const std::string& path) const;

    const Json& object_;
    const std::string path_;
    const sluice::Host host_;
};

/// "a, b" without what is empty.
std::vector<std::string> splitAtCommas(const std::string& text);

}  // namespace auth_jwt
