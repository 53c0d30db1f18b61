"""Prints checked by a real browser: at the number's page, without a network, from a file."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Literal

import cbor2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from services.certs.proof import cose, keys
from shared.messages import DocumentRevocationRequested
from tests.certs.parts import Office
from tests.certs.proof.desk import NUMBER, Served, code_on, digits, printed, serving
from tests.certs.proof.reader import key_id_of, message_of
from tests.parts.fixtures import need

CHROMIUM = "/usr/bin/chromium"
FRAME = (1280, 720)
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
SIGNED = {
    "ko": "도장과학기술대학원대학교의 서명이 맞습니다",
    "en": "Signed by Dojang University of Science",
}
CAUTION = {"ko": "효력이 남아 있다는 뜻은 아닙니다", "en": "Signed does not mean still valid"}


@pytest.fixture(scope="module")
def before_the_camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera sees from its start: nothing, until a test puts a paper there."""
    return tmp_path_factory.mktemp("camera") / "seen.mjpeg"


@pytest.fixture(scope="module")
def chromium(before_the_camera: Path) -> Iterator[Browser]:
    need(None if shutil.which(CHROMIUM) else "Chromium is not installed")
    put_before(before_the_camera, Image.new("RGB", FRAME, "white"))
    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                *("--no-sandbox", "--disable-gpu"),
                *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
                f"--use-file-for-fake-video-capture={before_the_camera}",
                "--host-resolver-rules=MAP other.test 127.0.0.1",
            ],
        )
        yield started
        started.close()


def put_before(camera: Path, *seen: Image.Image) -> None:
    """A film of these pictures, each for a moment."""
    film = io.BytesIO()
    for one in seen:
        for _ in range(3):
            one.save(film, "JPEG", quality=85)
    camera.write_bytes(film.getvalue())


@pytest.fixture
def served(office: Office) -> Iterator[Served]:
    with serving(office) as made:
        yield made


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(locale="ko-KR")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab in which nothing may go wrong unseen."""
    tab, faults = context.new_page(), list[str]()
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield tab
    expected = (
        *("ERR_INTERNET_DISCONNECTED", "Failed to load resource"),  # the network was switched off
        "Cross-Origin-Opener-Policy header has been ignored",  # on plain http
    )
    assert not [one for one in faults if not any(word in one for word in expected)]


def verdict(page: Page) -> str:
    """What the page says of the code."""
    found = page.locator("[data-verdict]")
    found.wait_for(timeout=120_000)
    return str(found.get_attribute("data-verdict"))


def picture(page: Page, name: str, folder: Path) -> None:
    """Where DOJANG_TEST_SHOTS says, for people to look at."""
    shots = Path(os.environ.get("DOJANG_TEST_SHOTS", folder / "shots"))
    shots.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"proof-{name}-{size}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size


def saved(page: Page, served: Served, folder: Path) -> str:
    """The file that staff hand out, opened from a disk."""
    page.goto(f"{served.url}/verify/offline")
    with page.expect_download() as caught:
        page.click("#save")
    assert caught.value.suggested_filename == "dojang-verify.html"
    caught.value.save_as(folder / "dojang-verify.html")
    return (folder / "dojang-verify.html").as_uri()


# ---- the page of a number


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_of_a_number_shows_the_signed_facts_beside_the_state(
    office: Office, served: Served, page: Page, tmp_path: Path, language: str
) -> None:
    document, pdf = office.issue()
    address = code_on(printed(pdf, tmp_path, 150))
    path, fragment = address.split("#")
    assert path.endswith(f"/verify/{document.number}")

    page.goto(f"{served.url}/verify/{document.number}?language={language}#{fragment}")

    assert verdict(page) == "signed"
    said = page.locator("#proof").inner_text()
    assert SIGNED[language] in said
    assert CAUTION[language] in said
    assert "한도윤" in said
    assert "한○윤" in page.locator("main").inner_text(), "the live part masks as before"
    picture(page, f"number-{language}", tmp_path)


def test_what_stands_behind_the_hash_never_reaches_the_server(
    office: Office, served: Served, page: Page, tmp_path: Path
) -> None:
    document, pdf = office.issue()
    fragment = code_on(printed(pdf, tmp_path, 150)).split("#")[1]

    page.goto(f"{served.url}/verify/{document.number}#{fragment}")
    assert verdict(page) == "signed"
    page.click("a[hreflang=en]")
    page.wait_for_url("**language=en**")
    assert verdict(page) == "signed", "the other language takes the facts along"
    page.goto(f"{served.url}/verify/offline#{fragment}")
    assert verdict(page) == "signed"

    assert len(served.heard) > 5
    assert not [request for request in served.heard if fragment[:20] in request]


def test_a_number_without_facts_is_looked_up_as_before(
    office: Office, served: Served, page: Page
) -> None:
    document, _ = office.issue()

    page.goto(f"{served.url}/verify/{document.number}")

    assert page.locator("#proof").is_hidden()
    assert page.locator("h1").first.inner_text() == "발급된 번호입니다. 종이와 견주어 보세요"


def test_a_revoked_document_is_revoked_however_well_it_is_signed(
    office: Office, served: Served, page: Page, tmp_path: Path
) -> None:
    document, pdf = office.issue()
    fragment = code_on(printed(pdf, tmp_path, 150)).split("#")[1]
    office.hear(DocumentRevocationRequested(number=document.number, code="error"))

    page.goto(f"{served.url}/verify/{document.number}#{fragment}")

    assert verdict(page) == "signed"
    assert page.locator("h1").inner_text() == "효력이 없는 문서입니다"
    assert CAUTION["ko"] in page.locator("#proof").inner_text()


def test_facts_of_another_document_are_told_apart(
    office: Office, served: Served, page: Page
) -> None:
    document, _ = office.issue()

    page.goto(f"{served.url}/verify/{document.number}#{digits(office)}")

    assert verdict(page) == "other"
    assert NUMBER in page.locator("#proof").inner_text()


# ---- without a server


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_saved_file_checks_a_print_with_the_network_off(
    office: Office,
    served: Served,
    page: Page,
    context: BrowserContext,
    tmp_path: Path,
    language: str,
) -> None:
    _, pdf = office.issue(language=language)
    printed(pdf, tmp_path, 150)
    file = saved(page, served, tmp_path)
    context.set_offline(True)

    page.goto(f"{file}?language={language}")
    page.set_input_files("#picture", tmp_path / "paper.png")

    assert verdict(page) == "signed"
    said = page.locator("#answer").inner_text()
    assert SIGNED[language] in said
    assert CAUTION[language] in said
    assert office.documents()[0].number in said
    assert page.evaluate("document.documentElement.lang") == language
    picture(page, f"file-{language}", tmp_path)


def test_once_opened_the_page_opens_without_a_network(
    office: Office, served: Served, page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    page.goto(f"{served.url}/verify/offline")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.match('/verify/offline/icon-512.png').then(Boolean)")
    context.set_offline(True)

    page.goto(f"{served.url}/verify/offline?language=en")
    page.fill("#address", f"https://certs.example/verify/{NUMBER}#{digits(office)}")
    page.press("#address", "Enter")  # as a hand scanner ends

    assert verdict(page) == "signed"
    assert "공학박사" in page.locator("#answer").inner_text()
    picture(page, "offline-en", tmp_path)


def test_it_can_be_installed(served: Served, page: Page, context: BrowserContext) -> None:
    page.goto(f"{served.url}/verify/offline")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = context.new_cdp_session(page)

    manifest = devtools.send("Page.getAppManifest")
    missing = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert manifest["errors"] == []
    assert [one for one in missing if one["errorId"] != "in-incognito"] == []


def test_one_changed_character_fails_wherever_it_is(
    office: Office, served: Served, page: Page, tmp_path: Path
) -> None:
    good = digits(office)
    page.goto(f"{served.url}/verify/offline")

    found = page.evaluate(
        """async (good) => {
            const book = JSON.parse(document.getElementById('proof-book').textContent);
            const told = {[(await Proof.check(good, book)).verdict]: 1};
            for (let at = 0; at < good.length; at++) {
                const other = String((Number(good[at]) + 1) % 10 || 1);
                if (other === good[at]) continue;
                const changed = good.slice(0, at) + other + good.slice(at + 1);
                const { verdict } = await Proof.check(changed, book);
                told[verdict] = (told[verdict] || 0) + 1;
            }
            return told;
        }""",
        good,
    )

    assert found.pop("signed") == 1, "the one that nobody changed"
    assert set(found) <= {"changed", "unknown_key", "unreadable"}
    assert sum(found.values()) >= len(good) - 60
    middle = len(good) * 2 // 3
    changed = good[:middle] + str((int(good[middle]) + 1) % 10) + good[middle + 1 :]
    page.fill("#address", changed)
    page.click("#form .btn")
    assert verdict(page) in ("changed", "unreadable")
    assert "믿지 마세요" in page.locator("#answer").inner_text()
    picture(page, "changed-ko", tmp_path)


def test_a_stranger_who_signs_with_a_key_of_the_same_id_fails(
    office: Office, served: Served, page: Page
) -> None:
    """Two bytes are soon the same: it is the key that counts."""
    good = digits(office)
    own = keys.made(office.clock.now())
    facts = cbor2.loads(message_of(good))[2]
    forged = cose.digits(cose.sign1(facts, own.private, bytes.fromhex(key_id_of(good))))
    page.goto(f"{served.url}/verify/offline#{forged}")

    assert verdict(page) == "changed"


def test_documents_of_a_key_before_still_verify_and_of_a_later_one_are_unknown(
    office: Office, served: Served, page: Page, tmp_path: Path
) -> None:
    file, before = saved(page, served, tmp_path), digits(office)
    office.clock.advance(timedelta(days=400))
    keys.rotate(office.settings.folder("keys"), office.clock.now())
    after = digits(office)

    page.goto(f"{served.url}/verify/offline#{before}")
    assert verdict(page) == "signed"
    page.goto(f"{served.url}/verify/offline?again#{after}")
    assert verdict(page) == "signed"
    page.goto(f"{file}#{after}")
    assert verdict(page) == "unknown_key"
    assert "새 화면에서 다시 확인하고" in page.locator("#answer").inner_text()
    picture(page, "unknown-key-ko", tmp_path)


def test_a_leaked_key_and_one_out_of_use_say_so(office: Office, served: Served, page: Page) -> None:
    backdated = digits(office)
    office.clock.advance(timedelta(days=-30))
    keys.rotate(office.settings.folder("keys"), office.clock.now())
    page.goto(f"{served.url}/verify/offline#{backdated}")
    assert verdict(page) == "retired"

    good = digits(office)
    keys.rotate(office.settings.folder("keys"), office.clock.now(), leaked=True)
    page.goto(f"{served.url}/verify/offline?again#{good}")
    assert verdict(page) == "leaked"


def test_what_was_too_long_is_compared_by_typing_it(
    office: Office, served: Served, page: Page, tmp_path: Path
) -> None:
    born = "1998년 4월 17일"
    long = digits(office, {"name_ko": "가" * 30, "birth_date": born})
    page.goto(f"{served.url}/verify/offline?language=en#{long}")
    assert verdict(page) == "signed"

    field = page.locator("#answer .proof-typed").last
    field.locator("input").fill("1998년 4월 18일")
    field.get_by_text("This is not what was signed (yet).").wait_for()
    field.locator("input").fill(f" {born} ")
    field.get_by_text("This is what was signed.").wait_for()
    picture(page, "typed-en", tmp_path)


def test_a_transcript_tells_how_many_entries_and_their_fingerprint(
    office: Office, served: Served, page: Page
) -> None:
    rows = [{"code": code, "grade": "A+"} for code in ("QIS-501", "QIS-502")]
    values = {"courses": rows, "totals": {"gpa": "4.21"}}
    said = digits(office, values, ("name_ko", "totals.gpa", "courses"))

    page.goto(f"{served.url}/verify/offline#{said}")

    assert verdict(page) == "signed"
    assert "2개 항목, 지문" in page.locator("#answer").inner_text()
    assert "4.21" in page.locator("#answer").inner_text()


def test_a_browser_that_may_not_check_says_so_instead_of_failing(
    office: Office, served: Served, page: Page, tmp_path: Path
) -> None:
    """WebCrypto is there on https, on this very machine, and for files; not on other http."""
    other = served.url.replace("127.0.0.1", "other.test")
    page.goto(f"{other}/verify/offline")
    assert page.locator("#insecure").is_visible()

    page.goto(f"{other}/verify/offline#{digits(office)}")

    assert verdict(page) == "insecure"
    assert page.locator("#answer dl").count() == 0
    picture(page, "insecure-ko", tmp_path)


@pytest.mark.parametrize(
    "typed", ["", "hello", "https://x.example/verify/93XV", "9" * 480, "1" * 99]
)
def test_what_is_no_code_of_ours_is_said_to_be_none(served: Served, page: Page, typed: str) -> None:
    page.goto(f"{served.url}/verify/offline?language=en")
    page.fill("#address", typed)
    page.click("#form .btn")

    assert verdict(page) == "unreadable"


def test_the_camera_is_asked_for_and_given_back(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/verify/offline?language=en")

    page.click("#camera")
    page.locator("#video").wait_for()
    assert page.locator("#camera").inner_text() == "Stop the camera"
    page.click("#camera")

    assert page.locator("#video").is_hidden()
    assert page.locator("#camera").inner_text() == "Scan with the camera"


def test_a_paper_before_the_camera_is_read(
    office: Office, served: Served, page: Page, tmp_path: Path, before_the_camera: Path
) -> None:
    _, pdf = office.issue()
    paper = printed(pdf, tmp_path, 200)
    (code,) = zxingcpp.read_barcodes(paper, formats=zxingcpp.BarcodeFormat.QRCode)
    left, top = code.position.top_left.x - 90, code.position.top_left.y - 60
    part = paper.crop((left, top, left + 700, top + 400))
    put_before(before_the_camera, *(held(part, degrees) for degrees in (4, 2, -1, -3)))
    page.goto(f"{served.url}/verify/offline")

    page.click("#camera")

    assert verdict(page) == "signed"
    assert page.locator("#video").is_hidden(), "the camera is given back"
    assert office.documents()[0].number in page.locator("#answer").inner_text()


def held(paper: Image.Image, degrees: float) -> Image.Image:
    """A part of a paper as a hand holds it before a camera: never quite still or straight."""
    seen = Image.new("RGB", FRAME, "grey")
    seen.paste(paper.rotate(degrees, fillcolor=200), (280, 160))
    return seen


@pytest.mark.parametrize("dpi", [120, 300])
def test_a_scan_of_a_print_is_read_from_a_picture(
    office: Office, served: Served, page: Page, tmp_path: Path, dpi: int
) -> None:
    _, pdf = office.issue()
    printed(pdf, tmp_path, dpi).rotate(2, expand=True, fillcolor=255).save(tmp_path / "scan.png")
    page.goto(f"{served.url}/verify/offline")

    page.set_input_files("#picture", tmp_path / "scan.png")

    assert verdict(page) == "signed"


def test_a_picture_without_a_code_is_told(served: Served, page: Page, tmp_path: Path) -> None:
    Image.new("L", (300, 300), 255).save(tmp_path / "white.png")
    (tmp_path / "no.png").write_text("no picture")
    page.goto(f"{served.url}/verify/offline?language=en")

    page.set_input_files("#picture", tmp_path / "white.png")
    page.get_by_text("No QR code was found").wait_for()
    page.set_input_files("#picture", tmp_path / "no.png")
    page.get_by_text("This is not a picture").wait_for()


def test_the_languages_change_without_a_server(
    served: Served, page: Page, context: BrowserContext, office: Office
) -> None:
    page.goto(f"{served.url}/verify/offline#{digits(office)}")
    assert verdict(page) == "signed"
    context.set_offline(True)

    page.click("button[data-language=en]")

    assert page.title() == "Check a print without a network"
    assert SIGNED["en"] in page.locator("#answer").inner_text()
    assert page.locator("h1").inner_text() == "Check a print without a network"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_any_answer(
    chromium: Browser, office: Office, served: Served, colours: Literal["light", "dark"]
) -> None:
    """WCAG 2.2 AA, at phone width, in both languages."""
    good, long = digits(office), digits(office, {"name_ko": "가" * 30})
    document, _ = office.issue()
    axe = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    context = chromium.new_context(bypass_csp=True, color_scheme=colours)
    page, faults = context.new_page(), []
    page.set_viewport_size({"width": 390, "height": 844})
    for language in ("ko", "en"):
        for place in (
            *(f"offline?language={language}", f"offline?language={language}&1#{good}"),
            *(
                f"offline?language={language}&2#{long}",
                f"offline?language={language}&3#{'1' * 200}",
            ),
            f"{document.number}?language={language}#{good}",
        ):
            page.goto(f"{served.url}/verify/{place}")
            if "#" in place:
                verdict(page)
            page.evaluate(axe)
            found = page.evaluate("axe.run({runOnly: ['wcag2a','wcag2aa','wcag21aa','wcag22aa']})")
            faults += [
                f"{place[:24]}: {one['id']} at {node['target']}"
                for one in found["violations"]
                for node in one["nodes"]
            ]
    context.close()
    assert not faults
