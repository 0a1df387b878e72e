"""Where the readers are not sure, a person is offered what the field most likely holds; that never makes it sure."""

from __future__ import annotations

import pytest

from detainerdesk.intake.reading import proposed, vocabulary


@pytest.mark.parametrize(
    ("grammar", "read", "offered"),
    [
        ("text", "0. Oxenholme, SD00", "D. Oxenholme, SDDO"),
        ("text", "8, Harrowgate, AFOO", "B. Harrowgate, AFOD"),
        ("text", "). Marchbank, Officet", "J. Marchbank, Officer"),
        ("text", "L Fitzwarren, SDDO", "L. Fitzwarren, SDDO"),
        ("text", "OU! first offense", "OUI first offense"),
        ("text", "70 (magined Parkway, Conroe, TX 65265", "70 Imagined Parkway, Conroe, TX 65265"),
        ("text", "70 imagined Parkway, Broadview, (L. 91217.", "70 Imagined Parkway, Broadview, IL 91217"),
        ("text", "Enforcement and Removal) Operations, Bostan", "Enforcement and Removal Operations, Boston"),
        ("text", "ICF/ERO Burlington Sub- Office", "ICE/ERO Burlington Sub-Office"),
        ("text", "Houston Police Department. Station A-8", "Houston Police Department, Station A-8"),
        ("name", "MONTEIRO; Adilson", "MONTEIRO, Adilson"),
        ("name", "MACL.EOD-BYRNE, RAUI.", "MACLEOD-BYRNE, RAUL"),
        ("text", "Conroe, 1X", "Conroe, TX"),
        ("text", "9 Madeup Lanc, ICE Sub-office", "9 Madeup Lane, ICE Sub-Office"),
        ("text", "A. Quill, Deportation Ollicer", "A. Quill, Deportation Officer"),
        ("text", "617,555.0136", "617.555.0136"),
        ("name", "LN U, Layla", "LNU, Layla"),
        ("number", "9000626/1", "900062671"),
        ("event", "AT'L2010236472", "ATL2010236472"),
        ("date", "03,13/2024", "03/13/2024"),
        ("a_number", "A000-000 664", "A000-000-664"),
        ("phone", "(312) 555 0173", "(312) 555-0173"),
        ("phone", "781 555-0110", "781-555-0110"),
        ("phone", "781-555 0162", "781-555-0162"),
        ("phone", "781.555 0162", "781.555.0162"),
        ("date", "03102018", "03/10/2018"),
        ("text", "Watch Commander, Chicago PO", "Watch Commander, Chicago PD"),
        ("text", "48 Invented Avenue, Chicago, iL 22860", "48 Invented Avenue, Chicago, IL 22860"),
        ("text", "48. Invented Avenue, Houston, TX-57727", "48 Invented Avenue, Houston, TX 57727"),
        ("text", "Boston Police Depaitinent, Station 0-2", "Boston Police Department, Station D-2"),
        ("text", "Deriver House' of Correction, Station C-B", "Denver House of Correction, Station C-8"),
        ("text", "ICE ERO Houston'Field Office:", "ICE ERO Houston Field Office"),
        ("words", "S. 'Tidewater, tinmigration Enforcement Agent", "S. Tidewater, Immigration Enforcement Agent"),
        ("words", "ietnamese", "Vietnamese"),
        ("country", "GUATEMAL A", "GUATEMALA"),
        ("country", "Haitl", "Haiti"),
        ("text", "781-555 0164", "781-555-0164"),
        ("text", "(212)S55-0135", "(212)555-0135"),
        ("text", "08/26/2019.11:30 AM", "08/26/2019 11:30 AM"),
        ("name", "KIM, 'Yu", "KIM, Yu"),
        ("name", "REZAEl, Mohammed", "REZAEI, Mohammed"),
        ("words", "S. Tidewater, Detention.and Removal", "S. Tidewater, Detention and Removal"),
        ("date", "10907/16/2019", "07/16/2019"),
        ("text", "67 Madeup Road,.Atlanta, GA 91004", "67 Madeup Road, Atlanta, GA 91004"),
        ("text", "4 Nowhere Plaza, San.Francisco, CA 84327", "4 Nowhere Plaza, San Francisco, CA 84327"),
        ("text", "ICE/ERO Lumpkin.Sub-Office", "ICE/ERO Lumpkin Sub-Office"),
        ("text", "oul first offense", "OUI first offense"),
        ("text", "1859.Madeup Road, Lumpkin, GA 32164", "1859 Madeup Road, Lumpkin, GA 32164"),
        ("date", "2262020", "2/26/2020"),
        ("date", "1112020", "1112020"),  # January or November
        ("name", "INU, Layla", "LNU, Layla"),
        ("text", "ICE/ERO.Broadview Sub-Office", "ICE/ERO Broadview Sub-Office"),
        ("text", "DHS ICE. San Francisco", "DHS ICE, San Francisco"),
        ("name", "GARCíA MÁRQUEZ, Óscar Iván", "GARCÍA MÁRQUEZ, Óscar Iván"),
        ("name", "TRAN, QUOC HUY an", "TRAN, QUOC HUY"),
        ("text", "6/15/2025 .3:30 PM", "6/15/2025 3:30 PM"),
        ("text", "(415) 555-0163.", "(415) 555-0163"),
        ("text", "2510 Madeup Road, Broadyiew, IL 63194", "2510 Madeup Road, Broadview, IL 63194"),
    ],
)
def test_what_paper_does_to_print_is_undone(grammar: str, read: str, offered: str) -> None:
    assert proposed.value(grammar, read) == offered


@pytest.mark.parametrize(
    ("grammar", "right"),
    [
        ("text", "J. Marchbank, Deportation Officer"),
        ("text", "8 Nowhere Plaza, Conroe, TX 65265"),
        ("text", "Marshall County Sheriff's Office"),
        ("text", "18 U.S.C. § 922(g)(1), possession of a firearm by a felon"),
        ("text", "Precinct I (north), Portland, OR"),
        ("text", "Smith & Sons, Inc."),
        ("name", "ST. FLEUR, Jean-Robert"),
        ("name", "N'DIAYE, Fatou"),
        ("name", "MacLeod, Neil"),
        ("text", "clerk.of.court@example.gov"),
        ("a_number", "A000 000 664"),
        ("phone", "781 555 0162"),
        ("phone", "(781) 555-0162"),
        ("phone", "1 781-555-0162"),
        ("date", "03/11/2023"),
        ("name", "PEREZ, Ana jr"),
        ("number", "388308217"),
        ("country", "EL SALVADOR"),
        ("country", "Niger"),
        ("country", "STATELESS"),
        ("text", "J. Bolton, Captain"),
        ("text", "UNIT B"),
        ("text", "10/19/2023 8:30 PM"),
        ("text", "10 Post Road, Elgin, IL 60120"),
        ("text", "unlicensed operation"),
        ("text", "the Sheriffs' Office, Room 8-B"),
        ("text", "1 Post Road, Elgin, IL 60120"),
    ],
)
def test_what_is_right_stays_as_it_is(grammar: str, right: str) -> None:
    assert proposed.value(grammar, right) == right


def test_a_word_of_bad_print_is_only_made_one_that_it_alone_can_be() -> None:
    assert vocabulary.nearest("AFOO") == "AFOD"
    assert vocabulary.nearest("0O") == "0O"  # CO, DO, PO, PD?
    assert vocabulary.nearest("Harrison") == "Harrison"
