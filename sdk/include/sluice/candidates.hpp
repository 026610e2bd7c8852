// The deployments that may serve a request, for the hook route and for routers; those of a model group, for
// model_group().
//
//   Verdict route(sluice::Request, const sluice_candidates& given) {
//       for (const auto candidate : sluice::Candidates(given))
//           if (candidate.inFlight() > 100) candidate.drop("it is busy");
//       return Verdict::Continue;
//   }
#pragma once

#include <optional>

#include <sluice/types.hpp>

namespace sluice {

/// A deployment of a model group. A view: as old as what it was made from.
class ModelDeployment {
public:
    explicit ModelDeployment(const sluice_candidate& it) : it_(&it) {}

    std::string_view id() const { return view(it_->id); }
    std::string_view model() const { return view(it_->model); }        // the provider's name for it
    std::string_view provider() const { return view(it_->provider); }  // "openai", "anthropic", …
    uint32_t inFlight() const { return it_->in_flight; }               // requests of this process, now
    std::string_view params() const { return view(it_->params); }      // litellm_params as JSON

    // Of litellm_params; nothing where it is not set.
    std::optional<double> weight() const { return set(it_->weight); }
    std::optional<double> rpm() const { return set(it_->rpm); }      // requests a minute
    std::optional<double> tpm() const { return set(it_->tpm); }      // tokens a minute
    std::optional<double> order() const { return set(it_->order); }  // lower is preferred

    // What an older host does not tell is "not known".
    /// Its number among all deployments of the configuration: where an array holds what is remembered of it.
    std::optional<uint32_t> deployment() const {
        return newer() ? std::optional<uint32_t>(it_->deployment) : std::nullopt;
    }
    uint32_t maxInputTokens() const { return newer() ? it_->max_input_tokens : 0; }  // 0: not known
    std::optional<double> inputCost() const {
        return newer() ? set(it_->input_cost) : std::nullopt;
    }  // USD a token
    std::optional<double> outputCost() const { return newer() ? set(it_->output_cost) : std::nullopt; }
    /// Time to the first byte of an answer, peak EWMA; 0: nothing is known.
    uint64_t latencyUs() const { return newer() ? it_->latency_us : 0; }
    uint64_t requestsThisMinute() const { return newer() ? it_->requests_this_minute : 0; }
    uint64_t tokensThisMinute() const { return newer() ? it_->tokens_this_minute : 0; }
    std::string_view info() const { return newer() ? view(it_->info) : "{}"; }  // model_info as JSON

private:
    bool newer() const { return SLUICE_REACHES(it_, info); }
    static std::optional<double> set(double value) {
        return value < 0 ? std::nullopt : std::optional<double>(value);
    }

    const sluice_candidate* it_;
};

/// One that may serve the request. A view: until the hook returns. [loop]
class Candidate : public ModelDeployment {
public:
    Candidate(const sluice_candidates& all, uint32_t index) : Candidate(*all.at(&all, index), all, index) {}
    /// `row` is what all.at() gives.
    Candidate(const sluice_candidate& row, const sluice_candidates& all, uint32_t index)
        : ModelDeployment(row), all_(&all), index_(index) {}

    uint32_t index() const { return index_; }

    /// False: it was dropped, or tried.
    bool available() const { return all_->available(all_, index_) != 0; }
    /// Takes it out of the choice; the reason goes to the record. Only in route.
    bool drop(std::string_view reason) const { return all_->drop(all_, index_, str(reason)) == SLUICE_OK; }
    /// Leaves only this one, and no retry goes elsewhere. Only in route.
    bool pin() const { return all_->pin(all_, index_) == SLUICE_OK; }
    /// Goes first while it is in service; retries may go elsewhere. Only in route; not before ABI 1.2.
    bool prefer() const { return SLUICE_HAS(all_, prefer) && all_->prefer(all_, index_) == SLUICE_OK; }

private:
    const sluice_candidates* all_;
    uint32_t index_;
};

/// Those of a model group, as model_group() is told of them.
class Deployments {
public:
    Deployments(const sluice_candidate* const* all, size_t count) : all_(all), count_(count) {}

    size_t size() const { return count_; }
    ModelDeployment operator[](size_t i) const { return ModelDeployment(*all_[i]); }

private:
    const sluice_candidate* const* all_;
    size_t count_;
};

/// All that are available, in the order of the configuration. One that is dropped on the way does not come.
class Candidates {
public:
    class iterator {
    public:
        iterator(const sluice_candidates& all, uint32_t i) : all_(&all), i_(i) {
            if (i < all.count && SLUICE_HAS(&all, keep)) bits_ = all.available_bits(&all);
            skip();
        }
        Candidate operator*() const {
            if (!rows_) return {*all_, i_};
            return {*reinterpret_cast<const sluice_candidate*>(rows_ + size_t{i_} * stride_), *all_, i_};
        }
        iterator& operator++() {
            ++i_;
            // Who looks at a second one will look at all of them.
            if (bits_ && !rows_) rows_ = reinterpret_cast<const char*>(all_->rows(all_, &stride_));
            skip();
            return *this;
        }
        friend bool operator==(const iterator& a, const iterator& b) { return a.i_ == b.i_; }
        friend bool operator!=(const iterator& a, const iterator& b) { return a.i_ != b.i_; }

    private:
        void skip() {
            if (bits_) {
                while (i_ < all_->count && (bits_[i_ / 64] >> (i_ % 64) & 1) == 0) ++i_;
            } else if (SLUICE_HAS(all_, next)) {
                i_ = all_->next(all_, i_);
            } else {
                while (i_ < all_->count && all_->available(all_, i_) == 0) ++i_;
            }
        }
        const sluice_candidates* all_;
        uint32_t i_;
        const uint64_t* bits_ = nullptr;  // of a host that has rows: no call for each one then
        const char* rows_ = nullptr;
        uint32_t stride_ = 0;
    };

    explicit Candidates(const sluice_candidates& all) : all_(all) {}
    iterator begin() const { return {all_, 0}; }
    iterator end() const { return {all_, all_.count}; }
    const sluice_candidates& raw() const { return all_; }

    /// For groups of a hundred: all at once. Below only if this is true; not before ABI 1.2.
    bool wide() const { return SLUICE_HAS(&all_, keep); }
    /// A number that stands for what is constant of all of them: to remember under it what was made of that.
    uint64_t group() const { return all_.group; }
    /// Candidate i has the number deployments()[i].
    const uint32_t* deployments() const { return all_.deployments; }
    /// Bit i % 64 of word i / 64 in words(). Until the hook returns; drop, pin and keep change it.
    const uint64_t* availableBits() const { return all_.available_bits(&all_); }
    size_t words() const { return (all_.count + 63) / 64; }
    /// Drops those whose bit is not set. Only in route.
    bool keep(const uint64_t* bits, std::string_view reason) const {
        return all_.keep(&all_, bits, str(reason)) == SLUICE_OK;
    }

private:
    const sluice_candidates& all_;
};

}  // namespace sluice
