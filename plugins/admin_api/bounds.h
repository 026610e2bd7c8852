// How far somebody who is no admin may go with a key, a team or a user: never further than what is above it.
#pragma once

#include "rights.h"

namespace admin_api {

/// Throws Refused, 403, if a limit or a model among the members of `wishes` goes beyond `above`, which has
/// the words `whose` in the message. What is not said is not looked at: what is above holds anyway.
void requireWithin(const Json& wishes, const Json& above, const std::string& whose);

/// What only admins may say, of keys and of groups. Throws Refused, 403.
void requireNoneOf(const Json& wishes, std::initializer_list<const char*> members);
/// Members of metadata that steer the gateway stay as they are in `before`: others are refused, 403, and
/// those that `wishes` would drop are put back.
void keepMetadata(Json& wishes, const Json& before);

class KeyBounds {
public:
    KeyBounds(const Documents& documents, const Rights& rights) : documents_(documents), rights_(rights) {}

    /// A new key as the caller may make it: for whom it is and what it may do, filled up with what bounds the
    /// key that asks. Throws Refused, 403.
    void makeNew(const Caller& caller, Json& key) const;
    /// The same for a change from `before` by `wishes`, which `route` ("/key/update") makes. May add members
    /// to them.
    void change(const Caller& caller, const Json& before, Json& wishes, const char* route) const;
    /// A key whose secret the caller gets to see: it may do no more, and live no longer, than the key that
    /// asks. Throws Refused, 403.
    void takeOver(const Caller& caller, const Json& key) const;

private:
    void requireOwner(const Caller& caller, const Json& key, bool new_user) const;
    void requireAbove(const Caller& caller, const Json& key, const Json& wishes) const;
    void inherit(const Caller& caller, Json& key) const;
    const Documents& documents_;
    const Rights& rights_;
};

}  // namespace admin_api
