// What the answer to a question is made of: names, sums and events, as a store keeps them. The reports are
// written over this; each store has its own.
//
// Texts that come again and again are numbers in a store: 0 is the empty one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store_common/log_row.h"
#include "store_common/question.h"
#include "store_common/sums.h"

namespace store_common {

/// Numbers of names that are wanted; a dimension without any of them matches nothing.
using Where = std::map<By, std::set<int64_t>>;

/// Days from … to, both included.
struct Span {
    Where where;
    int64_t from = 0;
    int64_t to = 0;
    bool by_day = false;  // false: days are added up
    // Of each day and cut only the dearest so many are wanted (dearer() in groups.h says which): a store may
    // leave out others, and does not have to. 0: all, and always if days are added up. What is cut by nothing
    // is told of in any case.
    size_t dearest = 0;
};

/// A dimension, or nothing for all in one.
using Cut = std::optional<By>;

struct LogQuestion {
    Where where;
    std::optional<std::string> call_id;
    std::optional<std::string> outcome;
    bool newest_first = true;
    int64_t offset = 0;
    int64_t limit = 0;
    int64_t from_ms = 0;  // both included
    int64_t to_ms = 0;
};

/// Everything as of one moment; for one question and one thread.
class Ledger {
public:
    virtual ~Ledger() = default;

    /// Of those texts that there are.
    virtual std::set<int64_t> numbersOf(const std::set<std::string>& texts) = 0;
    /// These are going to be asked for: a store that is far away fetches them at once.
    virtual void expect(const std::vector<int64_t>& numbers) = 0;
    virtual std::string nameOf(int64_t number) = 0;

    /// Tells of the sums of each cut: `cut` is its place in the list, `day` is 0 if days are added up. The
    /// same group may be told several times, in parts, and in any order. Throws QuestionError if no
    /// aggregate has all that.
    using SumRow = std::function<void(size_t cut, int64_t day, int64_t value, const Total& total)>;
    virtual void sums(const Span& span, const std::vector<Cut>& cuts, const SumRow& row) = 0;

    /// The events of a day from that moment to its end, by value; in parts, likewise. False: they are not
    /// kept any more.
    using ValueRow = std::function<void(int64_t value, const Total& total)>;
    virtual bool eventsFrom(By by, int64_t since_ms, const ValueRow& row) = 0;

    /// A page of events; are there more?
    using RowSink = std::function<void(const LogRow&)>;
    virtual bool logs(const LogQuestion& question, const RowSink& row) = 0;

    /// The values of a dimension, in no order, without the empty one.
    virtual std::vector<std::string> valuesOf(By by) = 0;
};

Where resolved(const WhereTexts& texts, Ledger& ledger);

/// What usage_daily_total is about, as stored: never renumber. All: value 0, every event.
enum class Dimension : int { All = 0, Team, Organization, ModelGroup, Model, Provider, Tag };
std::optional<Dimension> totalOf(By by);

/// Which aggregate has all of some dimensions: usage_daily_total with one of its dimensions, or the detailed
/// one, by combo, or by combo and tag or end user.
struct Source {
    std::optional<Dimension> total;
    std::optional<By> own;  // what the column `value` is
};
/// Throws QuestionError if none has.
Source sourceOf(const Where& where, const std::set<By>& needed);

}  // namespace store_common
