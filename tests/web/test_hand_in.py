"""Handing a file in as people meet it: nothing typed is lost, the wrong table is noticed, words are those of a page."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.test_ledger import csv, firms, hand_in, own_ledger

from jiqun.problems import catalogue
from jiqun.problems.problem import problem
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.ledger.models import Upload
from jiqun.web.region import ledger

pytestmark = pytest.mark.usefixtures(own_ledger.__name__)
OPTION = re.compile(r"(?<![\w-])--[a-z]|\bjiqun [a-z]")


def page_of(client, upload: Upload) -> str:
    return str(client.get(f"/ledger/imports/uploads/{upload.token}/").content.decode())


def test_a_file_that_is_too_large_leaves_the_other_fields_as_they_were(as_user, settings):
    settings.UPLOAD_BYTES = 1_000
    file = SimpleUploadedFile("税收.csv", b"x" * 200_000)
    said = {"table": "enterprise_year", "period": "2024", "note": "更正三月漏报", "file": file}
    answer = as_user("tax").post("/ledger/imports/new/", said)
    page = answer.content.decode()
    assert answer.status_code == 422 and "LEDGER-003" in page
    assert 'value="enterprise_year" data-period="year" selected' in page
    assert 'value="2024"' in page and 'value="更正三月漏报"' in page and 'data-most="1000"' in page


def test_no_problem_of_a_page_names_an_option_of_a_command(as_user):
    intake = [code for code, one in catalogue().items() if any(OPTION.search(text) for text in one.fix.values())]
    shown = [code for code in intake if code.startswith("LEDGER-0") and not code.startswith("LEDGER-05")]
    assert "LEDGER-011" in shown
    for code in shown:
        assert not any(OPTION.search(text) for text in catalogue()[code].screen.values()), code
    told = problem("LEDGER-011", table="登记", sheets="“甲”、“乙”")
    assert "--sheet" in told.fix() and "“工作表”里选" in told.on_screen()


def test_several_sheets_that_fit_are_offered_to_choose_from(as_user):
    stream = BytesIO()
    code, name = firms().row(0, named=True)["enterprise"], firms()["name"][0]
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for sheet, tax in (("一季度", 1), ("全年", 4)):
            rows = (("统一社会信用代码", "企业名称", "税收（万元）"), (code, name, tax))
            target = book.add_worksheet(sheet)
            for at, row in enumerate(rows):
                target.write_row(at, 0, row)
    client = as_user("tax")
    upload = hand_in(client, "税收.xlsx", stream.getvalue())
    page = page_of(client, upload)
    assert upload.state == "refused" and upload.preview["sheets"] == ["一季度", "全年"]
    assert '<select class="form-select" name="sheet">' in page and "--sheet" not in page
    client.post(f"/ledger/imports/uploads/{upload.token}/tell/", {"sheet": "全年"})
    assert Job.objects.latest("id").arguments["upload"] == upload.token


def test_a_register_handed_in_as_yearly_figures_is_noticed_and_choices_are_said_in_words(as_user):
    code, name = firms()["enterprise"][0], firms()["name"][0]
    heads = "统一社会信用代码,企业名称,曾用名,所在乡镇街道,所在园区,成立日期,登记状态"
    client = as_user("tax")
    upload = hand_in(client, "登记.csv", csv([f"{code},{name},,某镇,某园区,2010-01-02,正常"], heads))
    assert upload.preview["likelier"]["table"] == "enterprise"
    page = page_of(client, upload)
    assert "是不是选错了表" in page and "?table=enterprise&amp;period=2024" in page
    assert "最接近：" in page and not re.search("最接近：[a-z_]+（", page)
    right = hand_in(client, "登记.csv", csv([f"{code},{name},,某镇,某园区,2010-01-02,正常"], heads), "enterprise", "")
    assert right.preview["likelier"] is None
    yearly = hand_in(client, "税收.csv", csv([f"{code},{name},规下,5"], "统一社会信用代码,企业名称,规模,税收（万元）"))
    assert "规下" in [value for value, _ in yearly.preview["good"]["rows"][0]]


def test_returned_rows_are_a_task_of_who_handed_them_in_until_they_are_corrected(as_user):
    code, name = firms()["enterprise"][0], firms()["name"][0]
    client, other = as_user("tax"), as_user("analyst")
    upload = hand_in(client, "税收.csv", csv([f"{code},{name},5", f"{code[:-1]}?,{name},6"]))
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    number = ledger().view.log.imports[-1].number
    tasks = [one.to for one in client.get("/todo/").context["tasks"]]
    assert f"/ledger/imports/{number}/" in tasks
    assert f"/ledger/imports/{number}/" not in [one.to for one in other.get("/todo/").context["tasks"]]


def test_a_page_that_waits_for_a_job_goes_on_to_its_result_only_for_its_owner(as_user, people):
    job = Job.objects.create(
        kind="evaluate", title="x", owner=people["tax"], asked_at="2026-01-01T00:00Z", state="done", outcome={"to": "/land/"}
    )  # fmt: skip
    answer = as_user("tax").get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/land/" and not answer.content
    assert "HX-Redirect" not in as_user("tax").get(f"/jobs/{job.pk}/")
    assert "HX-Redirect" not in as_user("admin").get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"})


def test_a_new_firm_without_a_valid_code_is_told_so_beside_what_was_written(as_user):
    client = as_user("analyst")
    question = client.get("/ledger/review/").context["questions"][0]
    said = {"reported": question.reported, "do": "new:", "enterprise": "123", "reason": "电话核实"}
    answer = client.post("/ledger/review/decide/", said)
    page = answer.content.decode()
    assert answer.status_code == 422 and "18 位统一社会信用代码" in page
    assert 'value="电话核实"' in page and 'value="123"' in page


def test_a_step_that_could_not_be_done_leads_back_to_where_it_was_asked(as_user):
    client = as_user("analyst")
    answer = client.post(
        "/land/evaluate/", {"method": "no.rule", "period": "2024"}, headers={"Referer": "http://testserver/land/"}
    )
    assert answer.status_code == 422 and 'href="http://testserver/land/"' in answer.content.decode()
    away = client.post("/land/evaluate/", {"method": "no.rule", "period": "2024"}, headers={"Referer": "http://evil/"})
    assert "evil" not in away.content.decode()
