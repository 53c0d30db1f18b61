"""Makes the first version of a request's paper from `tools/request_papers/<kind>.toml`.

Usage: python tools/request_paper.py <kind>
       nice python -m services.certs.layout.compile templates <kind>

Writes `templates/documents/<kind>/`: ko.docx and en.docx with the look of the application for a
leave of absence, fields.json and sample.json. From then on the Word files are what counts: whoever
edits them in Word never runs this again.
"""

import json
import math
import sys
import tomllib
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "templates" / "documents"
MODEL = DOCUMENTS / "leave_of_absence"  # whose pieces are taken, signer and words alike
LANGUAGES = ("ko", "en")
STUDENT = ("campus", "major", "student_number", "program", "name")
SIGNED = {
    "name": {"ko": "{who}", "en": "{who}"},
    "typed": {"ko": "{who} 서명", "en": "Signature: {who}"},
    "signed_at": {"ko": "{who} 서명 일시", "en": "Time of the signature: {who}"},
}
APPLICANT = {"role": "applicant", "ko": "신청인", "en": "Applicant"}
# Twips (1/20 point). What a page has for the table, the sentence and the signatures together.
ROOM, PAIR, SIGNATURE = 7023, 590, 544
REASON_MOST, REASON_LEAST = 1928, 700
SENTENCE = {"ko": (320, 40, 46), "en": (290, 40, 105)}  # a line, around all lines, letters a line


def make(kind: str, told: dict[str, Any]) -> None:
    """All files of a kind, from what its description tells."""
    fields = json.loads((MODEL / "fields.json").read_text("utf-8"))["fields"]
    samples = json.loads((MODEL / "sample.json").read_text("utf-8"))
    cells = [known(cell, fields, samples) for cell in told["cells"]]
    folder = DOCUMENTS / kind
    folder.mkdir(exist_ok=True)
    for language in LANGUAGES:
        paper(told, cells, language).save(str(folder / f"{language}.docx"))
    write(folder / "fields.json", fields_of(told, cells, fields))
    write(folder / "sample.json", {one: sample(told, cells, samples, one) for one in LANGUAGES})


def known(cell: dict[str, Any], fields: dict[str, Any], samples: dict[str, Any]) -> dict[str, Any]:
    """A cell with its words and samples, which those of the model need not repeat."""
    name = cell["field"]
    given = {"sample": {one: samples[one].get(name) for one in LANGUAGES}}
    return given | fields.get(name, {}) | cell


def paper(told: dict[str, Any], cells: list[dict[str, Any]], language: str) -> Any:
    """The Word file in one language: the model's, its table, sentence and signatures replaced."""
    document = docx.Document(str(MODEL / f"{language}.docx"))
    body = document.element.body
    told_title, other = told["title"][language], told["title"]["en" if language == "ko" else "ko"]
    document.core_properties.title, document.core_properties.subject = told_title, other
    say(body[0], told_title)
    table, sentence, signatures, decision = (body[n] for n in (1, 3, 5, 10))
    table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}").set(qn("w:val"), told_title)
    high = set_sentence(sentence, told, language) + set_signers(signatures, told, language)
    set_cells(table, told, cells, language, ROOM - high)
    if "to" in told:
        say(body[6], told["to"][language])
    if "attachments" in told:
        say(body[7], told["attachments"][language])
    say(decision.findall(qn("w:tr"))[1].findall(qn("w:tc"))[2], told["granted"][language])
    return document


def set_cells(
    table: Any, told: dict[str, Any], cells: list[dict[str, Any]], language: str, room: int
) -> None:
    """Pairs of cells, wide ones alone, and the box of reasons in what room is left."""
    name, pair, reason = (table.findall(qn("w:tr"))[n] for n in (2, 3, 4))
    models = deepcopy(pair)
    table.remove(pair)
    rows = lines_of(cells)
    for index, line in enumerate(rows):
        made = name if index == 0 else deepcopy(models)
        places = made.findall(qn("w:tc"))
        first = 2 if index == 0 else 0  # the name stands before the first cell
        for offset, cell in enumerate(line):
            say(places[first + 2 * offset], cell[language])
            refill(places[first + 2 * offset + 1], pair_field(index, offset), cell["field"])
        if index and len(line) == 1:
            widen(made, places)
        if index:
            reason.addprevious(made)
    room -= PAIR * (len(rows) + 2)
    if "reason" not in told:
        table.remove(reason)
        return
    if room < REASON_LEAST:
        raise SystemExit(f"{-(room - REASON_LEAST)} twips too much for one page")
    height = reason.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
    height.set(qn("w:val"), str(min(room, REASON_MOST)))
    label, value = reason.findall(qn("w:tc"))
    say(label, told["reason"][language])
    refill(value, "reason", told["reason"]["field"])


def pair_field(index: int, offset: int) -> str:
    """The model's field in that place."""
    return "birth_date" if index == 0 else ("leave_kind", "leave_period")[offset]


def lines_of(cells: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """One beside the name, then two a line; a wide one and one left over alone."""
    lines: list[list[dict[str, Any]]] = [cells[:1]]
    for cell in cells[1:]:
        last = lines[-1]
        joins = len(lines) > 1 and len(last) == 1
        if joins and not cell.get("wide") and not last[0].get("wide"):
            last.append(cell)
        else:
            lines.append([cell])
    return lines


def widen(row: Any, places: Sequence[Any]) -> None:
    """A single value over the whole width."""
    for extra in places[2:]:
        row.remove(extra)
    properties = places[1].find(qn("w:tcPr"))
    properties.find(qn("w:tcW")).set(qn("w:w"), "7937")
    properties.find(qn("w:gridSpan")).set(qn("w:val"), "8")


def set_sentence(table: Any, told: dict[str, Any], language: str) -> int:
    """The sentence that is signed; its height."""
    line, around, letters = SENTENCE[language]
    text = told["sentence"][language]
    lines = told.get("sentence_lines", {}).get(language) or math.ceil(len(text) / letters)
    (row,) = table.findall(qn("w:tr"))
    row.find(f"{qn('w:trPr')}/{qn('w:trHeight')}").set(qn("w:val"), str(lines * line + around))
    say(row, text)
    return int(lines * line + around)


def set_signers(table: Any, told: dict[str, Any], language: str) -> int:
    """The applicant's line and one for each who agrees; their height."""
    model = table.findall(qn("w:tr"))[1]
    table.remove(model)
    for number, signer in enumerate(told["signers"]):
        made = deepcopy(model)
        say(made.findall(qn("w:tc"))[1], signer[language])
        refill(made, "advisor", signer["role"])
        for tag in ("wp:docPr", "pic:cNvPr"):
            for picture in made.iter(qn(tag)):
                picture.set("name", f"signature_{signer['role']}")
                picture.set("id", str(9010 + number))
        described = next(made.iter(qn("wp:docPr")))
        word = {"ko": f"{signer['ko']} 서명", "en": f"Signature of the {signer['en']}"}
        described.set("descr", word[language])
        table.append(made)
    return SIGNATURE * (1 + len(told["signers"]))


def say(place: Any, text: str) -> None:
    """Words in place of those that stand there."""
    written = list(place.iter(qn("w:t")))
    written[0].text = text
    for more in written[1:]:
        more.getparent().getparent().remove(more.getparent())


def refill(place: Any, old: str, new: str) -> None:
    """Another field in the places of one."""
    for written in place.iter(qn("w:t")):
        text = written.text or ""
        for before in (f"{{{{ {old}", f"'{old}", f"if {old}."):
            text = text.replace(before, before.replace(old, new))
        written.text = text


def fields_of(
    told: dict[str, Any], cells: list[dict[str, Any]], fields: dict[str, Any]
) -> dict[str, Any]:
    """What staff who edit the paper may write, and how it is called."""
    own = ("document_number", "verify_address", "issued_at", "contact_line", "application_number")
    named = {name: fields[name] for name in (*own, *STUDENT)}
    reasons = [told["reason"]] if "reason" in told else []
    named |= {cell["field"]: words(cell) for cell in [*cells, *reasons]}
    named["application_date"] = fields["application_date"]
    for signer in (APPLICANT, *told["signers"]):
        for part, said in SIGNED.items():
            label = {one: said[one].format(who=signer[one]) for one in LANGUAGES}
            named[f"{signer['role']}.{part}"] = label
    ends = ("attachments", "decision", "decision_office", "decision_date", "decision_reference")
    named |= {name: fields[name] for name in ends} | {"extent_granted": words(told["granted"])}
    return {"title": words(told["title"]), "fields": named}


def sample(
    told: dict[str, Any], cells: list[dict[str, Any]], samples: dict[str, Any], language: str
) -> dict[str, Any]:
    """Values that a paper of this kind may have."""
    values = {k: v for k, v in samples[language].items() if k not in ("leave_kind", "leave_period")}
    unsaid = {"birth_date", "reason"}
    values = {k: v for k, v in values.items() if k not in unsaid}
    reasons = [told["reason"]] if "reason" in told else []
    values |= {one["field"]: one["sample"][language] for one in [*cells, *reasons]}
    advisor = values.pop("advisor")
    for signer in told["signers"]:
        who = signer.get("sample", {}).get(language, advisor["name"])
        values[signer["role"]] = advisor | {"name": who, "typed": who}
    number = values["application_number"].partition("-")[2]
    values["application_number"] = f"{told['prefix']}-{number}"
    values["extent_granted"] = told["granted"]["sample"][language]
    if "office" in told:
        values["decision_office"] = told["office"][language]
    return values


def words(told: dict[str, Any]) -> dict[str, str]:
    return {language: told[language] for language in LANGUAGES}


def write(path: Path, told: dict[str, Any]) -> None:
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    for chosen in sys.argv[1:]:
        description = ROOT / "tools" / "request_papers" / f"{chosen}.toml"
        make(chosen, tomllib.loads(description.read_text("utf-8")))
