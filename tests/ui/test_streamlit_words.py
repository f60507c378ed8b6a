"""What Streamlit says by itself: replaced where the visitor reads another language, and left where it is English."""

import pytest
from streamlit.testing.v1 import AppTest


def app():
    from cnnviz.ui.streamlit_words import say_streamlit_words

    say_streamlit_words()


@pytest.mark.parametrize(("lang", "said"), [("en", ()), ("zh", ("上传", "拍照", "清除照片", "Enter"))])
def test_each_word_is_said_in_the_visitors_language(lang, said):
    at = AppTest.from_function(app, default_timeout=30)
    at.query_params["lang"] = lang
    styles = "".join(each.proto.body for each in at.run().get("html"))
    assert all(word in styles for word in said)
    assert bool(styles) == bool(said)
