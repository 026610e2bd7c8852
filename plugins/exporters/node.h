// A value of a record that has been read: what is missing, or of another kind, is empty, 0 or false, so that
// an encoder need not ask. Valid as long as the Reader that gave it, up to its next read. [one thread]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace exporters {

class Node {
public:
    Node() = default;
    explicit Node(simdjson::dom::element element) : element_(element), there_(!element.is_null()) {}

    Node operator[](std::string_view key) const;
    /// Neither missing nor null.
    bool there() const { return there_; }
    bool object() const { return there_ && element_.is_object(); }
    bool array() const { return there_ && element_.is_array(); }
    bool isText() const { return there_ && element_.is_string(); }
    bool number() const { return there_ && element_.is_number(); }

    std::string_view text() const;
    int64_t integer() const;
    double real() const;
    bool boolean() const;
    /// As JSON, on one line.
    std::string json() const;

    /// visit(Node) for each element of an array.
    template <class Visit>
    void each(Visit visit) const {
        if (!array()) return;
        for (const auto element : simdjson::dom::array(element_)) visit(Node(element));
    }
    /// visit(key, Node) for each member of an object.
    template <class Visit>
    void members(Visit visit) const {
        if (!object()) return;
        for (const auto member : simdjson::dom::object(element_)) visit(member.key, Node(member.value));
    }
    size_t size() const;

private:
    simdjson::dom::element element_;
    bool there_ = false;
};

/// Reads one text after the other with the same memory.
class Reader {
public:
    /// Not there(): it is no JSON.
    Node read(std::string_view json);

private:
    simdjson::dom::parser parser_;
};

}  // namespace exporters
