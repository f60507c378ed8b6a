"""The theme that goes along with every run: Streamlit puts it together out of some 300 settings each time."""

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_populate = getattr(app_session, "_populate_theme_msg", None)


def theme_once() -> None:
    """Have it put together once from now on: the settings of a server that runs stay as they are."""
    made: dict[str, CustomThemeConfig] = {}

    def populate(message: CustomThemeConfig, section: str = "theme") -> None:
        assert _populate is not None
        if section not in made:
            made[section] = CustomThemeConfig()
            _populate(made[section], section)
        # What has no setting is not sent at all.
        if made[section].ListFields():
            message.MergeFrom(made[section])

    # A Streamlit that has it otherwise is left as it is.
    if _populate is not None:
        vars(app_session)["_populate_theme_msg"] = populate
