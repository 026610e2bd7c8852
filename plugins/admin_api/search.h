// /team/filter/ui and /user/filter/ui: teams and users by a part of their name, for a form that completes it.
#pragma once

#include "api.h"

namespace admin_api {

class Search {
public:
    explicit Search(const Documents& documents) : documents_(documents), rights_(documents) {}

    Routes routes();

private:
    Answer teams(const Asked& asked) const;
    Answer users(const Asked& asked) const;

    const Documents& documents_;
    Rights rights_;
};

/// Does `text` hold `part`, whatever the case of ASCII letters? An empty part is in every text.
bool holdsPart(const std::string& text, const std::string& part);

}  // namespace admin_api
