#include "load.hpp"

#include <numeric>

namespace sluice::bench {

void Faults::count(Fault fault, std::string_view detail) {
    ++counts_[static_cast<std::size_t>(fault)];
    if (!first_.empty()) return;
    for (const char c : detail.substr(0, 200)) {
        const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        first_.push_back(plain ? c : '.');
    }
}

std::uint64_t Faults::total() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

void Faults::printJson(std::FILE* out) const {
    constexpr std::array<const char*, kKinds> kNames{"connect", "status", "http",  "closed",
                                                     "timeout", "body",   "order", "incomplete"};
    std::fprintf(out, R"("errors":%llu,"errors_by_kind":{)", static_cast<unsigned long long>(total()));
    const char* comma = "";
    for (std::size_t i = 0; i < kKinds; ++i) {
        if (counts_[i] == 0) continue;
        std::fprintf(out, R"(%s"%s":%llu)", comma, kNames[i], static_cast<unsigned long long>(counts_[i]));
        comma = ",";
    }
    std::fprintf(out, R"(},"first_error":"%s")", first_.c_str());
}

Client::Sent Client::send(std::string_view request) {
    if (written == 0) sent_at_ns = nowNs();
    request.remove_prefix(written);
    const ssize_t sent = ::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR ? Sent::Some : Sent::Broken;
    written += static_cast<std::size_t>(sent);
    return static_cast<std::size_t>(sent) == request.size() ? Sent::All : Sent::Some;
}

void Client::disconnect() {
    fd.reset();
    phase = Phase::Idle;
    parser.reset();
    written = 0;
}

Received receive(int fd) {
    static thread_local std::array<char, 64 * 1024> buffer;
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (size > 0) return {{buffer.data(), static_cast<std::size_t>(size)}, Received::End::Data};
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {{}, Received::End::Nothing};
    return {{}, Received::End::Closed};
}

double ownCpuSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace sluice::bench
