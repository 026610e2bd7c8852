// In which language is a text? By script where a script has one language; else by the commonest words of the
// languages that share it, and by letters that only some of them have. No model, 66 languages, a microsecond
// for each hundred bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace guard_content {

class Languages {
public:
    struct Guess {
        std::string_view code;  // ISO 639-1; empty: cannot be said
        double share = 0;       // of its words that are typical of it, 0 to 1; 1 if the script says it
    };

    /// The profiles that come with Sluice.
    Languages();
    /// Lines of lists/languages.txt. Throws ListFault. [control]
    Languages(std::string_view profiles, const std::string& file);
    ~Languages();

    /// Looks at the first 8 KB. Texts of fewer than three words, or with words of no language (code, tables),
    /// are none. [any]
    Guess guess(std::string_view text) const;

    /// Is it a language that guess() can answer?
    bool known(std::string_view code) const;
    /// For messages: "af, am, ar, …".
    std::string codes() const;

private:
    struct Profiles;
    std::unique_ptr<const Profiles> profiles_;
};

/// lists/languages.txt
std::string_view shippedLanguages();

}  // namespace guard_content
