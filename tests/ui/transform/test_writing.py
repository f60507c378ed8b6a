"""Numbers of a formula."""

from cnnviz.ui.transform.writing import less


def test_a_sign_follows_the_letter():
    assert (less(3), less(0), less(-2)) == ("-3", "", "+2")
