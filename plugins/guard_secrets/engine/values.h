// Where a value stands behind its name, and whether it can be a secret.
#pragma once

#include "sweep.h"

namespace secrets {

/// Which way a value is written; what is a plausible secret depends on it.
enum class Setting : uint8_t {
    Quoted,  // password = "…"
    Config,  // PASSWORD=… in the environment, a shell, a connection string: what is there is meant
    Bare,    // password: … in YAML, code or prose: may be a word or an expression
    Spoken,  // "the password is …"
};

struct Value {
    size_t begin = 0, end = 0;
    Setting setting = Setting::Bare;
    bool spaced = false;  // a space stands in it
    bool empty() const { return begin >= end; }
};

/// The value that begins at or a few spaces behind `at`. `glued`: written like the environment, up to a
/// space.
Value valueAt(std::string_view text, size_t at, bool glued);

/// Can it be what a name of this strength stands for?
bool isPlausible(std::string_view value, const Value& where, Strength strength, const Options& options);

/// Adds it, as far as its run goes, if it is plausible.
bool addValue(Sweep& sweep, const Value& value, Strength strength, std::string_view entity, float score);

}  // namespace secrets
