// A store in memory: documents and their watches, nothing on disk. Reports answer what the test has put
// there.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <sluice/testing/fake_host.hpp>

class FakeStore {
public:
    FakeStore() {
        table_.size = sizeof table_;
        table_.watch = [](sluice_instance* self, sluice_str kind, void* sink,
                          void (*tell)(void*, const sluice_document*)) -> int64_t {
            return of(self).watch(std::string(sluice::view(kind)), sink, tell);
        };
        table_.unwatch = [](sluice_instance* self, int64_t id) { of(self).watches_.erase(id); };
        table_.write = [](sluice_instance* self, const sluice_change* changes, size_t count,
                          uint64_t* version) { return of(self).write(changes, count, version); };
        table_.report = [](sluice_instance* self, sluice_str question, void* sink,
                           void (*give)(void*, sluice_str)) {
            of(self).asked.emplace_back(sluice::view(question));
            give(sink, sluice::str(of(self).answer));
            return of(self).report_status;
        };
    }

    sluice_service service() {
        return {sizeof(sluice_service), 0, &table_, reinterpret_cast<sluice_instance*>(this),
                sluice::str("fake")};
    }
    /// As another process would.
    void put(const std::string& kind, const std::string& id, const std::string& json) {
        const sluice_change change{sizeof change,   0, sluice::str(kind), sluice::str(id), sluice::str(json),
                                   SLUICE_STORE_ANY};
        uint64_t version = 0;
        (void)write(&change, 1, &version);
    }
    void remove(const std::string& kind, const std::string& id) {
        const sluice_change change{sizeof change,   1, sluice::str(kind), sluice::str(id), sluice::str(""),
                                   SLUICE_STORE_ANY};
        uint64_t version = 0;
        (void)write(&change, 1, &version);
    }
    const std::string* find(const std::string& kind, const std::string& id) const {
        const auto found = documents_.find({kind, id});
        return found == documents_.end() ? nullptr : &found->second.json;
    }
    size_t count(const std::string& kind) const {
        size_t n = 0;
        for (const auto& [key, document] : documents_) n += key.first == kind ? 1 : 0;
        return n;
    }
    size_t watches() const { return watches_.size(); }

    std::vector<std::string> asked;  // reports
    std::string answer = R"({"rows":[]})";
    sluice_status report_status = SLUICE_OK;
    bool unavailable = false;

private:
    using Tell = void (*)(void*, const sluice_document*);
    struct Document {
        std::string json;
        uint64_t version;
    };
    struct Watch {
        std::string kind;
        void* sink;
        Tell tell;
    };
    static FakeStore& of(sluice_instance* self) { return *reinterpret_cast<FakeStore*>(self); }

    int64_t watch(const std::string& kind, void* sink, Tell tell) {
        for (const auto& [key, document] : documents_) {
            if (key.first == kind) send({kind, sink, tell}, key.second, document, false);
        }
        watches_[++last_watch_] = {kind, sink, tell};
        return last_watch_;
    }
    static void send(const Watch& watch, const std::string& id, const Document& document, bool removed) {
        const sluice_document told{sizeof told,     removed ? 1u : 0u,          sluice::str(watch.kind),
                                   sluice::str(id), sluice::str(document.json), document.version};
        watch.tell(watch.sink, &told);
    }
    sluice_status write(const sluice_change* changes, size_t count, uint64_t* version) {
        if (unavailable) return SLUICE_E_UNAVAILABLE;
        for (size_t i = 0; i < count; ++i) {
            const auto found = documents_.find(
                {std::string(sluice::view(changes[i].kind)), std::string(sluice::view(changes[i].id))});
            const uint64_t there = found == documents_.end() ? SLUICE_STORE_NONE : found->second.version;
            if (changes[i].expected != SLUICE_STORE_ANY && changes[i].expected != there)
                return SLUICE_E_CONFLICT;
        }
        for (size_t i = 0; i < count; ++i) {
            const std::string kind(sluice::view(changes[i].kind)), id(sluice::view(changes[i].id));
            const Document document{std::string(sluice::view(changes[i].json)), *version = ++version_};
            if (changes[i].remove) documents_.erase({kind, id});
            if (!changes[i].remove) documents_[{kind, id}] = document;
            for (const auto& [number, watch] : watches_) {
                if (watch.kind == kind) send(watch, id, document, changes[i].remove != 0);
            }
        }
        return SLUICE_OK;
    }

    sluice_store table_{};
    std::map<std::pair<std::string, std::string>, Document> documents_;
    std::map<int64_t, Watch> watches_;
    int64_t last_watch_ = 0;
    uint64_t version_ = 0;
};
