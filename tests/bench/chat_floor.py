"""The floor for a chat answer: the same raw calls and one streamed answer of the model. Nothing of ours.

    python chat_floor.py TAPE     then, a line each on standard input: {"visitors": 64, "each": 4}
                                  and on standard output: {"seconds": [of each answer], "whole": 5.1}

The tape is what `chats` has recorded of one warm answer: Firestore's calls as bytes, the task, the model's request. Ids
are changed for others of the same length, and a precondition for the version that was read or written before.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc.aio
import httpx2
from google import genai
from google.cloud import tasks_v2
from google.cloud.firestore_v1.types import firestore
from google.genai import types

FIRESTORE = "/google.firestore.v1.Firestore/"
TASKS = "/google.cloud.tasks.v2.CloudTasks/CreateTask"
TIMEOUT = 10.0
Commit = type(firestore.CommitRequest.pb(firestore.CommitRequest()))
Committed = type(firestore.CommitResponse.pb(firestore.CommitResponse()))
Got = type(firestore.BatchGetDocumentsResponse.pb(firestore.BatchGetDocumentsResponse()))


class Floor:
    def __init__(self, tape: dict[str, Any]) -> None:
        self._tape = tape
        self._calls = [(one["method"], b64decode(one["raw"]), one["metadata"]) for one in tape["calls"]]
        self._firestore = grpc.aio.insecure_channel(tape["firestore"])
        self._tasks = grpc.aio.insecure_channel(tape["tasks"])
        own = {"transport": httpx2.AsyncHTTPTransport()}  # as ours; else it takes aiohttp where that is installed
        options = types.HttpOptions(base_url=tape["gemini"], api_version="v1", async_client_args=own)
        self._model = genai.Client(api_key="floor", vertexai=False, http_options=options).aio.models

    async def run(self, visitors: int, each: int) -> dict[str, Any]:
        seconds: list[float] = []
        began = time.perf_counter()
        done = await asyncio.gather(*(self._visitor(each, seconds) for _ in range(visitors)), return_exceptions=True)
        failed = [one for one in done if isinstance(one, BaseException)]
        if failed:
            raise failed[0]
        return {"seconds": seconds, "whole": time.perf_counter() - began}

    async def _visitor(self, each: int, seconds: list[float]) -> None:
        conversation = uuid.uuid4().hex
        for _ in range(each):
            began = time.perf_counter()
            ids = {"conversation": conversation, "message": uuid.uuid4().hex, "draft": uuid.uuid4().hex}
            await self._answer({self._tape["ids"][name]: id for name, id in ids.items()})
            seconds.append(time.perf_counter() - began)

    async def _answer(self, ids: dict[str, str]) -> None:
        versions: dict[str, Any] = {}
        for number, (method, raw, metadata) in enumerate(self._calls):
            for old, new in ids.items():
                raw = raw.replace(old.encode(), new.encode())
            if number == len(self._calls) - 1:  # the answer is written after the model has given it
                await self._ask()
            if method == "Commit":
                await self._commit(raw, metadata, versions)
            else:
                await self._read(method, raw, metadata, versions)
            if number == 0:
                await self._enqueue(ids)

    async def _commit(self, raw: bytes, metadata: list[list[str]], versions: dict[str, Any]) -> None:
        request = Commit.FromString(raw)
        for write in request.writes:
            if write.current_document.HasField("update_time"):
                write.current_document.update_time.CopyFrom(versions[write.update.name])
        call = self._firestore.unary_unary(f"{FIRESTORE}Commit", Commit.SerializeToString, Committed.FromString)
        answer = await call(request, metadata=[tuple(pair) for pair in metadata], timeout=TIMEOUT)
        for write, result in zip(request.writes, answer.write_results, strict=True):
            versions[write.update.name] = result.update_time

    async def _read(self, method: str, raw: bytes, metadata: list[list[str]], versions: dict[str, Any]) -> None:
        parse = Got.FromString if method == "BatchGetDocuments" else None
        call = self._firestore.unary_stream(f"{FIRESTORE}{method}", response_deserializer=parse)
        async for answer in call(raw, metadata=[tuple(pair) for pair in metadata], timeout=TIMEOUT):
            if parse is not None and answer.found.name:
                versions[answer.found.name] = answer.found.update_time

    async def _enqueue(self, ids: dict[str, str]) -> None:
        task = self._tape["task"]
        said = json.dumps(task)
        for old, new in ids.items():
            said = said.replace(old, new)
        task = json.loads(said)
        request = tasks_v2.CreateTaskRequest(
            parent=task["parent"],
            task={
                "name": task["name"],
                "schedule_time": datetime.now(UTC) + timedelta(seconds=task["seconds"]),
                "http_request": {"url": task["url"], "body": json.dumps(task["body"]).encode()},
            },
        )
        serialize, parse = tasks_v2.CreateTaskRequest.serialize, tasks_v2.Task.deserialize
        await self._tasks.unary_unary(TASKS, serialize, parse)(request, timeout=TIMEOUT)

    async def _ask(self) -> None:
        said = self._tape["request"]
        settings = said["generationConfig"]
        config = types.GenerateContentConfig(
            system_instruction=said["systemInstruction"]["parts"][0]["text"],
            max_output_tokens=settings["maxOutputTokens"],
            thinking_config=types.ThinkingConfig(**settings["thinkingConfig"]),
            tools=said.get("tools"),
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            store=False,
        )
        chunks = await self._model.generate_content_stream(
            model=self._tape["model"], contents=said["contents"], config=config
        )
        text = "".join([chunk.text or "" async for chunk in chunks])
        if not text.strip():
            raise RuntimeError("the model said nothing")


async def main() -> None:
    floor = Floor(json.loads(await asyncio.to_thread(Path(sys.argv[1]).read_text)))
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await floor.run(**json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
