#include "world.h"

using namespace batches;
using Outcome = Journal::Outcome;

namespace {

std::vector<Json> linesIn(Store& store, const std::string& file) {
    std::vector<Json> out;
    if (file.empty()) return out;
    const std::string text = store.content(store.file("key:a", file).value());
    for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        out.push_back(Json::parse(text.substr(at, end - at)));
    return out;
}

Batch recovered(World& world, const std::string& id, Store& store) {
    std::string told;
    recover(store, world.options.lines_max,
            [&](const std::string& which, const std::string& why) { told = which + why; });
    CHECK(told == id);
    CHECK(store.unfinished().empty());
    return store.batch(id).value();
}

}  // namespace

TEST_CASE("recovery: what was done is in the output, the rest in the errors, in the order of the input") {
    World world;
    std::string id;
    {
        Store store = world.open();
        const Batch batch = makeBatch(store, lineOf("a") + lineOf("b") + lineOf("c"));
        id = batch.id;
        Journal journal(store.directory().batch(id, ".journal"), 3);
        journal.add(2, Outcome::Output, {5, 6, 0, 0}, R"({"custom_id":"c"})");
        (void)store.update(id, [&](Batch& it) { it.enter(Status::InProgress, world.now_ms); });
    }
    Store store = world.open();
    const Batch batch = recovered(world, id, store);
    CHECK(batch.status == Status::Failed);
    CHECK(batch.error_code == "gateway_restarted");
    CHECK(batch.usage.output == 6);
    const auto output = linesIn(store, batch.output_file);
    const auto errors = linesIn(store, batch.error_file);
    REQUIRE(output.size() == 1);
    REQUIRE(errors.size() == 2);
    CHECK(output[0]["custom_id"] == "c");
    CHECK(errors[0]["custom_id"] == "a");
    CHECK(errors[1]["error"]["code"] == "gateway_restarted");
    CHECK(store.directory().names("batches") == std::vector<std::string>{id + ".json"});
}

TEST_CASE(
    "recovery: a batch whose lines were all done is completed, one that was being cancelled is cancelled") {
    World world;
    std::string whole, cancelled;
    {
        Store store = world.open();
        whole = makeBatch(store, lineOf("a")).id;
        Journal journal(store.directory().batch(whole, ".journal"), 1);
        journal.add(0, Outcome::Output, {}, R"({"custom_id":"a"})");
        (void)store.update(whole, [&](Batch& it) { it.enter(Status::Finalizing, world.now_ms); });
        cancelled = makeBatch(store, lineOf("a")).id;
        (void)store.update(cancelled, [&](Batch& it) { it.enter(Status::Cancelling, world.now_ms); });
    }
    Store store = world.open();
    recover(store, world.options.lines_max, [](const std::string&, const std::string&) {});
    CHECK(store.batch(whole)->status == Status::Completed);
    CHECK(store.batch(whole)->error_code.empty());
    CHECK(store.batch(cancelled)->status == Status::Cancelled);
    CHECK(linesIn(store, store.batch(cancelled)->error_file)[0]["error"]["code"] == "batch_cancelled");
}

TEST_CASE("recovery: a batch whose input is gone fails, and the others do not") {
    World world;
    std::string lost, good;
    {
        Store store = world.open();
        lost = makeBatch(store, lineOf("a")).id;
        good = makeBatch(store, lineOf("a")).id;
        removeFile(store.directory().batch(lost, ".input"));
    }
    Store store = world.open();
    recover(store, world.options.lines_max, [](const std::string&, const std::string&) {});
    CHECK(store.batch(lost)->status == Status::Failed);
    CHECK(store.batch(lost)->output_file.empty());
    CHECK(linesIn(store, store.batch(good)->error_file).size() == 1);
}
