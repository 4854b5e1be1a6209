"""Secrets as environment variables, mounted before a process starts to work, as the platform does it."""

from __future__ import annotations

import os

import grpc.aio

from shared.boundary.manifest import functions


async def mount_secrets(address: str, project: str) -> None:
    """The newest version of every secret that the manifest names. What is set already stays: it was set on purpose."""
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcAsyncIOTransport,
    )

    channel = grpc.aio.insecure_channel(address)
    client = SecretManagerServiceAsyncClient(transport=SecretManagerServiceGrpcAsyncIOTransport(channel=channel))
    for name in sorted({secret for function in functions() for secret in function.secrets}):
        if not os.environ.get(name):
            path = f"projects/{project}/secrets/{name}/versions/latest"
            version = await client.access_secret_version(name=path, timeout=5.0)
            os.environ[name] = version.payload.data.decode()
    await channel.close(None)
