// /team/filter/ui and /user/filter/ui: teams and users by a part of their name, for a form that completes it.
#pragma once

#include "api.h"

namespace admin_api {

class Search {
public:
    explicit Search(const Documents& documents) : documents_(documents), rights_(documents) {}

    Routes routes();

private:
    /// What is searched: documents of a kind by parts of two members, and one more member in the answer.
    struct Kind {
        const char *kind, *id, *name, *more;
        bool (Rights::*sees)(const Caller&, const std::string&) const;
    };
    static const Kind kTeams, kUsers;

    Answer parts(const Asked& asked, const Kind& kind) const;

    const Documents& documents_;
    Rights rights_;
};

/// Does `text` hold `part`, whatever the case of ASCII letters? An empty part is in every text.
bool holdsPart(const std::string& text, const std::string& part);

}  // namespace admin_api
