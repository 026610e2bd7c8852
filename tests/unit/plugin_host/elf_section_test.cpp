#include <elf.h>

#include <cstring>
#include <random>

#include "plugin_host/manifest.h"

using namespace sluice;
using host::elfSection;

namespace {

// A small image: header, the bytes of two sections, names, section headers.
struct Image {
    std::string bytes;
    size_t headers_at;
};

template <class T>
void put(std::string& bytes, size_t at, const T& value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

Image image(const std::string& content) {
    const std::string names = std::string("\0.text\0.sluice.manifest\0.shstrtab\0", 34);
    Image made;
    made.bytes.assign(sizeof(Elf64_Ehdr), '\0');
    const auto content_at = made.bytes.size();
    made.bytes += content;
    const auto names_at = made.bytes.size();
    made.bytes += names;
    made.headers_at = made.bytes.size();
    std::array<Elf64_Shdr, 4> sections{};
    sections[1].sh_name = 1;
    sections[2].sh_name = 7;
    sections[2].sh_offset = content_at;
    sections[2].sh_size = content.size();
    sections[3].sh_name = 24;
    sections[3].sh_offset = names_at;
    sections[3].sh_size = names.size();
    made.bytes.append(reinterpret_cast<const char*>(sections.data()), sizeof sections);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_shoff = made.headers_at;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 4;
    header.e_shstrndx = 3;
    put(made.bytes, 0, header);
    return made;
}

Elf64_Shdr sectionOf(const Image& image, size_t i) {
    Elf64_Shdr section;
    std::memcpy(&section, image.bytes.data() + image.headers_at + i * sizeof section, sizeof section);
    return section;
}

base::Code codeOf(std::string_view bytes) {
    const auto found = elfSection(bytes, ".sluice.manifest");
    REQUIRE_FALSE(found);
    return found.error().code;
}

}  // namespace

TEST_CASE("a section is found by its name", "[plugin_host]") {
    const auto made = image("{\"id\":\"x\"}");
    const auto found = elfSection(made.bytes, ".sluice.manifest");
    REQUIRE(found);
    CHECK(*found == "{\"id\":\"x\"}");
    CHECK_FALSE(elfSection(made.bytes, ".sluice"));
    CHECK_FALSE(elfSection(made.bytes, "manifest"));
    CHECK_FALSE(elfSection(made.bytes, ".sluice.manifest2"));
    CHECK(elfSection(made.bytes, ".nope").error().code == base::Code::NotFound);
}

TEST_CASE("what is no ELF-64 image is malformed", "[plugin_host]") {
    CHECK(codeOf("") == base::Code::Malformed);
    CHECK(codeOf("#!/bin/sh\n") == base::Code::Malformed);
    CHECK(codeOf(std::string(64, '\0')) == base::Code::Malformed);
    CHECK(codeOf(std::string(ELFMAG, SELFMAG) + std::string(200, '\xff')) == base::Code::Malformed);
    auto small = image("x");
    small.bytes[EI_CLASS] = ELFCLASS32;
    CHECK(codeOf(small.bytes) == base::Code::Malformed);
}

TEST_CASE("an image cut anywhere is refused", "[plugin_host]") {
    const auto made = image("{}");
    for (size_t n = 0; n < made.bytes.size(); ++n) {
        CAPTURE(n);
        const auto exact = std::make_unique<char[]>(n + 1);  // so that a sanitizer sees a read past the end
        std::memcpy(exact.get(), made.bytes.data(), n);
        CHECK_FALSE(elfSection({exact.get(), n}, ".sluice.manifest"));
    }
}

TEST_CASE("offsets and sizes that lead outside are refused", "[plugin_host]") {
    const auto with = [](auto&& change) {
        auto made = image("{}");
        change(made);
        return made.bytes;
    };
    for (const uint64_t wild :
         {uint64_t{100'000}, uint64_t{1} << 32, uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 63}) {
        CAPTURE(wild);
        CHECK(codeOf(with([&](Image& i) { put(i.bytes, offsetof(Elf64_Ehdr, e_shoff), wild); })) ==
              base::Code::Malformed);
        for (const size_t field : {offsetof(Elf64_Shdr, sh_offset), offsetof(Elf64_Shdr, sh_size)}) {
            for (const size_t section : {2u, 3u}) {
                CHECK(codeOf(with([&](Image& i) {
                          put(i.bytes, i.headers_at + section * sizeof(Elf64_Shdr) + field, wild);
                      })) == base::Code::Malformed);
            }
        }
    }
    CHECK(codeOf(with([](Image& i) { put(i.bytes, offsetof(Elf64_Ehdr, e_shstrndx), uint16_t{0xffff}); })) ==
          base::Code::Malformed);
    CHECK(codeOf(with([](Image& i) {
              put(i.bytes, i.headers_at + 1 * sizeof(Elf64_Shdr), uint32_t{0xffffffff});
          })) == base::Code::Malformed);
    CHECK(codeOf(with([](Image& i) { put(i.bytes, offsetof(Elf64_Ehdr, e_shnum), uint16_t{0}); })) ==
          base::Code::NotFound);
    CHECK(sectionOf(image("{}"), 2).sh_size == 2);
}

TEST_CASE("random damage never leads outside", "[plugin_host]") {
    std::mt19937 random(11);
    const auto made = image("{\"id\":\"x\"}");
    for (int round = 0; round < 20'000; ++round) {
        std::vector<char> damaged(made.bytes.begin(), made.bytes.end());
        for (size_t n = random() % 4 + 1; n > 0; --n)
            damaged[random() % damaged.size()] = static_cast<char>(random());
        const auto found = elfSection({damaged.data(), damaged.size()}, ".sluice.manifest");
        if (!found) continue;
        REQUIRE(found->data() >= damaged.data());
        REQUIRE(found->data() + found->size() <= damaged.data() + damaged.size());
    }
}
