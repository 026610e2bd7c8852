// What loops share, used by four threads at once; ThreadSanitizer looks on in `make tsan`.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <sluice/testing/fake_candidates.hpp>

#include "book.h"
#include "deployments.h"
#include "tokenizer/encoding.h"

using namespace pricing;

namespace {

template <class Work>
void onFourThreads(Work&& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&work, i] { work(i); });
    for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("a table is replaced while others read it") {
    Book book("", {});
    std::atomic<int> wrong{0};
    onFourThreads([&](int thread) {
        for (int i = 0; i < 20; ++i) {
            if (thread == 0)
                book.change(R"({"gpt-4o":{"input_cost_per_token":)" + std::to_string(i % 2 + 1) + "}}");
            const auto table = book.table();
            for (const char* model : {"gpt-4o", "gpt-4o-2024-08-06", "gpt-4.1", "none"}) {
                const Prices* prices = table->find("openai", model);
                wrong += (prices == nullptr) != (std::string_view(model) == "none");
            }
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("an encoding is made once") {
    std::atomic<size_t> tokens{0};
    onFourThreads([&](int) { tokens += Encoding::named("o200k_base")->count("hello w\u00f6rld"); });
    CHECK(tokens == 4 * Encoding::named("o200k_base")->count("hello w\u00f6rld"));
}
