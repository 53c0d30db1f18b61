"""The bodies and answers of the API: requests are loaded by these, OpenAPI is made of them."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

ID = validate.Length(min=1, max=100)
SHOWN = {
    "description": "SHA-256 in lowercase hex over the RFC 8785 JSON of {answers, attachments, "
    "kind_version, template_version, sentences} as they stand in this answer; attachments are "
    "the sha256 of the supporting documents in their order. Where the step writes a letter, "
    "{body, position, department, contact} is one more member, `letter`."
}


def _text(most: int, *, required: bool = False, **more: Any) -> fields.String:
    if required:
        return fields.String(required=True, validate=validate.Length(max=most), **more)
    return fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=most), **more
    )


class SignIn(Schema):
    """ID and password."""

    id = fields.String(required=True, validate=validate.Length(max=200))
    password = fields.String(required=True, validate=validate.Length(max=1000))


class Send(Schema):
    """Which way the code should go."""

    channel = fields.String(required=True, validate=validate.Length(max=20))


class Verify(Schema):
    """Six digits, ungrouped; where an app shows them, or one of its recovery codes."""

    code = fields.String(required=True, validate=validate.Length(max=40))


class Password(Schema):
    """One's own password, once more."""

    password = fields.String(required=True, validate=validate.Length(max=1000))


class NewPassword(Schema):
    """The present password, and the one that takes its place."""

    current = fields.String(required=True, validate=validate.Length(max=1000))
    password = fields.String(required=True, validate=validate.Length(max=1000))


class Preferences(Schema):
    """The language of pages and mails, ko or en, and the way that codes go first, email or sms;
    whether a student is told by text message as well, and between which hours (0 to 23, in Seoul)
    what can wait waits."""

    language = fields.String(required=True, validate=validate.Length(max=20))
    channel = fields.String(required=True, validate=validate.Length(max=20))
    texts = fields.Boolean()
    quiet_since = fields.Integer(strict=True)
    quiet_until = fields.Integer(strict=True)


class Wishes(Schema):
    """How a professor is told: language, ko or en; whether reminders due together are one mail
    (never, many: three or more, always); the hours (0 to 23, in Seoul) between which they wait."""

    language = fields.String(required=True, validate=validate.Length(max=20))
    digest = fields.String(required=True, validate=validate.Length(max=20))
    quiet_since = fields.Integer(required=True, strict=True)
    quiet_until = fields.Integer(required=True, strict=True)


class AuthenticatorOut(Schema):
    """Since when codes come from an app (null: they are sent), and recovery codes not used."""

    since = fields.AwareDateTime(allow_none=True)
    recovery_codes = fields.Integer()


class PlaceOut(Schema):
    """Where somebody is signed in: page or api, by code or the university's sign-in."""

    id = fields.String()
    use = fields.String()
    way = fields.String()
    opened_at = fields.AwareDateTime()
    seen_at = fields.AwareDateTime()
    current = fields.Boolean()


class EndPlaces(Schema):
    """One of the other sessions, all of them unless one is named; and the password once more."""

    session_id = fields.String(load_default="", validate=validate.Length(max=100))
    password = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata={"description": "Not needed by whoever has none and signed in just now."},
    )


class SecretOut(Schema):
    """What an app needs: the secret in base 32, and the same as an otpauth: address."""

    secret = fields.String()
    address = fields.String()


class RecoveryCodesOut(Schema):
    """Each signs in once without the app; nobody can read them again."""

    recovery_codes = fields.List(fields.String())


class NewApplication(Schema):
    """A kind, its answers, and whether to send it at once."""

    kind = fields.String(required=True, validate=ID)
    answers = fields.Dict(keys=fields.String(), load_default=dict)
    submit = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    typed = _text(200)


class Answers(Schema):
    """All answers; what is left out is empty."""

    answers = fields.Dict(keys=fields.String(), required=True)


class Submit(Schema):
    """The applicant's signature; the name of the register unless given."""

    typed = _text(200)


class Withdraw(Schema):
    """Why, if one wants to say."""

    reason = _text(5000)


class Signature(Schema):
    """One of both: typed, 1 to 42 characters kept as typed, or drawn, a PNG in base64."""

    typed = _text(1000)
    drawn = _text(300_000, metadata={"contentEncoding": "base64", "contentMediaType": "image/png"})

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data.get("typed") is None) == (data.get("drawn") is None):
            raise ValidationError("Give either typed or drawn.", "typed")


class LetterIn(Schema):
    """A letter of recommendation; paragraphs of `body` are apart by an empty line."""

    body = _text(30_000)
    position = _text(100)
    department = _text(100)
    contact = _text(100)


class ApprovalDecision(Schema):
    """What an approver decides about exactly what was `shown`."""

    decision = fields.String(
        required=True, validate=validate.OneOf(("approve", "return", "decline", "not_mine"))
    )
    shown = fields.String(required=True, validate=validate.Length(max=200))
    reason = _text(5000)
    signature = fields.Nested(Signature, load_default=None, allow_none=True)
    letter = fields.Nested(
        LetterIn,
        load_default=None,
        allow_none=True,
        metadata={"description": "Where the step writes one: signed in place of the draft."},
    )
    proof = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata={"description": "Where a code is asked: what the right one gave."},
    )


class SigningCodeSend(Schema):
    """Where the code goes."""

    channel = fields.String(required=True, validate=validate.OneOf(("email", "sms")))


class SigningCode(Schema):
    """The code that was sent upon a challenge."""

    challenge = fields.String(required=True, validate=validate.Length(max=1000))
    code = fields.String(required=True, validate=validate.Length(max=100))


class DelegateIn(Schema):
    """Who signs for whoever holds the link: this request, or with days all of those days."""

    delegate = fields.String(
        required=True,
        validate=validate.Length(max=40),
        metadata={"description": "The id of a professor, as “delegates” finds them."},
    )
    first_day = fields.Date(load_default=None, allow_none=True)
    last_day = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "That day included."}
    )


class Deliver(Schema):
    """How the paper left the house, today unless a day is given."""

    how = fields.String(required=True, validate=validate.OneOf(("handed", "mailed")))
    day = _text(10, metadata={"format": "date"})
    reference = _text(200)


class DeskDecision(Schema):
    """What the office decides; `granted` left out means as asked."""

    decision = fields.String(
        required=True, validate=validate.OneOf(("approve", "return", "decline"))
    )
    reason = _text(5000)
    signature = fields.Nested(Signature, load_default=None, allow_none=True)
    granted = _text(40)
    reference = _text(200)


class Assign(Schema):
    """To whom a step is given."""

    professor_id = fields.String(required=True, validate=ID)


class Address(Schema):
    """An approver's right address."""

    email = fields.String(required=True, validate=validate.Length(max=320))


class Revoke(Schema):
    """The code is public, the reason never."""

    code = fields.String(required=True, validate=validate.OneOf(("error", "withdrawn", "other")))
    reason = fields.String(required=True, validate=validate.Length(max=5000))


class SecondDecision(Schema):
    """What the second person says; a refusal needs a reason."""

    decision = fields.String(required=True, validate=validate.OneOf(("confirm", "refuse")))
    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=5000))


class Opened(Schema):
    """The password was right."""

    challenge = fields.String()
    channels = fields.List(fields.String())
    masked = fields.Dict(keys=fields.String(), values=fields.String())


class SentCode(Schema):
    """A code is on its way."""

    channel = fields.String()
    masked = fields.String()
    expires_at = fields.AwareDateTime()
    others = fields.List(
        fields.String(), metadata={"description": "Where else a code can go if none arrives."}
    )


class Who(Schema):
    """Somebody signed in."""

    role = fields.String()
    office = fields.String(allow_none=True)
    name = fields.String()
    language = fields.String()
    notice_accepted = fields.Boolean()


class Token(Who):
    """The bearer token of the session."""

    token = fields.String()


class DeskPassOut(Schema):
    """What opens the desk of another department (its bearer token), and for how long."""

    pass_ = fields.String(data_key="pass")
    seconds = fields.Integer()


class FindingOut(Schema):
    """What a rule says (contract, "Words")."""

    rule = fields.String()
    severity = fields.String(validate=validate.OneOf(("block", "note")))
    field = fields.String()
    message = fields.String()
    figures = fields.Dict()
    remedy = fields.String()
    leads_to = fields.String(metadata={"description": "the kind to ask for instead"})


class ApproverOut(Schema):
    """Who will sign in which role; null where nobody is on record."""

    role = fields.String()
    who = fields.String(allow_none=True)


class WindowOut(Schema):
    """When it can be asked for: from the first instant until just before the last one."""

    opens = fields.AwareDateTime(allow_none=True)
    closes = fields.AwareDateTime(allow_none=True)
    state = fields.String(metadata={"enum": ["not_yet", "open", "closed"]})
    seconds_left = fields.Integer(allow_none=True)


class KindOut(Schema):
    """A kind as this student sees it today."""

    name = fields.String()
    title = fields.String()
    summary = fields.String()
    version = fields.Integer()
    open = fields.Boolean()
    findings = fields.List(fields.Nested(FindingOut))
    schema = fields.Dict()
    prefill = fields.Dict()
    approvers = fields.List(fields.Nested(ApproverOut))
    office = fields.String(allow_none=True)
    window = fields.Nested(WindowOut)
    uploads = fields.Dict()
    application_id = fields.String(allow_none=True)


class Created(Schema):
    """A new application."""

    id = fields.String()
    number = fields.String()
    state = fields.String()


class ReceiptOut(Created):
    """What was sent, and when."""

    submitted_at = fields.AwareDateTime()
    shown = fields.String()
    sent = fields.List(fields.Dict())
    attachments = fields.List(fields.String())


class StepOut(Schema):
    """One approval."""

    n = fields.Integer()
    role = fields.String()
    roles = fields.List(fields.String())
    who = fields.String(allow_none=True)
    state = fields.String()
    by_when = fields.AwareDateTime(allow_none=True)
    decision = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String(allow_none=True)
    seat = fields.Integer()
    on_behalf_of = fields.String(
        metadata={"description": "Whose signature it is, where “who” gives it for them."},
    )
    kept = fields.Boolean(
        metadata={"description": "Signed before a correction that left it alone."},
    )
    agree = fields.String(validate=validate.OneOf(("all", "any", "vote")))
    count = fields.Dict(
        metadata={"description": "Of several people: members, for, against."},
    )
    members = fields.List(
        fields.Dict(),
        metadata={"description": "Several people asked at once; of a committee for staff alone."},
    )
    professor_id = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    mail_code = fields.String(allow_none=True)


class FileOut(Schema):
    """A file and where it is."""

    id = fields.String()
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    address = fields.String()


class DocumentOut(Schema):
    """An issued document."""

    number = fields.String()
    kind = fields.String()
    language = fields.String()
    title = fields.String()
    state = fields.String()
    issued_at = fields.AwareDateTime()
    sha256 = fields.String()
    template_version = fields.String()
    application_id = fields.String()
    code = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    changed_at = fields.AwareDateTime(allow_none=True)
    ending = fields.Dict(
        allow_none=True,
        metadata={"description": "For staff: the revocation or replacement asked for last."},
    )


class HistoryOut(Schema):
    """One entry of the audit trail."""

    seq = fields.Integer()
    at = fields.AwareDateTime()
    role = fields.String()
    what = fields.String()
    details = fields.Dict()
    shown = fields.String(allow_none=True)
    hash = fields.String()
    who = fields.String(allow_none=True, metadata={"description": "For staff: an id or name."})


class ApplicationOut(Created):
    """Everything about one application."""

    kind = fields.String()
    title = fields.String()
    semester = fields.Dict(allow_none=True)
    language = fields.String()
    answers = fields.Dict()
    window = fields.Nested(WindowOut, allow_none=True)  # while it can still be sent
    on_paper = fields.Boolean(metadata={"description": "entered from a signed paper form (EXT-04)"})
    step = fields.Integer()
    steps = fields.List(fields.Nested(StepOut))
    office = fields.String(allow_none=True)
    by_when = fields.AwareDateTime(allow_none=True)
    findings = fields.List(fields.Nested(FindingOut))
    history = fields.List(fields.Nested(HistoryOut))
    documents = fields.List(fields.Nested(DocumentOut))
    attachments = fields.List(fields.Nested(FileOut))
    sentences = fields.List(fields.String())
    kind_version = fields.Integer(allow_none=True)
    template_version = fields.String(allow_none=True)
    shown = fields.String(allow_none=True, metadata=SHOWN)
    decision = fields.Dict(allow_none=True)
    delivery = fields.Dict(allow_none=True)
    reason = fields.String(allow_none=True)
    returned_by = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()
    submitted_at = fields.AwareDateTime(allow_none=True)
    may = fields.List(fields.String())
    student = fields.Dict(metadata={"description": "For staff: name, student_number, program, …"})
    failure = fields.Dict(
        allow_none=True, metadata={"description": "For staff: why the paper could not be made."}
    )
    trouble = fields.String(
        allow_none=True, metadata={"description": "For staff: unassigned | mail_failed"}
    )
    granted = fields.List(
        fields.String(), metadata={"description": "For staff: what may be granted, first as asked."}
    )


class SummaryOut(Created):
    """One line of a list."""

    kind = fields.String()
    title = fields.String()
    semester = fields.Dict(allow_none=True)
    headline = fields.String()
    by_when = fields.AwareDateTime(allow_none=True)
    submitted_at = fields.AwareDateTime(allow_none=True)
    updated_at = fields.AwareDateTime()
    documents = fields.List(fields.Nested(DocumentOut))


class LetterOut(Schema):
    """A letter as its writer has it now, and what stands against signing it."""

    body = fields.String()
    position = fields.String()
    department = fields.String()
    contact = fields.String()
    saved_at = fields.AwareDateTime(allow_none=True)
    pages = fields.Integer()
    findings = fields.List(fields.Nested(FindingOut))
    may_put_back = fields.Boolean()


class ApprovalOut(Schema):
    """What a link shows: the application as it will be signed."""

    application = fields.Dict()
    shown = fields.String(metadata=SHOWN)
    step = fields.Nested(StepOut)
    steps = fields.List(fields.Nested(StepOut))
    by_when = fields.AwareDateTime(allow_none=True)
    documents = fields.List(fields.Nested(FileOut))
    letter = fields.Nested(LetterOut)
    asks_code = fields.Boolean(metadata={"description": "A code comes before the decision."})


class SigningCodeSentOut(Schema):
    """A code is on its way."""

    challenge = fields.String()
    channel = fields.String()
    to = fields.String()
    expires_at = fields.AwareDateTime()


class SigningProofOut(Schema):
    """What goes with the decision."""

    proof = fields.String()


class NamedOut(Schema):
    """A professor whom a student may name."""

    id = fields.String()
    name = fields.String()
    name_ko = fields.String()
    name_en = fields.String()


class DelegateOut(NamedOut):
    """A professor who may sign for another."""

    major = fields.String(allow_none=True)


class DelegationOut(Schema):
    """Who signs for whom; without days it is one request alone."""

    id = fields.String()
    whom = fields.Dict(data_key="for")
    delegate = fields.Dict()
    first_day = fields.Date(allow_none=True)
    last_day = fields.Date(allow_none=True)
    waiting = fields.List(
        fields.String(), metadata={"description": "Numbers of what is with the delegate now."}
    )


class WaitingOneOut(ApprovalOut):
    """One request of a queue; where `by_itself`, it is answered under its own token alone."""

    token = fields.String()
    by_itself = fields.Boolean()


class WaitingOut(Schema):
    """What waits for one professor; `more` did not find room."""

    requests = fields.List(fields.Nested(WaitingOneOut))
    delegations = fields.List(fields.Nested(DelegationOut))
    more = fields.Integer()
    expires_at = fields.AwareDateTime()


class OneOfMany(Schema):
    """A request of the queue, and the hash of what was shown."""

    token = fields.String(required=True, validate=validate.Length(max=500))
    shown = fields.String(required=True, validate=validate.Length(max=200))


class SignMany(Schema):
    """Those ticked, and one signature for them: the name typed, or drawn as a PNG in base64."""

    requests = fields.List(
        fields.Nested(OneOfMany), required=True, validate=validate.Length(max=100)
    )
    typed = _text(1000)
    drawn = _text(300_000, metadata={"contentEncoding": "base64", "contentMediaType": "image/png"})


class SignedOneOut(Schema):
    """`signed`, or the problem that stands against this one."""

    number = fields.String()
    result = fields.String()


class SignedManyOut(Schema):
    """What came of each, in the order given."""

    results = fields.List(fields.Nested(SignedOneOut))


class ApprovalDoneOut(Schema):
    """What came of a decision."""

    number = fields.String()
    state = fields.String()
    decision = fields.String()
    decided_at = fields.AwareDateTime()
    shown = fields.String()
    step = fields.Nested(StepOut)
    next = fields.Nested(StepOut, allow_none=True)


class QueueRowOut(Created):
    """One line of the queue."""

    kind = fields.String()
    title = fields.String()
    name = fields.String()
    student_number = fields.String()
    by_when = fields.AwareDateTime(allow_none=True)
    submitted_at = fields.AwareDateTime(allow_none=True)
    updated_at = fields.AwareDateTime()
    flags = fields.List(fields.String())


class QueueOut(Schema):
    """A page of the queue."""

    applications = fields.List(fields.Nested(QueueRowOut))
    total = fields.Integer()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    next_offset = fields.Integer(allow_none=True)


class AccessOut(Schema):
    """One time that somebody was shown the student's data."""

    at = fields.String()
    role = fields.String(metadata={"description": "student | professor | staff"})
    who = fields.String(allow_none=True, metadata={"description": "name; null: the student"})
    office = fields.String(allow_none=True)
    address = fields.String(metadata={"description": "network address of whoever looked"})
    what = fields.String(
        metadata={"description": "opened | paper | file | document | list | export | erased"}
    )
    about = fields.String(metadata={"description": "number of the application or document"})


class AccessesOut(Schema):
    """A page of them, the newest first."""

    accesses = fields.List(fields.Nested(AccessOut))
    total = fields.Integer()
    next_offset = fields.Integer(allow_none=True)


class ProfessorOut(NamedOut):
    """Somebody who can be given a step."""

    email = fields.String()


class ProblemOut(Schema):
    """RFC 9457; a type may have members of its own beside these."""

    class Meta:
        unknown = INCLUDE

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    application_id = fields.String()
    field = fields.String()
    errors = fields.Dict()
    findings = fields.List(fields.Nested(FindingOut))
    retry_after = fields.Integer()
