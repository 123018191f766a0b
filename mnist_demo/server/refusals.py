"""What a client is told whose request is not carried out."""

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send


async def refuse(
    status: int, text: str, scope: Scope, receive: Receive, send: Send, again_after: int | None = None
) -> None:
    """Answer with the status and {"error": text}, and say after how many seconds it makes sense to ask again."""
    headers = None if again_after is None else {"Retry-After": str(again_after)}
    await JSONResponse({"error": text}, status, headers)(scope, receive, send)
