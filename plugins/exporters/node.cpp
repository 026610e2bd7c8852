#include "node.h"

namespace exporters {

Node Node::operator[](std::string_view key) const {
    simdjson::dom::element found;
    if (!object() || element_.at_key(key).get(found) != simdjson::SUCCESS) return {};
    return Node(found);
}

std::string_view Node::text() const {
    std::string_view value;
    return there_ && element_.get(value) == simdjson::SUCCESS ? value : std::string_view();
}

int64_t Node::integer() const {
    int64_t value = 0;
    if (!there_) return 0;
    if (element_.get(value) == simdjson::SUCCESS) return value;
    return static_cast<int64_t>(real());
}

double Node::real() const {
    double value = 0;
    return there_ && element_.get(value) == simdjson::SUCCESS ? value : 0.0;
}

bool Node::boolean() const {
    bool value = false;
    return there_ && element_.get(value) == simdjson::SUCCESS && value;
}

std::string Node::json() const { return there_ ? simdjson::minify(element_) : "null"; }

size_t Node::size() const {
    if (array()) return simdjson::dom::array(element_).size();
    return object() ? simdjson::dom::object(element_).size() : 0;
}

Node Reader::read(std::string_view json) {
    simdjson::dom::element root;
    if (parser_.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return {};
    return Node(root);
}

}  // namespace exporters
