#include "template.h"

#include <charconv>

#include <sluice/plugin.hpp>

#include "exporters/times.h"

namespace callback_http {

using exporters::JsonText;
using exporters::Node;

struct Template::Member {
    std::string name;
    Template value;
};

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

Node at(const Node& value, const std::string& name) {
    if (!value.array()) return value[name];
    size_t wanted = 0;
    const auto number = std::from_chars(name.data(), name.data() + name.size(), wanted);
    if (number.ec != std::errc() || number.ptr != name.data() + name.size()) return {};
    Node found;
    size_t i = 0;
    value.each([&](const Node& element) {
        if (i++ == wanted) found = element;
    });
    return found;
}

}  // namespace

Template::Template(const nlohmann::json& wanted, const std::string& key) {
    if (wanted.is_string()) {
        value_ = parse(wanted.get_ref<const std::string&>(), key);
    } else if (wanted.is_object()) {
        auto object = std::make_shared<Object>();
        for (const auto& [name, value] : wanted.items())
            object->members.push_back({name, Template(value, key + "." + name)});
        value_ = std::shared_ptr<const Object>(std::move(object));
    } else if (wanted.is_array()) {
        auto list = std::make_shared<List>();
        for (const auto& value : wanted)
            list->elements.emplace_back(value, key + "[" + std::to_string(list->elements.size()) + "]");
        value_ = std::shared_ptr<const List>(std::move(list));
    } else {
        value_ = Fixed{wanted.dump()};
    }
}

Template::Text Template::parse(const std::string& text, const std::string& key) {
    Text made;
    size_t from = 0;
    for (size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{", from)) {
        const size_t close = text.find("}}", open);
        if (close == std::string::npos)
            throw sluice::ConfigError(key + ": found {{ without }}; allowed: {{member}}");
        if (open > from) made.parts.emplace_back(text.substr(from, open - from));
        made.parts.emplace_back(placeholder(std::string_view(text).substr(open + 2, close - open - 2), key));
        from = close + 2;
    }
    if (from < text.size() || made.parts.empty()) made.parts.emplace_back(text.substr(from));
    return made;
}

Template::Placeholder Template::placeholder(std::string_view text, const std::string& key) {
    static const std::pair<std::string_view, Form> forms[] = {
        {"", Form::Plain},          {"s", Form::Seconds},      {"ms", Form::Milliseconds},
        {"ms_part", Form::MsPart},  {"ns", Form::Nanoseconds}, {"iso", Form::Iso},
        {"compact", Form::Compact}, {"text", Form::Text},      {"json", Form::Json}};
    Placeholder made;
    const size_t bar = text.find('|');
    const std::string_view form = bar == std::string_view::npos ? "" : trimmed(text.substr(bar + 1));
    bool known = false;
    for (const auto& [word, meaning] : forms) {
        if (word != form) continue;
        known = true;
        made.form = meaning;
    }
    if (!known)
        throw sluice::ConfigError(
            key + ": found a form that there is not; allowed: ms, ns, iso, s, ms_part, compact, text, json");
    std::string_view names = trimmed(text.substr(0, bar));
    made.optional = !names.empty() && names.front() == '?';
    if (made.optional) names.remove_prefix(1);
    for (;;) {
        const size_t comma = names.find(',');
        made.paths.push_back(path(trimmed(names.substr(0, comma)), key));
        if (comma == std::string_view::npos) return made;
        names.remove_prefix(comma + 1);
    }
}

std::vector<std::string> Template::path(std::string_view name, const std::string& key) {
    if (name.empty())
        throw sluice::ConfigError(key + ": found a placeholder without a name; allowed: {{member}}");
    std::vector<std::string> made;
    if (name == ".") return made;
    for (;;) {
        const size_t dot = name.find('.');
        made.emplace_back(name.substr(0, dot));
        if (dot == std::string_view::npos) return made;
        name.remove_prefix(dot + 1);
    }
}

Template::Found Template::find(const Node& record, const Words& words, const Placeholder& wanted) {
    Found found;
    for (const auto& path : wanted.paths) {
        if (path.size() == 2 && path[0] == "config") {
            const auto word = words.find(path[1]);
            if (word != words.end() && !word->second.empty()) found.word = &word->second;
        } else {
            found.node = record;
            for (const auto& name : path) found.node = at(found.node, name);
        }
        if (found.there()) break;
    }
    return found;
}

std::string Template::textOf(const Found& found, Form form) {
    if (found.word) return *found.word;
    const Node& value = found.node;
    if (!value.there()) return {};
    constexpr int64_t kSecond = 1'000;
    switch (form) {
        case Form::Seconds:
            return std::to_string(exporters::epochMs(value.real()) / kSecond);
        case Form::Milliseconds:
            return std::to_string(exporters::epochMs(value.real()));
        case Form::MsPart:
            return std::to_string(exporters::epochMs(value.real()) % kSecond);
        case Form::Nanoseconds:
            return std::to_string(exporters::epochMs(value.real())) + "000000";
        case Form::Iso:
            return exporters::isoTime(value.real());
        case Form::Compact: {
            std::string digits;
            for (const char c : exporters::isoTime(value.real())) {
                if (c == 'Z') digits += "000";
                if (c != '-' && c != ':' && c != '.') digits += c;
            }
            return digits;
        }
        case Form::Plain:
        case Form::Text:
        case Form::Json:
            return value.isText() && form != Form::Json ? std::string(value.text()) : value.json();
    }
    return {};
}

void Template::writeValue(JsonText& out, const Found& found, Form form) {
    const bool number = form == Form::Seconds || form == Form::Milliseconds || form == Form::MsPart ||
                        form == Form::Nanoseconds;
    if (!found.there()) {
        out.null();
    } else if (found.word) {
        out.text(*found.word);
    } else if (number) {
        out.raw(textOf(found, form));
    } else if (form == Form::Plain) {
        out.raw(found.node.json());
    } else {
        out.text(textOf(found, form));
    }
}

void Template::writeText(JsonText& out, const Text& text, const Node& record, const Words& words) {
    const auto* only = std::get_if<Placeholder>(&text.parts.front());
    if (only && text.parts.size() == 1) return writeValue(out, find(record, words, *only), only->form);
    std::string whole;
    for (const auto& part : text.parts) {
        const auto* hole = std::get_if<Placeholder>(&part);
        whole += hole ? textOf(find(record, words, *hole), hole->form) : std::get<std::string>(part);
    }
    out.text(whole);
}

bool Template::leftOut(const Node& record, const Words& words) const {
    const auto* text = std::get_if<Text>(&value_);
    const auto* only =
        text && text->parts.size() == 1 ? std::get_if<Placeholder>(&text->parts.front()) : nullptr;
    return only && only->optional && !find(record, words, *only).there();
}

void Template::write(JsonText& out, const Node& record, const Words& words) const {
    if (const auto* fixed = std::get_if<Fixed>(&value_)) {
        out.raw(fixed->json);
    } else if (const auto* text = std::get_if<Text>(&value_)) {
        writeText(out, *text, record, words);
    } else if (const auto* object = std::get_if<std::shared_ptr<const Object>>(&value_)) {
        out.beginObject();
        for (const auto& member : (*object)->members) {
            if (!member.value.leftOut(record, words)) member.value.write(out.key(member.name), record, words);
        }
        out.endObject();
    } else {
        out.beginArray();
        for (const auto& element : std::get<std::shared_ptr<const List>>(value_)->elements)
            element.write(out, record, words);
        out.endArray();
    }
}

}  // namespace callback_http
