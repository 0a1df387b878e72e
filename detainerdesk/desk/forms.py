"""The desk's forms: what a person may send, checked before any room is asked. An error says what, where and what to do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest

LARGEST_MB = 25


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


class Upload(forms.Form):
    """One paper. An empty file is taken too: it is kept, and a person looks at it."""

    paper = forms.FileField(
        label="Paper (PDF, TIFF, PNG, JPEG)",
        allow_empty_file=True,
        max_length=255,
        error_messages={
            "required": f"Paper: choose a file of {LARGEST_MB} MB at most. A larger one goes into the watched folder of the station.",
            "max_length": "Paper: the file name is too long. Rename the file to 255 characters at most, then send it again.",
        },
    )
    delivery = forms.RegexField(r"^[0-9a-f]{32}\Z", widget=forms.HiddenInput)


class Correction(forms.Form):
    """A person looked at one field: right as read, or corrected. What was typed stays in the form when it is sent back."""

    TEXT = (("right", "Right as read"), ("shown", "Correct it to:"), ("empty", "Empty on the paper"))
    TICK = (("right", "Right as read"), ("ticked", "Ticked"), ("not ticked", "Not ticked"))
    EITHER = (("unreadable", "Can't be read"), ("page missing", "Page is missing"))

    state = forms.ChoiceField(error_messages={"required": "Choose what the paper shows, then save."})
    value = forms.CharField(max_length=400, required=False, strip=True)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, tick: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = (*(self.TICK if tick else self.TEXT), *self.EITHER)
        choice = self.fields["state"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = self.choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("state") == "shown" and not data.get("value"):
            self.add_error("value", "Correct it to: write what the paper shows, or choose “Empty on the paper”.")
        return data
