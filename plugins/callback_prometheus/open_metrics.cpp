#include "open_metrics.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace callback_prometheus {
namespace {

constexpr std::string_view kTotal = "_total";

bool endsWith(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string_view takeWord(std::string_view& rest) {
    const size_t space = std::min(rest.find(' '), rest.size());
    const auto word = rest.substr(0, space);
    rest.remove_prefix(std::min(rest.size(), space + 1));
    return word;
}

// A family of counters has its name without "_total", which all its samples have behind it.
class Writer {
public:
    explicit Writer(const Exemplars& exemplars) : exemplars_(exemplars) {}

    void line(std::string_view line) {
        if (line.empty()) return;
        constexpr std::string_view kHelp = "# HELP ", kType = "# TYPE ";
        if (line.substr(0, kHelp.size()) == kHelp) {
            help_ = line.substr(kHelp.size());
        } else if (line.substr(0, kType.size()) == kType) {
            family(line.substr(kType.size()));
        } else {
            sample(line);
        }
    }
    std::string done() {
        out_ += "# EOF\n";
        return std::move(out_);
    }

private:
    // The type decides on the name that the help stands under.
    void family(std::string_view rest) {
        std::string_view name = takeWord(rest);
        const bool counter = rest == "counter";
        std::string_view type = rest;
        if (counter && !endsWith(name, kTotal)) type = "unknown";
        if (counter && endsWith(name, kTotal)) name.remove_suffix(kTotal.size());
        out_.append("# TYPE ").append(name).append(" ").append(type).append("\n# HELP ").append(name) += ' ';
        (void)takeWord(help_);
        for (const char c : help_) {
            if (c == '"') out_ += '\\';
            out_ += c;
        }
        out_ += '\n';
        above_ = -std::numeric_limits<double>::infinity();
    }

    void sample(std::string_view line) {
        constexpr std::string_view kBound = "le=\"";
        const size_t space = line.rfind(' ');
        const size_t bound = line.rfind(kBound, space);
        const bool bucket = line.substr(0, line.find('{')).size() < line.size() && bound != line.npos &&
                            endsWith(line.substr(0, line.find('{')), "_bucket");
        if (!bucket) {
            out_.append(line) += '\n';
            return;
        }
        const std::string limit(line.substr(bound + kBound.size(),
                                            line.find('"', bound + kBound.size()) - bound - kBound.size()));
        const double upto =
            limit == "+Inf" ? std::numeric_limits<double>::infinity() : std::strtod(limit.c_str(), nullptr);
        if (upto <= above_) above_ = -std::numeric_limits<double>::infinity();  // the next series begins
        out_.append(line.substr(0, bound + kBound.size())).append(limit);
        if (limit.find_first_of(".I") == std::string::npos) out_ += ".0";
        out_.append("\"}").append(line.substr(space));
        out_.append(exemplars_.of(line.substr(0, bound), above_, upto)) += '\n';
        above_ = upto;
    }

    const Exemplars& exemplars_;
    std::string out_;
    std::string_view help_;
    double above_ = 0;  // the bucket before
};

}  // namespace

bool wantsOpenMetrics(std::string_view accept) {
    return accept.find("application/openmetrics-text") != std::string_view::npos;
}

std::string openMetrics(std::string_view page, const Exemplars& exemplars) {
    Writer writer(exemplars);
    while (!page.empty()) {
        const size_t end = std::min(page.find('\n'), page.size());
        writer.line(page.substr(0, end));
        page.remove_prefix(std::min(page.size(), end + 1));
    }
    return writer.done();
}

}  // namespace callback_prometheus
