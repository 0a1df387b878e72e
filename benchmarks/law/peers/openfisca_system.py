"""OpenFisca's variables on `hold`: one for each fact, definition, void and rule of a case and its warrants.

A rule's formula has the date on which the law came into force. Moments are minutes of local time, since OpenFisca's own dates
have no hours; counted hours use numpy's business days, as its users do.
"""

# ruff: noqa: N801, N805

from __future__ import annotations

from json import loads
from pathlib import Path

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

HOLIDAYS = np.array(
    loads(Path(__file__).with_name("holidays-2024.json").read_text(encoding="utf-8"))["holidays"], dtype="datetime64[D]"
)
LIMIT = 48 * 60
NEVER = np.iinfo(np.int32).max

WarrantEntity = build_entity(key="warrant", plural="warrants", label="A warrant known for the person", is_person=True)
CaseEntity = build_entity(
    key="case",
    plural="cases",
    label="A person in custody and the request about that person",
    roles=[{"key": "known", "plural": "all_known", "label": "Warrants known", "doc": "Every warrant of the case"}],
)


class Kind(Enum):
    i_247a = "I-247A"
    i_247d = "I-247D"
    i_247n = "I-247N"
    i_247x = "I-247X"
    i_247g = "I-247G"
    i_247_old = "I-247_old"
    i_200_only = "I-200_only"
    i_205_only = "I-205_only"
    ncic_hit = "NCIC_hit"
    phone = "phone"
    email = "email"
    oral = "oral"
    subpoena = "subpoena"
    judicial_warrant_only = "judicial_warrant_only"
    none = "none"


class Ground(Enum):
    dropped = "dropped"
    acquitted = "acquitted"
    time_served = "time_served"
    bail_or_ror = "bail_or_ROR"
    diversion = "diversion"
    other = "other"
    none = "none"


class Proof(Enum):
    us_passport = "us_passport"
    tx_driver_licence = "tx_driver_licence"
    birth_certificate = "birth_certificate"
    green_card = "green_card"
    consular_id = "consular_id"
    oral_claim = "oral_claim"
    none = "none"


class Agreement(Enum):
    none = "none"
    requested = "requested"
    signed = "signed"
    refused_by_ice = "refused_by_ICE"


class Actor(Enum):
    police_officer = "police_officer"
    city_employee = "city_employee"
    doc_officer = "doc_officer"


class WarrantKind(Enum):
    administrative = "administrative"
    federal_criminal_arrest = "federal_criminal_arrest"
    federal_custody_for_immigration = "federal_custody_for_immigration"
    federal_indictment = "federal_indictment"
    state_criminal = "state_criminal"
    judicial_search = "judicial_search"


class Signer(Enum):
    immigration_officer = "immigration_officer"
    immigration_judge = "immigration_judge"
    magistrate_judge = "magistrate_judge"
    district_judge = "district_judge"
    state_judge = "state_judge"
    clerk_of_court = "clerk_of_court"
    none = "none"


# Facts of the case


class at(Variable):
    value_type = int
    entity = CaseEntity
    definition_period = DateUnit.DAY
    default_value = NEVER
    label = "The moment of decision"


class eligible_for_release_at(Variable):
    value_type = int
    entity = CaseEntity
    definition_period = DateUnit.DAY
    default_value = NEVER
    label = "The moment at which custody would otherwise end"


class served_copy_at(Variable):
    value_type = int
    entity = CaseEntity
    definition_period = DateUnit.DAY
    default_value = NEVER
    label = "The moment at which the person was given a copy of the request"


class form_date(Variable):
    value_type = int
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The date on the form, as days since 1970"


class actor(Variable):
    value_type = Enum
    possible_values = Actor
    default_value = Actor.police_officer
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "Who acts"


class request_kind(Variable):
    value_type = Enum
    possible_values = Kind
    default_value = Kind.none
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "What arrived"


class release_ground(Variable):
    value_type = Enum
    possible_values = Ground
    default_value = Ground.none
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "Why the person is free to go"


class citizenship_proof(Variable):
    value_type = Enum
    possible_values = Proof
    default_value = Proof.none
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "What the person showed"


class agreement_287g(Variable):
    value_type = Enum
    possible_values = Agreement
    default_value = Agreement.none
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The state of a 287(g) agreement"


class asks_hold(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The request asks to keep the person"


class issuer_authorised(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The sender is listed in 8 CFR 287.7(b)"


class states_probable_cause(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "A probable-cause box is ticked"


class resumes_custody(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "Box 2 of the I-247A is ticked"


class affidavit_shows_probable_cause(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "A sworn paper with it shows probable cause"


class withdrawn(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The sender has cancelled the request"


class issuing_office_chicago_area(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The request came from the area of the Chicago office"


class other_lawful_basis(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "There is another lawful ground to keep the person"


class under_federal_contract(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The person is held for the federal agency under a contract"


class proof_accepted(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The agency accepted the proof of citizenship"


class officer_certified(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The officer is certified under the 287(g) agreement"


class service_is_a_condition(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    default_value = True
    label = "Reading: service of a copy is a condition"


class lunn_covers_287g_officers(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    default_value = True
    label = "Reading: Lunn covers officers certified under 287(g)"


# Facts of a warrant


class warrant_kind(Variable):
    value_type = Enum
    possible_values = WarrantKind
    default_value = WarrantKind.administrative
    entity = WarrantEntity
    definition_period = DateUnit.DAY
    label = "What the warrant is"


class signed_by(Variable):
    value_type = Enum
    possible_values = Signer
    default_value = Signer.none
    entity = WarrantEntity
    definition_period = DateUnit.DAY
    label = "Who signed it"


class names_person(Variable):
    value_type = bool
    entity = WarrantEntity
    definition_period = DateUnit.DAY
    label = "It names or describes this person"


# Definitions


class judicial_criminal(Variable):
    value_type = bool
    entity = WarrantEntity
    definition_period = DateUnit.DAY
    label = "It is a criminal warrant from a court"
    reference = "Lunn v. Commonwealth, 477 Mass. 517 (2017); Fed. R. Crim. P. 4, 9"

    def formula(warrant, period):
        kind = warrant("warrant_kind", period)
        signer = warrant("signed_by", period)
        by_clerk = (kind == WarrantKind.federal_indictment) + (kind == WarrantKind.state_criminal)
        by_judge = by_clerk + (kind == WarrantKind.federal_criminal_arrest)
        judge = (signer == Signer.magistrate_judge) + (signer == Signer.district_judge) + (signer == Signer.state_judge)
        return by_judge * judge + by_clerk * (signer == Signer.clerk_of_court)


class judicial_for_custody(Variable):
    value_type = bool
    entity = WarrantEntity
    definition_period = DateUnit.DAY
    label = "It is a court's warrant that orders the person into custody"
    reference = "Fed. R. Crim. P. 4, 9"

    def formula(warrant, period):
        custody = warrant("warrant_kind", period) == WarrantKind.federal_custody_for_immigration
        signer = warrant("signed_by", period)
        federal_judge = (signer == Signer.magistrate_judge) + (signer == Signer.district_judge)
        return warrant("judicial_criminal", period) + custody * federal_judge


class criminal_court_paper(Variable):
    value_type = bool
    entity = WarrantEntity
    definition_period = DateUnit.DAY
    label = "It is a criminal court paper that names the person"

    def formula(warrant, period):
        kind = warrant("warrant_kind", period)
        criminal = (
            (kind == WarrantKind.federal_criminal_arrest)
            + (kind == WarrantKind.federal_custody_for_immigration)
            + (kind == WarrantKind.federal_indictment)
            + (kind == WarrantKind.state_criminal)
        )
        return criminal * warrant("names_person", period)


class has_civil_warrant(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "An administrative warrant is known"

    def formula(case, period):
        return case.any(case.members("warrant_kind", period) == WarrantKind.administrative)


class has_criminal_warrant(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "A criminal warrant from a court names the person"

    def formula(case, period):
        return case.any(case.members("judicial_criminal", period) * case.members("names_person", period))


class has_judicial_warrant(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "A judge's warrant orders the person into custody"

    def formula(case, period):
        return case.any(case.members("judicial_for_custody", period) * case.members("names_person", period))


class has_criminal_court_paper(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "A criminal court paper names the person"

    def formula(case, period):
        return case.any(case.members("criminal_court_paper", period))


class eligible_for_release(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The person is eligible for release"
    reference = "8 CFR 287.7(a), (d); Lunn v. Commonwealth, 477 Mass. 517 (2017)"

    def formula(case, period):
        return case("eligible_for_release_at", period) <= case("at", period)


class custody_has_otherwise_ended(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "Custody has otherwise ended"

    def formula(case, period):
        return case("eligible_for_release", period) * ~case("other_lawful_basis", period)


class eligible_for_release_in_boston(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The person is eligible for release under the Boston Trust Act"
    reference = "City of Boston Code, Ordinances, 11-1.9, definitions"

    def formula(case, period):
        stated = case("release_ground", period) != Ground.none
        return case("eligible_for_release", period) * (stated + ~case("other_lawful_basis", period))


class request_is_hold_form(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The request is on a form that asks for a hold"

    def formula(case, period):
        kind = case("request_kind", period)
        return (kind == Kind.i_247a) + (kind == Kind.i_247d) + (kind == Kind.i_247x) + (kind == Kind.i_247_old)


class request_is_i_200(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "What arrived is a Form I-200 or I-205 alone"

    def formula(case, period):
        kind = case("request_kind", period)
        return (kind == Kind.i_200_only) + (kind == Kind.i_205_only)


class request_is_notice_only(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "What arrived is I-247N or I-247G"

    def formula(case, period):
        kind = case("request_kind", period)
        return (kind == Kind.i_247n) + (kind == Kind.i_247g)


class hold_is_civil(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The hold would be for civil immigration enforcement"

    def formula(case, period):
        return (
            case("request_is_hold_form", period)
            + case("request_is_notice_only", period)
            + case("request_is_i_200", period)
            + (case("request_kind", period) == Kind.none)
            + case("asks_hold", period)
            + case("has_civil_warrant", period)
        )


class hold_rests_on_civil_warrant(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "A civil immigration warrant is given as a ground"

    def formula(case, period):
        return case("request_is_i_200", period) + case("has_civil_warrant", period)


class citizenship_shown(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The person showed a proof of citizenship that was accepted"

    def formula(case, period):
        proof = case("citizenship_proof", period)
        good = (proof == Proof.us_passport) + (proof == Proof.birth_certificate)
        return good * case("proof_accepted", period)


# Clocks


class minutes_elapsed(Variable):
    value_type = int
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "Minutes since custody would otherwise have ended"

    def formula(case, period):
        since = case("at", period) - case("eligible_for_release_at", period)
        return np.where(case("eligible_for_release", period), since, 0)


class minutes_counted(Variable):
    value_type = int
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The same without Saturdays, Sundays and holidays"

    def formula(case, period):
        now = case("at", period)
        start = np.minimum(case("eligible_for_release_at", period), now)
        first, last = (np.floor_divide(each, 1440).astype("datetime64[D]") for each in (start, now))
        whole = np.busday_count(first, last, holidays=HOLIDAYS) * 1440
        today = np.is_busday(last, holidays=HOLIDAYS) * (now % 1440)
        return whole + today - np.is_busday(first, holidays=HOLIDAYS) * (start % 1440)


class regulation_limit_expired(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The 48 hours of the regulation are over"
    reference = "8 CFR 287.7(d)"

    def formula_1997_04_01(case, period):
        return case("minutes_counted", period) >= LIMIT


class form_limit_expired(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The 48 hours of the form are over"
    reference = "Forms I-247, I-247D, I-247X, I-247A"

    def formula(case, period):
        old = case("request_kind", period) == Kind.i_247_old
        minutes = np.where(old, case("minutes_counted", period), case("minutes_elapsed", period))
        return case("request_is_hold_form", period) * (minutes >= LIMIT)


# Voids


class us_01(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "US-01"
    reference = "8 CFR 287.7(b)"

    def formula_1997_04_01(case, period):
        return ~case("issuer_authorised", period)


class us_08_form(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "US-08.form"
    reference = "Form I-247A, notice to the agency"

    def formula_2017_04_02(case, period):
        i_247a = case("request_kind", period) == Kind.i_247a
        return i_247a * case("service_is_a_condition", period) * (case("served_copy_at", period) == NEVER)


class us_10(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "US-10"
    reference = "U.S. Const. amend. IV; Morales v. Chadbourne, 793 F.3d 208 (1st Cir. 2015)"

    def formula(case, period):
        return (
            case("request_is_hold_form", period)
            * ~case("states_probable_cause", period)
            * ~case("resumes_custody", period)
            * ~case("affidavit_shows_probable_cause", period)
        )


class us_16(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "US-16"
    reference = "Forms I-247N, I-247G"

    def formula(case, period):
        return case("request_is_notice_only", period)


class us_17(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "US-17"
    reference = "Form I-247A, cancellation box"

    def formula(case, period):
        return case("withdrawn", period)


class us_29(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "US-29"
    reference = "Jimenez Moreno v. Napolitano, 213 F. Supp. 3d 999 (N.D. Ill. 2016)"

    def formula(case, period):
        kind = case("request_kind", period)
        earlier = (kind == Kind.i_247_old) + (kind == Kind.i_247d) + (kind == Kind.i_247x)
        in_time = case("form_date", period) <= np.datetime64("2016-09-30").astype(int)
        return earlier * case("issuing_office_chicago_area", period) * in_time


class voided(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "Federal law takes the force out of what lower layers require, permit or except"

    def formula(case, period):
        return (
            case("us_01", period)
            + case("us_08_form", period)
            + case("us_10", period)
            + case("us_16", period)
            + case("us_17", period)
            + case("us_29", period)
        )


# Rules


class ma_3_287g(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "MA-3.287g"
    reference = "Lunn v. Commonwealth, 477 Mass. 517, 532-537 (2017); 8 U.S.C. 1357(g)"

    def formula(case, period):
        return (
            (case("actor", period) == Actor.doc_officer)
            * (case("agreement_287g", period) == Agreement.signed)
            * case("officer_certified", period)
            * ~case("lunn_covers_287g_officers", period)
            * ~case("voided", period)
        )


class us_03(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "US-03"
    reference = "8 CFR 287.7(d); Forms I-247D, I-247X, I-247A"

    def formula_1997_04_01(case, period):
        expired = case("form_limit_expired", period) + case("regulation_limit_expired", period)
        return case("custody_has_otherwise_ended", period) * expired


class us_28(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "US-28"
    reference = "U.S. Const. amend. IV; Hernandez v. United States, 939 F.3d 191 (2d Cir. 2019)"

    def formula(case, period):
        return (
            case("custody_has_otherwise_ended", period)
            * case("citizenship_shown", period)
            * ~case("has_criminal_court_paper", period)
        )


class ma_1(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "MA-1"
    reference = "Lunn v. Commonwealth, 477 Mass. 517, 527-537 (2017)"

    def formula_2017_07_24(case, period):
        return (
            case("custody_has_otherwise_ended", period)
            * case("hold_is_civil", period)
            * ~case("request_is_i_200", period)
            * ~case("under_federal_contract", period)
            * ~case("has_judicial_warrant", period)
            * ~case("ma_3_287g", period)
        )


class ma_2(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "MA-2"
    reference = "Lunn v. Commonwealth, 477 Mass. 517 (2017), by inference"

    def formula_2017_07_24(case, period):
        return (
            case("custody_has_otherwise_ended", period)
            * case("hold_rests_on_civil_warrant", period)
            * ~case("under_federal_contract", period)
            * ~case("has_judicial_warrant", period)
            * ~case("ma_3_287g", period)
        )


class bos19_1(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "BOS19-1"
    reference = "City of Boston Code, Ordinances, 11-1.9"

    def formula_2019_12_19(case, period):
        who = case("actor", period)
        return (
            ((who == Actor.police_officer) + (who == Actor.city_employee))
            * case("eligible_for_release_in_boston", period)
            * ~case("other_lawful_basis", period)
            * case("hold_is_civil", period)
            * ~case("has_criminal_warrant", period)
        )


class hold_forbidden(Variable):
    value_type = bool
    entity = CaseEntity
    definition_period = DateUnit.DAY
    label = "The person must not be kept on a civil request"

    def formula(case, period):
        return (
            case("us_03", period)
            + case("us_28", period)
            + case("ma_1", period)
            + case("ma_2", period)
            + case("bos19_1", period)
        )


class HoldSystem(TaxBenefitSystem):
    """The law on `hold` that binds a Boston police officer."""

    def __init__(self) -> None:
        super().__init__([WarrantEntity, CaseEntity])
        for one in list(globals().values()):
            if isinstance(one, type) and issubclass(one, Variable) and one is not Variable:
                self.add_variable(one)
