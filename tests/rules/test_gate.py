"""The gate refuses what production refuses, over gRPC, REST and the browser's channel; everything else passes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote, urlencode

import grpc
import httpx
import pytest
from google.cloud.firestore_v1 import types
from google.protobuf import json_format

from local.emulators.children import Running
from local.gate import Gate
from tests.rules.conftest import MovableClock
from tests.rules.people import HOME, PROJECT, SERVICE, Principal, unsigned
from tests.stack import eventually

DATABASE = f"projects/{PROJECT}/databases/(default)"
TENANT = f"{DATABASE}/documents/tenants/{HOME}"
RPC = "/google.firestore.v1.Firestore/"
REST = f"/v1/{DATABASE}/documents"


def _token(principal: Principal = SERVICE, **claims: object) -> str:
    now = int(time.time())
    standard: dict[str, object] = {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "sub": principal.uid,
        "user_id": principal.uid,
        "iat": now,
        "auth_time": now,
        "exp": now + 3600,
        "firebase": {"sign_in_provider": principal.provider},
    }
    merged = {**standard, **principal.claims, **claims}
    return unsigned({key: value for key, value in merged.items() if value is not None})


def _not_admitted() -> dict[str, str | None]:
    now = int(time.time())
    return {
        "no token": None,
        "owner": "Bearer owner",
        "another scheme": "Basic b3duZXI=",
        "no JWT": "Bearer abc",
        "no JSON": "Bearer a.b.c",
        "claims that are a list": f"Bearer x.{unsigned({}).split('.')[0]}W10.y",
        "expired": f"Bearer {_token(exp=now - 1)}",
        "without exp": f"Bearer {_token(exp=None)}",
        "exp is a text": f"Bearer {_token(exp='never')}",
        "exp is true": f"Bearer {_token(exp=True)}",
        "exp beyond time": f"Bearer {_token(exp=1e300)}",
        "issued in the future": f"Bearer {_token(iat=now + 120)}",
        "signed in in the future": f"Bearer {_token(auth_time=now + 120)}",
        "without auth_time": f"Bearer {_token(auth_time=None)}",
        "for another project": f"Bearer {_token(aud='other-project')}",
        "of another issuer": f"Bearer {_token(iss='https://securetoken.google.com/other-project')}",
        "a custom token": f"Bearer {_token(aud='https://identitytoolkit.googleapis.com/', iss='token-signer@x')}",
        "names nobody": f"Bearer {_token(sub='')}",
    }


@pytest.fixture(scope="session")
async def channel(gate: Gate) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(gate.host) as channel:
        yield channel


@pytest.fixture(scope="session")
async def web(gate: Gate) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{gate.host}", timeout=30) as client:
        yield client


def _write(id: str) -> dict[str, object]:
    fields = {"ciphertext": {"stringValue": "abc"}}
    stamp = {"fieldPath": "updated_at", "setToServerValue": "REQUEST_TIME"}
    return {"update": {"name": f"{TENANT}/secrets/{id}", "fields": fields}, "updateTransforms": [stamp]}


def _raw(kind: type, content: dict[str, object]) -> bytes:
    message = kind.pb(kind())
    json_format.ParseDict(content, message)
    return message.SerializeToString()


async def _call(channel: grpc.aio.Channel, method: str, raw: bytes, authorization: str | None) -> bytes:
    metadata = (("authorization", authorization),) if authorization else ()
    return await channel.unary_unary(RPC + method)(raw, metadata=metadata, timeout=30)


def _commit(id: str) -> bytes:
    return _raw(types.CommitRequest, {"database": DATABASE, "writes": [_write(id)]})


# ── What passes ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_commit_a_get_and_a_query_pass_over_grpc(channel: grpc.aio.Channel) -> None:
    bearer, id = f"Bearer {_token()}", f"k{uuid.uuid4().hex}"
    await _call(channel, "Commit", _commit(id), bearer)
    got = await _call(
        channel, "GetDocument", _raw(types.GetDocumentRequest, {"name": f"{TENANT}/secrets/{id}"}), bearer
    )
    assert types.Document.pb(types.Document()).FromString(got).fields["ciphertext"].string_value == "abc"
    query = _raw(types.RunQueryRequest, {"parent": TENANT, "structuredQuery": {"from": [{"collectionId": "secrets"}]}})
    answers = channel.unary_stream(RPC + "RunQuery")(query, metadata=(("authorization", bearer),), timeout=30)
    assert len([answer async for answer in answers]) >= 1


async def test_the_rules_refusal_passes_unchanged(channel: grpc.aio.Channel) -> None:
    elsewhere = _raw(types.GetDocumentRequest, {"name": f"{DATABASE}/documents/tenants/other/secrets/x"})
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _call(channel, "GetDocument", elsewhere, f"Bearer {_token()}")
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert "IAM" not in (refused.value.details() or "")


async def test_a_listener_hears_of_a_change_over_grpc(channel: grpc.aio.Channel) -> None:
    bearer, id = f"Bearer {_token()}", f"k{uuid.uuid4().hex}"
    target = {"targetId": 1, "documents": {"documents": [f"{TENANT}/secrets/{id}"]}}
    call = _listen(channel, bearer)
    await call.write(_raw(types.ListenRequest, {"database": DATABASE, "addTarget": target}))
    await _until(call, "target_change")
    await _call(channel, "Commit", _commit(id), bearer)
    heard = await _until(call, "document_change")
    assert heard.document_change.document.name.endswith(id)
    call.cancel()


def _listen(channel: grpc.aio.Channel, authorization: str) -> grpc.aio.StreamStreamCall[bytes, bytes]:
    """The emulator ends a Listen without this prefix as UNKNOWN, without a word."""
    metadata = (("authorization", authorization), ("google-cloud-resource-prefix", DATABASE))
    return channel.stream_stream(RPC + "Listen")(metadata=metadata, timeout=30)


async def _until(call: grpc.aio.StreamStreamCall[bytes, bytes], kind: str) -> types.ListenResponse:
    while True:
        answer = types.ListenResponse.deserialize(await call.read())
        if kind in answer:
            return answer


async def test_a_commit_a_get_and_a_query_pass_over_rest(web: httpx.AsyncClient) -> None:
    headers, id = {"authorization": f"Bearer {_token()}"}, f"k{uuid.uuid4().hex}"
    committed = await web.post(f"{REST}:commit", json={"writes": [_write(id)]}, headers=headers)
    assert committed.status_code == 200, committed.text
    got = await web.get(f"{REST}/tenants/{HOME}/secrets/{id}", headers=headers)
    assert got.json()["fields"]["ciphertext"] == {"stringValue": "abc"}
    asked = {"structuredQuery": {"from": [{"collectionId": "secrets"}], "limit": 5}}
    found = await web.post(f"{REST}/tenants/{HOME}:runQuery", json=asked, headers=headers)
    assert "document" in found.json()[0]
    listed = await web.get(f"{REST}/tenants/{HOME}/secrets", params={"pageSize": 5}, headers=headers)
    assert listed.status_code == 200


async def test_a_document_whose_id_has_a_colon_is_no_method(web: httpx.AsyncClient) -> None:
    headers = {"authorization": f"Bearer {_token()}"}
    got = await web.get(f"{REST}/tenants/{HOME}/members/svc:{HOME}", headers=headers)
    assert got.status_code == 404


async def test_a_browser_may_ask_first_without_a_token(web: httpx.AsyncClient) -> None:
    asked = {"origin": "http://127.0.0.1:5000", "access-control-request-method": "POST"}
    assert (await web.options(f"{REST}:commit", headers=asked)).status_code == 200


# ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", _not_admitted())
async def test_a_token_that_production_would_not_take_is_unauthenticated(
    channel: grpc.aio.Channel, web: httpx.AsyncClient, name: str
) -> None:
    authorization = _not_admitted()[name]
    for method in ("Commit", "BeginTransaction"):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await _call(channel, method, _commit("x"), authorization)
        assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    headers = {"authorization": authorization} if authorization else {}
    answer = await web.post(f"{REST}:commit", json={"writes": [_write("x")]}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


async def test_a_token_that_was_good_is_refused_when_its_time_has_passed(
    channel: grpc.aio.Channel, clock: MovableClock
) -> None:
    bearer = f"Bearer {_token()}"
    await _call(channel, "Commit", _commit("x"), bearer)
    clock.ahead = timedelta(hours=1, seconds=1)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _call(channel, "Commit", _commit("x"), bearer)
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


async def test_a_clock_that_is_a_little_ahead_is_no_future(channel: grpc.aio.Channel) -> None:
    ahead = int(time.time()) + 30
    await _call(channel, "Commit", _commit("x"), f"Bearer {_token(iat=ahead, auth_time=ahead)}")


async def test_a_stream_ends_with_its_token(channel: grpc.aio.Channel, clock: MovableClock) -> None:
    clock.ahead = timedelta(seconds=3599)
    call = _listen(channel, f"Bearer {_token()}")
    target = {"targetId": 1, "documents": {"documents": [f"{TENANT}/secrets/x"]}}
    await call.write(_raw(types.ListenRequest, {"database": DATABASE, "addTarget": target}))
    with contextlib.suppress(grpc.aio.AioRpcError):
        while await call.read() is not grpc.aio.EOF:
            pass
    assert await call.code() == grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("owner_first", [True, False])
async def test_of_two_tokens_neither_is_believed(
    channel: grpc.aio.Channel, web: httpx.AsyncClient, owner_first: bool
) -> None:
    """The emulator might believe the one that the gate did not judge."""
    bearers = sorted(
        [f"Bearer {_token()}", "Bearer owner"], key=lambda bearer: (bearer != "Bearer owner") == owner_first
    )
    twice = [("authorization", bearer) for bearer in bearers]
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await channel.unary_unary(RPC + "Commit")(_commit("x"), metadata=tuple(twice), timeout=30)
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    answer = await web.get(f"{REST}/tenants/{HOME}/secrets/x", headers=twice)
    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("second", ["in the form", "in the header"])
async def test_a_channel_with_two_tokens_is_refused(web: httpx.AsyncClient, second: str) -> None:
    bearer = f"Bearer {_token()}"
    in_form = f"{bearer}\r\nAuthorization:Bearer owner" if second == "in the form" else bearer
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if second == "in the header":
        headers["authorization"] = "Bearer owner"
    opened = await web.post(
        CHANNEL, params={"VER": "8", "RID": "1"}, content=_handshake(in_form, f"{TENANT}/secrets/x"), headers=headers
    )
    assert opened.status_code == 401


@pytest.mark.parametrize("hidden", [{"access_token": "owner"}, {"$httpHeaders": "Authorization:Bearer owner"}])
async def test_a_token_in_the_query_is_refused(web: httpx.AsyncClient, hidden: dict[str, str]) -> None:
    headers = {"authorization": f"Bearer {_token()}"}
    answer = await web.get(f"{REST}/tenants/{HOME}/secrets/x", params=hidden, headers=headers)
    assert answer.status_code == 401


# ── What needs IAM ───────────────────────────────────────────────────────────────────────────────────────────────────

NEED_IAM: dict[str, tuple[str, bytes]] = {
    "BeginTransaction": ("BeginTransaction", b""),
    "Rollback": ("Rollback", b""),
    "BatchWrite": ("BatchWrite", b""),
    "ListCollectionIds": ("ListCollectionIds", b""),
    "PartitionQuery": ("PartitionQuery", b""),
    "ExecutePipeline": ("ExecutePipeline", b""),
    "an empty Commit": ("Commit", _raw(types.CommitRequest, {"database": DATABASE})),
    "a Commit of a transaction": (
        "Commit",
        _raw(types.CommitRequest, {"database": DATABASE, "writes": [_write("x")], "transaction": "eA=="}),
    ),
    "a read in a transaction": ("GetDocument", _raw(types.GetDocumentRequest, {"name": TENANT, "transaction": "eA=="})),
    "a query that begins one": ("RunQuery", _raw(types.RunQueryRequest, {"parent": TENANT, "newTransaction": {}})),
    "missing documents": (
        "ListDocuments",
        _raw(types.ListDocumentsRequest, {"parent": TENANT, "collectionId": "secrets", "showMissing": True}),
    ),
}


@pytest.mark.parametrize("name", NEED_IAM)
async def test_what_needs_iam_is_refused_over_grpc(channel: grpc.aio.Channel, name: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _call(channel, *NEED_IAM[name], f"Bearer {_token()}")
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert "IAM" in (refused.value.details() or "")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{REST}:beginTransaction", {}),
        (f"{REST}:rollback", {"transaction": "eA=="}),
        (f"{REST}:batchWrite", {"writes": [_write("x")]}),
        (f"{REST}:listCollectionIds", {}),
        (f"{REST}/tenants/{HOME}:listCollectionIds", {}),
        (f"{REST}:partitionQuery", {}),
        (f"{REST}:commit", {}),
        (f"{REST}:commit", {"writes": []}),
        (f"{REST}:commit", {"writes": [_write("x")], "transaction": "eA=="}),
        (f"{REST}:batchGet", {"documents": [TENANT], "newTransaction": {"readOnly": {}}}),
        (f"/v1/{DATABASE}:exportDocuments", {}),
        (f"/emulator/v1/projects/{PROJECT}:securityRules", {}),
    ],
)
async def test_what_needs_iam_is_refused_over_rest(web: httpx.AsyncClient, path: str, body: dict[str, object]) -> None:
    answer = await web.post(path, json=body, headers={"authorization": f"Bearer {_token()}"})
    assert (answer.status_code, answer.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET"])
async def test_the_emulators_own_controls_are_out_of_reach(web: httpx.AsyncClient, method: str) -> None:
    path = f"/emulator/v1/{DATABASE}/documents"
    answer = await web.request(method, path, headers={"authorization": f"Bearer {_token()}"})
    assert answer.status_code == 403


@pytest.mark.parametrize("asked", ["showMissing=true", "show_missing=true", "showMissing=false&showMissing=True"])
async def test_a_list_of_missing_documents_is_refused_over_rest(web: httpx.AsyncClient, asked: str) -> None:
    headers = {"authorization": f"Bearer {_token()}"}
    answer = await web.get(f"{REST}/tenants/{HOME}/secrets?{asked}", headers=headers)
    assert answer.status_code == 403
    assert "missing documents" in answer.json()["error"]["message"]  # the gate's words, not the rules'


# ── The browser's channel ────────────────────────────────────────────────────────────────────────────────────────────

CHANNEL = "/google.firestore.v1.Firestore/Listen/channel"


def _handshake(authorization: str | None, document: str) -> str:
    """The form of a channel's first POST, as the JavaScript SDK sends it."""
    target = {"database": DATABASE, "addTarget": {"targetId": 2, "documents": {"documents": [document]}}}
    token = f"Authorization:{authorization}\r\n" if authorization else ""
    headers = f"X-Goog-Api-Client:gl-js/ fire/12.18.0\r\nContent-Type:text/plain\r\n{token}"
    form = {"headers": headers, "count": "1", "ofs": "0", "req0___data__": json.dumps(target)}
    return urlencode(form, quote_via=quote)


async def _open(web: httpx.AsyncClient, authorization: str | None, document: str) -> httpx.Response:
    params = {
        "VER": "8",
        "database": DATABASE,
        "RID": "41201",
        "CVER": "22",
        "X-HTTP-Session-Id": "gsessionid",
        "t": "1",
    }
    body = _handshake(authorization, document)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await web.post(CHANNEL, params=params, content=body, headers=headers)


def _session(opened: httpx.Response) -> str:
    """From `51\\n[[0,["c","<session>","",8,12,30000]]]`."""
    session: str = json.loads(opened.text.partition("\n")[2])[0][1][1]
    return session


async def test_a_browser_listens_with_the_token_of_its_first_post(
    web: httpx.AsyncClient, channel: grpc.aio.Channel
) -> None:
    bearer, id = f"Bearer {_token()}", f"k{uuid.uuid4().hex}"
    await _call(channel, "Commit", _commit(id), bearer)
    opened = await _open(web, bearer, f"{TENANT}/secrets/{id}")
    assert opened.status_code == 200, opened.text
    params = {
        "VER": "8",
        "database": DATABASE,
        "RID": "rpc",
        "SID": _session(opened),
        "AID": "0",
        "TYPE": "xmlhttp",
        "t": "1",
    }
    async with asyncio.timeout(20), web.stream("GET", CHANNEL, params=params) as answer:
        heard = ""
        async for piece in answer.aiter_text():
            heard += piece
            if "documentChange" in heard:
                break
    assert id in heard


@pytest.mark.parametrize("name", ["no token", "owner", "expired", "for another project"])
async def test_a_browser_without_a_good_token_gets_no_channel(web: httpx.AsyncClient, name: str) -> None:
    opened = await _open(web, _not_admitted()[name], f"{TENANT}/secrets/x")
    assert opened.status_code == 401


async def test_a_channel_ends_with_its_token_and_an_unknown_one_is_refused(
    web: httpx.AsyncClient, clock: MovableClock
) -> None:
    opened = await _open(web, f"Bearer {_token()}", f"{TENANT}/secrets/x")
    clock.ahead = timedelta(hours=1, seconds=1)
    for session in (_session(opened), "made up"):
        params = {"VER": "8", "RID": "rpc", "SID": session, "AID": "0", "TYPE": "xmlhttp"}
        assert (await web.get(CHANNEL, params=params)).status_code == 401


async def test_a_token_that_a_channel_brings_later_is_judged_too(web: httpx.AsyncClient) -> None:
    opened = await _open(web, f"Bearer {_token()}", f"{TENANT}/secrets/x")
    params = {"VER": "8", "RID": "rpc", "SID": _session(opened), "AID": "0", "TYPE": "xmlhttp"}
    later = await web.get(CHANNEL, params=params, headers={"authorization": "Bearer owner"})
    assert later.status_code == 401


# ── Cost ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_gates_share_of_a_call_is_shown(channel: grpc.aio.Channel, emulator: Running) -> None:
    """Printed, not asserted: it depends on what else the machine does."""
    async with grpc.aio.insecure_channel(emulator.host) as direct:
        past, through = await _milliseconds(direct), await _milliseconds(channel)
    print(f"a get past the gate {past:.2f} ms, through it {through:.2f} ms")
    assert past > 0


async def _milliseconds(channel: grpc.aio.Channel) -> float:
    bearer = f"Bearer {_token()}"
    await _call(channel, "Commit", _commit("x"), bearer)
    get = _raw(types.GetDocumentRequest, {"name": f"{TENANT}/secrets/x"})
    started = time.perf_counter()
    for _ in range(100):
        await _call(channel, "GetDocument", get, bearer)
    return (time.perf_counter() - started) * 10


# ── What it knows, and what it may be ordered to do ──────────────────────────────────────────────────────────────────


async def _commits(web: httpx.AsyncClient, id: str) -> list[dict[str, object]]:
    found = (await web.get("/__commits")).json()
    return [commit for commit in found if id in json.dumps(commit["writes"])]


async def _until_held(web: httpx.AsyncClient, name: str, *, held: bool = True) -> None:
    async def as_wanted() -> bool | None:
        return (name in (await web.get("/__held")).json()) is held or None

    await eventually(as_wanted, f"{name} to be {'held' if held else 'let go'}")


async def test_a_commit_is_recorded_with_its_time_and_a_refused_one_is_not(
    channel: grpc.aio.Channel, web: httpx.AsyncClient
) -> None:
    done, refused = f"k{uuid.uuid4().hex}", f"k{uuid.uuid4().hex}"
    answer = await _call(channel, "Commit", _commit(done), f"Bearer {_token()}")
    with pytest.raises(grpc.aio.AioRpcError):
        await _call(channel, "Commit", _commit(f"{refused}/x/y"), f"Bearer {_token()}")
    at = types.CommitResponse.pb(types.CommitResponse()).FromString(answer).commit_time
    (found,) = await _commits(web, done)
    assert found["at"] == f"{at.seconds}.{at.nanos:09}"
    assert await _commits(web, refused) == []


async def test_a_held_commit_whose_caller_gives_up_is_never_made(
    channel: grpc.aio.Channel, web: httpx.AsyncClient
) -> None:
    id = f"k{uuid.uuid4().hex}"
    await web.post("/__faults", json={"path": "Commit", "latency_ms": 30_000, "hold": id, "contains": [id]})
    calling = asyncio.create_task(_call(channel, "Commit", _commit(id), f"Bearer {_token()}"))
    await _until_held(web, id)
    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)
    await _until_held(web, id, held=False)
    assert await _commits(web, id) == []


async def test_a_commit_whose_answer_is_lost_is_made_and_recorded(
    channel: grpc.aio.Channel, web: httpx.AsyncClient
) -> None:
    id = f"k{uuid.uuid4().hex}"
    await web.post("/__faults", json={"path": "Commit", "phase": "after", "drop": True, "contains": [id]})
    with pytest.raises(grpc.aio.AioRpcError) as lost:
        await _call(channel, "Commit", _commit(id), f"Bearer {_token()}")
    assert lost.value.code() == grpc.StatusCode.UNAVAILABLE
    assert len(await _commits(web, id)) == 1
