"""PyTorch code pasted on the screen design/network: what becomes of it, and what is said."""

from streamlit.testing.v1 import AppTest

from tests.pages.opening import assert_well
from tests.pages.test_network import exact, open_screen, rows


def test_pasted_pytorch_becomes_rows_and_a_hostile_text_a_sentence():
    app = open_screen(net="ReLU", size="1x28x28")
    app.segmented_control(key="network.net_start").set_value("code").run()
    app.text_area(key="network.net-pasted").set_value(
        "nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid())"
    ).run()
    app.button(key="network.net-pasted-read").click().run()
    assert_well(app)
    assert rows(app) == ["Conv 6 5 p2", "Sigmoid"]
    hostile = "nn.Sequential(__import__('os').system('true'))"
    app = paste(app, hostile)
    assert not app.exception
    assert len(app.error) == 1
    assert app.text_area(key="network.net-pasted").value == hostile
    # The numbers of the network before would pass for those of the text.
    assert not app.metric
    assert not app.data_editor
    app.button(key="network.keep").click().run()
    assert_well(app)
    assert rows(app) == ["Conv 6 5 p2", "Sigmoid"]


CIFAR = """net = nn.Sequential(
    nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(16 * 5 * 5, 120), nn.ReLU(), nn.Linear(120, 10))"""


def paste(app: AppTest, text: str) -> AppTest:
    app.segmented_control(key="network.net_start").set_value("code").run()
    app.text_area(key="network.net-pasted").set_value(text).run()
    return app.button(key="network.net-pasted-read").click().run()


def test_a_pasted_network_brings_its_own_input_whatever_stood_there_before():
    app = paste(open_screen(), CIFAR)
    assert_well(app)
    assert app.text_input(key="network.size").value == "3x32x32"
    # PyTorch's own tutorial on CIFAR-10 with one linear layer less: 456 + 2,416 + 48,120 + 1,210.
    assert exact(app, "Parameters") == 52_202
    assert not app.info
    app = paste(app, "nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())")
    assert_well(app)
    assert app.text_input(key="network.size").value == "1x28x28"
    assert "leaves the size of the image open" in app.info[0].value


STUDENT = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.skip = nn.Conv2d(3, 6, 1)
        self.unused = nn.Linear(6, 7)

    def forward(self, x):
        x = F.relu(self.conv(x) + self.skip(x))
        return F.softmax(x.mean([2, 3]), dim=1)

summary(Net(), (3, 40, 40))
"""


def test_a_pasted_class_becomes_rows_and_what_is_left_out_is_said():
    app = paste(open_screen(), STUDENT)
    assert_well(app)
    assert rows(app) == ["Add [Conv 6 3 p1 | Conv 6 1]", "ReLU", "AdaptiveAvgPool 1", "Flatten", "Softmax 1"]
    assert app.text_input(key="network.size").value == "3x40x40"
    assert exact(app, "Parameters") == 6 * (27 + 1) + 6 * (3 + 1)
    assert [each.value for each in app.info] == [
        "Never used by what forward returns, and so not in the table: unused (line 6)."
    ]
    app = paste(app, STUDENT.replace("x.mean([2, 3])", "x.permute(0, 2, 3, 1)"))
    assert app.error[0].value.startswith(
        "Line 10: the table has no row for permute; `cnnviz serve --model file.py:Net`"
    )
    assert not app.info
