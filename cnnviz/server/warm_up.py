"""What the first visitor would wait for, done when the server starts and beside whoever comes meanwhile."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cnnviz.engine import garbage
from cnnviz.engine.interface import Engine
from cnnviz.errors import CnnvizError
from cnnviz.server.forks import LATER, bring

_log = logging.getLogger(__name__)
_PATIENCE = 300  # seconds, on a slow machine


class WarmUp:
    """PyTorch, the engine, and what Activations opens with: brought by a thread of its own."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.fault = ""
        self.over = threading.Event()

    @property
    def state(self) -> str:
        """What there is to say of it: starting, ready or failed."""
        return "failed" if self.fault else "ready" if self.over.is_set() else "starting"

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        """Begin, and let the server answer meanwhile; the engine ends with the server."""
        from cnnviz.ui.engine import SETTLED

        # Every screen but Home, which needs no torch, waits for that thread's imports.
        SETTLED.clear()
        garbage.relax()
        threading.Thread(target=self._bring, name="warm up", daemon=True).start()
        yield
        if self.engine is not None:
            self.engine.close()

    def _bring(self) -> None:
        try:
            # Imported here, for the first of these brings torch.
            from cnnviz import models
            from cnnviz.engine.requests import Layers, Maps, ModelChoice
            from cnnviz.ui.engine import SETTLED, engine

            self.engine = engine()
            model = ModelChoice(models.DEFAULT)
            table = self.engine.ask(Layers(model), timeout=_PATIENCE)
            # The screen's own code, and what it asks first.
            from cnnviz.ui.activations import report  # noqa: F401
            from cnnviz.ui.layer_choice import first_convolution
            from cnnviz.ui.picture_choice import gallery_picture, photo

            # The network's own code came with its table of layers: from here on nothing is imported.
            SETTLED.set()
            picture = gallery_picture(photo().default)
            self.engine.ask(Maps(model, picture, first_convolution(table.rows)), timeout=_PATIENCE)
        # Visitors are served all the same, and told what is wrong by what they ask for.
        except CnnvizError as error:
            self.fault = str(error)
            # In its own words, for no visitor had a part in it.
            _log.error("The warm-up failed: %s", error)
        except BaseException as error:
            self.fault = type(error).__name__
            _log.error("The warm-up failed", exc_info=error)
        finally:
            from cnnviz.ui.engine import SETTLED

            SETTLED.set()
            self.over.set()
            bring(LATER)
            garbage.settle()
            _reach_photos()


def _reach_photos() -> None:
    """Have the log say now, and not with the first photo, where CNNVIZ_REDIS leads nowhere."""
    from cnnviz.ui.photo_store import store

    store().reach()
