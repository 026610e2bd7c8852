// The host as an older release of the ABI had it, to see whether a plugin asks before it uses what is newer:
//
//   FakeHost host(Abi::V1_0);
//
// Tables and structs are cut where that release ended them, their `size` says so, and the page behind the cut
// cannot be read: a plugin that uses a newer member without SLUICE_HAS or SLUICE_REACHES dies with SIGSEGV
// and the code SEGV_ACCERR. An interface that is younger than the release is null.
#pragma once

#include <sluice/sluice.h>
#include <sluice/types.hpp>

#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

namespace sluice::testing {

enum class Abi { Today, V1_0 };

// As far as that member, and it too.
#define SLUICE_DETAIL_THROUGH(type, member) (offsetof(type, member) + sizeof(type::member))

/// Host tables of ABI 1.0 and their sizes; tests/abi compares them with the layout of that release.
inline constexpr std::pair<std::string_view, size_t> kTablesOfV1_0[] = {
    {SLUICE_HOST_LOG_ID, SLUICE_DETAIL_THROUGH(sluice_host_log, enabled)},
    {SLUICE_HOST_METRICS_ID, SLUICE_DETAIL_THROUGH(sluice_host_metrics, record)},
    {SLUICE_HOST_SECRETS_ID, SLUICE_DETAIL_THROUGH(sluice_host_secrets, reveal)},
    {SLUICE_HOST_CLOCK_ID, SLUICE_DETAIL_THROUGH(sluice_host_clock, random)},
    {SLUICE_HOST_TIMERS_ID, SLUICE_DETAIL_THROUGH(sluice_host_timers, cancel)},
    {SLUICE_HOST_OFFLOAD_ID, SLUICE_DETAIL_THROUGH(sluice_host_offload, run)},
    {SLUICE_HOST_HTTP_ID, SLUICE_DETAIL_THROUGH(sluice_host_http, call)},
    {SLUICE_HOST_ADMIN_ID, SLUICE_DETAIL_THROUGH(sluice_host_admin, status)},
    {SLUICE_HOST_ATTRIBUTES_ID, SLUICE_DETAIL_THROUGH(sluice_host_attributes, set)},
    {SLUICE_HOST_REQUEST_ID, SLUICE_DETAIL_THROUGH(sluice_host_request, cancelled)},
    {SLUICE_HOST_REPLY_ID, SLUICE_DETAIL_THROUGH(sluice_host_reply, identify)},
    {SLUICE_HOST_RESPONSE_ID, SLUICE_DETAIL_THROUGH(sluice_host_response, lane_text)},
    {SLUICE_HOST_ATTEMPT_ID, SLUICE_DETAIL_THROUGH(sluice_host_attempt, set_body)},
    {SLUICE_HOST_STREAM_ID, SLUICE_DETAIL_THROUGH(sluice_host_stream, replace)},
    {SLUICE_HOST_SERVE_ID, SLUICE_DETAIL_THROUGH(sluice_host_serve, write)},
};

/// The same for the structs that a host hands to plugins.
template <class T>
inline constexpr size_t kSizeInV1_0 = 0;
template <>
inline constexpr size_t kSizeInV1_0<sluice_host> = SLUICE_DETAIL_THROUGH(sluice_host, get_interface);
template <>
inline constexpr size_t kSizeInV1_0<sluice_candidate> = SLUICE_DETAIL_THROUGH(sluice_candidate, params);
template <>
inline constexpr size_t kSizeInV1_0<sluice_candidates> = SLUICE_DETAIL_THROUGH(sluice_candidates, available);
template <>
inline constexpr size_t kSizeInV1_0<sluice_stream_event> = SLUICE_DETAIL_THROUGH(sluice_stream_event, text);
template <>
inline constexpr size_t kSizeInV1_0<sluice_stream_action> = SLUICE_DETAIL_THROUGH(sluice_stream_action,
                                                                                  release);
template <>
inline constexpr size_t kSizeInV1_0<sluice_record> = SLUICE_DETAIL_THROUGH(sluice_record, usage_known);
template <>
inline constexpr size_t kSizeInV1_0<sluice_deployment_config> =
    SLUICE_DETAIL_THROUGH(sluice_deployment_config, params);
template <>
inline constexpr size_t kSizeInV1_0<sluice_upstream> = SLUICE_DETAIL_THROUGH(sluice_upstream, base_url);
#undef SLUICE_DETAIL_THROUGH

/// A copy of some bytes that ends where memory ends: the page behind it cannot be touched.
class AtTheEdge {
public:
    AtTheEdge(const void* from, size_t size) {
        const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
        const size_t room = (size + page - 1) / page * page;
        mapped_ = room + page;
        map_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (map_ == MAP_FAILED || mprotect(at(room), page, PROT_NONE) != 0) throw std::bad_alloc();
        data_ = at(room - size);
        std::memcpy(data_, from, size);
    }
    AtTheEdge(const AtTheEdge&) = delete;
    AtTheEdge& operator=(const AtTheEdge&) = delete;
    ~AtTheEdge() { munmap(map_, mapped_); }

    char* data() const { return data_; }

private:
    char* at(size_t offset) const { return static_cast<char*>(map_) + offset; }

    void* map_;
    size_t mapped_;
    char* data_;
};

/// A struct as a host of that release gives it to a plugin.
template <class T>
class Given {
public:
    Given(Abi abi, const T& today) : today_(today) {
        static_assert(kSizeInV1_0<T> > 0, "a struct that ABI 1.0 did not have");
        if (abi == Abi::Today) return;
        today_.size = kSizeInV1_0<T>;
        cut_ = std::make_unique<AtTheEdge>(&today_, kSizeInV1_0<T>);
    }
    T* get() { return cut_ ? reinterpret_cast<T*>(cut_->data()) : &today_; }
    T* operator->() { return get(); }

private:
    T today_;
    std::unique_ptr<AtTheEdge> cut_;
};

/// A host's table as that release had it; null if it had none. A table that was cut stays for good: the SDK
/// in a library keeps what the first host told it.
inline const void* tableOf(Abi abi, std::string_view id, const void* today) {
    if (abi == Abi::Today) return today;
    static std::map<std::string_view, AtTheEdge> cut;
    for (const auto& [name, size] : kTablesOfV1_0) {
        if (name != id) continue;
        const auto [entry, made] = cut.try_emplace(name, today, size);
        const auto said = static_cast<uint32_t>(size);
        if (made) std::memcpy(entry->second.data(), &said, sizeof said);
        return entry->second.data();
    }
    return nullptr;
}

}  // namespace sluice::testing
