#include "world.h"

using namespace batches;

TEST_CASE("the store is the same after it was opened again, and clears away what was half written") {
    World world;
    std::string file, batch;
    {
        Store store = world.open();
        const Batch made = makeBatch(store, lineOf("a"));
        batch = made.id;
        file = made.input_file;
        writeWhole(store.directory().file("file-orphan", ".jsonl"), "x");
        writeWhole(store.directory().batch("batch_orphan", ".journal"), "x");
        (void)create(store.directory().file("file-half", ".json.tmp"));
        writeWhole(store.directory().file("file-broken", ".json"), "{\"id\":");
        (void)store.update(batch, [&](Batch& it) { it.enter(Status::Completed, world.now_ms); });
    }
    Store store = world.open();
    CHECK(store.content(store.file("key:a", file).value()) == lineOf("a"));
    CHECK(store.batch("key:a", batch)->status == Status::Completed);
    CHECK_FALSE(store.file("key:b", file));
    CHECK_FALSE(store.batch("key:b", batch));
    CHECK_FALSE(store.removeFile("key:b", file));
    CHECK_FALSE(store.removeBatch("key:b", batch));
    CHECK(sizeOf(store.directory().file("file-orphan", ".jsonl")) == 0);
    CHECK(sizeOf(store.directory().batch("batch_orphan", ".journal")) == 0);
    CHECK_FALSE(std::filesystem::exists(store.directory().file("file-half", ".json.tmp")));
    CHECK(std::filesystem::exists(
        store.directory().file("file-broken", ".json")));  // somebody may want to look
}

TEST_CASE("one owner of a directory at a time") {
    World world;
    const Store store = world.open();
    CHECK_THROWS_AS(world.open(), DiskError);
}

TEST_CASE("what has outlived its time goes, and so do its bytes") {
    World world;
    world.options.tenant_bytes_max = 3 * lineOf("a").size();
    Store store = world.open();
    const Batch batch = makeBatch(store, lineOf("a"));  // the file and the batch's own name of it
    CHECK_FALSE(refusalOf([&] { makeBatch(store, lineOf("a") + lineOf("b")); }).empty());
    (void)store.update(batch.id, [&](Batch& it) {
        it.enter(Status::Completed, world.now_ms);
        it.gone_ms = world.now_ms + 5;
    });
    CHECK(store.sweep() == 0);
    world.now_ms += world.options.retention_s * 1'000;
    CHECK(store.sweep() == 2);
    CHECK_FALSE(store.batch(batch.id));
    CHECK(store.directory().names("files").empty());
    CHECK(store.directory().names("batches").empty());
    (void)makeBatch(store, lineOf("a"));
}

TEST_CASE("lists are newest first, also within a millisecond") {
    World world;
    Store store = world.open();
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), makeBatch(store, lineOf("a")).id);
    std::vector<std::string> listed;
    for (const auto& batch : store.batches("key:a")) listed.push_back(batch.id);
    CHECK(listed == ids);
}
