#include "http/fields.h"

using sluice::http::Fields;
using sluice::http::isFieldValue;
using sluice::http::isToken;
using sluice::http::listContains;

TEST_CASE("fields are found by name in any case, the first of several", "[http]") {
    Fields fields;
    CHECK(fields.add("Accept", "a"));
    CHECK(fields.add("X-Tag", "1"));
    CHECK(fields.add("x-tag", "2"));
    CHECK(fields.find("ACCEPT") == "a");
    CHECK(fields.find("X-TAG") == "1");
    CHECK(fields.count("x-Tag") == 2);
    CHECK(fields.has("accept"));
    CHECK_FALSE(fields.has("accep"));
    CHECK_FALSE(fields.find("").has_value());
}

TEST_CASE("set replaces all fields of a name by one, in the place of the first", "[http]") {
    Fields fields;
    for (const auto& [name, value] : {std::pair{"A", "1"}, {"B", "2"}, {"a", "3"}, {"C", "4"}, {"A", "5"}})
        CHECK(fields.add(name, value));
    CHECK(fields.set("a", "new"));
    REQUIRE(fields.size() == 3);
    CHECK(fields[0].name == "A");
    CHECK(fields[0].value == "new");
    CHECK(fields[1].name == "B");
    CHECK(fields[2].name == "C");
    CHECK(fields.set("D", "6"));
    CHECK(fields[3].value == "6");
}

TEST_CASE("remove takes all fields of a name", "[http]") {
    Fields fields;
    CHECK(fields.add("A", "1"));
    CHECK(fields.add("B", "2"));
    CHECK(fields.add("a", "3"));
    CHECK(fields.remove("a") == 2);
    CHECK(fields.remove("a") == 0);
    REQUIRE(fields.size() == 1);
    CHECK(fields[0].name == "B");
    fields.clear();
    CHECK(fields.size() == 0);
}

TEST_CASE("fields own what is added to them", "[http]") {
    Fields fields;
    for (int i = 0; i < 50; ++i) {
        std::string name = "x-" + std::to_string(i), value(100, static_cast<char>('a' + i % 26));
        CHECK(fields.add(name, value));
        name.assign(name.size(), '?');
        value.assign(value.size(), '?');
    }
    CHECK(fields.find("x-0") == std::string(100, 'a'));
    CHECK(fields.find("x-49") == std::string(100, 'x'));
    CHECK(fields.set("x-0", *fields.find("x-1")));  // from itself
    CHECK(fields.find("x-0") == std::string(100, 'b'));
}

TEST_CASE("nothing that could forge a line gets in", "[http]") {
    Fields fields;
    for (const std::string_view value :
         {std::string_view("a\r\nX-Admin: true"), std::string_view("a\nb"), std::string_view("a\rb"),
          std::string_view("a\0b", 3), std::string_view("\x7f"), std::string_view("\x1b[0m"),
          std::string_view("12345678\n"), std::string_view("1234567\n9abcdef0")}) {
        CHECK_FALSE(fields.add("X", value));
        CHECK_FALSE(fields.set("X", value));
    }
    for (const std::string_view name :
         {std::string_view(""), std::string_view("a b"), std::string_view("a:"), std::string_view("a\r\n"),
          std::string_view("a\0", 2), std::string_view("(a)"), std::string_view("\xc3\xa4")}) {
        CHECK_FALSE(fields.add(name, "x"));
        CHECK_FALSE(fields.set(name, "x"));
    }
    CHECK(fields.size() == 0);
}

TEST_CASE("every byte is judged alike at every place of a value", "[http]") {
    size_t wrong = 0;
    for (int byte = 0; byte < 256; ++byte) {
        const bool allowed = (byte >= 0x20 && byte != 0x7f) || byte == '\t';
        for (size_t at = 0; at < 19; ++at) {
            std::string value(19, 'v');
            value[at] = static_cast<char>(byte);
            wrong += isFieldValue(value) != allowed ? 1 : 0;
        }
    }
    CHECK(wrong == 0);
    CHECK(isFieldValue(""));
    CHECK(isFieldValue("\t\t\t\t\t\t\t\t\t"));
    CHECK_FALSE(isFieldValue("\t\t\t\t\t\t\t\n\t"));
}

TEST_CASE("tokens are RFC 9110's", "[http]") {
    const std::string_view allowed =
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        CHECK(isToken(std::string_view(&c, 1)) == (byte != 0 && allowed.find(c) != std::string_view::npos));
    }
    CHECK_FALSE(isToken(""));
    // Long ones are looked at in steps: what is not allowed is found wherever it stands.
    for (size_t size = 1; size < 70; ++size) {
        std::string name(size, 'a');
        CHECK(isToken(name));
        for (size_t at = 0; at < size; ++at) {
            for (const char c :
                 {'\0', ' ', ',', '/', ':', '@', '[', '`', '{', '\x7f', '\x80', '\xe1', 'A', '!'}) {
                name[at] = c;
                const bool may = allowed.find(c) != std::string_view::npos && c != '\0';
                if (isToken(name) != may) FAIL(size << " " << at << " " << int{c});
            }
            name[at] = "z0-_9"[at % 5];
        }
    }
}

TEST_CASE("lists are looked through element by element", "[http]") {
    CHECK(listContains("close", "close"));
    CHECK(listContains("keep-alive, Close", "close"));
    CHECK(listContains(" ,close , x", "close"));
    CHECK_FALSE(listContains("closed", "close"));
    CHECK_FALSE(listContains("not close", "close"));
    CHECK_FALSE(listContains("", "close"));
}
