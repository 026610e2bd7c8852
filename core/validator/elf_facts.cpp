#include "validator/elf_facts.h"

#include <elf.h>

#include <cstring>

#include "plugin_host/manifest.h"

namespace sluice::validator {

using base::Code;

namespace {

template <class T>
std::vector<T> table(std::string_view bytes) {
    std::vector<T> entries(bytes.size() / sizeof(T));
    if (!entries.empty()) std::memcpy(entries.data(), bytes.data(), entries.size() * sizeof(T));
    return entries;
}

std::string textAt(std::string_view strings, uint64_t offset) {
    if (offset >= strings.size()) return {};
    const auto rest = strings.substr(offset);
    return std::string(rest.substr(0, rest.find('\0')));
}

std::string_view sectionOr(std::string_view image, std::string_view name) {
    const auto section = host::elfSection(image, name);
    return section ? *section : std::string_view();
}

void readSymbols(std::string_view image, ElfFacts& facts) {
    const auto strings = sectionOr(image, ".dynstr");
    for (const auto& symbol : table<Elf64_Sym>(sectionOr(image, ".dynsym"))) {
        const auto binding = ELF64_ST_BIND(symbol.st_info);
        const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
        if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL) continue;
        if (visibility != STV_DEFAULT && visibility != STV_PROTECTED) continue;
        const auto name = textAt(strings, symbol.st_name);
        if (symbol.st_shndx == SHN_ABS) continue;  // names of symbol versions
        facts.exports.push_back(name);
        if (binding == STB_GNU_UNIQUE) facts.unique.push_back(name);
    }
}

void readDynamic(std::string_view image, ElfFacts& facts) {
    const auto strings = sectionOr(image, ".dynstr");
    for (const auto& entry : table<Elf64_Dyn>(sectionOr(image, ".dynamic"))) {
        if (entry.d_tag == DT_NEEDED) facts.needed.push_back(textAt(strings, entry.d_un.d_val));
        if (entry.d_tag == DT_TEXTREL) facts.text_relocations = true;
        if (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_TEXTREL)) facts.text_relocations = true;
    }
}

}  // namespace

base::Result<ElfFacts> readElfFacts(std::string_view image) {
    Elf64_Ehdr header;
    const auto malformed = base::gatewayError(Code::Malformed, "not a 64-bit ELF library of this machine");
    if (image.size() < sizeof header) return malformed;
    std::memcpy(&header, image.data(), sizeof header);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_type != ET_DYN)
        return malformed;
    const uint64_t size = uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
    if (header.e_phoff > image.size() || image.size() - header.e_phoff < size) return malformed;
    ElfFacts facts;
    bool stack_said = false;
    for (const auto& segment : table<Elf64_Phdr>(image.substr(header.e_phoff, size))) {
        if (segment.p_type == PT_TLS) facts.thread_local_storage = true;
        if (segment.p_type != PT_GNU_STACK) continue;
        stack_said = true;
        facts.executable_stack = (segment.p_flags & PF_X) != 0;
    }
    facts.executable_stack |= !stack_said;  // the loader takes silence for a yes
    readSymbols(image, facts);
    readDynamic(image, facts);
    return facts;
}

}  // namespace sluice::validator
