// Names as Presidio's documentation has them. The words are those that people and forms write in front of
// such a number, in the language of its country and in English.
#include "entities.h"

#include <array>

namespace pii {
namespace {

// clang-format off
constexpr std::array<EntityInfo, kKinds> kEntities{{
{Kind::EmailAddress, "EMAIL_ADDRESS", true, ""},
{Kind::PhoneNumber, "PHONE_NUMBER", true,
 "phone phones telephone tel mobile mob cell cellphone call calls calling called fax telefax desk contact dial "
 "sms whatsapp telegram landline hotline message messages messaged ring reach answering voicemail pager "
 "telefon telefonnummer rufnummer handy handynummer mobil mobilnummer durchwahl festnetz anrufen teléfono telefono "
 "móvil movil celular cellulare téléphone portable tél mobiel telefoon puhelin matkapuhelin komórka "
 "telefone telemóvel gsm cep numaram ph"},
{Kind::PhMobileNumber, "PH_MOBILE_NUMBER", true,
 "mobile cell cellphone phone call text sms number contact globe smart viber numero"},
{Kind::TrPhoneNumber, "TR_PHONE_NUMBER", true, "telefon tel cep gsm numara numarası numaram phone mobile mobil ara iletişim"},
{Kind::CreditCard, "CREDIT_CARD", true,
 "credit card cards debit visa mastercard maestro amex american express diners discover jcb cc pan kreditkarte karte "
 "carte tarjeta carta kartennummer billed payment"},
{Kind::IbanCode, "IBAN_CODE", true, "iban bank account transfer konto kontonummer"},
{Kind::IpAddress, "IP_ADDRESS", true, "ip ipv4 ipv6 address host server gateway subnet"},
{Kind::MacAddress, "MAC_ADDRESS", true, "mac hardware ethernet physical wifi bssid"},
{Kind::Url, "URL", false, "url website web site link"},
{Kind::DomainName, "DOMAIN_NAME", false, "domain website web site host"},
{Kind::Crypto, "CRYPTO", true, "wallet btc bitcoin crypto address ethereum eth litecoin"},
{Kind::DateTime, "DATE_TIME", false,
 "date birth born birthday dob birthdate geburtsdatum geboren geb naissance née né nacimiento nacido nascita nato "
 "today on since until deceased died"},
{Kind::Age, "AGE", false, "age aged alter"},
{Kind::ZipCode, "ZIP_CODE", false, "zip zipcode postal postcode plz"},
{Kind::UsSsn, "US_SSN", true, "ssn ssns social security ss ssid"},
{Kind::UsItin, "US_ITIN", true, "itin taxpayer individual tax taxid irs tin"},
{Kind::UsPassport, "US_PASSPORT", true, "passport passports travel us usa united states"},
{Kind::UsDriverLicense, "US_DRIVER_LICENSE", true,
 "driver drivers driver's driving license licence permit lic dl dls dln cdl identification dmv"},
{Kind::UsBankNumber, "US_BANK_NUMBER", true, "account acct bank checking savings check debit save deposit"},
{Kind::AbaRoutingNumber, "ABA_ROUTING_NUMBER", true, "aba routing abarouting rtn bankrouting association bank transit wire"},
{Kind::UsNpi, "US_NPI", true, "npi provider prescriber physician doctor nppes practitioner healthcare"},
{Kind::UsMbi, "US_MBI", true, "mbi medicare beneficiary cms hic hicn"},
{Kind::MedicalLicense, "MEDICAL_LICENSE", true, "dea medical certificate prescriber practitioner license controlled registration"},
{Kind::CaSin, "CA_SIN", true, "sin social insurance nas assurance sociale canada canadian"},
{Kind::UkNhs, "UK_NHS", true, "nhs national health services patient"},
{Kind::UkNino, "UK_NINO", true, "national insurance ni nino nin"},
{Kind::UkPostcode, "UK_POSTCODE", true, "postcode postcodes postal post zip address live lives london"},
{Kind::UkPassport, "UK_PASSPORT", true, "passport passports travel british uk hmpo"},
{Kind::UkDrivingLicence, "UK_DRIVING_LICENCE", true, "driving licence license driver dvla"},
{Kind::UkVehicleRegistration, "UK_VEHICLE_REGISTRATION", true,
 "vehicle vehicles registration reg plate plates vrn vrm car number dvla mot v5c"},
{Kind::DeTaxId, "DE_TAX_ID", true,
 "steuer-id steuerid steuer identifikationsnummer steueridentifikationsnummer idnr id-nr tin tax tax-id taxid"},
{Kind::DeTaxNumber, "DE_TAX_NUMBER", true,
 "steuernummer steuernr steuer-nr st.-nr stnr st-nr nr finanzamt steuer tax"},
{Kind::DeVatId, "DE_VAT_ID", true, "ust ust-id ust-idnr ustidnr ustid umsatzsteuer vat mwst"},
{Kind::DeIdCard, "DE_ID_CARD", true,
 "personalausweis personalausweisnummer ausweis ausweisnummer ausweisnr perso id card identity npa"},
{Kind::DePassport, "DE_PASSPORT", true, "reisepass reisepassnummer reisepassnr pass passnummer pass-nr passnr passport"},
{Kind::DeSocialSecurity, "DE_SOCIAL_SECURITY", true,
 "rvnr vsnr sozialversicherungsnummer sozialversicherung rentenversicherungsnummer rentenversicherung sv-nummer "
 "versicherungsnummer sv-nr svnr sozialversicherungsausweis"},
{Kind::DeHealthInsurance, "DE_HEALTH_INSURANCE", true,
 "kvnr krankenkasse krankenversicherung krankenversichertennummer krankenversicherungsnummer versichertennummer egk "
 "egk-nummer gesundheitskarte versicherten-nr"},
{Kind::DeLanr, "DE_LANR", true, "lanr arztnummer arzt arzt-nr vertragsarzt"},
{Kind::DeBsnr, "DE_BSNR", true, "bsnr betriebsstättennummer betriebsstätte praxis betriebsstaettennummer"},
{Kind::DeFuehrerschein, "DE_FUEHRERSCHEIN", true,
 "führerschein führerscheinnummer führerscheinnr fuehrerschein fahrerlaubnis fahrerlaubnisnummer driving licence license"},
{Kind::DeHandelsregister, "DE_HANDELSREGISTER", true,
 "handelsregister handelsregisternummer amtsgericht registergericht registernummer ag hrb hra eingetragen"},
{Kind::DeKfz, "DE_KFZ", true,
 "kennzeichen kfz kfz-kennzeichen autokennzeichen nummernschild fahrzeug auto plate amtliches"},
{Kind::DePlz, "DE_PLZ", true, "plz postleitzahl anschrift wohnort adresse"},
{Kind::FrNir, "FR_NIR", true, "nir insee sécurité securite sociale sécu secu ssn social"},
{Kind::FrSiren, "FR_SIREN", true, "siren rcs entreprise société immatriculation"},
{Kind::FrSiret, "FR_SIRET", true, "siret siren établissement etablissement entreprise"},
{Kind::FrTva, "FR_TVA", true, "tva intracommunautaire vat"},
{Kind::EsNif, "ES_NIF", true, "nif dni documento identidad identificación identificacion"},
{Kind::EsNie, "ES_NIE", true, "nie extranjero extranjeros identificación identificacion número numero"},
{Kind::EsPassport, "ES_PASSPORT", true, "pasaporte pasaportes passport viaje"},
{Kind::ItFiscalCode, "IT_FISCAL_CODE", true, "codice fiscale cf fiscal"},
{Kind::ItVatCode, "IT_VAT_CODE", true, "partita iva piva p.iva vat"},
{Kind::ItDriverLicense, "IT_DRIVER_LICENSE", true, "patente guida licenza license licence driver driving"},
{Kind::ItIdentityCard, "IT_IDENTITY_CARD", true, "carta identità identita cie ci elettronica documento identity card"},
{Kind::ItPassport, "IT_PASSPORT", true, "passaporto viaggio viaggiare documento passport"},
{Kind::PlPesel, "PL_PESEL", true, "pesel ewidencyjny identyfikacyjny"},
{Kind::PlNip, "PL_NIP", true, "nip podatnika vat"},
{Kind::PlRegon, "PL_REGON", true, "regon statystyczny"},
{Kind::FiPersonalIdentityCode, "FI_PERSONAL_IDENTITY_CODE", true, "hetu henkilötunnus personbeteckning henkilotunnus identity"},
{Kind::SePersonnummer, "SE_PERSONNUMMER", true, "personnummer pnr personnr samordningsnummer svenskt id-nummer"},
{Kind::SeOrganisationsnummer, "SE_ORGANISATIONSNUMMER", true, "organisationsnummer orgnr org.nr organisation företag organization"},
{Kind::AuAbn, "AU_ABN", true, "abn australian business"},
{Kind::AuAcn, "AU_ACN", true, "acn australian company"},
{Kind::AuTfn, "AU_TFN", true, "tfn tax file"},
{Kind::AuMedicare, "AU_MEDICARE", true, "medicare"},
{Kind::InPan, "IN_PAN", true, "pan permanent income tax"},
{Kind::InAadhaar, "IN_AADHAAR", true, "aadhaar aadhar uidai uid adhar"},
{Kind::InGstin, "IN_GSTIN", true, "gstin gst"},
{Kind::InVoter, "IN_VOTER", true, "voter vote epic elector election"},
{Kind::InPassport, "IN_PASSPORT", true, "passport passports indian travel"},
{Kind::InVehicleRegistration, "IN_VEHICLE_REGISTRATION", true,
 "vehicle registration rto plate car bike bike's scooter truck rc reg number"},
{Kind::SgNricFin, "SG_NRIC_FIN", true, "nric fin singapore"},
{Kind::SgUen, "SG_UEN", true, "uen entity business registration acra"},
{Kind::KrRrn, "KR_RRN", true, "rrn resident 주민등록번호 주민번호 주민"},
{Kind::KrFrn, "KR_FRN", true, "frn foreigner alien arc 외국인등록번호 외국인"},
{Kind::KrBrn, "KR_BRN", true, "brn business 사업자등록번호 사업자번호 사업자"},
{Kind::KrPassport, "KR_PASSPORT", true, "passport korean 여권 여권번호 travel"},
{Kind::KrDriverLicense, "KR_DRIVER_LICENSE", true, "driver driver's driving license licence 운전면허 면허 운전면허번호 면허번호"},
{Kind::BrCpf, "BR_CPF", true, "cpf cadastro contribuinte"},
{Kind::BrCnpj, "BR_CNPJ", true, "cnpj empresa"},
{Kind::ZaIdNumber, "ZA_ID_NUMBER", true, "south african rsa sa id-nommer identity resident refugee"},
{Kind::TrNationalId, "TR_NATIONAL_ID", true, "tc t.c kimlik tckn vatandaşlık turkish mernis"},
{Kind::TrLicensePlate, "TR_LICENSE_PLATE", true, "plaka plakası plakasi araç arac plate license"},
{Kind::NgNin, "NG_NIN", true, "nin nimc nigerian nigeria"},
{Kind::NgVehicleRegistration, "NG_VEHICLE_REGISTRATION", true, "plate vehicle registration car nigeria nigerian frsc number"},
{Kind::ThTnin, "TH_TNIN", true,
 "thai tnin เลขประจำตัวประชาชน เลขบัตรประชาชน บัตรประชาชน รหัสปชช"},
{Kind::PhTin, "PH_TIN", true, "tin bir taxpayer tax"},
}};
// clang-format on

}  // namespace

std::span<const EntityInfo> entities() { return kEntities; }

std::optional<Kind> kindOf(std::string_view name) {
    for (const auto& entity : kEntities)
        if (entity.name == name) return entity.kind;
    return std::nullopt;
}

}  // namespace pii
