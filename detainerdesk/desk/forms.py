"""The desk's forms: what a person may send, checked before any room is asked. An error says what, where and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest

from detainerdesk.desk import words
from detainerdesk.desk.facts import BookedFacts
from detainerdesk.desk.page.entry import EntryField, EntryKind
from detainerdesk.desk.page.receipts import numbers_in
from detainerdesk.intake import entry
from detainerdesk.intake.reading.match import NUMBER_WORDS

LARGEST_MB = 25
MONTH = "Month: write year-month, like 2026-11."


class SignIn(AuthenticationForm):
    """Name and password; wrong name and wrong password answer alike (security.md AUTH-3)."""

    error_messages = {
        "invalid_login": "Sign-in name and password do not match. Check both, then try again.",
        "inactive": "Sign-in name and password do not match. Check both, then try again.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Sign-in name"
        for field in self.fields.values():
            field.widget.attrs.update({"class": "usa-input"})


class Confirmed(forms.Form):
    """Something that is signed: whoever signs gives the password again (security.md AUTH-8)."""

    password = forms.CharField(
        label="Your password, again",
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "usa-input", "autocomplete": "current-password"}),
        error_messages={"required": "Password: give it again. What is signed counts as yours."},
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        given: str = self.cleaned_data["password"]
        name = self.request.user.get_username()
        if authenticate(self.request, username=name, password=given) != self.request.user:
            raise forms.ValidationError("Password: it does not match your sign-in name. Nothing was signed. Try again.")
        return given


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class Files(forms.FileField):
    """One file or several, each checked for itself."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(Files, self).clean(one, initial) for one in given or [None]]


class Upload(forms.Form):
    """Papers, each a file. An empty file is taken too: it is kept, and a person looks at it. `stations`: to choose from, where there is a choice."""

    paper = Files(
        label="Papers (PDF, TIFF, PNG, JPEG, mail, CSV list)",
        allow_empty_file=True,
        max_length=255,
        error_messages={
            "required": f"Paper: choose a file of {LARGEST_MB} MB at most. A larger one goes into the watched folder of the station.",
            "max_length": "Paper: the file name is too long. Rename the file to 255 characters at most, then send it again.",
        },
    )
    delivery = forms.RegexField(r"^[0-9a-f]{32}\Z", widget=forms.HiddenInput)

    def __init__(self, *args: Any, stations: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if stations:
            self.fields["station"] = station_field(stations)


class Station(forms.Form):
    """A station, where there is a choice."""

    def __init__(self, *args: Any, stations: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"] = station_field(stations)


def station_field(stations: Sequence[str], nothing: str = "choose one") -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=[("", nothing), *((one, one) for one in stations)],
        label="Station",
        widget=forms.Select(attrs={"class": "usa-input"}),
        error_messages={"required": "Station: choose the one that this is for.", "invalid_choice": NO_SUCH_STATION},
    )


class Entered(forms.Form):
    """What was told by telephone or by hand. What was typed stays in the form when it is sent back."""

    use_required_attribute = False  # what is missing is said in our words, by the page

    delivery = forms.RegexField(r"^[0-9a-f]{32}\Z", widget=forms.HiddenInput)
    there = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)
    told_by = forms.CharField(
        max_length=120,
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off"}),
        error_messages={"required": "Who told it: write a name or an office, so that somebody can be asked."},
    )
    told_at = forms.CharField(
        max_length=40,
        label="When",
        widget=forms.DateTimeInput(attrs={"class": "usa-input", "type": "datetime-local"}),
        error_messages={"required": "When: write the day and the time at which it was told."},
    )

    def __init__(
        self, *args: Any, kind: EntryKind, fields: Iterable[EntryField], stations: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.told = kind, tuple(fields)
        self.fields["told_by"].label = kind.who
        if stations:
            self.fields["station"] = station_field(stations)
        for one in self.told:
            self.fields[one.name] = _entry_field(one)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for one in self.told:
            said = data.get(one.name)
            if one.name in entry.DATES and said and entry.day_told(one.name, said) is None:
                self.add_error(one.name, f"{one.label}: {entry.how_to_write(one.name)}")
        return data

    def said(self) -> entry.Entry:
        """What was told and nothing else. Raises EntryError, which goes back to the form."""
        said = {one: self.cleaned_data[one.name] for one in self.told}
        told = {one.name: value == "yes" if one.tick else value for one, value in said.items() if value}
        return entry.Entry(self.kind.kind, told)


NO_SUCH_STATION = "Station: there is none of this name here. Choose one of the list."


def _entry_field(one: EntryField) -> forms.Field:
    if one.tick:
        choices = [("", "not told"), ("yes", "yes"), ("no", "no")]
        return forms.ChoiceField(
            choices=choices, required=False, label=one.label, widget=forms.Select(attrs={"class": "usa-input"})
        )
    return forms.CharField(
        max_length=entry.LONGEST,
        required=False,
        label=f"{one.label} ({one.hint})" if one.hint else one.label,
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": f"{one.label}: {entry.LONGEST} characters at most."},
    )


class NewKey(forms.Form):
    """A program that may bring papers in, and for which station."""

    name = forms.CharField(
        max_length=40,
        label="Name of the program (letters, digits, . _ -)",
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Name: write the program's, like jail-system.",
            "max_length": "Name: 40 letters at most.",
        },
    )

    def __init__(self, *args: Any, stations: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"] = station_field(stations, nothing="any station")
        self.fields["station"].required = False


class Month(forms.Form):
    """Whose numbers of which month; and those that the sender kept, to compare."""

    sender = forms.CharField(
        max_length=160,
        widget=forms.Select(attrs={"class": "usa-input"}),
        error_messages={"required": "Sender: choose whose list."},
    )
    month = forms.RegexField(
        r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])\Z",
        label="Month (year-month)",
        widget=forms.TextInput(attrs={"class": "usa-input", "type": "month"}),
        error_messages={"required": MONTH, "invalid": MONTH},
    )
    theirs = forms.CharField(
        max_length=60_000,
        required=False,
        label="The sender's own numbers, to compare (like 1-40, 42)",
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 3, "spellcheck": "false"}),
        error_messages={"max_length": "Numbers: 60,000 characters at most. Write a run of numbers as 1-400."},
    )

    def __init__(self, *args: Any, senders: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["sender"].widget
        assert isinstance(chosen, forms.Select)
        chosen.choices = [(one, one) for one in senders]

    def clean_theirs(self) -> frozenset[int]:
        try:
            return numbers_in(self.cleaned_data["theirs"])
        except ValueError as error:
            raise forms.ValidationError(f"Numbers: {error}") from error


class BookedPerson(forms.Form):
    """The person in custody as booking has them. All of it may be left out but one; nothing of citizenship or status is asked."""

    NUMBERS = ("booking_no", "file_no", "fbi_no", "state_id", "subject_id")

    name = forms.CharField(label="Name", max_length=160, required=False)
    birth_date = forms.CharField(label="Birth date", max_length=20, required=False)
    booked_on = forms.CharField(label="Booked on", max_length=20, required=False)

    def __init__(self, *args: Any, booked: BookedFacts | None = None, **kwargs: Any) -> None:
        before = booked or BookedFacts()
        kwargs["initial"] = {
            "name": before.name,
            "birth_date": _written(before.birth_date),
            "booked_on": _written(before.booked_on),
            **before.numbers,
        }
        super().__init__(*args, **kwargs)
        for kind in self.NUMBERS:
            words = NUMBER_WORDS[kind]
            self.fields[kind] = forms.CharField(label=words[0].upper() + words[1:], max_length=40, required=False)
        for field in self.fields.values():
            field.widget.attrs.update({"class": "usa-input", "autocomplete": "off", "spellcheck": "false"})

    def clean_birth_date(self) -> date | None:
        return self._day("birth_date", words.BIRTH_DATE, "dob")

    def clean_booked_on(self) -> date | None:
        return self._day("booked_on", "Booked on: write month/day/year, like 12/25/2026.")

    @property
    def facts(self) -> BookedFacts:
        """What was written, once it is checked."""
        said = self.cleaned_data
        numbers = {kind: said[kind] for kind in self.NUMBERS if said[kind]}
        return BookedFacts(said["name"], said["birth_date"], numbers, said["booked_on"])

    def _day(self, name: str, says: str, field: str = "") -> date | None:
        text: str = self.cleaned_data[name]
        day = entry.day_told(field, text) if text else None
        if text and day is None:
            raise forms.ValidationError(says)
        return day


def _written(day: date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else ""
