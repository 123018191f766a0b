"""What a client is told whose request is not carried out."""

from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send


async def refuse(
    status: int, text: str, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str] | None = None
) -> None:
    """Answer with the status and {"error": text}."""
    await JSONResponse({"error": text}, status, headers)(scope, receive, send)
