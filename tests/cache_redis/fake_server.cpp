#include "fake_server.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace cache_tests {

FakeServer::FakeServer(Answer answer)
    : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 50) != 0)
        throw std::runtime_error("no port");
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

FakeServer::~FakeServer() {
    ending_ = true;
    thread_.join();
    close(listener_);
}

void FakeServer::run() {
    std::map<int, redisReader*> all;
    while (!ending_) {
        std::vector<pollfd> polled{{listener_, POLLIN, 0}};
        for (const auto& [fd, reader] : all) polled.push_back({fd, POLLIN, 0});
        if (poll(polled.data(), polled.size(), 10) <= 0) continue;
        for (size_t i = 1; i < polled.size(); ++i) {
            const int fd = polled[i].fd;
            if (polled[i].revents == 0 || serve(fd, all[fd])) continue;
            redisReaderFree(all[fd]);
            all.erase(fd);
            close(fd);
        }
        if (polled[0].revents == 0) continue;
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) all[fd] = redisReaderCreate();
        ++connections_;
    }
    for (const auto& [fd, reader] : all) {
        redisReaderFree(reader);
        close(fd);
    }
}

bool FakeServer::serve(int fd, void* raw_reader) {
    auto* reader = static_cast<redisReader*>(raw_reader);
    std::array<char, 65536> buffer;
    const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    redisReaderFeed(reader, buffer.data(), static_cast<size_t>(got));
    for (;;) {
        void* raw = nullptr;
        if (redisReaderGetReply(reader, &raw) != REDIS_OK) return false;
        if (!raw) return true;
        auto* command = static_cast<redisReply*>(raw);
        Words words;
        std::string line;
        for (size_t i = 0; i < command->elements; ++i) {
            words.emplace_back(command->element[i]->str, command->element[i]->len);
            line += (i > 0 ? " " : "") + words.back();
        }
        freeReplyObject(raw);
        Answer answer;
        {
            const std::lock_guard lock(mutex_);
            if (line != "PING") heard_.push_back(line);
            answer = answer_;
        }
        const std::string out = answer(words);
        if (out == "close") return false;
        if (!out.empty() && ::send(fd, out.data(), out.size(), MSG_NOSIGNAL) < 0) return false;
    }
}

std::vector<std::string> FakeServer::heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
}

size_t FakeServer::heard(const std::string& line) const {
    size_t count = 0;
    for (const auto& one : heard()) count += one == line ? 1 : 0;
    return count;
}

void FakeServer::set(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
}

std::string bulk(const std::string& text) {
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

std::string slots(const std::vector<std::array<int, 3>>& ranges, const std::string& host) {
    std::string out = "*" + std::to_string(ranges.size()) + "\r\n";
    for (const auto& [first, last, port] : ranges) {
        out += "*3\r\n:" + std::to_string(first) + "\r\n:" + std::to_string(last) + "\r\n*3\r\n" +
               bulk(host) + ":" + std::to_string(port) + "\r\n" + bulk("id" + std::to_string(port));
    }
    return out;
}

}  // namespace cache_tests
