// Texts full of names for the properties that hold for any text. Written for the tests; all names are
// invented.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace names_test {

inline const std::vector<std::string>& sentences() {
    static const std::vector<std::string> texts = {
        "My name is Ottilie Brandvold and I live in Trondheim, Norway. ",
        "Dear Mr. Abernathy,\n\nthank you for your letter of 12 May.\n\nKind regards,\nPriya "
        "Venkataraman\nHead of Sales\n",
        "Hallström & Sons Ltd. bought Quantiva Systems Inc. for $40 million, said Lucía Fernández-Prado. ",
        "Please send it to 48 Rue des Tanneurs, Apt. 12, 69003 Lyon, France, not to Lindenstraße 7, Graz. ",
        "Jens Kvist\n17 Møllevej\nSuite 4\nOdense\nDenmark 5000\n\n",
        "i am sarah connor from los angeles and i work for cyberdyne systems. ",
        "Η Ελένη Παπαδοπούλου μένει στην Λεωφόρος Κηφισίας 14, Αθήνα. Иван Петров живёт в Москве, ул. Ленина "
        "5. ",
        "The function returns None; see RFC 9110, Section 5.6.2, and the \"Known Issues\" page. int main() { "
        "return 0; } ",
        "O'Brien's cousin Anne-Marie met Dr. van der Meer in 's-Hertogenbosch; "
        "\xE2\x80\x9CHello,\xE2\x80\x9D said Smith\xE2\x80\x99s wife. ",
        "\xE5\xBC\xA0\xE4\xBC\x9F went to Beijing \xF0\x9F\x98\x80 with Bob, Carol, Ted and Alice, on "
        "3/4/2019 at 10:30. ",
        "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z, AND SO ON AND ON. THE MINISTRY OF TRADE IN "
        "OSLO SAID NO. ",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaa Ann ",
        "                                                                                                 "
        "Eric Blom\n\n\n\n",
        "Anna Bruno Clara David Emma Frank Greta Hans Ida Jakob Klara Lukas Maria Nils Olga Paul Rosa Stefan "
        "Tina Ulrich Vera "
        "Walter Xaver Yvonne Zora Adam Beate Carl Dora Emil Frida Georg Hanna Igor Julia Karl Laura Moritz "
        "Nora Otto Petra ",
    };
    return texts;
}

/// Some hundred bytes to some thousand: sentences, parts of sentences, wide gaps (where the scanner's reach
/// ends), noise.
inline std::string mixture(std::mt19937& random, int parts) {
    std::string text;
    for (int i = 0; i < parts; ++i) {
        const std::string& sentence = sentences()[random() % sentences().size()];
        size_t from = random() % 3 ? 0 : random() % sentence.size();
        bool wide = random() % 4 == 0;
        for (char c : std::string_view(sentence).substr(from)) {
            text += c;
            if (wide && c == ' ' && random() % 3 == 0) text.append(random() % 64, ' ');
        }
        for (unsigned noise = random() % 8; noise > 6 && noise < 30; ++noise)
            text += static_cast<char>(random());
    }
    return text;
}

}  // namespace names_test
