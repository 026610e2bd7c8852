#include "options.h"

#include <sluice/config.hpp>

namespace pricing {

Options readOptions(std::string_view config_json) {
    const sluice::ConfigObject config(config_json);
    std::string models = "{}", discounts, margins;
    config.readJson("models", models);
    config.readJson("cost_discount_config", discounts);
    config.readJson("cost_margin_config", margins);
    Options options;
    config.read("file", options.file);
    options.models = readEntries(models, "models", true);
    for (const auto& [name, members] : options.models) (void)Prices(members, "models." + name);
    options.adjustments = Adjustments(discounts, margins);
    if (const auto tokenizers = config.object("tokenizers")) {
        for (const auto name : tokenizers->keys())
            tokenizers->read(name, options.tokenizers[std::string(name)], {"cl100k_base", "o200k_base"});
    }
    return options;
}

}  // namespace pricing
