#include "journal.h"
#include "world.h"

using namespace batches;
using Outcome = Journal::Outcome;

TEST_CASE("the journal comes back as it was, cut off anywhere") {
    Folder folder;
    const std::string path = folder.path() + "/journal";
    {
        Journal journal(path, 5);
        journal.add(3, Outcome::Output, {10, 20, 3, 4}, R"({"a":1})");
        journal.add(0, Outcome::Error, {}, R"({"b":2})");
        journal.add(3, Outcome::Error, {}, "{}");  // a line has one outcome
        CHECK(journal.done() == 2);
    }
    const std::string whole = readWhole(path);
    const size_t first = whole.find('\n') + 1;
    for (size_t size = 0; size <= whole.size(); ++size) {
        CAPTURE(size);
        writeWhole(path, whole.substr(0, size));
        Journal journal(path, 5);
        CHECK(journal.succeeded() == (size >= first ? 1 : 0));
        CHECK(journal.failed() == (size == whole.size() ? 1 : 0));
        CHECK(journal.usage().output == (size >= first ? 20 : 0));
        // What comes next is whole again.
        journal.add(1, Outcome::Output, {1, 1, 0, 0}, R"({"c":3})");
        const Journal again(path, 5);
        CHECK(again.json(1) == R"({"c":3})");
        CHECK(again.bytes() == sizeOf(path));
        if (size >= first) CHECK(again.json(3) == R"({"a":1})");
    }
}

TEST_CASE("the journal does not believe what it could not have written") {
    Folder folder;
    const std::string path = folder.path() + "/journal";
    for (const char* text :
         {"9 o 0 0 0 0 {}\n", "x\n", "1 z 0 0 0 0 {}\n", "1 o 0 0 0 {}\n", "-1 o 0 0 0 0 {}\n"}) {
        CAPTURE(text);
        writeWhole(path, text);
        CHECK(Journal(path, 5).done() == 0);
    }
}
