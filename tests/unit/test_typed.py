"""What strangers type and call their files stands on one line, shows what it is, and is nobody's path."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.boundary.files import handed_out
from shared.conversations.pictures import FILES, HEIC, IN_PAGES, JPEG, PDF, PNG, file_type, picture_type
from shared.conversations.typed import MOST_FILE_NAME, file_name, one_line
from shared.store.blobs import Blob


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("header", "kind", "name"),
    [
        ("pool.pdf", PDF, "pool.pdf"),
        ("POOL.PDF", PDF, "POOL.PDF"),
        ("photo.jpeg", JPEG, "photo.jpeg"),
        ("..%2F..%2Fetc%2Fpasswd", PDF, "passwd.pdf"),
        ("C%3A%5Cwindows%5Cpool.pdf", PDF, "pool.pdf"),
        ("invoice%E2%80%AEfdp.exe", PDF, "invoicefdp.exe.pdf"),  # shown as "invoiceexe.pdf" by U+202E
        ("invoice.pdf.exe", PNG, "invoice.pdf.exe.png"),
        ("a%0D%0Ab%00c%1b.png", PNG, "a bc.png"),
        ("%C3%BCben%20%F0%9F%8F%8A.png", PNG, "üben 🏊.png"),
        ("caf\u0065%CC%81.png", PNG, "café.png"),
        ("%FF%FE.png", PNG, "��.png"),
        ("", PDF, "file.pdf"),
        (".", PDF, "file.pdf"),
        ("..", PNG, "file.png"),
        ("%2F", HEIC, "file.heic"),
        (".htaccess", PDF, "htaccess.pdf"),
        ("%20%20", PDF, "file.pdf"),
    ],
)
def test_a_files_name_is_one_line_without_folders_and_ends_as_what_the_file_is(
    header: str, kind: str, name: str
) -> None:
    assert file_name(header, kind) == name


@pytest.mark.parametrize("name", ["x" * 300 + ".pdf", "🏊" * 200 + ".pdf", "x" * 300, "🏊" * 128 + "x.pdf"])
def test_a_long_name_is_cut_before_its_ending(name: str) -> None:
    cut = file_name(quote(name), PDF)
    assert MOST_FILE_NAME - 1 <= units(cut) <= MOST_FILE_NAME
    assert cut.endswith(".pdf")
    assert "\ufffd" not in cut


@given(st.text(), st.sampled_from(FILES))
def test_whatever_a_file_is_called_its_name_is_safe_to_show(name: str, kind: str) -> None:
    safe = file_name(quote(name, errors="surrogatepass"), kind)
    assert safe
    assert units(safe) <= MOST_FILE_NAME
    assert not set(safe) & set("/\\\r\n\t\0\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2028")
    assert file_name(quote(safe), kind) == safe


def test_one_line_keeps_what_is_seen_and_no_more_than_fits() -> None:
    assert one_line("  Ana\n\tMaría \u202eevil\u2066 ", 200) == "Ana María evil"
    assert one_line("🏊" * 10, 5) == "🏊🏊"


@pytest.mark.parametrize("content", [b" %PDF-1.7", b"<html>%PDF-1.7", b"%PDF", b"%pdf-1.7", b""])
def test_a_pdf_begins_as_one(content: bytes) -> None:
    assert file_type(content) is None


@given(st.binary(max_size=40))
def test_what_is_no_picture_is_a_pdf_or_refused(content: bytes) -> None:
    expected = PDF if content.startswith(b"%PDF-") else picture_type(content)
    assert file_type(content) == expected


# -- handed out


def headers(kind: str, query: str = "") -> dict[str, str]:
    return dict(handed_out(Blob(b"x", kind), query).headers)


@pytest.mark.parametrize("kind", IN_PAGES)
def test_a_picture_stands_in_the_page_whatever_its_link_says(kind: str) -> None:
    assert headers(kind, "name=evil.html")["content-disposition"] == "inline"


@pytest.mark.parametrize(
    ("kind", "query", "disposition"),
    [
        (PDF, "name=pool.pdf", "attachment; filename=\"pool.pdf\"; filename*=UTF-8''pool.pdf"),
        (PDF, "", "attachment; filename=\"file.pdf\"; filename*=UTF-8''file.pdf"),
        (HEIC, "name=a", "attachment; filename=\"a.heic\"; filename*=UTF-8''a.heic"),
        (PDF, "name=run.bat", "attachment; filename=\"run.bat.pdf\"; filename*=UTF-8''run.bat.pdf"),
        (PDF, "name=%22%0D%0Ax%3A+y", "attachment; filename=\"_ x_ y.pdf\"; filename*=UTF-8''%22%20x%3A%20y.pdf"),
        (PDF, "name=%C3%BC.pdf", "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%BC.pdf"),
        (PDF, "name=100%25.pdf", "attachment; filename=\"100_.pdf\"; filename*=UTF-8''100%25.pdf"),
    ],
)
def test_everything_else_is_put_away_under_a_name_that_ends_as_the_file_does(
    kind: str, query: str, disposition: str
) -> None:
    assert headers(kind, query)["content-disposition"] == disposition


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/octet-stream"])
def test_what_nobody_may_have_stored_is_never_shown(kind: str) -> None:
    assert headers(kind, "name=a.html")["content-disposition"] == "attachment"


@pytest.mark.parametrize("kind", [*FILES, "text/html"])
def test_no_browser_runs_a_file_or_guesses_what_it_is_and_the_frame_may_show_it(kind: str) -> None:
    told = headers(kind)
    assert told["x-content-type-options"] == "nosniff"
    assert told["content-security-policy"] == "default-src 'none'; sandbox"
    assert told["cross-origin-resource-policy"] == "cross-origin"
