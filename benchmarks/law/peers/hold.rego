# The rules on keeping a person for civil immigration enforcement that bind a Boston police officer on 2024-06-01:
# federal law, Massachusetts law and the Boston Trust Act. The input is one case; `data` has the federal holidays
# and counsel's readings.
package detainer.hold

import rego.v1

facts := input.facts

at := time.parse_rfc3339_ns(input.at)

default outcome := "silent"

outcome := "forbidden" if count(bans) > 0

answer := {"outcome": outcome, "bans": bans, "voids": voids, "lifts": lifts}

# Definitions

hold_forms := {"I-247A", "I-247D", "I-247X", "I-247_old"}

detainer_forms := hold_forms | {"I-247N", "I-247G"}

i_200_forms := {"I-200_only", "I-205_only"}

released_grounds := {"dropped", "acquitted", "time_served", "bail_or_ROR", "diversion", "other"}

judges := {"magistrate_judge", "district_judge", "state_judge"}

criminal_kinds := {"federal_criminal_arrest", "federal_indictment", "state_criminal"}

eligible_at := time.parse_rfc3339_ns(facts["person.eligible_for_release_at"]) if {
	facts["person.eligible_for_release_at"] != "none"
}

eligible_for_release if eligible_at <= at

custody_has_otherwise_ended if {
	eligible_for_release
	not facts["custody.other_lawful_basis"]
}

eligible_in_boston if {
	eligible_for_release
	facts["person.release_ground"] in released_grounds
}

eligible_in_boston if custody_has_otherwise_ended

hold_is_civil if facts["request.kind"] in (detainer_forms | i_200_forms) | {"none"}

hold_is_civil if facts["request.asks_hold"]

hold_is_civil if civil_warrant

civil_warrant if {
	some warrant in facts.warrants
	warrant.kind == "administrative"
}

hold_rests_on_civil_warrant if facts["request.kind"] in i_200_forms

hold_rests_on_civil_warrant if civil_warrant

judicial_criminal(warrant) if {
	warrant.kind in criminal_kinds
	warrant.signed_by in judges
}

judicial_criminal(warrant) if {
	warrant.kind in {"federal_indictment", "state_criminal"}
	warrant.signed_by == "clerk_of_court"
}

judicial_for_custody(warrant) if judicial_criminal(warrant)

judicial_for_custody(warrant) if {
	warrant.kind == "federal_custody_for_immigration"
	warrant.signed_by in {"magistrate_judge", "district_judge"}
}

has_criminal_warrant if {
	some warrant in facts.warrants
	warrant.names_person
	judicial_criminal(warrant)
}

has_judicial_warrant if {
	some warrant in facts.warrants
	warrant.names_person
	judicial_for_custody(warrant)
}

has_criminal_court_paper if {
	some warrant in facts.warrants
	warrant.names_person
	warrant.kind in criminal_kinds | {"federal_custody_for_immigration"}
}

citizenship_shown if {
	facts["person.citizenship_proof"] in {"us_passport", "birth_certificate"}
	facts["person.proof_accepted"]
}

# Clocks. Two weeks always hold 48 counted hours.

zone := "America/New_York"

hour := 3600000000000

limit := 48 * hour

elapsed := at - eligible_at

day_off(moment) if time.weekday([moment, zone]) in {"Saturday", "Sunday"}

day_off(moment) if time.format([moment, zone, "2006-01-02"]) in data.holidays

midnight := (eligible_at - (clock[0] * hour)) - ((clock[1] * 60) + clock[2]) * 1000000000 if {
	clock := time.clock([eligible_at, zone])
}

counted := sum([overlap |
	some number in numbers.range(0, 13)
	from := time.add_date(midnight, 0, 0, number)
	not day_off(from)
	overlap := max([0, min([from + (24 * hour), at]) - max([from, eligible_at])])
])

form_limit_expired if {
	facts["request.kind"] in hold_forms - {"I-247_old"}
	elapsed >= limit
}

form_limit_expired if {
	facts["request.kind"] == "I-247_old"
	regulation_limit_expired
}

regulation_limit_expired if elapsed >= (14 * 24) * hour

regulation_limit_expired if {
	elapsed >= limit
	elapsed < (14 * 24) * hour
	counted >= limit
}

clock_expired if form_limit_expired

clock_expired if regulation_limit_expired

# Voids: what takes the force out of a requirement, a permission or an exception of a lower layer

voids contains "US-01" if not facts["request.issuer_authorised"]

voids contains "US-08.form" if {
	facts["request.kind"] == "I-247A"
	data.readings.service_is_a_condition == "condition"
	facts["person.served_copy_at"] == "none"
}

voids contains "US-10" if {
	facts["request.kind"] in hold_forms
	not facts["request.states_probable_cause"]
	not facts["request.resumes_custody"]
	not facts["request.affidavit_shows_probable_cause"]
}

voids contains "US-16" if facts["request.kind"] in {"I-247N", "I-247G"}

voids contains "US-17" if facts["request.withdrawn"]

voids contains "US-29" if {
	facts["request.kind"] in {"I-247_old", "I-247D", "I-247X"}
	facts["request.issuing_office_chicago_area"]
	facts["request.form_date"] <= "2016-09-30"
}

# Exceptions

lifts contains "MA-3.287g" if {
	input.actor == "doc_officer"
	facts["agreement.287g"] == "signed"
	facts["agreement.officer_certified"]
	data.readings.lunn_on_287g_officers == "not_covered"
	count(voids) == 0
}

# Bans

bans contains "US-03" if {
	custody_has_otherwise_ended
	clock_expired
}

bans contains "US-28" if {
	custody_has_otherwise_ended
	citizenship_shown
	not has_criminal_court_paper
}

bans contains "MA-1" if {
	custody_has_otherwise_ended
	hold_is_civil
	not facts["request.kind"] in i_200_forms
	not facts["custody.under_federal_contract"]
	not has_judicial_warrant
	not "MA-3.287g" in lifts
}

bans contains "MA-2" if {
	custody_has_otherwise_ended
	hold_rests_on_civil_warrant
	not facts["custody.under_federal_contract"]
	not has_judicial_warrant
	not "MA-3.287g" in lifts
}

bans contains "BOS19-1" if {
	input.actor in {"police_officer", "city_employee"}
	eligible_in_boston
	not facts["custody.other_lawful_basis"]
	hold_is_civil
	not has_criminal_warrant
}
