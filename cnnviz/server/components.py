"""The components' code as a file that a browser keeps: its address has the hash of what it holds.

Components are known to a running server alone, so their code is imported once there is one.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_KEPT = {"cache-control": "public, max-age=31536000, immutable"}


def components_route() -> Route:
    """Return the route of the code."""
    return Route("/api/components-{version}.js", _components)


def serve_components() -> None:
    """Let pages get the code from its route from now on; call once the server runs."""
    from cnnviz.components.code import SERVED

    SERVED.set()


def components_path() -> str:
    """Return the code's address below the app's root."""
    from cnnviz.components.code import PATH

    return PATH


async def _components(request: Request) -> Response:
    from cnnviz.components.code import MODULE, VERSION

    if request.path_params["version"] != VERSION:
        return Response(status_code=404)
    return Response(MODULE, media_type="text/javascript", headers=_KEPT)
