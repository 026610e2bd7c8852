// German registration marks: the district's letters, one or two letters, up to four digits, E (electric) or H
// (old). Source: FZV annex 1 and Wikipedia's list of the districts' letters.
#include <algorithm>
#include <string_view>

#include "chars.h"
#include "checks.h"
#include "recognisers.h"

namespace pii {
namespace {

// clang-format off
constexpr std::string_view kDistricts =
    " A AA AB ABG ABI AC AE AH AIB AIC AK ALF ALZ AM AN ANA ANG ANK AÖ AP APD ARN ART AS ASL ASZ AT AU AUR AW AZ AZE B BA "
    "BAD BAR BB BBG BBL BC BCH BED BER BF BGD BGL BH BI BID BIN BIR BIT BIW BK BKS BL BLB BLK BM BN BNA BO BÖ BOH BOR BOT "
    "BRA BRB BRG BRK BRL BRV BS BSB BSK BT BTF BÜD BUL BÜR BÜS BÜZ BZ BZA C CA CAS CB CE CHA CLP CLZ CO COC COE CR CUX CW D "
    "DA DAH DAN DAU DBR DD DE DEG DEL DGF DH DI DIL DIN DIZ DKB DL DLG DM DN DO DON DU DUD DÜW DW DZ E EA EB EBE EBN EBS ECK "
    "ED EE EF EG EH EI EIC EIL EIN EIS EL EM EMD EMS EN ER ERB ERH ERK ERZ ES ESB ESW EU EUT EW F FAL FB FD FDB FDS FEU FF FFB "
    "FG FH FI FKB FL FLÖ FN FO FOR FR FRG FRI FRW FS FT FTL FÜ FÜS FW FZ G GA GAN GAP GC GD GDB GE GEL GEM GEO GER GF GG GHA "
    "GHC GI GK GL GLA GM GMN GN GÖ GOA GOH GP GR GRA GRH GRI GRM GRS GRZ GS GT GTH GÜ GUB GUN GV GVM GW GZ H HA HAB HAL HAM HAS "
    "HB HBN HBS HC HCH HD HDH HDL HE HEB HEF HEI HER HET HF HG HGN HGW HH HHM HI HIG HIP HK HL HM HMÜ HN HO HOG HOH HOL HOM HOR "
    "HÖS HOT HP HR HRO HS HSK HST HU HUN HUS HV HVL HWI HX HY HZ IGB IK IL ILL IN IS IZ J JE JL JÜL K KA KAR KB KC KE KEH KEL KEM "
    "KF KG KH KI KIB KK KL KLE KLZ KM KN KO KÖN KÖT KÖZ KR KRU KS KT KU KÜN KUS KW KY KYF L LA LAN LAU LB LBS LBZ LC LD LDK LDS "
    "LEO LER LEV LF LG LH LI LIB LIF LIP LL LM LN LÖ LÖB LOS LP LR LRO LSA LSN LSZ LU LÜN LUP LWL M MA MAB MAI MAK MAL MB MC MD ME "
    "MED MEG MEI MEK MEL MER MET MG MGH MGN MH MHL MI MIL MK MKK ML MM MN MO MOD MOL MON MOS MQ MR MS MSE MSH MSP MST MTK MTL MÜ "
    "MÜB MÜR MVL MW MY MYK MZ MZG N NAB NAI NAU NB ND NDH NE NEA NEB NEC NEN NES NEW NF NH NI NK NL NM NMB NMS NÖ NOH NOL NOM NOR "
    "NP NR NRÜ NT NU NVP NW NWM NY NZ OA OAL OB OBB OBG OC OCH OD OE OF OG OH OHA ÖHR OHV OHZ OK OL OP OPR OS OSL OTW OVI OVL OVP "
    "OZ P PA PAF PAN PAR PB PCH PE PEG PF PI PIR PL PLÖ PM PN PR PRÜ PS PW PZ QFT QLB R RA RC RD RDG RE REG REH REI RG RH RI RID "
    "RIE RL RM RN RO ROD ROF ROK ROL ROS ROT ROW RP RPL RS RSL RT RU RÜD RÜG RV RW RZ S SAB SAD SAL SAN SAW SB SBG SBK SC SCZ SDH "
    "SDL SDT SE SEB SEE SEF SEL SFB SFT SG SGH SH SHA SHG SHK SHL SI SIG SIM SK SL SLE SLF SLK SLN SLS SLÜ SLZ SM SMÜ SN SO SOB SOG "
    "SOK SÖM SON SP SPB SPN SR SRB SRO ST STA STB STD STE STL STO SU SUL SÜW SW SWA SY SZ SZB TBB TDO TE TET TF TG THL THW TIR TO "
    "TÖL TP TR TS TT TÜ TUT UE UEM UER UFF UH UL UM UN USI V VAI VB VEC VER VG VIB VIE VIT VK VOH VR VS W WA WAF WAN WAR WAT WB WBS "
    "WDA WE WEL WEN WER WES WF WG WHV WI WIL WIS WIT WIZ WK WL WLG WM WMS WN WND WO WOB WOH WOL WOR WOS WR WRN WS WSF WST WSW WT "
    "WTL WTM WÜ WUG WÜM WUN WUR WW WZ WZL X Y Z ZE ZEL ZI ZP ZR ZS ZW ZZ ";
// clang-format on

bool sign(char c) { return c == ' ' || c == '-'; }

// Where the letters (A to Z in any case, and with `wide` Ä, Ö, Ü) that end at `end` begin.
size_t lettersBack(std::string_view text, size_t end, bool wide, int& count) {
    size_t i = end;
    for (count = 0; count < 4 && i > 0; ++count) {
        if (isLetter(text[i - 1])) {
            --i;
        } else if (wide && i > 1 && text[i - 2] == '\xC3' &&
                   (text[i - 1] == '\x84' || text[i - 1] == '\x96' || text[i - 1] == '\x9C')) {
            i -= 2;
        } else {
            break;
        }
    }
    return i;
}

}  // namespace

void findGermanPlate(Pass& pass, size_t begin, size_t end) {
    const auto text = pass.text;
    size_t digits = begin;  // the word may begin with the letters: "M-AB1234"
    while (digits < end && isLetter(text[digits])) ++digits;
    size_t i = digits;
    while (i < end && isDigit(text[i])) ++i;
    if (i == digits || i - digits > 4 || text[digits] == '0') return;
    if (i + 1 == end && (upper(text[i]) == 'E' || upper(text[i]) == 'H')) ++i;
    if (i != end || touchesRight(text, end)) return;
    const size_t letters_end = digits > 0 && sign(text[digits - 1]) ? digits - 1 : digits;
    int letters = 0;
    int district = 0;
    const size_t second = lettersBack(text, letters_end, false, letters);
    if (letters < 1 || letters > 2 || second == 0 || !sign(text[second - 1])) return;
    const size_t first = lettersBack(text, second - 1, true, district);
    if (district < 1 || district > 3 || touchesLeft(text, first)) return;
    const auto plate = text.substr(first, end - first);
    const bool lowers = std::any_of(plate.begin(), plate.end(), isLower);
    const bool known = !lowers && listed(kDistricts, text.substr(first, second - 1 - first));
    const bool usual = text[second - 1] == '-' && letters_end != digits;
    pass.add(Kind::DeKfz, first, end, known ? (usual ? 0.5F : 0.3F) : lowers ? 0.05F : 0.1F);
}

}  // namespace pii
