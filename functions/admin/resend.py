"""Resend: a text that failed, or that nobody confirmed, goes out again as a new one."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.bodies import Id, Strict
from shared.conversations import bootstrap


class Resend(Strict):
    message: Id


@endpoint(caller="member")
async def resend(call: Call) -> Reply:
    member, wanted = call.person(), call.parse(Resend)
    return Reply({"ok": True, "message": await bootstrap.hands(member).resend(wanted.message, member.uid)})
