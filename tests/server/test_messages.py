"""The theme that every run begins with, read once."""

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from cnnviz.server.messages import remember_theme


def test_the_theme_that_is_remembered_is_the_one_that_streamlit_reads(monkeypatch):
    populate = app_session._populate_theme_msg
    monkeypatch.setattr(app_session, "_populate_theme_msg", populate)
    remember_theme()
    assert app_session._populate_theme_msg is not populate
    for section in ("theme", "theme.light", "theme.dark", "theme.sidebar"):
        read = CustomThemeConfig()
        populate(read, section)
        for _ in range(2):
            remembered = CustomThemeConfig()
            app_session._populate_theme_msg(remembered, section)
            assert remembered == read
