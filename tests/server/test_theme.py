"""The theme that every run sends is the one that Streamlit puts together, made once."""

import pytest
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from cnnviz.server.theme import theme_once


def sent():
    message = CustomThemeConfig()
    app_session._populate_theme_msg(message)
    app_session._populate_theme_msg(message.dark, "theme.dark")
    app_session._populate_theme_msg(message.sidebar, "theme.sidebar")
    return message.SerializeToString(deterministic=True)


def test_it_is_streamlit_s_own_put_together_once(monkeypatch):
    before = sent()
    assert b"#5ea8f2" in before
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    theme_once()
    assert sent() == before

    def never(section):
        pytest.fail("It was put together again.")

    monkeypatch.setattr(app_session.config, "get_options_for_section", never)
    assert sent() == before
