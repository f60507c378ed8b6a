"""What Streamlit's server does at the beginning of every run, done once where once is enough."""

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def remember_theme() -> None:
    """Let the theme's settings, which stay, be read once and not at every run: half a millisecond of an act."""
    populate = getattr(app_session, "_populate_theme_msg", None)
    if populate is None:  # a Streamlit that has it otherwise is left as it is
        return
    made: dict[str, CustomThemeConfig] = {}

    def remembered(message: CustomThemeConfig, section: str = "theme") -> None:
        if section not in made:
            made[section] = CustomThemeConfig()
            populate(made[section], section)
        if made[section].ByteSize():
            message.MergeFrom(made[section])

    vars(app_session)["_populate_theme_msg"] = remembered
