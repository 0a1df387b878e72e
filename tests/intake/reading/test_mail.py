"""Which papers lie in a mail. All of them or none, in their order, told from their content, within the limits of security.md IN-1; whatever a hostile
mail does, the parent lives and a person is told. Mails and people are fictional."""

from __future__ import annotations

import base64
import io
import json
import random
import time
import zipfile
from collections.abc import Callable
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, SMTPUTF8
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from detainerdesk.intake import door
from detainerdesk.intake.reading import mail
from detainerdesk.intake.reading.child import Limits, open_mail_in_child
from detainerdesk.intake.reading.fields import Unreadable
from detainerdesk.intake.reading.mail import CannotOpen, Mail, MailOverLimit, Part

MIB = 1024 * 1024
PDF = b"%PDF-1.7\nfictional page\n%%EOF\n"
TIFF = b"II*\x00fictional fax"
ERO = "ERO <fax@ero.example>"


def opened(data: bytes) -> Mail:
    """As the child and the parent do it, with the answer as the text that goes between them."""
    return mail.taken_out(data, json.loads(json.dumps(mail.find(data))))


def letter(text: str = "See what is attached.", subject: str = "Fax") -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"], made["Subject"], made["Message-ID"] = ERO, subject, "<1@ero.example>"
    made.set_content(text)
    return made


def with_papers(*papers: bytes, subtype: str = "pdf") -> EmailMessage:
    made = letter()
    for number, paper in enumerate(papers, 1):
        made.add_attachment(paper, maintype="application", subtype=subtype, filename=f"fax {number}.pdf")
    return made


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), 255).save(out, kind)
    return out.getvalue()


def raw(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def multipart(*parts: bytes, boundary: bytes = b"b", kind: bytes = b"mixed") -> bytes:
    between = b"\r\n--" + boundary + b"\r\n"
    return (
        b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n'
        + between + between.join(parts) + b"\r\n--" + boundary + b"--\r\n"
    )  # fmt: skip


def part(content: bytes, *header: str) -> bytes:
    head = "".join(f"{line}\r\n" for line in header or ("Content-Type: application/pdf",))
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(content).replace(
        b"\n", b"\r\n"
    )


# ---- which papers -------------------------------------------------------------------------------------------------


def test_a_mail_says_who_sent_it_and_gives_its_paper() -> None:
    got = opened(with_papers(PDF).as_bytes())
    assert (got.message_id, got.sent_by, got.subject) == ("<1@ero.example>", ERO, "Fax")
    assert got.parts == (Part("fax 1.pdf", "application/pdf", PDF),)


def test_several_faxes_in_one_mail_are_several_parts_in_their_order() -> None:
    papers = [PDF + bytes([number]) for number in range(9)]
    assert [one.data for one in opened(with_papers(*papers).as_bytes()).parts] == papers


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (TIFF, "image/tiff"),
        (picture(1728, 2200), "image/png"),
        (picture(1728, 2200, "JPEG"), "image/jpeg"),
        (b"MZ\x90\x00 a program", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("said", ["application/octet-stream", "image/gif", "application/x-unheard-of", "nonsense"])
def test_in_4_the_type_of_a_part_is_what_its_bytes_are(content: bytes, kind: str, said: str) -> None:
    got = opened(multipart(part(content, f"Content-Type: {said}", "Content-Disposition: attachment; filename=a.txt")))
    assert got.parts == (Part("a.txt", kind, content),)


def test_a_mail_that_is_itself_the_fax_without_parts() -> None:
    head = "From: fax@ero.example\r\nMIME-Version: 1.0\r\nContent-Type: image/tiff; name=fax.tif\r\n"
    got = opened(head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(TIFF))
    assert got.parts == (Part("fax.tif", "image/tiff", TIFF),)


def test_a_mail_in_a_mail_is_opened_where_it_lies() -> None:
    outer = with_papers(PDF + b"1")
    outer.add_attachment(with_papers(PDF + b"2", PDF + b"3"))
    outer.add_attachment(PDF + b"4", maintype="application", subtype="pdf")
    got = opened(outer.as_bytes())
    assert [one.data[-1:] for one in got.parts] == [b"1", b"2", b"3", b"4"]
    assert got.subject == "Fax"


@pytest.mark.parametrize("filename", ["forwarded.eml", "forwarded"])
def test_a_mail_that_is_attached_as_a_file_is_opened_too(filename: str) -> None:
    inner = with_papers(PDF + b"2", PDF + b"3").as_bytes()
    outer = with_papers(PDF + b"1")
    outer.add_attachment(inner, maintype="application", subtype="octet-stream", filename=filename)
    outermost = letter()
    outermost.add_attachment(outer.as_bytes(), maintype="application", subtype="octet-stream", filename="all.eml")
    assert [one.data[-1:] for one in opened(outermost.as_bytes()).parts] == [b"1", b"2", b"3"]


def test_in_1_an_archive_or_winmail_dat_is_kept_as_it_is_and_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("detainer.pdf", PDF)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the archive was opened"))
    tnef = b"\x78\x9f\x3e\x22 a fax is wrapped in here"
    got = opened(with_papers(out.getvalue(), tnef, PDF).as_bytes())
    assert [one.type for one in got.parts] == ["application/zip", "application/ms-tnef", "application/pdf"]
    assert got.parts[0].data == out.getvalue()


def test_the_text_is_a_part_only_where_nothing_is_attached() -> None:
    assert [one.type for one in opened(with_papers(PDF).as_bytes()).parts] == ["application/pdf"]
    alone = letter("Please hold this person. FICTIONAL")
    alone.add_alternative("<p>Please hold this person. FICTIONAL</p>", subtype="html")
    plain, html = opened(alone.as_bytes()).parts
    assert (plain.name, plain.type, plain.data.strip()) == (
        "text of the mail",
        "text/plain",
        b"Please hold this person. FICTIONAL",
    )
    assert html.type == "text/html"


def test_a_text_that_is_attached_as_a_file_is_a_part() -> None:
    made = letter()
    made.add_attachment("a list of names, FICTIONAL", filename="list.txt")
    (one,) = opened(made.as_bytes()).parts
    assert one.name == "list.txt"


def test_a_mail_with_nothing_in_it_has_no_part() -> None:
    assert opened(b"From: fax@ero.example\r\nSubject: empty\r\n\r\n").parts == ()
    assert opened(b"").parts == ()


@pytest.mark.parametrize(
    ("size", "is_page"),
    [((1728, 1078), True), ((1700, 2200), True), ((850, 1100), True), ((500, 700), True),
     ((499, 2000), False), ((600, 120), False), ((32, 32), False), ((1, 1), False)],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_a_picture_in_the_text_is_a_part_if_it_can_be_a_page_and_else_it_is_said_to_be_left_out(
    size: tuple[int, int], is_page: bool, kind: str
) -> None:
    made = letter()
    made.add_alternative('<p>see <img src="cid:a"></p>', subtype="html")
    html = made.get_payload()[1]
    assert isinstance(html, MIMEPart)
    html.add_related(picture(*size, kind), maintype="image", subtype=kind.lower(), cid="<a>")
    made.make_mixed()
    made.add_attachment(PDF, maintype="application", subtype="pdf")
    got = opened(made.as_bytes())
    assert len(got.parts) == 1 + is_page
    assert len(got.notes) == 1 - is_page
    if not is_page:
        assert f"{size[0]} x {size[1]} dots" in got.notes[0]


def test_a_small_picture_is_kept_where_it_was_attached_or_is_all_there_is() -> None:
    attached = letter()
    attached.add_attachment(picture(300, 100), maintype="image", subtype="png", filename="stamp.png")
    assert [one.type for one in opened(attached.as_bytes()).parts] == ["image/png"]
    alone = multipart(part(picture(300, 100), "Content-Type: image/png"))
    assert [one.type for one in opened(alone).parts] == ["image/png"]


def test_the_signature_of_a_signed_mail_is_no_paper() -> None:
    signature = part(b"\x30\x82 proof", 'Content-Type: application/pkcs7-signature; name="smime.p7s"')
    got = opened(multipart(part(PDF), signature, kind=b"signed"))
    assert [one.type for one in got.parts] == ["application/pdf"]


def test_an_encrypted_mail_is_a_part_that_waits() -> None:
    got = opened(
        b"From: a@ero.example\r\n" + part(b"\x30\x82 sealed", "Content-Type: application/pkcs7-mime; name=smime.p7m")
    )
    assert [one.name for one in got.parts] == ["smime.p7m"]


def test_what_servers_say_of_the_sender_is_shown_as_they_say_it() -> None:
    data = (
        b"Authentication-Results: mx.example;\r\n spf=pass\r\nReceived-SPF: fail (x)\r\n" + with_papers(PDF).as_bytes()
    )
    assert opened(data).checks == ("Authentication-Results: mx.example; spf=pass", "Received-SPF: fail (x)")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="fax.pdf"', "fax.pdf"),
        ("attachment; filename*=utf-8''Delacroix%20%C3%B2.pdf", "Delacroix ò.pdf"),
        ("attachment; filename*0=\"a long \"; filename*1=\"name.pdf\"", "a long name.pdf"),
        ('attachment; filename="=?utf-8?q?Delacroix_=C3=B2=2Epdf?="', "Delacroix ò.pdf"),
        ('attachment; filename="../../secret/evil.pdf"', "evil.pdf"),
        ('attachment; filename="C:\\\\fax\\\\one.pdf"', "one.pdf"),
        ('attachment; filename="Delacroix ò.pdf"', "Delacroix ò.pdf"),
        ('attachment; filename="a\u202efdp.exe"', "a fdp.exe"),
        ("attachment; filename*=unheard-of''%FF.pdf", "ÿ.pdf"),
        ("attachment", "attachment 1"),
        ('attachment; filename="=?unheard-of?q?=FF?="', "=?unheard-of?q?=FF?="),
    ],
)  # fmt: skip
def test_in_4_a_parts_name_is_understood_and_cleaned(header: str, name: str) -> None:
    (one,) = opened(multipart(part(PDF, "Content-Type: application/pdf", f"Content-Disposition: {header}"))).parts
    assert one.name == name


# ---- as sloppy mail programs write --------------------------------------------------------------------------------


def test_lines_that_end_with_lf_alone_are_understood() -> None:
    assert (
        opened(with_papers(PDF, TIFF).as_bytes().replace(b"\r\n", b"\n")).parts
        == opened(with_papers(PDF, TIFF).as_bytes()).parts
    )


def test_a_missing_last_delimiter_is_understood() -> None:
    data = multipart(part(PDF), part(TIFF)).removesuffix(b"\r\n--b--\r\n")
    assert [one.data for one in opened(data).parts] == [PDF, TIFF]


def test_a_delimiter_that_begins_as_another_is_told_apart() -> None:
    inner = multipart(part(PDF + b"1"), part(PDF + b"2"), boundary=b"bb")
    data = multipart(inner, part(PDF + b"3"), boundary=b"b")
    assert [one.data[-1:] for one in opened(data).parts] == [b"1", b"2", b"3"]
    assert [
        one.data[-1:]
        for one in opened(multipart(multipart(part(PDF + b"1"), boundary=b"b"), part(PDF + b"3"), boundary=b"b-")).parts
    ] == [b"1", b"3"]


def test_an_outer_delimiter_ends_an_inner_multipart_that_was_not_closed() -> None:
    inner = multipart(part(PDF + b"1"), boundary=b"inner").removesuffix(b"\r\n--inner--\r\n")
    assert [one.data[-1:] for one in opened(multipart(inner, part(PDF + b"2"), boundary=b"outer")).parts] == [
        b"1",
        b"2",
    ]


def test_a_part_without_a_header_is_text_and_one_without_a_body_is_empty() -> None:
    got = opened(multipart(b"\r\nhello", b"Content-Type: text/plain"))
    assert [one.data for one in got.parts] == [b"hello"]


def test_quoted_printable_and_bare_binary_are_understood() -> None:
    quoted = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n%PDF-1.7=0Aa=\r\nb"
    binary = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n%PDF-1.7\x00\xff"
    assert [one.data for one in opened(multipart(quoted, binary)).parts] == [b"%PDF-1.7\nab", b"%PDF-1.7\x00\xff"]


def test_a_mbox_line_before_the_header_does_no_harm() -> None:
    assert opened(b"From fax@ero.example Tue Mar  3 06:52:05 2026\n" + with_papers(PDF).as_bytes()).parts[0].data == PDF


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "8bit"])),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([b"\r\n", b"\n"]),
    st.booleans(),
)
def test_what_the_standard_library_packs_comes_out_again(
    papers: list[tuple[bytes, str]], line_end: bytes, nested: bool
) -> None:
    made = letter()
    for content, encoding in papers:
        if encoding != "base64":
            content = content.replace(b"\r", b"").replace(b"\n", b"") or b"x"
        made.add_attachment(
            PDF + content, maintype="application", subtype="pdf", cte="base64" if encoding == "8bit" else encoding
        )
    if nested:
        outer = letter()
        outer.add_attachment(made)
        made = outer
    data = made.as_bytes(policy=SMTPUTF8.clone(linesep=line_end.decode()))
    walked = [one.get_payload(decode=True) for one in made.walk() if one.get_content_type() == "application/pdf"]
    assert [one.data for one in opened(data).parts] == walked


# ---- limits -------------------------------------------------------------------------------------------------------


def test_in_1_the_values_for_mails_are_those_of_the_rule() -> None:
    assert mail.LARGEST_MAIL == door.LARGEST_MESSAGE == 50 * MIB
    assert mail.LARGEST_PART == door.LARGEST_FILE == 25 * MIB
    assert (mail.MOST_PARTS, mail.DEEPEST, mail.LONGEST_HEADER) == (100, 10, 64 * 1024)


def test_in_1_a_mail_of_50_megabytes_is_opened_and_one_byte_more_is_not(tmp_path: Path) -> None:
    data = with_papers(PDF + bytes(18 * MIB), PDF + bytes(18 * MIB)).as_bytes()
    data += b"x" * (50 * MIB - len(data))
    place = tmp_path / "mail"
    place.write_bytes(data)
    got = open_mail_in_child(place)
    assert isinstance(got, Mail)
    assert [len(one.data) for one in got.parts] == [len(PDF) + 18 * MIB] * 2
    place.write_bytes(data + b"x")
    over = open_mail_in_child(place)
    assert isinstance(over, Unreadable)
    assert "more than 50 MB" in over.says


def test_in_1_100_parts_are_opened_and_one_more_is_not() -> None:
    assert len(opened(multipart(*[part(PDF)] * 99)).parts) == 99, "the mail itself is the first"
    with pytest.raises(MailOverLimit, match="more than 100 parts"):
        opened(multipart(*[part(PDF)] * 100))


def nested(depth: int, way: str) -> bytes:
    data = part(PDF)
    for number in range(depth):
        if way == "multipart":
            data = multipart(data, boundary=f"b{number}b".encode())
        elif way == "mail":
            data = b"Content-Type: message/rfc822\r\n\r\n" + data
        else:
            data = part(b"From: a@ero.example\r\nTo: b@ero.example\r\n" + data, "Content-Type: message/rfc822")
    return data


@pytest.mark.parametrize("way", ["multipart", "mail", "mail in base64"])
def test_in_1_ten_deep_is_opened_and_eleven_is_not(way: str) -> None:
    assert [one.data for one in opened(nested(10, way)).parts] == [PDF]
    with pytest.raises(MailOverLimit, match="more than 10 deep"):
        opened(nested(11, way))


def test_in_1_a_header_of_64_kilobytes_is_read_and_more_is_not() -> None:
    def headed(size: int) -> bytes:
        head = b"From: fax@ero.example\r\n" + b"X-Filler: " + b"x" * 70 + b"\r\n"
        return (head * (size // len(head) + 1))[: size - 2] + b"\r\n\r\n" + PDF

    opened(headed(64 * 1024 - 200))
    for data in (headed(64 * 1024 + 200), b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n" + PDF, b"X: " + b"x" * 20 * MIB):
        with pytest.raises(MailOverLimit, match="more than 64 KB"):
            opened(data)


def test_in_1_a_part_of_25_megabytes_is_taken_and_one_byte_more_is_not() -> None:
    assert len(opened(multipart(part(bytes(25 * MIB)))).parts[0].data) == 25 * MIB
    with pytest.raises(MailOverLimit, match="attachment 2 has more than 25 MB"):
        opened(multipart(part(PDF), part(bytes(25 * MIB + 1))))


def test_in_2_a_mail_over_a_limit_says_so_and_gives_nothing_of_itself(tmp_path: Path) -> None:
    place = tmp_path / "mail"
    place.write_bytes(multipart(part(PDF), nested(11, "multipart"), boundary=b"outermost"))
    got = open_mail_in_child(place)
    assert isinstance(got, Unreadable)
    assert got.says.startswith("This mail is over a limit")
    assert "kept whole, and nothing in it was read" in got.says


# ---- damage -------------------------------------------------------------------------------------------------------

GOOD = base64.encodebytes(PDF * 10)
DAMAGED = {
    "cut off in base64": GOOD[:-4],
    "a letter that does not belong": GOOD.replace(b"\n", b"\x00\n", 1),
    "a lost letter": GOOD[:10] + GOOD[11:],
    "more behind the end": base64.encodebytes(b"%PDF-1.7 ").strip() + b"==" + GOOD,
    "too many signs at the end": GOOD.rstrip() + b"====",
}


@pytest.mark.parametrize("how", DAMAGED)
def test_in_2_one_damaged_attachment_and_the_whole_mail_goes_to_a_person(how: str) -> None:
    broken = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + DAMAGED[how]
    with pytest.raises(CannotOpen, match=r"damaged: its attachment 2 .*ask the sender to send it again"):
        opened(multipart(part(PDF), broken, part(TIFF)))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (raw("Content-Type: multipart/mixed", "", "--b", "", "x", "--b--"), "nothing says where its parts begin"),
        (raw("Content-Type: multipart/mixed; boundary=", "", "x"), "nothing says where"),
        (raw("Content-Type: multipart/mixed; boundary=b", "", "no delimiter"), "lines that part it are missing"),
        (raw(f"Content-Type: multipart/mixed; boundary={'b' * 201}", "", "x"), "nothing says where"),
        (raw("Content-Type: application/pdf", "Content-Transfer-Encoding: x-uuencode", "", "begin 644 a"), "encoding that is not known"),
    ],
)  # fmt: skip
def test_in_2_a_mail_that_does_not_hold_together_goes_to_a_person(data: bytes, says: str) -> None:
    with pytest.raises(CannotOpen, match=says):
        opened(data)


def test_a_damaged_text_does_not_keep_the_papers_from_being_read() -> None:
    text = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n*** no base64 ***"
    got = opened(multipart(text, part(PDF)))
    assert [one.data for one in got.parts] == [PDF]
    assert "text of the mail is damaged" in got.notes[0]


# ---- hostile mails ------------------------------------------------------------------------------------------------


def flood_of_delimiters() -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bx\r\n" * 8_000_000


def flood_of_delimiters_in_lines() -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"x--b\n" * 10_000_000


def delimiters_in_one_another() -> bytes:
    line = b"a" * 190
    return b"Content-Type: multipart/mixed; boundary=" + line + b"\r\n\r\n" + b"--" + b"a" * 49 * MIB


def parameters_without_end() -> bytes:
    return b'Content-Type: text/plain; a="' + b";" * 60_000 + b"\r\n\r\nx"


def continuations_without_end() -> bytes:
    return b"Content-Type: text/plain" + b"".join(b"; name*%d*=a" % number for number in range(300)) + b"\r\n\r\nx"


def encoded_words_without_end() -> bytes:
    return b"Subject: " + b"=?utf-8?q?" * 6000 + b"\r\nFrom: " + b"=?utf-8?b?w?= " * 4000 + b"\r\n\r\nx"


def comments_in_an_address() -> bytes:
    return b"From: " + b"(" * 60_000 + b"\r\n\r\nx"


def ninety_parts_with_full_headers() -> bytes:
    head = b"Content-Type: application/pdf\r\n" + b"X-F: " + b"; a" * 20_000 + b"\r\n\r\n%PDF-1.7"
    return multipart(*[head] * 90)


def white_space_behind_delimiters() -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (b"--b" + b" " * 1_000_000 + b"x\r\n") * 45


def delimiters_of_every_level() -> bytes:
    data = b"x" * 40 * MIB
    for number in range(10):
        data = multipart(data, boundary=b"b" * (number + 1))
    return data


def a_picture_bomb() -> bytes:
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00\x00\x00\x00\x00"
    return multipart(part(head, "Content-Type: image/png"))


def nothing_but_zeros() -> bytes:
    return bytes(50 * MIB)


HOSTILE: list[Callable[[], bytes]] = [
    flood_of_delimiters, flood_of_delimiters_in_lines, delimiters_in_one_another, parameters_without_end, continuations_without_end, encoded_words_without_end,
    comments_in_an_address, ninety_parts_with_full_headers, white_space_behind_delimiters, delimiters_of_every_level,
    a_picture_bomb, nothing_but_zeros,
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.__name__)
def test_in_3_a_hostile_mail_neither_crashes_nor_hangs_the_parent(hostile: Callable[[], bytes], tmp_path: Path) -> None:
    place = tmp_path / "mail"
    place.write_bytes(hostile())
    begun = time.monotonic()
    got = open_mail_in_child(place)
    took = time.monotonic() - begun
    assert isinstance(got, (Mail, Unreadable))
    assert "broke off" not in getattr(got, "says", ""), "it is refused by a rule, not by a crash"
    assert took < 10, f"{took:.1f} s"


def test_in_3_a_mail_that_would_take_too_long_is_stopped(tmp_path: Path) -> None:
    place = tmp_path / "mail"
    place.write_bytes(with_papers(PDF).as_bytes())
    got = open_mail_in_child(place, Limits(wall_page=0.001))
    assert isinstance(got, Unreadable)
    assert "longer than" in got.says


@pytest.mark.parametrize(
    "way",
    [
        [],
        [[0, 10**9, "base64"]],
        [[-5, 5, "binary"]],
        [[9, 3, "binary"]],
        [[0, 5, "gzip"]],
        [[0, 5, "binary"]] * 12,
        [["a", 5, "binary"]],
        [[0, 3, "binary"], [0, 4, "binary"]],
    ],
)
def test_in_3_the_parent_believes_no_place_that_cannot_be(way: list[list[object]]) -> None:
    told = mail.find(with_papers(PDF).as_bytes()) | {"parts": [["a.pdf", "application/pdf", way]]}
    with pytest.raises(ValueError, match=r"."):
        mail.taken_out(with_papers(PDF).as_bytes(), told)


def test_in_3_the_parent_gives_no_more_than_the_mail_has_and_types_by_content() -> None:
    data = with_papers(PDF).as_bytes()
    told = mail.find(data)
    (name, _, way) = told["parts"][0]
    assert mail.taken_out(data, told | {"parts": [["../../x", "text/javascript", way]]}).parts == (
        Part("x", "application/pdf", PDF),
    )
    with pytest.raises(ValueError, match="larger than their mail"):
        mail.taken_out(data, told | {"parts": [[name, "x", [[0, len(data), "binary"]]]] * 2})
    with pytest.raises(ValueError, match="over and over"):
        mail.taken_out(
            data, told | {"parts": [[name, "x", [[0, len(data) - n, "binary"], [0, 1, "binary"]]] for n in range(99)]}
        )


def mutated(seed: int, seeds: list[bytes]) -> bytes:
    """A mail with a few things wrong: bytes, lines, pieces of others, cuts, repetitions."""
    chance = random.Random(seed)
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        match chance.randrange(7):
            case 0:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(9)))
            case 1:
                del data[at : min(to, at + 200)]
            case 2:
                data[at:at] = data[at : min(to, at + 400)] * chance.randrange(4)
            case 3:
                other = chance.choice(seeds)
                data[at:to] = other[at:to]
            case 4:
                data = data.replace(
                    *chance.choice(
                        [(b"\r\n", b"\n"), (b"--", b"-"), (b"base64", b"7bit"), (b"pdf", b"\xff"), (b'"', b"")]
                    ),
                    chance.randrange(3),
                )
            case 5:
                data[at:at] = chance.choice(
                    [
                        b"\r\n\r\n",
                        b"--",
                        b"Content-Type: multipart/mixed; boundary=x\r\n",
                        b"=?utf-8?b?",
                        b";",
                        b"\x00",
                        b"message/rfc822",
                    ]
                )
            case _:
                del data[to + 1 :]
    return bytes(data)


def seeds() -> list[bytes]:
    nested_mail = with_papers(PDF)
    nested_mail.add_attachment(with_papers(TIFF, PDF))
    text = letter("only text")
    text.add_alternative("<p>text</p>", subtype="html")
    return [
        with_papers(PDF, TIFF).as_bytes(), nested_mail.as_bytes(), text.as_bytes(), nested(4, "mail in base64"), nested(6, "multipart"),
        multipart(part(picture(600, 20), "Content-Type: image/png"), part(PDF)),
    ]  # fmt: skip


def fuzz(first: int, count: int) -> tuple[int, int]:
    """How many were opened and how many go to a person; anything else that happens is a finding."""
    of = seeds()
    there = []
    for seed in range(first, first + count):
        data = mutated(seed, of)
        begun = time.monotonic()
        try:
            got = opened(data)
        except CannotOpen:
            there.append(False)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        else:
            there.append(True)
            assert sum(len(one.data) for one in got.parts) <= len(data)
        assert time.monotonic() - begun < 5, f"seed {seed}"
    return sum(there), count - sum(there)


def test_1000_mutated_mails_are_opened_or_go_to_a_person() -> None:
    opened_ones, others = fuzz(0, 1000)
    assert opened_ones > 100
    assert others > 100


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_100000_mutated_mails_are_opened_or_go_to_a_person() -> None:
    print(fuzz(1000, 100_000))
