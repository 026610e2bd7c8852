// sluice.store/1 in front of a store: the C table, by which nothing that is thrown gets out.
//
// The plugin's class has
//   auto& store();                       watch, unwatch, write, append, report: see below
//   sluice_status failed(doing, error);  says so once when it begins; the status for the caller
//   void worked();
//   void log(Level, words) const;
#pragma once

#include <exception>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "store_common/calendar.h"
#include "store_common/document.h"
#include "store_common/event.h"
#include "store_common/log.h"

namespace store_common {

template <class Plugin>
struct Service {
    static const sluice_store* table() {
        static const sluice_store all{sizeof(sluice_store), 0, watch, unwatch, write, append, report};
        return &all;
    }

private:
    static Plugin& of(sluice_instance* self) { return *reinterpret_cast<Plugin*>(self); }

    template <class Body>
    static sluice_status contained(sluice_instance* self, const char* doing, Body&& body) {
        try {
            const sluice_status status = body(of(self));
            of(self).worked();
            return status;
        } catch (const std::exception& error) {
            return of(self).failed(doing, error);
        }
    }

    static int64_t watch(sluice_instance* self, sluice_str kind, void* sink,
                         void (*on_document)(void* sink, const sluice_document* document)) {
        if (!on_document) return SLUICE_E_INVALID;
        int64_t id = 0;
        const auto status = contained(self, "watch", [&](Plugin& plugin) {
            id = plugin.store().watch(sluice::view(kind), [sink, on_document](const Document& document) {
                const sluice_document told{sizeof(sluice_document),    document.removed ? 1u : 0u,
                                           sluice::str(document.kind), sluice::str(document.id),
                                           sluice::str(document.json), document.version};
                on_document(sink, &told);
            });
            return SLUICE_OK;
        });
        return status == SLUICE_OK ? id : status;
    }

    static void unwatch(sluice_instance* self, int64_t id) { of(self).store().unwatch(id); }

    static sluice_status write(sluice_instance* self, const sluice_change* changes, size_t count,
                               uint64_t* version) {
        return contained(self, "write", [&](Plugin& plugin) -> sluice_status {
            std::vector<Change> all;
            const auto* bytes = reinterpret_cast<const char*>(changes);
            for (size_t i = 0; i < count; ++i) {
                // A caller of a later release has larger ones.
                const size_t step = changes->size;
                if (step < sizeof(sluice_change)) return SLUICE_E_INVALID;
                const auto& one = *reinterpret_cast<const sluice_change*>(bytes + i * step);
                const Change change{sluice::view(one.kind), sluice::view(one.id), sluice::view(one.json),
                                    one.expected, one.remove != 0};
                const std::string fault = faultOf(change);
                if (!fault.empty()) {
                    plugin.log(Level::Warn, "a document is refused: " + fault);
                    return SLUICE_E_INVALID;
                }
                all.push_back(change);
            }
            uint64_t written = 0;
            if (!plugin.store().write(all, written)) return SLUICE_E_CONFLICT;
            if (version) *version = written;
            return SLUICE_OK;
        });
    }

    static sluice_status append(sluice_instance* self, const sluice_record* const* events, size_t count) {
        return contained(self, "append", [&](Plugin& plugin) -> sluice_status {
            std::vector<Event> all;
            all.reserve(count);
            const int64_t now = nowMs();
            for (size_t i = 0; i < count; ++i) all.push_back(eventFrom(*events[i], now));
            (void)plugin.store().append(all);
            return SLUICE_OK;
        });
    }

    static sluice_status report(sluice_instance* self, sluice_str question, void* sink,
                                void (*write)(void* sink, sluice_str json)) {
        return contained(self, "report", [&](Plugin& plugin) -> sluice_status {
            std::string answer;
            const bool good = plugin.store().report(sluice::view(question), answer);
            write(sink, sluice::str(answer));
            return good ? SLUICE_OK : SLUICE_E_INVALID;
        });
    }
};

}  // namespace store_common
