"""Can the audit log be believed after a crash, a full disk and a hostile name?"""

import asyncio
import json
import os

import pytest

from libretexts_hub.culler.audit import AuditLog, line, read
from libretexts_hub.domain.culling import AuditRecord
from libretexts_hub.domain.culling_errors import CullingError


def record(number=0, **more):
    values = {"time": 1.8e9 + number, "action": "mark", "user": "ada", "reason": "away", "run": "r"} | more
    return AuditRecord(**values)


async def test_lines_are_appended_in_order(tmp_path):
    log = AuditLog(tmp_path / "deep" / "audit.jsonl")
    await asyncio.gather(*(log.write(record(number)) for number in range(20)))
    log.close()
    again = AuditLog(tmp_path / "deep" / "audit.jsonl")
    await again.write(record(20, claim=("ns", "claim-ada"), uid="u"))
    again.close()

    found = read(tmp_path / "deep" / "audit.jsonl")
    assert [each["time"] for each in found] == sorted(each["time"] for each in found)
    assert len(found) == 21
    assert found[-1]["claim"] == {"namespace": "ns", "name": "claim-ada"}
    assert os.stat(tmp_path / "deep" / "audit.jsonl").st_mode & 0o007 == 0


async def test_half_a_line_of_a_killed_process_spoils_no_other(tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_bytes(line(record(1)) + line(record(2))[:20])
    log = AuditLog(path)
    await log.write(record(3))
    log.close()
    assert [each["time"][:19] for each in read(path)] == ["2027-01-15T08:00:01", "2027-01-15T08:00:03"]


@pytest.mark.parametrize("name", ['a\n{"action": "delete"}', "a\u2028b", '"', "\ud800", "\x00"])
def test_a_name_forges_no_line(name):
    text = line(record(user=name, reason=name))
    assert text.count(b"\n") == 1
    assert json.loads(text)["user"] == name
    assert text.isascii()


async def test_a_full_file_is_set_aside(tmp_path):
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, largest_bytes=1000, kept=2)
    for number in range(40):
        await log.write(record(number))
    log.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) == 3
    assert all(each.stat().st_size <= 1000 for each in files)
    assert read(path)[-1]["time"].startswith("2027-01-15T08:00:39")


async def test_without_a_limit_nothing_is_ever_lost(tmp_path):
    log = AuditLog(tmp_path / "audit.jsonl", largest_bytes=500)
    for number in range(30):
        await log.write(record(number))
    log.close()
    assert sum(len(read(path)) for path in tmp_path.iterdir()) == 30


async def test_a_log_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    log = AuditLog(tmp_path / "file" / "audit.jsonl")
    with pytest.raises(CullingError, match="nothing is deleted"):
        await log.write(record())
    log.close()
