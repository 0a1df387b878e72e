"""Every address of the desk. docs/access.md says which role may do what at each; a test walks that table, and fails on an address it lacks.

Nothing personal stands in an address: a request has its number, a paper the SHA-256 of its bytes.
"""

from __future__ import annotations

from django.urls import path

from detainerdesk.desk.views import api
from detainerdesk.desk.views.api_keys import api_keys
from detainerdesk.desk.views.board import board, board_data, find
from detainerdesk.desk.views.channels import channels
from detainerdesk.desk.views.cover import cover
from detainerdesk.desk.views.csp_report import csp_report
from detainerdesk.desk.views.entry import entry
from detainerdesk.desk.views.errors import server_error
from detainerdesk.desk.views.field import field, field_crop, fields
from detainerdesk.desk.views.keys import keys
from detainerdesk.desk.views.law import law, reading
from detainerdesk.desk.views.original import not_there, original
from detainerdesk.desk.views.picture import picture
from detainerdesk.desk.views.receipts import receipts, receipts_of_month, turn_receipts
from detainerdesk.desk.views.record import answer, booked_person, booking, record
from detainerdesk.desk.views.request import print_sheet, request, request_data, why
from detainerdesk.desk.views.sign_in import home, sign_in, sign_out
from detainerdesk.desk.views.status import status
from detainerdesk.desk.views.take_out import take_out
from detainerdesk.desk.views.template import drawn_template, request_template, template, templates
from detainerdesk.desk.views.upload import upload
from detainerdesk.desk.views.waiting import (
    being_read,
    lay_out,
    settle,
    waiting,
    waiting_crop,
    waiting_field,
    waiting_original,
    waiting_picture,
)

urlpatterns = [
    path("", home, name="home"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("csp-report", csp_report, name="csp-report"),
    path("keys", keys, name="keys"),
    path("board", board, name="board"),
    path("board.json", board_data, name="board-data"),
    path("board/find", find, name="find"),
    path("law", law, name="law"),
    path("law/readings/<str:reading>", reading, name="reading"),
    path("upload", upload, name="upload"),
    path("entry", entry, name="entry"),
    path("cover-sheet", cover, name="cover"),
    path("channels", channels, name="channels"),
    path("receipts", receipts, name="receipts"),
    path("receipts/turn", turn_receipts, name="receipts-turn"),
    path("receipts/month", receipts_of_month, name="receipts-month"),
    path("api-keys", api_keys, name="api-keys"),
    path("status", status, name="status"),
    path("api/papers", api.papers, name="api-papers"),
    path("api/entries", api.entries, name="api-entries"),
    path("api/receipts/<str:number>", api.receipt, name="api-receipt"),
    path("waiting/<str:document>", waiting, name="waiting"),
    path("waiting/<str:document>/matters/<int:matter>", waiting, name="waiting-matter"),
    path("waiting/<str:document>/pages/<int:page>.png", waiting_picture, name="waiting-picture"),
    path("waiting/<str:document>/original", waiting_original, name="waiting-original"),
    path("waiting/<str:document>/papers/<int:paper>/<slug:name>", waiting_field, name="waiting-field"),
    path("waiting/<str:document>/papers/<int:paper>/<slug:name>/crop.png", waiting_crop, name="waiting-crop"),
    path("waiting/<str:document>/lay-out", lay_out, name="waiting-lay-out"),
    path("waiting/<str:document>/being-read", being_read, name="waiting-being-read"),
    path("waiting/<str:document>/template", template, name="waiting-template"),
    path("waiting/<str:document>/settle", settle, name="waiting-settle"),
    path("templates", templates, name="templates"),
    path("templates/<str:template>", drawn_template, name="template"),
    path("requests/<str:number>", request, name="request"),
    path("requests/<str:number>/data.json", request_data, name="request-data"),
    path("requests/<str:number>/answer", answer, name="answer"),
    path("requests/<str:number>/record", record, name="record"),
    path("requests/<str:number>/booking", booking, name="booking"),
    path("requests/<str:number>/booking/person", booked_person, name="booked-person"),
    path("requests/<str:number>/take-out/<str:document>", take_out, name="take-out"),
    path("requests/<str:number>/template/<str:document>", request_template, name="request-template"),
    path("requests/<str:number>/why", why, name="why"),
    path("requests/<str:number>/print", print_sheet, name="print"),
    path("requests/<str:number>/papers", fields, name="fields"),
    path("requests/<str:number>/papers/<int:paper>/<slug:name>", field, name="field"),
    path("requests/<str:number>/papers/<int:paper>/<slug:name>/crop.png", field_crop, name="field-crop"),
    path("requests/<str:number>/pages/<str:document>/<int:page>.png", picture, name="picture"),
    path("requests/<str:number>/originals/<str:document>", original, name="original"),
]

handler404 = not_there
handler500 = server_error
