"""The rows of intake: what arrived (Transmission), which bytes it was (Document), which request it belongs to (Joined), and what
waits for a person (Waiting). Rows are only made and changed by `door`, `understand` and `queue`; other rooms read them, best
through `request.load` and `queue.waiting`."""

from __future__ import annotations

from django.db import models


class Document(models.Model):
    """One file, known by the SHA-256 of its bytes, however often it was sent."""

    class State(models.TextChoices):
        STORED = "stored", "stored, not yet read"
        READ = "read", "read"
        QUEUED = "queued", "waits for a person"

    class Scan(models.TextChoices):
        CLEAN = "clean", "looked at, nothing found"
        HELD = "held", "held back: something was found"
        LET_THROUGH = "let through", "an administrator called it a false alarm"

    sha256 = models.CharField(primary_key=True, max_length=64)
    number = models.PositiveBigIntegerField(
        unique=True,
        help_text="how the ledger names it: a hash of a form that somebody can fill in alike would be no secret (LED-2)",
    )
    size = models.BigIntegerField()
    type = models.CharField(max_length=60, help_text="told from the content, never from the name")
    name = models.CharField(max_length=160, help_text="display name of the first delivery, cleaned")
    stored_at = models.DateTimeField()
    reading = models.JSONField(
        null=True, default=None, help_text="intake.reading.fields.to_json, or null where nothing could be read"
    )
    read_at = models.DateTimeField(null=True, default=None)
    state = models.CharField(max_length=8, choices=State.choices, default=State.STORED, db_index=True)
    why = models.TextField(blank=True, default="", help_text="why it waits, in plain words")
    arranged = models.JSONField(
        null=True, default=None, help_text="how a person laid its pages out, if one did: correct.arrange"
    )
    scan = models.CharField(
        max_length=12,
        choices=Scan.choices,
        blank=True,
        default="",
        help_text="what the malware scan says; empty: not looked at",
    )
    scan_says = models.CharField(max_length=160, blank=True, default="", help_text="the name of what it found")
    scan_tried_at = models.DateTimeField(
        null=True, default=None, help_text="when it last gave no answer about this file"
    )

    def __str__(self) -> str:
        return f"paper {self.number}"


class DetainerRequest(models.Model):
    """One request of the federal agency, or one cancellation of a request, with the identity by which copies are known."""

    class Kind(models.TextChoices):
        DETAINER = "detainer", "detainer"
        CANCELLATION = "cancellation", "cancellation"

    number = models.CharField(max_length=16, help_text="YYYY-NNNN, dense within an agency and its local year")
    agency = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    form = models.CharField(max_length=12, help_text="kind of paper that opened it: i247a, i247d, …")
    first_station = models.CharField(max_length=40)
    opened_at = models.DateTimeField(help_text="arrival of its first transmission")
    # The identity, in the normal forms of `join`: for comparing. What the paper says, as it says it, is in the reading.
    subject_id = models.CharField(max_length=40, blank=True, default="")
    event_no = models.CharField(max_length=40, blank=True, default="")
    file_no = models.CharField(max_length=40, blank=True, default="")
    issued_on = models.CharField(max_length=40, blank=True, default="", help_text="ISO date where it reads as one")
    subject_name = models.CharField(max_length=160, blank=True, default="")
    dob = models.CharField(max_length=40, blank=True, default="")
    accepted = models.CharField(
        max_length=120, blank=True, default="", help_text="which of the fields above (and kind) nobody needs to look at"
    )
    cancels_on = models.DateField(
        null=True, default=None, help_text="of a cancellation: the date of the request it cancels"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "number"], name="request_number_of_agency")]
        indexes = [models.Index(fields=["agency", "kind", "issued_on"]), models.Index(fields=["agency", "opened_at"])]
        ordering = ["agency", "number"]

    def __str__(self) -> str:
        return f"request {self.number}"


class Transmission(models.Model):
    """One delivery that was acknowledged: its receipt."""

    receipt = models.BigIntegerField(unique=True, help_text="dense within the installation, from 1")
    delivery = models.CharField(max_length=255, unique=True, help_text="the channel's key of this delivery")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="transmissions")
    agency = models.CharField(max_length=80)
    station = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    name = models.CharField(max_length=160)
    sender = models.CharField(max_length=160, blank=True, default="")
    received_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField()
    inside = models.ForeignKey(
        "self",
        null=True,
        default=None,
        on_delete=models.PROTECT,
        related_name="parts",
        help_text="the mail that it was a part of",
    )
    placed = models.BooleanField(
        default=False, db_index=True, help_text="joined to its requests, waiting for a person, or known as a test page"
    )
    requests = models.ManyToManyField(DetainerRequest, through="Joined", related_name="transmissions")

    class Meta:
        indexes = [models.Index(fields=["agency", "document"])]
        ordering = ["receipt"]

    def __str__(self) -> str:
        return f"receipt {self.receipt}"


class Joined(models.Model):
    """A transmission belongs to a request, with these papers of its document. A link that a person undoes is kept, with the
    moment; so is one to which papers are added, beside the new one."""

    class Reason(models.TextChoices):
        OPENED = "opened", "its form opened the request"
        SAME_BYTES = "same bytes", "the same bytes had come before"
        SAME_IDENTITY = "same identity", "same number and same issue date"
        PERSON = "person", "a person said so"

    transmission = models.ForeignKey(Transmission, on_delete=models.PROTECT, related_name="links")
    request = models.ForeignKey(DetainerRequest, on_delete=models.PROTECT, related_name="links")
    papers = models.JSONField(help_text="places, from 0, in the document's reading")
    reason = models.CharField(max_length=16, choices=Reason.choices)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transmission", "request"], condition=models.Q(undone_at=None), name="joined_once_at_a_time"
            )
        ]
        ordering = ["id"]


class Waiting(models.Model):
    """A document that a person of this agency must look at."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="waits")
    agency = models.CharField(max_length=80)
    reason = models.CharField(
        max_length=24, help_text="one word for counting: unreadable, too large, no form, near match, …"
    )
    why = models.TextField(help_text="what, where, what to do")
    papers = models.JSONField(
        default=list, help_text="places of the papers that wait, from 0; empty: the whole document"
    )
    candidates = models.JSONField(default=list, help_text="numbers of the requests that it may belong to")
    since = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, default=None)
    settled_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["agency", "settled_at"])]
        ordering = ["id"]


class Counter(models.Model):
    """The last number given out under a name. One row a name: its update is the lock that keeps numbers dense."""

    name = models.CharField(primary_key=True, max_length=120)
    last = models.BigIntegerField(default=0)


class Correction(models.Model):
    """What a person saw on a paper that the machine read otherwise. Written once; the last one of a field counts."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="corrections")
    paper = models.PositiveIntegerField(help_text="place in the document's reading, from 0")
    field = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    state = models.CharField(max_length=12)
    read_as = models.JSONField(help_text="the field as the machine read it: for the measures")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class LineTest(models.Model):
    """A marked page that goes through one channel to one station. It is timed and never counted as a request. A further copy of it that comes is a row
    too, with a token that no page bears."""

    token = models.CharField(primary_key=True, max_length=40)
    agency = models.CharField(max_length=80)
    station = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="later than this, the line is silent")
    seen_at = models.DateTimeField(null=True, default=None, help_text="arrival of the transmission it came in")
    seen_in = models.ForeignKey(Transmission, null=True, default=None, on_delete=models.PROTECT, related_name="tests")

    class Meta:
        indexes = [models.Index(fields=["agency", "channel", "station", "made_at"])]
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"line test {self.channel} {self.station}"


class ChannelFault(models.Model):
    """Something that a channel could not do, in plain words that name no person."""

    agency = models.CharField(max_length=80, blank=True, default="")
    channel = models.CharField(max_length=20)
    station = models.CharField(max_length=40, blank=True, default="")
    says = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-at", "-id"]


class SenderReceipt(models.Model):
    """The number that a sender got for one transmission: dense for each sender. It says nothing of anybody's custody."""

    transmission = models.OneToOneField(Transmission, on_delete=models.PROTECT, related_name="sender_receipt")
    agency = models.CharField(max_length=80)
    sender = models.CharField(max_length=160, help_text="as the channel knows the sender: receipts.known_as")
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "sender", "number"], name="receipt_number_of_sender")]
        ordering = ["agency", "sender", "number"]

    def __str__(self) -> str:
        return f"receipt {self.number} of a sender"


class ReceiptsTurned(models.Model):
    """Counsel turned receipts for senders on or off. Written once; the last one of an agency counts."""

    agency = models.CharField(max_length=80)
    on = models.BooleanField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
