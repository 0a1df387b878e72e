"""Words that such papers often hold in their fields: titles, agencies, streets, states, the cities of ICE's offices. Comes in: a word
as a reader saw it. Goes out: whether it is one of them, or which one it must be. It decides between two readings of the same ink, and what a
person is offered; it knows no names of people."""

from __future__ import annotations

import difflib
from collections import defaultdict
from functools import cache, lru_cache

TITLES = """Acting Agent Agents Assistant Attorney Booking Captain Chief Clerk Commander Coordinator Corporal Customs Deputy Deportation
Detention Director District Duty Enforcement Field Immigration Judge Lieutenant Magistrate Marshal Officer Officers Patrol Removal
Resident Sergeant Sheriff Sheriff's Special Supervisor Supervisory Superintendent Warden Watch Sgt Lt Capt Supv
AFOD ASAC DFOD FOD IEA RAC SAC SDDO SDO DDO SIEA SDDOs"""
AGENCIES = """Administration Agency Border Bureau Center City Complex Correction Correctional Corrections Court County Department Division Facility
Federal Homeland House Intake Institution Jail Justice Metropolitan Municipal National Office Operations Parish Police Precinct Prison
Protection Records Regional Security Service Services State States Station Sub-Office United University
CBP DHS ERO HSI ICE PD USCIS"""
STREETS = """Avenue Boulevard Box Broadway Building Circle Drive East Floor Highway Lane North Parkway Place Plaza Road Room South Square Street
Suite Terrace Unit West Ave Blvd Rd St Ste NE NW SE SW PO"""
STATES = """AL AK AZ AR CA CO CT DE DC FL GA GU HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC
SD TN TX UT VT VA VI WA WV WI WY"""
CITIES = """Albany Albuquerque Anchorage Angeles Antonio Atlanta Bakersfield Baltimore Billings Birmingham Boise Boston Broadview Buffalo Burlington
Centennial Chantilly Charleston Charlotte Chicago Cincinnati Cleveland Columbia Columbus Conroe Dallas Denver Detroit Diego Elizabeth Fairfax
Florence Francisco Fresno Harlingen Hartford Helena Honolulu Houston Indianapolis Jacksonville Lake Laredo Louisville Lumpkin Manchester Memphis
Miami Milwaukee Miramar Nashville Newark Newburgh Norfolk Oakdale Omaha Orlando Orleans Pearsall Philadelphia Phoenix Pittsburgh Portland
Providence Reno Richmond Sacramento Salt Scarborough Seattle Spokane Stockton Tacoma Tampa Tucson Tulsa Washington Wichita Yakima York Yuma"""
OFFICES = """ATL BAL BOS BUF CHI DAL DEN DET ELP HOU LOS MIA NEW NOL NYC PHI PHO SEA SFR SLC SNA SND SPM WAS"""
LANGUAGES = """Albanian Amharic Arabic Armenian Bengali Cantonese Chinese Creole English Farsi French Georgian German Gujarati Haitian Hindi Hmong
Indonesian Italian Japanese Khmer Korean Kurdish Lao Mam Mandarin Mixtec Nepali Pashto Polish Portuguese Punjabi Romanian Russian Somali Spanish
Swahili Tagalog Tamil Thai Tigrinya Turkish Ukrainian Urdu Uzbek Vietnamese Wolof Yoruba"""
COUNTRIES = """Afghanistan, Albania, Algeria, Andorra, Angola, Antigua and Barbuda, Argentina, Armenia, Australia, Austria, Azerbaijan, Bahamas, Bahrain,
Bangladesh, Barbados, Belarus, Belgium, Belize, Benin, Bhutan, Bolivia, Bosnia and Herzegovina, Botswana, Brazil, Brunei, Bulgaria, Burkina Faso,
Burma, Burundi, Cambodia, Cameroon, Canada, Cape Verde, Central African Republic, Chad, Chile, China, Colombia, Comoros, Congo, Costa Rica,
Cote d'Ivoire, Croatia, Cuba, Cyprus, Czech Republic, Democratic Republic of the Congo, Denmark, Djibouti, Dominica, Dominican Republic, East Timor,
Ecuador, Egypt, El Salvador, Equatorial Guinea, Eritrea, Estonia, Eswatini, Ethiopia, Fiji, Finland, France, Gabon, Gambia, Georgia, Germany, Ghana,
Greece, Grenada, Guatemala, Guinea, Guinea-Bissau, Guyana, Haiti, Honduras, Hong Kong, Hungary, Iceland, India, Indonesia, Iran, Iraq, Ireland,
Israel, Italy, Ivory Coast, Jamaica, Japan, Jordan, Kazakhstan, Kenya, Kiribati, Korea, Kosovo, Kuwait, Kyrgyzstan, Laos, Latvia, Lebanon, Lesotho,
Liberia, Libya, Liechtenstein, Lithuania, Luxembourg, Macedonia, Madagascar, Malawi, Malaysia, Maldives, Mali, Malta, Marshall Islands, Mauritania,
Mauritius, Mexico, Micronesia, Moldova, Monaco, Mongolia, Montenegro, Morocco, Mozambique, Myanmar, Namibia, Nauru, Nepal, Netherlands, New Zealand,
Nicaragua, Niger, Nigeria, North Korea, North Macedonia, Norway, Oman, Pakistan, Palau, Panama, Papua New Guinea, Paraguay, Peru, Philippines,
Poland, Portugal, Qatar, Romania, Russia, Rwanda, Saint Kitts and Nevis, Saint Lucia, Saint Vincent and the Grenadines, Samoa, San Marino,
Sao Tome and Principe, Saudi Arabia, Senegal, Serbia, Seychelles, Sierra Leone, Singapore, Slovakia, Slovenia, Solomon Islands, Somalia,
South Africa, South Korea, South Sudan, Spain, Sri Lanka, Sudan, Suriname, Sweden, Switzerland, Syria, Taiwan, Tajikistan, Tanzania, Thailand, Togo,
Tonga, Trinidad and Tobago, Tunisia, Turkey, Turkmenistan, Tuvalu, Uganda, Ukraine, United Arab Emirates, United Kingdom, United States,
United States of America, USA, Uruguay, Uzbekistan, Vanuatu, Venezuela, Vietnam, Yemen, Zambia, Zimbabwe"""
STAMPS = "BY CERTIFIED CONFIDENTIAL COPY DRAFT DUPLICATE ENTERED FAXED FILED ORIGINAL RECEIVED RECORDS SCANNED TRUE UNIT URGENT VOID"
SMALL = "a and at by de first for from in of on or over the to under with without"

_COUNTRIES = frozenset(" ".join(COUNTRIES.upper().split()).split(", "))
_SMALL = frozenset(SMALL.split())
_WORDS = _SMALL.union(" ".join((TITLES, AGENCIES, STREETS, STATES, CITIES, LANGUAGES)).split())
_ALIKE = str.maketrans("0QGD1Tl!|()[]j85F", "OOOOIIIIIIIIIIBSE")  # letters and digits that bad paper makes alike

_CLOSE = {"ce", "ec", "oe", "eo", "ao", "oa", "il", "li", "tl", "lt", "fl", "lf"}


def is_small(word: str) -> bool:
    """Whether it is one of the small words between others, which alone is no value of any field."""
    return word.strip(".,;:") in _SMALL


def is_country(value: str) -> bool:
    """Whether it is the name of a country, as forms print it in English."""
    return value.upper() in _COUNTRIES


def is_office(code: str) -> bool:
    """Whether three letters are an ICE office's with which event numbers often begin."""
    return code in OFFICES.split()


def nearest_country(value: str) -> str:
    """The country that bad print most likely is (`LGYPT`, `GUATEMAL A`), in capitals where the print is; the words as they are, where none is near."""
    near = difflib.get_close_matches(value.upper(), _COUNTRIES, n=1, cutoff=0.7)
    if is_country(value) or not near:
        return value
    return near[0] if value.isupper() else near[0].title()


def is_stamp(value: str) -> bool:
    """Whether a value is the words of a stamp and no more."""
    words = {word.strip(".,;:'|()[]") for word in value.upper().split()} - {""}
    return bool(words) and words <= {*STAMPS.split()}


def without_stamp(value: str) -> str:
    """A value without the words of a stamp at its end; as it is where it is no more than them."""
    words = value.split()
    while words and is_stamp(words[-1]):
        words.pop()
    return " ".join(words) or value


def knows(word: str) -> bool:
    """Whether the word, without the marks around it, is one of them as it is written here. `ICE/ERO`: each of its parts."""
    parts = word.strip(".,;:()").split("/")
    return all(part in _WORDS for part in parts)


@lru_cache(maxsize=4096)
def nearest(word: str) -> str:
    """The one of them that a word of bad print must be (`SD00`, `Strect`, `Cornmander`); the word as it is, where there is none or more."""
    core = word.strip(".,;:")
    if core.isdigit() or not core or knows(core):  # 10 is no misread `ID`
        return word
    alike = _by_look()[_look(core)] if len(core) > 2 or not core.isalpha() else []  # `EL` is no misread `FL`
    if not alike and len(core) >= 4:
        alike = [known for known in _WORDS if may_be(core, known)]
    if not alike and len(core) >= 6:
        near = difflib.get_close_matches(core, _WORDS, n=1, cutoff=0.85 if len(core) < 9 else 0.75)
        alike = [known for known in near if _is_misspelled(core, known)]
    return word.replace(core, alike[0]) if len(alike) == 1 else word


def state(code: str) -> str:
    """The one state that two letters of bad print must be (`iL`); the letters as they are, where there is none or more."""
    alike = [known for known in STATES.split() if _look(known) == _look(code.replace("i", "I"))]
    return alike[0] if code not in STATES.split() and len(alike) == 1 else code


def is_other_case(word: str) -> bool:
    """Whether it is one of them but for capitals (`Sub-office`): a small letter may be the capital of the same shape."""
    core = word.strip(".,;:()")
    return not knows(word) and core.casefold() in _folded() and core != core.upper()


@cache
def _folded() -> frozenset[str]:
    return frozenset(known.casefold() for known in _WORDS if len(known) > 3)


@cache
def _by_look() -> defaultdict[str, list[str]]:
    looks: defaultdict[str, list[str]] = defaultdict(list)
    for known in _WORDS - _SMALL:
        looks[_look(known)].append(known)
    return looks


def _look(word: str) -> str:
    """A word as bad print shows it: all letters that are hard to tell apart made one."""
    for pair, like in (("rn", "m"), ("vv", "w"), ("ri", "n"), ("ll", "ff"), ("tt", "ff")):
        word = word.replace(pair, like)
    return word.translate(_ALIKE)


def may_be(one: str, two: str) -> bool:
    """Whether a word may be another but for one letter; in a short word only for one that is hard to tell (`Lanc`)."""
    apart = {a + b for a, b in zip(one, two, strict=False) if a != b}
    return len(one) == len(two) and len(apart) == 1 and (len(one) >= 7 or apart <= _CLOSE)


def _is_misspelled(one: str, two: str) -> bool:
    """Whether the one can be the other badly read: not where it only has an ending more or another mark (`Marshall`, `Sheriffs'`)."""
    bare, other = one.replace("'", ""), two.replace("'", "")
    small = one[0].islower() and one[0] == two[0].lower()  # `operation` is a word of its own
    return not (small or bare.startswith(other) or other.startswith(bare))
