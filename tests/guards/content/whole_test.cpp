// Decisions about whole texts: sizes, names, languages, schemas.
#include <catch2/catch.hpp>

#include <random>

#include <sluice/glob.hpp>

#include "cpu_time.h"
#include "engine/json_schema.h"
#include "engine/language.h"
#include "engine/names.h"
#include "engine/size_limits.h"

using namespace guard_content;

TEST_CASE("tokens are counted roughly, and alike in pieces") {
    CHECK(roughTokens("") == 0);
    CHECK(roughTokens("The quick brown fox jumps over the lazy dog.") == 10);
    CHECK(roughTokens("12345678") == 3);
    CHECK(roughTokens("你好世界") == 4);
    const std::string text = "Words, 2024 and signs; straße 你好 \xF0\x9F\x98\x80 def f(x): return x+1";
    std::mt19937 random(1);
    for (int i = 0; i < 50; ++i) {
        TokenCounter counter;
        for (size_t at = 0; at < text.size();) {
            size_t end = std::min(text.size(), at + 1 + random() % 5);
            while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
            counter.add(std::string_view(text).substr(at, end - at));
            at = end;
        }
        REQUIRE(counter.total() == roughTokens(text));
    }
    CHECK(characters("a\xC3\xA9\xF0\x9F\x98\x80\xFF") == 4);
    Sizes sizes;
    const SizeLimits limits{10, 0, 0, 2};
    sizes.add("12345678901", limits);
    CHECK(excess(sizes, limits) == "too long: 11 bytes; allowed: 10");
    CHECK(excess(Sizes{}, limits).empty());
}

TEST_CASE("names with stars") {
    CHECK(sluice::matchesGlob("gpt-*", "gpt-4o"));
    CHECK(sluice::matchesGlob("*", ""));
    CHECK(sluice::matchesGlob("a*b*c", "aXXbYYc"));
    CHECK(sluice::matchesGlob("a*bc", "abcbc"));
    CHECK_FALSE(sluice::matchesGlob("gpt-*", "xgpt-4"));
    CHECK_FALSE(sluice::matchesGlob("a*b", "abc"));
    const NameList list{{"read_*", "list"}, {"read_secret"}};
    CHECK(list.allows("read_file"));
    CHECK_FALSE(list.allows("read_secret"));
    CHECK_FALSE(list.allows("write"));
    CHECK(NameList{{}, {"rm*"}}.allows("ls"));
}

TEST_CASE("names of tools, offered and called, in every dialect") {
    using Names = std::vector<std::string>;
    CHECK(
        toolNames(
            R"({"tools":[{"type":"function","function":{"name":"a"}},{"name":"b","input_schema":{"tools":[{"name":"no"}]}},{"type":"web_search"}]})") ==
        Names{"a", "b", "web_search"});
    CHECK(
        toolNames(
            R"({"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"c","arguments":"{}"}}]},{"content":[{"type":"tool_use","name":"d","input":{}}]}]})") ==
        Names{"c", "d"});
    CHECK(
        toolNames(
            R"({"output":[{"type":"function_call","name":"e","arguments":"{}"}],"functions":[{"name":"f"}]})")
            .size() == 2);
    CHECK(toolNames(R"({"t\u006fols":[{"name":"g"}]})") == Names{"g"});
    CHECK(toolNames("no json with tools").empty());
    CHECK(toolNames(std::string(100'000, '[') + "tools").empty());
}

TEST_CASE("languages of the texts that people write") {
    const Languages languages;
    const std::pair<const char*, const char*> cases[] = {
        {"en", "The weather was fine this morning, so we decided to walk along the river before breakfast."},
        {"de", "Gestern haben wir beschlossen, dass die Sitzung erst am Donnerstag stattfinden wird."},
        {"fr", "Nous avons décidé que la réunion aura lieu jeudi prochain dans la grande salle."},
        {"es", "Hemos decidido que la reunión será el jueves por la tarde en la sala grande."},
        {"it", "Abbiamo deciso che la riunione si terrà giovedì pomeriggio nella sala grande."},
        {"pt", "Decidimos que a reunião será na quinta-feira à tarde, mas não sei onde."},
        {"nl", "We hebben besloten dat de vergadering pas op donderdag zal plaatsvinden."},
        {"sv", "Vi har bestämt att mötet ska hållas på torsdag eftersom många inte kan komma i dag."},
        {"da", "Vi har besluttet, at mødet skal holdes på torsdag, fordi mange ikke kan komme nu."},
        {"no", "Vi har bestemt at møtet skal holdes på torsdag fordi mange ikke kan komme nå."},
        {"fi", "Päätimme että kokous pidetään vasta torstaina, koska kaikki eivät voi tulla tänään."},
        {"pl",
         "Zdecydowaliśmy, że spotkanie odbędzie się w czwartek, ponieważ nie wszyscy mogą dzisiaj przyjść."},
        {"cs", "Rozhodli jsme se, že schůzka bude až ve čtvrtek, protože dnes nemůže každý přijít."},
        {"sk", "Rozhodli sme sa, že stretnutie bude až vo štvrtok, pretože dnes nemôže každý prísť."},
        {"hu", "Úgy döntöttünk, hogy a megbeszélés csak csütörtökön lesz, mert ma nem mindenki ér rá."},
        {"ro", "Am hotărât că întâlnirea va fi joi, pentru că astăzi nu pot veni toți."},
        {"tr",
         "Toplantının perşembe günü yapılmasına karar verdik çünkü bugün herkes gelemiyor ve çok iş var."},
        {"vi",
         "Chúng tôi đã quyết định rằng cuộc họp sẽ diễn ra vào thứ năm vì hôm nay không phải ai cũng đến "
         "được."},
        {"id",
         "Kami memutuskan bahwa pertemuan akan diadakan pada hari Kamis karena tidak semua orang bisa datang "
         "hari ini."},
        {"ca", "Hem decidit que la reunió serà dijous perquè avui no tots hi poden anar amb nosaltres."},
        {"hr", "Odlučili smo da će sastanak biti tek u četvrtak jer danas ne mogu svi doći."},
        {"et", "Me otsustasime, et koosolek on alles neljapäeval, sest täna ei saa kõik tulla."},
        {"lv", "Mēs nolēmām, ka sapulce būs tikai ceturtdien, jo šodien ne visi var ierasties."},
        {"lt", "Nusprendėme, kad susirinkimas bus tik ketvirtadienį, nes šiandien ne visi gali ateiti."},
        {"ru", "Мы решили, что встреча состоится только в четверг, потому что сегодня не все могут прийти."},
        {"uk", "Ми вирішили, що зустріч відбудеться лише у четвер, бо сьогодні не всі можуть прийти."},
        {"bg", "Решихме, че срещата ще бъде чак в четвъртък, защото днес не всички могат да дойдат."},
        {"sr", "Одлучили смо да ће састанак бити тек у четвртак јер данас не могу сви да дођу."},
        {"el", "Αποφασίσαμε ότι η συνάντηση θα γίνει την Πέμπτη."},
        {"he", "החלטנו שהפגישה תתקיים ביום חמישי אחר הצהריים."},
        {"ar", "قررنا أن يكون الاجتماع يوم الخميس لأن الجميع لا يستطيعون الحضور اليوم."},
        {"fa",
         "تصمیم گرفتیم که جلسه روز پنجشنبه برگزار شود چون امروز همه "
         "نمی‌توانند "
         "بیایند."},
        {"ur", "ہم نے فیصلہ کیا ہے کہ اجلاس جمعرات کو ہو گا کیونکہ آج سب نہیں آ سکتے۔"},
        {"hi", "हमने तय किया है कि बैठक गुरुवार को होगी क्योंकि आज सब लोग नहीं आ सकते।"},
        {"bn", "আমরা সিদ্ধান্ত নিয়েছি যে সভাটি বৃহস্পতিবার হবে।"},
        {"th", "เราตัดสินใจว่าการประชุมจะมีขึ้นในวันพฤหัสบดี"},
        {"ko", "우리는 회의를 목요일에 열기로 결정했습니다."},
        {"ja", "会議は木曜日の午後に開くことに決めました。"},
        {"zh", "我们决定会议在星期四下午举行。"},
    };
    for (const auto& [code, text] : cases) {
        INFO(text);
        CHECK(languages.guess(text).code == code);
    }
    for (const char* text :
         {"", "ok", "int main() { return x + y; }", "1 2 3 4 5", "Zxqv blorf gnarp wibble flump drez"}) {
        INFO(text);
        CHECK(languages.guess(text).code == "");
    }
    CHECK(languages.known("de"));
    CHECK(languages.known("ko"));
    CHECK_FALSE(languages.known("xx"));
    CHECK(languages.codes().find("de, ") != std::string::npos);
}

namespace {

std::string fault(const char* schema, std::string_view text) { return JsonSchema(schema).fault(text); }
std::string schemaFault(const char* schema) {
    try {
        JsonSchema made(schema);
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return {};
}

}  // namespace

TEST_CASE("an answer and its schema") {
    const char* schema =
        R"({"type":"object","required":["name","items"],"additionalProperties":false,"properties":{
        "name":{"type":"string","minLength":1,"maxLength":5,"pattern":"^[a-z]+$"},"n":{"type":["integer","null"],"minimum":1,"exclusiveMaximum":10,"multipleOf":2},
        "items":{"type":"array","minItems":1,"maxItems":3,"uniqueItems":true,"items":{"$ref":"#/$defs/item"}},"kind":{"enum":["a","b"]},"one":{"const":1}},
        "$defs":{"item":{"anyOf":[{"type":"number"},{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"]}]}}})";
    CHECK(fault(schema, R"({"name":"abc","n":4,"items":[1,{"x":true}],"kind":"a","one":1})").empty());
    CHECK(fault(schema, "```json\n{\"name\":\"abc\",\"items\":[1]}\n```").empty());
    CHECK(fault(schema, R"({"name":"abc","n":null,"items":[1.5]})").empty());
    CHECK(fault(schema, R"({"name":"abc"})") == "$: lacks the member items");
    CHECK(fault(schema, R"({"name":7,"items":[1]})") == "$.name: found a number; allowed: \"string\"");
    CHECK(fault(schema, R"({"name":"ABC","items":[1]})") == "$.name: the text does not match ^[a-z]+$");
    CHECK(fault(schema, R"({"name":"abcdef","items":[1]})") == "$.name: the text is too short or too long");
    CHECK(fault(schema, R"({"name":"abc","items":[1,"x"]})") == "$.items[1]: fits none of anyOf");
    CHECK(fault(schema, R"({"name":"abc","items":[1,1]})") == "$.items: the list has something twice");
    CHECK(fault(schema, R"({"name":"abc","items":[]})") == "$.items: the list is too short or too long");
    CHECK(fault(schema, R"({"name":"abc","items":[1],"more":1})") == "$.more: this member is not allowed");
    CHECK(fault(schema, R"({"name":"abc","items":[1],"kind":"c"})") ==
          "$.kind: allowed: one of [\"a\",\"b\"]");
    CHECK(fault(schema, R"({"name":"abc","items":[1],"one":2})") == "$.one: allowed: 1");
    CHECK(fault(schema, R"({"name":"abc","items":[1],"n":12})") == "$.n: exclusiveMaximum is 10");
    CHECK(fault(schema, R"({"name":"abc","items":[1],"n":3})") == "$.n: multipleOf is 2");
    CHECK(fault(schema, "Sure! Here it is") == "$: found no JSON; allowed: one JSON document");
    CHECK(fault(schema, "{} {}") == "$: found no JSON; allowed: one JSON document");
    CHECK(fault(schema, "") == "$: found no JSON; allowed: one JSON document");
}

TEST_CASE("schemas of schemas") {
    CHECK(fault(R"({"oneOf":[{"type":"integer"},{"minimum":5}]})", "3").empty());
    CHECK(fault(R"({"oneOf":[{"type":"integer"},{"minimum":5}]})", "7") ==
          "$: fits 2 of oneOf; allowed: one");
    CHECK(fault(R"({"not":{"type":"string"}})", "\"x\"") == "$: is what it must not be");
    CHECK(fault(R"({"allOf":[{"required":["a"]},{"required":["b"]}]})", R"({"a":1})") ==
          "$: lacks the member b");
    CHECK(fault(R"({"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}})",
                R"({"a":1})") == "$: lacks the member b");
    CHECK(
        fault(R"({"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":{"type":"integer"}})",
              R"({"x-a":"s","b":1})")
            .empty());
    CHECK_FALSE(fault(R"({"patternProperties":{"^x-":{"type":"string"}}})", R"({"x-a":1})").empty());
    CHECK(fault(R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})", R"(["a",1,2])").empty());
    CHECK(fault(R"({"contains":{"const":3}})", "[1,2]") == "$: the list lacks what it must contain");
    CHECK(fault("false", "1") == "$: nothing is allowed here");
    CHECK(fault(R"({"properties":{"child":{"$ref":"#"}},"additionalProperties":false})",
                R"({"child":{"child":{}}})")
              .empty());
}

TEST_CASE("a schema with a fault is refused, and says where") {
    CHECK(schemaFault("{") == "found no JSON; allowed: a JSON Schema");
    CHECK(schemaFault(R"({"type":"text"})") ==
          "#/type: allowed: null, boolean, number, integer, string, array, object");
    CHECK(schemaFault(R"({"properties":{"a":{"pattern":"("}}})")
              .find("#/properties/a/pattern: found an expression that RE2 does not take") == 0);
    CHECK(schemaFault(R"({"$ref":"#/$defs/none"})") ==
          "#/$ref: found #/$defs/none, which is no place of this schema");
    CHECK(schemaFault(R"({"$ref":"https://example.com/x"})") ==
          "#/$ref: allowed: a place of this schema, \"#/$defs/name\"");
    CHECK(schemaFault(R"({"items":3})") == "#/items: found no schema; allowed: an object, true or false");
    CHECK(schemaFault(R"({"x":{"pattern":"["},"$ref":"#/x"})").find("#/$ref/pattern: found an expression") ==
          0);
}

TEST_CASE("hostile documents and schemas end") {
    const auto milliseconds = [](const char* schema, const std::string& text, std::string* said) {
        const double start = guard_content_test::cpuMilliseconds();
        *said = JsonSchema(schema).fault(text);
        return guard_content_test::cpuMilliseconds() - start;
    };
    std::string said;
    CHECK(milliseconds("{}", std::string(1'000'000, '['), &said) < 2000);
    CHECK(said == "$: found a document that is nested too deeply; allowed: 64 levels");
    CHECK(milliseconds(R"({"$ref":"#"})", "1", &said) < 500);
    CHECK(said == "$: this document takes too long to check");
    // Each level tries the next one twice: without a bound 2^64 steps; `not` must not turn the bound into a
    // yes.
    std::string deep;
    for (int i = 0; i < 60; ++i) deep += "[";
    deep += "1";
    for (int i = 0; i < 60; ++i) deep += "]";
    CHECK(
        milliseconds(
            R"({"not":{"anyOf":[{"items":{"$ref":"#/properties/p"}},{"type":"string"}]},"properties":{"p":{"oneOf":[{"items":{"$ref":"#/properties/p"}},{"items":{"$ref":"#/properties/p"}}]}}})",
            deep, &said) < 5000);
    CHECK(said == "$: this document takes too long to check");
}
