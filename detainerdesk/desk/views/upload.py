"""Upload of a paper at the desk: the bytes and their envelope go through intake's one door; reading comes later.

The page carries a key of its own, so that the same form sent twice is one delivery.
"""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from detainerdesk.desk.forms import LARGEST_MB, Upload
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import frame
from detainerdesk.intake.door import DeliveryKeyUsedTwice, Envelope, receive
from detainerdesk.intake.store import StoreError


@access("GET", "POST", sees="upload", writes="upload")
def upload(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    if request.method != "POST":
        return _page(request, Upload(initial={"delivery": secrets.token_hex(16)}))
    form = Upload(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    file = form.cleaned_data["paper"]
    envelope = Envelope(
        channel="upload",
        agency=officer.agency,
        station=officer.station,
        name=file.name,
        received_at=timezone.now(),
        delivery=f"upload {officer.pk} {form.cleaned_data['delivery']}",
        sender=officer.short_name,
    )
    try:
        receipt = receive(file.read(), envelope)
    except DeliveryKeyUsedTwice:
        form.add_error(
            "paper", "This form was sent before with another file. Open the upload page again, then choose the file."
        )
        return _page(request, form, status=409)
    except StoreError as error:
        form.add_error("paper", str(error))
        return _page(request, form, status=507)
    messages.info(request, f"Kept. Receipt {receipt.number}. It comes to the board when it has been read.")
    return redirect("upload")


def _page(request: HttpRequest, form: Upload, status: int = 200) -> HttpResponse:
    return render(request, "desk/upload.html", frame(request, form=form, largest=LARGEST_MB), status=status)
