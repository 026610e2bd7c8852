// The assembler reads the files: compilers of this age have no #embed, and arrays of numbers in sources would
// be twenty times as long.
#include "data.h"

// NOLINTNEXTLINE: no other way to write it twice
#define PII_NAMES_FILE(function, name)                                                               \
    asm(".section .rodata\n.balign 64\npii_names_" #function ":\n.incbin \"" PII_NAMES_DATA "/" name \
        "\"\npii_names_" #function "_end:\n.byte 0\n.previous\n");                                   \
    extern "C" __attribute__((visibility("hidden"))) const char pii_names_##function[];              \
    extern "C" __attribute__((visibility("hidden"))) const char pii_names_##function##_end[];        \
    std::string_view pii::names::data::function() {                                                  \
        return {pii_names_##function,                                                                \
                static_cast<size_t>(pii_names_##function##_end - pii_names_##function)};             \
    }

PII_NAMES_FILE(given, "given.txt")
PII_NAMES_FILE(family, "family.txt")
PII_NAMES_FILE(places, "places.txt")
PII_NAMES_FILE(countries, "countries.txt")
PII_NAMES_FILE(nationalities, "nationalities.txt")
PII_NAMES_FILE(streets, "streets.txt")
PII_NAMES_FILE(orgSuffixes, "org_suffixes.txt")
PII_NAMES_FILE(orgWords, "org_words.txt")
PII_NAMES_FILE(titles, "titles.txt")
PII_NAMES_FILE(words, "words.txt")
PII_NAMES_FILE(common, "common.txt")
PII_NAMES_FILE(particles, "particles.txt")
PII_NAMES_FILE(companies, "companies.txt")
PII_NAMES_FILE(telling, "telling.txt")
PII_NAMES_FILE(model, "model.bin")
