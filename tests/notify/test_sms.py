"""SMS: every provider promises the same, shown on the mailbox, an SMPP centre and gateways."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from services.notify.channels import sms_channel
from services.notify.channels.interface import Channel, Outgoing, Patience
from services.notify.channels.provider import Receipt
from services.notify.parts import Parts
from shared.errors import Permanent, TryLater
from tests.notify.centre import Centre, sms_centre
from tests.notify.gateways import Gateway, Solapi, Somebodys, Twilio, open_gateway
from tests.notify.office import NOW, open_office, settings
from tests.parts.ports import free_port, wait_until

HASTY = Patience(answer_s=2, acceptance_s=1, total_s=4)
CODE = "[도장과학기술대학원대학교] 인증번호 755224\n\n@dojang.example #755224"
LONG = "서명을 요청받으신 신청을 8월 28일 금요일 18시까지 확인해 주세요. " * 4
GATEWAYS: dict[str, type[Gateway]] = {"solapi": Solapi, "twilio": Twilio, "apprise": Somebodys}


def sms(text: str = CODE, to: str = "01000000042", number: int = 1) -> Outgoing:
    return Outgoing(f"<{number}@dojang.example>", "sign_in_code", "sms", to, "", text, "", b"", NOW)


@dataclass
class Way:
    """A channel by one provider; what its sink got: (number, text) of each message."""

    channel: Channel
    arrived: Callable[[], list[tuple[str, str]]]
    heard: list[Receipt] = field(default_factory=list)
    sink: Gateway | Centre | None = None


def open_way(stack: ExitStack, name: str, *script: str) -> Way:
    """A provider of that name that behaves as told."""
    heard: list[Receipt] = []
    sink: Gateway | Centre
    if name == "smpp":
        sink = stack.enter_context(sms_centre(*script))
    else:
        sink = stack.enter_context(open_gateway(GATEWAYS[name](*script)))
    channel = sms_channel(settings(DOJANG_SMS=sink.address()), None, heard.append)
    return Way(channel, lambda: _whole(sink.kept), heard, sink)


def _whole(kept: list[dict[str, str]]) -> list[tuple[str, str]]:
    """What a telephone shows: parts with the same head are one message."""
    found: dict[tuple[str, object], str] = {}
    for one in kept:
        key = (one["to"], tuple(one.get("head", ())[:4]) or one["id"])
        found[key] = found.get(key, "") + one["text"]
    return [(to.removeprefix("+"), text) for (to, _), text in found.items()]


@pytest.fixture(params=["mailbox", "smpp", "solapi", "twilio", "apprise"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    with ExitStack() as stack:
        if request.param != "mailbox":
            yield open_way(stack, request.param)
            return
        parts = open_office(f"sqlite:///{tmp_path}/notify.sqlite")
        yield Way(parts.channels["sms"], lambda: _in_mailbox(parts))
        parts.database.close()


def _in_mailbox(parts: Parts) -> list[tuple[str, str]]:
    assert parts.mailbox is not None
    return [(one.to, one.text) for one in parts.mailbox.all()]


@pytest.mark.parametrize("text", [CODE, LONG, "Your code: 755224 {[~]}", "Your code € " * 20])
def test_what_was_accepted_arrives_whole_at_its_number(way: Way, text: str) -> None:
    accepted = way.channel.send(sms(text), HASTY)
    assert accepted.by
    [(to, arrived)] = way.arrived()
    assert to in ("01000000042", "821000000042")
    assert arrived == text.strip() or arrived == text


@pytest.mark.parametrize(
    ("name", "script", "kind", "code"),
    [
        ("solapi", "code 3032", Permanent, "no_such_address"),
        ("solapi", "code 1029", Permanent, "bad_characters"),
        ("solapi", "code 1061", Permanent, "refused"),
        ("solapi", "400", Permanent, "refused"),
        ("solapi", "code 2230", TryLater, "no_credit"),
        ("solapi", "code 2024", TryLater, "server_unreachable"),
        ("solapi", "code 1062", TryLater, "sender_refused"),
        ("solapi", "429 30", TryLater, "busy"),
        ("solapi", "500", TryLater, "uncertain"),
        ("solapi", "503", TryLater, "busy"),
        ("solapi", "stall", TryLater, "uncertain"),
        ("solapi", "drop", TryLater, "uncertain"),
        ("twilio", "code 21211", Permanent, "bad_address"),
        ("twilio", "code 21614", Permanent, "no_such_address"),
        ("twilio", "code 21606", TryLater, "sender_refused"),
        ("twilio", "429 5", TryLater, "busy"),
        ("twilio", "502", TryLater, "uncertain"),
        ("twilio", "stall", TryLater, "uncertain"),
        ("smpp", "0x0b", Permanent, "no_such_address"),
        ("smpp", "0x65", Permanent, "refused"),
        ("smpp", "0x58", TryLater, "busy"),
        ("smpp", "0x14", TryLater, "busy"),
        ("smpp", "0x08", TryLater, "server_unreachable"),
        ("smpp", "stall", TryLater, "uncertain"),
        ("smpp", "drop", TryLater, "uncertain"),
        ("apprise", "400", TryLater, "uncertain"),
        ("apprise", "stall", TryLater, "uncertain"),
    ],
)
def test_each_answer_of_a_provider_is_never_or_later_and_the_next_message_goes(
    name: str, script: str, kind: type[Permanent | TryLater], code: str
) -> None:
    with ExitStack() as stack:
        way = open_way(stack, name, script)
        with pytest.raises(kind) as refused:
            way.channel.send(sms(number=1), HASTY)
        assert refused.value.code == code
        before = len(way.arrived())
        way.channel.send(sms(number=2), HASTY)
        assert len(way.arrived()) == before + 1


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("solapi", "429 30"), ("solapi", "code 2230"), ("twilio", "503"), ("smpp", "0x58"),
     ("smpp", "0x08")],
)  # fmt: skip
def test_the_second_provider_takes_what_the_first_cannot(name: str, trouble: str) -> None:
    with ExitStack() as stack:
        first, second = open_way(stack, name, trouble), open_way(stack, "twilio")
        both = sms_channel(settings(DOJANG_SMS=_addresses(first, second)), None, print)
        assert both.send(sms(), HASTY).by.startswith("twilio")
        assert (first.arrived(), len(second.arrived())) == ([], 1)


@pytest.mark.parametrize("name", ["solapi", "twilio", "smpp"])
def test_a_provider_that_is_away_or_does_not_know_us_is_passed_over(name: str) -> None:
    with ExitStack() as stack:
        first, second = open_way(stack, name), open_way(stack, "twilio")
        right = _addresses(first)
        away = right.replace(right.split("?")[0].rpartition(":")[2], str(free_port()))
        foreign = right.replace("secret", "wrong").replace("s3cret", "wrong")
        for address in (away, foreign):
            both = sms_channel(settings(DOJANG_SMS=f"{address} {_addresses(second)}"), None, print)
            assert both.send(sms(), HASTY).by.startswith("twilio")
        assert (first.arrived(), len(second.arrived())) == ([], 2)


@pytest.mark.parametrize("name", ["solapi", "twilio", "smpp", "apprise"])
def test_a_provider_that_takes_it_and_hangs_does_not_double_it(name: str) -> None:
    with ExitStack() as stack:
        first, second = open_way(stack, name, "stall"), open_way(stack, "twilio")
        both = sms_channel(settings(DOJANG_SMS=_addresses(first, second)), None, print)
        with pytest.raises(TryLater) as refused:
            both.send(sms(), HASTY)
        assert refused.value.code == "uncertain"
        assert (len(first.arrived()), second.arrived()) == (1, [])
        assert both.send(sms(number=2), HASTY).by.startswith("twilio")


def test_a_number_abroad_goes_to_who_serves_it_and_nowhere_else() -> None:
    with ExitStack() as stack:
        korean, world = open_way(stack, "solapi"), open_way(stack, "twilio")
        both = sms_channel(settings(DOJANG_SMS=_addresses(korean, world)), None, print)
        assert both.send(sms(to="+15550001111"), HASTY).by.startswith("twilio")
        assert both.send(sms(to="+821000000042"), HASTY).by.startswith("solapi")
        assert korean.arrived() == [("01000000042", CODE)]
        with pytest.raises(Permanent) as refused:
            korean.channel.send(sms(to="+15550001111"), HASTY)
        assert refused.value.code == "no_route"


def test_a_long_korean_text_is_an_lms_and_a_short_one_an_sms() -> None:
    with ExitStack() as stack:
        way = open_way(stack, "solapi")
        for text in (CODE, LONG):
            way.channel.send(sms(text), HASTY)
        assert isinstance(way.sink, Solapi)
        assert [one["form"] for one in way.sink.kept] == ["SMS", "LMS"]
        assert way.sink.refusals == []


def test_a_centre_s_receipts_are_heard_and_answered() -> None:
    with ExitStack() as stack:
        way = open_way(stack, "smpp")
        ids = [way.channel.send(sms(number=n), HASTY).provider_id for n in range(3)]
        assert isinstance(way.sink, Centre)
        for provider_id, state in zip(ids, ("DELIVRD", "ENROUTE", "UNDELIV"), strict=True):
            way.sink.tell(provider_id, state)
        assert [(one.provider_id, one.event, one.code) for one in way.heard] == [
            (ids[0], "delivered", ""), (ids[2], "bounced", "not_reached")
        ]  # fmt: skip
        assert way.sink.answered == [0, 0, 0]
        assert way.heard[0].by == way.channel.send(sms(number=9), HASTY).by


def test_a_bind_that_broke_is_made_again() -> None:
    with ExitStack() as stack:
        way = open_way(stack, "smpp", "good", "drop")
        way.channel.send(sms(number=1), HASTY)
        with pytest.raises(TryLater):
            way.channel.send(sms(number=2), HASTY)
        way.channel.send(sms(number=3), HASTY)
        assert len(way.arrived()) == 3


@pytest.mark.parametrize(
    "wrong",
    ["solapi://key@api.example?from=02", "twilio://a:b@api.example", "pigeon://a:b@c?from=1",
     "mailbox: solapi://a:b@c?from=1"],
)  # fmt: skip
def test_a_setting_that_names_no_provider_is_refused_with_its_name(wrong: str) -> None:
    with pytest.raises(Permanent, match="DOJANG_SMS"):
        sms_channel(settings(DOJANG_SMS=wrong), None, print)


def _addresses(*ways: Way) -> str:
    return " ".join(way.sink.address() for way in ways if way.sink is not None)


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port where no connection comes about: who waits to be let in fills the whole room."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_hurried_hand_over_leaves_the_second_provider_its_time() -> None:
    """A code's reader waits: half of the patience is for the first, the rest for the next."""
    with ExitStack() as stack:
        second = open_way(stack, "twilio")
        away = f"solapi://a:b@127.0.0.1:{stack.enter_context(deaf_port())}?from=1&tls=off"
        both = sms_channel(settings(DOJANG_SMS=f"{away} {_addresses(second)}"), None, print)
        hurried = replace(HASTY, answer_s=4)
        assert both.send(sms(), hurried).by.startswith("twilio")
        wait_until(lambda: len(second.arrived()) == 1, seconds=2, what="the message")
