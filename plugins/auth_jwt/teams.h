// Which team a request counts for, and whether the store knows whom the token names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "identity.h"

namespace auth_jwt {

/// Whom the store is to be told of.
struct Newcomers {
    std::string team, user;  // empty: nobody
};

/// Owners of a request, by what the token says, what the store knows and the team that the client asks for
/// (`wanted`: x-litellm-team-id; empty: none). `team` is the id of the team that it counts for, known or not.
std::optional<accounts::Denied> findOwners(const Principal& principal, const accounts::Directory& directory,
                                           const Options& options, bool has_store, std::string_view wanted,
                                           accounts::Owners& owners, std::string& team, Newcomers& newcomers);

/// In pre_call, when the model is known: if the team may not use it, the first of the others that may takes
/// its place. `wanted`: as above; then there is no other.
void chooseTeam(const Principal& principal, const accounts::Directory& directory, const Options& options,
                std::string_view wanted, std::string_view model, accounts::Owners& owners);

}  // namespace auth_jwt
