// Each recogniser asked alone: published examples and made-up values, and what only looks like one. A "|"
// stands at both ends of what is to be found; without any, nothing is.
#include <engine/rule_scanner.h>
#include <support/recut.h>
#include <catch2/catch.hpp>
#include <map>

namespace {

struct Asked {
    const char* entity;
    const char* text;
};

// clang-format off
const Asked kAsked[] = {
    {"EMAIL_ADDRESS", "to |jo.o'neil+x@mail.example.co.uk|, ok"}, {"EMAIL_ADDRESS", "a@b.invalidtld"}, {"EMAIL_ADDRESS", "'|a@example.com|'"},
    {"EMAIL_ADDRESS", "邮箱是|bob@example.cn|。"}, {"EMAIL_ADDRESS", "a.@example.com"}, {"EMAIL_ADDRESS", "|bob@example.com|.It is"}, {"EMAIL_ADDRESS", "@example.com"},
    {"PHONE_NUMBER", "|+49 (0)30 901820|"}, {"PHONE_NUMBER", "call |(212) 555-0187 x12| now"}, {"PHONE_NUMBER", "|0033 1 23 45 67 89|"},
    {"PHONE_NUMBER", "|01.23.45.67.89|"}, {"PHONE_NUMBER", "+999 123"}, {"PHONE_NUMBER", "2024-03-15 11:12"}, {"PHONE_NUMBER", "252.227-7013"},
    {"PHONE_NUMBER", "2001-2003"}, {"PHONE_NUMBER", "phone |5551234567|"}, {"PHONE_NUMBER", "order 5551234567890123"}, {"PHONE_NUMBER", "|+44 20 7946 0958|"},
    {"PH_MOBILE_NUMBER", "|+63 917 123 4567|"}, {"PH_MOBILE_NUMBER", "917 123 4567"}, {"TR_PHONE_NUMBER", "|+90 212 555 12 34|"}, {"TR_PHONE_NUMBER", "0112 555 12 34"},
    {"CREDIT_CARD", "|4111-1111-1111-1111|"}, {"CREDIT_CARD", "4111-1111 1111-1111"}, {"CREDIT_CARD", "|3782 822463 10005|"}, {"CREDIT_CARD", "4111111111111112"},
    {"CREDIT_CARD", "0000000000000000"}, {"CREDIT_CARD", "94111111111111111"}, {"CREDIT_CARD", "|6011111111111117|."}, {"CREDIT_CARD", "4111111111111111.5"},
    {"IBAN_CODE", "|DE89 3704 0044 0532 0130 00|"}, {"IBAN_CODE", "|de89370400440532013000|"}, {"IBAN_CODE", "De89370400440532013000"}, {"IBAN_CODE", "DE89 3704 0044 0532 0130 01"},
    {"IBAN_CODE", "|FR14-2004-1010-0505-0001-3M02-606| x"}, {"IBAN_CODE", "XX89370400440532013000"}, {"IBAN_CODE", "|NO93 8601 1117 947| 1"},
    {"IP_ADDRESS", "|10.0.0.1|:8080"}, {"IP_ADDRESS", "10.0.0.1.2"}, {"IP_ADDRESS", "v10.0.0.1"}, {"IP_ADDRESS", "10.0.0.300"}, {"IP_ADDRESS", "|2001:db8::1|."},
    {"IP_ADDRESS", "|fe80::1%en0|"}, {"IP_ADDRESS", "1:2:3:4:5:6:7:8:9"}, {"IP_ADDRESS", "|::ffff:10.0.0.1/96|"}, {"IP_ADDRESS", "12:30:45"}, {"IP_ADDRESS", "std::vector"},
    {"MAC_ADDRESS", "|0a:1b:2c:3d:4e:5f|"}, {"MAC_ADDRESS", "|0A-1B-2C-3D-4E-5F|"}, {"MAC_ADDRESS", "0a:1b:2c:3d:4e:5f:60"}, {"MAC_ADDRESS", "0a:1b:2c:3d-4e-5f"}, {"MAC_ADDRESS", "|0a1b.2c3d.4e5f|"},
    {"URL", "see |https://example.com/a_(b)?c=d#e|."}, {"URL", "(|http://10.0.0.1:80/x|)"}, {"URL", "http://nothing"}, {"URL", "|ftp://u:p@example.org/|"}, {"URL", "www.museum"},
    {"DOMAIN_NAME", "at |www.example.co.uk|, yes"}, {"DOMAIN_NAME", "end.Then"}, {"DOMAIN_NAME", "|https://example.org/|"}, {"DOMAIN_NAME", "me@example.org"},
    {"CRYPTO", "|1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2|"}, {"CRYPTO", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"}, {"CRYPTO", "|bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq|"},
    {"CRYPTO", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp"}, {"CRYPTO", "|0x52908400098527886E0F7030069857D2E4169EE7|"}, {"CRYPTO", "0x52908400098527886E0F7030069857D2E4169EE"},
    {"DATE_TIME", "on |2024-02-29|"}, {"DATE_TIME", "on 2023-02-29"}, {"DATE_TIME", "|31/12/1999|"}, {"DATE_TIME", "|3rd of May 2021|"}, {"DATE_TIME", "|Dezember 2021|"}, {"DATE_TIME", "32.13.2020"},
    {"DATE_TIME", "|2024-03-15T14:30:00+01:00|"}, {"DATE_TIME", "1.2.3.4"}, {"AGE", "a |34|-year-old man"}, {"AGE", "age: |34|"}, {"AGE", "page 34"}, {"ZIP_CODE", "|90210-1234|"},
    {"US_SSN", "|219-09-9998|"}, {"US_SSN", "666-09-9998"}, {"US_SSN", "219-00-9998"}, {"US_SSN", "219-09-0000"}, {"US_SSN", "219-09 9998"}, {"US_SSN", "111-11-1111"},
    {"US_ITIN", "|912-70-1234|"}, {"US_ITIN", "912-93-1234"}, {"US_PASSPORT", "|C12345678|"}, {"US_DRIVER_LICENSE", "|D1234567|"}, {"US_DRIVER_LICENSE", "D12E4567X"},
    {"US_BANK_NUMBER", "|123456789012|"}, {"US_BANK_NUMBER", "123456"}, {"ABA_ROUTING_NUMBER", "|0210-0002-1|"}, {"ABA_ROUTING_NUMBER", "021000022"},
    {"US_NPI", "|1234567893|"}, {"US_NPI", "1234567894"}, {"US_MBI", "|1EG4-TE5-MK73|"}, {"US_MBI", "0EG4-TE5-MK73"}, {"MEDICAL_LICENSE", "|AP5836727|"}, {"MEDICAL_LICENSE", "AP5836728"},
    {"CA_SIN", "|130-692-544|"}, {"CA_SIN", "130-692-545"}, {"UK_NHS", "|943 476 5919|"}, {"UK_NHS", "943 476 5918"}, {"UK_NINO", "QQ 12 34 56 C"}, {"UK_NINO", "|AB 12 34 56 C|"}, {"UK_NINO", "BG123456A"},
    {"UK_POSTCODE", "|SW1A 2AA|"}, {"UK_POSTCODE", "SW1A 2CA"}, {"UK_PASSPORT", "|AB1234567|"}, {"UK_DRIVING_LICENCE", "|MORGA657054SM9IJ|"}, {"UK_DRIVING_LICENCE", "MORGA677054SM9IJ"},
    {"UK_VEHICLE_REGISTRATION", "|AB51 CDE|"}, {"UK_VEHICLE_REGISTRATION", "AB51 CQE"}, {"UK_VEHICLE_REGISTRATION", "|K123 ABC|"},
    {"DE_TAX_ID", "|86 095 742 719|"}, {"DE_TAX_ID", "86095742718"}, {"DE_TAX_NUMBER", "|93815/08152|"}, {"DE_TAX_NUMBER", "|2893081508152|"}, {"DE_VAT_ID", "|DE136695976|"}, {"DE_VAT_ID", "DE136695977"},
    {"DE_ID_CARD", "|L01X00T44|"}, {"DE_ID_CARD", "A01X00T44"}, {"DE_ID_CARD", "Ausweis |T22000129|"}, {"DE_ID_CARD", "|T220001293|"}, {"DE_PASSPORT", "|C01X00T41|"}, {"DE_PASSPORT", "C01X00T42"},
    {"DE_SOCIAL_SECURITY", "|15070649C103|"}, {"DE_SOCIAL_SECURITY", "15370649C103"}, {"DE_HEALTH_INSURANCE", "|A123456780|"}, {"DE_HEALTH_INSURANCE", "A123456781"}, {"DE_LANR", "|123456601|"},
    {"DE_LANR", "123456701"}, {"DE_BSNR", "|521234567|"}, {"DE_BSNR", "000000000"}, {"DE_FUEHRERSCHEIN", "|MU12345678B|"}, {"DE_FUEHRERSCHEIN", "Führerschein |B072RRE2I55|"}, {"DE_FUEHRERSCHEIN", "B072RRE2I55"},
    {"DE_HANDELSREGISTER", "|HRB 12345|, Köln"}, {"DE_HANDELSREGISTER", "HRC 12345"}, {"DE_KFZ", "|MÜ-AB 123E| steht"}, {"DE_KFZ", "|M-AB1234|"}, {"DE_KFZ", "M-AB 0123"}, {"DE_KFZ", "MUEN-AB 123"},
    {"DE_PLZ", "|10115| Berlin"}, {"DE_PLZ", "00999"}, {"FR_NIR", "|2 69 05 49 588 157 80|"}, {"FR_NIR", "2 69 05 49 588 157 81"}, {"FR_NIR", "|185012A00400117|"}, {"FR_SIREN", "|732 829 320|"}, {"FR_SIREN", "732829321"},
    {"FR_SIRET", "|732 829 320 00074|"}, {"FR_SIRET", "73282932000075"}, {"FR_TVA", "|FR40303265045|"}, {"FR_TVA", "FR41303265045"}, {"ES_NIF", "|12345678Z|"}, {"ES_NIF", "12345678A"}, {"ES_NIE", "|X1234567L|"}, {"ES_NIE", "X1234567M"},
    {"ES_PASSPORT", "|ABC123456|"}, {"IT_FISCAL_CODE", "|RSSMRA85T10A562S|"}, {"IT_FISCAL_CODE", "RSSMRA85T10A562T"}, {"IT_FISCAL_CODE", "|RSS MRA 85T10 A562S|"}, {"IT_VAT_CODE", "|IT 00743110157|"}, {"IT_VAT_CODE", "00743110158"},
    {"IT_DRIVER_LICENSE", "|U1B12C345D|"}, {"IT_DRIVER_LICENSE", "U1A12C345D"}, {"IT_IDENTITY_CARD", "|CA12345AA|"}, {"IT_PASSPORT", "|YA1234567|"},
    {"PL_PESEL", "|44051401359|"}, {"PL_PESEL", "44051401358"}, {"PL_NIP", "|123-456-32-18|"}, {"PL_NIP", "123-456-32-19"}, {"PL_REGON", "|123456785|"}, {"PL_REGON", "123456786"}, {"PL_REGON", "|12345678512347|"},
    {"FI_PERSONAL_IDENTITY_CODE", "|131052-308T|"}, {"FI_PERSONAL_IDENTITY_CODE", "131052-308U"}, {"FI_PERSONAL_IDENTITY_CODE", "hetu|131052A308T|"}, {"SE_PERSONNUMMER", "|811228-9874|"}, {"SE_PERSONNUMMER", "811228-9875"},
    {"SE_PERSONNUMMER", "|19811228+9874|"}, {"SE_ORGANISATIONSNUMMER", "|556703-7485|"}, {"SE_ORGANISATIONSNUMMER", "556703-7486"},
    {"AU_ABN", "|51 824 753 556|"}, {"AU_ABN", "51 824 753 557"}, {"AU_ACN", "|004 085 616|"}, {"AU_ACN", "004 085 617"}, {"AU_TFN", "|123 456 782|"}, {"AU_TFN", "123456783"}, {"AU_MEDICARE", "|2123 45670 1|"}, {"AU_MEDICARE", "2123 45671 1"},
    {"IN_PAN", "|ABCPE1234F|"}, {"IN_PAN", "ABCPE123F"}, {"IN_AADHAAR", "|2341 2341 2346|"}, {"IN_AADHAAR", "2341 2341 2347"}, {"IN_GSTIN", "|27AAPFU0939F1ZV|"}, {"IN_GSTIN", "39AAPFU0939F1ZV"}, {"IN_VOTER", "|ABC1234567|"},
    {"IN_PASSPORT", "|A1234567|"}, {"IN_PASSPORT", "Q1234567"}, {"IN_VEHICLE_REGISTRATION", "|MH 12 AB 1234|"}, {"IN_VEHICLE_REGISTRATION", "XX12AB1234"}, {"IN_VEHICLE_REGISTRATION", "KA99ME3456"},
    {"SG_NRIC_FIN", "|S1234567D|"}, {"SG_NRIC_FIN", "S123456D"}, {"SG_UEN", "|53125226D|"}, {"SG_UEN", "53125226E"}, {"KR_RRN", "|900101-1234568|"}, {"KR_RRN", "901301-1234568"}, {"KR_FRN", "|900101-5234568|"}, {"KR_FRN", "900101-1234568"},
    {"KR_BRN", "|123-45-67891|"}, {"KR_BRN", "123-45-67890"}, {"KR_PASSPORT", "|M12345678|"}, {"KR_PASSPORT", "X12345678"}, {"KR_DRIVER_LICENSE", "|11-22-123456-12|"}, {"KR_DRIVER_LICENSE", "27-22-123456-12"},
    {"BR_CPF", "|529.982.247-25|"}, {"BR_CPF", "529.982.247-26"}, {"BR_CPF", "111.111.111-11"}, {"BR_CNPJ", "|11.222.333/0001-81|"}, {"BR_CNPJ", "11.222.333/0001-82"}, {"BR_CNPJ", "|12.ABC.345/01DE-35|"},
    {"ZA_ID_NUMBER", "|8001015009087|"}, {"ZA_ID_NUMBER", "8013015009087"}, {"TR_NATIONAL_ID", "|10000000146|"}, {"TR_NATIONAL_ID", "10000000147"}, {"TR_LICENSE_PLATE", "|34 AB 1234|"}, {"TR_LICENSE_PLATE", "82 AB 1234"},
    {"NG_NIN", "12345678901"}, {"NG_VEHICLE_REGISTRATION", "|ABC-123DE|"}, {"NG_VEHICLE_REGISTRATION", "ABC-1234DE"}, {"TH_TNIN", "|1-1001-00001-00-6|"}, {"TH_TNIN", "1-2801-00001-00-6"}, {"PH_TIN", "|000-123-456-000|"}, {"PH_TIN", "000-123-457-000"},
    // digits in disguise
    {"CREDIT_CARD", "|４１１１１１１１１１１１１１１１|"}, {"US_SSN", "|219\u201009\u20109998|"}, {"US_SSN", "|219\u200b09\u200b9998|"}, {"CREDIT_CARD", "|4111\u00a01111\u00a01111\u00a01111|"}, {"EMAIL_ADDRESS", "|a＠example.com|"},
    {"CREDIT_CARD", "|٤١١١١١١١١١١١١١١١|"}, {"EMAIL_ADDRESS", "|a@exam\u00adple.com|"},
};
// clang-format on

const pii::RuleScanner& alone(const std::string& entity) {
    static std::map<std::string, std::unique_ptr<pii::RuleScanner>> scanners;
    auto& scanner = scanners[entity];
    if (!scanner) {
        pii::Options options;
        options.entities = {entity};
        options.lenient = true;
        scanner = std::make_unique<pii::RuleScanner>(options);
    }
    return *scanner;
}

std::string marked(const std::string& text, const std::vector<guards::Found>& found) {
    std::string out;
    size_t at = 0;
    for (const auto& one : found) {
        out += text.substr(at, one.begin - at) + "|" + text.substr(one.begin, one.end - one.begin) + "|";
        at = one.end;
    }
    return out + text.substr(at);
}

}  // namespace

TEST_CASE("pii: what each recogniser takes, and what not") {
    for (const auto& asked : kAsked) {
        std::string text(asked.text);
        text.erase(std::remove(text.begin(), text.end(), '|'), text.end());
        INFO(asked.entity);
        CHECK(marked(text, guards::findAll(alone(asked.entity), text)) == asked.text);
    }
}

TEST_CASE("pii: every entity has a case") {
    for (const auto name : pii::RuleScanner::known()) {
        INFO(name);
        CHECK(std::any_of(std::begin(kAsked), std::end(kAsked),
                          [name](const Asked& asked) { return asked.entity == name; }));
    }
}
