// Exceptions stop here: what a plugin throws becomes a status, a verdict and a text. Not for plugins.
#pragma once

#include <algorithm>
#include <cstring>
#include <exception>

#include <sluice/request.hpp>

namespace sluice::detail {

/// What `call` returns; or, if it throws, `otherwise`, once `tell` has been told why.
template <class Result, class Tell, class Call>
Result contained(Result otherwise, Tell&& tell, Call&& call) noexcept {
    try {
        return call();
    } catch (const ConfigError& e) {
        tell(e.message());
    } catch (const std::exception& e) {
        tell(e.what());
    } catch (...) {
        tell("unknown exception");
    }
    return otherwise;
}

// Runs `make`, turning what it throws into a status and a text.
template <class Make>
sluice_status guarded(Make&& make, char* error, size_t capacity, size_t* size) noexcept {
    const auto report = [&](std::string_view text) {
        *size = std::min(text.size(), capacity);
        std::memcpy(error, text.data(), *size);
    };
    return contained(sluice_status{SLUICE_E_INVALID}, report, [&] {
        make();
        return sluice_status{SLUICE_OK};
    });
}

template <class Call>
sluice_verdict verdictOf(sluice_ctx* ctx, Call&& call) noexcept {
    const auto tell = [ctx](std::string_view why) { tellFailure(ctx, why); };
    return contained(sluice_verdict{SLUICE_FAILED}, tell,
                     [&] { return static_cast<sluice_verdict>(call()); });
}

/// With or without a request: a null ctx tells nobody.
template <class Call>
sluice_status statusOf(sluice_ctx* ctx, Call&& call) noexcept {
    const auto tell = [ctx](std::string_view why) {
        if (ctx) tellFailure(ctx, why);
    };
    return contained(sluice_status{SLUICE_E_INTERNAL}, tell, [&]() -> sluice_status { return call(); });
}

}  // namespace sluice::detail
