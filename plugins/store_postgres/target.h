// Where the database is: the URL, taken apart once. It holds a password, which is in no word of ours.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace store_postgres {

class Target {
public:
    /// Throws std::runtime_error, whose words do not repeat the URL. `password` stands in for the URL's if it
    /// is not empty.
    Target(const std::string& url, const std::string& password, const std::string& schema);

    /// libpq's keywords and values, https://www.postgresql.org/docs/15/libpq-connect.html.
    const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }
    /// "db.example:5432/sluice", for people.
    const std::string& place() const { return place_; }
    /// The same for all stores on one schema, as far as the URL says so.
    const std::string& identity() const { return identity_; }
    const std::string& schema() const { return schema_; }
    /// Words of libpq or of the server, one line, without what is secret.
    std::string clean(std::string_view words) const;

private:
    std::vector<std::pair<std::string, std::string>> parameters_;
    std::vector<std::string> secrets_;
    std::string place_;
    std::string identity_;
    std::string schema_;
};

}  // namespace store_postgres
