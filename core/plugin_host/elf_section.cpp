#include <elf.h>

#include <cstring>

#include "plugin_host/manifest.h"

namespace sluice::host {

using base::Code;

namespace {

template <class T>
bool readAt(std::string_view image, uint64_t offset, T& out) {
    if (offset > image.size() || image.size() - offset < sizeof(T)) return false;
    std::memcpy(&out, image.data() + offset, sizeof(T));
    return true;
}

bool range(std::string_view image, uint64_t offset, uint64_t size, std::string_view& out) {
    if (offset > image.size() || image.size() - offset < size) return false;
    out = image.substr(offset, size);
    return true;
}

base::Error malformed() {
    return base::gatewayError(Code::Malformed, "not a 64-bit ELF library of this machine");
}

}  // namespace

base::Result<std::string_view> elfSection(std::string_view image, std::string_view name) {
    Elf64_Ehdr header;
    if (!readAt(image, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return malformed();
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_shentsize != sizeof(Elf64_Shdr))
        return malformed();
    Elf64_Shdr names;
    std::string_view table;
    if (!readAt(image, header.e_shoff + uint64_t{header.e_shstrndx} * sizeof(Elf64_Shdr), names))
        return malformed();
    if (!range(image, names.sh_offset, names.sh_size, table)) return malformed();
    for (uint64_t i = 0; i < header.e_shnum; ++i) {
        Elf64_Shdr section;
        if (!readAt(image, header.e_shoff + i * sizeof(Elf64_Shdr), section) ||
            section.sh_name >= table.size())
            return malformed();
        const std::string_view rest = table.substr(section.sh_name);
        if (rest.substr(0, rest.find('\0')) != name) continue;
        std::string_view bytes;
        if (!range(image, section.sh_offset, section.sh_size, bytes)) return malformed();
        return bytes;
    }
    return base::gatewayError(Code::NotFound, "no section " + std::string(name));
}

}  // namespace sluice::host
