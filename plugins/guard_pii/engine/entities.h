// The kinds of personal data that the rules know: name, default, and the words that speak for a kind.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pii {

enum class Kind : uint8_t {
    EmailAddress,
    PhoneNumber,
    PhMobileNumber,
    TrPhoneNumber,
    CreditCard,
    IbanCode,
    IpAddress,
    MacAddress,
    Url,
    DomainName,
    Crypto,
    DateTime,
    Age,
    ZipCode,
    UsSsn,
    UsItin,
    UsPassport,
    UsDriverLicense,
    UsBankNumber,
    AbaRoutingNumber,
    UsNpi,
    UsMbi,
    MedicalLicense,
    CaSin,
    UkNhs,
    UkNino,
    UkPostcode,
    UkPassport,
    UkDrivingLicence,
    UkVehicleRegistration,
    DeTaxId,
    DeTaxNumber,
    DeVatId,
    DeIdCard,
    DePassport,
    DeSocialSecurity,
    DeHealthInsurance,
    DeLanr,
    DeBsnr,
    DeFuehrerschein,
    DeHandelsregister,
    DeKfz,
    DePlz,
    FrNir,
    FrSiren,
    FrSiret,
    FrTva,
    EsNif,
    EsNie,
    EsPassport,
    ItFiscalCode,
    ItVatCode,
    ItDriverLicense,
    ItIdentityCard,
    ItPassport,
    PlPesel,
    PlNip,
    PlRegon,
    FiPersonalIdentityCode,
    SePersonnummer,
    SeOrganisationsnummer,
    AuAbn,
    AuAcn,
    AuTfn,
    AuMedicare,
    InPan,
    InAadhaar,
    InGstin,
    InVoter,
    InPassport,
    InVehicleRegistration,
    SgNricFin,
    SgUen,
    KrRrn,
    KrFrn,
    KrBrn,
    KrPassport,
    KrDriverLicense,
    BrCpf,
    BrCnpj,
    ZaIdNumber,
    TrNationalId,
    TrLicensePlate,
    NgNin,
    NgVehicleRegistration,
    ThTnin,
    PhTin,
    End,
};

inline constexpr size_t kKinds = static_cast<size_t>(Kind::End);
/// Kinds that a configuration may add: deny lists and patterns of its own.
inline constexpr size_t kOwnKindsMax = 64;
inline constexpr size_t kAllKindsMax = kKinds + kOwnKindsMax;
using KindSet = std::bitset<kAllKindsMax>;

struct EntityInfo {
    Kind kind;
    std::string_view name;
    bool by_default;           // looked for if the configuration names no entities
    std::string_view context;  // words of lower case in front of a value that speak for this kind
};

/// All of them, in the order of Kind.
std::span<const EntityInfo> entities();
inline const EntityInfo& info(Kind kind) { return entities()[static_cast<size_t>(kind)]; }
std::optional<Kind> kindOf(std::string_view name);

}  // namespace pii
