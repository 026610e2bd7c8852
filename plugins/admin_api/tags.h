// /tag/…: what requests with a tag may use. A tag needs no document to be counted and reported; one with a
// document has the budget and the limits that stand in it, which the plugin limits keeps.
#pragma once

#include "api.h"
#include "spent.h"

namespace admin_api {

class Tags {
public:
    Tags(Documents& documents, sluice::Host host)
        : documents_(documents), host_(host), spent_(documents, host) {}

    Routes routes();

private:
    Answer create(const Asked& asked);
    Answer update(const Asked& asked);
    Answer remove(const Asked& asked);
    Answer info(const Asked& asked);
    Answer list();
    Json shown(const std::string& name, Json document) const;
    void check(const Json& wishes) const;

    Documents& documents_;
    sluice::Host host_;
    Spent spent_;
};

}  // namespace admin_api
