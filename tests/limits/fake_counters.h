#pragma once

#include <sluice/testing/fake_host.hpp>

#include "counters/memory.h"

// sluice.counters/1 by the clock of the fake host.
struct FakeCounters {
    explicit FakeCounters(sluice::testing::FakeHost& its_host) : host(its_host) {
        table.size = sizeof table;
        table.take = [](sluice_instance* self, sluice_ctx*, sluice_counter* all, size_t count,
                        size_t* which) {
            return of(self).memory.take(all, count, which, of(self).host.wallMs());
        };
        table.settle = [](sluice_instance* self, const sluice_counter* all, size_t count) {
            of(self).memory.settle(all, count, of(self).host.wallMs());
        };
        table.seed = [](sluice_instance* self, const sluice_counter* all, size_t count) {
            of(self).memory.seed(all, count, of(self).host.wallMs());
        };
    }
    static FakeCounters& of(sluice_instance* self) { return *reinterpret_cast<FakeCounters*>(self); }
    sluice_service service() {
        return {sizeof(sluice_service), 0, &table, reinterpret_cast<sluice_instance*>(this),
                sluice::str("c")};
    }
    sluice::testing::FakeHost& host;
    counters::Memory memory;
    sluice_counters table{};
};
