// Configuration files: any text gives settings or faults, never an exception, and no secret shows.
#include <string>

#include "config/settings.h"
#include "fuzz.h"

using namespace sluice;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const config::Environment environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "SET") return "s3cr3t-from-the-environment";
        return std::nullopt;
    };
    config::Faults faults;
    auto tree = config::parseTree(std::string(reinterpret_cast<const char*>(data), size), "fuzz.yaml",
                                  environment, faults);
    const auto settings = config::readSettings(std::move(tree), faults);
    for (const auto& fault : faults.all()) fuzz::require(!fault.text().empty(), "a fault without a text");
    for (const auto& model : settings.model_list) fuzz::require(!model.id.empty(), "a model without an id");
    return 0;
}
