// ELF images and manifests: sections stand inside the image, and what a manifest says never throws, nor does
// its schema.
#include <string>

#include "config/schema.h"
#include "fuzz.h"
#include "plugin_host/manifest.h"

using namespace sluice;

namespace {

void readManifest(std::string_view json) {
    const auto manifest = host::parseManifest(json);
    if (!manifest) return;
    fuzz::require(manifest->abi == 1, "a manifest of another ABI passed");
    config::Tree tree;
    for (const char* text : {"{}", "{\"a\":1,\"b\":[\"x\"]}", "[1]", "\"x\""}) {
        config::Faults faults;
        config::Json value = config::Json::parse(text);
        config::applySchema(manifest->config_schema, value, "plugins[0].config", tree, faults);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view image(reinterpret_cast<const char*>(data), size);
    readManifest(image);
    const auto section = host::elfSection(image, ".sluice.manifest");
    if (!section) return 0;
    fuzz::require(section->empty() || (section->data() >= image.data() &&
                                       section->data() + section->size() <= image.data() + image.size()),
                  "a section outside of its image");
    readManifest(*section);
    return 0;
}
