#include "book.h"

#include <string>

namespace ledger {

Book::Book(const Options& options, uint64_t random, Courier::Append append,
           std::function<void(const Figures&)> report, Log log)
    : options_(options),
      report_(std::move(report)),
      log_(std::move(log)),
      intake_(options.memory_bytes, random),
      writer_(options_, intake_, spools_, overflow_, figures_, log_),
      feeder_(options_, spools_, overflow_, figures_, append, log_),
      feeding_("ledger-store", [this] { return feeder_.step([this] { return feeding_.stopping(); }); }),
      writing_("ledger-spool", [this] { return write(); }) {}

void Book::start() {
    feeding_.start();
    writing_.start();
}

milliseconds Book::write() {
    const milliseconds pause = writer_.step();
    if (figures_.waiting >= options_.batch) feeding_.wake();
    if (const auto now = std::chrono::steady_clock::now(); now >= report_at_) {
        report_(figures_);
        report_at_ = now + kReportEvery;
    }
    return pause;
}

void Book::close() {
    if (closed_) return;
    closed_ = true;
    writing_.stop();
    writer_.close();
    feeding_.stop();
    feeder_.drain(std::chrono::steady_clock::now() + options_.drain);
    tellWhatIsLeft();
    figures_.waiting = 0;  // whoever adopts the spool counts them
    figures_.spool_bytes = 0;
    report_(figures_);
}

void Book::tellWhatIsLeft() {
    if (const uint64_t lost = overflow_.events(); lost > 0) {
        figures_.dropped += lost;
        log_(Level::Error, std::to_string(lost) +
                               " events are lost: neither the spool nor the store took them before the end");
    }
    if (const uint64_t left = spools_.ownEvents(); left > 0)
        log_(Level::Warn, std::to_string(left) + " events stay in " + options_.spool +
                              " at the end; they are brought to the store by whoever serves next");
}

}  // namespace ledger
