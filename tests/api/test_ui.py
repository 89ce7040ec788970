"""The files of the web UI, wherever a proxy puts them."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from headwater.api.ui import BuiltFiles, ui_router
from headwater.identity.access import Role
from headwater.model.principal import LOCAL

PAGE = (
    '<html><head><base href="/ui/" /><meta name="csp-nonce" content="" />'
    '<script type="module" src="./assets/index-abc.js"></script></head></html>'
)

SESSION = {"ask": "api/v2/session", "beside": None}


@pytest.fixture
def built(tmp_path):
    built = tmp_path / "ui"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "assets" / "index-abc.js").write_text("run()" * 300)
    (built / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(b"run()" * 300))
    needs = {
        "/": {
            "files": ["assets/Home-1.js", "assets/Home-1.css"],
            "asks": [SESSION, {"ask": "api/v2/overview?hours={hours=24}", "beside": []}],
        },
        "/a/b": {"files": [], "asks": [SESSION]},
    }
    (built / "pages.json").write_text(json.dumps(needs))
    (tmp_path / "secret.json").write_text("{}")
    return built


@pytest.fixture
def call(calling, built):
    return calling(ui_router(BuiltFiles(built)))


@pytest.mark.parametrize(
    ("path", "base"),
    [("/ui/", "./"), ("/ui/tables", "./"), ("/ui/tables/table", "../"), ("/ui/a/b/c", "../../")],
)
def test_every_address_is_the_page_with_the_way_back_to_its_base(call, path, base):
    reply = call("GET", path)
    assert reply.status == 200
    assert f'<base href="{base}"' in reply.body.decode()
    assert reply.headers["cache-control"] == "no-cache"


def _hints(reply):
    links = re.findall(r"<link [^>]+>", reply.body.decode())
    return [re.search(r'rel="(\w+)".* href="([^"]+)"', link).groups() for link in links]


def test_the_page_names_what_its_address_needs(call):
    assert _hints(call("GET", "/ui/")) == [
        ("modulepreload", "./assets/Home-1.js"),
        ("preload", "./assets/Home-1.css"),
        ("preload", "../api/v2/session"),
        ("preload", "../api/v2/overview?hours=24"),
    ]
    assert _hints(call("GET", "/ui/a/b/")) == [("preload", "../api/v2/session")]
    assert _hints(call("GET", "/ui/a")) == []


@pytest.mark.parametrize(
    ("query", "asked"),
    [("?hours=1", ["../api/v2/overview?hours=1"]), ("?hours=1&what=else", [])],
)
def test_what_the_page_asks_ahead_is_of_its_address_or_nothing(call, query, asked):
    links = [where for _, where in _hints(call("GET", f"/ui/{query}"))]
    assert links[2:] == ["../api/v2/session", *asked]


def test_nothing_is_asked_ahead_for_who_has_yet_to_sign_in(calling, built, access):
    call = calling(ui_router(BuiltFiles(built)), access=access)
    assert len(_hints(call("GET", "/ui/"))) == 4
    access.create("ann", Role.ADMIN, expires_at=None, by=LOCAL)
    assert len(_hints(call("GET", "/ui/"))) == 2


def test_styles_of_scripts_need_the_nonce_of_this_very_answer(call):
    first, second = call("GET", "/ui/"), call("GET", "/ui/")
    nonces = [
        re.search(r'csp-nonce" content="([^"]+)"', r.body.decode())[1] for r in (first, second)
    ]
    assert nonces[0] != nonces[1]
    policy = first.headers["content-security-policy"]
    assert f"style-src 'self' 'nonce-{nonces[0]}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_hashed_files_stay_and_go_compressed_to_who_takes_it(call):
    plain = call("GET", "/ui/assets/index-abc.js")
    assert plain.body == b"run()" * 300
    assert "immutable" in plain.headers["cache-control"]
    packed = call("GET", "/ui/assets/index-abc.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


@pytest.mark.parametrize("path", ["/ui/assets/old.js", "/ui/assets/%2e%2e/%2e%2e/secret.json"])
def test_a_file_that_is_not_of_the_build_is_not_found(call, path):
    assert call("GET", path).status == 404


@pytest.mark.parametrize("path", ["/ui/../secret.json", "/ui/%2e%2e/secret.json"])
def test_no_path_leads_out_of_the_folder(call, path):
    assert b"{}" not in call("GET", path).body


def test_people_are_led_from_the_root_to_the_page(call):
    assert call("GET", "/").headers["location"] == "ui/"
    assert call("GET", "/ui").headers["location"] == "ui/"


def test_without_a_build_the_root_leads_to_the_routes_and_the_page_says_how_to_build(
    calling, tmp_path
):
    call = calling(ui_router(BuiltFiles(tmp_path / "nothing")))
    assert call("GET", "/").headers["location"] == "docs"
    reply = call("GET", "/ui/")
    assert reply.status == 404
    assert b"make ui" in reply.body
