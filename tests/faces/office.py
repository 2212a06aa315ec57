"""LibreOffice as an independent reader of workbooks: it recalculates every formula, whatever values the file holds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

SOFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")

RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item></oor:items>
"""
"""Recalculate always on load; without it LibreOffice believes the values of files that it takes for Excel's."""


def recalculated(content: bytes, folder: Path) -> Any:
    """The workbook as LibreOffice works it out, read by openpyxl as values."""
    assert SOFFICE is not None
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE)
    (folder / "book.xlsx").write_bytes(content)
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir",
               str(folder / "out"), str(folder / "book.xlsx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300, env=os.environ | {"HOME": str(folder)})
    return openpyxl.load_workbook(folder / "out" / "book.xlsx", data_only=True)
