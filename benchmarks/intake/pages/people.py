"""Fictional people, offices and numbers, drawn from a seeded chance. Nobody here exists: file numbers begin with A000 000,
telephones are 555-01xx. Goes out: plain strings as an officer would type them."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass
from random import Random

# (family names, given names, countries): how a name is built says more about reading it than how frequent it is.
_ORIGINS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        (
            "GARCÍA MÁRQUEZ",
            "DE LA CRUZ",
            "PEÑA ORTIZ",
            "MUÑOZ-IBÁÑEZ",
            "ZÚÑIGA",
            "AGÜERO PAZ",
            "VELÁSQUEZ",
            "CHÁVEZ LUNA",
        ),
        ("José Ángel", "María de los Ángeles", "Íñigo", "Raúl", "Begoña", "Óscar Iván", "Yesenia", "Wilmer"),
        ("MEXICO", "GUATEMALA", "HONDURAS", "EL SALVADOR", "COLOMBIA", "DOMINICAN REPUBLIC"),
    ),
    (
        ("NGUYỄN", "TRẦN", "PHẠM", "HUỲNH", "VÕ", "ĐẶNG"),
        ("Thị Mỹ Duyên", "Văn Đức", "Hữu Phước", "Quốc Khánh", "Thuỳ Dương"),
        ("VIETNAM",),
    ),
    (
        ("NGUYEN", "TRAN", "PHAM", "HUYNH", "VO", "DANG"),
        ("Thi Hoa", "Van Duc", "Minh Chau", "Quoc Huy"),
        ("VIETNAM",),
    ),
    (
        ("PIERRE-LOUIS", "JEAN-BAPTISTE", "TOUSSAINT", "ST. FLEUR", "DÉSIR", "ANTOINE"),
        ("Jean Ricardo", "Marie Carmel", "Wilner", "Guerda", "Jean-Robert", "Évelyne"),
        ("HAITI",),
    ),
    (
        ("DA SILVA", "DOS SANTOS", "GONÇALVES", "MONTEIRO", "ARAÚJO", "TAVARES"),
        ("João Pedro", "Conceição", "Adilson", "Luís Miguel", "Simão"),
        ("BRAZIL", "CAPE VERDE", "PORTUGAL"),
    ),
    (
        ("WARSAME", "ABDI HASSAN", "TEKLE", "OKAFOR-UDEH", "N'DIAYE", "MENSAH"),
        ("Abdirahman Yusuf", "Hodan", "Selam", "Chidi", "Fatou", "Kwabena"),
        ("SOMALIA", "ETHIOPIA", "NIGERIA", "SENEGAL", "GHANA"),
    ),
    (
        ("AL-HADDAD", "BIN YAHYA", "EL MASRY", "REZAEI", "SINGH"),
        ("Omar", "Layla", "Mohammed Amin", "Shirin", "Gurpreet"),
        ("YEMEN", "JORDAN", "EGYPT", "IRAN", "INDIA"),
    ),
    (
        ("O'CONNELL", "MACLEOD-BYRNE", "KOWALCZYK", "SZABÓ", "IVANOVA", "MCALLISTER"),
        ("Siobhan", "Piotr", "Ilona", "Zsófia", "Ekaterina", "Angus"),
        ("IRELAND", "UNITED KINGDOM", "POLAND", "HUNGARY", "RUSSIA"),
    ),
    (
        ("CHEN", "LI", "WONG", "KIM", "IGLESIA-TAN"),
        ("Xiaoming", "Yu", "Ka Yan", "Min-jun", "Rosalinda"),
        ("CHINA", "SOUTH KOREA", "PHILIPPINES"),
    ),
)
_SINGLE = ("FNU", "LNU")

_OFFICERS = (
    "B. Harrowgate",
    "P. Quillfeather",
    "D. Oxenholme",
    "J. Marchbank",
    "S. Tidewater",
    "K. Vandermolen",
    "L. Fitzwarren",
)
_TITLES = {  # that may issue each paper: 8 CFR 287.7(b), 287.5(e)(2), 241.2(a)(1)
    "detainer": ("Deportation Officer", "Immigration Enforcement Agent", "Deportation Officer", "SDDO", "AFOD"),
    "arrest": ("SDDO", "Supervisory Detention and Deportation Officer", "AFOD", "Assistant Field Office Director"),
    "removal": ("Field Office Director", "Deputy Field Office Director", "Assistant Field Office Director", "AFOD"),
}
_MAY_NOT = ("Mission Support Specialist", "Detention Services Coordinator")
_JUDGES = ("Hon. A. Thornquist", "Hon. R. Bellweather", "M. Castellane", "Hon. T. Underhay")
_CLERKS = ("G. Penhallow", "C. Whitlock-Rae", "N. Drummore")
_TOWNS = (
    ("BOS", "Boston", "Burlington", "MA"),
    ("NYC", "New York", "Newburgh", "NY"),
    ("CHI", "Chicago", "Broadview", "IL"),
    ("HOU", "Houston", "Conroe", "TX"),
    ("SFR", "San Francisco", "Stockton", "CA"),
    ("DEN", "Denver", "Centennial", "CO"),
    ("ATL", "Atlanta", "Lumpkin", "GA"),
)
_AGENCIES = (
    "{0} Police Department, Station {1}",
    "{0} County Sheriff's Office",
    "Records Unit, {0} City Jail",
    "{0} Metropolitan Detention Center",
    "Watch Commander, {0} PD",
    "{0} House of Correction, Intake",
)
_STREETS = ("Invented Avenue", "Pretend Street", "Madeup Road", "Nowhere Plaza", "Imagined Parkway", "Storybook Lane")
_OFFENSES = (
    "18 U.S.C. § 1343, wire fraud",
    "8 U.S.C. § 1326(a), reentry of a removed alien",
    "21 U.S.C. § 841(a)(1), distribution of fentanyl",
    "18 U.S.C. § 922(g)(1), possession of a firearm by a felon",
    "18 U.S.C. § 1028A, aggravated identity theft",
)
_CHARGES = (
    "OUI first offense",
    "assault and battery",
    "larceny over $1,200",
    "shoplifting",
    "disorderly conduct",
    "unlicensed operation",
)
_LANGUAGES = ("Spanish", "Portuguese", "Vietnamese", "Haitian Creole", "English", "French", "Somali", "Punjabi")


@dataclass(frozen=True)
class Person:
    name: str  # as a federal form writes it: SURNAME, Given
    plain: str  # as a court writes it: GIVEN SURNAME
    citizenship: str
    sex: str
    born: datetime.date


@dataclass(frozen=True)
class Office:
    code: str
    city: str
    state: str
    name: str
    address: str


def person(chance: Random) -> Person:
    """Anybody. Three names of four stand without their marks, because federal systems mostly drop them."""
    families, givens, countries = chance.choice(_ORIGINS)
    family, given = chance.choice(families), chance.choice(givens)
    if chance.random() < 0.06:
        family, given = (family, "FNU") if chance.random() < 0.6 else ("LNU", given)
    if chance.random() < 0.75:
        family, given = bare(family), bare(given)
    style = chance.random()
    name = f"{family}, {given}" if style < 0.7 else f"{family}, {given.upper()}"
    if style > 0.92:
        name = f"{given.upper()} {family}"
    born = datetime.date(1946, 1, 1) + datetime.timedelta(days=chance.randrange(22500))
    return Person(name, f"{given.upper()} {family}", chance.choice(countries), chance.choice("MMMF"), born)


def bare(text: str) -> str:
    """The letters without their marks."""
    apart = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def office(chance: Random) -> Office:
    code, city, near, state = chance.choice(_TOWNS)
    name = chance.choice(
        (
            f"ICE ERO {city} Field Office",
            f"ICE/ERO {near} Sub-Office",
            f"DHS ICE, {city}",
            f"Enforcement and Removal Operations, {city}",
        )
    )
    return Office(code, city, state, name, address(chance, near, state))


def agency(chance: Random, at: Office) -> tuple[str, str]:
    """A jail or police department near an office, and its address."""
    words = chance.choice(_AGENCIES).format(at.city, f"{chance.choice('ABCDE')}-{chance.randint(1, 14)}")
    return words, address(chance, at.city, at.state)


def address(chance: Random, city: str, state: str) -> str:
    return f"{chance.randint(1, 4999)} {chance.choice(_STREETS)}, {city}, {state} {chance.randint(10000, 99499)}"


def officer(chance: Random, paper: str = "detainer") -> tuple[str, str]:
    """A name and a title that may issue this paper: detainer, arrest, removal."""
    return chance.choice(_OFFICERS), chance.choice(_TITLES[paper])


def clerical(chance: Random) -> tuple[str, str]:
    """A name and a title that no regulation names."""
    return chance.choice(_OFFICERS), chance.choice(_MAY_NOT)


def judge(chance: Random) -> str:
    title = chance.choice(("U.S. Magistrate Judge", "United States Magistrate Judge", "U.S. District Judge"))
    return f"{chance.choice(_JUDGES)}, {title}"


def clerk(chance: Random) -> str:
    return f"{chance.choice(_CLERKS)}, {chance.choice(('Clerk of Court', 'Deputy Clerk', 'Clerk'))}"


def offense(chance: Random) -> str:
    return chance.choice(_OFFENSES)


def charge(chance: Random) -> str:
    return chance.choice(_CHARGES)


def language(chance: Random) -> str:
    return chance.choice(_LANGUAGES)


def place(chance: Random) -> str:
    _, city, near, state = chance.choice(_TOWNS)
    return f"{chance.choice((city, near))}, {state}"


def day(chance: Random, first: datetime.date, last: datetime.date) -> datetime.date:
    return first + datetime.timedelta(days=chance.randrange((last - first).days + 1))


def date(chance: Random, when: datetime.date) -> str:
    """Always month/day/year, with or without leading noughts."""
    if chance.random() < 0.85:
        return f"{when:%m/%d/%Y}"
    return f"{when.month}/{when.day}/{when.year}"


def subject_id(chance: Random) -> str:
    return (
        f"9000{chance.randrange(10**5):05d}"
        if chance.random() < 0.5
        else f"{chance.randint(31, 39)}{chance.randrange(10**7):07d}"
    )


def event_number(chance: Random, code: str, when: datetime.date) -> str:
    return f"{code}{when:%y%m}{chance.randrange(10**6):06d}"


def file_number(chance: Random) -> str:
    """A-numbers as they are typed: apart, hyphened, together, without the A, of eight digits."""
    last = f"{chance.randrange(1, 1000):03d}"
    return chance.choice(
        (
            f"A000 000 {last}",
            f"A000-000-{last}",
            f"A000000{last}",
            f"A 000 000 {last}",
            f"000-000-{last}",
            f"A00000{last}",
        )
    )


def telephone(chance: Random) -> str:
    area, last = chance.choice(("617", "781", "212", "312", "713", "415", "303")), f"01{chance.randrange(100):02d}"
    return chance.choice((f"({area}) 555-{last}", f"{area}-555-{last}", f"({area})555-{last}", f"{area}.555.{last}"))


def booking_number(chance: Random) -> str:
    return chance.choice(
        (
            f"{chance.randint(20, 26)}-{chance.randrange(10**5):05d}",
            f"{chance.randrange(10**7):07d}",
            f"B{chance.randrange(10**6):06d}",
        )
    )


def case_number(chance: Random, kind: str) -> str:
    return f"{chance.randint(1, 5)}:{chance.randint(23, 26)}-{kind}-{chance.randrange(100, 99999):05d}"
