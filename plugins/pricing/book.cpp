#include "book.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <sluice/json.hpp>
#include <sluice/types.hpp>

#include "embedded.h"

namespace pricing {
namespace {

using sluice::ConfigError;

constexpr size_t kFileMax = 32 * 1024 * 1024;  // LiteLLM's own table has 1.6 MB

Entries readFile(const std::string& path) {
    if (path.empty()) return {};
    std::ifstream in(path, std::ios::binary);
    if (!in) throw ConfigError("file: " + path + " cannot be read: " + std::strerror(errno));
    std::string text;
    char piece[65536];
    while (in.read(piece, sizeof piece), in.gcount() > 0) {
        text.append(piece, static_cast<size_t>(in.gcount()));
        if (text.size() > kFileMax) throw ConfigError("file: " + path + " is larger than 32 MiB");
    }
    if (in.bad()) throw ConfigError("file: " + path + " cannot be read");
    return readEntries(text, path, false);
}

const Entries& builtIn() {
    static const Entries entries = [] {
        Entries all;
        for (const auto text : embeddedPrices()) all.merge(readEntries(text, "prices", true));
        return all;
    }();
    return entries;
}

}  // namespace

Book::Book(std::string file, Entries configured)
    : file_(std::move(file)), configured_(std::move(configured)) {
    reload();
}

void Book::rebuild(const Entries& from_file, const Entries& changes) {
    Entries all = builtIn();
    for (const auto* layer : {&from_file, &configured_, &changes}) merge(all, *layer);
    std::atomic_store(&table_, std::shared_ptr<const Table>(std::make_shared<Table>(std::move(all))));
}

void Book::reload() {
    Entries fresh = readFile(file_);
    const std::lock_guard lock(changing_);
    rebuild(fresh, changes_);
    from_file_ = std::move(fresh);
}

void Book::change(std::string_view json) {
    const Entries more = readEntries(json, "", true);
    const sluice::JsonObject object(json);
    const std::lock_guard lock(changing_);
    Entries all = changes_;
    for (const auto name : object.names()) {
        if (object.member(name) == "null") all.erase(std::string(name));
    }
    for (const auto& [name, members] : more) {
        for (const auto& [member, value] : members) all[name][member] = value;
    }
    rebuild(from_file_, all);
    changes_ = std::move(all);
}

std::string Book::changes() const {
    const std::lock_guard lock(changing_);
    return Table(changes_).json();
}

}  // namespace pricing
