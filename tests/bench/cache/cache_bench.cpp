// sluice_cache_bench ratios | costs [ENTRIES] | churn | disk [ENTRIES]
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench.h"

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "ratios") {
        cache_bench::ratios();
    } else if (what == "costs") {
        cache_bench::costs(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1'000'000);
    } else if (what == "churn") {
        cache_bench::churn();
    } else if (what == "disk") {
        cache_bench::disk(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 200'000);
    } else {
        std::fprintf(stderr, "sluice_cache_bench ratios | costs [ENTRIES] | churn | disk [ENTRIES]\n");
        return 2;
    }
    return 0;
}
