#include "json_text.h"

#include <algorithm>
#include <charconv>

namespace admin_api {
namespace {

// Builds a tree as nlohmann's own parser does, but for numbers.
class Builder final : public nlohmann::json_sax<Json> {
public:
    Json root;

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t, const string_t& text) override { return put(exact(text)); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override {
        (void)open(Json::object());
        membersOf(*stack_.back()).reserve(kMembers);
        return true;
    }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool key(string_t& name) override {
        name_ = name;
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        root = Json(Json::value_t::discarded);
        return false;
    }

private:
    static constexpr size_t kMembers = 4;  // most objects of the store's answers have no more

    static Json::object_t::Container& membersOf(Json& object) { return object.get_ref<Json::object_t&>(); }
    Json* place(Json value) {
        if (stack_.empty()) {
            root = std::move(value);
            return &root;
        }
        Json& parent = *stack_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        // Members are looked for one by one in objects that keep their order, and the store's answers have
        // thousands; none of theirs is there twice.
        auto& members = membersOf(parent);
        members.emplace_back(name_, std::move(value));
        return &members.back().second;
    }
    bool put(Json value) {
        (void)place(std::move(value));
        return true;
    }
    bool open(Json container) {
        stack_.push_back(place(std::move(container)));
        return true;
    }
    bool close() {
        stack_.pop_back();
        return true;
    }

    std::vector<Json*> stack_;
    std::string name_;
};

template <class Number>
void appendNumber(Number number, std::string& out) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace

Json exact(std::string_view number) {
    return Json::binary(std::vector<uint8_t>(number.begin(), number.end()));
}

Pico picoOf(const Json& whole) {
    if (whole.is_binary()) {
        const auto& digits = whole.get_binary();
        return Pico::fromDigits(std::string(digits.begin(), digits.end())).value_or(Pico());
    }
    if (!whole.is_number_integer()) return Pico();
    const bool negative = !whole.is_number_unsigned() && whole.get<int64_t>() < 0;
    return negative ? Pico() : Pico(whole.get<uint64_t>());
}

Json readExact(std::string_view text) {
    Builder builder;
    if (!Json::sax_parse(text, &builder)) return Json(Json::value_t::discarded);
    return std::move(builder.root);
}

const Json& member(const Json& object, std::string_view name) {
    static const Json kNothing;
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found == object.end() ? kNothing : *found;
}

Json listIn(Json answer, const char* name) {
    Json list = answer.is_object() && answer.contains(name) ? std::move(answer[name]) : Json();
    return list.is_array() ? list : Json::array();
}

// Most texts stand in JSON as they are.
void appendText(const std::string& text, std::string& out) {
    const bool plain = std::all_of(text.begin(), text.end(),
                                   [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (plain)
        ((out += '"') += text) += '"';
    else
        out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append(const Json& value, std::string& out) {
    if (value.is_object()) {
        char separator = '{';
        for (const auto& [name, member] : value.items()) {
            out += separator;
            appendText(name, out);
            out += ':';
            append(member, out);
            separator = ',';
        }
        out += separator == '{' ? "{}" : "}";
    } else if (value.is_array()) {
        char separator = '[';
        for (const auto& one : value) {
            out += separator;
            append(one, out);
            separator = ',';
        }
        out += separator == '[' ? "[]" : "]";
    } else if (value.is_binary()) {
        const auto& digits = value.get_binary();
        out.append(digits.begin(), digits.end());
    } else if (value.is_string()) {
        appendText(value.get_ref<const std::string&>(), out);
    } else if (value.is_number_unsigned()) {
        appendNumber(value.get<uint64_t>(), out);
    } else if (value.is_number_integer()) {
        appendNumber(value.get<int64_t>(), out);
    } else {
        out += value.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
}

Json written(std::string_view json) { return exact(json); }

std::string textOf(const Json& value) {
    std::string out;
    append(value, out);
    return out;
}

size_t depthOf(std::string_view json, size_t most) {
    size_t depth = 0, deepest = 0;
    bool in_text = false;
    for (size_t i = 0; i < json.size() && deepest <= most; ++i) {
        const char c = json[i];
        if (in_text) {
            if (c == '\\') ++i;
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

// Of a text that is UTF-8 nothing is dropped and nothing is replaced.
bool isUtf8(std::string_view text) {
    const Json value(text);
    return value.dump(-1, ' ', false, Json::error_handler_t::ignore) ==
           value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace admin_api
