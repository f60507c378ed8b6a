"""The command: what it prints, and one sentence where something is wrong."""

import sys

import pytest

from cnnviz.training import data
from cnnviz.training.__main__ import main


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["cnnviz.training", *map(str, arguments)])
    return main()


def test_a_run_writes_weights_and_card_and_tells_the_accuracy(monkeypatch, digits, tmp_path, capsys):
    root, _ = digits
    assert run(monkeypatch, "mlp-mnist", "--data-root", root, "--epochs", 1, "--out", tmp_path / "out") == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["mlp-mnist.json", "mlp-mnist.safetensors"]
    assert capsys.readouterr().out.startswith("mlp-mnist: accuracy ")


def test_a_bar_is_told_with_the_accuracy(monkeypatch, digits, tmp_path, capsys):
    run(monkeypatch, "lenet5-mnist", "--data-root", digits[0], "--epochs", 1, "--out", tmp_path)
    assert capsys.readouterr().out.endswith(", bar 98.90%\n")


def test_a_folder_without_the_data_is_one_sentence(monkeypatch, tmp_path, capsys):
    assert run(monkeypatch, "smallvgg-tiny", "--data-root", tmp_path / "none") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"No images of tiny-imagenet-50 are in {tmp_path / 'none'}; it should hold tiny-imagenet-50.tar.xz, "
        "or the folders tiny-imagenet-50/train/CLASS and tiny-imagenet-50/val/CLASS.\n"
    )


def test_a_failed_download_is_one_sentence(monkeypatch, capsys):
    def no_network(*arguments, **settings):
        raise OSError("Name or service not known")

    monkeypatch.setattr(data, "download_and_extract_archive", no_network)
    assert run(monkeypatch, "linear-tiny") == 1
    assert capsys.readouterr().err == (
        "The data set tiny-imagenet-50 could not be had by download (Name or service not known); "
        "name a folder that holds it with --data-root.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["resnet50"], "invalid choice: 'resnet50'"),
        ([], "required: NAME"),
        (["mlp-mnist", "--epochs", "0"], "--epochs is 0 and should be at least 1"),
    ],
)
def test_wrong_arguments_are_told(monkeypatch, capsys, arguments, says):
    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, *arguments)
    assert caught.value.code == 2
    assert says in capsys.readouterr().err
