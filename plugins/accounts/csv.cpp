// RFC 4180, with Postgres' difference between "" and nothing.
#include <algorithm>

#include "accounts/import.h"

namespace accounts {
namespace {

using Json = nlohmann::json;

class Csv {
public:
    explicit Csv(std::string_view text) : text_(text) {}

    bool done() const { return at_ >= text_.size(); }
    size_t line() const { return start_; }  // in which the last record began

    // One record. False: a quote that does not end, or text behind one.
    bool take(std::vector<Json>& cells) {
        cells.clear();
        start_ = line_;
        do {
            Json cell;
            if (!takeCell(cell)) return false;
            cells.push_back(std::move(cell));
        } while (takeOne(','));
        (void)takeOne('\r');
        if (!done() && !takeOne('\n')) return false;
        ++line_;
        return true;
    }

private:
    bool takeOne(char c) {
        if (done() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    bool takeCell(Json& cell) {
        if (takeOne('"')) return takeQuoted(cell);
        const size_t end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
        if (end < text_.size() && text_[end] == '"') return false;
        if (end > at_) cell = std::string(text_.substr(at_, end - at_));
        at_ = end;
        return true;
    }

    bool takeQuoted(Json& cell) {
        std::string value;
        for (;;) {
            const size_t quote = text_.find('"', at_);
            if (quote == std::string_view::npos) return false;
            for (size_t i = at_; i < quote; ++i) line_ += text_[i] == '\n' ? 1 : 0;
            value += text_.substr(at_, quote - at_);
            at_ = quote + 1;
            if (!takeOne('"')) break;
            value += '"';
        }
        cell = std::move(value);
        return done() || text_[at_] == ',' || text_[at_] == '\r' || text_[at_] == '\n';
    }

    std::string_view text_;
    size_t at_ = 0, line_ = 1, start_ = 1;
};

}  // namespace

std::optional<std::vector<Json>> readCsv(std::string_view text, std::string& fault) {
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    Csv csv(text);
    std::vector<Json> head, cells, rows;
    const auto refuse = [&](const char* why) {
        fault = "line " + std::to_string(csv.line()) + ": " + why;
        return std::nullopt;
    };
    if (csv.done() || !csv.take(head)) return refuse("expected a line with the names of the columns");
    for (const Json& name : head) {
        if (!name.is_string()) return refuse("a column without a name");
    }
    while (!csv.done()) {
        if (!csv.take(cells)) return refuse("a quote that does not end, or text beside one");
        if (cells.size() == 1 && cells[0].is_null()) continue;  // an empty line
        if (cells.size() != head.size()) return refuse("another number of cells than columns");
        Json row = Json::object();
        for (size_t i = 0; i < cells.size(); ++i)
            row[head[i].get_ref<const std::string&>()] = std::move(cells[i]);
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace accounts
