#include "vocabulary_data.h"

#ifdef PRICING_VOCABULARY
// The assembler puts the files where constants are: two megabytes as a C array would take a minute.
#define PRICING_FILE(name)                                                                            \
    asm(".pushsection .rodata\n.balign 16\n" #name "_begin:\n.incbin \"" PRICING_VOCABULARY "/" #name \
        ".bin\"\n" #name "_end:\n.byte 0\n.popsection\n");                                            \
    extern "C" __attribute__((visibility("hidden"))) const char name##_begin[], name##_end[]

PRICING_FILE(cl100k_base);
PRICING_FILE(o200k_base);
#undef PRICING_FILE

namespace pricing {

std::string_view vocabularyBytes(std::string_view name) {
    if (name == "cl100k_base")
        return {cl100k_base_begin, static_cast<size_t>(cl100k_base_end - cl100k_base_begin)};
    if (name == "o200k_base")
        return {o200k_base_begin, static_cast<size_t>(o200k_base_end - o200k_base_begin)};
    return {};
}

}  // namespace pricing
#else
namespace pricing {

std::string_view vocabularyBytes(std::string_view) { return {}; }

}  // namespace pricing
#endif
