#include "slots.h"

#include <catch2/catch.hpp>

#include "fake_server.h"
#include "reply.h"

using namespace cache_redis;
using cache_tests::bulk;

namespace {

Reply parsed(const std::string& bytes) {
    redisReader* reader = redisReaderCreate();
    redisReaderFeed(reader, bytes.data(), bytes.size());
    void* raw = nullptr;
    redisReaderGetReply(reader, &raw);
    redisReaderFree(reader);
    return Reply(static_cast<redisReply*>(raw));
}

}  // namespace

// The check value of CRC-16/XMODEM, and slots that CLUSTER KEYSLOT of Redis 7.0 gave.
TEST_CASE("CRC16 and slots of keys") {
    CHECK(crc16("") == 0);
    CHECK(crc16("123456789") == 0x31C3);
    CHECK(slotOf("123456789") == 12739);
    CHECK(slotOf("foo") == 12182);
    CHECK(slotOf("bar") == 5061);
    CHECK(slotOf("hello") == 866);
    CHECK(slotOf(std::string("\0\xff", 2)) == crc16(std::string("\0\xff", 2)) % 16384);
}

TEST_CASE("Hash tags") {
    CHECK(slotOf("{user1000}.following") == slotOf("{user1000}.followers"));
    CHECK(slotOf("{user1000}.following") == slotOf("user1000"));
    CHECK(slotOf("foo{}{bar}") == crc16("foo{}{bar}") % 16384);  // nothing in between: the whole key
    CHECK(slotOf("foo{{bar}}zap") == slotOf("{bar"));
    CHECK(slotOf("foo{bar}{zap}") == slotOf("bar"));
    CHECK(slotOf("foo{bar") == crc16("foo{bar") % 16384);
    CHECK(slotOf("a:{sluice}:b") == slotOf("sluice"));
}

TEST_CASE("The map of a cluster") {
    const auto map = SlotMap::parse(
        parsed(cache_tests::slots({{0, 99, 7000}, {100, 100, 7001}, {200, 16383, 7000}})).get(), "10.0.0.9");
    REQUIRE(map);
    REQUIRE(map->places().size() == 2);
    CHECK(map->owner(0)->text() == "127.0.0.1:7000");
    CHECK(map->owner(99)->port == 7000);
    CHECK(map->owner(100)->port == 7001);
    CHECK(map->owner(101) == nullptr);
    CHECK(map->owner(16383)->port == 7000);
    CHECK(map->has({"127.0.0.1", 7001, {}}));
    CHECK_FALSE(map->has({"127.0.0.1", 7002, {}}));
}

TEST_CASE("A server that does not know its name means the one that was asked") {
    CHECK(SlotMap::parse(parsed(cache_tests::slots({{0, 16383, 7000}}, "")).get(), "10.0.0.9")
              ->owner(5)
              ->text() == "10.0.0.9:7000");
    const std::string nil = "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$-1\r\n:7000\r\n";
    CHECK(SlotMap::parse(parsed(nil).get(), "fe80::1")->owner(5)->text() == "[fe80::1]:7000");
    CHECK_FALSE(SlotMap::parse(parsed(cache_tests::slots({{0, 16383, 7000}}, "?")).get(), "10.0.0.9"));
}

TEST_CASE("What is no map") {
    for (const std::string text : {"*0\r\n", "+OK\r\n", "-ERR no\r\n", "$-1\r\n", "*1\r\n:1\r\n",
                                   "*1\r\n*1\r\n:0\r\n", "*1\r\n*3\r\n:5\r\n:3\r\n*2\r\n$1\r\na\r\n:1\r\n",
                                   "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\na\r\n:1\r\n",
                                   "*1\r\n*3\r\n:-1\r\n:3\r\n*2\r\n$1\r\na\r\n:1\r\n",
                                   "*1\r\n*3\r\n:0\r\n:3\r\n*2\r\n$1\r\na\r\n:0\r\n",
                                   "*1\r\n*3\r\n:0\r\n:3\r\n*1\r\n$1\r\na\r\n", "*1\r\n*2\r\n:0\r\n:3\r\n"})
        CHECK_FALSE(SlotMap::parse(parsed(text).get(), "h"));
    CHECK_FALSE(SlotMap::parse(nullptr, "h"));
}

TEST_CASE("A slot moves") {
    SlotMap map(Place{"a", 1, {}});
    map.move(7, {"b", 2, {}});
    CHECK(map.owner(7)->text() == "b:2");
    CHECK(map.owner(8)->text() == "a:1");
    for (int port = 1; port < 3000; ++port) map.move(9, {"c", port, {}});
    CHECK(map.places().size() <= 1000);  // whatever a server makes up
}

TEST_CASE("Redirections") {
    const auto moved = Redirect::parse("MOVED 3999 127.0.0.1:6381", "h");
    CHECK(moved.kind == Redirect::Kind::Moved);
    CHECK(moved.slot == 3999);
    CHECK(moved.to == Place{"127.0.0.1", 6381, {}});
    CHECK(Redirect::parse("ASK 0 redis-2:7000", "h").kind == Redirect::Kind::Ask);
    CHECK(Redirect::parse("MOVED 1 ::1:6381", "h").to == Place{"::1", 6381, {}});
    CHECK(Redirect::parse("MOVED 1 :6381", "10.0.0.9").to == Place{"10.0.0.9", 6381, {}});
    for (const char* text :
         {"MOVED", "MOVED 1", "MOVED 16384 a:1", "MOVED -1 a:1", "MOVED x a:1", "MOVED 1 a", "MOVED 1 a:0",
          "MOVED 1 a:99999", "MOVED 1 ?:6379", "ERR MOVED 1 a:1", "", "ASKING 1 a:1"})
        CHECK(Redirect::parse(text, "h").kind == Redirect::Kind::None);
}

TEST_CASE("Of an error only the code is said") {
    CHECK(codeOf(parsed("-WRONGPASS invalid username-password pair\r\n").get()) == "WRONGPASS");
    CHECK(codeOf(parsed("-hunter2 is no password\r\n").get()) == "ERR");
    CHECK(codeOf(parsed("-ERR unknown command 'AUTH', with args beginning with: 'hunter2'\r\n").get()) ==
          "ERR");
    CHECK(codeOf(parsed("-\r\n").get()) == "ERR");
}
